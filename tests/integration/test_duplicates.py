"""The same order again is not bought again by mistake: only on purpose, or on another day."""

import asyncio
from datetime import datetime

import pytest
from msgspec.structs import replace

from bot.catalogue.product import Carrier, DestinationRule, Product
from bot.notices.orders import OrderReceived
from bot.notices.placing import OrderQuestion, OrderRepeated
from bot.orders.model import Intent, Order, State
from bot.texts.placing import order_question
from tests.integration.conftest import BUDI, GROUP, SARI, ZONE, Row, Shop
from tests.integration.fakes import success_of

NUMBER = "081234567890"
ORDER = f"s5.{NUMBER}"
S5 = Product(
    code="S5",
    name="Pulsa 5",
    group="Pulsa",
    rule=DestinationRule.PHONE,
    carrier=Carrier.TELKOMSEL,
    price_idr=6_300,
)


def ordinals(shop: Shop) -> list[int]:
    return [row["ordinal"] for row in orders_in(shop)]


def orders_in(shop: Shop) -> list[Row]:
    return shop.rows("SELECT * FROM orders ORDER BY placed_at_ms, ordinal, trxid")


def repeated(shop: Shop, by: int = SARI) -> OrderRepeated:
    """Return the answer to a repeat, which must be the last that was said."""
    notice = shop.last(by)
    assert isinstance(notice, OrderRepeated)
    return notice


def at(shop: Shop, hour: int, minute: int = 0, second: int = 0, *, days: int = 0) -> None:
    """Let time pass until a moment of the shop's day, today's or that of later days."""
    now = datetime.fromtimestamp(shop.clock() / 1000, ZONE)
    then = now.replace(day=now.day + days, hour=hour, minute=minute, second=second)
    assert then >= now
    shop.clock.passes((then - now).total_seconds())


async def ends(shop: Shop, trxid: str, state: State) -> None:
    """Let an order's only post end so."""
    match state:
        case State.SUCCEEDED:
            await shop.posts()
            await shop.reversals.receive(success_of(await shop.order(trxid)), remote="1.2.3.4")
        case State.FAILED:
            shop.biller.refuses()
            await shop.posts()
        case State.UNKNOWN:
            shop.biller.cuts()
            await shop.posts()
        case State.PENDING:
            await shop.posts()
        case State.EXPIRED:
            shop.clock.passes(601)
            await shop.posts()
        case _:
            pass
    shop.biller.accepts()
    assert (await shop.order(trxid)).state is state


async def fails(shop: Shop, order: Order) -> None:
    """Let the biller report that one order failed."""
    told = f"Transaksi {order.product_code}.{order.destination} GAGAL, Saldo: Rp9,999, Tgl: 01/01 10:36:38"
    of = f"refid={order.trxid}&product={order.product_code}&qty=1&dest={order.destination}"
    await shop.reversals.receive(f"status=1&{of}&message={told}".encode(), remote="1.2.3.4")
    assert (await shop.order(order.trxid)).state is State.FAILED


async def test_a_repeat_is_answered_with_the_first_as_it_stands_and_is_not_bought(shop: Shop) -> None:
    order = await shop.asks(ORDER)
    await ends(shop, order.trxid, State.SUCCEEDED)
    shop.clock.passes(3600)
    await shop.says(ORDER)
    told = repeated(shop)
    assert (told.trxid, told.at_ms, told.state, told.sn) == (
        order.trxid,
        order.placed_at_ms,
        State.SUCCEEDED,
        "1",
    )
    assert told.again
    assert told.again.intent == Intent(product_code="s5", destination=NUMBER, ordinal=2)
    await shop.posts()
    assert shop.biller.trxids == [order.trxid]


@pytest.mark.parametrize("state", [State.PLACED, State.PENDING, State.UNKNOWN, State.SUCCEEDED])
async def test_whatever_may_have_been_bought_counts(shop: Shop, state: State) -> None:
    order = await shop.asks(ORDER)
    await ends(shop, order.trxid, state)
    await shop.says(ORDER)
    assert repeated(shop).state is state
    assert ordinals(shop) == [1]


