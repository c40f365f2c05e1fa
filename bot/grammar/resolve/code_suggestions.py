"""Suggestions for a code that is not in the catalogue: a word with its nominal, or a mistyped code."""

import re

from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.inference import carriers_in
from bot.catalogue.product import DestinationRule, Product
from bot.grammar.parsed import Ambiguity, InputError, InvalidInput, OrderRequest, clarify
from bot.grammar.resolve.nominal import nominal_in_words, resolve_nominal
from bot.grammar.resolve.resolution import Resolution, options_in, resolve_for_product
from bot.orders.model import Intent

NEAR_CODES = 3

MAX_NAMED = 4
"""A word that names more products than these names none."""

_NAMED = re.compile(r"(?P<word>im3|[a-z]{2,})(?P<nominal>[1-9][0-9]{0,2})?")
_NOMINAL_BEFORE = re.compile(r"(?P<nominal>[1-9][0-9]{0,2})(?:\.?000|k|rb|ribu)?[\s.,*#]+(?P<rest>.+)")
_BILL = re.compile(r"\b(?:pay|bayar|byr|inq|tag|tagihan)\b")


def suggest_for_unknown(request: OrderRequest, catalogue: Catalogue) -> Resolution:
    """Ask for what a code may mean that is not in the catalogue, or say that there is none."""
    if nominal := nominal_in_words(request.code):
        verdict = resolve_nominal(request, nominal, catalogue)
        return (
            verdict
            if isinstance(verdict, InvalidInput)
            else clarify(Ambiguity.NOMINAL, options_in([verdict]))
        )
    if kin := suggest_codes(request, catalogue):
        return clarify(Ambiguity.UNKNOWN_CODE, kin)
    products = catalogue.similar(request.code, limit=NEAR_CODES)
    verdicts = [resolve_for_product(request, product, catalogue) for product in products]
    sure = [verdict for verdict in verdicts if isinstance(verdict, Intent)]
    if intents := options_in(sure) or options_in(verdicts):
        return clarify(Ambiguity.UNKNOWN_CODE, intents)
    suggestion = f"{products[0].code}.{request.destination}" if products else "harga"
    return InvalidInput(
        input_error=InputError.UNKNOWN_CODE, suggestion=suggestion, looks_like_order=True, typed=request.code
    )


def suggest_codes(request: OrderRequest, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Give what `pln.1444…` or `axis5.0838…` may mean; empty where that is nothing of the catalogue."""
    if _BILL.search(request.destination.lower()):
        return ()
    return _by_word(request, catalogue) or _by_name(request, catalogue)


def _by_word(request: OrderRequest, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Give the codes that are this word and a nominal; that one may stand before or behind the number."""
    verdicts: list[Resolution] = []
    if not request.code.isalpha():
        return ()
    for product in catalogue:
        nominal = product.code.casefold().removeprefix(request.code)
        if nominal != product.code.casefold() and nominal.isdigit():
            said = _without_nominal(request.destination, nominal)
            verdict = resolve_for_product(replace(request, destination=said), product, catalogue)
            if said != request.destination:
                return options_in([verdict])
            verdicts.append(verdict)
    return options_in(verdicts)


def _without_nominal(destination: str, nominal: str) -> str:
    before = rf"\A{nominal}(?:\.?000|k|rb|ribu)?[\s.,*#]+"
    behind = rf"[\s.,*#]+{nominal}(?:\.?000|k|rb|ribu)?(?![0-9A-Za-z])"
    return re.sub(f"{before}|{behind}", "", destination, count=1, flags=re.IGNORECASE)


def _by_name(request: OrderRequest, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Give what `axis5.0838…`, `im3 10 0857…` or `gopay50.0812…` calls by the name of network or wallet."""
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
    said = replace(request, destination=destination)
    return options_in([resolve_for_product(said, product, catalogue) for product in products])


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
