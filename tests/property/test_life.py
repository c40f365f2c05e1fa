"""Whatever is heard of an order, in whatever order and however often, its life keeps to the rules."""

from dataclasses import dataclass
from functools import reduce

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.notices.orders import (
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderNotice,
    OrderSucceeded,
    OrderUnknown,
)
from bot.orders import events
from bot.orders.events import OrderEvent
from bot.orders.model import ExpiryReason, FailureCause, Order, Outcome, State
from bot.orders.states import Decision, decide
from bot.purchasing.notifications import OrderNotices, notices_for
from storage.codec import Codec, dump, kind_of
from tests.makers import an_order

MANY = settings(max_examples=400, database=None, suppress_health_check=list(HealthCheck), print_blob=True)

# Money that must never be found in what a chat is told.
COST_IDR, BALANCE_IDR = 987_650_001, 987_650_002
SN = "1234-5678"

POOL: tuple[OrderEvent, ...] = (
    events.Claimed(),
    events.NotSent(why="ConnectError"),
    events.Accepted(),
    events.Accepted(cost_idr=COST_IDR, balance_idr=BALANCE_IDR, biller_ref="2116"),
    *(
        events.Refused(reason="Produk tidak Aktif", failure_cause=failure_cause)
        for failure_cause in FailureCause
    ),
    events.Refused(reason="", failure_cause=FailureCause.OTHER, biller_ref="2117"),
    events.Unclear(why="ReadTimeout"),
    events.Succeeded(),
    events.Succeeded(sn=SN),
    events.Succeeded(sn="another", cost_idr=COST_IDR, balance_idr=BALANCE_IDR),
    events.Failed(reason="", failure_cause=FailureCause.OTHER),
    events.Failed(reason="Nomor salah", failure_cause=FailureCause.DESTINATION, balance_idr=BALANCE_IDR),
    events.Contradiction(why="status says success, the message says GAGAL"),
    *(events.Expired(reason=reason) for reason in ExpiryReason),
    events.Overdue(),
    events.Resolved(outcome=Outcome.SUCCESS, admin_id=9),
    events.Resolved(outcome=Outcome.SUCCESS, admin_id=9, sn=SN),
    events.Resolved(outcome=Outcome.FAILURE, admin_id=9),
    events.Succeeded(doubtful_sn="123", raw="SUKSES"),
    events.SnSupplied(sn=SN, admin_id=9),
)
LIVES = st.lists(st.sampled_from(POOL), max_size=14)
# Most begin as nearly all do, so that the far states are seen often.
ANY_LIFE = st.one_of(LIVES, LIVES.map(lambda news: [events.Claimed(), *news]))

