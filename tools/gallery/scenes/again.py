"""Duplicate orders on one day, and products that are not for sale at the moment."""

from collections.abc import Iterator

from bot.orders.events import Claimed, Failed, OrderEvent, Refused, Succeeded, Unclear
from bot.orders.model import FailureCause
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import Stage

ORDER = "s5.081234567890"
FIRST_ORDERS: tuple[tuple[str, tuple[OrderEvent, ...]], ...] = (
    ("A duplicate while the first order is in progress", ()),
    ("A duplicate while the first order is unknown", (Claimed(), Unclear(why="ReadTimeout"))),
    (
        "A duplicate while the first order is disputed",
        (Claimed(), Succeeded(sn="51203948571"), Failed(reason="", failure_cause=FailureCause.OTHER)),
    ),
)
NIGHT_S = 9 * 3_600


def play() -> Iterator[Scene]:
    """Send an order twice, buy a second one on purpose, and order closed products."""
    stage = Stage(*GOODS)
    stage.send_text(ORDER)
    stage.apply(Claimed(), Succeeded(sn="51203948571"))
    stage.advance(300)
    yield Scene(
        caption="A duplicate after the first order succeeded", typed=ORDER, messages=stage.send_text(ORDER)
    )
    again = "s5.2.081234567890"
    yield Scene(caption="A second order on purpose", typed=again, messages=stage.send_text(again))
    for caption, events in FIRST_ORDERS:
        stage = Stage(*GOODS)
        stage.send_text(ORDER)
        stage.apply(*events)
        yield Scene(caption=caption, typed=ORDER, messages=stage.send_text(ORDER))
    yield from _after_a_failure()
    stage = Stage(*GOODS)
    yield Scene(
        caption="A product that is closed",
        typed="s25.081234567890",
        messages=stage.send_text("s25.081234567890"),
    )
    stage.advance(NIGHT_S)
    order = "pln20.14444941364"
    yield Scene(caption="A product that is closed at night", typed=order, messages=stage.send_text(order))


def _after_a_failure() -> Iterator[Scene]:
    stage = Stage(*GOODS)
    stage.send_text(ORDER)
    stage.apply(
        Claimed(),
        Refused(reason="Produk tidak tersedia (ROUTE)", failure_cause=FailureCause.PRODUCT_UNAVAILABLE),
    )
    yield Scene(caption="After a failed order, 🔁 Ulangi is tapped", messages=stage.tap("Ulangi"))
    yield Scene(caption="The button buys it", messages=stage.tap("🛒"))
