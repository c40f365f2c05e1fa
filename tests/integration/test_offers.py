"""A button buys what it says: once, for its owner, by what holds when it is tapped."""

import pytest

from bot.catalogue.product import Rule
from bot.flow.desk import Place
from bot.flow.heard import Toast
from bot.notices.ordering import Offer, OrderProposal, OrderRepeated
from bot.notices.prices import NumberQuestion
from bot.notices.talk import Help, NotUnderstood
from bot.order.model import Intent, Order
from bot.order.notices import OrderReceived
from bot.order.typed import Doubt
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.test_ordering import I5, NUMBER, S5, T5, bought, orders_in, question


class TestButtons:
    @pytest.fixture
    async def asked(self, shop: Shop) -> Shop:
        """A shop that asked Sari which of two products she meant."""
        await shop.sells(S5, T5)
        await shop.says(f"5.{NUMBER}", message_id=77)
        return shop

    async def test_a_button_buys_once_however_often_it_is_tapped(self, asked: Shop) -> None:
        button = asked.offers(SARI)[f"T5.{NUMBER}"]
        toasts = [await asked.presses(button, by=SARI, message_id=5) for _ in range(3)]
        assert toasts == [Toast.DONE, Toast.USED, Toast.USED]
        (row,) = orders_in(asked)
        assert (row["product_code"], row["destination"], row["user_id"]) == ("T5", NUMBER, SARI)
        assert (row["message_id"], row["sell_idr"]) == (5, 6_300)
        assert isinstance(asked.last(SARI), OrderReceived)
        await asked.posts()
        assert [order.product_code for order in asked.biller.posts] == ["T5"]

    async def test_a_question_answered_by_one_button_is_not_answered_by_the_other(self, asked: Shop) -> None:
        offers = asked.offers(SARI)
        for label in (f"T5.{NUMBER}", f"S5.{NUMBER}"):
            await asked.presses(offers[label], by=SARI, message_id=5)
        assert bought(asked) == [f"T5.{NUMBER}"]

    @pytest.mark.parametrize(
        ("by", "toast"),
        [(BUDI, Toast.NOT_YOURS), (RINA, Toast.NOT_YOURS), (STRANGER, Toast.NOT_ALLOWED)],
    )
    async def test_anybody_elses_tap_buys_nothing_and_leaves_the_button_to_its_owner(
        self, asked: Shop, by: int, toast: Toast
    ) -> None:
        button = asked.offers(SARI)[f"S5.{NUMBER}"]
        assert await asked.presses(button, by=by) is toast
        assert bought(asked) == []
        assert await asked.presses(button, by=SARI) is Toast.DONE
        assert bought(asked) == [f"S5.{NUMBER}"]

    async def test_whoever_was_frozen_since_buys_nothing(self, asked: Shop) -> None:
        await asked.says(f"/bekukan {SARI}", by=RINA)
        assert await asked.presses(asked.offers(SARI)[f"S5.{NUMBER}"], by=SARI) is Toast.NOT_ALLOWED
        assert bought(asked) == []

    @pytest.mark.parametrize("data", ["", "buy", "buy:S5 1 081234567890", "nonce-999", "T5.081234567890"])
    async def test_a_button_of_nobodys_making_buys_nothing(self, asked: Shop, data: str) -> None:
        assert await asked.presses(data, by=SARI) in (Toast.USED, Toast.NOT_ALLOWED)
        assert await asked.presses(data, by=RINA) is Toast.USED
        assert bought(asked) == []

    async def test_in_a_group_the_order_is_answered_where_it_was_asked(self, shop: Shop) -> None:
        await shop.sells(S5, T5)
        await shop.says(f"5.{NUMBER}", chat=GROUP, message_id=77)
        button = shop.offers(GROUP)[f"S5.{NUMBER}"]
        assert await shop.presses(button, by=BUDI, chat=GROUP, message_id=5) is Toast.NOT_YOURS
        assert await shop.presses(button, by=SARI, chat=GROUP, message_id=5) is Toast.DONE
        (row,) = orders_in(shop)
        assert (row["chat_id"], row["user_id"]) == (GROUP, SARI)
        assert shop.letters(GROUP)[-1]["reply_to"] == 5

    async def test_a_tap_that_was_not_kept_can_be_made_again(self, asked: Shop) -> None:
        button = asked.offers(SARI)[f"S5.{NUMBER}"]
        asked.disk.refuses_writes(1)
        with pytest.raises(Exception, match="full"):
            await asked.presses(button, by=SARI)
        assert await asked.presses(button, by=SARI) is Toast.DONE
        assert bought(asked) == [f"S5.{NUMBER}"]

    async def test_a_tap_on_a_repeats_button_buys_the_second_purchase(self, shop: Shop) -> None:
        await shop.asks(f"s5.{NUMBER}")
        await shop.says(f"s5.{NUMBER}")
        assert isinstance(shop.last(SARI), OrderRepeated)
        assert await shop.presses(shop.offers(SARI)[f"s5.2.{NUMBER}"], by=SARI, message_id=5) is Toast.DONE
        assert [row["ordinal"] for row in orders_in(shop)] == [1, 2]


