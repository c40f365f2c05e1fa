"""Admins change balances and limits by two taps, once, with a reason, and everybody concerned is told."""

from typing import Any

import pytest

from bot.grammar.money_commands import LimitKind
from bot.ledger import EntryKind
from bot.notices.accounts import (
    AdjustmentDone,
    AdjustmentQuestion,
    AdjustmentRefused,
    AdjustmentUnclear,
    BalanceAdjusted,
    ChangeCancelled,
    LimitChanged,
    LimitQuestion,
    LimitUnclear,
    ShopBalance,
)
from bot.notices.balances import InsufficientBalance
from bot.notices.guidance import AdminsOnly
from bot.notices.people import PersonNotFound
from bot.updates import Toast
from tests.integration.conftest import DEWI, RINA, SARI, STRANGER, Shop
from tests.integration.test_payment import PRICED, Till, number, pending

ADD, DEDUCT, LIMIT, CANCEL = "confirm_add", "confirm_deduct", "confirm_limit", "cancel"


@pytest.fixture
async def till(shop: Shop) -> Till:
    shop.starts(reseller_floor_idr=0)
    await shop.sells(PRICED)
    await shop.says("halo")
    return Till(shop)


async def asks(till: Till, text: str) -> dict[str, str]:
    """Type a command as an admin and return the buttons under the answer."""
    await till.shop.says(text, by=RINA)
    return till.shop.buttons(RINA)


def adjustments(till: Till) -> list[dict[str, Any]]:
    return till.shop.rows("SELECT * FROM entries WHERE kind = 'adjustment'")


async def test_nothing_moves_before_the_tap_and_the_card_shows_before_and_after(till: Till) -> None:
    await till.receives(5_000)
    await asks(till, f"/tambah {SARI} 100rb setor tunai")
    assert till.shop.last(RINA) == AdjustmentQuestion(
        user_id=SARI, name=f"Name {SARI}", amount_idr=100_000, before_idr=5_000, reason="setor tunai"
    )
    assert till.sums == (5_000, 0)


async def test_the_tap_adds_tells_the_reseller_and_every_admin_with_the_reason(till: Till) -> None:
    await till.receives(5_000)
    buttons = await asks(till, f"/tambah {SARI} 100rb setor tunai")
    assert await till.shop.presses(buttons[ADD]) is Toast.DONE
    assert till.sums == (105_000, 0)
    (entry,) = adjustments(till)
    assert (entry["actor"], entry["reason"]) == (f"admin:{RINA}", "setor tunai")
    told = BalanceAdjusted(amount_idr=100_000, after_idr=105_000, reason="setor tunai")
    assert till.shop.last(SARI) == told
    for admin in (RINA, DEWI):
        done = till.shop.last(admin)
        assert isinstance(done, AdjustmentDone)
        assert (done.admin_name, done.amount_idr, done.after_idr) == (f"Name {RINA}", 100_000, 105_000)


async def test_a_card_adds_once_however_often_and_by_whom_it_is_tapped(till: Till) -> None:
    buttons = await asks(till, f"/tambah {SARI} 1000 setor")
    toasts = [await till.shop.presses(buttons[ADD], by=admin) for admin in (RINA, RINA, DEWI)]
    assert toasts == [Toast.DONE, Toast.USED, Toast.USED]
    assert await till.shop.presses(buttons[CANCEL]) is Toast.USED
    assert till.sums == (1_000, 0)
    assert till.count(EntryKind.ADJUSTMENT) == 1


async def test_two_cards_of_the_same_words_are_two_adjustments(till: Till) -> None:
    for _ in range(2):
        buttons = await asks(till, f"/tambah {SARI} 1000 setor")
        await till.shop.presses(buttons[ADD])
    assert till.sums == (2_000, 0)


