"""Finds what the biller said of an order, in its own words, in the order's history."""

from urllib.parse import unquote_plus

from msgspec import Struct

from bot.biller.public_reason import raw_words
from bot.orders.events import Succeeded
from bot.orders.model import Order
from bot.purchasing.notifications import raw_words_of
from storage import orders
from storage.transaction import Tx


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
