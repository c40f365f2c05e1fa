"""Chats that open or close to the bot: a welcome in a new group, and no messages where it was shut out."""

from bot.actors import Address, Role
from bot.delivery import closed_groups
from bot.features.people import membership
from bot.grammar.examples import order_examples
from bot.grammar.period import minute_of_day
from bot.notices.alarms import ChatClosed
from bot.notices.guidance import GroupWelcome
from bot.unit_of_work import UnitOfWork
from bot.updates import BotAccessChanged
from storage import chats, orders, outbox

WELCOME_PAUSE_MS = 3_600_000
"""A group that adds and removes the bot again and again is welcomed once an hour."""


def handle_access_change(work: UnitOfWork, change: BotAccessChanged) -> None:
    """Hold back or release the messages to a chat; welcome a group, and alert the admins to a lost chat."""
    if chats.current(work.tx, change.chat_id) != change.chat_id:
        return  # the bot leaves a group that became a supergroup
    if not change.is_private and change.title:
        chats.rename(work.tx, change.chat_id, change.title, at_ms=work.now_ms)
    if change.can_write:
        chats.unpark(work.tx, change.chat_id, at_ms=work.now_ms)
        chats.forget_ephemeral_refusal(work.tx, change.chat_id)
        if not change.is_private and not change.was_member:
            _welcome(work, change.chat_id)
        return
    why = "bot was blocked by the user" if change.is_private else "bot cannot write in the group"
    chats.park(work.tx, change.chat_id, why=why, at_ms=work.now_ms)
    closed_groups.send_parked_results(work, change.chat_id)
    if _is_customer(work, change):
        alarm = ChatClosed(is_private=change.is_private, title=change.title, by_name=change.by_name)
        work.alert_admins(alarm, topic=f"access:{change.chat_id}")


def _welcome(work: UnitOfWork, chat_id: int) -> None:
    subject = f"welcome:{chat_id}"
    if not outbox.was_enqueued_since(work.tx, subject, since_ms=work.now_ms - WELCOME_PAUSE_MS + 1):
        examples = order_examples(work.catalogue, minute_of_day(work.now_ms, work.zone))
        work.notify(GroupWelcome(examples=examples), Address(chat_id=chat_id), subject=subject)


def _is_customer(work: UnitOfWork, change: BotAccessChanged) -> bool:
    """Return whether messages to the chat may be missed: strangers may come and go without an alarm."""
    if change.is_private and membership.role_of(work, change.chat_id) is not Role.STRANGER:
        return True
    return orders.has_chat_ordered(work.tx, change.chat_id)
