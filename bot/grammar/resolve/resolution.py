"""Resolves an order request for a known product: an intent, an input error, or a question."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from bot.catalogue.carriers import carrier_of
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import DestinationRule, Product
from bot.grammar.destination.reader import read_destination
from bot.grammar.irregular import price_lookup_hint
from bot.grammar.parsed import (
    Ambiguity,
    AmbiguousDestination,
    Clarification,
    DestinationResult,
    InputError,
    InvalidDestination,
    InvalidInput,
    OrderRequest,
    ParsedDestination,
    clarify,
)
from bot.orders.model import Intent

Resolution = Intent | InvalidInput | Clarification


def to_resolution(result: DestinationResult, code: str, destination: str) -> Resolution:
    match result:
        case ParsedDestination():
            return to_intent(result, code)
        case AmbiguousDestination(ambiguity=ambiguity, choices=choices):
            return clarify(ambiguity, tuple(to_intent(choice, code) for choice in choices))
        case InvalidDestination(input_error=InputError.SEVERAL_ORDERS, numbers=numbers):
            orders = "; ".join(f"{code}.{number}" for number in numbers)
            return InvalidInput(
                input_error=InputError.SEVERAL_ORDERS, suggestion=orders, looks_like_order=True
            )
        case InvalidDestination(input_error=input_error, example=example):
            typed = f"{code}.{destination}"
            return InvalidInput(
                input_error=input_error,
                suggestion=f"{code}.{example}",
                looks_like_order=True,
                is_example=True,
                typed=typed,
            )


def to_intent(parsed: ParsedDestination, code: str) -> Intent:
    return Intent(product_code=code, destination=parsed.destination, ordinal=parsed.ordinal)


def resolve_for_product(request: OrderRequest, product: Product, catalogue: Catalogue) -> Resolution:
    """Read the destination by the rule of `product`; a number of another carrier becomes a question."""
    result = read_destination(request.destination, product.rule)
    resolution = to_resolution(result, product.code, request.destination)
    match resolution:
        case Intent() as intent if fits_carrier(intent.destination, product):
            return intent
        case Intent() as intent:
            return clarify(Ambiguity.CARRIER, (intent, *_same_for_carrier(intent, product, catalogue)))
        case Clarification(ambiguity=ambiguity, choices=choices):
            others = [
                other
                for choice in choices
                if not fits_carrier(choice.destination, product)
                for other in _same_for_carrier(choice, product, catalogue)
            ]
            return clarify(ambiguity, (*choices, *others))
        case InvalidInput() as invalid:
            return invalid


def fits_carrier(phone: str, product: Product) -> bool:
    """Return whether a number may be of the product's carrier; True if either is unknown."""
    if product.carrier is None or product.rule is not DestinationRule.PHONE:
        return True
    return carrier_of(phone) in {None, product.carrier}


def _same_for_carrier(intent: Intent, product: Product, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Return the order of the same nominal for the carrier of the number, if exactly one product has it."""
    if product.nominal is None:
        return ()
    others = products_of_nominal(catalogue, product.nominal, intent.destination)
    return (replace(intent, product_code=others[0].code),) if len(others) == 1 else ()


def products_of_nominal(catalogue: Catalogue, nominal: int, phone: str) -> tuple[Product, ...]:
    """Return the pulsa products of a nominal for the carrier of `phone`, or for all if it is unknown."""
    products = catalogue.for_nominal(nominal, carrier_of(phone))
    return tuple(product for product in products if product.rule is DestinationRule.PHONE)


def options_in(resolutions: Sequence[Resolution]) -> tuple[Intent, ...]:
    """Return all intents and choices of `resolutions` in order, without duplicates."""
    options: list[Intent] = []
    for resolution in resolutions:
        match resolution:
            case Intent():
                options.append(resolution)
            case Clarification(choices=choices):
                options.extend(choices)
            case InvalidInput():
                pass
    return tuple(dict.fromkeys(options))


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
