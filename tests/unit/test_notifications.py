"""Who hears what when an order moves: the chat its state, the admins what only they can mend or settle."""

import pytest

from bot.notices import orders as say
from bot.notices.serial_numbers import SnForwarded, SnUnread
from bot.orders import events
from bot.orders.model import ExpiryReason, FailureCause, Order, Outcome, State, UnknownCause
from bot.orders.states import decide
from bot.purchasing.notifications import AdminNotice, facts_of, needs_admin, order_card, order_received
from tests.makers import an_order, notices_of

NOW_MS = 1_669_867_260_000
FAILED = events.Failed(reason="Nomor salah", failure_cause=FailureCause.DESTINATION)


def to_admins(order: Order, news: events.OrderEvent) -> list[type[AdminNotice]]:
    return [type(notice) for notice in notices_of(order, news, NOW_MS).to_admins]


def test_every_notice_says_which_order_and_when() -> None:
    order = an_order(state=State.PENDING, ordinal=2)
    facts = facts_of(order, NOW_MS)
    (told,) = notices_of(order, events.Succeeded(sn="1"), NOW_MS).to_chat
    assert told == say.OrderSucceeded(**facts, sn="1")
    named = {"trxid": order.trxid, "code": "s5", "destination": "081234567890", "ordinal": 2}
    assert facts == named | {"at_ms": NOW_MS}
    assert told.typed == "s5.2.081234567890"


def test_the_acknowledgement_bears_the_time_at_which_the_order_was_kept() -> None:
    order = an_order()
    assert order_received(order) == say.OrderReceived(**facts_of(order, order.placed_at_ms))


def test_a_failure_is_told_with_its_reason_and_its_trouble() -> None:
    (told,) = notices_of(an_order(state=State.PENDING), FAILED, NOW_MS).to_chat
    assert isinstance(told, say.OrderFailed)
    assert (told.reason, told.failure_cause) == ("Nomor salah", FailureCause.DESTINATION)


@pytest.mark.parametrize(
    ("state", "event", "cause"),
    [
        *((State.SUBMITTING, events.Unclear(why="x", cause=cause), cause) for cause in UnknownCause),
        (State.PENDING, events.Contradiction(why="x"), UnknownCause.CONTRADICTORY_REPORT),
    ],
)
def test_a_chat_hears_the_true_cause_of_the_doubt(
    state: State, event: events.OrderEvent, cause: UnknownCause
) -> None:
    (told,) = notices_of(an_order(state=state), event, NOW_MS).to_chat
    assert isinstance(told, say.OrderUnknown)
    assert told.cause is cause


@pytest.mark.parametrize(
    ("order", "event", "dispute"),
    [
        (
            an_order(state=State.SUCCEEDED, success_reported=True),
            FAILED,
            say.DisputeKind.BILLER,
        ),
        (
            an_order(state=State.SUCCEEDED, resolved_by=9),
            FAILED,
            say.DisputeKind.ADMIN,
        ),
        (
            an_order(state=State.EXPIRED, expiry=ExpiryReason.TOO_OLD),
            events.Succeeded(sn="1"),
            say.DisputeKind.EXPIRY,
        ),
    ],
)
def test_the_card_of_a_dispute_names_what_the_report_contradicts(
    order: Order, event: events.OrderEvent, dispute: say.DisputeKind
) -> None:
    (card,) = notices_of(order, event, NOW_MS).to_admins
    assert isinstance(card, say.OrderCard)
    assert (card.state, card.dispute) == (State.DISPUTED, dispute)


def test_a_failure_by_an_admin_needs_no_reason() -> None:
    ruled = events.Resolved(outcome=Outcome.FAILURE, admin_id=9)
    (told,) = notices_of(an_order(state=State.UNKNOWN), ruled, NOW_MS).to_chat
    assert isinstance(told, say.OrderFailed)
    assert (told.reason, told.failure_cause) == ("", FailureCause.OTHER)


@pytest.mark.parametrize("reason", ExpiryReason)
def test_an_expired_order_is_told_with_its_reason(reason: ExpiryReason) -> None:
    (told,) = notices_of(an_order(), events.Expired(reason=reason), NOW_MS).to_chat
    assert isinstance(told, say.OrderExpired)
    assert told.reason is reason


@pytest.mark.parametrize(
    ("first", "second", "now"),
    [
        (events.Succeeded(sn="1"), FAILED, Outcome.FAILURE),
        (FAILED, events.Succeeded(sn="1"), Outcome.SUCCESS),
        (events.Refused(reason="", failure_cause=FailureCause.OTHER), events.Succeeded(), Outcome.SUCCESS),
    ],
)
def test_a_dispute_tells_the_chat_what_the_biller_says_now_and_asks_the_admins(
    first: events.OrderEvent, second: events.OrderEvent, now: Outcome
) -> None:
    settled = decide(an_order(state=State.SUBMITTING), first, NOW_MS).order
    notices = notices_of(settled, second, NOW_MS)
    (told,) = notices.to_chat
    assert isinstance(told, say.OrderDisputed)
    assert told.now is now
    assert [type(notice) for notice in notices.to_admins] == [say.OrderCard]


