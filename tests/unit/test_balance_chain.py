"""Each balance that the biller reports must follow from the one before, with top-ups and costs between."""

import random

import pytest

from bot.orders.balance_chain import (
    STILL_AFTER_MS,
    ChainEvent,
    ChainLink,
    ChainTopUp,
    ChainVerdict,
    balance_chain,
)
from bot.orders.events import Accepted, Claimed, Failed, OrderEvent, Resolved, Succeeded, Unclear
from bot.orders.model import FailureCause, Order, Outcome
from bot.orders.states import decide
from tests.makers import an_order


class Day:
    """A day of orders at a biller that charges when it accepts and reports what is left."""

    def __init__(self, balance_idr: int = 1_000_000) -> None:
        self.balance_idr, self.now_ms = balance_idr, 0
        self.orders: dict[str, Order] = {}
        self.events: list[ChainEvent] = []
        self.topups: list[ChainTopUp] = []

    def happens(self, trxid: str, event: OrderEvent) -> None:
        self.now_ms += 1_000
        before = self.orders.get(trxid) or an_order(trxid=trxid)
        after = self.orders[trxid] = decide(before, event, self.now_ms).order
        number = len(self.events) + 1
        self.events.append(
            ChainEvent(event_id=number, at_ms=self.now_ms, before=before, after=after, event=event)
        )

    def claims(self, trxid: str) -> None:
        self.happens(trxid, Claimed())

    def accepts(self, trxid: str, cost_idr: int | None = 5_000, *, charged_idr: int = 5_000) -> None:
        self.balance_idr -= charged_idr
        self.happens(trxid, Accepted(cost_idr=cost_idr, balance_idr=self.balance_idr))

    def succeeds(self, trxid: str, *, balance_idr: int | None = None) -> None:
        reported_idr = self.balance_idr if balance_idr is None else balance_idr
        self.happens(trxid, Succeeded(sn="1", balance_idr=reported_idr))

    def sells(self, trxid: str) -> None:
        self.claims(trxid)
        self.accepts(trxid)
        self.succeeds(trxid)

    def chain(self) -> tuple[ChainLink, ...]:
        return balance_chain(self.events, self.topups)

    def differences(self) -> list[int | None]:
        return [link.difference_idr for link in self.chain()]


@pytest.fixture
def day() -> Day:
    day = Day()
    day.sells("first")
    return day


def test_each_balance_minus_the_next_cost_is_the_next(day: Day) -> None:
    day.sells("a")
    day.sells("b")
    assert day.differences() == [0, 0]
    link = day.chain()[-1]
    assert (link.before_idr, link.spent_idr, link.reported_idr) == (990_000, 5_000, 985_000)
    assert (link.trxid, link.trxids, link.verdict) == ("b", ("b",), ChainVerdict.CHAINED)


def test_what_is_missing_is_a_gap_of_its_size_at_its_place(day: Day) -> None:
    day.sells("a")
    day.balance_idr -= 20_000
    day.sells("b")
    day.sells("c")
    assert day.differences() == [0, -20_000, 0]
    assert day.chain()[1].verdict is ChainVerdict.GAP


def test_a_noted_top_up_closes_the_gap_and_one_that_nobody_noted_is_one(day: Day) -> None:
    for number in range(2):
        day.balance_idr += 100_000
        day.sells(f"a{number}")
        day.topups.append(ChainTopUp(amount_idr=100_000, at_ms=day.now_ms + 1))
        day.balance_idr += 100_000
        day.sells(f"b{number}")
    assert day.differences() == [100_000, 0, 100_000, 0]


def test_orders_in_flight_together_are_judged_as_a_whole(day: Day) -> None:
    for trxid in "abc":
        day.claims(trxid)
    for trxid in "bca":
        day.accepts(trxid)
    for trxid in "cab":
        day.succeeds(trxid)
    (link,) = day.chain()
    assert (link.difference_idr, link.order_count, link.spent_idr) == (0, 3, 15_000)


def test_a_report_that_arrives_late_makes_no_gap(day: Day) -> None:
    """The result of the first order was written before the second was charged, and is sent again after it."""
    day.claims("a")
    day.accepts("a")
    old_idr = day.balance_idr
    day.sells("b")
    day.succeeds("a", balance_idr=old_idr)
    assert day.chain() == ()
    day.sells("c")
    (link,) = day.chain()
    assert (link.difference_idr, link.order_count) == (0, 3)


def test_money_that_goes_missing_among_orders_in_flight_is_found(day: Day) -> None:
    day.claims("a")
    day.claims("b")
    day.accepts("a")
    day.balance_idr -= 20_000
    day.accepts("b")
    day.succeeds("a")
    day.succeeds("b")
    assert day.differences() == [-20_000]


def test_a_failure_gives_back_its_cost_and_its_own_report_is_not_judged(day: Day) -> None:
    day.claims("a")
    day.accepts("a")
    before_refund_idr = day.balance_idr
    failed = Failed(reason="", failure_cause=FailureCause.OTHER, balance_idr=before_refund_idr)
    day.happens("a", failed)
    day.balance_idr += 5_000
    day.sells("b")
    assert day.differences() == [0]


def test_an_order_that_was_charged_without_an_answer_is_a_gap_until_it_is_settled(day: Day) -> None:
    day.claims("lost")
    day.happens("lost", Unclear(why="the answer was cut off"))
    day.balance_idr -= 20_000
    day.now_ms += STILL_AFTER_MS
    day.sells("a")
    link = day.chain()[-1]
    assert (link.difference_idr, link.trxids) == (-20_000, ("lost", "a"))


def test_an_order_that_waits_for_long_does_not_hold_up_the_chain(day: Day) -> None:
    day.claims("slow")
    day.accepts("slow")
    day.sells("a")
    assert day.chain() == ()
    day.now_ms += STILL_AFTER_MS
    day.sells("b")
    assert day.differences() == [0]


def test_with_an_unknown_cost_nothing_is_claimed(day: Day) -> None:
    day.claims("a")
    day.accepts("a", cost_idr=None)
    day.succeeds("a")
    day.sells("b")
    assert [link.verdict for link in day.chain()] == [ChainVerdict.UNKNOWN, ChainVerdict.CHAINED]


def test_a_figure_that_stands_still_is_marked_as_one(day: Day) -> None:
    still_idr = day.balance_idr
    day.claims("a")
    day.accepts("a")
    day.succeeds("a", balance_idr=still_idr)
    assert [link.verdict for link in day.chain()] == [ChainVerdict.UNMOVED]


def test_where_no_result_has_a_balance_the_answers_are_compared() -> None:
    day = Day()
    for trxid in "abc":
        day.claims(trxid)
        if trxid == "c":
            day.balance_idr -= 20_000
        day.accepts(trxid)
        day.happens(trxid, Resolved(outcome=Outcome.SUCCESS, admin_id=1))
    assert day.differences() == [0, -20_000]


@pytest.mark.parametrize("seed", range(30))
def test_in_any_order_of_events_all_gaps_together_are_what_is_missing(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable test
    day = Day()
    day.sells("first")
    waiting: dict[str, list[str]] = {f"{number}": ["claims", "accepts", "succeeds"] for number in range(12)}
    missing_idr = 0
    while waiting:
        trxid = chance.choice(sorted(waiting))
        getattr(day, waiting[trxid].pop(0))(trxid)
        if not waiting[trxid]:
            del waiting[trxid]
        if chance.random() < 0.1:
            day.balance_idr -= 700
            missing_idr += 700
    day.sells("last")
    found = day.differences()
    assert -sum(difference or 0 for difference in found) == missing_idr
