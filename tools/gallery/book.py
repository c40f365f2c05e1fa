"""The chapters in their order, and where the page lies."""

from pathlib import Path

from tools.gallery.scene import Chapter
from tools.gallery.scenes import (
    admins,
    after,
    again,
    coming_in,
    doubts,
    looking,
    many,
    pricelist,
    prices,
    restored,
    results,
    slips,
)

PAPER = Path(__file__).resolve().parent.parent.parent / "docs" / "gallery.md"
FOLDER = PAPER.parent / "pictures"

CHAPTERS = (
    Chapter(
        title="Coming in",
        words="Who is not known can only ask. An admin decides with a tap, and can change it later.",
        play=coming_in.play,
    ),
    Chapter(
        title="An order and its result",
        words="Every message answers its order. The same facts in the same order, then the next step.",
        play=results.play,
    ),
    Chapter(
        title="Asked back before it is bought",
        words="Where two readings are possible nothing is guessed: each has its button, and a tap buys it.",
        play=doubts.play,
    ),
    Chapter(
        title="The same again, and what is shut",
        words="A second purchase needs its number in the text, or a tap.",
        play=again.play,
    ),
    Chapter(
        title="Slips",
        words="Every input error is answered with the nearest right form, which a tap copies.",
        play=slips.play,
    ),
    Chapter(
        title="Several orders in one message",
        words="One table answers them all and is rewritten as they move; each result is pushed as well.",
        play=many.play,
    ),
    Chapter(
        title="Prices", words="By group, code, name or number; a tap leads to an order.", play=prices.play
    ),
    Chapter(
        title="Looking up orders",
        words="One's own orders only; admins see all of them in their private chats.",
        play=looking.play,
    ),
    Chapter(
        title="Receipts and complaints",
        words="Both are one tap under the result.",
        play=after.play,
    ),
    Chapter(
        title="The price list",
        words="An admin sends one file and sees what it would change before it does.",
        play=pricelist.play,
    ),
    Chapter(
        title="Decisions, money and alarms",
        words="What an admin says of an order is asked twice. Alarms of one kind come once in five minutes.",
        play=admins.play,
    ),
    Chapter(
        title="After a restore",
        words="A backup cannot know what came after it: nothing is bought until an admin has looked.",
        play=restored.play,
    ),
)
