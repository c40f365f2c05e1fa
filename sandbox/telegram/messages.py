"""The Bot API's methods about messages: send text or a file, edit, delete, and answer a press."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sandbox.telegram.chats import Chat, Json, Message
from sandbox.telegram.errors import NOT_MODIFIED, ViolationError, bad_request, too_many_requests
from sandbox.telegram.files import Attachment
from sandbox.telegram.markup import commands_in, parse_html, utf16_len
from sandbox.telegram.platform import Platform

_LONGEST_TEXT: Final = 4096
_LONGEST_CAPTION: Final = 1024
_MOST_ENTITIES: Final = 100
# A button does exactly one of these.
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
class _Words:
    """A text, or the caption of a file, as it will stand."""

    text: str
    entities: tuple[Json, ...]


async def send(telegram: Platform, values: Json) -> Json:
    """Let a new message of the bot stand in the chat; returns the Message."""
    return _post(telegram, values, _text(values), None)


async def send_photo(telegram: Platform, values: Json) -> Json:
    """Send a picture, new or known by its file id."""
    return _post(telegram, values, _caption(values), telegram.files.photo(values["photo"]))


async def send_document(telegram: Platform, values: Json) -> Json:
    """Send a file, new or known by its file id."""
    return _post(telegram, values, _caption(values), telegram.files.document(values["document"]))


def _post(telegram: Platform, values: Json, words: _Words, attachment: Attachment | None) -> Json:
    chat = telegram.chats.find(values["chat_id"])
    _check_markup(values.get("reply_markup"))
    thread_id = values.get("message_thread_id")
    if thread_id is not None and thread_id not in chat.threads:
        raise bad_request("message thread not found")
    reply_to = _replied(chat, values.get("reply_parameters"))
    now_ms = telegram.now_ms()
    if telegram.pace is not None and (wait_s := telegram.pace.retry_after_s(chat, now_ms)) is not None:
        raise too_many_requests(wait_s)
    message = Message(
        id=chat.next_message_id(),
        sender=telegram.chats.bot,
        at_ms=now_ms,
        text=words.text,
        entities=words.entities,
        reply_to=reply_to,
        thread_id=thread_id,
        markup=_inline(values.get("reply_markup")),
        attachment=attachment,
        asks=_asking(values.get("reply_markup")),
    )
    return telegram.put(chat, message)


async def edit_text(telegram: Platform, values: Json) -> Json:
    """Change text and buttons; buttons not given are taken away."""
    chat, old = _own_message(telegram, values)
    if old.attachment is not None:
        raise bad_request("there is no text in the message to edit")
    words = _text(values)
    _check_markup(values.get("reply_markup"))
    new = replace(old, text=words.text, entities=words.entities, markup=_inline(values.get("reply_markup")))
    _check_modified(old, new)
    return telegram.put(chat, replace(new, edited_at_ms=telegram.now_ms()))


async def edit_markup(telegram: Platform, values: Json) -> Json:
    """Change the buttons only; people do not see that as an edited message."""
    chat, old = _own_message(telegram, values)
    _check_markup(values.get("reply_markup"))
    new = replace(old, markup=_inline(values.get("reply_markup")))
    _check_modified(old, new)
    return telegram.put(chat, new)


async def delete(telegram: Platform, values: Json) -> bool:
    """Take a message away for good."""
    chat = telegram.chats.find(values["chat_id"])
    if chat.messages.pop(values["message_id"], None) is None:
        raise bad_request("message to delete not found")
    telegram.feed.changed()
    return True


async def answer_press(telegram: Platform, values: Json) -> bool:
    """Show the person who pressed what came of it."""
    alert = values.get("show_alert", False)
    telegram.answer_press(values["callback_query_id"], values.get("text", ""), alert=alert)
    return True


def _text(values: Json) -> _Words:
    words = _words(values.get("text", ""), values.get("parse_mode"), values.get("entities", ()))
    if not words.text.strip():
        raise ViolationError("message text is empty")
    if utf16_len(words.text) > _LONGEST_TEXT:
        raise ViolationError("message is too long")
    return words


def _caption(values: Json) -> _Words:
    words = _words(values.get("caption", ""), values.get("parse_mode"), values.get("caption_entities", ()))
    if utf16_len(words.text) > _LONGEST_CAPTION:
        raise ViolationError("message caption is too long")
    return words


def _words(source: str, mode: str | None, given: Iterable[Json]) -> _Words:
    """Return text and entities as Telegram shows them: without blanks at the end, with commands marked."""
    if mode is None:
        text, entities = source, tuple(given)
    elif mode.lower() == "html":
        text, entities = parse_html(source)
    else:
        raise ViolationError(f"the sandbox parses HTML only, not {mode}")
    text = text.rstrip()
    return _Words(text=text, entities=_within((*entities, *commands_in(text, entities)), utf16_len(text)))


def _within(entities: tuple[Json, ...], length: int) -> tuple[Json, ...]:
    """Cut what reaches past the text, and let go of all past the hundredth, as Telegram does."""
    clipped = (one | {"length": min(one["length"], length - one["offset"])} for one in entities)
    in_order = sorted(clipped, key=lambda one: (one["offset"], -one["length"]))
    return tuple(one for one in in_order if one["length"] > 0)[:_MOST_ENTITIES]


def _check_markup(markup: Json | None) -> None:
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if not button["text"]:
                raise ViolationError("can't parse inline keyboard button: text must be non-empty")
            if len(_ACTIONS & button.keys()) != 1:
                why = "Text buttons are unallowed in the inline keyboard"
                raise ViolationError(f"can't parse inline keyboard button: {why}")


def _inline(markup: Json | None) -> Json | None:
    """Return the inline keyboard, None for none or for a keyboard of another kind."""
    return markup if markup and any(markup.get("inline_keyboard", [])) else None


def _asking(markup: Json | None) -> Json | None:
    """Return the markup if it opens a reply in the person's app."""
    return markup if markup and markup.get("force_reply") else None


def _replied(chat: Chat, parameters: Json | None) -> Message | None:
    if parameters is None:
        return None
    # A reply across chats is beyond a counter's needs, so such a message is never found.
    here = parameters.get("chat_id", chat.id) == chat.id
    replied = chat.messages.get(parameters.get("message_id", 0)) if here else None
    if replied is None and not parameters.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return replied


def _own_message(telegram: Platform, values: Json) -> tuple[Chat, Message]:
    if "chat_id" not in values or "message_id" not in values:
        raise ViolationError("message identifier is not specified")
    chat = telegram.chats.find(values["chat_id"])
    message = chat.messages.get(values["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot or (message.asks and not message.markup):
        raise bad_request("message can't be edited")
    return chat, message


def _check_modified(old: Message, new: Message) -> None:
    if new == old:
        raise bad_request(NOT_MODIFIED)
