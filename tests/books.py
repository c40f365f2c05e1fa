"""Fills a database with many orders, each with a random sequence of events."""

from datetime import UTC
from itertools import count
from random import Random

from bot.grammar.parsed import order_text
from bot.orders.events import (
    Accepted,
    Claimed,
    Contradiction,
    Expired,
    Failed,
    NotSent,
    OrderEvent,
    Overdue,
    Refused,
    Resolved,
    Succeeded,
    Unclear,
)
from bot.orders.model import ExpiryReason, FailureCause, Intent, Outcome
from bot.purchasing.settlement import OrderSource, apply_event_to, store_order
from bot.unit_of_work import WorkContext
from storage.transaction import Tx

LIVES: tuple[tuple[OrderEvent, ...], ...] = (
    (Claimed(), Accepted(cost_idr=5_000, balance_idr=1_000_000), Succeeded(sn="1234/BUDI", cost_idr=5_100)),
    (Claimed(), Accepted(cost_idr=5_000), Succeeded(), Succeeded(sn="1234/BUDI")),
    (
        Claimed(),
        Accepted(cost_idr=5_000),
        Failed(reason="salah nomor", failure_cause=FailureCause.DESTINATION),
    ),
    (Claimed(), Refused(reason="saldo habis", failure_cause=FailureCause.DEPOSIT, biller_ref="2116")),
    (Claimed(), NotSent(why="ConnectError"), Claimed(), NotSent(why="ConnectError"), Claimed(), Accepted()),
    (Claimed(), NotSent(why="ConnectError"), Expired(reason=ExpiryReason.NEVER_SENT)),
    (Expired(reason=ExpiryReason.TOO_OLD), Succeeded(sn="7")),
    (Claimed(), Unclear(why="ReadError"), Resolved(outcome=Outcome.SUCCESS, admin_id=9001, sn="77")),
    (
        Claimed(),
        Unclear(why="ReadError"),
        Succeeded(sn="8"),
        Failed(reason="", failure_cause=FailureCause.OTHER),
    ),
    (Claimed(), Accepted(), Overdue(), Contradiction(why="status 0, GAGAL"), Accepted(cost_idr=1)),
    (Succeeded(sn="early"), Claimed(), Accepted(cost_idr=5_000)),
    (Claimed(), Accepted(), Overdue(), Resolved(outcome=Outcome.FAILURE, admin_id=9001)),
)
"""The events of an order from its placement to its end; most orders get the first sequence."""


def a_context() -> WorkContext:
    """Return a context with one admin, and with nonces and suffixes that count up."""
    nonces, draws = count(), count()
    return WorkContext(
        admin_ids=(9001,),
        zone=UTC,
        nonce=lambda: f"nonce-{next(nonces)}",
        random_suffix=lambda: next(draws) % 100_000,
    )


def fill(tx: Tx, context: WorkContext, orders: int, *, random: Random, from_ms: int, first: int = 0) -> None:
    """Store `orders` orders, one every two seconds from `from_ms` on; `first` is the first message id."""
    for number in range(first, first + orders):
        at_ms = from_ms + number * 2_000
        intent = Intent(product_code="s5", destination=f"0812{number:08d}")
        source = OrderSource(
            chat_id=1001,
            thread_id=None,
            message_id=number,
            user_id=1001,
            at_ms=at_ms,
            text=order_text(intent),
        )
        order = store_order(context.begin(tx, at_ms), intent, source)
        assert order
        life = LIVES[0] if random.random() < 0.8 else random.choice(LIVES)
        for step, event in enumerate(life, start=1):
            work = context.begin(tx, at_ms + 700 * step)
            apply_event_to(work, order.trxid, event, actor="test", evidence="status=0")
