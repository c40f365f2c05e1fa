"""Reads a destination for one product: an Intent, a slip with the right form, or a question."""

from collections.abc import Sequence

from msgspec.structs import replace

from bot.catalogue.carriers import operator_of
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Product, Rule
from bot.grammar.destination.reader import read_destination
from bot.grammar.destination.reading import Goal, Goals, Reading, Unfit
from bot.grammar.parsed import Doubt, Misread, OrderRequest, Question, Slip, question
from bot.orders.model import Intent

Verdict = Intent | Misread | Question


def verdict_of(reading: Reading, code: str, destination: str) -> Verdict:
    """Make a verdict of what `destination` was read as behind `code`."""
    match reading:
        case Goal():
            return intent_of(reading, code)
        case Goals(doubt=doubt, goals=goals):
            return question(doubt, tuple(intent_of(goal, code) for goal in goals))
        case Unfit(slip=Slip.SEVERAL_ORDERS, numbers=numbers):
            both = "; ".join(f"{code}.{number}" for number in numbers)
            return Misread(slip=Slip.SEVERAL_ORDERS, suggestion=both, near=True)
        case Unfit(slip=slip, example=example):
            typed = f"{code}.{destination}"
            return Misread(slip=slip, suggestion=f"{code}.{example}", near=True, is_example=True, typed=typed)


def intent_of(goal: Goal, code: str) -> Intent:
    """Give the order of `code` for `goal`."""
    return Intent(product_code=code, destination=goal.destination, ordinal=goal.ordinal)


def for_product(request: OrderRequest, product: Product, catalogue: Catalogue) -> Verdict:
    """Read the destination by the rule of `product`; a number of another network is asked."""
    reading = read_destination(request.destination, product.rule)
    verdict = verdict_of(reading, product.code, request.destination)
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
    others = of_nominal(catalogue, product.nominal, intent.destination)
    return (replace(intent, product_code=others[0].code),) if len(others) == 1 else ()


def of_nominal(catalogue: Catalogue, nominal: int, phone: str) -> tuple[Product, ...]:
    """Give the products of a nominal for the network of `phone`."""
    products = catalogue.for_nominal(nominal, operator_of(phone))
    return tuple(product for product in products if product.rule is Rule.PHONE)


def choices_of(verdicts: Sequence[Verdict]) -> tuple[Intent, ...]:
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