async def test_a_card_says_when_the_same_amount_was_entered_within_a_day(till: Till) -> None:
    buttons = await asks(till, f"/tambah {SARI} 1000 setor")
    await till.shop.presses(buttons[ADD])
    entered_at_ms = till.shop.clock()
    till.shop.clock.passes(60)
    for typed, same_at_ms in (("/tambah", entered_at_ms), ("/kurang", None)):
        await till.shop.says(f"{typed} {SARI} 1000 setor", by=DEWI)
        shown = till.shop.last(DEWI)
        assert isinstance(shown, AdjustmentQuestion)
        assert shown.same_at_ms == same_at_ms
    till.shop.clock.passes(86_400)
    await till.shop.says(f"/tambah {SARI} 1000 setor", by=DEWI)
    shown = till.shop.last(DEWI)
    assert isinstance(shown, AdjustmentQuestion)
    assert shown.same_at_ms is None


async def test_what_was_cancelled_is_not_added_by_a_late_tap(till: Till) -> None:
    buttons = await asks(till, f"/tambah {SARI} 1000 setor")
    await till.shop.presses(buttons[CANCEL])
    assert till.shop.last(RINA) == ChangeCancelled(name=f"Name {SARI}")
    assert await till.shop.presses(buttons[ADD]) is Toast.USED
    assert adjustments(till) == []


async def test_an_old_card_is_shown_again_with_the_figures_of_now(till: Till) -> None:
    buttons = await asks(till, f"/tambah {SARI} 1000 setor")
    await till.receives(7_000)
    till.shop.clock.passes(601)
    await till.shop.presses(buttons[ADD])
    again = till.shop.last(RINA)
    assert isinstance(again, AdjustmentQuestion)
    assert (again.before_idr, again.after_idr) == (7_000, 8_000)
    assert adjustments(till) == []
    await till.shop.presses(till.shop.buttons(RINA)[ADD])
    assert till.sums == (8_000, 0)


async def test_a_balance_is_taken_from_down_to_its_floor_and_no_further(till: Till) -> None:
    await till.receives(5_000)
    await till.shop.says(f"/kurang {SARI} 5001 salah isi", by=RINA)
    refused = till.shop.last(RINA)
    assert isinstance(refused, AdjustmentRefused)
    assert (refused.available_idr, refused.most_idr) == (5_000, 5_000)
    buttons = await asks(till, f"/kurang {SARI} 5000 salah isi")
    await till.shop.presses(buttons[DEDUCT])
    assert till.sums == (0, 0)
    told = till.shop.last(SARI)
    assert isinstance(told, BalanceAdjusted)
    assert (told.amount_idr, told.after_idr) == (-5_000, 0)


async def test_what_was_spent_between_card_and_tap_is_not_taken(till: Till) -> None:
    await till.receives(6_000)
    buttons = await asks(till, f"/kurang {SARI} 6000 salah isi")
    await pending(till)
    await till.shop.presses(buttons[DEDUCT])
    assert isinstance(till.shop.last(RINA), AdjustmentRefused)
    assert till.sums == (100, 5_900)


@pytest.mark.parametrize(
    "text", ["/tambah", f"/tambah {SARI} 1000", f"/kurang {SARI} -5 x", "tambah hp 0812"]
)
async def test_an_unclear_command_is_answered_with_an_example(till: Till, text: str) -> None:
    await till.shop.says(text, by=RINA)
    assert isinstance(till.shop.last(RINA), AdjustmentUnclear)


@pytest.mark.parametrize(
    "text", ["/tambah @siapa 1000 x", f"/kurang {STRANGER} 1000 x", f"/limit {STRANGER} 0", "/limit @siapa"]
)
async def test_a_command_for_nobody_changes_nothing(till: Till, text: str) -> None:
    await till.shop.says("/daftar", by=STRANGER)
    await till.shop.says(text, by=RINA)
    assert isinstance(till.shop.last(RINA), PersonNotFound)
    assert till.shop.rows("SELECT * FROM shops") == []


