"""Admins note what they paid in at the biller, and /saldo says what its balance should be now."""

import pytest

from bot.notices.alarms import BillerBalance, BillerReserveLow
from bot.notices.topups import TopUpCancelled, TopUpNoted, TopUpQuestion, TopUpUnclear
from bot.updates import Toast
from tests.integration.conftest import DEWI, GROUP, RINA, SARI, Shop
from tests.integration.fakes import success_of


async def balance(shop: Shop) -> BillerBalance:
    await shop.says("/saldo", by=RINA)
    shown = shop.last(RINA)
    assert isinstance(shown, BillerBalance)
    return shown


async def notes(shop: Shop, text: str = "/topup 5000000") -> None:
    await shop.says(text, by=RINA)
    assert await shop.presses(shop.buttons(RINA)["confirm_topup"]) is Toast.DONE


async def reports(shop: Shop, balance_idr: int) -> None:
    """Let the biller accept an order and report its balance with that."""
    shop.biller.accepts(cost_idr=5_000, balance_idr=balance_idr)
    await shop.asks()
    await shop.posts()
    shop.clock.passes(1)


async def test_a_top_up_is_noted_by_a_second_tap_and_the_other_admin_reads_of_it(shop: Shop) -> None:
    await reports(shop, 100_000)
    await shop.says("/topup 5jt", by=RINA)
    assert shop.last(RINA) == TopUpQuestion(amount_idr=5_000_000, last_idr=None, last_at_ms=None)
    assert (await balance(shop)).expected_idr == 100_000
    nonce = shop.buttons(RINA)["confirm_topup"]
    assert await shop.presses(nonce) is Toast.DONE
    noted = TopUpNoted(
        amount_idr=5_000_000, expected_idr=5_100_000, admin_name=f"Name {RINA}", at_ms=shop.clock()
    )
    assert shop.last(RINA) == shop.last(DEWI) == noted
    assert await shop.presses(nonce) is Toast.USED
    assert (await balance(shop)).expected_idr == 5_100_000


async def test_what_was_noted_is_not_called_cancelled_by_a_late_tap_nor_the_other_way_round(
    shop: Shop,
) -> None:
    for first, second in (("confirm_topup", "cancel"), ("cancel", "confirm_topup")):
        await shop.says("/topup 5jt", by=RINA)
        buttons = shop.buttons(RINA)
        assert await shop.presses(buttons[first]) is Toast.DONE
        decided = shop.last(RINA)
        assert await shop.presses(buttons[second]) is Toast.USED
        assert shop.last(RINA) == decided
    assert len(shop.rows("SELECT * FROM biller_topups")) == 1


async def test_one_that_is_not_confirmed_counts_for_nothing(shop: Shop) -> None:
    await shop.says("/topup 5000000", by=RINA)
    await shop.presses(shop.buttons(RINA)["cancel"])
    assert shop.last(RINA) == TopUpCancelled(amount_idr=5_000_000)
    assert shop.rows("SELECT * FROM biller_topups") == []


async def test_what_was_accepted_since_without_a_balance_is_taken_off_until_the_next_report(
    shop: Shop,
) -> None:
    await reports(shop, 100_000)
    await notes(shop)
    shop.clock.passes(1)
    shop.biller.accepts(cost_idr=6_000)
    order = await shop.asks()
    await shop.posts()
    shown = await balance(shop)
    assert (shown.balance_idr, shown.topup_idr, shown.accepted_cost_idr) == (100_000, 5_000_000, 6_000)
    assert shown.expected_idr == 5_094_000
    shop.clock.passes(1)
    await shop.reversals.receive(success_of(order), "1.2.3.4")
    shown = await balance(shop)
    assert (shown.balance_idr, shown.expected_idr) == (9_999, 9_999)


async def test_what_failed_since_costs_nothing(shop: Shop) -> None:
    await reports(shop, 100_000)
    shop.biller.refuses()
    await shop.asks()
    await shop.posts()
    assert (await balance(shop)).expected_idr == 100_000


async def test_the_question_names_the_one_before_so_that_none_is_noted_twice(shop: Shop) -> None:
    await notes(shop)
    await shop.says("/topup 5000000", by=DEWI)
    asked = shop.last(DEWI)
    assert isinstance(asked, TopUpQuestion)
    assert (asked.last_idr, asked.last_at_ms) == (5_000_000, shop.clock())


@pytest.mark.parametrize("text", ["/topup", "/topup banyak", "/topup -5000000", "/topup 0", "/topup 1,5"])
async def test_an_amount_that_is_none_is_answered_with_an_example(shop: Shop, text: str) -> None:
    await shop.says(text, by=RINA)
    assert isinstance(shop.last(RINA), TopUpUnclear)


async def test_only_an_admin_in_private_notes_one(shop: Shop) -> None:
    for text, by, chat in (("/topup 5000000", SARI, None), ("/topup 5000000", RINA, GROUP)):
        await shop.says(text, by=by, chat=chat)
        assert not any(kind.startswith("TopUp") for kind in shop.kinds(chat or by))


async def test_the_admins_hear_once_that_the_balance_has_fallen_below_the_reserve(shop: Shop) -> None:
    shop.starts(biller_reserve_idr=500_000)
    for balance_idr in (600_000, 499_999, 400_000):
        await reports(shop, balance_idr)
    assert shop.kinds(RINA) == shop.kinds(DEWI) == ["BillerReserveLow"]
    low = shop.last(RINA)
    assert isinstance(low, BillerReserveLow)
    assert (low.balance_idr, low.reserve_idr) == (499_999, 500_000)
    shop.clock.passes(600)
    for balance_idr in (5_000_000, 100_000):
        await reports(shop, balance_idr)
    assert shop.kinds(RINA) == ["BillerReserveLow"] * 2


async def test_with_a_reserve_of_zero_nobody_is_alerted(shop: Shop) -> None:
    shop.starts(biller_reserve_idr=0)
    await reports(shop, 1)
    await shop.watchdog.run_once()
    assert shop.messages(RINA) == []
