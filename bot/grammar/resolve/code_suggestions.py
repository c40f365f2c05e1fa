"""Finds what a code that the catalogue lacks may mean: a word with its nominal, or a code with a slip."""

import re

from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.inference import operators_in
from bot.catalogue.product import Product, Rule
from bot.grammar.parsed import Doubt, Misread, OrderRequest, Slip, question
from bot.grammar.resolve.nominal import by_nominal, worded_nominal
from bot.grammar.resolve.resolution import Verdict, choices_of, for_product
from bot.orders.model import Intent

NEAR_CODES = 3

MAX_NAMED = 4
"""A word that names more products than these names none."""

_NAMED = re.compile(r"(?P<word>im3|[a-z]{2,})(?P<nominal>[1-9][0-9]{0,2})?")
_NOMINAL_BEFORE = re.compile(r"(?P<nominal>[1-9][0-9]{0,2})(?:\.?000|k|rb|ribu)?[\s.,*#]+(?P<rest>.+)")
_BILL = re.compile(r"\b(?:pay|bayar|byr|inq|tag|tagihan)\b")


def of_unknown_code(request: OrderRequest, catalogue: Catalogue) -> Verdict:
    """Ask for what a code may mean that is not in the catalogue, or say that there is none."""
    if nominal := worded_nominal(request.code):
        verdict = by_nominal(request, nominal, catalogue)
        return verdict if isinstance(verdict, Misread) else question(Doubt.NOMINAL, choices_of([verdict]))
    if kin := of_kin(request, catalogue):
        return question(Doubt.UNKNOWN_CODE, kin)
    products = catalogue.near(request.code, limit=NEAR_CODES)
    verdicts = [for_product(request, product, catalogue) for product in products]
    sure = [verdict for verdict in verdicts if isinstance(verdict, Intent)]
    if intents := choices_of(sure) or choices_of(verdicts):
        return question(Doubt.UNKNOWN_CODE, intents)
    suggestion = f"{products[0].code}.{request.destination}" if products else "harga"
    return Misread(slip=Slip.UNKNOWN_CODE, suggestion=suggestion, near=True, typed=request.code)


def of_kin(request: OrderRequest, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Give what `pln.1444…` or `axis5.0838…` may mean; empty where that is nothing of the catalogue."""
    if _BILL.search(request.destination.lower()):
        return ()
    return _by_word(request, catalogue) or _by_name(request, catalogue)


def _by_word(request: OrderRequest, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Give the codes that are this word and a nominal; that one may stand before or behind the number."""
    verdicts: list[Verdict] = []
    if not request.code.isalpha():
        return ()
    for product in catalogue:
        nominal = product.code.casefold().removeprefix(request.code)
        if nominal != product.code.casefold() and nominal.isdigit():
            said = _without_nominal(request.destination, nominal)
            verdict = for_product(replace(request, destination=said), product, catalogue)
            if said != request.destination:
                return choices_of([verdict])
            verdicts.append(verdict)
    return choices_of(verdicts)


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
    return choices_of([for_product(said, product, catalogue) for product in products])


def _named(catalogue: Catalogue, word: str, nominal: int) -> tuple[Product, ...]:
    pulsa = [
        product
        for operator in operators_in("kartu as" if word == "as" else word)
        for product in catalogue.for_nominal(nominal, operator)
        if product.rule is Rule.PHONE
    ]
    products = pulsa or [each for each in catalogue.search(f"{word} {nominal}") if each.rule is Rule.PHONE]
    return tuple(products) if len(products) <= MAX_NAMED else ()
