"""The Bot API's methods other than those about messages, and METHODS, the table of all emulated ones."""

import re
from collections.abc import Awaitable, Callable
from typing import Final

from sandbox.telegram import messages
from sandbox.telegram.chats import Json
from sandbox.telegram.errors import RefusedError, ViolationError, bad_request
from sandbox.telegram.payloads import file_json, full_chat_json, me_json
from sandbox.telegram.platform import Platform
from sandbox.telegram.validation import checked
from sandbox.telegram.webhook import Hook

Method = Callable[[Platform, Json], Awaitable[object]]

_DEFAULT_LIMIT: Final = 100
_DEFAULT_CONNECTIONS: Final = 40
_MOST_COMMANDS: Final = 100
_SECRET = re.compile(r"[A-Za-z0-9_-]+")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


async def call(telegram: Platform, method: str, values: Json) -> object:
    """Run a method with validated values and return its `result`; RefusedError for an error response."""
    return await METHODS[method](telegram, values)


async def _get_me(telegram: Platform, _: Json) -> Json:
    return me_json(telegram.chats.bot)


async def _get_updates(telegram: Platform, values: Json) -> list[Json]:
    telegram.updates.allow(values.get("allowed_updates"))
    limit = values.get("limit", _DEFAULT_LIMIT)
    return await telegram.poll(values.get("offset", 0), limit, values.get("timeout", 0))


async def _set_webhook(telegram: Platform, values: Json) -> bool:
    url, secret = values["url"], values.get("secret_token")
    if url and not url.startswith(("https://", "http://")):
        raise ViolationError("bad webhook: invalid webhook URL specified")
    if secret is not None and not _SECRET.fullmatch(secret):
        raise ViolationError("secret token contains unallowed characters")
    _drop_pending(telegram, values)
    telegram.updates.allow(values.get("allowed_updates"))
    connections = values.get("max_connections", _DEFAULT_CONNECTIONS)
    hook = Hook(url=url, secret=secret, max_connections=connections) if url else None
    await telegram.set_webhook(hook, lambda body: _from_webhook(telegram, body))
    return True


async def _from_webhook(telegram: Platform, body: Json) -> None:
    """Run the call in a webhook's response; the bot never receives its result."""
    method = body.pop("method")
    telegram.count_call(method)
    if method not in METHODS:
        telegram.record_violation(method, ViolationError("unknown method in a webhook's response"))
        return
    try:
        await call(telegram, method, checked(method, body))
    except ViolationError as violation:
        telegram.record_violation(method, violation)
    except RefusedError:
        return


async def _delete_webhook(telegram: Platform, values: Json) -> bool:
    _drop_pending(telegram, values)
    await telegram.set_webhook(None, lambda body: _from_webhook(telegram, body))
    return True


def _drop_pending(telegram: Platform, values: Json) -> None:
    if values.get("drop_pending_updates"):
        telegram.updates.waiting.clear()


async def _get_webhook_info(telegram: Platform, _: Json) -> Json:
    delivery = telegram.webhook.info() if telegram.webhook else {"url": ""}
    return delivery | {
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.updates.waiting),
        "allowed_updates": sorted(telegram.updates.allowed),
    }


async def _set_my_commands(telegram: Platform, values: Json) -> bool:
    if len(values["commands"]) > _MOST_COMMANDS:
        raise ViolationError("BOT_COMMANDS_TOO_MUCH")
    for command in values["commands"]:
        if not _COMMAND.fullmatch(command["command"]):
            raise ViolationError("BOT_COMMAND_INVALID")
    telegram.commands[_scope(telegram, values)] = values["commands"]
    return True


async def _get_my_commands(telegram: Platform, values: Json) -> list[Json]:
    return telegram.commands.get(_scope(telegram, values), [])


async def _delete_my_commands(telegram: Platform, values: Json) -> bool:
    telegram.commands.pop(_scope(telegram, values), None)
    return True


async def _set_my_description(telegram: Platform, values: Json) -> bool:
    telegram.descriptions[f"long/{values.get('language_code', '')}"] = values.get("description", "")
    return True


async def _get_my_description(telegram: Platform, values: Json) -> Json:
    return {"description": telegram.descriptions.get(f"long/{values.get('language_code', '')}", "")}


async def _set_my_short_description(telegram: Platform, values: Json) -> bool:
    telegram.descriptions[f"short/{values.get('language_code', '')}"] = values.get("short_description", "")
    return True


async def _get_my_short_description(telegram: Platform, values: Json) -> Json:
    return {"short_description": telegram.descriptions.get(f"short/{values.get('language_code', '')}", "")}


def _scope(telegram: Platform, values: Json) -> str:
    """Return the key of a command list: scope, chat, member and language."""
    scope = values.get("scope", {"type": "default"})
    if "chat_id" in scope:
        telegram.chats.find(scope["chat_id"])
    parts = scope["type"], scope.get("chat_id", ""), scope.get("user_id", ""), values.get("language_code", "")
    return "/".join(str(part) for part in parts)


async def _set_chat_menu_button(telegram: Platform, values: Json) -> bool:
    """Keep the button of a private chat; one for all chats is taken, and not kept."""
    button = values.get("menu_button", {"type": "default"})
    if not button.get("web_app", {"url": "https://"})["url"].startswith("https://"):
        raise ViolationError("Only HTTPS links are allowed")
    if "chat_id" in values:
        chat = telegram.chats.find(values["chat_id"])
        if button["type"] == "default":
            telegram.menu_buttons.pop(chat.id, None)
        else:
            telegram.menu_buttons[chat.id] = button
    return True


async def _get_chat(telegram: Platform, values: Json) -> Json:
    return full_chat_json(telegram.chats.find(values["chat_id"]), telegram.chats.users)


async def _get_file(telegram: Platform, values: Json) -> Json:
    return file_json(telegram.files.downloadable(values["file_id"]))


async def _send_chat_action(telegram: Platform, values: Json) -> bool:
    telegram.chats.find(values["chat_id"])
    if values["action"] not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


_ACTIONS: Final = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)

METHODS: Final[dict[str, Method]] = {
    "getMe": _get_me,
    "getUpdates": _get_updates,
    "setWebhook": _set_webhook,
    "deleteWebhook": _delete_webhook,
    "getWebhookInfo": _get_webhook_info,
    "sendMessage": messages.send,
    "sendRichMessage": messages.send_rich,
    "sendPhoto": messages.send_photo,
    "sendDocument": messages.send_document,
    "getFile": _get_file,
    "editMessageText": messages.edit_text,
    "editEphemeralMessageText": messages.edit_ephemeral_text,
    "editMessageReplyMarkup": messages.edit_markup,
    "deleteMessage": messages.delete,
    "answerCallbackQuery": messages.answer_press,
    "sendChatAction": _send_chat_action,
    "getChat": _get_chat,
    "setMyCommands": _set_my_commands,
    "getMyCommands": _get_my_commands,
    "deleteMyCommands": _delete_my_commands,
    "setMyDescription": _set_my_description,
    "getMyDescription": _get_my_description,
    "setMyShortDescription": _set_my_short_description,
    "getMyShortDescription": _get_my_short_description,
    "setChatMenuButton": _set_chat_menu_button,
}
