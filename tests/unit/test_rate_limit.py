"""Loket speaks as fast as Telegram allows and no faster; a chat that must wait holds up no other."""

from collections.abc import Iterable
from itertools import pairwise

import pytest

from bot.delivery.rate_limit import (
    GROUP_MESSAGES_A_MINUTE,
    MAX_TRACKED_CHATS,
    SPREAD_FROM,
    STORM_CHATS,
    STORM_WINDOW_S,
    RateLimiter,
    SlidingWindow,
    window_for_rate,
)

ALICE, BUDI, CITRA, A_GROUP = 1, 2, 3, -100
NO_LIMIT, NOW_S = 1_000_000.0, 1000.0


def speak_at_once(
    pace: RateLimiter, chats: Iterable[int], *, from_s: float = 1000.0
) -> list[tuple[float, int]]:
    """Send to each chat in turn, each time at the first moment allowed; return the times."""
    now_s, sent = from_s, []
    for chat in chats:
        now_s = max(now_s, pace.free_at(chat, now_s))
        pace.record(chat, now_s)
        sent.append((now_s, chat))
    return sent


def most_within(period_s: float, times: list[float]) -> int:
    # The limit is on the half-open stretch: a message exactly one period later is the next one.
    return max(sum(1 for t in times if start <= t < start + period_s - 1e-9) for start in times)


@pytest.mark.parametrize(
    ("per_s", "count", "period_s"),
    [(30, 30, 1.0), (1, 1, 1.0), (0.5, 1, 2.0), (2.5, 2, 0.8), (0.05, 1, 20.0)],
)
def test_a_rate_is_never_exceeded_in_any_stretch_of_time(per_s: float, count: int, period_s: float) -> None:
    window, now_s, times = window_for_rate(per_s), 1000.0, []
    for _ in range(200):
        now_s = max(now_s, window.free_at())
        window.record(now_s)
        times.append(now_s)
    assert most_within(period_s, times) == count
    assert times[-1] - times[0] == pytest.approx((200 - count) // count * period_s, abs=period_s)


def test_a_window_is_free_until_it_is_full() -> None:
    window = SlidingWindow(2, 10.0)
    window.record(100.0)
    assert window.free_at() == 0.0
    window.record(101.0)
    assert window.free_at() == 110.0
    window.record(110.0)
    assert window.free_at() == 111.0


def test_no_more_than_so_many_leave_in_a_second_in_all() -> None:
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=1)
    times = [at for at, _ in speak_at_once(pace, range(1, 301))]
    assert most_within(1.0, times) == 30
    assert times[-1] - times[0] == pytest.approx(9.0)


def test_no_more_than_so_many_leave_in_a_second_to_one_chat() -> None:
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=1)
    times = [at for at, _ in speak_at_once(pace, [ALICE] * 10)]
    assert most_within(1.0, times) == 1
    assert times[-1] - times[0] == pytest.approx(9.0)


def test_a_chat_may_hear_several_in_a_second_where_that_is_set() -> None:
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=3)
    times = [at for at, _ in speak_at_once(pace, [ALICE] * 9)]
    assert times == [NOW_S] * 3 + [NOW_S + 1] * 3 + [NOW_S + 2] * 3


def test_a_group_hears_no_more_than_twenty_in_a_minute() -> None:
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=1)
    times = [at for at, _ in speak_at_once(pace, [A_GROUP] * 60)]
    assert most_within(60.0, times) == GROUP_MESSAGES_A_MINUTE
    assert most_within(1.0, times) == 1


def test_a_group_that_has_much_to_hear_is_never_left_without_a_word_for_long() -> None:
    """Twenty messages in as many seconds would be followed by forty seconds of nothing."""
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=1)
    times = [at for at, _ in speak_at_once(pace, [A_GROUP] * 60)]
    assert [b - a for a, b in pairwise(times[:10])] == [1.0] * 9
    assert times[10] - times[9] > 4, "from the eleventh on they are spread over what is left of the minute"
    assert max(b - a for a, b in pairwise(times)) < 7
    assert times[-1] - times[0] < 3 * 60


