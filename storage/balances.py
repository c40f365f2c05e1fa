"""The balance at the biller, chats that wait for a deposit there, and quarantined reversals."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bot.orders.biller_float import Checkpoint, FloatMove, Reserve
from storage.codec import columns_of, from_row
from storage.transaction import Tx

DAY_MS = 24 * 3_600_000
END_OF_TIME_MS = 1 << 62

MAX_QUARANTINED_REVERSALS = 10_000
"""20 MB at some 2 kB each: a sender who found the secret path must not fill the disk."""


class ReportedBalance(Struct, frozen=True, kw_only=True):
    """The balance that the biller last reported, in an `answer` or a `reversal` (`source`) about an order.

    `checkpoint` is the report with which the next one can be compared.
    """

    balance_idr: int
    reported_at_ms: int
    source: str
    trxid: str
    checkpoint: Checkpoint | None = None
    reserve: Reserve = Reserve()

    @property
    def now_idr(self) -> int:
        """The balance as it should be now, after what moved it since the report."""
        return self.balance_idr + self.reserve.moved_idr


class OrderSum(Struct, frozen=True, kw_only=True):
    """A number of orders and their cost, without that of `uncosted_count` orders, which is not known."""

    count: int
    cost_idr: int
    uncosted_count: int


def report_balance(tx: Tx, balance: ReportedBalance) -> None:
    checkpoint = balance.checkpoint
    tx.run(
        "report_balance",
        balance_idr=balance.balance_idr,
        reported_at_ms=balance.reported_at_ms,
        source=balance.source,
        trxid=balance.trxid,
        checkpoint_idr=checkpoint.balance_idr if checkpoint else None,
        checkpoint_at_ms=checkpoint.at_ms if checkpoint else 0,
        topup_idr=checkpoint.topup_idr if checkpoint else 0,
        spent_idr=checkpoint.spent_idr if checkpoint else 0,
        unknown_count=checkpoint.unknown_count if checkpoint else 0,
        is_alarmed=int(balance.reserve.is_alarmed),
        alarmed_at_ms=balance.reserve.alarmed_at_ms,
        is_topped_up=int(balance.reserve.is_topped_up),
    )


def judge_reserve(tx: Tx, reserve: Reserve) -> None:
    """Store how the balance was judged, and the threshold that is used where the operator set none."""
    tx.run(
        "judge_reserve",
        mean_idr=reserve.mean_idr,
        is_alarmed=int(reserve.is_alarmed),
        alarmed_at_ms=reserve.alarmed_at_ms,
        is_topped_up=int(reserve.is_topped_up),
    )


def submitting_cost(tx: Tx) -> int:
    """Sum the expected cost of the orders whose answer is awaited."""
    row = tx.one("sum_submitting_orders")
    return row["cost_idr"] if row else 0


def spent_since(tx: Tx, since_ms: int) -> int:
    """Sum the cost of the orders placed since then that have not failed."""
    row = tx.one("sum_spent_orders", since_ms=since_ms)
    return row["cost_idr"] if row else 0


def last_balance(tx: Tx) -> ReportedBalance | None:
    row = tx.one("last_balance")
    return _reported(columns_of(row)) if row else None


class BeforeReport(Struct, frozen=True, kw_only=True):
    """What is known before the biller's report about an order.

    `last` is the balance reported before, and `is_alone` whether the one in this report can be compared with
    its checkpoint: it cannot if another order may have moved the balance since this one was claimed.
    `known_cost_idr` is the last known cost of the product; `is_awaited` if chats wait for a deposit.
    """

    last: ReportedBalance | None
    is_alone: bool
    known_cost_idr: int | None
    is_awaited: bool


def before_report(columns: Mapping[str, Any]) -> BeforeReport:
    """Return what is known before a report, from the columns of a statement that reads it."""
    return BeforeReport(
        last=_reported(columns) if columns["balance_idr"] is not None else None,
        is_alone=bool(columns["is_alone"]),
        known_cost_idr=columns["known_cost_idr"],
        is_awaited=bool(columns["is_awaited"]),
    )


def _reported(row: Mapping[str, Any]) -> ReportedBalance:
    return ReportedBalance(
        balance_idr=row["balance_idr"],
        reported_at_ms=row["reported_at_ms"],
        source=row["source"],
        trxid=row["reported_trxid"],
        checkpoint=_checkpoint(row) if row["checkpoint_idr"] is not None else None,
        reserve=Reserve(
            moved_idr=row["moved_idr"],
            mean_idr=row["mean_idr"],
            is_alarmed=bool(row["is_alarmed"]),
            alarmed_at_ms=row["alarmed_at_ms"],
            is_topped_up=bool(row["is_topped_up"]),
        ),
    )


def _checkpoint(row: Mapping[str, Any]) -> Checkpoint:
    return Checkpoint(
        balance_idr=row["checkpoint_idr"],
        at_ms=row["checkpoint_at_ms"],
        topup_idr=row["topup_idr"],
        spent_idr=row["spent_idr"],
        unknown_count=row["unknown_count"],
    )


def move_float(tx: Tx, move: FloatMove) -> None:
    """Store a move of the balance that came without a report."""
    tx.run("move_float", spent_idr=move.spent_idr, unknown_count=move.unknown_count)


def forget_checkpoint(tx: Tx) -> None:
    """Forget the report with which the next one would be compared."""
    tx.run("forget_checkpoint")


class TopUp(Struct, frozen=True, kw_only=True):
    """What an admin says that was paid in at the biller."""

    amount_idr: int
    at_ms: int
    noted_by: int


def note_topup(tx: Tx, amount_idr: int, *, noted_by: int, at_ms: int) -> None:
    tx.run("note_topup", amount_idr=amount_idr, noted_by=noted_by, at_ms=at_ms)
    tx.run("top_up_float", amount_idr=amount_idr)


def last_topup(tx: Tx) -> TopUp | None:
    row = tx.one("last_topup")
    return from_row(TopUp, row) if row else None


def topups(tx: Tx, *, since_ms: int = 0, limit: int) -> list[TopUp]:
    """Return the top-ups noted at or after `since_ms`, newest first."""
    return [from_row(TopUp, row) for row in tx.all("topups_since", since_ms=since_ms, limit=limit)]


def topups_since(tx: Tx, since_ms: int) -> int:
    """Sum the top-ups noted after `since_ms`."""
    row = tx.one("sum_topups", since_ms=since_ms)
    return row["amount_idr"] if row else 0


def accepted_since(tx: Tx, since_ms: int) -> OrderSum:
    """Sum the orders that the biller accepted after `since_ms` and that have not failed."""
    return _sum(tx, "sum_accepted_orders", since_ms=since_ms, placed_from_ms=since_ms - DAY_MS)


def open_sum(tx: Tx) -> OrderSum:
    """Sum the orders that have no result yet."""
    return _sum(tx, "sum_open_orders")


def succeeded_since(tx: Tx, since_ms: int) -> OrderSum:
    """Sum the orders that were placed at or after `since_ms` and succeeded."""
    return _sum(tx, "sum_succeeded_orders", since_ms=since_ms)


def _sum(tx: Tx, statement: str, **values: int) -> OrderSum:
    row = tx.one(statement, **values)
    return OrderSum(**dict(row)) if row else OrderSum(count=0, cost_idr=0, uncosted_count=0)


def quarantine(tx: Tx, *, at_ms: int, remote: str, why: str, query: str, trxid: str | None = None) -> None:
    """Store a reversal that does not match an order; only the latest MAX_QUARANTINED_REVERSALS stay.

    `trxid` is the order that it names, if any.
    """
    tx.run("quarantine_reversal", at_ms=at_ms, remote=remote, why=why, query=query, trxid=trxid)
    tx.run("trim_quarantine", keep=MAX_QUARANTINED_REVERSALS)


def quarantined_of(
    tx: Tx, trxid: str, *, since_ms: int = 0, until_ms: int = END_OF_TIME_MS, limit: int = 1
) -> list[str]:
    """Return the distinct queries in quarantine that name an order, newest first."""
    rows = tx.all("quarantined_of_order", trxid=trxid, since_ms=since_ms, until_ms=until_ms, limit=limit)
    return [row["query"] for row in rows]


def was_unmatched_quarantined(tx: Tx, *, since_ms: int, until_ms: int) -> bool:
    """Return whether a reversal that names no order was quarantined from `since_ms` to `until_ms`."""
    return tx.one("unmatched_quarantined_since", since_ms=since_ms, until_ms=until_ms) is not None


class DepositWait(Struct, frozen=True, kw_only=True):
    """One chat: its last refused order, how many were refused, and when the last was."""

    chat_id: int
    trxid: str
    refused_count: int
    refused_at_ms: int


def add_deposit_wait(tx: Tx, chat_id: int, trxid: str, *, at_ms: int) -> None:
    """Store that an order of a chat was refused."""
    tx.run("await_deposit", chat_id=chat_id, trxid=trxid, at_ms=at_ms)


def deposit_waits(tx: Tx, *, limit: int) -> list[DepositWait]:
    """Return the waiting chats by the time of their last refusal, the oldest first."""
    return [from_row(DepositWait, row) for row in tx.all("deposit_waits", limit=limit)]


def end_deposit_wait(tx: Tx, chat_id: int) -> None:
    """Delete a chat that waits for a deposit."""
    tx.run("end_deposit_wait", chat_id=chat_id)
