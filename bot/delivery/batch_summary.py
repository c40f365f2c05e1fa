"""The living table: one message that answers many orders, and is rewritten as they move.

A large batch is told at a pace of its own: its results gather and leave together, and its table is rewritten
less and less often as it grows older. Telegram would hold up a chat that is told a hundred things one by one.
"""

from bot.actors import Address
from bot.notices.placing import BatchSummary
from bot.orders.model import Batch, Order
from bot.unit_of_work import UnitOfWork
from storage import batches, chats, orders, outbox
from storage.outbox import OutboxMessage
from storage.transaction import Tx

MAX_IMMEDIATE_RESULTS = 3
"""Up to as many orders have each result pushed by itself, at once."""

MIN_HOLD_MS = 3_000
HOLD_PER_ORDER_MS = 1_200
"""How long results gather at most: 12 s for ten orders, two minutes for a hundred."""


def create(work: UnitOfWork, batch: Batch, where: Address) -> None:
    """Keep a batch, and answer its message with its table."""
    batches.insert(work.tx, batch)
    table = BatchSummary(chat_id=batch.chat_id, message_id=batch.message_id)
    work.notify(table, where, subject=_subject_of(batch))


def update(tx: Tx, batch: Batch, order: Order, *, now_ms: int) -> int:
    """An order of a batch has moved: let its table be rewritten; give until when the order's own news rests.

    The end of the last order ends all rest. The table comes first, so that it parts no results.
    """
    batches.bump_version(tx, batch)
    until_ms = _rest_of(tx, batch, now_ms)
    if not outbox.is_waiting_about(tx, _subject_of(batch)):
        _rewrite(tx, batch, order.thread_id, until_ms, now_ms)
    if not until_ms:
        outbox.release(tx, chats.current(tx, batch.chat_id), batch.message_id)
    return until_ms if batch.placed_count > MAX_IMMEDIATE_RESULTS else 0


def confirm_sent(tx: Tx, table: BatchSummary, thread_id: int | None, *, version: int, now_ms: int) -> None:
    """A table was told as of `version`: what moved while it was on its way is shown by the next."""
    batch = batches.find(tx, table.chat_id, table.message_id)
    if batch and batch.version != version:
        _rewrite(tx, batch, thread_id, _rest_of(tx, batch, now_ms), now_ms)


def _rest_of(tx: Tx, batch: Batch, now_ms: int) -> int:
    """Give until when news of a batch gathers; 0 once nothing is under way.

    The first of it rests as long again as the batch is old, within bounds; what comes meanwhile joins it.
    """
    if not orders.any_in_progress(tx, batch.chat_id, batch.message_id):
        return 0
    longest_ms = max(MIN_HOLD_MS, batch.placed_count * HOLD_PER_ORDER_MS)
    if batch.hold_until_ms > now_ms + longest_ms:
        # The clock was set back: nothing rests for an hour because of that.
        outbox.release(tx, chats.current(tx, batch.chat_id), batch.message_id)
    elif batch.hold_until_ms > now_ms:
        return batch.hold_until_ms
    age_ms = now_ms - batch.placed_at_ms
    until_ms = now_ms + min(max(age_ms, MIN_HOLD_MS), longest_ms)
    batches.set_hold(tx, batch, until_ms=until_ms)
    return until_ms


def _rewrite(tx: Tx, batch: Batch, thread_id: int | None, until_ms: int, now_ms: int) -> None:
    cards = outbox.cards_about(tx, _subject_of(batch))
    if not cards:
        return
    chat_id, message_id, _ = cards[-1]
    message = OutboxMessage(
        chat_id=chat_id,
        thread_id=thread_id,
        notice=BatchSummary(chat_id=batch.chat_id, message_id=batch.message_id),
        # Where a group has moved to, this number is another message's.
        reply_to=batch.message_id if chat_id == batch.chat_id else None,
        edits=message_id,
        subject=_subject_of(batch),
        hold_until_ms=until_ms,
    )
    outbox.enqueue(tx, message, at_ms=now_ms)


def _subject_of(batch: Batch) -> str:
    return f"table:{batch.chat_id}:{batch.message_id}"
