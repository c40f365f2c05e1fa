"""The breaker holds orders back while the biller is in trouble, and asks one at a time whether it is over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.notices.alarms import BreakerClosed, BreakerOpened, HoldCause
from bot.orders.events import Accepted, Answer, NotSent, Refused, Unclear
from bot.orders.model import FailureCause
from bot.purchasing.circuit_breaker import (
    ACCOUNT_TO_OPEN,
    FIRST_PAUSE_S,
    LAST_ANSWERS,
    LONGEST_PAUSE_S,
    UNCLEAR_TO_OPEN,
    UNSENT_FOR_S,
    UNSENT_TO_OPEN,
    WITHIN_S,
    CircuitBreaker,
)

YES, NO = Accepted(cost_idr=5_000), Refused(reason="salah nomor", failure_cause=FailureCause.DESTINATION)
LOST, UNSENT = Unclear(why="ReadError"), NotSent(why="ConnectError")
WRONG_SIGN = Refused(reason="sign salah", failure_cause=FailureCause.ACCOUNT)

Alarm = BreakerOpened | BreakerClosed | None


class Till:
    """A breaker with a clock beside it, fed one answer a second; each order has an id of its own."""

    def __init__(self) -> None:
        self.breaker = CircuitBreaker()
        self.now_s = 1_000.0
        self.orders = 0

    def passes(self, seconds: float) -> None:
        self.now_s += seconds

    def hears(self, answer: Answer, trxid: str = "") -> Alarm:
        self.passes(1)
        self.orders += 1
        return self.breaker.record(
            trxid or str(self.orders), answer, at_s=self.now_s, at_ms=int(self.now_s * 1000)
        )

    def allows(self, free: int = 32) -> int:
        return self.breaker.allows(free, at_s=self.now_s)

    def probes(self, answer: Answer) -> Alarm:
        """Wait until one order may leave, let it, and hear what came of it a moment later."""
        self.passes(self.breaker.pause_s(at_s=self.now_s))
        assert self.allows() == 1
        self.breaker.probes("probe")
        return self.breaker.record("probe", answer, at_s=self.now_s, at_ms=int(self.now_s * 1000))


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def open_till() -> Till:
    till = Till()
    for _ in range(UNCLEAR_TO_OPEN):
        till.hears(LOST)
    assert till.breaker.is_open
    return till


def test_a_breaker_begins_closed_and_lets_everything_through(till: Till) -> None:
    assert not till.breaker.is_open
    assert till.breaker.open_since_ms() is None
    assert till.allows(32) == 32


def test_half_of_the_last_ten_answers_unclear_holds_orders_back(till: Till) -> None:
    for _ in range(UNCLEAR_TO_OPEN - 1):
        assert till.hears(LOST) is None
        assert till.hears(YES) is None
    opened = till.hears(LOST)
    assert opened == BreakerOpened(cause=HoldCause.UNCLEAR, at_ms=int(till.now_s * 1000))
    assert till.breaker.open_since_ms() == opened.at_ms
    assert till.allows() == 0


def test_fewer_unclear_answers_among_clear_ones_hold_nothing_back(till: Till) -> None:
    for number in range(100):
        assert till.hears(LOST if number % 3 == 0 else YES) is None
    assert LAST_ANSWERS // 3 < UNCLEAR_TO_OPEN


def test_unclear_answers_of_long_ago_count_no_more(till: Till) -> None:
    for _ in range(10 * UNCLEAR_TO_OPEN):
        assert till.hears(LOST) is None
        till.passes(WITHIN_S / (UNCLEAR_TO_OPEN - 1))


def test_five_posts_one_after_another_that_run_into_their_deadline_are_enough(till: Till) -> None:
    for _ in range(UNCLEAR_TO_OPEN):
        till.passes(45)
        alarm = till.hears(LOST)
    assert isinstance(alarm, BreakerOpened)


def test_refusals_of_our_account_hold_orders_back_when_nothing_else_comes_between(till: Till) -> None:
    for _ in range(ACCOUNT_TO_OPEN - 1):
        assert till.hears(WRONG_SIGN) is None
    assert till.hears(NO) is None
    for _ in range(ACCOUNT_TO_OPEN - 1):
        assert till.hears(WRONG_SIGN) is None
    opened = till.hears(WRONG_SIGN)
    assert isinstance(opened, BreakerOpened)
    assert opened.cause is HoldCause.ACCOUNT


def test_orders_refused_for_their_own_sake_hold_nothing_back(till: Till) -> None:
    assert all(till.hears(NO) is None for _ in range(100))


def test_a_biller_that_nobody_can_reach_for_half_a_minute_holds_orders_back(till: Till) -> None:
    for number in range(UNSENT_TO_OPEN):
        assert till.hears(UNSENT, f"order {number}") is None
    till.passes(UNSENT_FOR_S)
    opened = till.hears(UNSENT, "order 0")
    assert isinstance(opened, BreakerOpened)
    assert opened.cause is HoldCause.UNREACHABLE


def test_one_order_that_finds_no_connection_holds_no_other_back(till: Till) -> None:
    assert all(till.hears(UNSENT, "the same") is None for _ in range(120))


@pytest.mark.parametrize("answer", [YES, NO, LOST])
def test_any_answer_shows_that_the_biller_can_be_reached(till: Till, answer: Answer) -> None:
    for number in range(UNSENT_TO_OPEN):
        till.hears(UNSENT, f"order {number}")
    till.hears(answer)
    till.passes(UNSENT_FOR_S)
    assert till.hears(UNSENT, "order 0") is None


def test_a_cut_of_moments_is_left_to_the_tries_of_each_order(till: Till) -> None:
    assert all(till.hears(UNSENT) is None for _ in range(int(UNSENT_FOR_S)))


def test_after_a_pause_one_order_may_leave_and_no_second_beside_it(open_till: Till) -> None:
    assert open_till.breaker.pause_s(at_s=open_till.now_s) == FIRST_PAUSE_S
    open_till.passes(FIRST_PAUSE_S - 1)
    assert open_till.allows() == 0
    open_till.passes(1)
    assert open_till.allows(32) == 1
    open_till.breaker.probes("probe")
    open_till.passes(3600)
    assert open_till.allows() == 0
    assert open_till.breaker.pause_s(at_s=open_till.now_s) == float("inf")


def test_no_probe_leaves_where_there_is_no_room_for_one(open_till: Till) -> None:
    open_till.passes(FIRST_PAUSE_S)
    assert open_till.allows(0) == 0
    assert open_till.allows(-1) <= 0


@pytest.mark.parametrize("answer", [YES, NO])
def test_a_clear_answer_to_the_probe_lets_everything_go_on(open_till: Till, answer: Answer) -> None:
    opened_at_ms = open_till.breaker.open_since_ms()
    closed = open_till.probes(answer)
    assert closed == BreakerClosed(opened_at_ms=opened_at_ms or 0, at_ms=int(open_till.now_s * 1000))
    assert open_till.allows(32) == 32
    assert open_till.hears(LOST) is None


@pytest.mark.parametrize("answer", [LOST, UNSENT, WRONG_SIGN])
def test_a_probe_that_shows_no_cure_makes_the_pause_longer_up_to_five_minutes(
    open_till: Till, answer: Answer
) -> None:
    pauses = []
    for _ in range(6):
        pauses.append(open_till.breaker.pause_s(at_s=open_till.now_s))
        assert open_till.probes(answer) is None
        assert open_till.allows() == 0
    assert pauses == [FIRST_PAUSE_S, 60, 120, 240, LONGEST_PAUSE_S, LONGEST_PAUSE_S]


@pytest.mark.parametrize("answer", [YES, LOST])
def test_answers_to_what_was_under_way_before_neither_close_it_nor_make_it_wait_longer(
    open_till: Till, answer: Answer
) -> None:
    until_s = open_till.now_s + FIRST_PAUSE_S
    for _ in range(20):
        assert open_till.hears(answer) is None
    assert open_till.breaker.is_open
    assert open_till.now_s + open_till.breaker.pause_s(at_s=open_till.now_s) == until_s


def test_a_biller_that_falters_again_at_once_is_given_more_time(open_till: Till) -> None:
    open_till.probes(YES)
    for _ in range(UNCLEAR_TO_OPEN):
        open_till.hears(LOST)
    assert open_till.breaker.pause_s(at_s=open_till.now_s) == 2 * FIRST_PAUSE_S


def test_after_a_long_good_time_the_pause_is_short_again(open_till: Till) -> None:
    for _ in range(3):
        open_till.probes(LOST)
    open_till.probes(YES)
    open_till.passes(LONGEST_PAUSE_S)
    for _ in range(UNCLEAR_TO_OPEN):
        open_till.hears(LOST)
    assert open_till.breaker.pause_s(at_s=open_till.now_s) == FIRST_PAUSE_S


@settings(max_examples=300, database=None)
@given(st.lists(st.tuples(st.sampled_from([YES, NO, LOST, UNSENT, WRONG_SIGN]), st.floats(0, 400))))
def test_whatever_is_heard_admins_hear_of_each_opening_once_and_of_each_closing_once(
    story: list[tuple[Answer, float]],
) -> None:
    breaker, now_s, said = CircuitBreaker(), 0.0, []
    for number, (answer, pause_s) in enumerate(story):
        now_s += pause_s
        if (allowed := breaker.allows(32, at_s=now_s)) and breaker.is_open:
            assert allowed == 1
            breaker.probes(str(number))
        alarm = breaker.record(str(number), answer, at_s=now_s, at_ms=0)
        said += [type(alarm)] if alarm else []
        assert breaker.is_open == (len(said) % 2 == 1)
    assert said[::2] == [BreakerOpened] * len(said[::2])
    assert said[1::2] == [BreakerClosed] * len(said[1::2])
