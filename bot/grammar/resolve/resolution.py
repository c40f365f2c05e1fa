"""Reads a destination for one product: an Intent, an input error with the right form, or a question."""

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


def to_resolution(reading: DestinationResult, code: str, destination: str) -> Resolution:
    """Make a verdict of what `destination` was read as behind `code`."""
    match reading:
        case ParsedDestination():
            return to_intent(reading, code)
        case AmbiguousDestination(ambiguity=ambiguity, choices=choices):
            return clarify(ambiguity, tuple(to_intent(goal, code) for goal in choices))
        case InvalidDestination(input_error=InputError.SEVERAL_ORDERS, numbers=numbers):
            both = "; ".join(f"{code}.{number}" for number in numbers)
            return InvalidInput(input_error=InputError.SEVERAL_ORDERS, suggestion=both, looks_like_order=True)
        case InvalidDestination(input_error=input_error, example=example):
            typed = f"{code}.{destination}"
            return InvalidInput(
                input_error=input_error,
                suggestion=f"{code}.{example}",
                looks_like_order=True,
                is_example=True,
                typed=typed,
            )


def to_intent(goal: ParsedDestination, code: str) -> Intent:
    """Give the order of `code` for `goal`."""
    return Intent(product_code=code, destination=goal.destination, ordinal=goal.ordinal)


def resolve_for_product(request: OrderRequest, product: Product, catalogue: Catalogue) -> Resolution:
    """Read the destination by the rule of `product`; a number of another network is asked."""
    reading = read_destination(request.destination, product.rule)
    verdict = to_resolution(reading, product.code, request.destination)
    match verdict:
        case Intent() if _fits_operator(verdict.destination, product):
            return verdict
        case Intent():
            return clarify(Ambiguity.CARRIER, (verdict, *_same_for_operator(verdict, product, catalogue)))
        case Clarification(ambiguity=ambiguity, choices=choices):
            others = [
                other
                for choice in choices
                if not _fits_operator(choice.destination, product)
                for other in _same_for_operator(choice, product, catalogue)
            ]
            return clarify(ambiguity, (*choices, *others))
        case InvalidInput():
            return verdict


def _fits_operator(phone: str, product: Product) -> bool:
    if product.carrier is None or product.rule is not DestinationRule.PHONE:
        return True
    return carrier_of(phone) in {None, product.carrier}


def _same_for_operator(intent: Intent, product: Product, catalogue: Catalogue) -> tuple[Intent, ...]:
    """Give the same nominal for the network of the number, where the catalogue has exactly one."""
    if product.nominal is None:
        return ()
    others = products_of_nominal(catalogue, product.nominal, intent.destination)
    return (replace(intent, product_code=others[0].code),) if len(others) == 1 else ()


def products_of_nominal(catalogue: Catalogue, nominal: int, phone: str) -> tuple[Product, ...]:
    """Give the products of a nominal for the network of `phone`."""
    products = catalogue.for_nominal(nominal, carrier_of(phone))
    return tuple(product for product in products if product.rule is DestinationRule.PHONE)


def options_in(verdicts: Sequence[Resolution]) -> tuple[Intent, ...]:
    """Give what could be bought by any of `verdicts`, in order, each once."""
    found: list[Intent] = []
    for verdict in verdicts:
        match verdict:
            case Intent():
                found.append(verdict)
            case Clarification(choices=choices):
                found.extend(choices)
            case InvalidInput():
                pass
    return tuple(dict.fromkeys(found))