@pytest.mark.parametrize("state", [State.FAILED, State.EXPIRED])
async def test_what_came_to_nothing_does_not_count(shop: Shop, state: State) -> None:
    order = await shop.asks(ORDER)
    await ends(shop, order.trxid, state)
    again = await shop.asks(ORDER)
    assert again.trxid != order.trxid
    assert isinstance(shop.last(SARI), OrderReceived)
    await shop.says(ORDER)
    assert repeated(shop).trxid == again.trxid


async def test_a_dispute_counts_though_its_chat_was_told_of_a_failure(shop: Shop) -> None:
    order = await shop.asks(ORDER)
    await ends(shop, order.trxid, State.FAILED)
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    await shop.says(ORDER)
    assert repeated(shop).state is State.DISPUTED


@pytest.mark.parametrize(
    "again",
    [
        f"S5.{NUMBER}",
        f"s5 {NUMBER}",
        "s5.+62 812-3456-7890",
        f"s5*{NUMBER}#",
        f"s5.1.{NUMBER}",
    ],
)
async def test_however_it_is_spelled_it_is_the_same(shop: Shop, again: str) -> None:
    await shop.asks(ORDER)
    await shop.says(again)
    assert ordinals(shop) == [1]
    assert len(shop.messages(SARI)) == 2, "and it is answered"


async def test_a_product_that_the_catalogue_spells_otherwise_since_is_the_same(shop: Shop) -> None:
    await shop.asks(ORDER)
    await shop.sells(S5)
    await shop.says(ORDER)
    assert repeated(shop).code == "s5"
    await shop.sells(replace(S5, code="s5"))
    await shop.says(ORDER)
    assert repeated(shop).destination == NUMBER
    assert ordinals(shop) == [1]


async def test_another_product_or_another_number_is_another_order(shop: Shop) -> None:
    for text in (ORDER, f"s10.{NUMBER}", "s5.081234567891"):
        await shop.asks(text)
    assert ordinals(shop) == [1, 1, 1]


async def test_another_resellers_same_order_is_another_order(shop: Shop) -> None:
    await shop.asks(ORDER, by=SARI)
    await shop.asks(ORDER, by=BUDI)
    await shop.asks("s5.081234567891", by=SARI, chat=GROUP)
    await shop.asks("s5.081234567891", by=BUDI, chat=GROUP)
    assert ordinals(shop) == [1] * 4


async def test_the_same_order_of_one_person_in_two_chats_is_a_repeat(shop: Shop) -> None:
    await shop.asks(ORDER)
    await shop.says(ORDER, chat=GROUP)
    assert isinstance(shop.last(GROUP), OrderRepeated)
    assert ordinals(shop) == [1]


class TestDays:
    """Its orders are settled: what is not is never bought again, on whatever day."""

    async def test_until_midnight_of_the_shop_it_is_the_same_day(self, shop: Shop) -> None:
        first = await shop.asks(ORDER)
        await ends(shop, first.trxid, State.SUCCEEDED)
        at(shop, 23, 59, 59)
        await shop.says(ORDER)
        assert repeated(shop).trxid == first.trxid
        assert ordinals(shop) == [1]

    async def test_after_midnight_of_the_shop_it_is_bought_anew(self, shop: Shop) -> None:
        """Midnight in Jakarta, when in London it is five in the afternoon."""
        first = await shop.asks(ORDER)
        await ends(shop, first.trxid, State.SUCCEEDED)
        at(shop, 0, days=1)
        order = await shop.asks(ORDER)
        assert order.ordinal == 1

    @pytest.mark.parametrize("state", [State.PLACED, State.PENDING, State.UNKNOWN])
    async def test_what_is_not_settled_is_not_bought_again_on_any_day(self, shop: Shop, state: State) -> None:
        """At a quarter to midnight the answer was lost; at midnight the order may still have been bought."""
        first = await shop.asks(ORDER)
        await ends(shop, first.trxid, state)
        at(shop, 0, 1, days=1)
        await shop.says(ORDER)
        told = repeated(shop)
        assert (told.trxid, told.state) == (first.trxid, state)
        assert len(orders_in(shop)) == 1

    async def test_what_was_ordered_just_before_midnight_is_repeated_just_after_it(self, shop: Shop) -> None:
        at(shop, 23, 55)
        first = await shop.asks(ORDER)
        await ends(shop, first.trxid, State.SUCCEEDED)
        shop.clock.passes(600)
        await shop.says(ORDER)
        assert repeated(shop).destination == NUMBER
        shop.clock.passes(1)
        await shop.asks(ORDER)
        assert ordinals(shop) == [1, 1]

    async def test_the_day_begins_with_midnight_and_not_a_moment_later(self, shop: Shop) -> None:
        at(shop, 0, days=1)
        first = await shop.asks(ORDER)
        await ends(shop, first.trxid, State.SUCCEEDED)
        at(shop, 23, 59, 59)
        await shop.says(ORDER)
        assert repeated(shop).trxid == first.trxid
        assert ordinals(shop) == [1]

    async def test_a_message_that_was_long_on_its_way_is_judged_by_when_it_came(self, shop: Shop) -> None:
        await shop.asks(ORDER)
        await shop.says(ORDER, at_ms=shop.clock() - 300_000)
        assert repeated(shop).destination == NUMBER


