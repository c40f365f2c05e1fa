"""Turns Telegram's updates into what was said, pressed or moved; what is none of ours is None."""

from telegram import CallbackQuery, Chat, Message, Update, User

from bot.flow.heard import Document, Kind, Moved, Pressed, Said
from bot.telegram.client import ApiClient

ALLOWED_UPDATES = ["message", "edited_message", "callback_query"]
"""Channel posts never order, so they are not even asked for."""

Heard = Said | Pressed | Moved | None

_GROUPS = (Chat.GROUP, Chat.SUPERGROUP)


def read_update(raw: dict[str, object], client: ApiClient | None, *, username: str | None) -> Heard:
    """Read one update as it came; anything that does not fit Telegram's types raises."""
    update = Update.de_json(raw, client)
    if update.callback_query:
        return _press(update.callback_query)
    if update.edited_message:
        return _message(update.edited_message, Kind.EDITED, username)
    if update.message:
        kind = Kind.FORWARDED if update.message.forward_origin else Kind.WRITTEN
        return _message(update.message, kind, username)
    return None


def _message(message: Message, kind: Kind, username: str | None) -> Said | Moved | None:
    if message.migrate_to_chat_id:
        return Moved(chat_id=message.chat.id, new_chat_id=message.migrate_to_chat_id)
    sender, chat = message.from_user, message.chat
    # Anonymous admins and channels speak as chats: nobody who could be a reseller.
    if sender is None or sender.is_bot or message.sender_chat or chat.type not in (Chat.PRIVATE, *_GROUPS):
        return None
    text = _sound(message.text or "")
    if not text and chat.type in _GROUPS:
        return None
    if _is_for_another_bot(text, username):
        return None
    return Said(
        chat_id=chat.id,
        is_private=chat.type == Chat.PRIVATE,
        thread_id=message.message_thread_id if message.is_topic_message else None,
        message_id=message.message_id,
        user_id=sender.id,
        name=_name(sender),
        username=sender.username,
        text=text,
        at_ms=int(message.date.timestamp() * 1000),
        kind=kind,
        reply_to=message.reply_to_message.message_id if message.reply_to_message else None,
        document=_document(message),
    )


def _document(message: Message) -> Document | None:
    sent = message.document
    if sent is None:
        return None
    return Document(file_id=sent.file_id, name=_sound(sent.file_name or "")[:128], size_bytes=sent.file_size)


def _press(query: CallbackQuery) -> Pressed | None:
    if query.message is None or not query.data:
        return None
    thread_id = None
    if isinstance(query.message, Message) and query.message.is_topic_message:
        thread_id = query.message.message_thread_id
    return Pressed(
        press_id=query.id,
        chat_id=query.message.chat.id,
        thread_id=thread_id,
        message_id=query.message.message_id,
        user_id=query.from_user.id,
        name=_name(query.from_user),
        data=_sound(query.data),
    )


def _is_for_another_bot(text: str, username: str | None) -> bool:
    """Tell `/saldo@another_bot`, which every bot in a group gets to see."""
    command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    _, at, name = command.partition("@")
    return bool(at) and username is not None and name.lower() != username.lower()


def _name(user: User) -> str:
    return _sound(user.full_name)[:64] or str(user.id)


def _sound(text: str) -> str:
    """Give text that can be stored: JSON can hold half a character, which no encoding can."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
