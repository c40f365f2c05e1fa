"""The composition root: builds all parts and connects them.

The parts get their clocks, randomness and ids from here.
"""

import asyncio
import logging
import secrets
import sys
import time

from telegram.error import InvalidToken, TelegramError

from bot.biller.client import BillerClient
from bot.desk.access import AccessPolicy
from bot.desk.app import DeskApp, open_desk
from bot.desk.health import HealthSource
from bot.desk.page_process import ProcessPageReader
from bot.leadership import LOOK_EVERY_S, SOLE_LEADER, Fence, LeaseKeeper
from bot.metrics import Metrics
from bot.orders.biller_float import LowBalance
from bot.orders.product_health import HealthRules
from bot.runtime import Environment, Runtime, RuntimeSettings
from bot.settings.settings import Settings
from bot.telegram.client import describe_rejected, open_client
from bot.telegram.files import FileDownloader
from bot.telegram.poller import Poller
from bot.telegram.receiver import UpdateReceiver
from bot.telegram.sender import Sender
from bot.telegram.setup import (
    configure_updates,
    publish_commands,
    publish_descriptions,
    publish_desk_buttons,
)
from bot.web.app import LEADER, AccessRules, WebHandlers, remote_address
from bot.worker import WakeUp, Worker
from storage.database import DatabaseEngine, SqliteDatabase, database_at
from storage.errors import StorageError

_log = logging.getLogger(__name__)

SET_UP_RETRY_S = 3.0

REJECTED_RETRY_S = 30.0
"""A rejected token waits for the operator, unless Telegram was wrong for a moment."""


def now_ms() -> int:
    """Return the Unix time."""
    return time.time_ns() // 1_000_000