def test_an_overdue_order_is_told_to_its_chat_and_put_before_the_admins() -> None:
    notices = notices_of(an_order(state=State.PENDING), events.Overdue(), NOW_MS)
    assert [type(notice) for notice in notices.to_chat] == [say.OrderOverdue]
    assert [type(notice) for notice in notices.to_admins] == [say.OrderCard]


@pytest.mark.parametrize(
    "waiting",
    [an_order(state=State.UNKNOWN), an_order(state=State.PENDING, overdue=True)],
    ids=["unknown", "overdue"],
)
@pytest.mark.parametrize("result", [events.Succeeded(), FAILED], ids=["success", "failure"])
def test_a_result_that_comes_by_itself_closes_the_admins_card(
    waiting: Order, result: events.OrderEvent
) -> None:
    after = decide(waiting, result, NOW_MS).order
    settled = say.OrderResolvedByBiller(**facts_of(waiting, NOW_MS), state=after.state)
    assert settled in notices_of(waiting, result, NOW_MS).to_admins


@pytest.mark.parametrize("candidate", ["123", ""])
def test_an_sn_that_was_not_surely_read_is_put_before_the_admins_with_the_billers_words(
    candidate: str,
) -> None:
    report = events.Succeeded(doubtful_sn=candidate, raw="SUKSES, SN: 123")
    notices = notices_of(an_order(state=State.PENDING), report, NOW_MS)
    (told,) = notices.to_chat
    assert isinstance(told, say.OrderSucceeded)
    assert told.is_sn_unread
    facts = facts_of(an_order(), NOW_MS)
    assert notices.to_admins == (SnUnread(**facts, candidate=candidate, raw="SUKSES, SN: 123"),)


def test_a_success_that_has_no_sn_asks_nobody() -> None:
    assert to_admins(an_order(state=State.PENDING), events.Succeeded(raw="SUKSES")) == []


def test_an_sn_that_comes_from_the_biller_after_all_closes_the_card_about_it() -> None:
    unread = an_order(state=State.SUCCEEDED, success_reported=True)
    assert to_admins(unread, events.Succeeded(sn="51203948571")) == [SnForwarded]


@pytest.mark.parametrize(
    "news",
    [
        events.Unclear(why="x", raw="Transaksi dalam antrian"),
        events.Contradiction(why="x", raw="Transaksi dalam antrian"),
    ],
)
def test_a_card_shows_the_billers_own_words(news: events.OrderEvent) -> None:
    (card,) = notices_of(an_order(state=State.PENDING), news, NOW_MS).to_admins
    assert isinstance(card, say.OrderCard)
    assert card.raw == "Transaksi dalam antrian"


@pytest.mark.parametrize("kind", [events.Refused, events.Failed])
def test_an_alarm_shows_the_billers_own_words(kind: type[events.Refused] | type[events.Failed]) -> None:
    news = kind(reason="", failure_cause=FailureCause.DEPOSIT, raw="GAGAL, Saldo: Rp5 tidak cukup")
    (alarm,) = notices_of(an_order(state=State.SUBMITTING), news, NOW_MS).to_admins
    assert isinstance(alarm, say.BillerAccountAlarm)
    assert alarm.reason == "GAGAL, Saldo: Rp5 tidak cukup"


def test_no_card_is_closed_where_none_was_shown() -> None:
    assert to_admins(an_order(state=State.PENDING), events.Succeeded()) == []


@pytest.mark.parametrize("outcome", Outcome)
def test_an_admins_word_does_not_say_that_the_order_settled_itself(outcome: Outcome) -> None:
    assert to_admins(an_order(state=State.UNKNOWN), events.Resolved(outcome=outcome, admin_id=9)) == []


@pytest.mark.parametrize("failure_cause", FailureCause)
@pytest.mark.parametrize("kind", [events.Refused, events.Failed])
def test_admins_are_woken_by_what_only_they_can_mend(
    kind: type[events.Refused] | type[events.Failed], failure_cause: FailureCause
) -> None:
    woken = to_admins(an_order(state=State.SUBMITTING), kind(reason="x", failure_cause=failure_cause))
    assert woken == (
        [say.BillerAccountAlarm] if failure_cause in {FailureCause.DEPOSIT, FailureCause.ACCOUNT} else []
    )


@pytest.mark.parametrize("state", State)
def test_the_admins_list_holds_what_nobody_else_can_settle(state: State) -> None:
    assert needs_admin(an_order(state=state)) == (state in {State.UNKNOWN, State.DISPUTED})
    assert needs_admin(an_order(state=state, overdue=True)) == (
        state in {State.UNKNOWN, State.DISPUTED, State.PENDING}
    )


def test_a_card_holds_all_that_an_admin_needs() -> None:
    order = an_order(state=State.UNKNOWN, cost_idr=5000, biller_ref="2116", unknown_reason="ReadTimeout")
    assert order_card(order, NOW_MS) == say.OrderCard(
        **facts_of(order, NOW_MS),
        state=State.UNKNOWN,
        chat_id=order.chat_id,
        user_id=order.user_id,
        placed_at_ms=order.placed_at_ms,
        cost_idr=5000,
        biller_ref="2116",
        why="ReadTimeout",
    )
