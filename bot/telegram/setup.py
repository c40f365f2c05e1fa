"""Introduces the bot to Telegram at start: who it is, which way updates come in, what people can type."""

import logging

from telegram import BotCommand, BotCommandScope, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import InvalidToken, TelegramError

from bot.telegram.client import ApiClient
from bot.telegram.parse_update import ALLOWED_UPDATES
from bot.texts.guidance import ADMIN_COMMANDS, COMMANDS

_log = logging.getLogger(__name__)

WEBHOOK_CONNECTIONS = 40
"""Telegram's own default; one commit takes many updates, so more would gain nothing."""


async def configure_updates(client: ApiClient, *, webhook_url: str | None, webhook_secret: str | None) -> str:
    """Choose webhook or polling, never dropping what waits, and give the bot's own username."""
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
    """Make way for polling, where the server knows webhooks at all: one of our own may not."""
    try:
        await client.delete_webhook(drop_pending_updates=False)
    except InvalidToken:
        # The token itself was just accepted: the server has no such method, and so no webhook in the way.
        _log.warning("the server does not know how to remove a webhook")


async def publish_commands(client: ApiClient, admins: tuple[int, ...]) -> None:
    """Show everybody the commands that are theirs; a failure costs only comfort."""
    await _offer(client, COMMANDS, BotCommandScopeAllPrivateChats())
    for admin in admins:
        await _offer(client, ADMIN_COMMANDS, BotCommandScopeChat(admin))


async def _offer(client: ApiClient, commands: dict[str, str], scope: BotCommandScope) -> None:
    try:
        await client.set_my_commands([BotCommand(*command) for command in commands.items()], scope=scope)
    except TelegramError as error:
        # An admin who has not yet spoken to the bot has no chat for it to put commands in.
        _log.info("a list of commands was not taken", extra={"why": type(error).__name__})
