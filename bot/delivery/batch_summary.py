"""The batch summary: one message that answers many orders, and is edited as they change.

The results of a large batch are held and leave together, and its summary is edited less and less often.
Telegram would rate-limit a chat that got a hundred messages one by one.
"""

from bot.actors import Address
from bot.notices.placing import BatchSummary
from bot.orders.model import Batch, Order
from bot.unit_of_work import UnitOfWork
from storage import batches, chats, orders, outbox
from storage.outbox import OutboxMessage
from storage.transaction import Tx

MAX_IMMEDIATE_RESULTS = 3
"""Batches of up to three orders get each result at once, in a message of its own."""

MIN_HOLD_MS = 3_000
HOLD_PER_ORDER_MS = 1_200
"""Results are held for 12 s at most for ten orders, two minutes for a hundred."""


def create(work: UnitOfWork, batch: Batch, address: Address) -> None:
    """Store a batch, and answer its message with its summary."""
    batches.insert(work.tx, batch)
    summary = BatchSummary(chat_id=batch.chat_id, message_id=batch.message_id)
    work.notify(summary, address, subject=_subject_of(batch))


def update(tx: Tx, batch: Batch, order: Order, *, now_ms: int) -> int:
    """Enqueue an edit of the summary after an order has changed; return until when to hold its own result.

    The end of the last order ends the hold. The summary comes first, so that it does not separate results.
    """
    batches.bump_version(tx, batch)
    until_ms = _hold_until_ms(tx, batch, now_ms)
    if not outbox.is_waiting_about(tx, _subject_of(batch)):
        _enqueue_edit(tx, batch, order.thread_id, until_ms, now_ms)
    if not until_ms:
        outbox.release(tx, chats.current(tx, batch.chat_id), batch.message_id)
    return until_ms if batch.placed_count > MAX_IMMEDIATE_RESULTS else 0


def confirm_sent(tx: Tx, summary: BatchSummary, thread_id: int | None, *, version: int, now_ms: int) -> None:
    """Enqueue another edit if orders have changed since `version`, while the summary was being sent."""
    batch = batches.find(tx, summary.chat_id, summary.message_id)
    if batch and batch.version != version:
        _enqueue_edit(tx, batch, thread_id, _hold_until_ms(tx, batch, now_ms), now_ms)


def _hold_until_ms(tx: Tx, batch: Batch, now_ms: int) -> int:
    """Return until when the messages of a batch are held; 0 once no order is in progress.

    A hold lasts as long as the batch is old, within bounds; messages that come meanwhile join it.
    """
    if not orders.any_in_progress(tx, batch.chat_id, batch.message_id):
        return 0
    max_hold_ms = max(MIN_HOLD_MS, batch.placed_count * HOLD_PER_ORDER_MS)
    if batch.hold_until_ms > now_ms + max_hold_ms:
        # The clock was set back, which must not lengthen the hold.
        outbox.release(tx, chats.current(tx, batch.chat_id), batch.message_id)
    elif batch.hold_until_ms > now_ms:
        return batch.hold_until_ms
    age_ms = now_ms - batch.placed_at_ms
    until_ms = now_ms + min(max(age_ms, MIN_HOLD_MS), max_hold_ms)
    batches.set_hold(tx, batch, until_ms=until_ms)
    return until_ms


def _enqueue_edit(tx: Tx, batch: Batch, thread_id: int | None, until_ms: int, now_ms: int) -> None:
    cards = outbox.cards_about(tx, _subject_of(batch))
    if not cards:
        return
    chat_id, message_id, _ = cards[-1]
    message = OutboxMessage(
        chat_id=chat_id,
        thread_id=thread_id,
        notice=BatchSummary(chat_id=batch.chat_id, message_id=batch.message_id),
        # In a moved group, this id belongs to another message.
        reply_to=batch.message_id if chat_id == batch.chat_id else None,
        edits=message_id,
        subject=_subject_of(batch),
        hold_until_ms=until_ms,
    )
    outbox.enqueue(tx, message, at_ms=now_ms)


def _subject_of(batch: Batch) -> str:
    return f"table:{batch.chat_id}:{batch.message_id}"
