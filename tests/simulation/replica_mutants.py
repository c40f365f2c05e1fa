"""Planted bugs of leadership, which worlds with several processes must show.

`python -m tests.simulation.replica_mutants NAME` runs such worlds with that bug, until one is caught.
"""

import argparse
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from bot import leadership
from bot.delivery.messenger import Messenger
from bot.leadership import LEASE_MS, SOLE_LEADER, LeaseKeeper, Step
from bot.orders.model import Order
from bot.purchasing import settlement, submitter
from storage.lease import Lease, LeaseLost
from storage.transaction import Tx, Unit
from tests.simulation.planting import Bug, Patch

WITHIN_SEEDS = 200

REPLICA_MUTANTS: dict[str, Bug] = {}
RARE: dict[str, Bug] = {}
"""Bugs that need a moment which few worlds have: a test of their own must catch them."""


def _named(name: str, bugs: dict[str, Bug] = REPLICA_MUTANTS) -> Callable[[Bug], Bug]:
    def register(bug: Bug) -> Bug:
        bugs[name] = bug
        return bug

    return register


def _leads_while_it_knows_a_term(keeper: LeaseKeeper) -> bool:
    return keeper._term is not None


@_named("never checks the lease")
def _(patch: Patch) -> None:
    patch.method(LeaseKeeper, LeaseKeeper.check, lambda *_: None)
    patch.method(LeaseKeeper, LeaseKeeper.is_leading, _leads_while_it_knows_a_term)


@_named("posts and sends although it stood still for longer than its lease")
def _(patch: Patch) -> None:
    patch.method(LeaseKeeper, LeaseKeeper.is_leading, _leads_while_it_knows_a_term)


@_named("checks the lease outside of the transaction")
def _(patch: Patch) -> None:
    fenced = leadership._FencedDatabase

    def write(self: Any, unit: Unit[Any], **how: Any) -> Awaitable[Any]:
        if not self._keeper.is_leading():
            raise LeaseLost("this process does not lead")
        written: Awaitable[Any] = self._database.write(unit, **how)
        return written

    patch.method(fenced, fenced.write, write)


@_named("claims an order that it places without a look at the lease", RARE)
def _(patch: Patch) -> None:
    def unfenced(sql: str) -> str:
        return sql.replace("CAST(:term AS BIGINT) IS NULL", "CAST(:term AS BIGINT) IS NOT NULL")

    patch.statement("insert_claimed_order", unfenced)


@_named("takes over too early")
def _(patch: Patch) -> None:
    original = leadership.next_step

    def early(found: Lease, my_term: int | None, *, unchanged_ms: int) -> Step:
        if my_term is None:
            found = replace(found, valid_until_ms=found.valid_until_ms - LEASE_MS // 2)
            unchanged_ms += LEASE_MS // 2
        return original(found, my_term, unchanged_ms=unchanged_ms)

    patch.replace(original, early)


@_named("doubts what was claimed in its own term", RARE)
def _(patch: Patch) -> None:
    def all_submitting(tx: Tx, _: list[Order]) -> list[Order]:
        return submitter.submitting(tx)

    patch.replace(submitter._unchanged, all_submitting)


@_named("buys again what the last leader was submitting")
def _(patch: Patch) -> None:
    original = submitter.recover

    def recover(work: Any, *, claimed_before_ms: int) -> int:
        for order in submitter.submitting(work.tx):
            settlement.apply_event_to(work, order.trxid, leadership.NOT_LEADING, actor="start")
        return original(work, claimed_before_ms=claimed_before_ms)

    patch.replace(original, recover)


@_named("lets every process send")
def _(patch: Patch) -> None:
    original = Messenger.__init__

    def init(self: Messenger, **given: Any) -> None:
        original(self, **{**given, "fence": SOLE_LEADER})

    patch.method(Messenger, original, init)


def hunt(name: str, *, within: int) -> int | None:
    """Plant the bug in this process; return the seed that caught it."""
    from tests.simulation.replicas import run_replicas  # noqa: PLC0415 - imports the program whole before the bug

    REPLICA_MUTANTS[name](Patch())
    return next((seed for seed in range(within) if run_replicas(seed).violations), None)


def main() -> None:
    """Read the command line; exit with 1 if the bug survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.replica_mutants")
    parser.add_argument("name", choices=REPLICA_MUTANTS)
    parser.add_argument("--within", type=int, default=WITHIN_SEEDS)
    given = parser.parse_args()
    seed = hunt(given.name, within=given.within)
    sys.stdout.write(f"{given.name}: " + (f"caught by seed {seed}\n" if seed is not None else "SURVIVED\n"))
    sys.exit(seed is None)


if __name__ == "__main__":
    main()
