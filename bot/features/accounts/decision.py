"""Cards with a question about an account: each is decided once, in time, by any of its buttons."""

from bot.actors import Actor, Address
from bot.notices.accounts import AdjustmentDone, LimitChanged
from bot.routing import Tap
from bot.unit_of_work import UnitOfWork
from storage import inbox

QUESTION_HOLDS_MS = 600_000
"""After ten minutes the figures of a card may be wrong: it is shown again with those of now."""


def new_subject(work: UnitOfWork, kind: str) -> str:
    """Return the subject of a new card, which no other card has."""
    return f"{kind}:{work.nonce()}"


def is_old(work: UnitOfWork, tap: Tap) -> bool:
    """Return whether a card was shown too long ago to act on its figures."""
    return work.now_ms - tap.offered_at_ms > QUESTION_HOLDS_MS


def close_card(work: UnitOfWork, admin: Actor, tap: Tap) -> None:
    """Take the other buttons of a tapped card out of use."""
    inbox.retire_buttons(
        work.tx,
        tap.subject,
        created_at_ms=tap.offered_at_ms,
        user_id=admin.user_id,
        at_ms=work.now_ms,
    )


def report_to_admins(work: UnitOfWork, admin: Actor, notice: AdjustmentDone | LimitChanged) -> None:
    """Answer the admin who decided, and send the same to all others."""
    work.answer(admin, notice)
    for admin_id in work.admin_ids:
        if admin_id != admin.user_id:
            work.notify(notice, Address(chat_id=admin_id))
