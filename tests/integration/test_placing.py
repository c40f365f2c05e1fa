"""What is clear is bought, what is not is asked back, and no line of a message stands in another's way."""

import pytest
from msgspec.structs import replace

from bot.catalogue.product import Carrier, DailyHours, DestinationRule, Product
from bot.grammar.parsed import EXAMPLE, Ambiguity, InputError, InvalidInput
from bot.notices.guidance import NotUnderstood
from bot.notices.placing import ClosedReason, OrderQuestion, ProductClosed
from bot.orders.model import Batch, Intent, UnplacedLine, UnplacedReason
from bot.purchasing.placing import QUESTIONS_A_BATCH, not_understood
from bot.texts.batch_summary import order_table
from bot.texts.formatting import Clock
from bot.texts.placing import order_question
from bot.updates import Toast
from storage import batches
from tests.integration.conftest import SARI, ZONE, Row, Shop
from tests.integration.fakes import order_text, success_of

NUMBER = "081234567890"  # of Telkomsel


def product(code: str, **more: object) -> Product:
    facts = {
        "name": f"Pulsa {code}",
        "group": "Pulsa",
        "rule": DestinationRule.PHONE,
        "price_idr": 6_300,
        **more,
    }
    return Product(code=code, **facts)  # type: ignore[arg-type]  # the fields of a product


S5 = product("S5", carrier=Carrier.TELKOMSEL, nominal=5)
S10 = product("S10", carrier=Carrier.TELKOMSEL, nominal=10, price_idr=11_000)
T5 = product("T5", carrier=Carrier.TELKOMSEL, nominal=5, group="Transfer")
I5 = product("I5", carrier=Carrier.INDOSAT, nominal=5)
WHOLE_EVENING = DailyHours(from_minute=20 * 60, until_minute=30)


def orders_in(shop: Shop) -> list[Row]:
    return shop.rows("SELECT * FROM orders ORDER BY trxid")


def bought(shop: Shop) -> list[str]:
    return [f"{row['product_code']}.{row['destination']}" for row in orders_in(shop)]


def question(shop: Shop, chat: int = SARI) -> OrderQuestion:
    notice = shop.last(chat)
    assert isinstance(notice, OrderQuestion)
    return notice


async def unplaced(shop: Shop, message_id: int) -> tuple[UnplacedLine, ...]:
    batch = await shop.disk.read(lambda tx: batches.find(tx, SARI, message_id))
    assert batch
    return batch.unplaced


def table_of(line: UnplacedLine) -> str:
    batch = Batch(chat_id=SARI, message_id=1, placed_at_ms=0, placed_count=0, unplaced=(line,), version=1)
    return "".join(span.text for span in order_table(batch, (), Clock(ZONE)))


