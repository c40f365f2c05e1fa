"""A button buys what it says: once, for its owner, by what holds when it is tapped."""

import pytest
from msgspec.structs import replace

from bot.actors import Address
from bot.catalogue.product import DestinationRule, Product
from bot.features.shopping import destination_prompt
from bot.grammar.parsed import Ambiguity, InputError
from bot.notices.guidance import Help, NotUnderstood
from bot.notices.orders import OrderReceived
from bot.notices.placing import OrderOffer, OrderProposal, OrderRepeated
from bot.notices.shopping import DestinationPrompt, PromptCancelled
from bot.orders.model import Intent, Order, State
from bot.purchasing import offers
from bot.updates import Toast
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.fakes import success_of
from tests.integration.test_placing import I5, NUMBER, S5, S10, T5, bought, orders_in, question


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
        assert (row["message_id"], row["price_idr"]) == (5, 6_300)
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
        [(BUDI, Toast.NOT_YOURS), (RINA, Toast.NOT_YOURS), (STRANGER, Toast.RESELLERS_ONLY)],
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
        assert await asked.presses(asked.offers(SARI)[f"S5.{NUMBER}"], by=SARI) is Toast.RESELLERS_ONLY
        assert bought(asked) == []

    @pytest.mark.parametrize("data", ["", "buy", "buy:S5 1 081234567890", "nonce-999", "T5.081234567890"])
    async def test_a_button_of_nobodys_making_buys_nothing(self, asked: Shop, data: str) -> None:
        assert await asked.presses(data, by=SARI) is Toast.USED
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
        assert shop.messages(GROUP)[-1]["reply_to"] == 5

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
        order = await shop.asks(f"s5.{NUMBER}", message_id=77)
        await shop.posts()
        await shop.reversals.receive(success_of(order), remote="1.2.3.4")
        return order

    async def test_what_is_not_settled_is_told_before_it_can_be_bought_again(self, shop: Shop) -> None:
        order = await shop.asks(f"s5.{NUMBER}", message_id=77)
        await shop.presses(f"again:{order.trxid}", by=SARI)
        shown = shop.last(SARI)
        assert isinstance(shown, OrderRepeated)
        assert (shown.trxid, shown.state) == (order.trxid, State.PLACED)

    async def test_an_admin_buys_nothing_again_that_was_another_ones(self, shop: Shop, done: Order) -> None:
        assert await shop.presses(f"again:{done.trxid}", by=RINA) is Toast.NOT_YOURS
        assert shop.messages(RINA) == []

    async def test_it_shows_the_next_purchase_of_the_day_and_buys_only_at_the_second_tap(
        self, shop: Shop, done: Order
    ) -> None:
        for _ in range(2):
            assert await shop.presses(f"again:{done.trxid}", by=SARI) is Toast.DONE
            shown = shop.last(SARI)
            assert isinstance(shown, OrderProposal)
            assert shown.offer.intent == Intent(product_code="s5", destination=NUMBER, ordinal=2)
            await shop.speaks()
        assert len(orders_in(shop)) == 1
        await shop.presses(shop.offers(SARI)[f"s5.2.{NUMBER}"], by=SARI, message_id=5)
        assert [row["ordinal"] for row in orders_in(shop)] == [1, 2]

    async def test_of_a_thousand_taps_one_proposal_and_one_button_wait(self, shop: Shop, done: Order) -> None:
        await shop.speaks()
        toasts = {await shop.presses(f"again:{done.trxid}", by=SARI) for _ in range(10)}
        assert toasts == {Toast.DONE, Toast.SOON}
        assert [row["kind"] for row in shop.messages(SARI) if row["state"] == "waiting"] == ["OrderProposal"]
        assert len(shop.rows("SELECT * FROM buttons")) == 1

    async def test_on_another_day_it_is_the_first_again(self, shop: Shop, done: Order) -> None:
        shop.clock.passes(86_400)
        await shop.presses(f"again:{done.trxid}", by=SARI)
        shown = shop.last(SARI)
        assert isinstance(shown, OrderProposal)
        assert shown.offer.intent == Intent(product_code="s5", destination=NUMBER)

    async def test_another_resellers_order_is_told_to_be_anothers(self, shop: Shop, done: Order) -> None:
        assert await shop.presses(f"again:{done.trxid}", by=BUDI) is Toast.NOT_YOURS
        assert shop.messages(BUDI) == []

    @pytest.mark.parametrize("payload", ["", "x", "{0.trxid}:", "9" * 17, "\x00"])
    async def test_an_order_in_no_book_of_ours_is_not_shown(
        self, shop: Shop, done: Order, payload: str
    ) -> None:
        assert await shop.presses(f"again:{payload.format(done)}", by=BUDI) is Toast.USED
        assert shop.messages(BUDI) == []


