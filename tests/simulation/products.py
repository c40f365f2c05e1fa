"""A product that the biller fails for a while in some worlds: it closes by itself, and opens again.

H1 to H4 hold the product and its notices against a model of their own, made from the biller's book.
"""

import json
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from bot.notices.catalogue import ProductClosedByFailures, ProductWorksAgain
from bot.orders.model import Outcome, State
from bot.orders.product_health import HealthRules
from storage import catalogue
from storage.sqlite import SqliteTx
from tests.simulation.plan import TROUBLE_S

if TYPE_CHECKING:
    from bot.notices import Notice
    from tests.simulation.biller import Entry
    from tests.simulation.invariants import Ledgers
    from tests.simulation.world import World

WATCHED = 1 / 4
"""In how many of the worlds with a catalogue the product fails."""

RULES = HealthRules(failures_to_close=3, pause_ms=20_000)
OF_PRODUCT = ("Produk gangguan", "Stok kosong", "Produk tidak tersedia (ROUTE)")
OF_CUSTOMER = ("Nomor tujuan salah", "Nomor tidak terdaftar")
IN_TROUBLE, LATER = 6, 4
"""How many messages order while the product begins to fail, and after that."""

PAID_IN_IDR = 200_000

COMES_AGAIN_S = 100.0
"""Longer than any report of a result takes when all is calm."""

EVENTS = "SELECT trxid, kind, at_ms, state_after FROM order_events ORDER BY event_id"
NOTICES = """SELECT facts FROM outbox WHERE kind = ? AND chat_id = ?
    AND edits IS NULL AND edits_outbox_id IS NULL ORDER BY outbox_id"""


