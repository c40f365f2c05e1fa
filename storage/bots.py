"""The bot in use; the message ids of other bots are set apart, because each bot counts its own from 1."""

from storage.transaction import Tx

BOT_BITS = 40
"""Telegram's message ids have 32 bits at most; above 40 a stored id has the number of another bot."""


def use(tx: Tx, bot_id: int, *, at_ms: int) -> bool:
    """Store which bot uses the database; return True if it was another bot until now.

    The ids of the other bot are set apart; those of this bot are taken back if it was in use before that.
    What waits is sent by the new bot, as new messages, to every chat.
    """
    current = tx.one("current_bot")
    if current and current["bot_id"] == bot_id:
        return False
    tx.run("leave_bots")
    used = tx.one("use_bot", bot_id=bot_id, at_ms=at_ms)
    if current is None or used is None:
        return False
    _shift(tx, first=0, by=current["bot_number"] << BOT_BITS)
    _shift(tx, first=used["bot_number"] << BOT_BITS, by=-(used["bot_number"] << BOT_BITS))
    tx.run("drop_waiting_edits")
    tx.run("release_all_messages", at_ms=at_ms)
    tx.run("mark_all_chats_reachable", at_ms=at_ms)
    tx.run("forget_poll_cursor")
    tx.run("forget_tables_of_chats")
    tx.run("forget_ephemeral_refusals")
    return True


def _shift(tx: Tx, *, first: int, by: int) -> None:
    """Add `by` to the message ids of one bot, which begin at `first`."""
    until = first + (1 << BOT_BITS)
    tx.run("shift_message_ids_of_orders", first=first, until=until, shift=by)
    tx.run("shift_message_ids_of_batches", first=first, until=until, shift=by)
    tx.run("shift_message_ids_of_messages_seen", first=first, until=until, shift=by)
    tx.run("shift_message_ids_of_outbox", first=first, until=until, shift=by)
    tx.run("shift_message_ids_of_complaints", first=first, until=until, shift=by)
    tx.run("shift_message_ids_of_people", first=first, until=until, shift=by)
    tx.run("shift_message_ids_of_imports", first=first, until=until, shift=by)


def own_message(message_id: int | None) -> int | None:
    """Return a stored message id, or None if the message belongs to another bot.

    A negative one is that of an ephemeral message.
    """
    return None if message_id is None or message_id >= 1 << BOT_BITS else message_id
