"""Resolves a nominal without a code by the carrier of the number, or by the meter number."""

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
    """Return the 5 of `5rb`; None if `code` is no such word."""
    found = _WORDED.fullmatch(code)
    return int(found["nominal"]) if found else None


def resolve_nominal(request: OrderRequest, nominal: int, catalogue: Catalogue) -> Resolution:
    """Resolve to the only product of a nominal for the carrier of the number, or ask which one is meant."""
    no_code = missing_code(request)
    if not catalogue:
        return no_code
    match read_destination(request.destination, DestinationRule.PHONE):
        case InvalidDestination(input_error=InputError.SEVERAL_ORDERS) as several:
            return to_resolution(several, str(nominal), request.destination)
        case InvalidDestination():
            return _by_meter(request, nominal, catalogue) or no_code
        case ParsedDestination() as parsed:
            carrier = carrier_of(parsed.destination)
            products = products_of_nominal(catalogue, nominal, parsed.destination)
            intents = tuple(to_intent(parsed, product.code) for product in products)
            if len(intents) == 1 and carrier is not None:
                return intents[0]
            return clarify(Ambiguity.NOMINAL, intents) if intents else no_code
        case AmbiguousDestination(ambiguity=ambiguity, choices=choices):
            intents = tuple(
                to_intent(choice, product.code)
                for choice in choices
                for product in products_of_nominal(catalogue, nominal, choice.destination)
            )
            by_meter = _by_meter(request, nominal, catalogue)
            intents = (*(by_meter.choices if by_meter else ()), *intents)
            return clarify(ambiguity, intents) if intents else no_code


def missing_code(request: OrderRequest) -> InvalidInput:
    """Return the input error for a number without a code, with the command that lists its codes."""
    typed = f"{request.code}.{request.destination}"
    hint = price_lookup_hint(request.destination)
    return InvalidInput(
        input_error=InputError.NO_CODE,
        suggestion=hint,
        looks_like_order=request.looks_like_order,
        typed=typed,
    )


def _by_meter(request: OrderRequest, nominal: int, catalogue: Catalogue) -> Clarification | None:
    """Ask which PLN token of that nominal is meant; None for no meter number, or no such token."""
    products = [each for each in catalogue.for_nominal(nominal, None) if each.rule is DestinationRule.METER]
    result = read_destination(request.destination, DestinationRule.METER)
    intents = options_in([to_resolution(result, each.code, request.destination) for each in products])
    return clarify(Ambiguity.NOMINAL, intents) if intents else None