class TestCatalogue:
    async def test_a_code_is_posted_as_the_catalogue_spells_it_however_it_is_typed(self, shop: Shop) -> None:
        await shop.sells(replace(S5, code="sS5"))
        for number, typed in enumerate(("ss5", "SS5", "Ss5")):
            await shop.asks(f"{typed}.08123456789{number}")
        await shop.posts()
        assert [order.product_code for order in shop.biller.posts] == ["sS5"] * 3

    async def test_without_one_every_code_passes_through_in_lower_case(self, shop: Shop) -> None:
        order = await shop.asks(f"NeverHeardOf9.{NUMBER}")
        assert (order.product_code, order.price_idr) == ("neverheardof9", None)

    async def test_an_order_keeps_the_price_of_its_moment(self, shop: Shop) -> None:
        await shop.sells(S5)
        early = await shop.asks(f"s5.{NUMBER}")
        await shop.sells(replace(S5, price_idr=6_500))
        late = await shop.asks("s5.081234567891")
        await shop.posts()
        assert [(await shop.order(order.trxid)).price_idr for order in (early, late)] == [6_300, 6_500]

    async def test_its_price_is_in_the_acknowledgement_and_in_the_result(self, shop: Shop) -> None:
        await shop.sells(S5)
        order = await shop.asks(f"s5.{NUMBER}")
        await shop.speaks()
        await shop.posts()
        await shop.reversals.receive(success_of(await shop.order(order.trxid)), remote="1.2.3.4")
        await shop.speaks()
        texts = [message.text for message in shop.sender.to(SARI)]
        assert len(texts) == 2
        assert all(text.count("Rp") == 1 and "Harga: Rp6.300" in text for text in texts)

    async def test_a_code_it_does_not_know_buys_nothing_and_near_ones_are_offered(self, shop: Shop) -> None:
        await shop.sells(S5, S10, I5)
        await shop.says(f"s6.{NUMBER}")
        asked = question(shop)
        assert asked.ambiguity is Ambiguity.UNKNOWN_CODE
        assert asked.offers[0].intent == Intent(product_code="S5", destination=NUMBER)
        assert (asked.offers[0].name, asked.offers[0].price_idr) == ("Pulsa S5", 6_300)
        assert bought(shop) == []

    async def test_an_offer_for_a_number_of_another_network_is_warned_of(self, shop: Shop) -> None:
        await shop.sells(S10)
        await shop.says("s11.085712345678")
        asked = question(shop)
        assert [offer.is_other_carrier for offer in asked.offers] == [True]
        assert "bukan dari operator" in "".join(span.text for span in order_question(asked))
        await shop.sells(S10, S5)
        await shop.says(f"s11.{NUMBER}")
        assert [offer.is_other_carrier for offer in question(shop).offers] == [False]

    async def test_a_code_far_from_all_it_knows_is_told_and_never_tried_at_the_biller(
        self, shop: Shop
    ) -> None:
        await shop.sells(S5)
        await shop.says(f"qwerty77.{NUMBER}")
        notice = shop.last(SARI)
        assert isinstance(notice, NotUnderstood)
        assert notice.input_error is InputError.UNKNOWN_CODE
        assert bought(shop) == []

    async def test_a_nominal_of_one_product_is_bought_and_of_several_is_asked(self, shop: Shop) -> None:
        await shop.sells(S5, I5)
        await shop.says(f"5.{NUMBER}")
        assert bought(shop) == [f"S5.{NUMBER}"]
        await shop.sells(S5, T5, I5)
        await shop.says("5.081234567891")
        assert bought(shop) == [f"S5.{NUMBER}"]
        assert [offer.intent.product_code for offer in question(shop).offers] == ["S5", "T5"]

    async def test_the_number_of_another_network_is_asked_about_first(self, shop: Shop) -> None:
        await shop.sells(S5, I5)
        await shop.says(f"i5.{NUMBER}")
        assert bought(shop) == []
        asked = question(shop)
        assert asked.ambiguity is Ambiguity.CARRIER
        assert [offer.intent.product_code for offer in asked.offers] == ["I5", "S5"]


class TestClosed:
    async def test_a_closed_product_is_not_bought_and_what_could_be_is_offered(self, shop: Shop) -> None:
        await shop.sells(replace(S5, is_open=False), S10, I5)
        await shop.says(f"s5.{NUMBER}")
        told = shop.last(SARI)
        assert isinstance(told, ProductClosed)
        assert (told.code, told.closure, told.opens_minute) == ("S5", ClosedReason.CLOSED, None)
        assert [offer.intent for offer in told.others] == [Intent(product_code="S10", destination=NUMBER)]
        assert bought(shop) == []
        assert await shop.presses(shop.offers(SARI)[f"S10.{NUMBER}"], by=SARI) is Toast.DONE
        assert bought(shop) == [f"S10.{NUMBER}"]

    async def test_a_resting_product_is_not_bought_until_its_hour(self, shop: Shop) -> None:
        await shop.sells(replace(S5, cut_off=WHOLE_EVENING))
        await shop.says(f"s5.{NUMBER}")
        told = shop.last(SARI)
        assert isinstance(told, ProductClosed)
        assert (told.closure, told.opens_minute, told.others) == (ClosedReason.RESTING, 30, ())
        shop.clock.passes(3 * 3600 + 16 * 60)  # it was 21:13
        await shop.says(f"s5.{NUMBER}")
        assert bought(shop) == []
        shop.clock.passes(60)
        await shop.says(f"s5.{NUMBER}")
        assert bought(shop) == [f"S5.{NUMBER}"]

    async def test_a_product_that_closed_since_its_button_was_shown_is_not_bought(self, shop: Shop) -> None:
        await shop.sells(S5, T5)
        await shop.says(f"5.{NUMBER}")
        await shop.sells(replace(S5, is_open=False), T5)
        assert await shop.presses(shop.offers(SARI)[f"S5.{NUMBER}"], by=SARI) is Toast.REFUSED
        assert isinstance(shop.last(SARI), ProductClosed)
        assert bought(shop) == []


