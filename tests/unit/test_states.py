"""Every state meets every kind of news: the table row by row, and the promises that stand on it."""

from itertools import permutations

import pytest
from msgspec.structs import replace

from bot.notices.orders import (
    OrderCard,
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderNotice,
    OrderOverdue,
    OrderSucceeded,
    OrderUnknown,
)
from bot.orders import events
from bot.orders.model import ExpiryReason, FailureCause, Order, Outcome, State
from bot.orders.states import TRANSITIONS, Decision, decide, retry_after_ms
from bot.purchasing.notifications import OrderNotices
from tests.makers import an_order, notices_of

NOW_MS = 1_669_867_260_000
SN = "1234-5678-9012-3456-7890/BUDI SANTOSO/R1/1300VA/32,5"

NEWS: dict[str, events.OrderEvent] = {
    "claimed": events.Claimed(),
    "not_sent": events.NotSent(why="ConnectError"),
    "accepted": events.Accepted(cost_idr=5000, balance_idr=1_356_424, biller_ref="21160325359742"),
    "refused": events.Refused(reason="Produk tidak Aktif", failure_cause=FailureCause.PRODUCT_INACTIVE),
    "unclear": events.Unclear(why="ReadTimeout"),
    "succeeded": events.Succeeded(sn=SN, cost_idr=5000, balance_idr=1_351_424),
    "failed": events.Failed(reason="", failure_cause=FailureCause.OTHER, balance_idr=1_356_424),
    "contradicting": events.Contradiction(why="status says success, the message says GAGAL"),
    "expired": events.Expired(reason=ExpiryReason.TOO_OLD),
    "overdue": events.Overdue(),
    "ruled_success": events.Resolved(outcome=Outcome.SUCCESS, admin_id=9, sn=SN),
    "ruled_failure": events.Resolved(outcome=Outcome.FAILURE, admin_id=9),
    "sn_supplied": events.SnSupplied(sn=SN, admin_id=9),
}

# The whole table; what is not in a row leaves the state as it is.
MOVES = {
    "placed": {"claimed": "submitting", "expired": "expired", "succeeded": "succeeded"}
    | dict.fromkeys(("refused", "failed"), "failed")
    | dict.fromkeys(("unclear", "contradicting"), "unknown"),
    "submitting": {"not_sent": "placed", "accepted": "pending", "succeeded": "succeeded"}
    | dict.fromkeys(("refused", "failed"), "failed")
    | dict.fromkeys(("unclear", "contradicting"), "unknown"),
    "pending": dict.fromkeys(("succeeded", "ruled_success"), "succeeded")
    | dict.fromkeys(("refused", "failed", "ruled_failure"), "failed")
    | dict.fromkeys(("unclear", "contradicting"), "unknown"),
    "unknown": dict.fromkeys(("succeeded", "ruled_success"), "succeeded")
    | dict.fromkeys(("refused", "failed", "ruled_failure"), "failed"),
    "succeeded": dict.fromkeys(("refused", "failed"), "disputed"),
    "failed": {"succeeded": "disputed"},
    "expired": {"succeeded": "disputed"},
    "disputed": {"ruled_success": "succeeded", "ruled_failure": "failed"},
}
END_STATES = {State.SUCCEEDED, State.FAILED, State.EXPIRED, State.DISPUTED, State.UNKNOWN}


def settled(order: Order, *news: events.OrderEvent) -> Order:
    for at_ms, item in enumerate(news, NOW_MS):
        order = decide(order, item, at_ms).order
    return order


def told_by(order: Order, *news: events.OrderEvent) -> list[OrderNotice]:
    told: list[OrderNotice] = []
    for at_ms, item in enumerate(news, NOW_MS):
        told += notices_of(order, item, at_ms).to_chat
        order = decide(order, item, at_ms).order
    return told


def disputed(order: Order) -> Order:
    return settled(order, NEWS["succeeded"], NEWS["failed"])


@pytest.mark.parametrize("kind", NEWS)
@pytest.mark.parametrize("state", State)
def test_each_state_makes_of_each_news_what_the_table_says(state: State, kind: str) -> None:
    after = decide(an_order(state=state), NEWS[kind], NOW_MS).order
    assert after.state == MOVES[state].get(kind, state)
    assert after.changed_at_ms == (NOW_MS if after.state is not state else an_order().changed_at_ms)


def test_every_state_and_every_kind_of_news_has_been_tried() -> None:
    assert set(TRANSITIONS) == set(State) == set(MOVES)
    # The clock alone is no news: set back twice, it moves the times twice.
    tried = {type(news) for news in NEWS.values()} | {events.ClockSetBack}
    assert tried == set(events.OrderEvent.__args__)