MAY_FOLLOW = {
    State.PLACED: {State.SUBMITTING, State.EXPIRED, State.UNKNOWN, State.SUCCEEDED, State.FAILED},
    State.SUBMITTING: {State.PLACED, State.PENDING, State.UNKNOWN, State.SUCCEEDED, State.FAILED},
    State.PENDING: {State.UNKNOWN, State.SUCCEEDED, State.FAILED},
    State.UNKNOWN: {State.SUCCEEDED, State.FAILED},
    State.SUCCEEDED: {State.DISPUTED},
    State.FAILED: {State.DISPUTED},
    State.EXPIRED: {State.DISPUTED},
    State.DISPUTED: {State.SUCCEEDED, State.FAILED},
}
TOLD_OF = {
    State.SUCCEEDED: OrderSucceeded,
    State.FAILED: OrderFailed,
    State.UNKNOWN: OrderUnknown,
    State.EXPIRED: OrderExpired,
    State.DISPUTED: OrderDisputed,
}
BY_THE_BILLER = (
    events.Accepted,
    events.Refused,
    events.Unclear,
    events.Succeeded,
    events.Failed,
    events.Contradiction,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    before: Order
    news: OrderEvent
    after: Order
    notices: OrderNotices

    @property
    def moved(self) -> bool:
        return self.after.state is not self.before.state


def lived(life: list[OrderEvent]) -> list[Step]:
    order, steps = an_order(), []
    for at_ms, news in enumerate(life, 1_669_867_260_000):
        after = decide(order, news, at_ms).order
        notices = notices_for(order, after, news, at_ms)
        steps.append(Step(before=order, news=news, after=after, notices=notices))
        order = after
    return steps


def told_in(steps: list[Step]) -> list[OrderNotice]:
    return [notice for step in steps for notice in step.notices.to_chat]


@MANY
@given(life=ANY_LIFE)
def test_states_are_left_only_by_the_moves_of_the_table(life: list[OrderEvent]) -> None:
    for step in lived(life):
        assert not step.moved or step.after.state in MAY_FOLLOW[step.before.state]


@MANY
@given(life=ANY_LIFE)
def test_an_order_fails_only_by_the_billers_own_word_or_an_admins(life: list[OrderEvent]) -> None:
    for step in lived(life):
        if step.moved and step.after.state is State.FAILED:
            assert isinstance(step.news, events.Refused | events.Failed) or (
                isinstance(step.news, events.Resolved) and step.news.outcome is Outcome.FAILURE
            )
        for notice in step.notices.to_chat:
            assert not isinstance(notice, OrderFailed) or step.after.state is State.FAILED


@MANY
@given(life=ANY_LIFE)
def test_every_move_into_a_state_that_matters_is_told_and_what_was_heard_last_is_true(
    life: list[OrderEvent],
) -> None:
    """I8: what the chat heard last is the order's state."""
    steps = lived(life)
    for step in steps:
        kind = TOLD_OF.get(step.after.state) if step.moved else None
        if kind is not None:
            assert [type(notice) for notice in step.notices.to_chat] == [kind]
    told = [notice for notice in told_in(steps) if isinstance(notice, tuple(TOLD_OF.values()))]
    if steps and steps[-1].after.state in TOLD_OF:
        assert isinstance(told[-1], TOLD_OF[steps[-1].after.state])


@MANY
@given(life=ANY_LIFE)
def test_one_dispute_is_told_once(life: list[OrderEvent]) -> None:
    steps = lived(life)
    entered = sum(step.moved and step.after.state is State.DISPUTED for step in steps)
    assert sum(isinstance(notice, OrderDisputed) for notice in told_in(steps)) == entered


@MANY
@given(life=ANY_LIFE)
def test_between_both_results_and_an_admins_word_stands_a_dispute(life: list[OrderEvent]) -> None:
    """I9: opposite results never settle by themselves, whichever was heard last."""
    steps = lived(life)
    results = {State.SUCCEEDED, State.FAILED}
    for step in steps:
        if step.before.state in results and step.after.state in results:
            assert step.before.state is step.after.state
        if step.before.state is State.DISPUTED and step.moved:
            assert isinstance(step.news, events.Resolved)


@MANY
@given(life=ANY_LIFE)
def test_the_same_news_twice_in_a_row_changes_nothing_the_second_time(life: list[OrderEvent]) -> None:
    for step in lived(life):
        assert decide(step.after, step.news, 1_700_000_000_000) == Decision(order=step.after)


@MANY
@given(life=ANY_LIFE, repeats=st.lists(st.sampled_from(POOL), max_size=8))
def test_a_closed_dispute_is_not_opened_by_anything_the_biller_repeats(
    life: list[OrderEvent], repeats: list[OrderEvent]
) -> None:
    order = reduce(lambda order, news: decide(order, news, 1).order, life, an_order())
    both_heard = order.success_reported and order.failure_reported
    if not (both_heard and order.state in {State.SUCCEEDED, State.FAILED}):
        return
    for news in repeats:
        if isinstance(news, BY_THE_BILLER):
            decision = decide(order, news, 2)
            assert decision.order.state is order.state
            # A late SN is the one thing that the biller can still add.
            notices = notices_for(order, decision.order, news, 2)
            assert all(isinstance(notice, OrderSucceeded) for notice in notices.to_chat)
            assert notices.to_admins == ()
            order = decision.order


@MANY
@given(life=ANY_LIFE)
def test_nobody_is_told_of_news_that_changed_nothing(life: list[OrderEvent]) -> None:
    for step in lived(life):
        if step.after == step.before:
            assert step.notices == OrderNotices()


@MANY
@given(life=ANY_LIFE)
def test_no_news_changes_what_was_asked_where_and_by_whom(life: list[OrderEvent]) -> None:
    heard_of = {
        "state",
        "changed_at_ms",
        "due_at_ms",
        "attempts",
        "overdue",
        "success_reported",
        "failure_reported",
    }
    heard_of |= {
        "cost_idr",
        "biller_ref",
        "sn",
        "reason",
        "failure_cause",
        "unknown_reason",
        "expiry",
        "resolved_by",
    }
    fresh = an_order()
    unheard = {name: getattr(fresh, name) for name in heard_of}
    for step in lived(life):
        assert replace(step.after, **unheard) == fresh


@MANY
@given(life=ANY_LIFE)
def test_a_post_leaves_only_for_a_claim_and_each_claim_needs_a_sure_return(life: list[OrderEvent]) -> None:
    """At most one post can be under way: between two claims something surely was not sent."""
    at_large = False
    for step in lived(life):
        claimed = isinstance(step.news, events.Claimed) and step.moved
        assert not (claimed and at_large)
        if claimed:
            at_large = True
        if step.before.state is State.SUBMITTING and step.after.state is State.PLACED:
            assert isinstance(step.news, events.NotSent)
            at_large = False


@MANY
@given(life=ANY_LIFE)
def test_no_chat_is_told_the_operators_money(life: list[OrderEvent]) -> None:
    for notice in told_in(lived(life)):
        assert str(COST_IDR) not in repr(notice)
        assert str(BALANCE_IDR) not in repr(notice)


@MANY
@given(life=ANY_LIFE)
def test_news_replayed_from_what_was_stored_gives_the_same_order(life: list[OrderEvent]) -> None:
    """I12: the order is what its events add up to; news that changed nothing leaves none."""
    order = an_order()
    for step_at_ms, step in enumerate(lived(life), 1_669_867_260_000):
        if step.after != step.before:
            stored: OrderEvent = Codec(OrderEvent).load(kind_of(step.news), dump(step.news))
            order = decide(order, stored, step_at_ms).order
        assert order == step.after
