"""The biller's own words about an order, as far as admins need them: the last message, another SN."""

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

TELLING_CHARS = 8
"""So much of an SN is in no other by chance."""


def other_sn(tx: Tx, order: Order, news: OrderEvent) -> str | None:
    """Return the SN in a repeated success that is not the order's, if nothing has brought it before."""
    if not isinstance(news, Succeeded) or order.state is not State.SUCCEEDED or order.sn is None:
        return None
    told = news.sn or news.doubtful_sn
    # Whoever closed a dispute knew of both results, and looked the order up.
    if not told or order.failure_reported or is_same_sn(told, order.sn):
        return None
    return None if any(is_same_sn(told, known) for known in _known(tx, order)) else told


def notify_other_sn(work: UnitOfWork, order: Order, sn: str, raw: str, *, subject: str) -> None:
    """Put both SNs before the admins."""
    facts = facts_of(order, work.now_ms)
    work.notify_admins(OtherSnReported(**facts, sn=order.sn or "", other_sn=sn, raw=raw), subject=subject)


def is_same_sn(one: str, other: str) -> bool:
    """Compare SNs without the blanks and marks that no two messages set alike; one may be cut short."""
    short, long = sorted(("".join(filter(str.isalnum, sn)).lower() for sn in (one, other)), key=len)
    return short == long or (len(short) >= TELLING_CHARS and short in long)


def _known(tx: Tx, order: Order) -> list[str]:
    """Return the SNs in the history of an order; those that a reader was not sure of among them."""
    heard = [recorded.event for recorded in orders.history(tx, order.trxid)]
    told = [
        (news.sn or news.doubtful_sn) if isinstance(news, Succeeded) else news.sn
        for news in heard
        if isinstance(news, Succeeded | SnSupplied)
    ]
    return [sn for sn in told if sn]


class BillerWords(Struct, frozen=True, kw_only=True):
    """The last words of the biller's that were kept; `sn_candidate` may be an SN that was not surely read."""

    raw: str = ""
    sn_candidate: str = ""


def report_words(query: str) -> str:
    """Return a report's query string for an admin to read: without escapes, on one line and capped."""
    return raw_words(unquote_plus(query, errors="replace"))


def latest_words(tx: Tx, order: Order) -> BillerWords:
    """Return the biller's last words of an order; empty where it said nothing in words."""
    for recorded in reversed(orders.history(tx, order.trxid)):
        news = recorded.event
        if news and (raw := raw_words_of(news)):
            candidate = news.doubtful_sn if isinstance(news, Succeeded) and order.sn is None else None
            return BillerWords(raw=raw, sn_candidate=candidate or "")
    return BillerWords()
