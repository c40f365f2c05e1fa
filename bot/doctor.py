"""The doctor: looks at everything a counter needs, and says for each what is right or what to do."""

import sqlite3

import httpx
from msgspec import Struct
from telegram.error import InvalidToken, TelegramError

from bot.settings import Settings
from bot.telegram.client import ApiClient, close_client, open_client
from bot.telegram.request import UntrustedCertificate
from storage.database import SqliteDatabase
from storage.errors import StorageBusy, StorageError
from storage.lock import exclusive_lock

REACH_TIMEOUT_S = 5.0


class CheckResult(Struct, frozen=True, kw_only=True):
    """One line of the doctor's: what was looked at, whether it is right, and what to know or do."""

    part: str
    is_right: bool
    words: str


async def check(settings: Settings) -> int:
    """Print one line a finding; give 0 if all is right, else 1."""
    findings = [CheckResult(part="settings", is_right=True, words="all set")]
    findings.append(await _database(settings))
    findings.extend(await _telegram(settings))
    findings.append(await _web_server(settings))
    findings.extend(_advice(settings))
    for finding in findings:
        print(f"{'ok  ' if finding.is_right else 'FAIL'}  {finding.part}: {finding.words}")
    return 0 if all(finding.is_right for finding in findings) else 1


async def _database(settings: Settings) -> CheckResult:
    path = settings.database_path
    try:
        with exclusive_lock(path):
            database = SqliteDatabase(path)
            await database.open()
            await database.close()
    except StorageBusy:
        return CheckResult(part="database", is_right=True, words=f"{path}, in use by a running Loket")
    except (StorageError, sqlite3.Error, OSError) as error:
        words = f"{error}; see that the folder exists and is writable, or restore a backup"
        return CheckResult(part="database", is_right=False, words=words)
    return CheckResult(part="database", is_right=True, words=f"{path} opens and is sound")


async def _telegram(settings: Settings) -> list[CheckResult]:
    client = open_client(token=settings.telegram_token.get_secret_value(), api_url=settings.telegram_api_url)
    try:
        return [await _identity(client), await _webhook(client, settings)]
    except InvalidToken:
        words = "the token was rejected; copy TELEGRAM_TOKEN from BotFather again"
        return [CheckResult(part="telegram", is_right=False, words=words)]
    except UntrustedCertificate:
        words = (
            f"who answers at {settings.telegram_api_url} shows no certificate that this machine believes; "
            "install or renew ca-certificates, or name the file of your own authority by SSL_CERT_FILE"
        )
        return [CheckResult(part="telegram", is_right=False, words=words)]
    except TelegramError as error:
        words = f"no answer from {settings.telegram_api_url} ({type(error).__name__}); check the network"
        return [CheckResult(part="telegram", is_right=False, words=words)]
    finally:
        await close_client(client)


async def _identity(client: ApiClient) -> CheckResult:
    me = await client.get_me()
    return CheckResult(part="telegram", is_right=True, words=f"the bot is @{me.username}")


async def _webhook(client: ApiClient, settings: Settings) -> CheckResult:
    found = await client.get_webhook_info()
    wanted = f"{settings.public_url}/telegram" if settings.public_url else ""
    waiting = f"{found.pending_update_count} updates waiting"
    if found.url == wanted and not found.last_error_message:
        mode = "webhook is set" if wanted else "long polling, no webhook is set"
        return CheckResult(part="updates", is_right=True, words=f"{mode}, {waiting}")
    if found.url != wanted:
        words = f"{waiting}; `loket run` will {'set' if wanted else 'remove'} the webhook when it starts"
        return CheckResult(part="updates", is_right=True, words=words)
    words = (
        f"Telegram could not deliver: {found.last_error_message}; check PUBLIC_URL, its certificate and proxy"
    )
    return CheckResult(part="updates", is_right=False, words=words)


async def _web_server(settings: Settings) -> CheckResult:
    local = f"http://{settings.listen_host}:{settings.listen_port}"
    url = f"{settings.public_url or local}/healthz"
    try:
        async with httpx.AsyncClient(timeout=REACH_TIMEOUT_S, trust_env=False) as client:
            answer = await client.get(url)
    except httpx.HTTPError as error:
        why = type(error).__name__
        words = f"{url} does not answer ({why}); start `loket run`, then check proxy and firewall"
        return CheckResult(part="web server", is_right=False, words=words)
    if answer.status_code != httpx.codes.OK:
        words = f"{url} answers {answer.status_code}; the proxy must pass requests on to {local}"
        return CheckResult(part="web server", is_right=False, words=words)
    return CheckResult(part="web server", is_right=True, words=f"{url} answers")


def _advice(settings: Settings) -> list[CheckResult]:
    findings = []
    if not settings.reversal_allowed_ips:
        words = "any address may send reversals; set REVERSAL_ALLOWED_IPS if the biller names its own"
        findings.append(CheckResult(part="reversals", is_right=True, words=words))
    if settings.public_url and settings.public_url.startswith("http://"):
        words = "PUBLIC_URL must be https for the real Telegram"
        findings.append(
            CheckResult(
                part="public url", is_right=settings.telegram_api_url.startswith("http://"), words=words
            )
        )
    return findings
