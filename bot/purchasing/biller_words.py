"""The biller's own words about an order, for admins: its last message, or a second SN."""

from urllib.parse import unquote_plus

from msgspec import Struct

from bot.biller.public_reason import raw_words
from bot.notices.serial_numbers import OtherSnReported
from bot.orders.events import OrderEvent, SnSupplied, Succeeded
from bot.orders.model import Order, State
from bot.purchasing.notifications import facts_of, raw_words_of
from bot.unit_of_work import UnitOfWork
from storage import orders
from storage.transaction import Tx

DISTINCTIVE_CHARS = 8
"""Two SNs do not share this many characters by chance."""


def other_sn(tx: Tx, order: Order, event: OrderEvent) -> str | None:
    """Return the SN of a repeated success if it is not the order's and is in no earlier event."""
    if not isinstance(event, Succeeded) or order.state is not State.SUCCEEDED or order.sn is None:
        return None
    sn = event.sn or event.doubtful_sn
    # An admin who closed a dispute knew both results, and looked the order up.
    if not sn or order.failure_reported or is_same_sn(sn, order.sn):
        return None
    return None if any(is_same_sn(sn, known) for known in _known(tx, order)) else sn


def notify_other_sn(work: UnitOfWork, order: Order, sn: str, raw: str, *, subject: str) -> None:
    """Show both SNs to the admins."""
    facts = facts_of(order, work.now_ms)
    work.notify_admins(OtherSnReported(**facts, sn=order.sn or "", other_sn=sn, raw=raw), subject=subject)


def is_same_sn(one: str, other: str) -> bool:
    """Compare SNs without spaces and punctuation, which differ between messages; one may be truncated."""
    short, long = sorted(("".join(filter(str.isalnum, sn)).lower() for sn in (one, other)), key=len)
    return short == long or (len(short) >= DISTINCTIVE_CHARS and short in long)


def _known(tx: Tx, order: Order) -> list[str]:
    """Return the SNs in the history of an order, including doubtful ones."""
    events = [recorded.event for recorded in orders.history(tx, order.trxid)]
    sns = [
        (event.sn or event.doubtful_sn) if isinstance(event, Succeeded) else event.sn
        for event in events
        if isinstance(event, Succeeded | SnSupplied)
    ]
    return [sn for sn in sns if sn]


class BillerWords(Struct, frozen=True, kw_only=True):
    """The last stored words of the biller; `sn_candidate` may be an SN that was not read reliably."""

    raw: str = ""
    sn_candidate: str = ""


def report_words(query: str) -> str:
    """Return a reversal's query string for an admin: unescaped, on one line and truncated."""
    return raw_words(unquote_plus(query, errors="replace"))


def latest_words(tx: Tx, order: Order) -> BillerWords:
    """Return the biller's last words about an order; empty if there are none."""
    for recorded in reversed(orders.history(tx, order.trxid)):
        event = recorded.event
        if event and (raw := raw_words_of(event)):
            candidate = event.doubtful_sn if isinstance(event, Succeeded) and order.sn is None else None
            return BillerWords(raw=raw, sn_candidate=candidate or "")
    return BillerWords()
