"""Reconciles the biller's own list of transactions with our orders; nothing is changed by it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from statistics import median_low

from msgspec import Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from bot.catalogue.price_list.reader import UnreadablePriceList
from bot.catalogue.price_list.sheets import FileError
from bot.features.biller_list import TRXID, BillerList
from bot.orders.model import Order
from bot.orders.reconciliation import ListedTransaction, Reconciliation, may_be_number, reconcile
from bot.unit_of_work import UnitOfWork
from storage import order_queries, orders
from storage.transaction import Tx

MAX_OURS = 60_000
MAX_DAYS = 92
"""A list of a quarter; a longer span is of a date that was misread."""

DAY_MS = 86_400_000

SHORTENED_CHARS = 15
"""Spreadsheets keep so many digits of a number; a trxid has 17."""


class ListResult(Struct, frozen=True, kw_only=True):
    """A list compared with our orders of its time; the times are None if the list does not show it."""

    listed: BillerList
    result: Reconciliation
    from_ms: int | None
    until_ms: int | None
    is_cut: bool


_decoder = Decoder(BillerList | UnreadablePriceList)


def decode_biller_list(output: bytes | None) -> BillerList | UnreadablePriceList:
    """Return what the reader of a file found; a file that crashed its reader counts as damaged."""
    return _decoder.decode(output) if output is not None else UnreadablePriceList(fault=FileError.DAMAGED)


def compare_list(work: UnitOfWork, listed: BillerList) -> ListResult:
    """Compare a list with our orders: by trxid, and with all that were placed in its time."""
    ours: dict[str, Order] = {}
    rows = tuple(_as_ours(work.tx, row, ours) for row in listed.rows)
    span = _span(rows, ours, work.zone, work.now_ms)
    within: list[Order] = []
    if span:
        for order in order_queries.placed_within(
            work.tx, user_id=None, from_ms=span[0], until_ms=span[1] + 1
        ):
            within.append(order)
            if len(within) == MAX_OURS:
                break
    return ListResult(
        listed=listed,
        result=reconcile(rows, ours, within),
        from_ms=span[0] if span else None,
        until_ms=span[1] if span else None,
        is_cut=len(within) == MAX_OURS,
    )


def _as_ours(tx: Tx, row: ListedTransaction, ours: dict[str, Order]) -> ListedTransaction:
    """Add the order of a row to `ours`; return the row, with the whole trxid if only digits of it are left.

    Spreadsheets keep fifteen of them.
    """
    order = orders.get(tx, row.trxid)
    if order is None and TRXID.fullmatch(row.trxid) and row.destination:
        near = [
            order
            for order in orders.near_trxid(tx, row.trxid[:SHORTENED_CHARS])
            if may_be_number(row.destination, order.destination)
        ]
        order = near[0] if len(near) == 1 else None
    if order is None:
        return row
    ours[order.trxid] = order
    return row if order.trxid == row.trxid else replace(row, trxid=order.trxid)


def _span(
    rows: Sequence[ListedTransaction], ours: Mapping[str, Order], zone: tzinfo, now_ms: int
) -> tuple[int, int] | None:
    """Return the time of the list by our clock: from the first to the last of its transactions."""
    placed = [order.placed_at_ms for order in ours.values()]
    timed = [(row, _at_ms(row.at, zone)) for row in rows if "T" in row.at]
    # The biller's clock may be of another zone.
    ahead = [at_ms - ours[row.trxid].placed_at_ms for row, at_ms in timed if row.trxid in ours]
    ahead_ms = median_low(ahead) if ahead else 0
    ends = placed + [at_ms - ahead_ms for row, at_ms in timed if row.trxid not in ours]
    for day in {row.at for row in rows if row.at and "T" not in row.at}:
        ends += [_at_ms(day, zone), _at_ms(day, zone, days=1) - 1]
    known = [at_ms for at_ms in ends if at_ms <= now_ms + DAY_MS]
    if not known:
        return None
    last_ms = min(max(known), now_ms)
    return max(min(known), last_ms - MAX_DAYS * DAY_MS), last_ms


def _at_ms(local: str, zone: tzinfo, *, days: int = 0) -> int:
    at = datetime.fromisoformat(local) + timedelta(days=days)
    return int(at.replace(tzinfo=zone).timestamp() * 1000)
