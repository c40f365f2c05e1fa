"""After a restore: nothing is bought until an admin has seen what the database cannot know, and opens up.

The gap is what happened after the backup was made. Whatever may have been bought in it is never bought again:
orders that the backup knows as not yet posted, and messages of that time that Telegram brings once more.
"""

from enum import Enum, auto
from typing import NoReturn

from bot.notices.buttons import Action
from bot.notices.restore_gate import (
    CounterClosed,
    CounterOpenAgain,
    CounterReopened,
    ReopenQuestion,
    RestoreCard,
)
from bot.orders.events import Unclear
from bot.orders.model import Order, State
from bot.purchasing.manual_resolution import Judge
from bot.purchasing.settlement import apply_event_to
from bot.unit_of_work import Address, Desk
from storage import orders, outbox, restores
from storage.restores import Restore
from storage.transaction import Tx

CLOCK_TOLERANCE_MS = 60_000
"""A message bears Telegram's time, the gap ours: a clock without NTP seldom is a minute wrong."""

END_OF_TIME_MS = 1 << 62
SWEEP_LIMIT = 10_000
COUNT_LIMIT = 1000


class OrderBlock(Enum):
    """Why an order that somebody types now is not simply placed."""

    CLOSED = auto()
    ASKED_IN_THE_GAP = auto()


def check_after_restore(tx: Tx, desk: Desk, *, now_ms: int) -> int:
    """At a start, before any post: doubt what may have been posted since the backup, and ask the admins.

    Gives the number of orders that became unknown; 0 without a restore, or after its release.
    """
    restore = restores.in_quarantine(tx)
    if restore is None:
        return 0
    doubted = [
        order.trxid
        for state in (State.PLACED, State.SUBMITTING)
        for order in orders.in_state(tx, state, changed_before_ms=END_OF_TIME_MS, limit=SWEEP_LIMIT)
    ]
    for trxid in doubted:
        news = Unclear(why="restored from a backup: it may have been posted since")
        apply_event_to(tx, desk, trxid, news, at_ms=now_ms, actor="restore")
    subject = _subject_of(restore)
    if not outbox.was_enqueued_since(tx, subject, since_ms=restore.restored_at_ms):
        desk.tell_admins(tx, _card(tx, restore), at_ms=now_ms, subject=subject)
    return len(doubted)


def order_block(tx: Tx, *, requested_at_ms: int) -> OrderBlock | None:
    """Tell what a restore means for an order asked at this moment, by Telegram's date."""
    restore = restores.latest(tx)
    if restore is None:
        return None
    if requested_at_ms <= restore.gap_until_ms + CLOCK_TOLERANCE_MS:
        return OrderBlock.ASKED_IN_THE_GAP
    return OrderBlock.CLOSED if restore.released_at_ms is None else None


def reject_while_closed(tx: Tx, desk: Desk, notice: CounterClosed, where: Address, *, now_ms: int) -> None:
    """Answer an order while the counter is closed: it is not kept, and surely not bought."""
    if restore := restores.in_quarantine(tx):
        desk.say(tx, notice, where, at_ms=now_ms, subject=_turned_away_by(restore))


def mark_unknown(tx: Tx, desk: Desk, order: Order, *, now_ms: int) -> Order:
    """Make an order that may have been bought in the gap unknown, for the admins to look up."""
    news = Unclear(why="asked before the restore: it may have been bought under another Ref")
    settled = apply_event_to(tx, desk, order.trxid, news, at_ms=now_ms, actor="restore")
    return settled.after if settled else order


def show_card(tx: Tx, desk: Desk, judge: Judge) -> None:
    """Show an admin the card (again), if the counter is closed."""
    if restore := restores.in_quarantine(tx):
        _say(tx, desk, _card(tx, restore), restore, judge)


def handle_button(tx: Tx, desk: Desk, action: Action, judge: Judge) -> None:
    """Carry out a tap under the card or under its second question."""
    restore = restores.latest(tx)
    if restore is None:
        return
    if restore.released_at_ms is not None:
        _say(tx, desk, _released(restore, restore.released_at_ms, ""), restore, judge)
        return
    match action:
        case Action.OPEN_COUNTER:
            _say(
                tx,
                desk,
                ReopenQuestion(backup_at_ms=restore.backup_at_ms, gap_until_ms=restore.gap_until_ms),
                restore,
                judge,
            )
        case Action.CONFIRM_OPEN:
            _open(tx, desk, restore, judge)
        case Action.CANCEL:
            _say(tx, desk, _card(tx, restore), restore, judge)
        case _:
            _no_button_of_ours(action)


def _open(tx: Tx, desk: Desk, restore: Restore, judge: Judge) -> None:
    if not restores.release(tx, released_by=judge.admin_id, at_ms=judge.now_ms):
        return
    released = _released(restore, judge.now_ms, judge.name)
    desk.close_cards(tx, released, at_ms=judge.now_ms, subject=_subject_of(restore))
    for chat_id in outbox.chats_notified(tx, _turned_away_by(restore)):
        desk.say(tx, CounterOpenAgain(), Address(chat_id=chat_id), at_ms=judge.now_ms)


def _card(tx: Tx, restore: Restore) -> RestoreCard:
    return RestoreCard(
        backup_at_ms=restore.backup_at_ms,
        gap_until_ms=restore.gap_until_ms,
        restored_at_ms=restore.restored_at_ms,
        waiting_count=len(orders.for_admins(tx, limit=COUNT_LIMIT)),
    )


def _released(restore: Restore, at_ms: int, admin_name: str) -> CounterReopened:
    return CounterReopened(restored_at_ms=restore.restored_at_ms, admin_name=admin_name, at_ms=at_ms)


def _say(
    tx: Tx, desk: Desk, notice: RestoreCard | ReopenQuestion | CounterReopened, restore: Restore, judge: Judge
) -> None:
    desk.say(
        tx, notice, judge.place, at_ms=judge.now_ms, subject=_subject_of(restore), edits=judge.message_id
    )


def _subject_of(restore: Restore) -> str:
    return f"restore:{restore.restore_id}"


def _turned_away_by(restore: Restore) -> str:
    return f"closed:{restore.restore_id}"


def _no_button_of_ours(action: Action) -> NoReturn:
    raise ValueError(f"{action} is no button of a restore")
