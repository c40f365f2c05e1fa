"""Examples of orders: products that are available now, with example destinations."""

from collections.abc import Iterator

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Carrier, DestinationRule, Product
from bot.grammar.destination.formats import EXAMPLE_FREE, EXAMPLE_PHONE, FORMATS
from bot.grammar.destination.game import EXAMPLE_GAME_SERVER

MAX_EXAMPLES = 3

PHONES = {
    Carrier.TELKOMSEL: EXAMPLE_PHONE,
    Carrier.INDOSAT: "085712345678",
    Carrier.XL: "081912345678",
    Carrier.AXIS: "083812345678",
    Carrier.TRI: "089612345678",
    Carrier.SMARTFREN: "088112345678",
}
"""A number of each carrier, so that an example is not answered by a question."""


def order_examples(catalogue: Catalogue, minute: int) -> tuple[str, ...]:
    """Return up to three orders that are possible at `minute` of the day, each with another rule."""
    return tuple(_examples(catalogue, minute))[:MAX_EXAMPLES]


def nominal_example(catalogue: Catalogue, minute: int) -> str:
    """Return an order by nominal that can mean one product only; empty if there is none."""
    return next(_nominal_examples(catalogue, minute), "")


def _nominal_examples(catalogue: Catalogue, minute: int) -> Iterator[str]:
    for product in _available(catalogue, minute):
        if product.carrier and product.nominal and product.rule is DestinationRule.PHONE:
            phones = [
                other
                for other in catalogue.for_nominal(product.nominal, product.carrier)
                if other.rule is DestinationRule.PHONE
            ]
            if phones == [product]:
                yield f"{product.nominal}.{PHONES[product.carrier]}"


def _available(catalogue: Catalogue, minute: int) -> Iterator[Product]:
    return (product for product in catalogue if product.is_open and not product.is_in_cut_off(minute))


def _examples(catalogue: Catalogue, minute: int) -> Iterator[str]:
    for rule in DestinationRule:
        products = (product for product in _available(catalogue, minute) if product.rule is rule)
        if first := next(products, None):
            yield f"{first.code}.{_destination(first)}"


def _destination(product: Product) -> str:
    match product.rule:
        case DestinationRule.PHONE if product.carrier:
            return PHONES[product.carrier]
        case DestinationRule.GAME_SERVER:
            return EXAMPLE_GAME_SERVER
        case DestinationRule.FREE:
            return EXAMPLE_FREE
        case _:
            return FORMATS[product.rule].example
