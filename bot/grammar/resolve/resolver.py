"""Checks an order as asked against the catalogue, and makes it an Intent, a slip or a question.

Without a catalogue every code passes, and tells the rule: `pln…` goes to a meter, `ml…` to a game id with its
server, everything else to digits that are a phone number where they look like one.
"""

import re

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.inference import operators_in
from bot.catalogue.product import Rule
from bot.grammar.destination.reader import read_destination
from bot.grammar.parsed import EXAMPLE, Doubt, Misread, OrderRequest, Question, Slip, question
from bot.grammar.resolve.code_suggestions import of_kin, of_unknown_code
from bot.grammar.resolve.nominal import by_nominal, without_code, worded_nominal
from bot.grammar.resolve.resolution import Verdict, choices_of, for_product, verdict_of
from bot.orders.model import Intent

_PULSA = re.compile(r"[a-z]{1,2}[0-9]{1,3}")
_GAME_SERVER = re.compile(r"(?:ml|mlbb)[0-9]*")
_LANDLINE = re.compile(r"0[1-79]")
_NUMBER_ALONE = re.compile(r"(?:\+?62[\s\-]*)?\(?[0-9]{3,}(?:[\s\-().]*[0-9]){6,}")


def validate(request: OrderRequest, catalogue: Catalogue) -> Verdict:
    """Check `request`; a slip says how it must be typed, a question shows what it may mean."""
    verdict = _judge(request, catalogue)
    if request.doubt is None or isinstance(verdict, Misread):
        return verdict
    return question(request.doubt, choices_of([verdict]))


def _judge(request: OrderRequest, catalogue: Catalogue) -> Verdict:
    code = request.code
    if code.isdigit():
        return by_nominal(request, int(code), catalogue)
    if product := catalogue.find(code):
        return for_product(request, product, catalogue)
    if not request.near:
        return _in_words(request, catalogue)
    if catalogue:
        return of_unknown_code(request, catalogue)
    return _passed_on(request)


def _in_words(request: OrderRequest, catalogue: Catalogue) -> Misread | Question:
    """Most likely talk: an order only where its words call something of the catalogue."""
    is_number = request.destination.lstrip("+(")[:1].isdigit()
    if is_number and (intents := of_kin(request, catalogue)):
        return question(Doubt.UNKNOWN_CODE, intents)
    is_number = bool(_NUMBER_ALONE.fullmatch(request.destination))
    if is_number and operators_in(request.code):
        return without_code(request)
    if is_number and not catalogue:
        suggestion = f"{request.code}.{request.destination}"
        return Misread(slip=Slip.NEEDS_SEPARATOR, suggestion=suggestion, near=False)
    return Misread(slip=Slip.NOT_AN_ORDER, suggestion=EXAMPLE, near=False, is_example=True)


def _passed_on(request: OrderRequest) -> Verdict:
    """Without a catalogue a code is passed on as typed, unless it can be none."""
    if worded_nominal(request.code):
        return without_code(request)
    verdict = verdict_of(
        read_destination(request.destination, _rule_of(request.code)), request.code, request.destination
    )
    is_landline = isinstance(verdict, Intent) and _LANDLINE.match(verdict.destination)
    if is_landline and _PULSA.fullmatch(request.code):
        return question(Doubt.NUMBER, choices_of([verdict]))
    return verdict


def _rule_of(code: str) -> Rule | None:
    if code.startswith("pln"):
        return Rule.METER
    return Rule.GAME_SERVER if _GAME_SERVER.fullmatch(code) else None