@pytest.mark.parametrize("text", [f"/tambah {SARI} 1000 x", f"/kurang {SARI} 1000 x", f"/limit {SARI} bebas"])
async def test_a_reseller_changes_no_account(till: Till, text: str) -> None:
    await till.shop.says(text)
    assert till.shop.last(SARI) == AdminsOnly()
    assert till.shop.rows("SELECT * FROM buttons") == []


async def test_who_is_frozen_can_be_given_what_is_theirs(till: Till) -> None:
    await till.shop.says(f"/bekukan {SARI}", by=RINA)
    buttons = await asks(till, f"/tambah {SARI} 1000 sisa")
    await till.shop.presses(buttons[ADD])
    assert till.sums == (1_000, 0)


async def test_more_credit_is_asked_first_and_then_spent(till: Till) -> None:
    buttons = await asks(till, f"/limit {SARI} 6000")
    assert isinstance(till.shop.last(RINA), LimitQuestion)
    await till.shop.says(f"s5.{number(1)}")
    assert isinstance(till.shop.last(SARI), InsufficientBalance)
    await till.shop.presses(buttons[LIMIT])
    await pending(till)
    assert till.sums == (-5_900, 5_900)
    for admin in (RINA, DEWI):
        changed = till.shop.last(admin)
        assert isinstance(changed, LimitChanged)
        assert (changed.limit, changed.before_idr, changed.after_idr) == (LimitKind.CREDIT, 0, 6_000)


async def test_less_credit_holds_at_once_and_all_admins_are_told(till: Till) -> None:
    buttons = await asks(till, f"/limit {SARI} bebas")
    await till.shop.presses(buttons[LIMIT])
    await pending(till, 1)
    await till.shop.says(f"/limit {SARI} 0", by=RINA)
    assert isinstance(till.shop.last(DEWI), LimitChanged)
    await till.shop.says(f"s5.{number(2)}")
    assert isinstance(till.shop.last(SARI), InsufficientBalance)


async def test_a_limit_that_was_cancelled_is_not_raised_by_a_late_tap(till: Till) -> None:
    buttons = await asks(till, f"/limit {SARI} bebas")
    await till.shop.presses(buttons[CANCEL])
    assert await till.shop.presses(buttons[LIMIT]) is Toast.USED
    await till.shop.says(f"/limit {SARI}", by=RINA)
    shown = till.shop.last(RINA)
    assert isinstance(shown, ShopBalance)
    assert (shown.credit_idr, shown.name) == (0, f"Name {SARI}")


async def test_a_daily_limit_is_set_at_once_and_lifted_by_a_tap(till: Till) -> None:
    await till.receives(100_000)
    await till.shop.says(f"/limit {SARI} harian 6000", by=RINA)
    changed = till.shop.last(DEWI)
    assert isinstance(changed, LimitChanged)
    assert (changed.limit, changed.after_idr) == (LimitKind.DAILY, 6_000)
    await pending(till, 1)
    await till.shop.says(f"s5.{number(2)}")
    assert till.shop.kinds(SARI)[-1] == "DailyLimitReached"
    buttons = await asks(till, f"/limit {SARI} harian bebas")
    await till.shop.presses(buttons[LIMIT])
    await pending(till, 2)


async def test_every_change_of_a_limit_is_stored_with_its_author(till: Till) -> None:
    buttons = await asks(till, f"/limit {SARI} bebas")
    assert till.shop.rows("SELECT * FROM limit_changes") == []
    await till.shop.presses(buttons[LIMIT])
    await till.shop.says(f"/limit {SARI} harian 6000", by=DEWI)
    changes = till.shop.rows("SELECT kind, before_idr, after_idr, changed_by FROM limit_changes ORDER BY 1")
    assert [tuple(change.values()) for change in changes] == [
        ("credit", 0, None, RINA),
        ("daily", None, 6_000, DEWI),
    ]


async def test_an_unclear_limit_is_answered_with_examples(till: Till) -> None:
    for text in ("/limit", f"/limit {SARI} banyak", f"/limit {SARI} harian 0"):
        await till.shop.says(text, by=RINA)
        assert isinstance(till.shop.last(RINA), LimitUnclear)