class TestOnPurpose:
    async def test_the_second_is_bought_as_the_second_and_its_repeat_is_one(self, shop: Shop) -> None:
        await shop.asks(ORDER)
        second = await shop.asks(f"s5.2.{NUMBER}")
        assert second.ordinal == 2
        await shop.says(f"s5.2.{NUMBER}")
        told = repeated(shop)
        assert told.trxid == second.trxid
        assert told.again
        assert told.again.intent.ordinal == 3
        await shop.posts()
        assert len(shop.biller.posts) == 2

    async def test_the_next_offered_is_beyond_all_that_were_bought(self, shop: Shop) -> None:
        for text in (ORDER, f"s5.2.{NUMBER}", f"s5.3.{NUMBER}"):
            await shop.asks(text)
        await shop.says(f"s5.2.{NUMBER}")
        told = repeated(shop)
        assert told.again
        assert told.again.intent.ordinal == 4

    async def test_after_the_ninety_ninth_none_is_offered_that_day(self, shop: Shop) -> None:
        await shop.asks(ORDER)
        for ordinal in range(2, 99):
            await shop.asks(f"s5.{NUMBER}.{ordinal}")
        await shop.says(ORDER)
        last = repeated(shop).again
        assert last
        assert last.intent.ordinal == 99
        await shop.asks(f"s5.99.{NUMBER}")
        await shop.says(f"s5.99.{NUMBER}")
        assert repeated(shop).again is None

    async def test_whatever_was_bought_is_repeated_by_an_order_without_an_ordinal(self, shop: Shop) -> None:
        second = await shop.asks(f"s5.2.{NUMBER}")
        await shop.says(ORDER)
        told = repeated(shop)
        assert told.trxid == second.trxid
        assert told.again
        assert told.again.intent.ordinal == 3
        assert ordinals(shop) == [2]

    async def test_of_several_the_latest_is_shown(self, shop: Shop) -> None:
        await shop.asks(ORDER)
        shop.clock.passes(1)
        second = await shop.asks(f"s5.2.{NUMBER}")
        await shop.says(ORDER)
        assert repeated(shop).trxid == second.trxid

    @pytest.mark.parametrize(
        ("typed", "choices"),
        [
            (f"s5.3.{NUMBER}", ["S5.081234567890"]),
            (f"s5.{NUMBER}.3", ["S5.081234567890", "S5.0812345678903"]),
            ("pln20.3.14444941364", ["PLN20.14444941364", "PLN20.314444941364"]),
        ],
    )
    async def test_an_ordinal_too_high_is_asked_with_an_offer_for_each_reading_that_is_named(
        self, shop: Shop, typed: str, choices: list[str]
    ) -> None:
        await shop.sells(S5, Product(code="PLN20", name="Token 20", group="PLN", rule=DestinationRule.METER))
        await shop.says(typed)
        assert ordinals(shop) == []
        assert list(shop.offers(SARI)) == choices
        asked = shop.last(SARI)
        assert isinstance(asked, OrderQuestion)
        names_the_number = "bagian nomor" in "".join(span.text for span in order_question(asked))
        assert names_the_number is (len(choices) > 1)

    @pytest.mark.parametrize("text", [f"s5.20.{NUMBER}", f"s5.3.{NUMBER}", f"s5.{NUMBER},5"])
    async def test_an_ordinal_that_leaps_ahead_is_asked_back_as_the_first(
        self, shop: Shop, text: str
    ) -> None:
        await shop.says(text)
        assert orders_in(shop) == []
        await shop.presses(shop.offers(SARI)[ORDER], by=SARI)
        assert ordinals(shop) == [1]

    async def test_an_ordinal_that_leaps_over_what_was_bought_is_asked_back_as_the_next(
        self, shop: Shop
    ) -> None:
        await shop.asks(ORDER)
        await shop.says(f"s5.3.{NUMBER}")
        assert ordinals(shop) == [1]
        assert list(shop.offers(SARI)) == [f"s5.2.{NUMBER}"]

    async def test_a_gap_left_by_one_that_failed_may_be_filled(self, shop: Shop) -> None:
        await shop.asks(ORDER)
        second = await shop.asks(f"s5.2.{NUMBER}")
        await shop.asks(f"s5.3.{NUMBER}")
        await fails(shop, second)
        assert (await shop.asks(f"s5.2.{NUMBER}")).ordinal == 2

    async def test_a_button_that_leaps_ahead_by_now_is_asked_back_too(self, shop: Shop) -> None:
        first = await shop.asks(ORDER)
        await shop.says(ORDER)
        nonce = shop.offers(SARI)[f"s5.2.{NUMBER}"]
        second = await shop.asks(f"s5.2.{NUMBER}")
        await shop.says(ORDER)
        third = shop.offers(SARI)[f"s5.3.{NUMBER}"]
        for order in (first, second):
            await fails(shop, order)
        await shop.presses(third, by=SARI)
        assert ordinals(shop) == [1, 2], "and the third, which nothing stands before any more, is asked"
        assert ORDER in shop.offers(SARI)
        await shop.presses(nonce, by=SARI, message_id=2)
        assert ordinals(shop) == [1, 2, 2]

    async def test_a_second_that_failed_is_bought_again_as_the_second(self, shop: Shop) -> None:
        await shop.asks(ORDER)
        second = await shop.asks(f"s5.2.{NUMBER}")
        shop.biller.refuses()
        await shop.posts()
        assert (await shop.order(second.trxid)).state is State.FAILED
        assert (await shop.asks(f"s5.2.{NUMBER}")).ordinal == 2


