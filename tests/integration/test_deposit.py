"""Who hears GAGAL for an empty deposit is told once when the biller buys again, and not before."""

import asyncio

import pytest

from bot.catalogue.product import DestinationRule, Product
from bot.notices.orders import BillerAccountAlarm, OrdersPossibleAgain
from bot.orders.model import FailureCause
from bot.worker import Worker
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, Shop
from tests.integration.fakes import eventually

DAY_S = 86_400
S5 = Product(code="s5", name="Pulsa 5.000", group="Pulsa", rule=DestinationRule.PHONE, price_idr=6_000)


async def refused(shop: Shop, text: str = "", *, by: int = SARI, **where: int) -> None:
    shop.biller.refuses("silakan coba lagi (DEDUCT)", FailureCause.DEPOSIT)
    await shop.asks(text, by=by, **where)
    await shop.posts()


async def accepted(shop: Shop, text: str = "", *, by: int = BUDI, balance_idr: int | None = None) -> None:
    shop.biller.accepts(balance_idr=balance_idr)
    await shop.asks(text, by=by)
    await shop.posts()


def told_again(shop: Shop, chat_id: int = SARI) -> list[OrdersPossibleAgain]:
    notices = [shop.notice(row) for row in shop.messages(chat_id)]
    return [notice for notice in notices if isinstance(notice, OrdersPossibleAgain)]


async def test_the_next_accepted_order_tells_the_chat_that_it_can_send_again(shop: Shop) -> None:
    await refused(shop, "s5.081234567001")
    assert told_again(shop) == []
    await accepted(shop)
    (told,) = told_again(shop)
    assert (told.typed, told.refused_count) == ("s5.081234567001", 1)


async def test_a_chat_is_told_once_however_many_orders_were_refused(shop: Shop) -> None:
    for _ in range(3):
        await refused(shop)
    for _ in range(3):
        await accepted(shop)
    assert [told.refused_count for told in told_again(shop)] == [3]
    assert told_again(shop, BUDI) == []


async def test_every_chat_that_waits_is_told_in_its_own_place(shop: Shop) -> None:
    await refused(shop)
    await refused(shop, "s5.081234567002", by=BUDI, chat=GROUP, thread=7)
    await accepted(shop)
    assert len(told_again(shop)) == len(told_again(shop, GROUP)) == 1
    assert shop.messages(GROUP)[-1]["thread_id"] == 7


async def test_the_same_order_sent_again_needs_no_word(shop: Shop) -> None:
    await refused(shop, "s5.081234567001")
    await accepted(shop, "s5.081234567001", by=SARI)
    await accepted(shop)
    assert told_again(shop) == []


async def test_a_deposit_that_is_surely_too_small_is_no_news(shop: Shop) -> None:
    await shop.sells(S5)
    await refused(shop, "s5.081234567001")
    await accepted(shop, balance_idr=5_999)
    assert told_again(shop) == []
    await accepted(shop, balance_idr=6_000)
    assert len(told_again(shop)) == 1


async def test_a_deposit_that_pays_the_cost_is_enough_whatever_resellers_pay(shop: Shop) -> None:
    await shop.sells(S5)
    await accepted(shop)  # and so its cost is known: 5,000
    await refused(shop, "s5.081234567001")
    await accepted(shop, balance_idr=4_999)
    assert told_again(shop) == []
    await accepted(shop, balance_idr=5_000)
    assert len(told_again(shop)) == 1


async def test_a_day_later_nobody_waits_any_more(shop: Shop) -> None:
    await refused(shop)
    shop.clock.passes(DAY_S + 1)
    await accepted(shop)
    assert told_again(shop) == []
    assert shop.rows("SELECT * FROM deposit_waits") == []


@pytest.mark.parametrize("failure_cause", sorted(set(FailureCause) - {FailureCause.DEPOSIT}))
async def test_another_failure_waits_for_nothing(shop: Shop, failure_cause: FailureCause) -> None:
    shop.biller.refuses("gangguan", failure_cause)
    await shop.asks()
    await shop.posts()
    await accepted(shop)
    assert told_again(shop) == []


async def test_the_chat_hears_of_it_at_once(shop: Shop) -> None:
    await refused(shop)
    await shop.speaks()
    sending = asyncio.create_task(Worker("messenger", shop.messenger.run_once, shop.outbox_wake_up).run())
    await accepted(shop)
    await eventually(lambda: any("SUDAH BISA LAGI" in message.text for message in shop.sender.to(SARI)))
    sending.cancel()


async def test_the_admins_read_the_billers_own_words(shop: Shop) -> None:
    raw = "GAGAL Saldo 1.234 tidak cukup (DEDUCT)"
    shop.biller.refuses("Saldo tidak cukup", FailureCause.DEPOSIT, raw=raw)
    await shop.asks()
    await shop.posts()
    alarm = shop.last(RINA)
    assert isinstance(alarm, BillerAccountAlarm)
    assert alarm.reason == raw