class TestOldOffers:
    """What a button offered holds for minutes, and only while the catalogue stands as it stood then."""

    async def offered(self, shop: Shop, *products: Product) -> str:
        """Let a product be offered for a number; return the button's nonce."""
        await shop.sells(*products)
        intent = Intent(product_code="S5", destination=NUMBER)
        where = Address(chat_id=SARI)
        await shop.disk.write(
            lambda tx: offers.propose_order(shop.context.begin(tx, shop.clock()), intent, where, user_id=SARI)
        )
        shop.clock.passes(1)
        return shop.offers(SARI)[f"S5.{NUMBER}"]

    async def test_a_price_that_changed_is_shown_before_it_is_paid(self, shop: Shop) -> None:
        nonce = await self.offered(shop, S5)
        await shop.sells(replace(S5, price_idr=63_000))
        await shop.presses(nonce, by=SARI, message_id=5)
        assert orders_in(shop) == []
        shown = shop.last(SARI)
        assert isinstance(shown, OrderProposal)
        assert shown.offer.price_idr == 63_000
        await shop.presses(shop.offers(SARI)[f"S5.{NUMBER}"], by=SARI, message_id=6)
        assert [row["price_idr"] for row in orders_in(shop)] == [63_000]

    async def test_a_product_that_was_taken_off_the_list_is_not_bought(self, shop: Shop) -> None:
        nonce = await self.offered(shop, S5)
        await shop.sells(replace(S5, code="S10"))
        await shop.presses(nonce, by=SARI, message_id=5)
        assert orders_in(shop) == []

    async def test_a_destination_that_no_longer_fits_is_not_bought(self, shop: Shop) -> None:
        nonce = await self.offered(shop, S5)
        await shop.sells(replace(S5, rule=DestinationRule.GAME_SERVER, carrier=None))
        await shop.presses(nonce, by=SARI, message_id=5)
        assert orders_in(shop) == []

    async def test_an_old_offer_is_shown_anew_and_a_fresh_one_is_bought(self, shop: Shop) -> None:
        nonce = await self.offered(shop, S5)
        shop.clock.passes(offers.OFFER_HOLDS_MS / 1000)
        await shop.presses(nonce, by=SARI, message_id=5)
        assert orders_in(shop) == []
        await shop.presses(shop.offers(SARI)[f"S5.{NUMBER}"], by=SARI, message_id=6)
        assert len(orders_in(shop)) == 1


