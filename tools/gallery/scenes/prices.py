"""Prices, finding a product, and ordering by taps alone."""

from collections.abc import Iterator

from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import RINA, Stage


def play() -> Iterator[Scene]:
    """Search products and buy one."""
    stage = Stage(*GOODS)
    yield Scene(caption="All groups", typed="harga", messages=stage.send_text("harga"))
    yield Scene(caption="A group is tapped", messages=stage.tap("Pulsa Telkomsel"))
    for caption, typed in (
        ("By the code's first letters", "h.pln"),
        ("By name", "harga indosat 10"),
        ("By number: the products of its network", "harga 0857-1234-5678"),
        ("An input error in the name", "harga mobil legend"),
        ("No match", "harga emas"),
    ):
        yield Scene(caption=caption, typed=typed, messages=stage.send_text(typed))
    stage.send_text("harga ml")
    yield Scene(caption="A product is tapped: the bot asks for the number", messages=stage.tap("ML86"))
    answer = "12345678 1234"
    messages = stage.send_text(answer, reply_to="DestinationPrompt")
    yield Scene(caption="The order is shown before it is bought", typed=answer, messages=messages)
    yield Scene(caption="The button buys it", messages=stage.tap("🛒"))
    stage.send_text("harga ml")
    stage.tap("ML86")
    yield Scene(
        caption="A number that is too short, without a reply", typed="1234", messages=stage.send_text("1234")
    )
    yield Scene(caption="The choice is cancelled", typed="batal", messages=stage.send_text("batal"))
    stage.send_text("harga 081234567890")
    yield Scene(caption="A product is tapped in a list for a number", messages=stage.tap("S10"))
    stage.send_text("harga s")
    yield Scene(caption="A closed product is tapped", messages=stage.tap("S25"))
    yield Scene(caption="Without a price list", typed="harga", messages=Stage().send_text("harga"))
    yield Scene(
        caption="Without a price list, for an admin", typed="harga", messages=Stage().send_text("harga", RINA)
    )
