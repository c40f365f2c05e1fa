"""Parses Telegram's updates into our own types; updates that are not for this bot become None."""

from typing import Annotated

from msgspec import Meta, Struct, ValidationError, convert, field

from bot.updates import (
    BotAccessChanged,
    ButtonPress,
    ChatMoved,
    Document,
    IncomingMessage,
    MessageKind,
    SharedPerson,
)

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
"""Channel posts never order, so they are not requested."""

ParsedUpdate = IncomingMessage | ButtonPress | ChatMoved | BotAccessChanged | None

_PRIVATE, _GROUPS = "private", ("group", "supergroup")

_CONTENT = frozenset(
    (
        *("text", "caption", "photo", "document", "sticker", "voice", "video", "video_note", "audio"),
        *("animation", "contact", "location", "venue", "poll", "dice", "game", "story", "paid_media"),
        *("checklist", "invoice"),
    )
)
"""What people send. A message with none of it is a service message: a pin, a timer, a member who joined."""

# Telegram's objects, with the fields that we read; all other fields are ignored.
_Id = Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
_Seconds = Annotated[int, Meta(ge=0, lt=1 << 40)]


class _User(Struct, frozen=True, kw_only=True):
    id: _Id
    is_bot: bool
    first_name: str
    last_name: str | None = None
    username: str | None = None


class _Chat(Struct, frozen=True, kw_only=True):
    id: _Id
    type: str
    title: str = ""


class _Document(Struct, frozen=True, kw_only=True):
    file_id: str
    file_name: str | None = None
    file_size: int | None = None


class _SenderChat(Struct, frozen=True, kw_only=True):
    id: _Id
    title: str = ""


class _Replied(Struct, frozen=True, kw_only=True):
    message_id: _Id
    forward_origin: object = None
    contact: object = None
    text: object = None
    caption: object = None
    photo: object = None
    ephemeral_message_id: _Id | None = None


class _Message(Struct, frozen=True, kw_only=True):
    message_id: _Id
    date: _Seconds
    chat: _Chat
    sender: _User | None = field(default=None, name="from")
    sender_chat: _SenderChat | None = None
    forward_origin: object = None
    contact: object = None
    text: str | None = None
    caption: str | None = None
    is_topic_message: bool = False
    message_thread_id: _Id | None = None
    migrate_to_chat_id: _Id | None = None
    reply_to_message: _Replied | None = None
    document: _Document | None = None
    photo: object = None
    ephemeral_message_id: _Id | None = None


class _Press(Struct, frozen=True, kw_only=True):
    id: str
    sender: _User = field(name="from")
    message: _Message | None = None
    data: str | None = None


class _Member(Struct, frozen=True, kw_only=True):
    status: str
    is_member: bool = False
    can_send_messages: bool = True

    @property
    def is_in_chat(self) -> bool:
        return self.status in ("creator", "administrator", "member") or (
            self.status == "restricted" and self.is_member
        )


class _MemberUpdated(Struct, frozen=True, kw_only=True):
    chat: _Chat
    sender: _User = field(name="from")
    old_chat_member: _Member
    new_chat_member: _Member


class _Update(Struct, frozen=True, kw_only=True):
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Press | None = None
    my_chat_member: _MemberUpdated | None = None


def parse_update(raw: dict[str, object], *, username: str | None) -> ParsedUpdate:
    """Parse one raw update; raise ValueError if it does not fit Telegram's own types."""
    try:
        update = convert(raw, _Update)
    except ValidationError as error:
        raise ValueError(str(error)) from error
    if update.callback_query:
        return _button_press(update.callback_query)
    if _is_service_message(raw):
        return None
    if update.edited_message:
        return _message(update.edited_message, MessageKind.EDITED, username)
    if update.message:
        return _message(update.message, _kind_of(update.message), username)
    if update.my_chat_member:
        return _access_changed(update.my_chat_member)
    return None


def _access_changed(change: _MemberUpdated) -> BotAccessChanged | None:
    chat, old, new = change.chat, change.old_chat_member, change.new_chat_member
    if chat.type not in (_PRIVATE, *_GROUPS):
        return None
    is_private = chat.type == _PRIVATE
    return BotAccessChanged(
        chat_id=chat.id,
        is_private=is_private,
        title=_name(change.sender) if is_private else _storable(chat.title)[:64] or str(chat.id),
        by_name=_name(change.sender),
        was_member=old.is_in_chat,
        can_write=new.is_in_chat and new.can_send_messages,
    )


def _is_service_message(raw: dict[str, object]) -> bool:
    message = raw.get("message")
    if not isinstance(message, dict) or message.get("migrate_to_chat_id"):
        return False
    return all(message.get(part) is None for part in _CONTENT)


def _kind_of(message: _Message) -> MessageKind:
    if message.forward_origin is not None:
        return MessageKind.FORWARDED
    if message.sender_chat is not None:
        return MessageKind.AS_CHAT
    return MessageKind.CAPTIONED if message.caption else MessageKind.WRITTEN