def test_a_group_is_short_of_messages_only_while_they_are_spread() -> None:
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=1)
    for second in range(SPREAD_FROM):
        assert not pace.is_scarce(A_GROUP, 1000.0 + second)
        pace.record(A_GROUP, 1000.0 + second)
    assert pace.is_scarce(A_GROUP, 1000.0 + SPREAD_FROM)
    assert not pace.is_scarce(A_GROUP, 1061.0)
    assert not pace.is_scarce(ALICE, 1000.0)


def test_a_private_chat_is_not_bound_by_the_limit_of_groups() -> None:
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=1)
    times = [at for at, _ in speak_at_once(pace, [ALICE] * 60)]
    assert most_within(60.0, times) == 60


def test_a_chat_at_its_limit_holds_up_no_other() -> None:
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=1)
    pace.record(ALICE, 1000.0)
    assert pace.free_at(ALICE, NOW_S) == 1001.0
    assert pace.free_at(BUDI, NOW_S) <= 1000.0


def test_a_chat_told_to_wait_waits_and_the_others_go_on() -> None:
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=1)
    pace.hold(ALICE, 1030.0, 1000.0)
    assert pace.free_at(ALICE, NOW_S) == 1030.0
    assert pace.free_at(BUDI, NOW_S) <= 1000.0


def test_one_chat_told_to_wait_again_and_again_is_still_one_chat() -> None:
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=1)
    for second in range(10):
        pace.hold(ALICE, 1030.0 + second, 1000.0 + second)
    assert pace.free_at(ALICE, NOW_S) == 1039.0
    assert pace.free_at(BUDI, NOW_S) <= 1010.0


def test_several_chats_told_to_wait_at_once_slow_everybody() -> None:
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=1)
    for chat in range(1, STORM_CHATS):
        pace.hold(chat, 1030.0, 1000.0)
    assert pace.free_at(A_GROUP, NOW_S) <= 1000.0
    pace.hold(STORM_CHATS, 1020.0, 1001.0)
    assert pace.free_at(A_GROUP, NOW_S) == 1020.0


def test_waits_far_apart_are_no_storm() -> None:
    pace = RateLimiter(messages_per_s=30, chat_messages_per_s=1)
    for number in range(1, 3 * STORM_CHATS):
        now_s = 1000.0 + number * STORM_WINDOW_S
        pace.hold(number, now_s + 5.0, now_s)
    assert pace.free_at(A_GROUP, NOW_S) <= now_s


def test_a_wait_outlives_the_messages_of_other_chats() -> None:
    pace = RateLimiter(messages_per_s=NO_LIMIT, chat_messages_per_s=1)
    pace.hold(ALICE, 5000.0, 1000.0)
    for chat in range(2, MAX_TRACKED_CHATS + 10):
        pace.record(chat, 1001.0)
    assert pace.free_at(ALICE, NOW_S) == 5000.0


def test_a_busy_counter_does_not_forget_what_a_group_has_heard_this_minute() -> None:
    """Only chats that are long free again may be forgotten."""
    pace = RateLimiter(messages_per_s=NO_LIMIT, chat_messages_per_s=1)
    heard = [1000.0 + second for second in range(GROUP_MESSAGES_A_MINUTE - 1)]
    for at_s in heard:
        pace.record(A_GROUP, at_s)
    for chat in range(1, MAX_TRACKED_CHATS + 1):
        pace.record(chat, 1020.0)
    heard += [at for at, _ in speak_at_once(pace, [A_GROUP] * 20, from_s=1021.0)]
    assert most_within(60.0, heard) <= GROUP_MESSAGES_A_MINUTE


def test_chats_of_long_ago_are_forgotten() -> None:
    pace = RateLimiter(messages_per_s=NO_LIMIT, chat_messages_per_s=1)
    for chat in range(1, 3 * MAX_TRACKED_CHATS):
        pace.record(chat, 1000.0 + chat)
    assert len(pace._chats) <= MAX_TRACKED_CHATS  # noqa: SLF001 - what is kept cannot be seen from outside
