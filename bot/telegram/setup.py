"""Sets the bot up at Telegram at start: webhook or polling, and the lists of commands."""

import logging

from telegram import BotCommand, BotCommandScope, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import InvalidToken, TelegramError

from bot.telegram.client import ApiClient
from bot.telegram.parse_update import ALLOWED_UPDATES
from bot.texts.guidance import ADMIN_COMMANDS, COMMANDS

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
