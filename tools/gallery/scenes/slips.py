"""Texts with input errors, each answered with the nearest valid form."""

from collections.abc import Iterator

from bot.updates import MessageKind
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import Stage

TYPED = (
    ("No order at all", "halo, apa kabar?"),
    ("A question about an order", "s5.081234567890 belum masuk"),
    ("A cancellation", "batal s5.081234567890"),
    ("No number", "s5"),
    ("No code", "081234567890"),
    ("A game id without a server", "ml86.12345678"),
    ("Too short", "s5.0812"),
    ("Too long", "s5.0812345678901234"),
    ("Not digits", "s5.budi"),
    ("A name with invalid characters", "vid1.budi/77"),
    ("Not a mobile number", "s5.0215551234"),
    ("Not from Indonesia", "s5.+60123456789"),
    ("Parts that match nothing", "ovo25.0812.3456.7890"),
    ("A code that resembles no other", "zz99.081234567890"),
    ("A command with an input error", "riwyat"),
    ("Two orders on one line", "s5.081234567890 i5.085712345678"),
    ("Too many orders in one message", "\n".join(f"s5.0812{number:08}" for number in range(101))),
    ("A text too long for an order", "tolong diproses ya kak " * 12 + "s5.081234567890"),
    ("A number with hidden digits", "s5.0812345678**"),
    ("A network without a nominal", "tsel 081234567890"),
    ("Thanks", "makasih kak"),
)
SHOWN_LINES = 2


def play() -> Iterator[Scene]:
    """Type every kind of input error."""
    for caption, typed in TYPED:
        stage = Stage(*GOODS)
        lines = typed.splitlines()
        shown = [*lines[:SHOWN_LINES], "…"] if len(lines) > SHOWN_LINES else lines
        yield Scene(caption=caption, typed="\n".join(shown), messages=stage.send_text(typed))
    typed = "dana 081234567890"
    yield Scene(
        caption="Without a price list: a word without a dot after it",
        typed=typed,
        messages=Stage().send_text(typed),
    )
    stage, order = Stage(*GOODS), "i10.085712345678"
    yield Scene(
        caption="A forwarded message",
        typed=order,
        messages=stage.send_text(order, kind=MessageKind.FORWARDED),
    )
    yield Scene(
        caption="An edited message", typed=order, messages=stage.send_text(order, kind=MessageKind.EDITED)
    )
    stage, changed = Stage(*GOODS), "i10.085712345679"
    stage.send_text(order)
    yield Scene(
        caption="An edit of a message that ordered",
        typed=changed,
        messages=stage.send_text(changed, kind=MessageKind.EDITED),
    )
    yield Scene(
        caption="A forward of what is ordered",
        typed=order,
        messages=stage.send_text(order, kind=MessageKind.FORWARDED),
    )
    for kind, caption in (
        (MessageKind.CAPTIONED, "The caption of a photo or file"),
        (MessageKind.AS_CHAT, "In a group, a message by an anonymous admin or a channel"),
    ):
        yield Scene(caption=caption, typed=order, messages=Stage(*GOODS).send_text(order, kind=kind))
    yield Scene(caption="A command for admins", typed="/tertunda", messages=stage.send_text("/tertunda"))
