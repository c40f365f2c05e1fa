"""Checks an order as asked against the catalogue, and makes it an Intent, a slip or a question.

Without a catalogue every code passes, and tells the rule: `pln…` goes to a meter, everything else to digits
that are a phone number where they look like one.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.operators import operator_of
from bot.catalogue.product import Product, Rule
from bot.order.destination import read_destination
from bot.order.model import Intent
from bot.order.reading import Goal, Goals, Reading, Unfit
from bot.order.typed import EXAMPLE, Doubt, Misread, OrderRequest, Question, Slip, question

NEAR_CODES = 3

_WORDED_NOMINAL = re.compile(r"(?P<nominal>[1-9][0-9]{0,2})(?:k|rb|ribu)")

Verdict = Intent | Misread | Question


def validate(request: OrderRequest, catalogue: Catalogue) -> Verdict:
    """Check `request`; a slip says how it must be typed, a question shows what it may mean."""
    verdict = _judge(request, catalogue)
    if request.doubt is None or isinstance(verdict, Misread):
        return verdict
    choices = (verdict,) if isinstance(verdict, Intent) else verdict.choices
    return question(request.doubt, choices)


def _judge(request: OrderRequest, catalogue: Catalogue) -> Verdict:
    code = request.code
    if code.isdigit():
        return _by_nominal(request, int(code), catalogue)
    if product := catalogue.find(code):
        return _for_product(request, product, catalogue)
    if not request.near:
        is_number = request.destination.lstrip("+(")[:1].isdigit()
        if is_number and (intents := _of_kin(request, catalogue)):
            return question(Doubt.UNKNOWN_CODE, intents)
        if is_number:
            return Misread(slip=Slip.NEEDS_SEPARATOR, suggestion=f"{code}.{request.destination}", near=False)
        return Misread(slip=Slip.NOT_AN_ORDER, suggestion=EXAMPLE, near=False)
    if catalogue:
        return _of_unknown_code(request, catalogue)
    rule = Rule.METER if code.startswith("pln") else None
    return _verdict(read_destination(request.destination, rule), code)


def _verdict(reading: Reading, code: str) -> Verdict:
    match reading:
        case Goal():
            return _intent(reading, code)
        case Goals(doubt=doubt, goals=goals):
            return question(doubt, tuple(_intent(goal, code) for goal in goals))
        case Unfit(slip=Slip.SEVERAL_ORDERS, numbers=numbers):
            both = "; ".join(f"{code}.{number}" for number in numbers)
            return Misread(slip=Slip.SEVERAL_ORDERS, suggestion=both, near=True)
        case Unfit(slip=slip, example=example):
            return Misread(slip=slip, suggestion=f"{code}.{example}", near=True)


def _intent(goal: Goal, code: str) -> Intent:
    return Intent(product_code=code, destination=goal.destination, ordinal=goal.ordinal)


def _for_product(request: OrderRequest, product: Product, catalogue: Catalogue) -> Verdict:
    verdict = _verdict(read_destination(request.destination, product.rule), product.code)
    match verdict:
        case Intent() if _fits_operator(verdict.destination, product):
            return verdict
        case Intent():
            return question(Doubt.OPERATOR, (verdict, *_same_for_operator(verdict, product, catalogue)))
        case Question(doubt=doubt, choices=choices):
            others = [
                other
                for choice in choices
                if not _fits_operator(choice.destination, product)
                for other in _same_for_operator(choice, product, catalogue)
            ]
            return question(doubt, (*choices, *others))
        case Misread():
            return verdict


def _fits_operator(phone: str, product: Product) -> bool:
    if product.operator is None or product.rule is not Rule.PHONE:
        return True
    return operator_of(phone) in {None, product.operator}


def _same_for_operator(intent: Intent, product: Product, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Give the same nominal for the network of the number, where the catalogue has exactly one."""
    if product.nominal is None:
        return ()
    others = _of_nominal(catalogue, product.nominal, intent.destination)
    return (replace(intent, product_code=others[0].code),) if len(others) == 1 else ()


