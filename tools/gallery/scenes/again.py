"""The same order again on the same day, and what is not for sale just now."""

from collections.abc import Iterator

from bot.orders.events import Claimed, Failed, OrderEvent, Refused, Succeeded, Unclear
from bot.orders.model import FailureCause
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import Stage

ORDER = "s5.081234567890"
STOOD: tuple[tuple[str, tuple[OrderEvent, ...]], ...] = (
    ("The first one is on its way", ()),
    ("The first one is in doubt", (Claimed(), Unclear(why="ReadTimeout"))),
    (
        "The first one is disputed",
        (Claimed(), Succeeded(sn="51203948571"), Failed(reason="", failure_cause=FailureCause.OTHER)),
    ),
)
NIGHT_S = 9 * 3_600


def play() -> Iterator[Scene]:
    """Send an order twice, buy a second one on purpose, and ask for what is shut."""
    stage = Stage(*GOODS)
    stage.says(ORDER)
    stage.hears(Claimed(), Succeeded(sn="51203948571"))
    stage.passes(300)
    yield Scene(when="The same again, and the first one succeeded", did=ORDER, said=stage.says(ORDER))
    again = "s5.2.081234567890"
    yield Scene(when="A second one on purpose", did=again, said=stage.says(again))
    for when, news in STOOD:
        stage = Stage(*GOODS)
        stage.says(ORDER)
        stage.hears(*news)
        yield Scene(when=when, did=ORDER, said=stage.says(ORDER))
    yield from _after_a_failure()
    stage = Stage(*GOODS)
    yield Scene(when="A product that is closed", did="s25.081234567890", said=stage.says("s25.081234567890"))
    stage.passes(NIGHT_S)
    order = "pln20.14444941364"
    yield Scene(when="A product that rests at night", did=order, said=stage.says(order))


def _after_a_failure() -> Iterator[Scene]:
    stage = Stage(*GOODS)
    stage.says(ORDER)
    stage.hears(
        Claimed(),
        Refused(reason="Produk tidak tersedia (ROUTE)", failure_cause=FailureCause.PRODUCT_UNAVAILABLE),
    )
    yield Scene(when="A failed one does not count: 🔁 Ulangi shows it", said=stage.taps("Ulangi"))
    yield Scene(when="And the button buys it", said=stage.taps("🛒"))