def _message(
    message: _Message, kind: MessageKind, username: str | None
) -> IncomingMessage | ChatMoved | None:
    if message.migrate_to_chat_id:
        return ChatMoved(chat_id=message.chat.id, new_chat_id=message.migrate_to_chat_id)
    sender, chat = _sender_of(message, kind), message.chat
    if sender is None or chat.type not in (_PRIVATE, *_GROUPS):
        return None
    text = _storable(message.text or message.caption or "")
    picture_id = _picture_id(message.photo)
    replied = message.reply_to_message
    if not text and chat.type in _GROUPS and not (picture_id and replied):
        return None
    if _is_for_another_bot(text, username):
        return None
    return IncomingMessage(
        chat_id=chat.id,
        is_private=chat.type == _PRIVATE,
        thread_id=message.message_thread_id if message.is_topic_message else None,
        message_id=_id_of(message),
        user_id=sender.id,
        name=_name(sender),
        username=_storable(sender.username) if sender.username else None,
        text=text,
        at_ms=message.date * 1000,
        kind=kind,
        reply_to=_id_of(replied) if replied else None,
        document=_document(message.document),
        picture_id=picture_id,
        shared=_shared(message) or _shared(message.reply_to_message),
        replied_text=_quoted(replied.text or replied.caption) if replied else "",
        replied_picture_id=_picture_id(replied.photo) if replied else None,
    )


def _id_of(message: _Message | _Replied) -> int:
    """Return the id of a message; for an ephemeral one, whose id is 0, its number made negative."""
    number = message.ephemeral_message_id
    return message.message_id if number is None else -number


def _shared(message: _Message | _Replied | None) -> SharedPerson | None:
    """Return the person of a contact, or the one who wrote a forwarded message, if there is one."""
    if message is None:
        return None
    if isinstance(message.contact, dict):
        return _person(message.contact, message.contact.get("user_id"))
    origin = message.forward_origin
    if not isinstance(origin, dict):
        return None
    sender = origin.get("sender_user")
    if isinstance(sender, dict):
        return None if sender.get("is_bot") else _person(sender, sender.get("id"))
    hidden = origin.get("sender_user_name")
    return _person({"first_name": hidden}, None) if isinstance(hidden, str) else None


def _person(told: dict[str, object], user_id: object) -> SharedPerson | None:
    try:
        id_or_none = convert(user_id, _Id | None)
        user = convert({**told, "id": id_or_none or 0, "is_bot": False}, _User)
    except ValidationError:
        return None
    username = _storable(user.username) if user.username else None
    return SharedPerson(user_id=id_or_none, name=_name(user), username=username)


def _sender_of(message: _Message, kind: MessageKind) -> _User | None:
    """Return the sender; None for other bots, and for chats but where they speak for themselves."""
    sender_chat = message.sender_chat
    if sender_chat is None:
        return None if message.sender is None or message.sender.is_bot else message.sender
    if kind is not MessageKind.AS_CHAT:
        return None
    # Anonymous admins and channels post as chats, and a chat cannot be a reseller: it is told so.
    return _User(id=sender_chat.id, is_bot=False, first_name=sender_chat.title)


def _quoted(text: object) -> str:
    """Return the text of a message that is replied to; whatever it is, the reply itself is read."""
    return _storable(text) if isinstance(text, str) else ""


def _picture_id(photo: object) -> str | None:
    """Return the id of the last of a picture's sizes, which is the largest; None for anything else."""
    largest = photo[-1] if isinstance(photo, list) and photo else None
    file_id = largest.get("file_id") if isinstance(largest, dict) else None
    return _storable(file_id) if isinstance(file_id, str) and file_id else None


def _document(document: _Document | None) -> Document | None:
    if document is None:
        return None
    return Document(
        file_id=document.file_id,
        name=_storable(document.file_name or "")[:128],
        size_bytes=document.file_size,
    )


def _button_press(press: _Press) -> ButtonPress | None:
    message = press.message
    if message is None or not press.data:
        return None
    return ButtonPress(
        callback_id=press.id,
        chat_id=message.chat.id,
        thread_id=message.message_thread_id if message.is_topic_message else None,
        message_id=_id_of(message),
        user_id=press.sender.id,
        name=_name(press.sender),
        data=_storable(press.data),
    )


def _is_for_another_bot(text: str, username: str | None) -> bool:
    """Check for `/saldo@another_bot`, which every bot in a group receives."""
    command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    _, at, name = command.partition("@")
    return bool(at) and username is not None and name.lower() != username.lower()


def _name(user: _User) -> str:
    full = f"{user.first_name} {user.last_name}" if user.last_name else user.first_name
    return _storable(full)[:64] or str(user.id)


def _storable(text: str) -> str:
    """Return text that can be stored, without lone surrogates, which JSON allows, and without NUL."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
