"""A reseller sees the own balance and what may still be spent; a daily limit holds in every way to order."""

from typing import Any

import pytest
from msgspec.structs import replace

from bot.deposits.accounts import DepositAccount
from bot.notices.accounts import DailyLimitReached, PrivateChatOnly, ShopBalance
from bot.notices.guidance import AdminsOnly
from bot.notices.orders import OrderFailed, OrderReceived
from bot.notices.people import PersonNotFound
from bot.orders.model import UnplacedReason
from bot.purchasing.payment import paying_account
from storage import batches, ledger
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.fakes import success_of
from tests.integration.test_payment import PRICED, Till, number, pending
from tests.integration.test_reversals import failure

PRICE = 5_900
DAY_S = 86_400


async def opened(shop: Shop, **rules: Any) -> Till:
    """Start a shop that sells one product under these rules."""
    shop.starts(**rules)
    await shop.sells(PRICED)
    return Till(shop)


async def balance_of(shop: Shop) -> ShopBalance:
    await shop.says("saldo")
    shown = shop.last(SARI)
    assert isinstance(shown, ShopBalance)
    return shown


async def test_a_prepaid_reseller_sees_what_is_there_held_and_spent_today(shop: Shop) -> None:
    till = await opened(shop, reseller_floor_idr=0)
    await till.receives(100_000)
    order = await pending(till, 1)
    await shop.reversals.receive(success_of(order), "1.2.3.4")
    await pending(till, 2)
    shown = await balance_of(shop)
    assert shown == ShopBalance(
        user_id=SARI,
        available_idr=100_000 - 2 * PRICE,
        held_idr=PRICE,
        credit_idr=0,
        spent_today_idr=2 * PRICE,
        daily_limit_idr=None,
        spendable_idr=100_000 - 2 * PRICE,
    )


async def test_credit_counts_as_what_may_be_spent(shop: Shop) -> None:
    till = await opened(shop, reseller_floor_idr=-10_000)
    await pending(till)
    shown = await balance_of(shop)
    assert (shown.available_idr, shown.credit_idr, shown.spendable_idr) == (-PRICE, 10_000, 10_000 - PRICE)


async def test_what_failed_is_not_spent_and_yesterday_is_another_day(shop: Shop) -> None:
    till = await opened(shop)
    order = await pending(till, 1)
    await shop.reversals.receive(failure(order), "1.2.3.4")
    await pending(till, 2)
    assert (await balance_of(shop)).spent_today_idr == PRICE
    shop.clock.passes(DAY_S)
    assert (await balance_of(shop)).spent_today_idr == 0


async def test_without_a_limit_it_says_so_and_who_never_ordered_has_nothing(shop: Shop) -> None:
    await opened(shop)
    shown = await balance_of(shop)
    assert (shown.credit_idr, shown.spendable_idr, shown.available_idr) == (None, None, 0)


async def test_an_admin_sees_the_balance_of_whom_they_name(shop: Shop) -> None:
    till = await opened(shop, reseller_floor_idr=0)
    await till.receives(7_000)
    await shop.says("halo", username="tokosari")
    for typed in ("/saldo @tokosari", "saldo TokoSari", f"/saldo {SARI}"):
        await shop.says(typed, by=RINA)
        shown = shop.last(RINA)
        assert isinstance(shown, ShopBalance)
        assert (shown.user_id, shown.name, shown.available_idr) == (SARI, f"Name {SARI}", 7_000)


@pytest.mark.parametrize("typed", ["/saldo @siapa", f"/saldo {STRANGER}", "/saldo 9" + 30 * "9"])
async def test_an_admin_who_names_nobody_is_told_so(shop: Shop, typed: str) -> None:
    await shop.says("/daftar", by=STRANGER)
    await shop.says(typed, by=RINA)
    assert isinstance(shop.last(RINA), PersonNotFound)


async def test_a_name_that_somebody_else_took_over_names_them(shop: Shop) -> None:
    await shop.says("halo", by=SARI, username="budi")
    await shop.says("halo", by=BUDI, username="budi")
    await shop.says("/saldo @budi", by=RINA)
    shown = shop.last(RINA)
    assert isinstance(shown, ShopBalance)
    assert shown.user_id == BUDI


async def test_a_balance_is_not_shown_in_a_group(shop: Shop) -> None:
    await shop.says("/saldo", chat=GROUP)
    assert shop.last(GROUP) == PrivateChatOnly()
    await shop.says(f"/saldo {SARI}", by=RINA, chat=GROUP)
    assert shop.last(GROUP) == AdminsOnly()


