"""Decides when a failing product is closed, when an order may probe it, and when it is sold again; pure."""

from enum import Enum, auto
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

LONGEST_PAUSE_MS = 4 * 3_600_000
"""A product in trouble for a day is probed six times, each with the order of a customer who waits."""


class HealthRules(Struct, frozen=True, kw_only=True):
    """The operator's rules; nothing is closed if `failures_to_close` is 0."""

    failures_to_close: int = 0
    pause_ms: int = 900_000


class ProductHealth(Struct, frozen=True, kw_only=True):
    """What is known of a product since its last success.

    `failed` are the destinations that failed, each once: many failures of one number say little about the
    product. While it is closed, one order may probe it from `probe_at_ms` on; `probe` is the trxid of that
    order, empty while it is being stored.
    """

    failed: tuple[str, ...] = ()
    closed_at_ms: int | None = None
    pause_ms: int = 0
    probe_at_ms: int = 0
    probe: str | None = None


class ProductFailed(Struct, frozen=True, kw_only=True):
    """An order failed for a reason that speaks of its product."""

    trxid: str
    destination: str


class ProductWorked(Struct, frozen=True, kw_only=True):
    """An order succeeded, which was placed at `placed_at_ms`."""

    trxid: str
    placed_at_ms: int


class NoEvidence(Struct, frozen=True, kw_only=True):
    """An order ended without a word about its product; `is_unknown` if it may still be bought."""

    trxid: str
    is_unknown: bool


Evidence = ProductFailed | ProductWorked | NoEvidence


class HealthChange(Enum):
    """What the evidence changed for resellers."""

    CLOSED = auto()
    REOPENED = auto()


class HealthDecision(Struct, frozen=True, kw_only=True):
    """The health after the evidence."""

    health: ProductHealth
    change: HealthChange | None = None


def judge_product(
    health: ProductHealth, evidence: Evidence, rules: HealthRules, at_ms: int
) -> HealthDecision:
    """Apply the evidence of one order."""
    if health.closed_at_ms is None:
        return _judge_open(health, evidence, rules, at_ms)
    is_probe = evidence.trxid == health.probe
    match evidence:
        case ProductWorked(placed_at_ms=placed_at_ms):
            # An order that was under way when the product closed says little about it now.
            if is_probe or placed_at_ms > health.closed_at_ms:
                return HealthDecision(health=ProductHealth(), change=HealthChange.REOPENED)
        case ProductFailed() if is_probe:
            pause_ms = min(2 * health.pause_ms, max(LONGEST_PAUSE_MS, rules.pause_ms))
            return HealthDecision(health=_paused(health, pause_ms, at_ms))
        case NoEvidence(is_unknown=True) if is_probe:
            return HealthDecision(health=_paused(health, health.pause_ms, at_ms))
        case NoEvidence() if is_probe:
            return HealthDecision(health=replace(health, probe=None))
        case ProductFailed() | NoEvidence():
            pass
        case _:
            assert_never(evidence)
    return HealthDecision(health=health)


def _judge_open(health: ProductHealth, evidence: Evidence, rules: HealthRules, at_ms: int) -> HealthDecision:
    match evidence:
        case ProductWorked():
            return HealthDecision(health=ProductHealth())
        case ProductFailed(destination=destination) if destination not in health.failed:
            failed = (*health.failed, destination)
            if not 0 < rules.failures_to_close <= len(failed):
                return HealthDecision(health=replace(health, failed=failed))
            closed = _paused(ProductHealth(failed=failed, closed_at_ms=at_ms), rules.pause_ms, at_ms)
            return HealthDecision(health=closed, change=HealthChange.CLOSED)
        case ProductFailed() | NoEvidence():
            return HealthDecision(health=health)
        case _:
            assert_never(evidence)


def _paused(health: ProductHealth, pause_ms: int, at_ms: int) -> ProductHealth:
    return replace(health, pause_ms=pause_ms, probe_at_ms=at_ms + pause_ms, probe=None)


def is_sold(health: ProductHealth, at_ms: int) -> bool:
    """Return whether an order may be placed now, as any other or as the only probe."""
    if health.closed_at_ms is None:
        return True
    # A probe that is further away than the pause was planned before the clock was set back.
    is_due = not 0 < health.probe_at_ms - at_ms <= health.pause_ms
    return health.probe is None and is_due
