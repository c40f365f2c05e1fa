"""The metrics of `/metrics`: counters since the start, and gauges read from the database."""

import shutil
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from bot.delivery.sending import MessageSender, OutgoingMessage, SendResult
from bot.leadership import LEASE_MS, Fence, LeaseKeeper
from bot.notices.alarms import Invariant
from bot.orders.events import Answer
from bot.orders.model import Order, State
from bot.purchasing.auditor import AuditStats
from bot.purchasing.circuit_breaker import CircuitBreaker
from bot.purchasing.reversals import ReversalResult
from bot.purchasing.submitter import Biller
from storage import balances, orders, outbox, restores
from storage.database import Database
from storage.transaction import Tx

ReceiveReversal = Callable[[bytes, str], Awaitable[ReversalResult]]

OPEN_STATES = [state for state in State if state not in (State.SUCCEEDED, State.FAILED, State.EXPIRED)]


REFUSALS = (
    *(("webhook", why) for why in ("secret", "body")),
    *(("reversal", why) for why in ("secret", "address", "method", "path")),
    *(("mutations", why) for why in ("secret", "body")),
)
"""Refused requests by route and reason: each is exposed from the start, so that an alarm sees the first."""


class Metrics:
    """Metrics in a registry of their own: two Lokets in one process, as in tests, do not share counters."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.answers = Counter(
            "loket_trx_answers", "purchase calls by outcome", ["outcome"], registry=self._registry
        )
        self.reversals = Counter(
            "loket_reversals", "reversals by verdict", ["verdict"], registry=self._registry
        )
        self.refused_requests = Counter(
            "loket_refused_requests",
            "requests refused at the webhook, at the reversal path and at that of mutations",
            ["route", "why"],
            registry=self._registry,
        )
        for labels in REFUSALS:
            self.refused_requests.labels(*labels)
        self.messages = Counter("loket_messages", "sends by outcome", ["outcome"], registry=self._registry)
        self._start_at_zero()

    def _start_at_zero(self) -> None:
        """Expose every counter from the start: an alarm on its increase must see the first event."""
        for answer in get_args(Answer):
            self.answers.labels(answer.__name__)
        for result in ReversalResult:
            self.reversals.labels(result.name.lower())
        for sent in get_args(SendResult):
            self.messages.labels(sent.__name__)

    def watch_biller(self, biller: Biller) -> Biller:
        """Return `biller` with a counter of its answers."""
        return _CountedBiller(biller, self.answers)

    def watch_sender(self, sender: MessageSender) -> MessageSender:
        """Return `sender` with a counter of its results."""
        return _CountedSender(sender, self.messages)

    def watch_reversals(self, receive: ReceiveReversal) -> ReceiveReversal:
        """Return `receive` with a counter of its results."""

        async def counted(query: bytes, remote: str) -> ReversalResult:
            result = await receive(query, remote)
            self.reversals.labels(result.name.lower()).inc()
            return result

        return counted

    def count_refused(self, route: str, why: str) -> None:
        """Count a request that got a 404 although its path is one of ours."""
        self.refused_requests.labels(route, why).inc()

    def watch_breaker(self, breaker: CircuitBreaker) -> None:
        """Expose whether the circuit breaker is open."""
        gauge = Gauge(
            "loket_breaker_open", "1 while the circuit breaker holds orders back", registry=self._registry
        )
        gauge.set_function(lambda: float(breaker.is_open))

    def watch_leader(self, fence: Fence, keeper: LeaseKeeper | None) -> None:
        """Expose whether this process leads, and the lease where several share one database."""
        gauge = Gauge("loket_leader", "1 while this process buys and sends", registry=self._registry)
        gauge.set_function(lambda: float(fence.is_leading()))
        if keeper:
            self._registry.register(_Snapshot(lambda: _lease_metrics(keeper)))

    def watch_audit(self, stats: AuditStats) -> None:
        """Expose the statistics of the audit."""
        self._registry.register(_Snapshot(lambda: _audit_metrics(stats)))

    def watch_disk(self, folder: Path) -> None:
        """Expose the free space of the disk that the database is on: a full disk stops sales."""
        gauge = Gauge("loket_disk_free_bytes", "free on the disk of the database", registry=self._registry)
        gauge.set_function(lambda: float(shutil.disk_usage(folder).free))

    async def page(self, database: Database, readiness: Mapping[str, bool]) -> bytes:
        """Return the page in Prometheus' text format; `readiness` is that of `/readyz`."""
        gauges = [*await database.read(_gauges), _readiness(readiness)]
        snapshot = CollectorRegistry()
        snapshot.register(_Snapshot(lambda: gauges))
        return generate_latest(self._registry) + generate_latest(snapshot)


