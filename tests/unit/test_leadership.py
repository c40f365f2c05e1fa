"""Who leads is decided from the lease and two clocks alone, and never so that two lead."""

from hypothesis import given
from hypothesis import strategies as st

from bot.leadership import LEASE_MS, RENEW_AFTER_MS, SAFETY_MS, Step, next_step
from storage.lease import Lease

NOW_MS = 1_790_000_000_000


def lease(*, left_ms: int, holder: str | None = "other", term: int = 7) -> Lease:
    return Lease(
        holder=holder,
        term=term,
        taken_at_ms=NOW_MS - 60_000,
        valid_until_ms=NOW_MS + left_ms,
        held_since_ms=None,
        now_ms=NOW_MS,
    )


leases = st.builds(
    lease,
    left_ms=st.integers(-100_000, 100_000) | st.integers(-1, 1) | st.just(LEASE_MS),
    holder=st.sampled_from((None, "other")),
    term=st.integers(0, 9),
)
terms = st.none() | st.integers(0, 9)


def test_a_lease_that_was_given_back_is_taken_at_once() -> None:
    assert next_step(lease(left_ms=9_000, holder=None), None, unchanged_ms=0) is Step.TAKE


def test_a_lease_is_taken_only_once_nobody_has_renewed_it_for_its_whole_time() -> None:
    over = lease(left_ms=0)
    assert next_step(over, None, unchanged_ms=LEASE_MS - 1) is Step.WAIT
    assert next_step(over, None, unchanged_ms=LEASE_MS) is Step.TAKE


def test_a_clock_of_the_database_that_jumps_ahead_gives_nobody_the_lease() -> None:
    assert next_step(lease(left_ms=-3_600_000), None, unchanged_ms=RENEW_AFTER_MS) is Step.WAIT


def test_a_clock_of_the_database_that_was_set_back_keeps_nobody_from_the_lease() -> None:
    assert next_step(lease(left_ms=3_600_000), None, unchanged_ms=LEASE_MS) is Step.TAKE


def test_the_leader_renews_in_time_for_two_more_attempts() -> None:
    assert next_step(lease(left_ms=LEASE_MS), 7, unchanged_ms=0) is Step.KEEP
    assert next_step(lease(left_ms=LEASE_MS - RENEW_AFTER_MS), 7, unchanged_ms=RENEW_AFTER_MS) is Step.RENEW
    assert 3 * RENEW_AFTER_MS <= LEASE_MS - SAFETY_MS + RENEW_AFTER_MS


def test_a_leader_whose_lease_ran_out_steps_down_although_nobody_took_it() -> None:
    assert next_step(lease(left_ms=0), 7, unchanged_ms=LEASE_MS) is Step.STEP_DOWN


def test_a_leader_steps_down_once_another_has_begun_a_term() -> None:
    assert next_step(lease(left_ms=9_000, term=8), 7, unchanged_ms=0) is Step.STEP_DOWN


@given(leases, terms, st.integers(0, 3 * LEASE_MS))
def test_whoever_leads_keeps_renews_or_steps_down_and_others_take_or_wait(
    found: Lease, my_term: int | None, unchanged_ms: int
) -> None:
    step = next_step(found, my_term, unchanged_ms=unchanged_ms)
    if my_term is None:
        assert step in (Step.TAKE, Step.WAIT)
    else:
        assert step in (Step.KEEP, Step.RENEW, Step.STEP_DOWN)
        is_mine = found.holder is not None and found.term == my_term and found.valid_until_ms > found.now_ms
        assert (step is not Step.STEP_DOWN) == is_mine


@given(leases, st.integers(0, LEASE_MS - 1))
def test_a_lease_that_its_holder_may_have_renewed_meanwhile_is_never_taken(
    found: Lease, unchanged_ms: int
) -> None:
    if found.holder is not None:
        assert next_step(found, None, unchanged_ms=unchanged_ms) is Step.WAIT
