"""Suggestions for a code that is not in the catalogue: a word with its nominal, or a mistyped code."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from bot.catalogue.carriers import carrier_of
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.inference import carriers_in
from bot.catalogue.product import DestinationRule, Product
from bot.grammar.parsed import (
    Ambiguity,
    Clarification,
    InputError,
    InvalidInput,
    OrderRequest,
    clarify,
)
from bot.grammar.resolve.resolution import (
    Resolution,
    fits_carrier,
    nominal_in_words,
    options_in,
    resolve_for_product,
    resolve_nominal,
)
from bot.orders.model import Intent

NEAR_CODES = 3

CODES_COMPARED = 20
"""So many similar codes are ranked by the carrier of the number before the nearest are offered."""

MAX_NAMED = 4
"""A word that matches more products than this suggests none."""

_NAMED = re.compile(r"(?P<word>im3|[a-z]{2,})(?P<nominal>[1-9][0-9]{0,2})?")
_NOMINAL_BEFORE = re.compile(r"(?P<nominal>[1-9][0-9]{0,2})(?:\.?000|k|rb|ribu)?[\s.,*#]+(?P<rest>.+)")
_BILL = re.compile(r"\b(?:pay|bayar|byr|inq|tag|tagihan)\b")


def suggest_for_unknown(request: OrderRequest, catalogue: Catalogue) -> Resolution:
    """Ask which product a code means that is not in the catalogue; an input error if none is similar."""
    if nominal := nominal_in_words(request.code):
        resolution = resolve_nominal(request, nominal, catalogue)
        return (
            resolution
            if isinstance(resolution, InvalidInput)
            else clarify(Ambiguity.NOMINAL, options_in([resolution]))
        )
    if suggested := suggest_codes(request, catalogue):
        return clarify(Ambiguity.UNKNOWN_CODE, suggested)
    products = catalogue.similar(request.code, limit=CODES_COMPARED)
    if intents := _for_similar(request, products, catalogue):
        return clarify(Ambiguity.UNKNOWN_CODE, intents)
    suggestion = f"{products[0].code}.{request.destination}" if products else "harga"
    return InvalidInput(
        input_error=InputError.UNKNOWN_CODE, suggestion=suggestion, looks_like_order=True, typed=request.code
    )


def _for_similar(
    request: OrderRequest, products: Sequence[Product], catalogue: Catalogue
) -> tuple[Intent, ...]:
    """Return orders of similar codes; if all are of other carriers, also the nearest nominal of its own."""
    resolutions = [resolve_for_product(request, product, catalogue) for product in products]
    certain = [resolution for resolution in resolutions if isinstance(resolution, Intent)]
    near = resolutions[:NEAR_CODES]
    is_mismatch = any(
        isinstance(each, Clarification) and each.ambiguity is Ambiguity.CARRIER for each in near
    )
    options = options_in([*certain, *near]) if is_mismatch else options_in(certain) or options_in(near)
    if is_mismatch and all(_carrier_rank(intent, catalogue) for intent in options):
        options = (*options, *_nearest_nominal(request.code, options[0], catalogue))
    return _ranked(options, catalogue)[:NEAR_CODES]


def _ranked(intents: Sequence[Intent], catalogue: Catalogue) -> tuple[Intent, ...]:
    """Return the orders of the number's own carrier first, those of another carrier last."""
    return tuple(sorted(intents, key=lambda intent: _carrier_rank(intent, catalogue)))


def _carrier_rank(intent: Intent, catalogue: Catalogue) -> int:
    product, carrier = catalogue.find(intent.product_code), carrier_of(intent.destination)
    if product and carrier and product.carrier is carrier and product.rule is DestinationRule.PHONE:
        return 0
    return 1 if product is None or fits_carrier(intent.destination, product) else 2


def _nearest_nominal(code: str, intent: Intent, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Return the order of the nominal nearest to the one in `code` for the carrier of the number."""
    carrier, found = carrier_of(intent.destination), re.search(r"[1-9][0-9]{0,2}\Z", code)
    if carrier is None or found is None:
        return ()
    nominal = int(found[0])
    products = [
        product
        for product in catalogue
        if product.carrier is carrier and product.rule is DestinationRule.PHONE and product.is_open
        if product.nominal is not None and abs(product.nominal - nominal) * 2 <= nominal
    ]
    nearest = min(products, key=lambda product: abs((product.nominal or 0) - nominal), default=None)
    return (replace(intent, product_code=nearest.code),) if nearest else ()


def suggest_codes(request: OrderRequest, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Return the orders that `pln.1444…` or `axis5.0838…` may mean; empty if the catalogue has none."""
    if _BILL.search(request.destination.lower()):
        return ()
    return _ranked(_by_word(request, catalogue) or _by_name(request, catalogue), catalogue)


def _by_word(request: OrderRequest, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Return orders of codes that are this word plus a nominal; the destination may include the nominal."""
    resolutions: list[Resolution] = []
    if not request.code.isalpha():
        return ()
    for product in catalogue.with_letters(request.code):
        nominal = product.code.casefold().removeprefix(request.code)
        if nominal.isdigit():
            destination = _without_nominal(request.destination, nominal)
            resolution = resolve_for_product(replace(request, destination=destination), product, catalogue)
            if destination != request.destination:
                return options_in([resolution])
            resolutions.append(resolution)
    return options_in(resolutions)


def _without_nominal(destination: str, nominal: str) -> str:
    before = rf"\A{nominal}(?:\.?000|k|rb|ribu)?[\s.,*#]+"
    behind = rf"(?<![\s.,*#])[\s.,*#]+{nominal}(?:\.?000|k|rb|ribu)?(?![0-9A-Za-z])"
    return re.sub(f"{before}|{behind}", "", destination, count=1, flags=re.IGNORECASE)


def _by_name(request: OrderRequest, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Return orders for the names of carriers and wallets: `axis5.0838…`, `im3 10 0857…`, `gopay50.0812…`."""
    found = _NAMED.fullmatch(request.code)
    if not found:
        return ()
    nominal, destination = found["nominal"], request.destination
    if nominal is None:
        before = _NOMINAL_BEFORE.fullmatch(destination)
        if not before:
            return ()
        nominal, destination = before["nominal"], before["rest"]
    products = _named(catalogue, found["word"], int(nominal))
    named = replace(request, destination=destination)
    return options_in([resolve_for_product(named, product, catalogue) for product in products])


def _named(catalogue: Catalogue, word: str, nominal: int) -> tuple[Product, ...]:
    pulsa = [
        product
        for carrier in carriers_in("kartu as" if word == "as" else word)
        for product in catalogue.for_nominal(nominal, carrier)
        if product.rule is DestinationRule.PHONE
    ]
    products = pulsa or [
        each for each in catalogue.search(f"{word} {nominal}") if each.rule is DestinationRule.PHONE
    ]
    return tuple(products) if len(products) <= MAX_NAMED else ()
