"""All workers of one Loket, connected to one database.

`app.py` passes in the real biller and Telegram, the simulation passes in fakes.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import tzinfo

from msgspec import Struct

from bot.delivery.messenger import Messenger
from bot.delivery.rate_limit import RateLimiter
from bot.delivery.sending import MessageSender
from bot.deposits.accounts import DepositAccount
from bot.features.deposits.mutations import DepositsWorker, MutationReceiver
from bot.features.history.recap import RecapWorker
from bot.features.lazy_content import load_content
from bot.features.news.worker import NewsWorker
from bot.features.price_list.import_worker import FileSource, ImportWorker
from bot.leadership import LEASE_MS, SOLE_LEADER, Fence
from bot.orders.biller_float import LowBalance
from bot.orders.model import Order
from bot.orders.product_health import HealthRules
from bot.purchasing import restore_gate
from bot.purchasing.auditor import Auditor
from bot.purchasing.circuit_breaker import CircuitBreaker
from bot.purchasing.clock_watch import ClockWatch
from bot.purchasing.reversals import ReversalReceiver
from bot.purchasing.submitter import END_OF_TIME_MS, Biller, Submitter, recover, submitting
from bot.purchasing.totals import TotalsWorker
from bot.purchasing.watchdog import Watchdog
from bot.texts.formatting import Clock
from bot.unit_of_work import WorkContext
from bot.worker import WakeUp, Worker
from storage import restores
from storage.database import Database
from storage.lease import Lease
from storage.price_digests import QUIET_MS
from storage.transaction import Tx

_log = logging.getLogger(__name__)


class Environment(Struct, frozen=True, kw_only=True):
    """The outside world: the database, the biller, Telegram, clocks and randomness.

    `now_ms` returns the Unix time, `monotonic` a monotonic time in seconds, `nonce` a new unguessable text
    of at most 64 bytes, `random_suffix` a number from 0 to 99999, `bot_username` the bot's name, empty until
    Telegram has told it. By `fence` a process buys and sends only while it leads.
    """

    database: Database
    biller: Biller
    sender: MessageSender
    files: FileSource
    now_ms: Callable[[], int]
    monotonic: Callable[[], float]
    nonce: Callable[[], str]
    random_suffix: Callable[[], int]
    bot_username: Callable[[], str] = lambda: ""
    fence: Fence = SOLE_LEADER


class TakeOver(Struct, frozen=True, kw_only=True):
    """What a leader found: how many orders it made unknown, and those whose post may still be under way."""

    swept_count: int
    submitting: list[Order]
    quarantined_count: int
    is_in_quarantine: bool


class RuntimeSettings(Struct, frozen=True, kw_only=True):
    """The operator's settings, as far as the workers need them."""

    admins: tuple[int, ...]
    zone: tzinfo
    biller_concurrency: int
    biller_timeout_s: float
    order_max_age_s: int
    messages_per_s: float
    chat_messages_per_s: float
    reseller_floor_idr: int | None = None
    reseller_daily_limit_idr: int | None = None
    deposit_accounts: tuple[DepositAccount, ...] = ()
    deposit_qris: str | None = None
    desk_url: str | None = None
    desk_staff_ids: tuple[int, ...] = ()
    mutation_signing_key: str | None = None
    biller_reserve_idr: int | None = None
    shows_tables: bool = False
    hides_hints: bool = False
    price_notices: bool = True
    price_notice_delay_ms: int = QUIET_MS
    low_balance: LowBalance = LowBalance.CONTINUE
    health_rules: HealthRules = HealthRules()
    recap_minute: int | None = None


