"""Every button stands under the notice that asks for it, and under no other."""

from typing import get_args

import pytest

from bot.grammar.parsed import Ambiguity, order_text
from bot.notices import Notice, Result
from bot.notices.buttons import MAX_DATA_BYTES, VIEW_ACTIONS, Action
from bot.notices.keyboards import keyboard_of, order_buttons
from bot.notices.orders import (
    OrderCard,
    OrderExpired,
    OrderFailed,
    OrderNotice,
    OrderReceived,
    OrderSucceeded,
    ResolutionQuestion,
    SnQuestion,
)
from bot.notices.people import JoinCard
from bot.notices.placing import (
    ClosedReason,
    OrderOffer,
    OrderProposal,
    OrderQuestion,
    OrderRepeated,
    ProductClosed,
    read_payload,
)
from bot.notices.restore_gate import ReopenQuestion, RestoreCard
from bot.orders.model import ExpiryReason, FailureCause, Intent, Outcome, State
from bot.texts.buttons import LABELS, TOASTS, toast_text
from bot.updates import Toast
from tests.samples import ordering

ABOUT = {"trxid": "22110111373985338", "code": "s5", "destination": "081234567890", "at_ms": 0}
CARD = OrderCard(
    **ABOUT,  # type: ignore[arg-type]  # the facts of every notice about an order
    state=State.UNKNOWN,
    chat_id=1,
    user_id=1,
    placed_at_ms=0,
    cost_idr=None,
    biller_ref=None,
    why="",
)


OFFER = OrderOffer(intent=Intent(product_code="s5", destination="081234567890"))


def closed(*others: OrderOffer) -> ProductClosed:
    return ProductClosed(
        code="s5", name="", closure=ClosedReason.CLOSED, opens_minute=None, others=others, user_id=7
    )


def repeated(again: OrderOffer | None) -> OrderRepeated:
    return OrderRepeated(**ABOUT, state=State.PENDING, sn=None, again=again, user_id=7)  # type: ignore[arg-type]  # as above


def question(outcome: Outcome) -> ResolutionQuestion:
    return ResolutionQuestion(**ABOUT, outcome=outcome, sn=None)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("notice", "rows"),
    [
        (
            JoinCard(user_id=1, name="Budi", username=None, at_ms=0),
            ((Action.APPROVE, Action.REJECT),),
        ),
        (CARD, ((Action.RESOLVE_SUCCESS, Action.RESOLVE_FAILURE),)),
        (
            RestoreCard(backup_at_ms=0, gap_until_ms=0, restored_at_ms=0, waiting_count=0),
            ((Action.OPEN_COUNTER,),),
        ),
        (ReopenQuestion(backup_at_ms=0, gap_until_ms=0), ((Action.CONFIRM_OPEN, Action.CANCEL),)),
        (SnQuestion(**ABOUT), ((Action.WITHOUT_SN, Action.CANCEL),)),  # type: ignore[arg-type]  # as above
        (question(Outcome.SUCCESS), ((Action.CONFIRM_SUCCESS, Action.CANCEL),)),
        (question(Outcome.FAILURE), ((Action.CONFIRM_FAILURE, Action.CANCEL),)),
        (OrderReceived(**ABOUT), ()),  # type: ignore[arg-type]  # as above
        (OrderSucceeded(**ABOUT, sn="1"), ((Action.RECEIPT, Action.COMPLAIN, Action.AGAIN),)),  # type: ignore[arg-type]  # as above
        (OrderFailed(**ABOUT, reason="", failure_cause=FailureCause.OTHER), ((Action.AGAIN,),)),  # type: ignore[arg-type]  # as above
        (OrderExpired(**ABOUT, reason=ExpiryReason.TOO_OLD), ((Action.AGAIN,),)),  # type: ignore[arg-type]  # as above
        (OrderExpired(**ABOUT, reason=ExpiryReason.NO_ACCESS), ()),  # type: ignore[arg-type]  # as above
        (OrderProposal(offer=OFFER, user_id=7), ((Action.BUY,),)),
        (
            OrderQuestion(ambiguity=Ambiguity.NUMBER, suggestion="", offers=(OFFER, OFFER), user_id=7),
            ((Action.BUY,), (Action.BUY,)),
        ),
        (closed(OFFER), ((Action.BUY,),)),
        (closed(), ()),
        (repeated(OFFER), ((Action.BUY,),)),
        (repeated(None), ()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_notice_has_the_buttons_that_answer_it(
    notice: Notice, rows: tuple[tuple[Action, ...], ...]
) -> None:
    assert tuple(tuple(key.action for key in row) for row in keyboard_of(notice)) == rows


@pytest.mark.parametrize("notice", ordering.TO_RESELLERS, ids=lambda notice: type(notice).__name__)
def test_a_button_that_buys_says_what_it_buys_and_is_its_askers_alone(notice: Notice) -> None:
    for row in keyboard_of(notice):
        for key in row:
            assert (key.action, key.owner_id) == (Action.BUY, 7001)
            assert key.label == order_text(read_payload(key.payload))


@pytest.mark.parametrize("destination", ["081234567890", "1234567(2001)", "an.address+x@y-z.example", "a b"])
@pytest.mark.parametrize("ordinal", [1, 2, 99])
def test_what_a_button_keeps_is_what_was_offered(destination: str, ordinal: int) -> None:
    intent = Intent(product_code="S5", destination=destination, ordinal=ordinal)
    assert read_payload(OrderOffer(intent=intent, name="Simpati 5.000", price_idr=6_000).payload) == intent


@pytest.mark.parametrize("state", State)
def test_what_a_tap_on_an_orders_view_brings_back_is_as_short_as_telegram_demands(state: State) -> None:
    for row in order_buttons(state, "22110111373985338"):
        for key in row:
            assert key.action in VIEW_ACTIONS
            assert key.payload == "22110111373985338"
            assert len(f"{key.action}:{key.payload}".encode()) <= MAX_DATA_BYTES


def test_no_single_tap_settles_an_order() -> None:
    """Money is settled behind a second question: the card itself offers no confirmation."""
    offered = {key.action for row in keyboard_of(CARD) for key in row}
    assert offered.isdisjoint({Action.CONFIRM_SUCCESS, Action.CONFIRM_FAILURE})


def test_every_button_has_a_label() -> None:
    assert set(Action) <= LABELS.keys()
    assert all(LABELS.values())


def test_every_notice_is_named_once_and_results_are_notices() -> None:
    names = [kind.__name__ for kind in get_args(Notice)]
    assert len(set(names)) == len(names)
    assert set(get_args(Result)) <= set(get_args(OrderNotice)) <= set(get_args(Notice))


@pytest.mark.parametrize("toast", sorted(TOASTS))
def test_a_toast_fits_what_telegram_shows_for_a_moment(toast: str) -> None:
    assert 0 < len(toast_text(toast)) <= 200


@pytest.mark.parametrize("action", Action)
def test_the_toast_of_every_button_says_what_its_tap_did(action: Action) -> None:
    said = toast_text("done", action)
    assert said != toast_text("done")
    assert 0 < len(said) <= 200
    assert said.endswith(".")


@pytest.mark.parametrize("toast", Toast)
def test_every_answer_to_a_tap_has_words(toast: Toast) -> None:
    assert len(toast_text(toast).split()) > 3


@pytest.mark.parametrize("label", LABELS.values())
def test_a_label_is_short_enough_to_be_read_on_a_button(label: str) -> None:
    assert 0 < len(label) <= 20
