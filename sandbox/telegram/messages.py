"""The Bot API's methods about messages: send, edit, delete, and answer a press."""

from dataclasses import replace
from typing import Final

from sandbox.telegram.chats import Chat, Json, Message
from sandbox.telegram.errors import NOT_MODIFIED, ViolationError, bad_request, too_many_requests
from sandbox.telegram.markup import parse_html, utf16_len
from sandbox.telegram.platform import Platform

_LONGEST_TEXT: Final = 4096
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


async def send(telegram: Platform, values: Json) -> Json:
    """Let a new message of the bot stand in the chat; returns the Message."""
    chat = telegram.chats.find(values["chat_id"])
    text, entities = _formatted(values)
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
        text=text,
        entities=entities,
        reply_to=reply_to,
        thread_id=thread_id,
        markup=_inline(values.get("reply_markup")),
    )
    return telegram.put(chat, message)


async def edit_text(telegram: Platform, values: Json) -> Json:
    """Change text and buttons; buttons not given are taken away."""
    chat, old = _own_message(telegram, values)
    text, entities = _formatted(values)
    _check_markup(values.get("reply_markup"))
    new = replace(old, text=text, entities=entities, markup=_inline(values.get("reply_markup")))
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


def _formatted(values: Json) -> tuple[str, tuple[Json, ...]]:
    """Return text and entities as they will stand: blanks at the end are cut, as Telegram does."""
    source, mode = values.get("text", ""), values.get("parse_mode")
    if mode is None:
        text, entities = source, tuple(values.get("entities", ()))
    elif mode.lower() == "html":
        text, entities = parse_html(source)
    else:
        raise ViolationError(f"the sandbox parses HTML only, not {mode}")
    text = text.rstrip()
    if not text.strip():
        raise ViolationError("message text is empty")
    if len(text) > _LONGEST_TEXT:
        raise ViolationError("message is too long")
    return text, _within(entities, utf16_len(text))


def _within(entities: tuple[Json, ...], length: int) -> tuple[Json, ...]:
    clipped = (one | {"length": min(one["length"], length - one["offset"])} for one in entities)
    return tuple(one for one in clipped if one["length"] > 0)


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
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return chat, message


def _check_modified(old: Message, new: Message) -> None:
    if new == old:
        raise bad_request(NOT_MODIFIED)
