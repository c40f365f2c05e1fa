"""The Bot API's message methods: send text or a file, edit, delete, and answer a callback query."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sandbox.telegram.chats import Chat, ChatType, Json, Message, User
from sandbox.telegram.errors import NOT_MODIFIED, ViolationError, bad_request, too_many_requests
from sandbox.telegram.files import Attachment
from sandbox.telegram.markup import commands_in, parse_html, utf16_len
from sandbox.telegram.platform import Platform
from sandbox.telegram.rich import blocks_in, plain_text

_LONGEST_TEXT: Final = 4096
_LONGEST_CAPTION: Final = 1024
_MOST_ENTITIES: Final = 100
_EPHEMERAL_ANSWER_MS: Final = 15_000
# A button has exactly one of these fields.
_ACTIONS: Final = frozenset(
    {
        "callback_data",
        "url",
        "copy_text",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "callback_game",
        "pay",
        "disabled",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Formatted:
    """A text or caption after parsing."""

    text: str
    entities: tuple[Json, ...]
    blocks: tuple[Json, ...] = ()


async def send(telegram: Platform, values: Json) -> Json:
    """Send a text message; return the Message object."""
    return _post(telegram, values, _text(values), None)


async def send_rich(telegram: Platform, values: Json) -> Json:
    """Send a rich message."""
    return _post(telegram, values, _rich(values), None)


async def send_photo(telegram: Platform, values: Json) -> Json:
    """Send a picture, uploaded or by file id."""
    return _post(telegram, values, _caption(values), telegram.files.photo(values["photo"]))


async def send_document(telegram: Platform, values: Json) -> Json:
    """Send a file, uploaded or by file id."""
    return _post(telegram, values, _caption(values), telegram.files.document(values["document"]))


def _post(telegram: Platform, values: Json, content: _Formatted, attachment: Attachment | None) -> Json:
    chat = telegram.chats.find_open(values["chat_id"])
    _check_markup(values.get("reply_markup"))
    thread_id = values.get("message_thread_id")
    if thread_id is not None and thread_id not in chat.threads:
        raise bad_request("message thread not found")
    reply_to = _replied(chat, values.get("reply_parameters"))
    receiver = _receiver(telegram, chat, values.get("ephemeral_message_parameters"), reply_to)
    now_ms = telegram.now_ms()
    if telegram.pace is not None and (wait_s := telegram.pace.retry_after_s(chat, now_ms)) is not None:
        raise too_many_requests(wait_s)
    message = Message(
        id=chat.next_message_id() if receiver is None else -chat.next_ephemeral_id(),
        sender=telegram.chats.bot,
        at_ms=now_ms,
        text=content.text,
        entities=content.entities,
        blocks=content.blocks,
        reply_to=reply_to,
        thread_id=thread_id,
        markup=_inline(values.get("reply_markup")),
        attachment=attachment,
        asks=_force_reply(values.get("reply_markup")),
        receiver=receiver,
    )
    return telegram.put(chat, message)


def _receiver(
    telegram: Platform, chat: Chat, parameters: Json | None, reply_to: Message | None
) -> User | None:
    """Return who alone is to see the message; None for all.

    In groups only, to a member, and from an admin of the group. A plain member may answer a button that was
    tapped in the last 15 s, or an ephemeral message that the bot received in that time.
    """
    if parameters is None or not telegram.knows_ephemeral:
        return None
    user_id = parameters["receiver_user_id"]
    # Telegram documents the rules, not the words of its refusals; the last are those that clients have met.
    if chat.type is ChatType.PRIVATE:
        raise bad_request("ephemeral messages can be sent in groups and supergroups only")
    if user_id not in chat.members:
        raise bad_request("PARTICIPANT_ID_INVALID")
    press = telegram.presses.get(parameters.get("callback_query_id", ""))
    asked_at_ms = 0
    if press is not None and (press.chat_id, press.user_id) == (chat.id, user_id):
        asked_at_ms = press.at_ms
    if reply_to is not None and reply_to.receiver == telegram.chats.bot and reply_to.sender.id == user_id:
        asked_at_ms = reply_to.at_ms
    if not chat.bot_is_admin and telegram.now_ms() - asked_at_ms > _EPHEMERAL_ANSWER_MS:
        raise bad_request("MESSAGE_NOT_COMMAND")
    return telegram.chats.users[user_id]


async def edit_text(telegram: Platform, values: Json) -> Json:
    """Change text and buttons; without a keyboard in the request, the buttons are removed."""
    chat, old = _own_message(telegram, values)
    if old.attachment is not None:
        raise bad_request("there is no text in the message to edit")
    content = _rich(values) if "rich_message" in values else _text(values)
    _check_markup(values.get("reply_markup"))
    markup = _inline(values.get("reply_markup"))
    new = replace(old, text=content.text, entities=content.entities, blocks=content.blocks, markup=markup)
    _check_modified(old, new)
    return telegram.put(chat, replace(new, edited_at_ms=telegram.now_ms()))


async def edit_ephemeral_text(telegram: Platform, values: Json) -> bool:
    """Change text and buttons of a message that one member sees."""
    chat = telegram.chats.find_open(values["chat_id"])
    old = chat.messages.get(-values["ephemeral_message_id"])
    if old is None or not old.from_bot or not old.receiver or old.receiver.id != values["receiver_user_id"]:
        raise bad_request("message to edit not found")
    content = _rich(values) if "rich_message" in values else _text(values)
    _check_markup(values.get("reply_markup"))
    markup = _inline(values.get("reply_markup"))
    new = replace(old, text=content.text, entities=content.entities, blocks=content.blocks, markup=markup)
    _check_modified(old, new)
    telegram.put(chat, replace(new, edited_at_ms=telegram.now_ms()))
    return True


async def edit_markup(telegram: Platform, values: Json) -> Json:
    """Change the buttons only; this does not mark the message as edited."""
    chat, old = _own_message(telegram, values)
    _check_markup(values.get("reply_markup"))
    new = replace(old, markup=_inline(values.get("reply_markup")))
    _check_modified(old, new)
    return telegram.put(chat, new)


async def delete(telegram: Platform, values: Json) -> bool:
    chat = telegram.chats.find_open(values["chat_id"])
    if _listed(chat, values["message_id"]) is None:
        raise bad_request("message to delete not found")
    del chat.messages[values["message_id"]]
    telegram.feed.changed()
    return True


async def answer_press(telegram: Platform, values: Json) -> bool:
    """Answer a callback query."""
    alert = values.get("show_alert", False)
    telegram.answer_press(values["callback_query_id"], values.get("text", ""), alert=alert)
    return True


def _text(values: Json) -> _Formatted:
    content = _parsed(values.get("text", ""), values.get("parse_mode"), values.get("entities", ()))
    if not content.text.strip():
        raise ViolationError("message text is empty")
    if utf16_len(content.text) > _LONGEST_TEXT:
        raise ViolationError("message is too long")
    return content


def _rich(values: Json) -> _Formatted:
    if "text" in values:
        raise ViolationError("text and rich_message exclude each other")
    blocks = blocks_in(values["rich_message"])
    return _Formatted(text=plain_text(list(blocks)), entities=(), blocks=blocks)


def _caption(values: Json) -> _Formatted:
    content = _parsed(values.get("caption", ""), values.get("parse_mode"), values.get("caption_entities", ()))
    if utf16_len(content.text) > _LONGEST_CAPTION:
        raise ViolationError("message caption is too long")
    return content


def _parsed(source: str, mode: str | None, given: Iterable[Json]) -> _Formatted:
    """Return text and entities as Telegram shows them: without trailing spaces, with commands marked."""
    if mode is None:
        text, entities = source, tuple(given)
    elif mode.lower() == "html":
        text, entities = parse_html(source)
    else:
        raise ViolationError(f"the sandbox parses HTML only, not {mode}")
    text = text.rstrip()
    return _Formatted(text=text, entities=_within((*entities, *commands_in(text, entities)), utf16_len(text)))


def _within(entities: tuple[Json, ...], length: int) -> tuple[Json, ...]:
    """Cut entities at the end of the text, and drop all after the hundredth, as Telegram does."""
    clipped = (one | {"length": min(one["length"], length - one["offset"])} for one in entities)
    in_order = sorted(clipped, key=lambda one: (one["offset"], -one["length"]))
    return tuple(one for one in in_order if one["length"] > 0)[:_MOST_ENTITIES]


def _check_markup(markup: Json | None) -> None:
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if not button["text"]:
                raise ViolationError("can't parse inline keyboard button: text must be non-empty")
            if len(_ACTIONS & button.keys()) != 1:
                reason = "Text buttons are unallowed in the inline keyboard"
                raise ViolationError(f"can't parse inline keyboard button: {reason}")


def _inline(markup: Json | None) -> Json | None:
    """Return the markup if it is a non-empty inline keyboard."""
    return markup if markup and any(markup.get("inline_keyboard", [])) else None


def _force_reply(markup: Json | None) -> Json | None:
    """Return the markup if it opens a reply in the user's app."""
    return markup if markup and markup.get("force_reply") else None


def _replied(chat: Chat, parameters: Json | None) -> Message | None:
    if parameters is None:
        return None
    # Replies across chats are not emulated, since Loket sends none: the message is not found.
    here = parameters.get("chat_id", chat.id) == chat.id
    replied = _listed(chat, parameters.get("message_id", 0)) if here else None
    if here and "ephemeral_message_id" in parameters:
        replied = chat.messages.get(-parameters["ephemeral_message_id"])
    if replied is None and not parameters.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return replied


def _listed(chat: Chat, message_id: int) -> Message | None:
    """Return a message by its id in the chat; an ephemeral one has none, and methods of its own."""
    return chat.messages.get(message_id) if message_id > 0 else None


def _own_message(telegram: Platform, values: Json) -> tuple[Chat, Message]:
    if "chat_id" not in values or "message_id" not in values:
        raise ViolationError("message identifier is not specified")
    chat = telegram.chats.find_open(values["chat_id"])
    message = _listed(chat, values["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot or (message.asks and not message.markup):
        raise bad_request("message can't be edited")
    return chat, message


def _check_modified(old: Message, new: Message) -> None:
    if new == old:
        raise bad_request(NOT_MODIFIED)
