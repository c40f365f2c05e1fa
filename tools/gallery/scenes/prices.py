"""Prices, finding a product, and ordering by taps alone."""

from collections.abc import Iterator

from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import RINA, Stage


def play() -> Iterator[Scene]:
    """Look around and buy something."""
    stage = Stage(*GOODS)
    yield Scene(when="What there is", did="harga", said=stage.says("harga"))
    yield Scene(when="A group is tapped", said=stage.taps("Pulsa Telkomsel"))
    for when, typed in (
        ("By the code's first letters", "h.pln"),
        ("By name", "harga indosat 10"),
        ("By number: what fits its network", "harga 0857-1234-5678"),
        ("An input error in the name", "harga mobil legend"),
        ("Nothing like it", "harga emas"),
    ):
        yield Scene(when=when, did=typed, said=stage.says(typed))
    stage.says("harga ml")
    yield Scene(when="A product is tapped: for which number?", said=stage.taps("ML86"))
    answer = "12345678 1234"
    said = stage.says(answer, to="DestinationPrompt")
    yield Scene(when="The answer is shown before it is bought", did=answer, said=said)
    yield Scene(when="The button buys it", said=stage.taps("🛒"))
    stage.says("harga ml")
    stage.taps("ML86")
    yield Scene(when="The number without a reply, and cut short", did="1234", said=stage.says("1234"))
    yield Scene(when="The choice is let go", did="batal", said=stage.says("batal"))
    stage.says("harga 081234567890")
    yield Scene(when="A list for a number knows the number already", said=stage.taps("S10"))
    stage.says("harga s")
    yield Scene(when="A closed product is tapped", said=stage.taps("S25"))
    yield Scene(when="Where no price list is kept", did="harga", said=Stage().says("harga"))
    yield Scene(when="… and an admin asks", did="harga", said=Stage().says("harga", RINA))