@pytest.mark.parametrize("state", State)
def test_the_times_of_what_waits_move_with_a_clock_that_is_set_back(state: State) -> None:
    order = an_order(state=state)
    after = decide(order, events.ClockSetBack(by_ms=60_000), NOW_MS).order
    if state not in {State.PLACED, State.SUBMITTING, State.PENDING}:
        assert after == order
        return
    assert after.state is state
    for name in ("placed_at_ms", "changed_at_ms", "due_at_ms"):
        assert getattr(order, name) - getattr(after, name) == 60_000
    assert after.requested_at_ms == min(order.requested_at_ms, after.placed_at_ms)


def test_telegrams_date_of_an_order_stays_when_the_clock_is_set_right() -> None:
    """The clock was ahead by an hour as the order was placed: Telegram's date was right all along."""
    order = an_order(requested_at_ms=NOW_MS, placed_at_ms=NOW_MS + 3_600_000)
    after = decide(order, events.ClockSetBack(by_ms=3_600_000), NOW_MS).order
    assert (after.requested_at_ms, after.placed_at_ms) == (NOW_MS, NOW_MS)


@pytest.mark.parametrize("kind", NEWS)
@pytest.mark.parametrize("state", State)
def test_a_chat_is_told_whenever_its_order_comes_to_a_state_that_matters_to_it(
    state: State, kind: str
) -> None:
    decision = decide(an_order(state=state, sn=SN), NEWS[kind], NOW_MS)
    kinds: dict[State, type[OrderNotice]] = {
        State.SUCCEEDED: OrderSucceeded,
        State.FAILED: OrderFailed,
        State.EXPIRED: OrderExpired,
        State.DISPUTED: OrderDisputed,
        State.UNKNOWN: OrderUnknown,
    }
    expected = kinds.get(decision.order.state) if decision.order.state is not state else None
    if kind == "overdue" and state is State.PENDING:
        expected = OrderOverdue
    told = notices_of(an_order(state=state, sn=SN), NEWS[kind], NOW_MS).to_chat
    assert [type(notice) for notice in told] == ([expected] if expected else [])


@pytest.mark.parametrize("kind", NEWS)
@pytest.mark.parametrize("state", State)
def test_the_same_news_a_second_time_changes_nothing_and_tells_nobody(state: State, kind: str) -> None:
    once = decide(an_order(state=state), NEWS[kind], NOW_MS).order
    assert decide(once, NEWS[kind], NOW_MS + 5000) == Decision(order=once)


@pytest.mark.parametrize("state", State)
def test_only_the_billers_word_or_an_admins_makes_a_failure(state: State) -> None:
    """A time-out told as GAGAL is bought a second time by the reseller."""
    after = {kind: decide(an_order(state=state), news, NOW_MS).order.state for kind, news in NEWS.items()}
    failures = {kind for kind, now in after.items() if now is State.FAILED and state is not State.FAILED}
    assert failures <= {"refused", "failed", "ruled_failure"}


@pytest.mark.parametrize("state", sorted(END_STATES | {State.PENDING}))
def test_only_a_placed_order_can_be_claimed_so_none_is_posted_twice(state: State) -> None:
    order = an_order(state=state)
    assert decide(order, events.Claimed(), NOW_MS) == Decision(order=order)


def test_a_submitting_order_can_be_claimed_by_nobody_else() -> None:
    order = an_order(state=State.SUBMITTING)
    assert decide(order, events.Claimed(), NOW_MS) == Decision(order=order)


@pytest.mark.parametrize("state", sorted(END_STATES))
@pytest.mark.parametrize("kind", ["accepted", "not_sent", "unclear", "contradicting", "expired", "overdue"])
def test_late_news_never_overwrites_a_result(state: State, kind: str) -> None:
    decision = decide(an_order(state=state), NEWS[kind], NOW_MS)
    assert decision.order.state is state
    assert notices_of(an_order(state=state), NEWS[kind], NOW_MS) == OrderNotices()


def test_a_late_answer_still_brings_its_price_its_reference_and_the_balance() -> None:
    after = settled(an_order(state=State.SUBMITTING), events.Succeeded(sn=SN))
    decision = decide(after, NEWS["accepted"], NOW_MS)
    assert (decision.order.cost_idr, decision.order.biller_ref) == (5000, "21160325359742")
    assert decision.balance_idr == 1_356_424


@pytest.mark.parametrize(
    "answer", ["accepted", "unclear", "refused", "not_sent"], ids=lambda kind: f"answer {kind}"
)
def test_in_whatever_order_answer_and_reports_come_they_make_one_dispute(answer: str) -> None:
    """I9: opposite results end disputed, with exactly one correction to the chat."""
    ends = set()
    for order_heard in permutations([answer, "succeeded", "succeeded", "failed"]):
        news = [NEWS[kind] for kind in order_heard]
        after = settled(an_order(state=State.SUBMITTING), *news)
        ends.add(after.state)
        told = told_by(an_order(state=State.SUBMITTING), *news)
        assert [type(notice) for notice in told].count(OrderDisputed) == 1, order_heard
        assert isinstance(told[-1], OrderDisputed), order_heard
    assert ends == {State.DISPUTED}


