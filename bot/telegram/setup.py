"""Sets the bot up at Telegram at start: webhook or polling, commands, descriptions, and the desk's button."""

import logging

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    MenuButtonDefault,
    MenuButtonWebApp,
    WebAppInfo,
)
from telegram.error import InvalidToken, TelegramError

from bot.telegram.client import ApiClient
from bot.telegram.parse_update import ALLOWED_UPDATES
from bot.texts.desk import MENU_BUTTON
from bot.texts.guidance import ADMIN_COMMANDS, COMMANDS, DESCRIPTION, SHORT_DESCRIPTION
from storage import desk
from storage.database import Database
from storage.errors import StorageError

_log = logging.getLogger(__name__)

WEBHOOK_CONNECTIONS = 40
"""Telegram's own default; one commit stores many updates, so more connections would gain nothing."""


async def configure_updates(client: ApiClient, *, webhook_url: str | None, webhook_secret: str | None) -> str:
    """Set or remove the webhook without dropping waiting updates; return the bot's username."""
    me = await client.get_me()
    if webhook_url:
        await client.set_webhook(
            webhook_url,
            secret_token=webhook_secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=WEBHOOK_CONNECTIONS,
            drop_pending_updates=False,
        )
    else:
        await _remove_webhook(client)
    return me.username or ""


async def _remove_webhook(client: ApiClient) -> None:
    """Remove the webhook before polling, if the server supports webhooks: an operator's own may not."""
    try:
        await client.delete_webhook(drop_pending_updates=False)
    except InvalidToken:
        # The token was accepted just before: the server lacks the method, and so has no webhook.
        _log.warning("telegram server does not support webhooks, polling without their removal")


async def publish_commands(client: ApiClient, admins: tuple[int, ...]) -> None:
    """Publish the commands of resellers and admins; a failure affects only Telegram's command menu."""
    await _publish(client, COMMANDS, BotCommandScopeAllPrivateChats())
    for admin in admins:
        await _publish(client, ADMIN_COMMANDS, BotCommandScopeChat(admin))


async def _publish(client: ApiClient, commands: dict[str, str], scope: BotCommandScope) -> None:
    try:
        await client.set_my_commands([BotCommand(*command) for command in commands.items()], scope=scope)
    except TelegramError as error:
        # An admin who has not written to the bot yet has no chat for the commands.
        _log.info("telegram command list not published", extra={"why": type(error).__name__})


async def publish_descriptions(client: ApiClient) -> None:
    """Publish what people read before they press Start; a failure affects only these texts.

    They are read first, because Telegram limits how often they may be changed.
    """
    try:
        if (await client.get_my_description()).description != DESCRIPTION:
            await client.set_my_description(DESCRIPTION)
        if (await client.get_my_short_description()).short_description != SHORT_DESCRIPTION:
            await client.set_my_short_description(SHORT_DESCRIPTION)
    except TelegramError as error:
        _log.info("telegram descriptions not published", extra={"why": type(error).__name__})


async def publish_desk_buttons(
    client: ApiClient, database: Database, *, url: str | None, user_ids: tuple[int, ...]
) -> None:
    """Let the menu button of these people open the desk at `url`, and no longer that of others.

    Without `url` nobody has it. A failure affects only this button; the next start tries again.
    """
    try:
        before = await database.read(desk.menu_buttons)
        wanted = dict.fromkeys(user_ids, url) if url else {}
        for user_id in {**before, **wanted}:
            await _publish_desk_button(client, database, user_id, wanted.get(user_id))
    except StorageError as error:
        _log.info("telegram menu buttons not published", extra={"why": type(error).__name__})


async def _publish_desk_button(client: ApiClient, database: Database, user_id: int, url: str | None) -> None:
    button = MenuButtonWebApp(MENU_BUTTON, WebAppInfo(url)) if url else MenuButtonDefault()
    if url:
        # Noted first: a stop right after Telegram took the button must not leave one nobody takes back.
        await database.write(lambda tx: desk.note_menu_button(tx, user_id, url))
    try:
        await client.set_chat_menu_button(user_id, button)
    except TelegramError as error:
        # A person who has not written to the bot yet has no chat for the button.
        _log.info("telegram menu button not published", extra={"user": user_id, "why": type(error).__name__})
        return
    if not url:
        await database.write(lambda tx: desk.forget_menu_button(tx, user_id))
