"""What costs more than it sells for is closed for who has a limit, until an admin allows those figures."""

import pytest
from msgspec.structs import replace

from bot.catalogue.product import DailyHours
from bot.notices.orders import OrderReceived
from bot.notices.placing import ClosedReason, ProductClosed
from bot.notices.selling_prices import BelowCostCard, BelowCostDecided
from bot.notices.shopping import ChosenProductClosed, PriceListPage
from bot.updates import Toast
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, Shop
from tests.integration.looked import labels
from tests.integration.test_placing import S5, S10
from tests.integration.test_price_levels import pays_in

PRICE, COST = 5_900, 6_100
LOSING = replace(S5, price_idr=PRICE, cost_idr=COST)
OTHER = replace(S10, price_idr=6_200, cost_idr=6_000)


def number(index: int) -> str:
    return f"0812{index:08d}"


@pytest.fixture
async def prepaid(shop: Shop) -> Shop:
    shop.starts(reseller_floor_idr=0)
    await shop.sells(LOSING, OTHER)
    for user_id in (SARI, BUDI):
        await pays_in(shop, user_id)
    return shop


async def is_sold(shop: Shop, index: int, *, by: int = SARI) -> bool:
    before = len(shop.rows("SELECT trxid FROM orders"))
    await shop.says(f"s5.{number(index)}", by=by)
    sold = len(shop.rows("SELECT trxid FROM orders")) > before
    assert sold is isinstance(shop.last(by), OrderReceived)
    return sold


async def allows(shop: Shop, *, by: int = RINA) -> Toast:
    return await shop.presses(shop.buttons(by)["sell_below_cost"], by=by)


async def test_the_reseller_reads_that_it_is_closed_and_no_cost_and_the_admins_read_the_figures(
    prepaid: Shop,
) -> None:
    assert not await is_sold(prepaid, 1)
    closed = prepaid.last(SARI)
    assert isinstance(closed, ProductClosed)
    assert (closed.closure, closed.opens_minute) == (ClosedReason.CLOSED, None)
    assert [offer.intent.product_code for offer in closed.others] == ["S10"]
    card = prepaid.last(RINA)
    assert card == prepaid.last(DEWI)
    assert isinstance(card, BelowCostCard)
    assert (card.code, card.price_idr, card.cost_idr) == ("S5", PRICE, COST)
    await prepaid.speaks()
    assert not any("6.100" in message.text for message in prepaid.sender.to(SARI))


async def test_the_list_shows_it_as_closed_and_a_tap_on_it_asks_the_admins_too(prepaid: Shop) -> None:
    await prepaid.says("harga s5")
    listed = prepaid.last(SARI)
    assert isinstance(listed, PriceListPage)
    assert [row.closure for row in listed.rows] == [ClosedReason.CLOSED]
    await prepaid.presses(labels(prepaid)["S5"], by=SARI)
    assert isinstance(prepaid.last(SARI), ChosenProductClosed)
    assert isinstance(prepaid.last(RINA), BelowCostCard)


async def test_what_is_held_back_is_no_substitute_for_what_is_closed(prepaid: Shop) -> None:
    await prepaid.sells(LOSING, replace(OTHER, is_open=False))
    await prepaid.says(f"s10.{number(1)}")
    closed = prepaid.last(SARI)
    assert isinstance(closed, ProductClosed)
    assert closed.others == ()


async def test_the_admins_are_asked_once_a_day_about_the_same_figures(prepaid: Shop) -> None:
    for index in range(3):
        await is_sold(prepaid, index)
    assert prepaid.kinds(RINA) == ["BelowCostCard"]
    prepaid.clock.passes(24 * 3600 + 1)
    await is_sold(prepaid, 4)
    assert prepaid.kinds(RINA) == ["BelowCostCard"] * 2


async def test_an_admin_allows_it_once_and_the_other_admin_reads_who_did(prepaid: Shop) -> None:
    await is_sold(prepaid, 1)
    assert await allows(prepaid) is Toast.DONE
    decided = prepaid.last(DEWI)
    assert isinstance(decided, BelowCostDecided)
    assert decided.admin_name == f"Name {RINA}"
    assert await allows(prepaid, by=DEWI) is Toast.USED
    assert await is_sold(prepaid, 2)
    assert await is_sold(prepaid, 3, by=BUDI)


