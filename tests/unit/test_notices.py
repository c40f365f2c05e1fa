"""Every button stands under the notice that asks for it, and under no other."""

from typing import get_args

import pytest

from bot.notices import Action, JoinCard, Notice, OpenQuestion, RestoreGap, Result, keyboard_of
from bot.order.model import Outcome, State
from bot.order.notices import OrderCard, OrderNotice, OrderSucceeded, RulingQuestion, SnQuestion
from bot.texts import LABELS, toast_text
from bot.texts.render import TOASTS

ABOUT = {"trxid": "22110111373985338", "code": "s5", "destination": "081234567890", "at_ms": 0}
CARD = OrderCard(
    **ABOUT,  # type: ignore[arg-type]  # the facts of every notice about an order
    state=State.UNKNOWN,
    chat_id=1,
    user_id=1,
    placed_at_ms=0,
    price_idr=None,
    biller_ref=None,
    why="",
)


def question(outcome: Outcome) -> RulingQuestion:
    return RulingQuestion(**ABOUT, outcome=outcome, sn=None)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("notice", "rows"),
    [
        (
            JoinCard(user_id=1, name="Budi", username=None, at_ms=0),
            ((Action.APPROVE, Action.REJECT),),
        ),
        (CARD, ((Action.RULE_SUCCESS, Action.RULE_FAILURE),)),
        (
            RestoreGap(backup_at_ms=0, gap_until_ms=0, restored_at_ms=0, waiting_count=0),
            ((Action.OPEN_COUNTER,),),
        ),
        (OpenQuestion(backup_at_ms=0, gap_until_ms=0), ((Action.CONFIRM_OPEN, Action.CANCEL),)),
        (SnQuestion(**ABOUT), ((Action.WITHOUT_SN, Action.CANCEL),)),  # type: ignore[arg-type]  # as above
        (question(Outcome.SUCCESS), ((Action.CONFIRM_SUCCESS, Action.CANCEL),)),
        (question(Outcome.FAILURE), ((Action.CONFIRM_FAILURE, Action.CANCEL),)),
        (OrderSucceeded(**ABOUT, sn="1"), ()),  # type: ignore[arg-type]  # as above
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_notice_has_the_buttons_that_answer_it(
    notice: Notice, rows: tuple[tuple[Action, ...], ...]
) -> None:
    assert keyboard_of(notice) == rows


def test_no_single_tap_settles_an_order() -> None:
    """Money is settled behind a second question: the card itself offers no confirmation."""
    offered = {action for row in keyboard_of(CARD) for action in row}
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


@pytest.mark.parametrize("label", LABELS.values())
def test_a_label_is_short_enough_to_be_read_on_a_button(label: str) -> None:
    assert 0 < len(label) <= 20
