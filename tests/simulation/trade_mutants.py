"""Planted bugs with products that close by themselves and with a low deposit at the biller."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from bot.biller import answers
from bot.orders import product_health as rules
from bot.orders.product_health import (
    Evidence,
    HealthChange,
    HealthDecision,
    NoEvidence,
    ProductFailed,
    ProductHealth,
    ProductWorked,
)
from bot.purchasing import biller_deposit, product_health
from bot.purchasing.submitter import Submitter
from storage import balances
from storage.balances import ReportedBalance
from storage.transaction import Tx
from tests.simulation.planting import Bug, Patch

TRADE_MUTANTS: dict[str, Bug] = {}


def _named(name: str) -> Callable[[Bug], Bug]:
    def register(bug: Bug) -> Bug:
        TRADE_MUTANTS[name] = bug
        return bug

    return register


def _judging(patch: Patch, judge: Callable[[Callable[..., HealthDecision], Any], HealthDecision]) -> None:
    original = rules.judge_product

    def judged(*given: Any) -> HealthDecision:
        return judge(original, given)

    patch.replace(original, judged)


# Products that close by themselves.


@_named("closes a product for the numbers of its customers")
def _(patch: Patch) -> None:
    patch.replace(answers.is_about_product, lambda *_: True)


@_named("counts failures over a success between them")
def _(patch: Patch) -> None:
    def judge(original: Callable[..., HealthDecision], given: Any) -> HealthDecision:
        health, evidence, *_ = given
        if health.closed_at_ms is None and isinstance(evidence, ProductWorked):
            return HealthDecision(health=health)
        return original(*given)

    _judging(patch, judge)


@_named("forgets which order probes a closed product")
def _(patch: Patch) -> None:
    patch.replace(product_health.take_probe, lambda *_, **__: None)


@_named("keeps a product closed after its probe has succeeded")
def _(patch: Patch) -> None:
    def judge(original: Callable[..., HealthDecision], given: Any) -> HealthDecision:
        health: ProductHealth
        evidence: Evidence
        health, evidence, *rest = given
        if health.closed_at_ms is not None and isinstance(evidence, ProductWorked):
            evidence = NoEvidence(trxid=evidence.trxid, is_unknown=False)
        return original(health, evidence, *rest)

    _judging(patch, judge)


@_named("tells the admins again at every probe that fails")
def _(patch: Patch) -> None:
    def judge(original: Callable[..., HealthDecision], given: Any) -> HealthDecision:
        health, evidence, *_ = given
        decision = original(*given)
        is_closed = health.closed_at_ms is not None and isinstance(evidence, ProductFailed)
        return replace(decision, change=HealthChange.CLOSED) if is_closed else decision

    _judging(patch, judge)


@_named("opens a product for what was under way when it closed")
def _(patch: Patch) -> None:
    def judge(original: Callable[..., HealthDecision], given: Any) -> HealthDecision:
        health, evidence, *rest = given
        if isinstance(evidence, ProductWorked):
            evidence = replace(evidence, placed_at_ms=rest[1])
        return original(health, evidence, *rest)

    _judging(patch, judge)


@_named("probes a closed product without a pause")
def _(patch: Patch) -> None:
    original = rules.is_sold
    patch.replace(original, lambda health, at_ms: health.probe is None or original(health, at_ms))


# A low deposit.


@_named("holds no order for a low deposit")
def _(patch: Patch) -> None:
    patch.replace(biller_deposit.available_funds, lambda *_: None)


@_named("warns again at every report of a low deposit")
def _(patch: Patch) -> None:
    original = balances.report_balance

    def report(tx: Tx, balance: ReportedBalance) -> None:
        original(tx, replace(balance, reserve=replace(balance.reserve, is_alarmed=False)))

    patch.replace(original, report)


@_named("counts no top-up that an admin notes")
def _(patch: Patch) -> None:
    patch.statement("top_up_float", lambda sql: sql.replace(":amount_idr", "0 * :amount_idr"))


@_named("asks nobody for the balance while all orders are held")
def _(patch: Patch) -> None:
    patch.method(Submitter, Submitter._may_probe_funds, lambda *_: False)
