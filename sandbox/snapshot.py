"""The snapshot of the world that the page draws: facts without texts; times in ms since the epoch."""

from dataclasses import asdict
from typing import Final, assert_never

from sandbox.biller.behaviour import TEST_NUMBERS, WAYS
from sandbox.biller.emulator import Biller
from sandbox.biller.ledger import Entry
from sandbox.journey import journeys
from sandbox.telegram.chats import Chat, Json, Message, Toast, User
from sandbox.telegram.emulator import Telegram
from sandbox.telegram.files import Attachment, Document, Photo
from sandbox.world import World

# A bot that polls is away after this long without a poll; a long poll in progress counts as one.
_AWAY_AFTER_MS: Final = 10_000
# The page quotes this many characters of a message that is replied to.
_QUOTE_LENGTH: Final = 80


def snapshot(world: World) -> Json:
    """Return everything that the page shows; `orders` is empty if the bot's records cannot be read."""
    telegram = world.telegram
    chats = list(telegram.chats.chats.values())
    records = world.bot_database.read() if world.bot_database else None
    standings = records.standings if records else {}
    return {
        "version": world.feed.version,
        "now": world.now_ms(),
        "bot": {
            "username": telegram.chats.bot.username,
            "mode": "starting" if world.is_starting else _mode(telegram),
            "last_seen": telegram.last_seen_ms,
            "records_are_read": records is not None,
        },
        "day": world.day,
        "chats": [_chat(chat, standings.get(chat.id)) for chat in chats],
        "users": [_user(user) for user in telegram.chats.users.values()],
        "biller": biller_settings(world.biller)
        | {"entries": [_entry(e) for e in world.biller.entries.values()]},
        "orders": [one.as_json() for one in journeys(chats, world.biller.entries, records)]
        if records
        else [],
        "tickets": [asdict(ticket) for ticket in records.tickets] if records else [],
        "telegram": {
            "calls": telegram.calls.total(),
            "calls_by_method": dict(telegram.calls),
            "violations": telegram.violations,
            "faults": [fault.as_json() for fault in telegram.faults.pending],
        },
    }


def biller_settings(biller: Biller) -> Json:
    """Return the biller's settings, its possible behaviours and the test numbers."""
    settings = biller.settings
    numbers = {"0000": settings.behaviour} | TEST_NUMBERS
    return {
        "balance_idr": biller.ledger.balance_idr,
        "behaviour": settings.behaviour,
        "answer_delay_s": settings.answer_delay_s,
        "result_delay_s": settings.result_delay_s,
        "slow_s": settings.slow_s,
        "late_s": settings.late_s,
        "behaviours": list(WAYS),
        "test_numbers": [{"ends": ends, "behaviour": name} for ends, name in numbers.items()],
    }


def _mode(telegram: Telegram) -> str:
    if telegram.webhook is not None:
        return "webhook"
    recently = telegram.now_ms() - _AWAY_AFTER_MS
    if telegram.updates.polled or (telegram.last_poll_ms or 0) > recently:
        return "polling"
    return "away"


def _user(user: User) -> Json:
    return {"id": user.id, "name": user.name, "username": user.username, "role": user.role}


def _chat(chat: Chat, standing: str | None) -> Json:
    """Return a chat; `standing` is that of its user in the bot's database, None if it has none."""
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title,
        "role": chat.role,
        "standing": standing,
        "members": list(chat.members),
        "messages": [_message(message) for message in chat.messages.values()],
        "toasts": [_toast(toast) for toast in chat.toasts],
    }


def _message(message: Message) -> Json:
    return {
        "id": message.id,
        "from": {"id": message.sender.id, "name": message.sender.name, "is_bot": message.from_bot},
        "at": message.at_ms,
        "text": message.text,
        "entities": list(message.entities),
        "blocks": list(message.blocks),
        "attachment": _attachment(message.attachment) if message.attachment else None,
        "asks": _asks(message.asks) if message.asks else None,
        "reply_to": _quote(message.reply_to) if message.reply_to else None,
        "thread_id": message.thread_id,
        "receiver_id": message.receiver.id if message.receiver else None,
        "edited_at": message.edited_at_ms,
        "buttons": [[_button(b) for b in row] for row in (message.markup or {}).get("inline_keyboard", [])],
    }


def _attachment(attachment: Attachment) -> Json:
    file = attachment.file
    common: Json = {"url": f"/sandbox/files/{file.unique_id}", "name": file.name, "size": file.size}
    match attachment:
        case Photo(width=width, height=height):
            return common | {"kind": "photo", "width": width, "height": height}
        case Document():
            return common | {"kind": "document"}
        case _:
            assert_never(attachment)


def _asks(markup: Json) -> Json:
    return {"placeholder": markup.get("input_field_placeholder")}


def _quote(message: Message) -> Json:
    """Return the beginning of a message; the name of its file if it has no text."""
    text = message.text or (message.attachment.file.name if message.attachment else "")
    return {"id": message.id, "text": text[:_QUOTE_LENGTH], "name": message.sender.name}


def _button(button: Json) -> Json:
    values = {
        "text": button["text"],
        "data": button.get("callback_data"),
        "copy_text": button.get("copy_text", {}).get("text"),
        "url": button.get("url"),
        "style": button.get("style"),
    }
    return {name: value for name, value in values.items() if value is not None}


def _toast(toast: Toast) -> Json:
    return {
        "callback_id": toast.callback_id,
        "user_id": toast.user_id,
        "text": toast.text,
        "alert": toast.alert,
        "at": toast.at_ms,
    }


def _entry(entry: Entry) -> Json:
    return {
        "trxid": entry.trxid,
        "product": entry.product,
        "destination": entry.destination,
        "posted_at": entry.posted_at_ms,
        "posts": entry.posts,
        "sign_ok": entry.sign_ok,
        "behaviour": entry.behaviour,
        "answer": entry.answer,
        "answered_at": entry.answered_at_ms,
        "price_idr": entry.price_idr,
        "charged": entry.charged,
        "charged_idr": entry.charged_idr,
        "ftrxid": entry.ftrxid,
        "reason": entry.reason,
        "reversals": [
            {
                "at": one.at_ms,
                "outcome": one.outcome,
                "status": one.status,
                "http_status": one.http_status,
                "sn": one.sn,
                "tries": one.tries,
                "is_under_way": one.is_under_way,
            }
            for one in entry.reversals
        ],
    }
