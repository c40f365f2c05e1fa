"""The checks of `loket check`: settings, database, Telegram, admins, biller, web server and reversals."""

import asyncio
import sqlite3
import time
from enum import StrEnum
from typing import assert_never
from urllib.parse import urlsplit

import httpx
from msgspec import Struct
from telegram.error import InvalidToken, TelegramError

from bot.biller.client import TRX_PATH
from bot.biller.probe import (
    Answered,
    CertificateRejected,
    HostUnreachable,
    NameUnknown,
    NoHttp,
    NoTls,
    ProbeResult,
    probe,
)
from bot.delivery.sending import ChatUnreachable, OutgoingMessage, Sent
from bot.settings.settings import Settings
from bot.settings.sources import inspect_sources
from bot.telegram.client import (
    ApiClient,
    UntrustedCertificate,
    close_client,
    describe_rejected,
    open_client,
)
from bot.telegram.sender import Sender
from bot.texts.guidance import ADMIN_REACHED
from storage.database import SqliteDatabase, database_at, look_at_server
from storage.errors import StorageBusy, StorageError
from storage.lock import exclusive_lock

REACH_TIMEOUT_S = 5.0

BILLER_IS_DOWN = (502, 503, 504)
"""What a proxy answers for a biller that does not; other statuses may be the answer to a look."""


class CheckStatus(StrEnum):
    OK = "ok"
    WARNING = "warn"
    FAILURE = "FAIL"


class CheckResult(Struct, frozen=True, kw_only=True):
    """One line of output; `message` states the finding, or what to do about it."""

    part: str
    level: CheckStatus
    message: str


def _ok(part: str, message: str) -> CheckResult:
    return CheckResult(part=part, level=CheckStatus.OK, message=message)


def _warning(part: str, message: str) -> CheckResult:
    return CheckResult(part=part, level=CheckStatus.WARNING, message=message)


def _failure(part: str, message: str) -> CheckResult:
    return CheckResult(part=part, level=CheckStatus.FAILURE, message=message)


async def check(settings: Settings) -> int:
    """Print one line per result; return the exit status, 1 if a check failed, else 0."""
    results = [
        _ok("settings", "complete and valid"),
        *(_warning("settings", warning) for warning in inspect_sources(Settings).warnings),
        *await _database(settings),
        *await _telegram(settings),
        *_biller(settings, await probe(settings.biller_url, timeout_s=REACH_TIMEOUT_S)),
        await _web_server(settings),
        *_advice(settings),
    ]
    for result in results:
        print(f"{result.level:<4}  {result.part}: {result.message}")
    return 1 if any(result.level is CheckStatus.FAILURE for result in results) else 0


async def _database(settings: Settings) -> list[CheckResult]:
    path = settings.database_path
    if path is None:
        return await _server(settings.database_url)
    try:
        with exclusive_lock(path):
            database = SqliteDatabase(path)
            await database.open()
            await database.close()
    except StorageBusy:
        return [_ok("database", f"{path}, in use by a running Loket")]
    except (StorageError, sqlite3.Error, OSError) as error:
        words = f"{error}; check that the folder exists and is writable, or restore a backup"
        return [_failure("database", words)]
    return [_ok("database", f"{path} can be opened")]


async def _server(url: str) -> list[CheckResult]:
    """Check the PostgreSQL server: whether it can be used, and whether it keeps what it confirms."""
    try:
        database = database_at(url)
        await database.open()
        await database.close()
        server = await asyncio.to_thread(look_at_server, url, time_s=time.time)
    except StorageError as error:
        return [_failure("database", f"{error}; check DATABASE_URL, the server and its permissions")]
    found = _ok("database", f"PostgreSQL {server.version}, database {server.database}, can be opened")
    return [found, *(_warning("database", warning) for warning in server.warnings)]


async def _telegram(settings: Settings) -> list[CheckResult]:
    client = open_client(token=settings.telegram_token.get_secret_value(), api_url=settings.telegram_api_url)
    server = _without_credentials(settings.telegram_api_url)
    try:
        me = await client.get_me()
        results = [_ok("telegram", f"the bot is @{me.username}"), await _webhook(client, settings)]
        if not me.can_read_all_group_messages:
            message = "in groups the bot sees only commands and replies; BotFather: /setprivacy, Disable"
            results.append(_warning("groups", message))
        return results + [await _admin(client, admin, me.username or "") for admin in settings.admin_ids]
    except InvalidToken:
        message = f"the token was rejected by {server}; {describe_rejected(client.token)}"
        return [_failure("telegram", message)]
    except UntrustedCertificate:
        message = (
            f"the certificate of {server} is not trusted by this machine; "
            "install or renew ca-certificates, or set SSL_CERT_FILE to the file of your own authority"
        )
        return [_failure("telegram", message)]
    except TelegramError as error:
        return [_failure("telegram", f"no answer from {server} ({type(error).__name__}); check the network")]
    finally:
        await close_client(client)


async def _webhook(client: ApiClient, settings: Settings) -> CheckResult:
    webhook = await client.get_webhook_info()
    expected_url = f"{settings.public_url}/telegram" if settings.public_url else ""
    waiting = f"{webhook.pending_update_count} updates waiting"
    if webhook.url == expected_url and not webhook.last_error_message:
        mode = "webhook is set" if expected_url else "long polling, no webhook is set"
        return _ok("updates", f"{mode}, {waiting}")
    if webhook.url != expected_url:
        action = "set" if expected_url else "remove"
        return _ok("updates", f"{waiting}; `loket run` will {action} the webhook when it starts")
    return _failure(
        "updates",
        f"Telegram could not deliver: {webhook.last_error_message}; check PUBLIC_URL, certificate and proxy",
    )


