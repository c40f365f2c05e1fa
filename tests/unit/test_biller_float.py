"""The balance at the biller is compared with what orders and top-ups make of it."""

from itertools import pairwise
from random import Random

import pytest

from bot.orders.biller_float import (
    DRIFT_THRESHOLD_IDR,
    NO_MOVE,
    Checkpoint,
    Drift,
    FloatMove,
    Ok,
    Unknown,
    compare,
    move_of,
)
from bot.orders.model import Order, State
from tests.makers import an_order

SINCE = Checkpoint(balance_idr=100_000, at_ms=0)


def stages(*states: tuple[State, int | None]) -> list[Order]:
    return [an_order(state=state, cost_idr=cost_idr) for state, cost_idr in states]


def moved(orders: list[Order]) -> Checkpoint:
    """Return the checkpoint after an order has passed through these stages."""
    checkpoint = SINCE
    for before, after in pairwise(orders):
        checkpoint = checkpoint.moved(move_of(before, after))
    return checkpoint


@pytest.mark.parametrize(
    ("passed", "expected_idr"),
    [
        ([(State.SUBMITTING, None), (State.PENDING, 5_000)], 95_000),
        ([(State.SUBMITTING, None), (State.PENDING, 5_000), (State.SUCCEEDED, 5_000)], 95_000),
        ([(State.SUBMITTING, None), (State.PENDING, 5_000), (State.SUCCEEDED, 5_100)], 94_900),
        ([(State.SUBMITTING, None), (State.PENDING, 5_000), (State.FAILED, 5_000)], 100_000),
        ([(State.PENDING, 5_000), (State.FAILED, 5_000)], 105_000),
        ([(State.SUBMITTING, None), (State.FAILED, None)], 100_000),
        ([(State.SUBMITTING, None), (State.UNKNOWN, None), (State.SUCCEEDED, 5_000)], 95_000),
        ([(State.PENDING, 5_000), (State.UNKNOWN, 5_000), (State.SUCCEEDED, 5_000)], 100_000),
        ([(State.SUCCEEDED, 5_000), (State.DISPUTED, 5_000), (State.FAILED, 5_000)], 105_000),
        ([(State.FAILED, 5_000), (State.DISPUTED, 5_000), (State.SUCCEEDED, 5_000)], 95_000),
        ([(State.PLACED, None), (State.EXPIRED, None)], 100_000),
    ],
)
def test_an_order_takes_its_cost_and_gives_it_back(
    passed: list[tuple[State, int | None]], expected_idr: int
) -> None:
    checkpoint = moved(stages(*passed))
    assert (checkpoint.expected_idr, checkpoint.unknown_count) == (expected_idr, 0)


def test_whatever_an_order_passed_through_only_its_first_and_last_charge_count() -> None:
    random = Random(7)  # noqa: S311 - a repeatable test
    for _ in range(300):
        passed = stages(*((random.choice(list(State)), 5_000) for _ in range(random.randint(2, 9))))
        assert moved(passed) == SINCE.moved(move_of(passed[0], passed[-1]))


@pytest.mark.parametrize(
    "passed",
    [
        [(State.SUBMITTING, None), (State.PENDING, None)],
        [(State.PENDING, None), (State.SUCCEEDED, 5_000)],
        [(State.PENDING, None), (State.FAILED, None)],
        [(State.UNKNOWN, None), (State.SUCCEEDED, None)],
        [(State.SUBMITTING, None), (State.PENDING, None), (State.SUCCEEDED, 5_000)],
    ],
)
def test_a_cost_that_is_not_known_or_known_late_leaves_nothing_to_compare(
    passed: list[tuple[State, int | None]],
) -> None:
    assert compare(moved(stages(*passed)), 1) == Unknown()


def test_nothing_is_compared_before_the_first_checkpoint() -> None:
    assert compare(None, 100_000) == Unknown()


@pytest.mark.parametrize("difference_idr", [0, 1, -1, DRIFT_THRESHOLD_IDR, -DRIFT_THRESHOLD_IDR])
def test_a_difference_up_to_the_threshold_is_no_drift(difference_idr: int) -> None:
    assert compare(SINCE, 100_000 + difference_idr) == Ok(difference_idr=difference_idr)


@pytest.mark.parametrize("difference_idr", [DRIFT_THRESHOLD_IDR + 1, -DRIFT_THRESHOLD_IDR - 1, 5_000_000])
def test_a_difference_above_it_is_a_drift_either_way(difference_idr: int) -> None:
    assert compare(SINCE, 100_000 + difference_idr) == Drift(since=SINCE)


def test_a_noted_top_up_and_a_cost_are_expected_of_the_report() -> None:
    since = Checkpoint(balance_idr=100_000, at_ms=9, topup_idr=50_000, spent_idr=5_000)
    assert compare(since, 145_000) == Ok(difference_idr=0)


def test_a_figure_that_never_moves_is_no_balance_and_no_drift() -> None:
    since = Checkpoint(balance_idr=100_000, at_ms=9, spent_idr=5_000)
    assert compare(since, 100_000) == Unknown()
    assert compare(since, 99_999) == Drift(since=since)


def test_an_event_that_charges_nothing_moves_nothing() -> None:
    pending, overdue = (
        an_order(state=State.PENDING, cost_idr=5_000),
        an_order(state=State.PENDING, cost_idr=5_000, overdue=True),
    )
    assert move_of(pending, overdue) == NO_MOVE
    assert move_of(an_order(), an_order(state=State.SUBMITTING)) == FloatMove()