class Products:
    """What becomes of the product; it draws from a source of its own, and leaves other worlds as they are."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._random = Random(f"products {world.seed}")  # noqa: S311 - a seed must give the same story
        plan = world.plan
        is_usual = plan.outage is None and not plan.restore
        self.is_watched = plan.priced and is_usual and self._random.random() < WATCHED
        self._from_s = self._random.uniform(10, 60)
        self._until_s = self._from_s + self._random.uniform(100, 160)
        self.is_done = not self.is_watched

    @property
    def rules(self) -> HealthRules:
        return RULES if self.is_watched else HealthRules()

    def arrive(self) -> None:
        """Plan who orders the product while it fails, and who comes until it is sold again."""
        if not self.is_watched:
            return
        world, random = self._world, self._random
        for owner_id in world.people.resellers:
            world.operator.pay_in(owner_id, PAID_IN_IDR, 1.0)
        moments = [self._from_s + random.uniform(0, 60) for _ in range(IN_TROUBLE)]
        moments += [random.uniform(self._from_s + 60, self._until_s + 60) for _ in range(LATER)]
        for number, at_s in enumerate(moments):
            alone = random.random() < 0.8
            world.timeline.after(at_s, partial(world.people.order, 20 + number, alone=alone))
        world.timeline.after(TROUBLE_S + 20, partial(self._come, 40))

    def _come(self, number: int) -> None:
        """Order in the calm, again and again until the product is sold."""
        if number > 40 and not catalogue.closed_by_failures(SqliteTx(self._world.disk.connection)):
            self.is_done = True
            return
        self._world.people.order(number, alone=True)
        self._world.timeline.after(COMES_AGAIN_S, partial(self._come, min(number + 1, 49)))

    def fail(self, entry: "Entry") -> bool:
        """Let a purchase fail for its product or for its customer, at once or later; False if it does not."""
        since_s = -self._world.seconds_until(0)
        if not self.is_watched or not self._from_s <= since_s < self._until_s:
            return False
        kind = self._random.random()
        if kind > 0.85:
            return False
        entry.speaks_of_product = kind < 0.65
        entry.reason = self._random.choice(OF_PRODUCT if entry.speaks_of_product else OF_CUSTOMER)
        entry.refused = self._random.random() < 0.5
        entry.outcome = Outcome.FAILURE
        return True


@dataclass(slots=True)
class Model:
    """What the product should be, event by event; `closings` and `openings` are their times."""

    world: "World"
    placed_at_ms: dict[str, int]
    destinations: dict[str, str]
    failed: set[str] = field(default_factory=set)
    closed_at_ms: int | None = None
    pause_ms: int = 0
    probe_at_ms: int = 0
    probe: str | None = None
    closings: list[int] = field(default_factory=list)
    openings: list[int] = field(default_factory=list)

    def place(self, trxid: str, at_ms: int) -> None:
        """Hold that an order may be placed: while the product is closed, only as its one probe."""
        if self.closed_at_ms is None:
            return
        is_early = 0 < self.probe_at_ms - at_ms <= self.pause_ms
        if self.probe is not None or is_early:
            self.world.violate("H2", f"{trxid} was placed while the product was closed")
        self.probe = trxid

    def succeed(self, trxid: str, at_ms: int) -> None:
        self.failed.clear()
        if self.closed_at_ms is None:
            return
        if trxid == self.probe or self.placed_at_ms[trxid] > self.closed_at_ms:
            self.closed_at_ms = self.probe = None
            self.openings.append(at_ms)

    def fail(self, trxid: str, at_ms: int) -> None:
        """Count a failure for the product; the third number in a row closes it."""
        if self.closed_at_ms is not None:
            if trxid == self.probe:
                self._pause(2 * self.pause_ms, at_ms)
            return
        self.failed.add(self.destinations[trxid])
        if len(self.failed) == RULES.failures_to_close:
            self.closed_at_ms = at_ms
            self.closings.append(at_ms)
            self._pause(RULES.pause_ms, at_ms)

    def end_otherwise(self, trxid: str, at_ms: int, *, is_unknown: bool) -> None:
        if self.closed_at_ms is None or trxid != self.probe:
            return
        self.probe = None
        if is_unknown:
            self._pause(self.pause_ms, at_ms)

    def _pause(self, pause_ms: int, at_ms: int) -> None:
        self.pause_ms, self.probe_at_ms, self.probe = pause_ms, at_ms + pause_ms, None


def modelled(world: "World", ledgers: "Ledgers") -> Model:
    """Return the model after all events, in the order in which they were committed."""
    model = Model(
        world,
        {order.trxid: order.placed_at_ms for order in ledgers.orders},
        {order.trxid: order.destination for order in ledgers.orders},
    )
    states: dict[str, str] = {}
    for trxid, kind, at_ms, state in world.disk.connection.execute(EVENTS).fetchall():
        before, states[trxid] = states.get(trxid), state
        if before is None:
            model.place(trxid, at_ms)
        if state == before:
            continue
        entry = world.biller.ledger.get(trxid)
        is_told = kind in ("Refused", "Failed") and entry is not None and entry.speaks_of_product
        match state:
            case State.SUCCEEDED:
                model.succeed(trxid, at_ms)
            case State.FAILED if is_told:
                model.fail(trxid, at_ms)
            case State.FAILED | State.EXPIRED | State.UNKNOWN:
                model.end_otherwise(trxid, at_ms, is_unknown=state == State.UNKNOWN)
            case _:
                pass
    return model


def a_product_closes_only_for_its_failures(world: "World", ledgers: "Ledgers") -> None:
    """H1 to H4: it closes for failures in a row that speak of it, one probe at a time, and the admins know.

    H1: it is closed at the end only if the model is. H2: closed, it sells to a probe alone. H3: the admins
    are told of each closing once. H4: and of each opening, which a success brings.
    """
    if not world.products.is_watched:
        return
    model = modelled(world, ledgers)
    closed = catalogue.closed_by_failures(SqliteTx(world.disk.connection))
    if bool(closed) is not (model.closed_at_ms is not None):
        world.violate("H1", f"the product is {closed}, by the biller's book {model.closed_at_ms}")
    for admin_id in world.admins:
        for name, notice, expected in (
            ("H3", ProductClosedByFailures, model.closings),
            ("H4", ProductWorksAgain, model.openings),
        ):
            told = _times(world, notice, admin_id)
            if told != expected:
                world.violate(name, f"{admin_id} was told {notice.__name__} {told}, it was {expected}")


def _times(world: "World", notice: "type[Notice]", admin_id: int) -> list[int]:
    found = world.disk.connection.execute(NOTICES, (notice.__name__, admin_id)).fetchall()
    return [json.loads(facts)["at_ms"] for (facts,) in found]
