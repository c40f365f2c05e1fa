"""The counter itself: the agents joined around one database, whoever the biller and Telegram are.

`app.py` gives it the real ones; a test or a simulation gives it others, and the same agents run.
"""

from collections.abc import Callable
from datetime import tzinfo

from msgspec import Struct

from bot.delivery.messenger import Messenger
from bot.delivery.rate_limit import RateLimiter
from bot.delivery.sending import MessageSender
from bot.features.lazy_content import load_content
from bot.features.price_list.import_worker import FileSource, ImportWorker
from bot.purchasing.auditor import Auditor
from bot.purchasing.circuit_breaker import CircuitBreaker
from bot.purchasing.reversals import ReversalReceiver
from bot.purchasing.submitter import Biller, Submitter
from bot.purchasing.watchdog import Watchdog
from bot.texts.formatting import Clock
from bot.unit_of_work import WorkContext
from bot.worker import WakeUp, Worker
from storage.database import Database


class Environment(Struct, frozen=True, kw_only=True):
    """What is outside: the disk, the biller, Telegram, time and chance.

    `now_ms` is the time of day, `tick` a monotonic clock in seconds, `nonce` a fresh unguessable text of at
    most 64 bytes, `chance` a number from 0 to 99999.
    """

    database: Database
    biller: Biller
    speaker: MessageSender
    files: FileSource
    now_ms: Callable[[], int]
    tick: Callable[[], float]
    nonce: Callable[[], str]
    chance: Callable[[], int]


class RuntimeSettings(Struct, frozen=True, kw_only=True):
    """What the operator chose."""

    admins: tuple[int, ...]
    zone: tzinfo
    biller_concurrency: int
    biller_timeout_s: float
    order_max_age_s: int
    messages_per_s: float
    chat_messages_per_s: float


class Runtime:
    """All agents of one Loket; the bells wake them when there is work."""

    def __init__(self, world: Environment, rules: RuntimeSettings) -> None:
        self.breaker = CircuitBreaker()
        self.context = WorkContext(
            admin_ids=rules.admins,
            zone=rules.zone,
            nonce=world.nonce,
            random_suffix=world.chance,
            held_since_ms=self.breaker.open_since_ms,
        )
        self.orders_bell, self.outbox_bell, self.imports_bell = WakeUp(), WakeUp(), WakeUp()
        self.submitter = Submitter(
            database=world.database,
            context=self.context,
            biller=world.biller,
            breaker=self.breaker,
            now_ms=world.now_ms,
            tick=world.tick,
            bell=self.orders_bell,
            outbox_bell=self.outbox_bell,
            concurrency=rules.biller_concurrency,
            max_age_s=rules.order_max_age_s,
        )
        self.messenger = Messenger(
            database=world.database,
            context=self.context,
            speaker=world.speaker,
            load_content=load_content,
            pace=RateLimiter(
                messages_per_s=rules.messages_per_s, chat_messages_per_s=rules.chat_messages_per_s
            ),
            clock=Clock(rules.zone),
            now_ms=world.now_ms,
            tick=world.tick,
            bell=self.outbox_bell,
        )
        self.reversals = ReversalReceiver(
            database=world.database, context=self.context, now_ms=world.now_ms, look=self.messenger.look
        )
        self.importer = ImportWorker(
            database=world.database,
            context=self.context,
            files=world.files,
            now_ms=world.now_ms,
            outbox_bell=self.outbox_bell,
        )
        self.watchdog = Watchdog(
            database=world.database,
            context=self.context,
            now_ms=world.now_ms,
            outbox_bell=self.outbox_bell,
            trx_timeout_s=rules.biller_timeout_s,
            is_posting=self.submitter.is_posting,
        )
        self.auditor = Auditor(
            database=world.database,
            context=self.context,
            now_ms=world.now_ms,
            tick=world.tick,
            outbox_bell=self.outbox_bell,
            order_max_age_s=rules.order_max_age_s,
            trx_timeout_s=rules.biller_timeout_s,
        )
        self.agents = (
            Worker("submitter", self.submitter.run_once, self.orders_bell),
            Worker("messenger", self.messenger.run_once, self.outbox_bell),
            Worker("importer", self.importer.run_once, self.imports_bell),
            Worker("watchdog", self.watchdog.run_once, WakeUp()),
            Worker("auditor", self.auditor.run_once, WakeUp()),
        )