class TestAgain:
    @pytest.fixture
    async def done(self, shop: Shop) -> Order:
        return await shop.asks(f"s5.{NUMBER}", message_id=77)

    async def test_it_shows_the_next_purchase_of_the_day_and_buys_only_at_the_second_tap(
        self, shop: Shop, done: Order
    ) -> None:
        for _ in range(2):
            assert await shop.presses(f"again:{done.trxid}", by=SARI) is Toast.DONE
            shown = shop.last(SARI)
            assert isinstance(shown, OrderProposal)
            assert shown.offer.intent == Intent(product_code="s5", destination=NUMBER, ordinal=2)
        assert len(orders_in(shop)) == 1
        await shop.presses(shop.offers(SARI)[f"s5.2.{NUMBER}"], by=SARI, message_id=5)
        assert [row["ordinal"] for row in orders_in(shop)] == [1, 2]

    async def test_on_another_day_it_is_the_first_again(self, shop: Shop, done: Order) -> None:
        shop.clock.passes(86_400)
        await shop.presses(f"again:{done.trxid}", by=SARI)
        shown = shop.last(SARI)
        assert isinstance(shown, OrderProposal)
        assert shown.offer.intent == Intent(product_code="s5", destination=NUMBER)

    @pytest.mark.parametrize("payload", ["{0.trxid}", "", "x", "{0.trxid}:", "9" * 17, "\x00"])
    async def test_another_resellers_order_is_not_shown(self, shop: Shop, done: Order, payload: str) -> None:
        assert await shop.presses(f"again:{payload.format(done)}", by=BUDI) is Toast.USED
        assert shop.letters(BUDI) == []


class TestNumbers:
    """A product was tapped, and its number is asked for."""

    async def asked(self, shop: Shop, code: str = "S5", *, chat: int = SARI) -> int:
        """Ask for the number of a product; give the message that asks."""
        notice = NumberQuestion(code=code, name=f"Pulsa {code}", rule=Rule.PHONE, sell_idr=6_300)
        where = Place(chat_id=chat)
        await shop.disk.write(
            lambda tx: shop.desk.say(tx, notice, where, at_ms=shop.clock(), subject=f"product:{code}")
        )
        await shop.speaks()
        return shop.speaker.to(chat)[-1].message_id

    @pytest.mark.parametrize("typed", [NUMBER, "+62 812-3456-7890", " 0812 3456 7890\n"])
    async def test_the_reply_is_shown_as_an_order_and_a_tap_buys_it(self, shop: Shop, typed: str) -> None:
        await shop.sells(S5)
        await shop.says(typed, reply_to=await self.asked(shop))
        assert bought(shop) == []
        shown = shop.last(SARI)
        assert isinstance(shown, OrderProposal)
        assert shown.offer == Offer(
            intent=Intent(product_code="S5", destination=NUMBER), name="Pulsa S5", sell_idr=6_300
        )
        assert await shop.presses(shop.offers(SARI)[f"S5.{NUMBER}"], by=SARI, message_id=5) is Toast.DONE
        assert bought(shop) == [f"S5.{NUMBER}"]

    async def test_in_a_group_what_was_shown_is_bought_only_by_whoever_replied(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.says(NUMBER, by=BUDI, chat=GROUP, reply_to=await self.asked(shop, chat=GROUP))
        button = shop.offers(GROUP)[f"S5.{NUMBER}"]
        assert await shop.presses(button, by=SARI, chat=GROUP) is Toast.NOT_YOURS
        assert await shop.presses(button, by=BUDI, chat=GROUP) is Toast.DONE
        assert [row["user_id"] for row in orders_in(shop)] == [BUDI]

    @pytest.mark.parametrize("typed", ["0812", "terima kasih", "0812345678901234567890"])
    async def test_a_reply_that_is_no_number_is_told_how_and_nothing_is_offered(
        self, shop: Shop, typed: str
    ) -> None:
        await shop.sells(S5)
        await shop.says(typed, reply_to=await self.asked(shop))
        assert isinstance(shop.last(SARI), NotUnderstood)
        assert shop.offers(SARI) == {}

    async def test_a_number_of_another_network_is_asked_about(self, shop: Shop) -> None:
        await shop.sells(S5, I5)
        await shop.says(NUMBER, reply_to=await self.asked(shop, "I5"))
        assert question(shop).doubt is Doubt.OPERATOR
        assert bought(shop) == []

    async def test_a_command_in_reply_stays_a_command(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.says("/bantuan", reply_to=await self.asked(shop))
        assert isinstance(shop.last(SARI), Help)

    async def test_a_strangers_reply_offers_nothing(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.says(NUMBER, by=STRANGER, chat=GROUP, reply_to=await self.asked(shop, chat=GROUP))
        assert shop.offers(GROUP) == {}
