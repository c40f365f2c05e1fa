"""Ambiguous or unlikely orders: the bot asks, with a button for each reading."""

from collections.abc import Iterator

from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import SARI, Stage, messages_to

TYPED = (
    ("A code that is almost a known one", "s55.081234567890"),
    ("The same for a number of another network", "s11.085712345678"),
    ("A number of another network", "s5.085712345678"),
    ("A nominal that fits several products", "20.14444941364"),
    ("An ordinal or a part of the number", "s5.08123456789.12"),
    ("An ordinal beyond the next purchase", "s5.7.081234567890"),
    ("Two numbers after one code", "ovo25.08123456789 12345"),
    ("A PIN after the order", "s5.081234567890.1234"),
    ("Words after the order", "s5.081234567890 ya kak"),
    ("A game id that looks like a phone number", "ml86.628123456789"),
    ("A letter in the number", "s5.0812345678O0"),
    ("The number before the code", "081234567890.s5"),
    ("Nothing between code and number", "s5081234567890"),
    ("An order inside a sentence", "tolong isi s5 ke 081234567890 ya"),
)


def play() -> Iterator[Scene]:
    """Send each ambiguous order, and tap an answer."""
    for caption, typed in TYPED:
        stage = Stage(*GOODS)
        yield Scene(caption=caption, typed=typed, messages=stage.send_text(typed))
    typed = "s5.81234567890"
    caption = "Without a price list: a phone number without its 0, or another number"
    yield Scene(caption=caption, typed=typed, messages=Stage().send_text(typed))
    stage = Stage(*GOODS)
    stage.send_text(TYPED[0][1])
    yield Scene(caption="The first button is tapped", messages=messages_to(SARI, stage.tap("🛒")))
