"""After a restore: nothing is bought until an admin has read what the database lacks, and opens the counter.

The gap is the time since the backup, which the database lacks. What may have been bought in it is never
bought again: orders not yet posted in the backup, and messages of the gap that Telegram delivers again.
"""

from enum import Enum, auto

from bot.actors import Actor, Address
from bot.grammar.parsed import Command
from bot.notices.buttons import Action
from bot.notices.restore_gate import (
    CounterClosed,
    CounterOpenAgain,
    CounterReopened,
    ReopenQuestion,
    RestoreCard,
)
from bot.orders.events import Unclear
from bot.orders.model import Order, State, UnknownCause
from bot.purchasing import manual_resolution
from bot.purchasing.settlement import apply_event_to
from bot.routing import Audience, ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import CLOCK_TOLERANCE_MS, UnitOfWork
from bot.updates import Toast
from storage import orders, outbox, restores
from storage.restores import Restore
from storage.transaction import Tx

END_OF_TIME_MS = 1 << 62
SWEEP_LIMIT = 10_000
COUNT_LIMIT = 1000


class OrderBlock(Enum):
    """Why a new order is not placed as usual."""

    CLOSED = auto()
    REQUESTED_IN_THE_GAP = auto()


def check_after_restore(work: UnitOfWork) -> int:
    """Before any post, make orders unknown that may have been posted since the backup; notify the admins.

    Return the number of orders that became unknown; 0 without a restore, or after its release.
    """
    restore = restores.in_quarantine(work.tx)
    if restore is None:
        return 0
    trxids = [
        order.trxid
        for state in (State.PLACED, State.SUBMITTING)
        for order in orders.in_state(work.tx, state, changed_before_ms=END_OF_TIME_MS, limit=SWEEP_LIMIT)
    ]
    for trxid in trxids:
        why = "restored from a backup: it may have been posted since"
        event = Unclear(why=why, cause=UnknownCause.RESTORED)
        apply_event_to(work, trxid, event, actor="restore")
    subject = _subject_of(restore)
    if not outbox.was_enqueued_since(work.tx, subject, since_ms=restore.restored_at_ms):
        work.notify_admins(_card(work.tx, restore), subject=subject)
    return len(trxids)


def order_block(restore: Restore | None, *, requested_at_ms: int) -> OrderBlock | None:
    """Return why the last restore prevents an order of this Telegram date; None if it does not."""
    if restore is None:
        return None
    # Messages have Telegram's time, the gap has ours.
    if requested_at_ms <= restore.gap_until_ms + CLOCK_TOLERANCE_MS:
        return OrderBlock.REQUESTED_IN_THE_GAP
    return OrderBlock.CLOSED if restore.released_at_ms is None else None


def reject_while_closed(work: UnitOfWork, notice: CounterClosed, address: Address) -> None:
    """Answer an order while the counter is closed: it is neither stored nor bought."""
    if restore := restores.in_quarantine(work.tx):
        work.notify(notice, address, subject=_rejection_subject(restore))


def mark_unknown(work: UnitOfWork, order: Order) -> Order:
    """Make an order unknown because it may have been bought in the gap; the admins look it up."""
    why = "asked before the restore: it may have been bought under another Ref"
    event = Unclear(why=why, cause=UnknownCause.RESTORED)
    applied = apply_event_to(work, order.trxid, event, actor="restore")
    return applied.after if applied else order


def show_pending(work: UnitOfWork, admin: Actor, _: Command) -> None:
    """Answer `/tertunda`: the card of a restore that is not released, and the orders that need an admin."""
    if restore := restores.in_quarantine(work.tx):
        _answer(work, admin, _card(work.tx, restore), restore)
    manual_resolution.show_open(work, admin)


def _tap(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    restore = restores.latest(work.tx)
    if restore is None:
        return Toast.USED
    if restore.released_at_ms is not None:
        _answer(work, admin, _released(restore, restore.released_at_ms, ""), restore)
        return Toast.CHANGED
    match tap.action:
        case Action.OPEN_COUNTER:
            question = ReopenQuestion(backup_at_ms=restore.backup_at_ms, gap_until_ms=restore.gap_until_ms)
            _answer(work, admin, question, restore)
        case Action.CONFIRM_OPEN:
            _open(work, restore, admin)
        case _:
            _answer(work, admin, _card(work.tx, restore), restore)
    return Toast.DONE


def _open(work: UnitOfWork, restore: Restore, admin: Actor) -> None:
    if not restores.release(work.tx, released_by=admin.user_id, at_ms=work.now_ms):
        return
    released = _released(restore, work.now_ms, admin.name)
    work.replace_cards(released, subject=_subject_of(restore))
    for chat_id in outbox.chats_notified(work.tx, _rejection_subject(restore)):
        work.notify(CounterOpenAgain(), Address(chat_id=chat_id))


def _card(tx: Tx, restore: Restore) -> RestoreCard:
    return RestoreCard(
        backup_at_ms=restore.backup_at_ms,
        gap_until_ms=restore.gap_until_ms,
        restored_at_ms=restore.restored_at_ms,
        waiting_count=len(orders.for_admins(tx, limit=COUNT_LIMIT)),
    )


def _released(restore: Restore, at_ms: int, admin_name: str) -> CounterReopened:
    return CounterReopened(restored_at_ms=restore.restored_at_ms, admin_name=admin_name, at_ms=at_ms)


def _answer(
    work: UnitOfWork, admin: Actor, notice: RestoreCard | ReopenQuestion | CounterReopened, restore: Restore
) -> None:
    work.answer(admin, notice, subject=_subject_of(restore))


def _subject_of(restore: Restore) -> str:
    return f"restore:{restore.restore_id}"


def _rejection_subject(restore: Restore) -> str:
    return f"closed:{restore.restore_id}"


ROUTES = Routes(
    commands=(CommandRoute(("tertunda",), show_pending, Audience.ADMINS),),
    buttons=(
        ButtonRoute(
            actions=(Action.OPEN_COUNTER, Action.CONFIRM_OPEN, Action.CANCEL),
            handle=_tap,
            subject_kind="restore",
        ),
    ),
)