async def test_what_orders_and_deposits_say_in_a_group_shows_no_balance_and_no_limit(shop: Shop) -> None:
    bca = DepositAccount(bank="BCA", number="1234567890", holder="Toko")
    till = await opened(shop, reseller_floor_idr=0, deposit_accounts=(bca,))
    await till.receives(10_000)
    first = await shop.asks(f"s5.{number(1)}", chat=GROUP)
    await shop.posts()
    await shop.reversals.receive(failure(first), "1.2.3.4")
    await shop.asks(f"s5.{number(2)}", chat=GROUP)
    await shop.says(f"s5.{number(3)}", chat=GROUP)
    await shop.says("/tiket 100000", chat=GROUP)
    await shop.presses(shop.buttons(RINA)["ticket_paid"])
    await shop.says(f"/limit {SARI} harian 7000", by=RINA)
    await shop.says(f"s5.{number(4)}", chat=GROUP)
    await shop.speaks()
    said = [sent.text for sent in shop.sender.to(GROUP)]
    assert shop.kinds(GROUP).count("OrderReceived") == 2
    assert {"OrderFailed", "InsufficientBalance", "DepositCredited", "DailyLimitReached"} <= set(
        shop.kinds(GROUP)
    )
    figures = ("Saldo:", "Kurang:", "Batas:", "Sisa hari ini:", "10.000", "4.100", "7.000")
    assert [text for text in said for figure in figures if figure in text] == []
    assert any("Dana kembali: Rp5.900" in text for text in said)


async def test_a_reseller_sees_nobody_elses_balance(shop: Shop) -> None:
    await shop.says(f"/saldo {BUDI}")
    shown = shop.last(SARI)
    assert isinstance(shown, ShopBalance)
    assert (shown.user_id, shown.name) == (SARI, "")


async def test_an_order_beyond_the_daily_limit_says_limit_used_left_and_when_it_begins_again(
    shop: Shop,
) -> None:
    till = await opened(shop, reseller_daily_limit_idr=15_000)
    await pending(till, 1)
    await pending(till, 2)
    await shop.says(f"s5.{number(3)}")
    refused = shop.last(SARI)
    assert isinstance(refused, DailyLimitReached)
    figures = (refused.daily_limit_idr, refused.spent_today_idr, refused.left_idr)
    assert figures == (15_000, 2 * PRICE, 15_000 - 2 * PRICE)
    assert len(shop.rows("SELECT trxid FROM orders")) == 2
    shop.clock.ms = refused.begins_at_ms
    await shop.says(f"s5.{number(3)}")
    assert isinstance(shop.last(SARI), OrderReceived)


async def test_a_failure_gives_the_limit_back(shop: Shop) -> None:
    till = await opened(shop, reseller_daily_limit_idr=PRICE)
    order = await pending(till, 1)
    await shop.says(f"s5.{number(2)}")
    assert isinstance(shop.last(SARI), DailyLimitReached)
    await shop.reversals.receive(failure(order), "1.2.3.4")
    await shop.says(f"s5.{number(2)}")
    assert isinstance(shop.last(SARI), OrderReceived)


async def test_of_a_batch_what_the_limit_allows_is_placed_in_order(shop: Shop) -> None:
    await opened(shop, reseller_daily_limit_idr=2 * PRICE)
    message_id = await shop.says("\n".join(f"s5.{number(index)}" for index in range(3)))
    assert [row["line"] for row in shop.rows("SELECT line FROM orders ORDER BY line")] == [1, 2]
    batch = await shop.disk.read(lambda tx: batches.find(tx, SARI, message_id))
    assert batch is not None
    assert [(line.number, line.why) for line in batch.unplaced] == [(3, UnplacedReason.DAILY_LIMIT)]


async def test_a_limit_of_ones_own_counts_instead_of_the_setting(shop: Shop) -> None:
    till = await opened(shop, reseller_daily_limit_idr=1_000)

    def lift(tx: Any) -> None:
        account = paying_account(shop.context.begin(tx, shop.clock()), SARI)
        ledger.set_daily_limit(tx, account.shop_id, None)
        ledger.set_default_limits(tx, floor_idr=None, daily_limit_idr=500)

    await shop.disk.write(lift)
    await pending(till)
    await shop.says(f"s5.{number(1)}", by=BUDI)
    assert isinstance(shop.last(BUDI), DailyLimitReached)


async def test_a_product_without_a_price_does_not_pass_by_a_daily_limit(shop: Shop) -> None:
    await opened(shop, reseller_daily_limit_idr=1_000)
    await shop.sells(replace(PRICED, price_idr=None))
    await shop.says(f"s5.{number(1)}")
    assert shop.kinds(SARI) == ["PriceMissing"]


async def test_an_admin_has_no_limit_before_and_after_a_new_start(shop: Shop) -> None:
    await opened(shop, reseller_floor_idr=0, reseller_daily_limit_idr=1_000)
    await shop.asks(f"s5.{number(1)}", by=RINA)
    await shop.disk.write(
        lambda tx: ledger.set_default_limits(tx, floor_idr=0, daily_limit_idr=1_000, unlimited_ids=(RINA,))
    )
    await shop.asks(f"s5.{number(2)}", by=RINA)


async def test_who_is_frozen_spends_nothing_more_and_still_gets_results(shop: Shop) -> None:
    till = await opened(shop, reseller_floor_idr=0)
    await till.receives(100_000)
    order = await pending(till, 1)
    await shop.says(f"/bekukan {SARI}", by=RINA)
    await shop.says(f"s5.{number(2)}")
    assert len(shop.rows("SELECT trxid FROM orders")) == 1
    assert till.sums == (100_000 - PRICE, PRICE)
    await shop.reversals.receive(failure(order), "1.2.3.4")
    told = shop.last(SARI)
    assert isinstance(told, OrderFailed)
    assert told.balance is not None
    assert till.sums == (100_000, 0)