def boot_time_s() -> float:
    """Return the seconds since the machine's start, which go on while it sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform == "linux" else time.monotonic()


def _lease_keeper(settings: Settings, database: DatabaseEngine) -> LeaseKeeper | None:
    """Return what keeps the lease; None for a file, whose lock makes this process the only one."""
    if isinstance(database, SqliteDatabase):
        return None
    return LeaseKeeper(
        database=database,
        replica=settings.replica_name,
        monotonic=boot_time_s,
        now_ms=now_ms,
        notify=database.wake_others,
    )


class App:
    """All parts of one Loket, connected."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.telegram_is_set_up = asyncio.Event()
        self.database_is_lost = False
        self.metrics = Metrics()
        self.database = database_at(settings.database_url)
        self.keeper = _lease_keeper(settings, self.database)
        self.fence: Fence = self.keeper or SOLE_LEADER
        self.now_ms = self.keeper.now_ms if self.keeper else now_ms
        self.biller = BillerClient(
            url=settings.biller_url,
            user=settings.biller_user,
            password=settings.biller_password.get_secret_value(),
            timeout_s=settings.biller_timeout_s,
            may_post=self.fence.is_leading,
        )
        self.client = open_client(
            token=settings.telegram_token.get_secret_value(), api_url=settings.telegram_api_url
        )
        self.sender = Sender(self.client)
        self.runtime = Runtime(self._environment(), _runtime_settings(settings))
        self.metrics.watch_breaker(self.runtime.breaker)
        self.metrics.watch_leader(self.fence, self.keeper)
        self.metrics.watch_audit(self.runtime.auditor.stats)
        if settings.database_path:
            self.metrics.watch_disk(settings.database_path.parent)
        self.receiver = UpdateReceiver(
            database=self.database,
            context=self.runtime.context,
            sender=self.sender,
            now_ms=self.now_ms,
            claim_orders=self.runtime.submitter.claim,
            order_posts=self.runtime.submitter,
            acknowledgements=self.runtime.messenger,
            scan_outbox=self.runtime.messenger.scan,
            imports_wake_up=self.runtime.imports_wake_up,
            clock=self.runtime.clock_watch,
        )
        self.client.watch_server_time(self.runtime.clock_watch.note_server_time)
        self._poller = Poller(
            database=self.database, client=self.client, receiver=self.receiver, now_ms=self.now_ms
        )
        self.poller = Worker("poller", self._poll, WakeUp())
        self.desk = self._desk()

    def _environment(self) -> Environment:
        return Environment(
            database=self.database,
            biller=self.metrics.watch_biller(self.biller),
            sender=self.metrics.watch_sender(self.sender),
            files=FileDownloader(self.client),
            now_ms=self.now_ms,
            monotonic=time.monotonic,
            nonce=lambda: secrets.token_urlsafe(16),
            random_suffix=lambda: secrets.randbelow(100_000),
            fence=self.fence,
            bot_username=lambda: self.receiver.username or "",
        )

    async def _poll(self) -> float:
        """Poll while this process leads: Telegram answers one at a time."""
        return await self._poller.run_once() if self.fence.is_leading() else LOOK_EVERY_S

    async def set_up_telegram(self) -> None:
        """Choose webhook or polling, with retries; then publish commands and descriptions, and poll."""
        settings = self.settings
        secret = settings.telegram_webhook_secret
        while not self.telegram_is_set_up.is_set():
            try:
                self.receiver.username = await configure_updates(
                    self.client,
                    webhook_url=f"{settings.public_url}/telegram" if settings.public_url else None,
                    webhook_secret=secret.get_secret_value() if secret else None,
                )
            except InvalidToken:
                # Loket goes on: it must store the biller's reversals, which may not be repeated.
                _log.error("telegram rejects the token: %s", describe_rejected(self.client.token))
                await asyncio.sleep(REJECTED_RETRY_S)
            except TelegramError as error:
                _log.warning("telegram set-up failed, retrying", extra={"why": type(error).__name__})
                await asyncio.sleep(SET_UP_RETRY_S)
            else:
                self.telegram_is_set_up.set()
        _log.info("telegram set-up done", extra={"mode": "webhook" if settings.public_url else "polling"})
        await publish_desk_buttons(
            self.client,
            self.database,
            url=settings.mini_app_url,
            user_ids=(*settings.admin_ids, *settings.desk_staff_ids),
        )
        await publish_commands(self.client, settings.admin_ids)
        await publish_descriptions(self.client)
        if not settings.public_url:
            await self.poller.run()

    async def readiness(self) -> dict[str, bool]:
        """Return whether each part is up, and whether this process leads, for `/readyz`."""
        try:
            await self.database.read(lambda tx: tx.one("poll_cursor"))
        except StorageError:
            storage_is_up = False
        else:
            storage_is_up = self.database.is_writable
        return {
            "storage": storage_is_up and not self.database_is_lost,
            "agents": all(worker.healthy for worker in (*self.runtime.workers, self.poller)),
            "telegram": self.telegram_is_set_up.is_set() and not self.client.is_token_rejected,
            LEADER: self.fence.is_leading(),
        }

    async def metrics_page(self) -> bytes:
        return await self.metrics.page(self.database, await self.readiness())

    def handlers(self) -> WebHandlers:
        return WebHandlers(
            receive_updates=self.receiver.receive,
            receive_mutations=self.runtime.mutations.receive,
            receive_reversal=self.metrics.watch_reversals(self.runtime.reversals.receive),
            refuse_reversal=self.runtime.reversals.refuse,
            count_refused=self.metrics.count_refused,
            readiness=self.readiness,
            metrics=self.metrics_page,
            desk=self.desk,
        )

    def _desk(self) -> DeskApp | None:
        """Return the desk on the web; None if it has no address."""
        url = self.settings.desk_address
        if url is None:
            return None
        policy = AccessPolicy(
            owner_ids=self.settings.admin_ids,
            staff_ids=self.settings.desk_staff_ids,
            bot_token=self.settings.telegram_token.get_secret_value(),
        )
        trusted = self.settings.trusted_proxies
        return open_desk(
            self.database,
            ProcessPageReader(self.settings.database_url),
            self.runtime.context,
            policy,
            health=self._health_source(),
            url=url,
            now_ms=self.now_ms,
            wake=self._wake_leader,
            new_token=lambda: secrets.token_urlsafe(32),
            remote_of=lambda request: str(remote_address(request, trusted) or ""),
        )

    def _health_source(self) -> HealthSource:
        workers = self.runtime.workers if self.settings.public_url else (*self.runtime.workers, self.poller)
        return HealthSource(
            readiness=self.readiness,
            workers=workers,
            fence=self.fence,
            keeper=self.keeper,
            audit=self.runtime.auditor.stats,
            database_path=self.settings.database_path,
        )

    def wake_workers(self) -> None:
        self.runtime.orders_wake_up.set()
        self.runtime.outbox_wake_up.set()

    def _wake_leader(self) -> None:
        self.wake_workers()
        if not self.fence.is_leading():
            self.fence.wake_leader()

    def access_rules(self) -> AccessRules:
        settings = self.settings
        secret = settings.telegram_webhook_secret if settings.public_url else None
        mutation_secret = settings.mutation_secret
        return AccessRules(
            reversal_secret=settings.reversal_secret.get_secret_value(),
            mutation_secret=mutation_secret.get_secret_value() if mutation_secret else None,
            webhook_secret=secret.get_secret_value() if secret else None,
            reversal_allowed=settings.reversal_allowed_ips,
            trusted_proxies=settings.trusted_proxies,
        )


def _runtime_settings(settings: Settings) -> RuntimeSettings:
    return RuntimeSettings(
        admins=settings.admin_ids,
        zone=settings.zone,
        biller_concurrency=settings.biller_concurrency,
        biller_timeout_s=settings.biller_timeout_s,
        order_max_age_s=settings.order_max_age_s,
        messages_per_s=settings.telegram_messages_per_s,
        chat_messages_per_s=settings.telegram_chat_messages_per_s,
        reseller_floor_idr=settings.reseller_floor_idr,
        reseller_daily_limit_idr=settings.reseller_daily_limit_idr,
        deposit_accounts=settings.deposit_account_list,
        deposit_qris=settings.deposit_qris,
        desk_url=settings.desk_address,
        desk_staff_ids=settings.desk_staff_ids,
        mutation_signing_key=settings.mutation_signing_key,
        biller_reserve_idr=settings.biller_reserve_idr,
        shows_tables=settings.telegram_tables,
        hides_hints=settings.telegram_ephemeral_hints,
        price_notices=settings.price_notices,
        price_notice_delay_ms=settings.price_notice_delay_s * 1000,
        low_balance=LowBalance(settings.biller_low_balance),
        health_rules=HealthRules(
            failures_to_close=settings.product_failures_to_close, pause_ms=settings.product_pause_s * 1000
        ),
        recap_minute=settings.recap_minute,
    )