class TestAtOnce:
    async def test_two_equal_messages_at_the_same_instant_make_one_purchase(self, shop: Shop) -> None:
        await asyncio.gather(*(shop.says(ORDER) for _ in range(8)))
        assert ordinals(shop) == [1]
        assert sorted(shop.kinds(SARI)) == ["OrderReceived"] + ["OrderRepeated"] * 7
        await shop.posts()
        assert len(shop.biller.posts) == 1

    async def test_two_equal_lines_of_one_message_make_one_purchase(self, shop: Shop) -> None:
        await shop.says(f"{ORDER}\n{ORDER}\nS5 0812-3456-7890")
        assert ordinals(shop) == [1]

    async def test_two_taps_at_once_on_two_buttons_for_the_same_make_one_purchase(self, shop: Shop) -> None:
        first = await shop.asks(ORDER)
        nonces = []
        for _ in range(2):
            await shop.says(ORDER)
            nonces.append(shop.offers(SARI)[f"s5.2.{NUMBER}"])
        assert len(set(nonces)) == 2
        taps = enumerate(nonces, start=500)
        await asyncio.gather(*(shop.presses(nonce, by=SARI, message_id=number) for number, nonce in taps))
        assert ordinals(shop) == [1, 2]
        assert repeated(shop).trxid != first.trxid
