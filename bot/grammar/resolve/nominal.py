"""Reads a nominal without a code, by the network of its number or by the meter behind it."""

import re

from bot.catalogue.carriers import carrier_of
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import DestinationRule
from bot.grammar.destination.reader import read_destination
from bot.grammar.irregular import price_lookup_hint
from bot.grammar.parsed import (
    Ambiguity,
    AmbiguousDestination,
    Clarification,
    InputError,
    InvalidDestination,
    InvalidInput,
    OrderRequest,
    ParsedDestination,
    clarify,
)
from bot.grammar.resolve.resolution import (
    Resolution,
    options_in,
    products_of_nominal,
    to_intent,
    to_resolution,
)

_WORDED = re.compile(r"(?P<nominal>[1-9][0-9]{0,2})(?:k|rb|ribu)")


def nominal_in_words(code: str) -> int | None:
    """Give the 5 of `5rb`, or None."""
    found = _WORDED.fullmatch(code)
    return int(found["nominal"]) if found else None


def resolve_nominal(request: OrderRequest, nominal: int, catalogue: Catalogue) -> Resolution:
    """Find the one product of a nominal for the number's network; of several, or of none for sure, ask."""
    no_code = missing_code(request)
    if not catalogue:
        return no_code
    match read_destination(request.destination, DestinationRule.PHONE):
        case InvalidDestination(input_error=InputError.SEVERAL_ORDERS) as several:
            return to_resolution(several, str(nominal), request.destination)
        case InvalidDestination():
            return _by_meter(request, nominal, catalogue) or no_code
        case ParsedDestination() as goal:
            carrier = carrier_of(goal.destination)
            products = products_of_nominal(catalogue, nominal, goal.destination)
            intents = tuple(to_intent(goal, product.code) for product in products)
            if len(intents) == 1 and carrier is not None:
                return intents[0]
            return clarify(Ambiguity.NOMINAL, intents) if intents else no_code
        case AmbiguousDestination(ambiguity=ambiguity, choices=choices):
            intents = tuple(
                to_intent(goal, product.code)
                for goal in choices
                for product in products_of_nominal(catalogue, nominal, goal.destination)
            )
            by_meter = _by_meter(request, nominal, catalogue)
            intents = (*(by_meter.choices if by_meter else ()), *intents)
            return clarify(ambiguity, intents) if intents else no_code


def missing_code(request: OrderRequest) -> InvalidInput:
    """Say that no code stands before the number, and where its codes are."""
    typed = f"{request.code}.{request.destination}"
    codes = price_lookup_hint(request.destination)
    return InvalidInput(
        input_error=InputError.NO_CODE,
        suggestion=codes,
        looks_like_order=request.looks_like_order,
        typed=typed,
    )


def _by_meter(request: OrderRequest, nominal: int, catalogue: Catalogue) -> Clarification | None:
    """A nominal before a meter may be a token of that nominal; which one is always asked."""
    products = [each for each in catalogue.for_nominal(nominal, None) if each.rule is DestinationRule.METER]
    reading = read_destination(request.destination, DestinationRule.METER)
    intents = options_in([to_resolution(reading, each.code, request.destination) for each in products])
    return clarify(Ambiguity.NOMINAL, intents) if intents else None