def test_the_order_of_the_news_leaves_no_trace_in_the_facts() -> None:
    orders = {
        replace(settled(an_order(state=State.SUBMITTING), *(NEWS[kind] for kind in kinds)), changed_at_ms=0)
        for kinds in permutations(["accepted", "succeeded", "succeeded", "failed"])
    }
    assert len(orders) == 1


@pytest.mark.parametrize("kinds", list(permutations(["succeeded", "accepted", "succeeded"])))
def test_a_report_may_precede_the_answer_and_come_twice(kinds: tuple[str, ...]) -> None:
    news = [NEWS[kind] for kind in kinds]
    assert settled(an_order(state=State.SUBMITTING), *news).state is State.SUCCEEDED
    told = told_by(an_order(state=State.SUBMITTING), *news)
    assert [type(notice) for notice in told] == [OrderSucceeded]


@pytest.mark.parametrize("ruling", ["ruled_success", "ruled_failure"])
@pytest.mark.parametrize("first", ["succeeded", "failed", "refused"])
def test_once_an_admin_closed_a_dispute_no_repeated_report_opens_it_again(first: str, ruling: str) -> None:
    opposite = "failed" if first == "succeeded" else "succeeded"
    closed = settled(an_order(state=State.SUBMITTING), NEWS[first], NEWS[opposite], NEWS[ruling])
    assert closed.state == ("succeeded" if ruling == "ruled_success" else "failed")
    for kind in ("succeeded", "failed", "refused", "accepted", "contradicting", "unclear"):
        after = settled(closed, NEWS[kind], NEWS[kind])
        assert after.state is closed.state
        assert told_by(closed, NEWS[kind], NEWS[kind]) == []


def test_a_dispute_is_told_once_however_often_both_results_are_repeated() -> None:
    told = told_by(an_order(state=State.PENDING), *[NEWS["succeeded"], NEWS["failed"]] * 5)
    assert [type(notice).__name__ for notice in told] == ["OrderSucceeded", "OrderDisputed"]


@pytest.mark.parametrize(("ruling", "report"), [("ruled_success", "failed"), ("ruled_failure", "succeeded")])
def test_the_billers_first_word_against_an_admins_is_a_dispute(ruling: str, report: str) -> None:
    order = settled(an_order(state=State.UNKNOWN), NEWS[ruling])
    (told,) = told_by(order, NEWS[report])
    assert isinstance(told, OrderDisputed)
    assert told.now == ("failure" if report == "failed" else "success")


@pytest.mark.parametrize(("ruling", "report"), [("ruled_success", "succeeded"), ("ruled_failure", "failed")])
def test_the_billers_word_that_agrees_with_an_admins_is_no_news_to_the_chat(ruling: str, report: str) -> None:
    assert told_by(settled(an_order(state=State.UNKNOWN), NEWS[ruling]), NEWS[report]) == []


def test_a_success_for_an_expired_order_is_a_dispute_since_the_chat_heard_otherwise() -> None:
    expired = settled(an_order(), NEWS["expired"])
    assert [type(notice) for notice in told_by(expired, NEWS["succeeded"])] == [OrderDisputed]


def test_a_failure_for_an_expired_order_says_nothing_new() -> None:
    expired = settled(an_order(), NEWS["expired"])
    assert told_by(expired, NEWS["failed"], NEWS["failed"]) == []


@pytest.mark.parametrize(
    "state", [State.PLACED, State.SUBMITTING, State.SUCCEEDED, State.FAILED, State.EXPIRED]
)
@pytest.mark.parametrize("ruling", ["ruled_success", "ruled_failure"])
def test_an_admin_settles_nothing_that_needs_no_settling(state: State, ruling: str) -> None:
    order = an_order(state=state)
    assert decide(order, NEWS[ruling], NOW_MS) == Decision(order=order)


def test_an_admins_sn_reaches_the_chat() -> None:
    (told,) = told_by(an_order(state=State.UNKNOWN), NEWS["ruled_success"])
    assert isinstance(told, OrderSucceeded)
    assert told.sn == SN