def _by_nominal(request: OrderRequest, nominal: int, catalogue: Catalogue) -> Verdict:
    """Find the one product of a nominal for the number's network; of several, or of none for sure, ask."""
    no_code = Misread(slip=Slip.NO_CODE, suggestion=f"s{nominal}.{request.destination}", near=request.near)
    if not catalogue:
        return no_code
    match read_destination(request.destination, Rule.PHONE):
        case Unfit(slip=Slip.SEVERAL_ORDERS) as several:
            return _verdict(several, str(nominal))
        case Unfit():
            return _by_meter(request, nominal, catalogue) or no_code
        case Goal() as goal:
            operator = operator_of(goal.destination)
            products = _of_nominal(catalogue, nominal, goal.destination)
            intents = tuple(_intent(goal, product.code) for product in products)
            if len(intents) == 1 and operator is not None:
                return intents[0]
            return question(Doubt.NOMINAL, intents) if intents else no_code
        case Goals(doubt=doubt, goals=goals):
            intents = tuple(
                _intent(goal, product.code)
                for goal in goals
                for product in _of_nominal(catalogue, nominal, goal.destination)
            )
            by_meter = _by_meter(request, nominal, catalogue)
            intents = (*(by_meter.choices if by_meter else ()), *intents)
            return question(doubt, intents) if intents else no_code


def _of_nominal(catalogue: Catalogue, nominal: int, phone: str) -> tuple[Product, ...]:
    products = catalogue.for_nominal(nominal, operator_of(phone))
    return tuple(product for product in products if product.rule is Rule.PHONE)


def _by_meter(request: OrderRequest, nominal: int, catalogue: Catalogue) -> Question | None:
    """A nominal before a meter may be a token of that nominal; which one is always asked."""
    products = [each for each in catalogue.for_nominal(nominal, None) if each.rule is Rule.METER]
    verdicts = [_verdict(read_destination(request.destination, Rule.METER), each.code) for each in products]
    intents = _choices(verdicts)
    return question(Doubt.NOMINAL, intents) if intents else None


def _of_unknown_code(request: OrderRequest, catalogue: Catalogue) -> Verdict:
    if worded := _WORDED_NOMINAL.fullmatch(request.code):
        verdict = _by_nominal(request, int(worded["nominal"]), catalogue)
        return verdict if isinstance(verdict, Misread) else question(Doubt.NOMINAL, _choices([verdict]))
    if kin := _of_kin(request, catalogue):
        return question(Doubt.UNKNOWN_CODE, kin)
    products = catalogue.near(request.code, limit=NEAR_CODES)
    verdicts = [_for_product(request, product, catalogue) for product in products]
    sure = [verdict for verdict in verdicts if isinstance(verdict, Intent)]
    if intents := _choices(sure) or _choices(verdicts):
        return question(Doubt.UNKNOWN_CODE, intents)
    suggestion = f"{products[0].code}.{request.destination}" if products else "harga"
    return Misread(slip=Slip.UNKNOWN_CODE, suggestion=suggestion, near=True)


def _of_kin(request: OrderRequest, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Give what `pln.1444…` may mean: the codes that are this word and a nominal; one may stand behind."""
    verdicts: list[Verdict] = []
    if not request.code.isalpha():
        return ()
    for product in catalogue:
        nominal = product.code.casefold().removeprefix(request.code)
        if nominal != product.code.casefold() and nominal.isdigit():
            said = re.sub(rf"[\s.,*#]+{nominal}(?![0-9])", "", request.destination, count=1)
            verdict = _for_product(replace(request, destination=said), product, catalogue)
            if said != request.destination:
                return _choices([verdict])
            verdicts.append(verdict)
    return _choices(verdicts)


def _choices(verdicts: Sequence[Verdict]) -> tuple[Intent, ...]:
    """Give what could be bought by any of `verdicts`, in order, each once."""
    found: list[Intent] = []
    for verdict in verdicts:
        match verdict:
            case Intent():
                found.append(verdict)
            case Question(choices=choices):
                found.extend(choices)
            case Misread():
                pass
    return tuple(dict.fromkeys(found))