class TestNumbers:
    """A product was tapped, and its number is asked for."""

    async def asked(self, shop: Shop, code: str = "S5", *, chat: int = SARI) -> int:
        """Ask for the number of a product; return the message that asks."""
        notice = DestinationPrompt(
            code=code, name=f"Pulsa {code}", rule=DestinationRule.PHONE, price_idr=6_300
        )
        where = Address(chat_id=chat)
        await shop.disk.write(
            lambda tx: shop.context.begin(tx, shop.clock()).notify(notice, where, subject=f"product:{code}")
        )
        await shop.speaks()
        return shop.sender.to(chat)[-1].message_id

    @pytest.mark.parametrize("typed", [NUMBER, "+62 812-3456-7890", " 0812 3456 7890\n"])
    async def test_the_reply_is_shown_as_an_order_and_a_tap_buys_it(self, shop: Shop, typed: str) -> None:
        await shop.sells(S5)
        await shop.says(typed, reply_to=await self.asked(shop))
        assert bought(shop) == []
        shown = shop.last(SARI)
        assert isinstance(shown, OrderProposal)
        assert shown.offer == OrderOffer(
            intent=Intent(product_code="S5", destination=NUMBER), name="Pulsa S5", price_idr=6_300
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
    async def test_a_reply_that_is_no_number_is_asked_for_anew_and_nothing_is_offered(
        self, shop: Shop, typed: str
    ) -> None:
        await shop.sells(S5)
        await shop.says(typed, reply_to=await self.asked(shop))
        told = shop.last(SARI)
        assert isinstance(told, DestinationPrompt)
        assert told.input_error
        assert shop.offers(SARI) == {}

    @pytest.mark.parametrize("typed", [NUMBER, "0812 3456 7890"])
    async def test_a_bare_number_soon_after_answers_too(self, shop: Shop, typed: str) -> None:
        await shop.sells(S5)
        await self.asked(shop)
        shop.clock.passes(destination_prompt.ANSWERED_WITHIN_MS / 1000)
        await shop.says(typed)
        assert isinstance(shop.last(SARI), OrderProposal)
        assert bought(shop) == []

    async def test_a_bare_number_later_answers_nothing(self, shop: Shop) -> None:
        await shop.sells(S5)
        await self.asked(shop)
        shop.clock.passes(destination_prompt.ANSWERED_WITHIN_MS / 1000 + 1)
        await shop.says(NUMBER)
        assert isinstance(shop.last(SARI), NotUnderstood)

    async def test_a_bare_number_in_a_group_is_nobodys_answer(self, shop: Shop) -> None:
        await shop.sells(S5)
        await self.asked(shop, chat=GROUP)
        await shop.says(NUMBER, chat=GROUP)
        assert shop.offers(GROUP) == {}

    async def test_a_bare_number_cut_short_is_asked_for_anew(self, shop: Shop) -> None:
        await shop.sells(S5)
        await self.asked(shop)
        await shop.says("0812345")
        told = shop.last(SARI)
        assert isinstance(told, DestinationPrompt)
        assert (told.code, told.input_error) == ("S5", InputError.TOO_SHORT)
        await shop.says(NUMBER)
        assert isinstance(shop.last(SARI), OrderProposal)

    @pytest.mark.parametrize("is_reply", [True, False])
    async def test_the_choice_can_be_let_go(self, shop: Shop, *, is_reply: bool) -> None:
        await shop.sells(S5)
        asked = await self.asked(shop)
        await shop.says("batal", reply_to=asked if is_reply else None)
        assert isinstance(shop.last(SARI), PromptCancelled)
        await shop.says(NUMBER)
        assert isinstance(shop.last(SARI), NotUnderstood)

    @pytest.mark.parametrize("is_reply", [True, False])
    async def test_what_was_bought_is_never_said_to_be_let_go(self, shop: Shop, *, is_reply: bool) -> None:
        await shop.sells(S5)
        asked = await self.asked(shop)
        await shop.says(NUMBER)
        shop.clock.passes(1)
        await shop.presses(shop.offers(SARI)[f"S5.{NUMBER}"], by=SARI, message_id=5)
        assert bought(shop) == [f"S5.{NUMBER}"]
        await shop.says("batal", reply_to=asked if is_reply else None)
        assert isinstance(shop.last(SARI), NotUnderstood)

    @pytest.mark.parametrize("is_reply", [True, False])
    async def test_a_whole_order_is_bought_as_what_it_says(self, shop: Shop, *, is_reply: bool) -> None:
        await shop.sells(S5, S10)
        asked = await self.asked(shop)
        await shop.says(f"s10.{NUMBER}", reply_to=asked if is_reply else None)
        assert bought(shop) == [f"S10.{NUMBER}"]

    async def test_a_number_of_another_network_is_asked_about(self, shop: Shop) -> None:
        await shop.sells(S5, I5)
        await shop.says(NUMBER, reply_to=await self.asked(shop, "I5"))
        assert question(shop).ambiguity is Ambiguity.CARRIER
        assert bought(shop) == []

    async def test_a_command_in_reply_stays_a_command(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.says("/bantuan", reply_to=await self.asked(shop))
        assert isinstance(shop.last(SARI), Help)

    async def test_a_strangers_reply_offers_nothing(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.says(NUMBER, by=STRANGER, chat=GROUP, reply_to=await self.asked(shop, chat=GROUP))
        assert shop.offers(GROUP) == {}