async def _admin(client: ApiClient, admin_id: int, username: str) -> CheckResult:
    """Send an admin a message: the bot cannot write first to a person who has never pressed Start."""
    part = f"admin {admin_id}"
    result = await Sender(client).send(OutgoingMessage(chat_id=admin_id, text=ADMIN_REACHED))
    match result:
        case Sent():
            return _ok(part, "reached, a message was sent")
        case ChatUnreachable(why=why):
            message = f"not reached ({why}); this person must open the chat with @{username} and press Start"
            return _failure(part, message)
        case _:
            return _failure(part, f"not reached ({type(result).__name__}); run the check again")


def _biller(settings: Settings, result: ProbeResult) -> list[CheckResult]:
    parts = urlsplit(settings.biller_url)
    server, part = _without_credentials(settings.biller_url), "biller"
    match result:
        case NameUnknown():
            return [_failure(part, f"the name {parts.hostname} does not resolve; check BILLER_URL and DNS")]
        case HostUnreachable(why=why):
            message = (
                f"{server} accepts no connection ({why}); check BILLER_URL and its port, "
                "and whether the biller has registered the public address of this machine"
            )
            return [_failure(part, message)]
        case CertificateRejected(why=why):
            return [_failure(part, f"the certificate of {server} is rejected ({why}); ask the biller")]
        case NoTls(why=why):
            message = f"{server} does not speak TLS ({why}); check whether BILLER_URL begins with http://"
            return [_failure(part, message)]
        case NoHttp(why=why):
            return [
                _failure(part, f"{server} does not answer in HTTP ({why}); check BILLER_URL and its port")
            ]
        case Answered():
            return [_biller_answer(result, server), *_plain_biller(parts.scheme, parts.hostname or "")]
        case _:
            assert_never(result)


def _biller_answer(answer: Answered, server: str) -> CheckResult:
    """Judge the answer to a look, which a biller that accepts only POST may refuse in several ways."""
    part, path, status = "biller", f"{server}{TRX_PATH}", answer.status
    if answer.location:
        message = f"{path} redirects to {answer.location}, and Loket follows no redirect; correct BILLER_URL"
        return _failure(part, message)
    if status in BILLER_IS_DOWN:
        return _failure(part, f"{path} answers {status}: the biller is down, or is not behind this address")
    if status == httpx.codes.NOT_FOUND:
        return _failure(part, f"nothing is at {path} (404); check BILLER_URL with the biller")
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        message = f"{path} answers {status}; has the biller registered the public address of this machine?"
        return _warning(part, message)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return _warning(part, f"{path} answers {status} to a look without an order")
    return _ok(part, f"{path} answers; nothing was ordered")


def _plain_biller(scheme: str, host: str) -> list[CheckResult]:
    if scheme == "https" or host in ("localhost", "127.0.0.1", "::1"):
        return []
    message = "BILLER_URL is http: orders and signatures travel unencrypted; ask the biller for https"
    return [_warning("biller", message)]


async def _web_server(settings: Settings) -> CheckResult:
    host = f"[{settings.listen_host}]" if ":" in settings.listen_host else settings.listen_host
    local = f"http://{host}:{settings.listen_port}"
    public = settings.public_url and _without_credentials(settings.public_url)
    shown, part = f"{public or local}/healthz", "web server"
    try:
        async with httpx.AsyncClient(timeout=REACH_TIMEOUT_S, trust_env=False) as client:
            answer = await client.get(f"{settings.public_url or local}/healthz")
    except httpx.HTTPError as error:
        reason = type(error).__name__
        message = f"{shown} does not answer ({reason}); start `loket run`, then check proxy and firewall"
        return _failure(part, message)
    if answer.status_code != httpx.codes.OK:
        message = f"{shown} answers {answer.status_code}; the proxy must pass requests on to {local}"
        return _failure(part, message)
    return _ok(part, f"{shown} answers")


def _advice(settings: Settings) -> list[CheckResult]:
    results = []
    if not settings.reversal_allowed_ips:
        message = (
            "any address may send reversals; set REVERSAL_ALLOWED_IPS if the biller publishes its addresses"
        )
        results.append(_warning("reversals", message))
    if (
        settings.mutation_secret
        and settings.mutation_signing_key == settings.mutation_secret.get_secret_value()
    ):
        message = (
            "the key of their signature is the MUTATION_SECRET of their address, which proxies may log: who "
            "reads it can report money that never came; set MUTATION_SIGNING_SECRET, and the same key at the "
            "service"
        )
        results.append(_warning("mutations", message))
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        message = "TRUSTED_PROXIES trusts every address, so every caller can pretend to have another one"
        results.append(_warning("proxies", message))
    if settings.public_url and settings.public_url.startswith("http://"):
        is_test = settings.telegram_api_url.startswith("http://")
        message = "PUBLIC_URL must be https, except with a test server of the Bot API"
        results.append(_ok("public url", message) if is_test else _failure("public url", message))
    return results


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
