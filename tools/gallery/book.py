"""The chapters of the gallery in order, and the paths of its files."""

from pathlib import Path

from tools.gallery.scene import Chapter
from tools.gallery.scenes import (
    accounts,
    admins,
    after,
    again,
    coming_in,
    deposits,
    doubts,
    levels,
    looking,
    many,
    money,
    news,
    pricelist,
    prices,
    restored,
    results,
    shops,
    slips,
)

GALLERY = Path(__file__).resolve().parent.parent.parent / "docs" / "gallery.md"
PICTURES = GALLERY.parent / "pictures"

CHAPTERS = (
    Chapter(
        title="Registration",
        intro="A stranger can only request access. An admin decides with a tap, and can revise the decision.",
        play=coming_in.play,
    ),
    Chapter(
        title="Shops and invitations",
        intro="Assistants order for the shop of a reseller. A link lets people in without asking.",
        play=shops.play,
    ),
    Chapter(
        title="An order and its result",
        intro="Every message replies to its order: the same facts in the same order, then the next step.",
        play=results.play,
    ),
    Chapter(
        title="Questions before an order is bought",
        intro="Loket does not guess between two readings: each has its button, and a tap buys it.",
        play=doubts.play,
    ),
    Chapter(
        title="Duplicates and closed products",
        intro="A second purchase needs its number in the text, or a tap.",
        play=again.play,
    ),
    Chapter(
        title="Input errors",
        intro="Every input error is answered with the nearest valid form, which a tap copies.",
        play=slips.play,
    ),
    Chapter(
        title="Several orders in one message",
        intro="One table answers all of them and is updated as they change; each result is also sent.",
        play=many.play,
    ),
    Chapter(
        title="Balances",
        intro="A reseller with a limit pays when the order is placed, and gets the price back if it fails.",
        play=money.play,
    ),
    Chapter(
        title="Accounts",
        intro=(
            "A reseller sees what moved the balance. An admin changes it with a reason and two taps; the "
            "reseller and all other admins are told."
        ),
        play=accounts.play,
    ),
    Chapter(
        title="Deposits",
        intro="A ticket has an exact amount, by which its payment is recognised; an admin confirms it once.",
        play=deposits.play,
    ),
    Chapter(
        title="Levels of prices",
        intro="Each reseller sees and pays the price of their level. Costs are for admins only.",
        play=levels.play,
    ),
    Chapter(
        title="Prices", intro="By group, code, name or number; a tap leads to an order.", play=prices.play
    ),
    Chapter(
        title="Looking up orders",
        intro="Resellers see only their own orders; admins see all orders in their private chats.",
        play=looking.play,
    ),
    Chapter(
        title="Receipts and complaints",
        intro="Both are one tap under the result.",
        play=after.play,
    ),
    Chapter(
        title="The price list",
        intro="An admin sends one file and sees its changes before they are applied.",
        play=pricelist.play,
    ),
    Chapter(
        title="News",
        intro="A broadcast is confirmed by two taps and leaves after all results. Resellers may want none.",
        play=news.play,
    ),
    Chapter(
        title="Decisions, money and alarms",
        intro="An admin confirms each decision. Alarms of one kind are sent once in five minutes.",
        play=admins.play,
    ),
    Chapter(
        title="After a restore",
        intro="A backup lacks what came after it: nothing is bought until an admin has checked.",
        play=restored.play,
    ),
)
