"""Suggestions for a code that is not in the catalogue: a word with its nominal, or a mistyped code."""

import re

from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.inference import carriers_in
from bot.catalogue.product import DestinationRule, Product
from bot.grammar.parsed import Ambiguity, InputError, InvalidInput, OrderRequest, clarify
from bot.grammar.resolve.resolution import (
    Resolution,
    nominal_in_words,
    options_in,
    resolve_for_product,
    resolve_nominal,
)
from bot.orders.model import Intent

NEAR_CODES = 3

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
    products = catalogue.similar(request.code, limit=NEAR_CODES)
    resolutions = [resolve_for_product(request, product, catalogue) for product in products]
    certain = [resolution for resolution in resolutions if isinstance(resolution, Intent)]
    if intents := options_in(certain) or options_in(resolutions):
        return clarify(Ambiguity.UNKNOWN_CODE, intents)
    suggestion = f"{products[0].code}.{request.destination}" if products else "harga"
    return InvalidInput(
        input_error=InputError.UNKNOWN_CODE, suggestion=suggestion, looks_like_order=True, typed=request.code
    )


def suggest_codes(request: OrderRequest, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Return the orders that `pln.1444…` or `axis5.0838…` may mean; empty if the catalogue has none."""
    if _BILL.search(request.destination.lower()):
        return ()
    return _by_word(request, catalogue) or _by_name(request, catalogue)


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
