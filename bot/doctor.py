"""The checks of `loket check`: settings, database, Telegram, updates, web server and reversals."""

import sqlite3

import httpx
from msgspec import Struct
from telegram.error import InvalidToken, TelegramError

from bot.settings import Settings
from bot.telegram.client import ApiClient, UntrustedCertificate, close_client, open_client
from storage.database import SqliteDatabase
from storage.errors import StorageBusy, StorageError
from storage.lock import exclusive_lock

REACH_TIMEOUT_S = 5.0


class CheckResult(Struct, frozen=True, kw_only=True):
    """One line of output; `message` states the finding, or what to do about it."""

    part: str
    is_ok: bool
    message: str


async def check(settings: Settings) -> int:
    """Print one line per result; return the exit status, 0 if all are ok, else 1."""
    results = [CheckResult(part="settings", is_ok=True, message="complete and valid")]
    results.append(await _database(settings))
    results.extend(await _telegram(settings))
    results.append(await _web_server(settings))
    results.extend(_advice(settings))
    for result in results:
        print(f"{'ok  ' if result.is_ok else 'FAIL'}  {result.part}: {result.message}")
    return 0 if all(result.is_ok for result in results) else 1


async def _database(settings: Settings) -> CheckResult:
    path = settings.database_path
    try:
        with exclusive_lock(path):
            database = SqliteDatabase(path)
            await database.open()
            await database.close()
    except StorageBusy:
        return CheckResult(part="database", is_ok=True, message=f"{path}, in use by a running Loket")
    except (StorageError, sqlite3.Error, OSError) as error:
        message = f"{error}; check that the folder exists and is writable, or restore a backup"
        return CheckResult(part="database", is_ok=False, message=message)
    return CheckResult(part="database", is_ok=True, message=f"{path} can be opened")


async def _telegram(settings: Settings) -> list[CheckResult]:
    client = open_client(token=settings.telegram_token.get_secret_value(), api_url=settings.telegram_api_url)
    try:
        return [await _identity(client), await _webhook(client, settings)]
    except InvalidToken:
        message = "the token was rejected; copy TELEGRAM_TOKEN from BotFather again"
        return [CheckResult(part="telegram", is_ok=False, message=message)]
    except UntrustedCertificate:
        message = (
            f"the certificate of {settings.telegram_api_url} is not trusted by this machine; "
            "install or renew ca-certificates, or set SSL_CERT_FILE to the file of your own authority"
        )
        return [CheckResult(part="telegram", is_ok=False, message=message)]
    except TelegramError as error:
        message = f"no answer from {settings.telegram_api_url} ({type(error).__name__}); check the network"
        return [CheckResult(part="telegram", is_ok=False, message=message)]
    finally:
        await close_client(client)


async def _identity(client: ApiClient) -> CheckResult:
    me = await client.get_me()
    return CheckResult(part="telegram", is_ok=True, message=f"the bot is @{me.username}")


async def _webhook(client: ApiClient, settings: Settings) -> CheckResult:
    webhook = await client.get_webhook_info()
    expected_url = f"{settings.public_url}/telegram" if settings.public_url else ""
    waiting = f"{webhook.pending_update_count} updates waiting"
    if webhook.url == expected_url and not webhook.last_error_message:
        mode = "webhook is set" if expected_url else "long polling, no webhook is set"
        return CheckResult(part="updates", is_ok=True, message=f"{mode}, {waiting}")
    if webhook.url != expected_url:
        message = (
            f"{waiting}; `loket run` will {'set' if expected_url else 'remove'} the webhook when it starts"
        )
        return CheckResult(part="updates", is_ok=True, message=message)
    message = (
        f"Telegram could not deliver: {webhook.last_error_message}; check PUBLIC_URL, certificate and proxy"
    )
    return CheckResult(part="updates", is_ok=False, message=message)


async def _web_server(settings: Settings) -> CheckResult:
    local = f"http://{settings.listen_host}:{settings.listen_port}"
    url = f"{settings.public_url or local}/healthz"
    try:
        async with httpx.AsyncClient(timeout=REACH_TIMEOUT_S, trust_env=False) as client:
            answer = await client.get(url)
    except httpx.HTTPError as error:
        reason = type(error).__name__
        message = f"{url} does not answer ({reason}); start `loket run`, then check proxy and firewall"
        return CheckResult(part="web server", is_ok=False, message=message)
    if answer.status_code != httpx.codes.OK:
        message = f"{url} answers {answer.status_code}; the proxy must pass requests on to {local}"
        return CheckResult(part="web server", is_ok=False, message=message)
    return CheckResult(part="web server", is_ok=True, message=f"{url} answers")


def _advice(settings: Settings) -> list[CheckResult]:
    results = []
    if not settings.reversal_allowed_ips:
        message = (
            "any address may send reversals; set REVERSAL_ALLOWED_IPS if the biller publishes its addresses"
        )
        results.append(CheckResult(part="reversals", is_ok=True, message=message))
    if settings.public_url and settings.public_url.startswith("http://"):
        message = "PUBLIC_URL must be https, except with a test server of the Bot API"
        results.append(
            CheckResult(
                part="public url", is_ok=settings.telegram_api_url.startswith("http://"), message=message
            )
        )
    return results