class Runtime:
    """Builds the workers; a wake-up ends the pause of one of them."""

    def __init__(self, environment: Environment, settings: RuntimeSettings) -> None:
        self.breaker = CircuitBreaker()
        self._now_ms = environment.now_ms
        self._longest_post_ms = int(settings.biller_timeout_s * 1000) + LEASE_MS
        """From a claim to the end of its post, which begins while the claim's leader has its lease."""
        self._leaders_database = environment.fence.fenced(environment.database)
        self.orders_wake_up, self.outbox_wake_up = WakeUp(), WakeUp()
        self.imports_wake_up, self.mutations_wake_up = WakeUp(), WakeUp()
        self.context = self._context(environment, settings)
        self.clock_watch = ClockWatch(
            database=self._leaders_database,
            context=self.context,
            now_ms=environment.now_ms,
            monotonic=environment.monotonic,
            outbox_wake_up=self.outbox_wake_up,
            wake_ups=(self.orders_wake_up, self.imports_wake_up),
        )
        self._build_purchasing(environment, settings)
        self._build_delivery(environment, settings)
        self._build_files_and_deposits(environment, settings)
        self._build_news(environment, settings)
        self._build_checks(environment, settings)
        poll_s = environment.fence.poll_s
        rarely_s = 5 * poll_s
        self.workers = (
            Worker("submitter", self.submitter.run_once, self.orders_wake_up, poll_s=poll_s),
            Worker("messenger", self.messenger.run_once, self.outbox_wake_up, poll_s=poll_s),
            Worker("importer", self.importer.run_once, self.imports_wake_up, poll_s=rarely_s),
            Worker("watchdog", self.watchdog.run_once, WakeUp()),
            Worker("deposits", self.deposits.run_once, self.mutations_wake_up, poll_s=rarely_s),
            Worker("news", self.news.run_once, WakeUp(), poll_s=rarely_s),
            Worker("auditor", self.auditor.run_once, WakeUp()),
            Worker("totals", self.totals.run_once, WakeUp()),
            Worker("recap", self.recap.run_once, WakeUp()),
            Worker("clock watch", self.clock_watch.run_once, WakeUp()),
        )

    def take_over(self, tx: Tx, found: Lease | None) -> TakeOver:
        """Before any post, look after what the last leader left; `found` is its lease, None without leases.

        While that was not released, a post may be under way: its orders are left alone for now.
        """
        work = self.context.begin(tx, self._now_ms())
        quarantined_count = restore_gate.check_after_restore(work)
        may_be_posting = found is not None and found.holder is not None
        # A leader that dies soon as well must not make the next one wait anew.
        over_ms = work.now_ms - self._longest_post_ms if may_be_posting else END_OF_TIME_MS
        swept_count = recover(work, claimed_before_ms=over_ms)
        return TakeOver(
            submitting=submitting(tx),
            swept_count=swept_count,
            quarantined_count=quarantined_count,
            is_in_quarantine=restores.in_quarantine(tx) is not None,
        )

    async def lead(self, taken: TakeOver) -> None:
        """Run all workers until cancelled."""
        self._log_take_over(taken)
        self.clock_watch.restart()
        self.submitter.inherit(taken.submitting)
        try:
            async with asyncio.TaskGroup() as group:
                for worker in self.workers:
                    group.create_task(worker.run(), name=worker.name)
        finally:
            await self.messenger.close()

    def _log_take_over(self, taken: TakeOver) -> None:
        if taken.swept_count:
            _log.warning("submitting orders left unknown after restart", extra={"count": taken.swept_count})
        if taken.is_in_quarantine:
            _log.warning(
                "database restored from a backup: purchases wait until an admin opens the counter",
                extra={"count": taken.quarantined_count},
            )

    def _context(self, environment: Environment, settings: RuntimeSettings) -> WorkContext:
        return WorkContext(
            admin_ids=settings.admins,
            zone=settings.zone,
            nonce=environment.nonce,
            random_suffix=environment.random_suffix,
            held_since_ms=lambda: environment.fence.held_since_ms(self.breaker.open_since_ms()),
            bot_username=environment.bot_username,
            reseller_floor_idr=settings.reseller_floor_idr,
            reseller_daily_limit_idr=settings.reseller_daily_limit_idr,
            deposit_accounts=settings.deposit_accounts,
            deposit_qris=settings.deposit_qris,
            desk_url=settings.desk_url,
            desk_staff_ids=settings.desk_staff_ids,
            biller_reserve_idr=settings.biller_reserve_idr,
            low_balance=settings.low_balance,
            health_rules=settings.health_rules,
            recap_minute=settings.recap_minute,
            behind_ms=lambda: self.clock_watch.behind_ms(),  # noqa: PLW0108 - it is made with this context
        )

    def _build_purchasing(self, environment: Environment, settings: RuntimeSettings) -> None:
        self.submitter = Submitter(
            database=environment.database,
            fence=environment.fence,
            context=self.context,
            biller=environment.biller,
            breaker=self.breaker,
            now_ms=environment.now_ms,
            monotonic=environment.monotonic,
            clock=self.clock_watch,
            wake_up=self.orders_wake_up,
            outbox_wake_up=self.outbox_wake_up,
            concurrency=settings.biller_concurrency,
            max_age_s=settings.order_max_age_s,
            trx_timeout_s=settings.biller_timeout_s,
        )

    def _build_delivery(self, environment: Environment, settings: RuntimeSettings) -> None:
        self.messenger = Messenger(
            database=environment.database,
            fence=environment.fence,
            context=self.context,
            sender=environment.sender,
            load_content=load_content,
            rate_limiter=RateLimiter(
                messages_per_s=settings.messages_per_s, chat_messages_per_s=settings.chat_messages_per_s
            ),
            clock=Clock(settings.zone),
            now_ms=environment.now_ms,
            monotonic=environment.monotonic,
            wake_up=self.outbox_wake_up,
            shows_tables=settings.shows_tables,
            hides_hints=settings.hides_hints,
        )
        self.reversals = ReversalReceiver(
            database=environment.database,
            context=self.context,
            now_ms=environment.now_ms,
            scan_outbox=self.messenger.scan,
            results=self.messenger,
        )

    def _build_files_and_deposits(self, environment: Environment, settings: RuntimeSettings) -> None:
        self.importer = ImportWorker(
            database=self._leaders_database,
            context=self.context,
            files=environment.files,
            now_ms=environment.now_ms,
            outbox_wake_up=self.outbox_wake_up,
        )
        self.deposits = DepositsWorker(
            database=self._leaders_database,
            context=self.context,
            now_ms=environment.now_ms,
            outbox_wake_up=self.outbox_wake_up,
        )
        self.mutations = MutationReceiver(
            database=environment.database,
            context=self.context,
            signing_key=settings.mutation_signing_key,
            now_ms=environment.now_ms,
            wake_up=self.mutations_wake_up,
            outbox_wake_up=self.outbox_wake_up,
        )

    def _build_news(self, environment: Environment, settings: RuntimeSettings) -> None:
        self.news = NewsWorker(
            database=self._leaders_database,
            context=self.context,
            now_ms=environment.now_ms,
            outbox_wake_up=self.outbox_wake_up,
            sends_digests=settings.price_notices,
            digest_delay_ms=settings.price_notice_delay_ms,
        )

    def _build_checks(self, environment: Environment, settings: RuntimeSettings) -> None:
        self.watchdog = Watchdog(
            database=self._leaders_database,
            context=self.context,
            now_ms=environment.now_ms,
            outbox_wake_up=self.outbox_wake_up,
            trx_timeout_s=settings.biller_timeout_s,
            is_posting=self.submitter.is_posting,
        )
        self.auditor = Auditor(
            database=self._leaders_database,
            context=self.context,
            now_ms=environment.now_ms,
            monotonic=environment.monotonic,
            outbox_wake_up=self.outbox_wake_up,
            order_max_age_s=settings.order_max_age_s,
            trx_timeout_s=settings.biller_timeout_s,
        )
        self.totals = TotalsWorker(database=self._leaders_database, context=self.context)
        self.recap = RecapWorker(
            database=self._leaders_database,
            context=self.context,
            now_ms=environment.now_ms,
            outbox_wake_up=self.outbox_wake_up,
        )
