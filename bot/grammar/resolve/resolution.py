"""Resolves an order request for a known product: an intent, an input error, or a question."""

from collections.abc import Sequence

from msgspec.structs import replace

from bot.catalogue.carriers import carrier_of
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import DestinationRule, Product
from bot.grammar.destination.reader import read_destination
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
        case Intent() as intent if _fits_carrier(intent.destination, product):
            return intent
        case Intent() as intent:
            return clarify(Ambiguity.CARRIER, (intent, *_same_for_carrier(intent, product, catalogue)))
        case Clarification(ambiguity=ambiguity, choices=choices):
            others = [
                other
                for choice in choices
                if not _fits_carrier(choice.destination, product)
                for other in _same_for_carrier(choice, product, catalogue)
            ]
            return clarify(ambiguity, (*choices, *others))
        case InvalidInput() as invalid:
            return invalid


def _fits_carrier(phone: str, product: Product) -> bool:
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
