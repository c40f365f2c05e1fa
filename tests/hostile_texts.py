"""Texts made to be expensive to read, and a count of what reading them costs: calls, not time."""

import sys
from collections.abc import Callable, Iterator
from types import FrameType

from bot.grammar.vocabulary import ABOUT_AN_ORDER, COMMANDS, OPENERS, THANKS

WORDS = sorted(COMMANDS | OPENERS | THANKS | ABOUT_AN_ORDER | {"ke", "utk", "no", "nomor", "kode", "dan"})
ORDERS = ("s5.081234567890", "5.0812345678", "s5 s10 0812345678", "s 5.0812345678", "0812345678 s5", "5rb")
ATOMS = (
    *("1", "12", "081234567890", "+628", "(0", "s5", "1a", "a1", "zz", "a", "O0", "kode:s5 no:0812345678"),
    *(
        ".",
        ",",
        ";",
        "*",
        "#",
        "-",
        "/",
        "(",
        ")",
        "+",
        "@",
        "|",
        "=",
        ":",
        "?",
        "_",
        " ",
        "\n",
        "\n1 ",
        "\t",
    ),
    *("1.", "2)", "a.", "- ", "**", "…", "👍", "é", "٣", "İ", "\u200b", "\0", "[1/1 ", "budi@x"),
    *ORDERS,
)
HEADS = ("", "isi ", "s5.", "5.", "1 ")
TAILS = ("", "5", " 1a", " 0812345678")


def hostile_texts(chars: int) -> Iterator[str]:
    """Yield texts of `chars` characters, each a repetition between a head and a tail."""
    marks = (" ", ".", "\n")
    units = [*(f"{word}{marks[number % len(marks)]}" for number, word in enumerate(WORDS)), *ATOMS]
    units += [f"{one} {other}" for one in ORDERS for other in ATOMS]
    for position, unit in enumerate(units):
        head, tail = HEADS[position % len(HEADS)], TAILS[position % len(TAILS)]
        yield (head + unit * chars)[: chars - len(tail)] + tail


def calls_of(read: Callable[[], object]) -> int:
    """Return the number of calls of Python and C functions in `read`, in this thread."""
    count = 0

    def note(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        read()
    finally:
        sys.setprofile(before)
    return count