def test_on_a_dispute_the_admins_sn_stands_against_the_billers() -> None:
    """The admin has looked it up since: it is what the customer is shown, on receipts too."""
    ruled = events.Resolved(outcome=Outcome.SUCCESS, admin_id=9, sn="77")
    for dispute in (("succeeded", "failed"), ("failed", "succeeded")):
        order = settled(an_order(state=State.PENDING), *(NEWS[kind] for kind in dispute))
        assert (order.state, order.sn) == (State.DISPUTED, SN)
        (told,) = told_by(order, ruled)
        assert isinstance(told, OrderSucceeded)
        assert (told.sn, settled(order, ruled).sn) == ("77", "77")
        assert settled(order, ruled, NEWS["succeeded"], NEWS["succeeded"]).sn == "77"


def test_an_admin_who_closes_a_dispute_without_an_sn_leaves_the_billers() -> None:
    order = disputed(an_order(state=State.PENDING))
    (told,) = told_by(order, events.Resolved(outcome=Outcome.SUCCESS, admin_id=9))
    assert isinstance(told, OrderSucceeded)
    assert told.sn == SN


def test_an_sn_that_the_first_report_lacked_is_told_when_it_comes() -> None:
    told = told_by(an_order(state=State.PENDING), events.Succeeded(), NEWS["succeeded"], NEWS["succeeded"])
    assert [getattr(notice, "sn", "") for notice in told] == [None, SN]


def test_an_sn_that_an_admins_word_lacked_is_told_when_the_biller_brings_it() -> None:
    """The customer's proof must not stay in the database."""
    ruled = events.Resolved(outcome=Outcome.SUCCESS, admin_id=9)
    told = told_by(an_order(state=State.UNKNOWN), ruled, NEWS["succeeded"])
    assert [getattr(notice, "sn", "") for notice in told] == [None, SN]


def test_a_known_sn_is_never_lost_or_replaced_by_a_repeated_report() -> None:
    after = settled(an_order(state=State.PENDING), NEWS["succeeded"], events.Succeeded(sn="other"))
    assert after.sn == SN
    assert settled(after, events.Succeeded()).sn == SN


def test_an_sn_that_an_admin_hands_on_is_the_orders_sn() -> None:
    unread = settled(an_order(state=State.PENDING), events.Succeeded(doubtful_sn=SN))
    (told,) = told_by(unread, NEWS["sn_supplied"], NEWS["sn_supplied"])
    assert isinstance(told, OrderSucceeded)
    assert (told.sn, told.is_sn_new) == (SN, False)


def test_an_sn_that_takes_the_place_of_another_says_so() -> None:
    known = settled(an_order(state=State.PENDING), events.Succeeded(sn="51203948571"))
    (told,) = told_by(known, NEWS["sn_supplied"])
    assert isinstance(told, OrderSucceeded)
    assert (told.sn, told.is_sn_new) == (SN, True)


def test_what_surely_never_left_is_tried_again_after_a_growing_pause() -> None:
    order, pauses = an_order(), []
    for _ in range(6):
        order = settled(order, events.Claimed(), events.NotSent(why="ConnectError"))
        pauses.append(order.due_at_ms - NOW_MS - 1)
    assert order.state is State.PLACED
    assert order.attempts == 6
    assert pauses == [1000, 2000, 4000, 8000, 8000, 8000] == [retry_after_ms(n) for n in range(1, 7)]


def test_a_retried_order_keeps_its_trxid_and_its_chat() -> None:
    retried = settled(an_order(thread_id=3), events.Claimed(), events.NotSent(why=""), events.Claimed())
    kept = ("trxid", "chat_id", "thread_id", "message_id", "line", "product_code", "destination")
    assert [getattr(retried, name) for name in kept] == [
        getattr(an_order(thread_id=3), name) for name in kept
    ]


@pytest.mark.parametrize("kind", ["unclear", "contradicting"])
@pytest.mark.parametrize("state", [State.PLACED, State.SUBMITTING, State.PENDING])
def test_doubt_is_kept_for_the_admins_who_must_settle_it(state: State, kind: str) -> None:
    decision = decide(an_order(state=state), NEWS[kind], NOW_MS)
    (card,) = notices_of(an_order(state=state), NEWS[kind], NOW_MS).to_admins
    assert isinstance(card, OrderCard)
    assert card.why == decision.order.unknown_reason == getattr(NEWS[kind], "why", None)


@pytest.mark.parametrize(
    ("kind", "balance_idr"),
    [("accepted", 1_356_424), ("succeeded", 1_351_424), ("failed", 1_356_424), ("unclear", None)],
)
def test_the_balance_that_comes_with_news_is_handed_on(kind: str, balance_idr: int | None) -> None:
    assert decide(an_order(state=State.SUBMITTING), NEWS[kind], NOW_MS).balance_idr == balance_idr


def test_the_decision_depends_on_nothing_but_order_news_and_time() -> None:
    for state in State:
        for news in NEWS.values():
            order = an_order(state=state)
            assert decide(order, news, NOW_MS) == decide(order, news, NOW_MS)
            assert order == an_order(state=state)
