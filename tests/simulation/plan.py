"""How bad the world of a seed is: each draws its own rates, so that some are calm and some are storms."""

from dataclasses import dataclass
from random import Random

from tests.simulation.outage import Outage

TROUBLE_S = 420.0
"""Faults strike for seven virtual minutes; then the world is calm and everything must settle."""


OUTAGES = 1 / 16
"""They need many orders to show anything, and ten thousand seeds must not take an hour."""


PRICED = 1 / 2
FLOORS_IDR = (None, 0, 0, -12_000)
"""Staff, prepaid shops, and credit for two orders."""

RESTORES = 1 / 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Chances from 0 to 1, each of its own moment; `webhook` says which way updates come in.

    An outage of the biller begins at `outage_from_s` and lasts `outage_s`, in seconds from the start. Where
    products are `priced`, every reseller's shop has the floor `floor_idr`.
    """

    webhook: bool
    people: int
    orders: int
    crash: float
    storage: float
    clock_jump: float
    not_sent: float
    bytes_lost: float
    answer_lost: float
    answer_bad: float
    refused: float
    failed: float
    never: float
    early: float
    twice: float
    opposite: float
    contradicting: float
    forged: float
    later: float
    unsent: float
    ambiguous: float
    slow: float
    blocked: float
    poison: float
    redelivered: float
    poll_fails: float
    outage: Outage | None
    outage_from_s: float
    outage_s: float
    priced: bool
    floor_idr: int | None
    restore: bool


def draw(rng: Random) -> Plan:
    """Draw a seed's plan: each kind of fault is absent, rare or common."""

    def rate(common: float) -> float:
        return rng.choice((0.0, common / 6, common))

    return Plan(
        webhook=rng.random() < 0.5,
        people=rng.randint(1, 3),
        orders=rng.randint(1, 6),
        crash=rng.choice((0.0, 0.01, 0.06)),
        storage=rate(0.15),
        clock_jump=rate(0.5),
        not_sent=rate(0.5),
        bytes_lost=rate(0.2),
        answer_lost=rate(0.4),
        answer_bad=rate(0.3),
        refused=rate(0.4),
        failed=rate(0.5),
        never=rate(0.3),
        early=rate(0.4),
        twice=rate(0.5),
        opposite=rate(0.4),
        contradicting=rate(0.2),
        forged=rate(0.5),
        later=rate(0.3),
        unsent=rate(0.3),
        ambiguous=rate(0.4),
        slow=rate(0.8),
        blocked=rate(0.1),
        poison=rate(0.05),
        redelivered=rate(0.4),
        poll_fails=rate(0.3),
        outage=rng.choice(tuple(Outage)) if rng.random() < OUTAGES else None,
        outage_from_s=rng.uniform(0, TROUBLE_S / 3),
        outage_s=rng.uniform(90, TROUBLE_S / 2),
        priced=(priced := rng.random() < PRICED),
        floor_idr=rng.choice(FLOORS_IDR) if priced else None,
        restore=rng.random() < RESTORES,
    )