class _CountedBiller:
    def __init__(self, biller: Biller, answers: Counter) -> None:
        self._biller = biller
        self._answers = answers
        self.expect = biller.expect

    async def buy(self, order: Order) -> Answer:
        answer = await self._biller.buy(order)
        self._answers.labels(type(answer).__name__).inc()
        return answer


class _CountedSender:
    def __init__(self, sender: MessageSender, messages: Counter) -> None:
        self._sender = sender
        self._messages = messages

    async def send(self, outgoing: OutgoingMessage) -> SendResult:
        result = await self._sender.send(outgoing)
        self._messages.labels(type(result).__name__).inc()
        return result


class _Snapshot:
    """A Prometheus collector of metrics built when they are read."""

    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self._collect = collect

    def collect(self) -> Iterable[Metric]:
        return self._collect()


def _readiness(readiness: Mapping[str, bool]) -> GaugeMetricFamily:
    ready = GaugeMetricFamily("loket_ready", "1 while the part is up, as in /readyz", labels=["part"])
    for part, is_up in readiness.items():
        if part != "leader":  # a process that does not lead is not down
            ready.add_metric([part], int(is_up))
    return ready


def _gauges(tx: Tx) -> list[GaugeMetricFamily]:
    open_orders = GaugeMetricFamily("loket_open_orders", "orders not finished, by state", labels=["state"])
    counts = orders.counts(tx)
    for open_state in OPEN_STATES:
        open_orders.add_metric([open_state], counts.get(open_state, 0))
    messages = GaugeMetricFamily(
        "loket_outbox_messages", "messages waiting, parked or failed", labels=["state"]
    )
    for state, count in outbox.counts(tx).items():
        messages.add_metric([state], count)
    quarantine = GaugeMetricFamily(
        "loket_restore_quarantine",
        "1 while the counter is closed after a restore",
        value=int(restores.in_quarantine(tx) is not None),
    )
    balance = balances.last_balance(tx)
    families = [open_orders, messages, quarantine]
    if balance:
        families.append(
            GaugeMetricFamily("loket_biller_balance_idr", "as last reported", value=balance.balance_idr)
        )
    return families


def _lease_metrics(keeper: LeaseKeeper) -> list[Metric]:
    found = keeper.found
    if found is None:
        return []
    age_s = (keeper.now_ms() - found.valid_until_ms + LEASE_MS) / 1000
    return [
        GaugeMetricFamily(
            "loket_leader_term", "how many times a process has taken the lead", value=found.term
        ),
        GaugeMetricFamily(
            "loket_leader_since_timestamp_seconds",
            "when the leader took the lead, by the clock of the database",
            value=found.taken_at_ms / 1000,
        ),
        GaugeMetricFamily(
            "loket_lease_age_seconds", "since the lease was last renewed, whoever holds it", value=age_s
        ),
    ]


def _audit_metrics(stats: AuditStats) -> list[Metric]:
    findings = CounterMetricFamily("loket_audit_findings", "invariant violations found", labels=["invariant"])
    for invariant in Invariant:
        findings.add_metric([invariant], stats.findings[invariant])
    return [
        findings,
        CounterMetricFamily("loket_audit_orders_checked", "orders checked", value=stats.orders_checked),
        GaugeMetricFamily(
            "loket_audit_last_pass_seconds", "duration of the last pass", value=stats.last_pass_s
        ),
        GaugeMetricFamily(
            "loket_audit_last_pass_timestamp_seconds",
            "start of the last pass",
            value=stats.last_pass_at_ms / 1000,
        ),
        GaugeMetricFamily(
            "loket_audit_longest_read_seconds",
            "longest database read of the audit",
            value=stats.longest_read_s,
        ),
        GaugeMetricFamily(
            "loket_audit_last_books_seconds",
            "duration of the last check of all books",
            value=stats.last_books_s,
        ),
        GaugeMetricFamily(
            "loket_audit_last_books_timestamp_seconds",
            "start of the last check of all books",
            value=stats.last_books_at_ms / 1000,
        ),
    ]
