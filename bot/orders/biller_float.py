"""The balance at the biller: how our orders and top-ups move it, what is reported, and when it is low."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from bot.orders.model import Order, State

DRIFT_THRESHOLD_IDR = 1_000
"""Differences up to this may be of rounding; they are kept and add up until they exceed it."""

CHARGED = (State.PENDING, State.SUCCEEDED)
"""The states in which the biller has taken an order's cost from the balance."""


class FloatMove(Struct, frozen=True, kw_only=True):
    """What an event took from the balance, negative if it gave back.

    `unknown_count` is 1 if that is unknown.
    """

    spent_idr: int = 0
    unknown_count: int = 0


NO_MOVE = FloatMove()


class Checkpoint(Struct, frozen=True, kw_only=True):
    """A reported balance with which later ones are compared, and what moved it since.

    `at_ms` is for people: nothing is decided by it.
    """

    balance_idr: int
    at_ms: int
    topup_idr: int = 0
    spent_idr: int = 0
    unknown_count: int = 0

    @property
    def expected_idr(self) -> int:
        """The balance as it should be now, if all moves are known."""
        return self.balance_idr + self.topup_idr - self.spent_idr

    def moved(self, move: FloatMove) -> "Checkpoint":
        """Return the checkpoint after a move."""
        return replace(
            self,
            spent_idr=self.spent_idr + move.spent_idr,
            unknown_count=self.unknown_count + move.unknown_count,
        )


class Ok(Struct, frozen=True, kw_only=True):
    """The report is as expected, or differs too little to be told."""

    difference_idr: int


class Drift(Struct, frozen=True, kw_only=True):
    """The report differs from what is expected since a checkpoint."""

    since: Checkpoint


class Unknown(Struct, frozen=True, kw_only=True):
    """There is nothing to compare the report with."""


Comparison = Ok | Drift | Unknown


def move_of(before: Order, after: Order) -> FloatMove:
    """Return what an order's move took from the balance.

    The moves of an order between two times sum up to the difference of its charges at these times, so that
    it does not matter which states it passed through. A cost that becomes known late counts as unknown: it
    may belong to a time before the checkpoint.
    """
    charged_idr, charges_idr = _charge(before), _charge(after)
    if charged_idr == charges_idr:
        return NO_MOVE
    if charged_idr is None or charges_idr is None:
        return FloatMove(unknown_count=1)
    return FloatMove(spent_idr=charges_idr - charged_idr)


def compare(checkpoint: Checkpoint | None, reported_idr: int) -> Comparison:
    """Compare a reported balance with the one that is expected since the checkpoint."""
    if checkpoint is None or checkpoint.unknown_count:
        return Unknown()
    if reported_idr == checkpoint.balance_idr != checkpoint.expected_idr:
        # A figure that does not move with purchases is no live balance, and nothing follows from it.
        return Unknown()
    difference_idr = reported_idr - checkpoint.expected_idr
    if abs(difference_idr) > DRIFT_THRESHOLD_IDR:
        return Drift(since=checkpoint)
    return Ok(difference_idr=difference_idr)


def _charge(order: Order) -> int | None:
    """Return what the biller holds for an order; None if it holds an unknown cost."""
    return order.cost_idr if order.state in CHARGED else 0


MEAN_OF_HOURS = 6
HOURS_IN_RESERVE = 2
"""Without a reserve of the operator's, the sales of two hours are one: time enough to top up."""

RECOVERED_PERCENT = 110
"""Refunds and late reports lift a balance over its threshold; a top-up that nobody noted lifts it further."""

RECOVERED_AFTER_MS = 300_000
"""That long after an alarm a balance above its threshold is one of a top-up, even of a small one."""

PROBE_PAUSE_MS = 300_000
"""While all orders are held one is sent every five minutes: its answer may report a top-up."""


class LowBalance(StrEnum):
    """What becomes of orders while the balance is low."""

    CONTINUE = "continue"
    HOLD = "hold"


class Reserve(Struct, frozen=True, kw_only=True):
    """How the balance was judged.

    `moved_idr` is what moved it since its last report without a report of its own. `mean_idr` is the
    threshold where the operator set none. `is_alarmed`: the admins know of this fall, since
    `alarmed_at_ms`; `is_topped_up`: a top-up was noted since.
    """

    moved_idr: int = 0
    mean_idr: int | None = None
    is_alarmed: bool = False
    alarmed_at_ms: int = 0
    is_topped_up: bool = False


def mean_reserve(spent_idr: int) -> int | None:
    """Return the threshold that follows from what was spent in the last hours; None if nothing was."""
    return HOURS_IN_RESERVE * spent_idr // MEAN_OF_HOURS or None


def judge_balance(reserve: Reserve, balance_idr: int, threshold_idr: int | None, *, now_ms: int) -> Reserve:
    """Judge a balance; the admins are to be alerted if it is alarmed after and was not before."""
    if threshold_idr is not None and balance_idr < threshold_idr:
        if reserve.is_alarmed:
            return reserve
        return replace(reserve, is_alarmed=True, alarmed_at_ms=now_ms, is_topped_up=False)
    is_recovered = (
        reserve.is_topped_up
        or (threshold_idr is not None and balance_idr * 100 >= threshold_idr * RECOVERED_PERCENT)
        or abs(now_ms - reserve.alarmed_at_ms) >= RECOVERED_AFTER_MS
    )
    return replace(reserve, is_alarmed=False, is_topped_up=False) if is_recovered else reserve


class Funds(Struct, frozen=True, kw_only=True):
    """What may be spent: an order of a higher cost is held, and so is each one if the limit is negative.

    `is_low` if the balance is below its threshold, and `balance_idr` what it certainly has at most.
    """

    balance_idr: int
    is_low: bool

    @property
    def limit_idr(self) -> int:
        """The highest cost that may be posted."""
        return min(-1, self.balance_idr) if self.is_low else self.balance_idr

    def allow(self, cost_idr: int | None) -> bool:
        """Return whether an order may be posted; an unknown cost may be any."""
        return (cost_idr or 0) <= self.limit_idr
