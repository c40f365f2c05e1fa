"""A deposit at the biller that runs low in some worlds: orders wait, and the operator tops up when told.

F1 to F3 hold what waited, what was posted nevertheless, and what the admins were told.
"""

from collections.abc import Mapping
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from bot.notices.alarms import BillerReserveLow
from bot.notices.buttons import Action
from bot.orders.biller_float import PROBE_PAUSE_MS, LowBalance
from bot.orders.model import State
from tests.simulation.life import ADMIN
from tests.simulation.people import CALM_FROM_S

if TYPE_CHECKING:
    from tests.simulation.invariants import Ledgers
    from tests.simulation.world import World

LOW = 1 / 40
"""In how many worlds the deposit is low."""

RESERVE_IDR = 1_000_000
ABOVE_IDR, FAR_ABOVE_IDR = 20_000, 200_000
"""How far above the reserve a top-up lifts it: for four orders, or for all that come."""

FAR_BELOW_IDR = 7 * 5_200
"""Three orders may be under way when it falls below the reserve, three more by a report that one overtook,
and one asks for the balance."""

RUSH = 14
RELEASED_WITHIN_MS = 15_000

ALARMS = "SELECT count(*) FROM outbox WHERE kind = ? AND chat_id = ?"
TOPUPS = "SELECT count(*), max(at_ms) FROM biller_topups"


class LowFunds:
    """The operator's deposit; draws come from a source of their own, and leave other worlds as they are."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._random = Random(f"low funds {world.seed}")  # noqa: S311 - a seed must give the same story
        is_usual = world.plan.outage is None and not world.plan.restore and not world.products.is_watched
        self.is_drawn = is_usual and self._random.random() < LOW
        self._is_topping_up = False
        self.has_forgotten = False
        self.paid_count = 0
        self.paid_at_ms = 0
        self.asked: set[tuple[int, int]] = set()
        self.is_done = not self.is_drawn

    @property
    def reserve_idr(self) -> int | None:
        return RESERVE_IDR if self.is_drawn else None

    @property
    def choice(self) -> LowBalance:
        return LowBalance.HOLD if self.is_drawn else LowBalance.CONTINUE

    def arrive(self) -> None:
        """Begin with a deposit for three orders; many come when all is calm."""
        if not self.is_drawn:
            return
        self._world.biller.deposit_idr = RESERVE_IDR + 15_000
        for number in range(RUSH):
            at_s = CALM_FROM_S + self._random.uniform(0, 20)
            self._world.timeline.after(at_s, partial(self._order, 70 + number))

    def _order(self, number: int) -> None:
        self.asked.add(self._world.people.order(number, alone=True))
        self.is_done = len(self.asked) == RUSH

    @property
    def _is_calm(self) -> bool:
        return self._world.seconds_until(CALM_FROM_S) < 0

    def read(self, chat_id: int, message_id: int, text: str, buttons: Mapping[Action, str]) -> bool:
        """Top up after a warning, and note it; return False if the message is about something else."""
        if not self.is_drawn or chat_id != ADMIN:
            return False
        if Action.CONFIRM_TOPUP in buttons:
            tap = partial(
                self._world.people.tap,
                chat_id,
                message_id,
                Action.CONFIRM_TOPUP,
                buttons[Action.CONFIRM_TOPUP],
            )
            self._world.timeline.after(self._random.uniform(1, 5), tap)
            return True
        if "Saldo biller menipis" not in text:
            return False
        if not self._is_topping_up:
            self._is_topping_up = True
            # In the calm so late that no report tells of it but the note.
            delay_s = self._random.uniform(95, 130) if self._is_calm else self._random.uniform(20, 60)
            self._world.timeline.after(delay_s, self._top_up)
        return True

    def _top_up(self) -> None:
        """Pay in at the biller, and note it; in the calm it may be so much that the operator forgets to."""
        self._is_topping_up = False
        self.has_forgotten = self._is_calm and self._random.random() < 0.5
        above_idr = FAR_ABOVE_IDR if self.has_forgotten else ABOVE_IDR
        amount_idr = max(1_000, RESERVE_IDR + above_idr - self._world.biller.balance_idr)
        self._world.biller.deposit_idr += amount_idr
        self.paid_count += 1
        self.paid_at_ms = self._world.now_ms()
        self._world.note(f"the operator tops up {amount_idr}")
        if not self.has_forgotten:
            self._world.people.say(ADMIN, f"/topup {amount_idr}")

    def look_at_post(self, trxid: str) -> None:
        """F2: far below the reserve nothing is posted."""
        balance_idr = self._world.biller.balance_idr
        if self.is_drawn and self._is_calm and balance_idr < RESERVE_IDR - FAR_BELOW_IDR:
            self._world.violate("F2", f"{trxid} was posted at a balance of {balance_idr}")


def low_funds_hold_and_release(world: "World", ledgers: "Ledgers") -> None:
    """F1, F3: what waits for money goes when it is there, and a fall is told once.

    A top-up that nobody noted is found by the next probe, and its note later may be told of once more.
    """
    funds = world.low_funds
    if not funds.is_drawn:
        return
    topups, last_ms = world.disk.connection.execute(TOPUPS).fetchone()
    for order in ledgers.orders:
        if (order.chat_id, order.message_id) not in funds.asked:
            continue
        placed, *moves = ledgers.history[order.trxid]
        if order.state is State.EXPIRED and funds.has_forgotten:
            waited_ms = order.changed_at_ms - funds.paid_at_ms
            if waited_ms > PROBE_PAUSE_MS + RELEASED_WITHIN_MS:
                world.violate("F1", f"{order.trxid} expired {waited_ms} ms after there was money")
        elif order.state is not State.SUCCEEDED:
            world.violate("F1", f"{order.trxid} is {order.state} though there was money")
        elif not funds.has_forgotten:
            waited_ms = moves[0].at_ms - max(placed.at_ms, last_ms or 0)
            if waited_ms > RELEASED_WITHIN_MS:
                world.violate("F1", f"{order.trxid} waited {waited_ms} ms for money that was there")
    for admin_id in world.admins:
        alarms = world.disk.connection.execute(ALARMS, (BillerReserveLow.__name__, admin_id)).fetchone()[0]
        if alarms > 1 + funds.paid_count + topups:
            counts = f"{funds.paid_count} top-ups, {topups} noted"
            world.violate("F3", f"{admin_id} was warned {alarms} times, with {counts}")
