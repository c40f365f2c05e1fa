"""Reads a nominal without a code, by the network of its number or by the meter behind it."""

import re

from bot.catalogue.carriers import operator_of
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Rule
from bot.grammar.destination.reader import read_destination
from bot.grammar.destination.reading import Goal, Goals, Unfit
from bot.grammar.parsed import Doubt, Misread, OrderRequest, Question, Slip, question
from bot.grammar.resolve.price_hint import to_codes
from bot.grammar.resolve.resolution import Verdict, choices_of, intent_of, of_nominal, verdict_of

_WORDED = re.compile(r"(?P<nominal>[1-9][0-9]{0,2})(?:k|rb|ribu)")


def worded_nominal(code: str) -> int | None:
    """Give the 5 of `5rb`, or None."""
    found = _WORDED.fullmatch(code)
    return int(found["nominal"]) if found else None


def by_nominal(request: OrderRequest, nominal: int, catalogue: Catalogue) -> Verdict:
    """Find the one product of a nominal for the number's network; of several, or of none for sure, ask."""
    no_code = without_code(request)
    if not catalogue:
        return no_code
    match read_destination(request.destination, Rule.PHONE):
        case Unfit(slip=Slip.SEVERAL_ORDERS) as several:
            return verdict_of(several, str(nominal), request.destination)
        case Unfit():
            return _by_meter(request, nominal, catalogue) or no_code
        case Goal() as goal:
            operator = operator_of(goal.destination)
            products = of_nominal(catalogue, nominal, goal.destination)
            intents = tuple(intent_of(goal, product.code) for product in products)
            if len(intents) == 1 and operator is not None:
                return intents[0]
            return question(Doubt.NOMINAL, intents) if intents else no_code
        case Goals(doubt=doubt, goals=goals):
            intents = tuple(
                intent_of(goal, product.code)
                for goal in goals
                for product in of_nominal(catalogue, nominal, goal.destination)
            )
            by_meter = _by_meter(request, nominal, catalogue)
            intents = (*(by_meter.choices if by_meter else ()), *intents)
            return question(doubt, intents) if intents else no_code


def without_code(request: OrderRequest) -> Misread:
    """Say that no code stands before the number, and where its codes are."""
    typed = f"{request.code}.{request.destination}"
    codes = to_codes(request.destination)
    return Misread(slip=Slip.NO_CODE, suggestion=codes, near=request.near, typed=typed)


def _by_meter(request: OrderRequest, nominal: int, catalogue: Catalogue) -> Question | None:
    """A nominal before a meter may be a token of that nominal; which one is always asked."""
    products = [each for each in catalogue.for_nominal(nominal, None) if each.rule is Rule.METER]
    reading = read_destination(request.destination, Rule.METER)
    intents = choices_of([verdict_of(reading, each.code, request.destination) for each in products])
    return question(Doubt.NOMINAL, intents) if intents else None