class TestForms:
    async def test_a_right_form_is_shown_in_whole_orders_or_not_at_all(self, shop: Shop) -> None:
        """A number cut short would be another customer's."""
        numbers = [f"08123456789{number}" for number in range(7)]
        await shop.says("s5." + " ".join(numbers))
        told = shop.last(SARI)
        assert isinstance(told, NotUnderstood)
        assert told.suggestion.split("; ") == [f"s5.{number}" for number in numbers[:5]]

    async def test_a_form_too_long_for_the_table_is_left_out_of_it(self, shop: Shop) -> None:
        await shop.sells(product("VIDIO", rule=DestinationRule.FREE))
        address = "somebody.with.a.long.name@mail.example"
        message_id = await shop.says(f"vidio.{address}\nvidio.{address}")
        (second,) = await unplaced(shop, message_id)
        assert (second.why, second.hint) == (UnplacedReason.REPEATED, "")


class TestSeveral:
    async def test_a_bad_line_does_not_hold_up_good_ones_and_is_told_with_its_form(self, shop: Shop) -> None:
        await shop.sells(S5, S10)
        message_id = await shop.says(f"s5.{NUMBER}\ns5.0812\ns10 081234567891")
        assert bought(shop) == [f"S5.{NUMBER}", "S10.081234567891"]
        assert [row["line"] for row in orders_in(shop)] == [1, 3]
        (bad,) = await unplaced(shop, message_id)
        assert (bad.number, bad.typed, bad.why) == (2, "s5.0812", UnplacedReason.INPUT_ERROR)
        assert bad.hint == ""  # a number of ours would be bought for as it stands
        assert shop.kinds(SARI) == ["BatchSummary"]

    async def test_every_line_without_an_order_says_why(self, shop: Shop) -> None:
        await shop.sells(S5, S10)
        await shop.says(f"s5.{NUMBER}\ns5.0812\nzz99.081234567891\ns5.085712345678\ns5.{NUMBER}")
        await shop.speaks()
        shown = shop.sender.to(SARI)[0].text
        assert "2. ❓ s5.0812: nomor kurang angka" in shown
        assert "3. ❓ zz99.081234567891: kode tidak ada di daftar harga" in shown
        assert "4. ❓ s5.085712345678: nomor operator lain" in shown
        assert f"5. ↩️ s5.{NUMBER} sudah dipesan hari ini" in shown

    @pytest.mark.parametrize("detail", [*InputError, ""])
    def test_a_line_that_is_no_order_is_explained_or_shown_as_it_is(self, detail: str) -> None:
        line = UnplacedLine(number=1, typed="x", why=UnplacedReason.INPUT_ERROR, hint="", detail=detail)
        assert "❓ x" in table_of(line)

    @pytest.mark.parametrize("detail", list(Ambiguity))
    def test_a_line_with_a_question_says_which(self, detail: str) -> None:
        line = UnplacedLine(number=1, typed="x", why=UnplacedReason.QUESTION, hint="", detail=detail)
        assert "❓ x: " in table_of(line)

    async def test_of_a_long_line_the_table_shows_how_it_begins(self, shop: Shop) -> None:
        line = "s5.0812 " + "tolong segera ya kak " * 9
        message_id = await shop.says(f"{line}\ns5.{NUMBER}")
        (bad,) = await unplaced(shop, message_id)
        assert bad.typed == line[:40]

    async def test_an_order_alone_that_cannot_be_read_is_shown_as_it_was_typed(self, shop: Shop) -> None:
        await shop.says("s5.0812")
        notice = shop.last(SARI)
        assert isinstance(notice, NotUnderstood)
        assert notice.typed == "s5.0812"

    def test_a_suggestion_too_long_to_be_shown_gives_way_to_an_example(self) -> None:
        suggestion = "s5." + "8" * 98
        invalid = InvalidInput(
            input_error=InputError.NOT_AN_ORDER, suggestion=suggestion, looks_like_order=True
        )
        assert not_understood(invalid).suggestion == EXAMPLE
        invalid = replace(invalid, suggestion=suggestion[:100])
        assert not_understood(invalid).suggestion == invalid.suggestion

    async def test_talk_between_the_orders_is_left_alone(self, shop: Shop) -> None:
        message_id = await shop.says(f"pagi kak\ns5.{NUMBER}\ns5.081234567891\nterima kasih ya")
        assert len(bought(shop)) == 2
        assert await unplaced(shop, message_id) == ()

    async def test_one_order_beside_talk_is_answered_like_one_order(self, shop: Shop) -> None:
        await shop.says(f"pagi kak\ns5.{NUMBER}")
        assert shop.kinds(SARI) == ["OrderReceived"]

    async def test_the_first_doubtful_lines_are_asked_back_and_the_others_shown(self, shop: Shop) -> None:
        await shop.sells(S5, T5)
        lines = [f"5.08123456789{number}" for number in range(5)]
        message_id = await shop.says("\n".join([f"s5.{NUMBER}", *lines[1:]]))
        assert bought(shop) == [f"S5.{NUMBER}"]
        assert shop.kinds(SARI) == ["BatchSummary"] + ["OrderQuestion"] * QUESTIONS_A_BATCH
        told = await unplaced(shop, message_id)
        assert [(line.number, line.why) for line in told] == [
            (n, UnplacedReason.QUESTION) for n in (2, 3, 4, 5)
        ]
        assert all(line.hint.startswith("S5.0812") for line in told)
        await shop.presses(shop.offers(SARI)["T5.081234567892"], by=SARI, message_id=5)
        assert sorted(bought(shop)) == [f"S5.{NUMBER}", "T5.081234567892"]

    async def test_lines_for_a_closed_product_are_told_as_such(self, shop: Shop) -> None:
        await shop.sells(replace(S5, is_open=False), S10)
        message_id = await shop.says(f"s5.{NUMBER}\ns10.{NUMBER}")
        assert bought(shop) == [f"S10.{NUMBER}"]
        assert [line.why for line in await unplaced(shop, message_id)] == [UnplacedReason.CLOSED]

    async def test_the_same_line_twice_in_a_message_is_bought_once_and_the_second_shown(
        self, shop: Shop
    ) -> None:
        message_id = await shop.says(f"s5.{NUMBER}\ns5.{NUMBER}")
        assert bought(shop) == [f"s5.{NUMBER}"]
        (second,) = await unplaced(shop, message_id)
        assert (second.why, second.hint) == (UnplacedReason.REPEATED, f"s5.2.{NUMBER}")

    async def test_a_message_of_which_no_line_was_bought_is_answered_by_its_table(self, shop: Shop) -> None:
        message_id = await shop.says("s5.0812\ns10.0813\ns5.081234")
        assert bought(shop) == []
        assert [line.why for line in await unplaced(shop, message_id)] == [UnplacedReason.INPUT_ERROR] * 3
        assert shop.kinds(SARI) == ["BatchSummary"]

    async def test_a_hundred_orders_are_all_placed_in_one_unit_of_work(self, shop: Shop) -> None:
        text = "\n".join(order_text(number) for number in range(100))
        shop.disk.refuses_writes(1)
        with pytest.raises(Exception, match="full"):
            await shop.says(text, message_id=77)
        assert (bought(shop), shop.messages(SARI)) == ([], [])
        await shop.says(text, message_id=77)
        assert (len(bought(shop)), shop.kinds(SARI)) == (100, ["BatchSummary"])

    async def test_more_than_a_hundred_are_not_bought_at_all(self, shop: Shop) -> None:
        await shop.says("\n".join(order_text(number) for number in range(101)))
        notice = shop.last(SARI)
        assert isinstance(notice, NotUnderstood)
        assert notice.input_error is InputError.TOO_MANY_ORDERS
        assert bought(shop) == []