@pytest.mark.parametrize("changed", [replace(LOSING, price_idr=5_950), replace(LOSING, cost_idr=6_101)])
async def test_the_word_holds_until_price_or_cost_changes(prepaid: Shop, changed: object) -> None:
    await is_sold(prepaid, 1)
    await allows(prepaid)
    await prepaid.sells(changed, OTHER)  # type: ignore[arg-type]  # a product
    assert not await is_sold(prepaid, 2)
    await prepaid.sells(LOSING, OTHER)
    assert not await is_sold(prepaid, 3)


async def test_figures_that_come_back_are_asked_about_again(prepaid: Shop) -> None:
    await is_sold(prepaid, 1)
    await allows(prepaid)
    prepaid.clock.passes(60)
    for cost_idr in (5_000, COST):
        await prepaid.sells(replace(LOSING, cost_idr=cost_idr), OTHER)
    assert not await is_sold(prepaid, 2)
    assert isinstance(prepaid.last(RINA), BelowCostCard)


async def test_a_change_that_touches_neither_leaves_the_word_standing(prepaid: Shop) -> None:
    await is_sold(prepaid, 1)
    await allows(prepaid)
    await prepaid.sells(replace(LOSING, name="Lain"), OTHER)
    assert await is_sold(prepaid, 2)


async def test_a_card_whose_figures_are_old_allows_nothing(prepaid: Shop) -> None:
    await is_sold(prepaid, 1)
    await prepaid.sells(replace(LOSING, cost_idr=7_000), OTHER)
    assert await allows(prepaid) is Toast.USED
    assert not await is_sold(prepaid, 2)


async def test_a_reseller_allows_nothing(prepaid: Shop) -> None:
    await is_sold(prepaid, 1)
    nonce = prepaid.buttons(RINA)["sell_below_cost"]
    assert await prepaid.presses(nonce, by=SARI) is Toast.NOT_ALLOWED
    assert not await is_sold(prepaid, 2)


async def test_the_word_is_for_the_price_of_one_level_only(prepaid: Shop) -> None:
    await is_sold(prepaid, 1)
    await allows(prepaid)
    await prepaid.says("/level emas 100", by=RINA)
    await prepaid.says(f"/level {BUDI} emas", by=RINA)
    assert not await is_sold(prepaid, 2, by=BUDI)
    card = prepaid.last(RINA)
    assert isinstance(card, BelowCostCard)
    assert (card.level, card.price_idr) == ("emas", 6_000)
    await allows(prepaid)
    assert await is_sold(prepaid, 3, by=BUDI)
    await prepaid.says("/level emas 150", by=RINA)
    assert not await is_sold(prepaid, 4, by=BUDI)


async def test_what_the_biller_answers_is_the_cost_from_then_on(prepaid: Shop) -> None:
    await prepaid.sells(replace(S5, price_idr=PRICE), OTHER)
    prepaid.biller.accepts(cost_idr=COST)
    assert await is_sold(prepaid, 1)
    await prepaid.posts()
    assert not await is_sold(prepaid, 2)


async def test_a_price_list_that_says_the_same_as_before_does_not_undo_what_the_biller_answered(
    prepaid: Shop,
) -> None:
    await prepaid.sells(replace(S5, price_idr=PRICE, cost_idr=5_000))
    prepaid.biller.accepts(cost_idr=COST)
    assert await is_sold(prepaid, 1)
    await prepaid.posts()
    await prepaid.sells(replace(S5, price_idr=PRICE, cost_idr=5_000, name="Lain"))
    assert not await is_sold(prepaid, 2)
    await prepaid.sells(replace(S5, price_idr=PRICE, cost_idr=5_001))
    assert await is_sold(prepaid, 3)


async def test_who_has_no_limit_buys_it_as_before(shop: Shop) -> None:
    await shop.sells(LOSING, OTHER)
    assert await is_sold(shop, 1)
    assert shop.messages(RINA) == []


async def test_a_cut_off_is_still_said_as_one(prepaid: Shop) -> None:
    night = DailyHours(from_minute=0, until_minute=1439)
    await prepaid.sells(replace(LOSING, cut_off=night), OTHER)
    await prepaid.says(f"s5.{number(1)}")
    closed = prepaid.last(SARI)
    assert isinstance(closed, ProductClosed)
    assert closed.closure is ClosedReason.RESTING
    assert prepaid.messages(RINA) == []
