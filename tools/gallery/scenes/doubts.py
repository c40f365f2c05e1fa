"""Orders that can be read in two ways, or are unlikely: asked back with a button for each reading."""

from collections.abc import Iterator

from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import SARI, Stage, to

TYPED = (
    ("A code that nearly is one", "s55.081234567890"),
    ("The number is of another network", "s5.085712345678"),
    ("A nominal that fits several products", "20.14444941364"),
    ("An ordinal, or a part of the number", "s5.08123456789.12"),
    ("Two numbers behind one code", "ovo25.08123456789 12345"),
    ("A PIN behind the order", "s5.081234567890.1234"),
    ("Words behind the order", "s5.081234567890 ya kak"),
    ("A game id that looks like a phone", "ml86.628123456789"),
    ("A letter in the number", "s5.0812345678O0"),
    ("The number in front", "081234567890.s5"),
    ("Nothing between code and number", "s5081234567890"),
    ("An order amid talk", "tolong isi s5 ke 081234567890 ya"),
)


def play() -> Iterator[Scene]:
    """Type what is asked back, and tap an answer."""
    for when, typed in TYPED:
        stage = Stage(*GOODS)
        yield Scene(when=when, did=typed, said=stage.says(typed))
    typed = "s5.81234567890"
    when = "Without a price list: a phone without its 0, or another number"
    yield Scene(when=when, did=typed, said=Stage().says(typed))
    stage = Stage(*GOODS)
    stage.says(TYPED[0][1])
    yield Scene(when="The first button is tapped", said=to(SARI, stage.taps("🛒")))
