"""Texts that are no order yet, and the right form that answers each."""

from collections.abc import Iterator

from bot.updates import MessageKind
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import Stage

TYPED = (
    ("Nothing of an order", "halo, apa kabar?"),
    ("An order that is only spoken of", "s5.081234567890 belum masuk"),
    ("An order that is taken back", "batal s5.081234567890"),
    ("No number", "s5"),
    ("No code", "081234567890"),
    ("No server behind a game id", "ml86.12345678"),
    ("Too short", "s5.0812"),
    ("Too long", "s5.0812345678901234"),
    ("Not digits", "s5.budi"),
    ("A name with strange signs", "vid1.budi/77"),
    ("No mobile number", "s5.0215551234"),
    ("Not from Indonesia", "s5.+60123456789"),
    ("Parts that fit nothing", "ovo25.0812.3456.7890"),
    ("A code that is like no other", "zz99.081234567890"),
    ("A command with an input error", "riwyat"),
    ("Two orders that run together", "s5.081234567890 i5.085712345678"),
    ("Too many at once", "\n".join(f"s5.0812{number:08}" for number in range(101))),
    ("A number with digits hidden", "s5.0812345678**"),
    ("A network without its nominal", "tsel 081234567890"),
    ("Thanks", "makasih kak"),
)
SHOWN_LINES = 2


def play() -> Iterator[Scene]:
    """Type every kind of input error."""
    for when, typed in TYPED:
        stage = Stage(*GOODS)
        first = typed.splitlines()
        shown = [*first[:SHOWN_LINES], "…"] if len(first) > SHOWN_LINES else first
        yield Scene(when=when, did="\n".join(shown), said=stage.says(typed))
    typed = "dana 081234567890"
    yield Scene(when="Without a price list: no dot behind a word", did=typed, said=Stage().says(typed))
    stage, order = Stage(*GOODS), "i10.085712345678"
    yield Scene(when="A forwarded message", did=order, said=stage.says(order, kind=MessageKind.FORWARDED))
    yield Scene(when="An edited message", did=order, said=stage.says(order, kind=MessageKind.EDITED))
    yield Scene(when="There is no balance for resellers", did="saldo", said=stage.says("saldo"))
    yield Scene(when="A command of the admins", did="/tertunda", said=stage.says("/tertunda"))
