"""Prices are found by group, words or number, page by page, and a tap leads to an order shown beforehand."""

import pytest
from msgspec.structs import replace

from bot.catalogue.product import Carrier, DailyHours, DestinationRule, Product
from bot.features.shopping.price_browser import GROUPS_A_PAGE, PRODUCTS_A_PAGE
from bot.notices.buttons import MAX_DATA_BYTES
from bot.notices.placing import ClosedReason, OrderProposal, ProductClosed
from bot.notices.shopping import (
    ChosenProductClosed,
    DestinationPrompt,
    NoCatalogue,
    NoPrices,
    PriceGroups,
    PriceListPage,
)
from bot.updates import Toast
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.fakes import Message
from tests.integration.looked import labels, shown_last, turns

NUMBER = "081234567890"  # of Telkomsel
UNKNOWN_PREFIX = "080034567890"


def product(code: str, **more: object) -> Product:
    facts = {
        "name": f"Telkomsel {code}",
        "group": "Pulsa",
        "rule": DestinationRule.PHONE,
        "price_idr": 6_300,
        **more,
    }
    return Product(code=code, **facts)  # type: ignore[arg-type]  # the fields of a product


S5, S10 = product("S5", carrier=Carrier.TELKOMSEL), product("S10", carrier=Carrier.TELKOMSEL)
I5 = product("I5", name="Indosat 5.000", carrier=Carrier.INDOSAT)
PLN = product("PLN20", name="Token PLN 20.000", group="PLN", rule=DestinationRule.METER)
MANY = tuple(product(f"S{number}", carrier=Carrier.TELKOMSEL) for number in range(1, 31))


async def said(shop: Shop, chat: int) -> list[Message]:
    await shop.speaks()
    return shop.sender.to(chat)


def codes(notice: object) -> list[str]:
    assert isinstance(notice, PriceListPage)
    return [row.code for row in notice.rows]


class TestFinding:
    async def test_without_a_catalogue_nothing_is_listed_and_orders_are_still_welcome(
        self, shop: Shop
    ) -> None:
        await shop.says("harga")
        assert shop.last(SARI) == NoCatalogue()

    async def test_without_a_catalogue_an_admin_is_told_how_to_bring_one(self, shop: Shop) -> None:
        await shop.says("harga", by=RINA)
        assert shop.last(RINA) == NoCatalogue(for_admin=True)

    @pytest.mark.parametrize("text", ["harga semua", "produk", "list"])
    async def test_other_words_for_the_list_show_the_groups(self, shop: Shop, text: str) -> None:
        await shop.sells(S5, I5, PLN)
        await shop.says(text)
        assert isinstance(shop.last(SARI), PriceGroups)

    async def test_harga_alone_shows_the_groups_and_a_tap_the_products_of_one(self, shop: Shop) -> None:
        await shop.sells(S5, I5, PLN)
        await shop.says("/harga")
        groups = shop.last(SARI)
        assert isinstance(groups, PriceGroups)
        assert [(row.name, row.count) for row in groups.rows] == [("Pulsa", 2), ("PLN", 1)]
        assert await turns(shop, "PLN (1)") is Toast.DONE
        assert codes(shop.last(SARI)) == ["PLN20"]
        assert shop.messages(SARI)[-1]["edits"] == shop.sender.to(SARI)[-1].message_id

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("h.s", ["S5", "S10"]),
            ("ch.s", ["S5", "S10"]),
            ("hrg.S5", ["S5"]),
            ("harga indosat", ["I5"]),
            ("harga  Token   PLN", ["PLN20"]),
            (f"harga {NUMBER}", ["S5", "S10"]),
            ("harga +62 812-3456-7890", ["S5", "S10"]),
            (f"harga {UNKNOWN_PREFIX}", ["S5", "S10", "I5"]),
        ],
    )
    async def test_products_are_found_by_code_name_or_number(
        self, shop: Shop, typed: str, found: list[str]
    ) -> None:
        await shop.sells(S5, S10, I5, PLN)
        await shop.says(typed)
        assert codes(shop.last(SARI)) == found

    async def test_what_is_not_found_is_answered_with_the_nearest_codes(self, shop: Shop) -> None:
        await shop.sells(S5, PLN)
        await shop.says("harga pln2o")
        found = shop.last(SARI)
        assert isinstance(found, NoPrices)
        assert (found.typed, [row.code for row in found.similar]) == ("pln2o", ["PLN20"])

    async def test_a_list_marks_what_is_closed_and_what_rests(self, shop: Shop) -> None:
        rests = DailyHours(from_minute=20 * 60, until_minute=30)
        await shop.sells(S5, replace(S10, is_open=False), replace(I5, cut_off=rests))
        await shop.says("harga pulsa")
        found = shop.last(SARI)
        assert isinstance(found, PriceListPage)
        assert [row.closure for row in found.rows] == [None, ClosedReason.CLOSED, ClosedReason.RESTING]

    async def test_a_stranger_is_shown_no_price(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.says("harga", by=STRANGER)
        assert await shop.presses("prices:a0|", by=STRANGER) is Toast.RESELLERS_ONLY
        assert not {"PriceGroups", "PriceListPage"} & set(shop.kinds(STRANGER))


class TestPages:
    async def test_pages_follow_each_other_in_one_message_until_all_was_shown(self, shop: Shop) -> None:
        await shop.sells(*MANY)
        await shop.says("harga pulsa")
        seen = codes(shop.last(SARI))
        assert len(seen) == PRODUCTS_A_PAGE
        for onward in ("2/3 »", "3/3 »"):
            await turns(shop, onward)
            seen += codes(shop.last(SARI))
        assert seen == [each.code for each in MANY]
        await turns(shop, "« 2/3")
        assert codes(shop.last(SARI)) == [each.code for each in MANY[PRODUCTS_A_PAGE : 2 * PRODUCTS_A_PAGE]]

    async def test_many_groups_have_pages_too(self, shop: Shop) -> None:
        await shop.sells(*(product(f"X{number}", group=f"Group {number}") for number in range(10)))
        await shop.says("harga")
        await turns(shop, "2/2 »")
        groups = shop.last(SARI)
        assert isinstance(groups, PriceGroups)
        assert [row.name for row in groups.rows] == [f"Group {n}" for n in range(GROUPS_A_PAGE, 10)]

    async def test_the_way_back_to_all_groups_stands_under_every_list(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.says("harga s")
        await turns(shop, "all_prices")
        assert isinstance(shop.last(SARI), PriceGroups)

    async def test_a_page_that_a_smaller_catalogue_has_no_longer_is_the_last_one(self, shop: Shop) -> None:
        await shop.sells(*MANY)
        await shop.says("harga pulsa")
        await shop.sells(S5)
        assert await turns(shop, "2/3 »") is Toast.DONE
        assert codes(shop.last(SARI)) == ["S5"]

    async def test_no_words_are_too_long_for_a_button(self, shop: Shop) -> None:
        await shop.sells(*(product(f"S{number}", name="Pulsa " + "é" * 60) for number in range(30)))
        await shop.says("harga pulsa " + "é" * 200)
        await shop.says("harga pulsa")
        for data in labels(shop).values():
            assert len(data.encode()) <= MAX_DATA_BYTES

    @pytest.mark.parametrize(
        "payload",
        ["", "x0|", "g|", "g99999|", "w-1|s", "n0|abc", "n0|62812", "n0|081234567890 081234567891", "w1"],
    )
    async def test_what_no_button_of_ours_brings_shows_nothing(self, shop: Shop, payload: str) -> None:
        await shop.sells(S5)
        await shop.says("harga")
        message_id = await shown_last(shop)
        assert await shop.presses(f"prices:{payload}", by=SARI, message_id=message_id) is Toast.USED
        assert shop.kinds(SARI) == ["PriceGroups"]

    @pytest.mark.parametrize("data", ["prices:a0|", "prices:w0|s", "all_prices:"])
    async def test_a_made_up_tap_wipes_out_no_message_but_prices(self, shop: Shop, data: str) -> None:
        await shop.sells(S5)
        await shop.asks(f"s5.{NUMBER}", chat=GROUP)
        result = await shown_last(shop, GROUP)
        for message_id in (result, 1):
            assert await shop.presses(data, by=BUDI, chat=GROUP, message_id=message_id) is Toast.USED
        assert shop.kinds(GROUP) == ["OrderReceived"]

    async def test_of_many_turns_of_a_message_only_the_last_waits(self, shop: Shop) -> None:
        await shop.sells(*MANY)
        for _ in range(2):
            await shop.says("/harga pulsa", chat=GROUP)
        first, second = (message.message_id for message in await said(shop, GROUP))
        await shop.presses("prices:w0|pulsa", by=SARI, chat=GROUP, message_id=second)
        for page in (1, 2) * 20:
            data = f"prices:w{page}|pulsa"
            assert await shop.presses(data, by=BUDI, chat=GROUP, message_id=first) is Toast.DONE
        waiting = [row for row in shop.messages(GROUP) if row["state"] == "waiting"]
        assert [row["edits"] for row in waiting] == [second, first]
        shown = shop.notice(waiting[-1])
        assert isinstance(shown, PriceListPage)
        assert shown.page == 2


class TestChoosing:
    async def test_a_tap_on_a_product_asks_for_its_number_with_a_field_for_it(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.says("harga s")
        assert await shop.presses(labels(shop)["S5"], by=SARI) is Toast.DONE
        assert shop.last(SARI) == DestinationPrompt(
            code="S5", name="Telkomsel S5", price_idr=6_300, rule=DestinationRule.PHONE
        )
        await shop.speaks()
        assert shop.sender.to(SARI)[-1].outgoing.asks == "0812xxxx"

    async def test_the_answer_is_an_order_shown_before_it_is_bought(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.presses("product:S5", by=SARI)
        await shop.speaks()
        question = shop.sender.to(SARI)[-1].message_id
        await shop.says(NUMBER, reply_to=question)
        proposal = shop.last(SARI)
        assert isinstance(proposal, OrderProposal)
        assert (proposal.offer.intent.product_code, proposal.offer.intent.destination) == ("S5", NUMBER)
        assert shop.rows("SELECT * FROM orders") == []

    async def test_a_tap_in_the_list_of_a_number_knows_that_number(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.says(f"harga {NUMBER}")
        assert await shop.presses(labels(shop)["S5"], by=SARI) is Toast.DONE
        proposal = shop.last(SARI)
        assert isinstance(proposal, OrderProposal)
        assert proposal.offer.intent.destination == NUMBER
        assert shop.rows("SELECT * FROM orders") == []

    async def test_a_closed_product_is_told_with_open_ones_of_its_kind(self, shop: Shop) -> None:
        await shop.sells(replace(S5, is_open=False), S10, I5)
        await shop.presses("product:S5", by=SARI)
        shut = shop.last(SARI)
        assert isinstance(shut, ChosenProductClosed)
        assert (shut.closure, [row.code for row in shut.others]) == (ClosedReason.CLOSED, ["S10"])
        await turns(shop, "S10")
        assert isinstance(shop.last(SARI), DestinationPrompt)

    async def test_a_resting_product_says_when_it_can_be_bought_again(self, shop: Shop) -> None:
        await shop.sells(replace(PLN, cut_off=DailyHours(from_minute=20 * 60, until_minute=30)))
        await shop.presses("product:PLN20", by=SARI)
        shut = shop.last(SARI)
        assert isinstance(shut, ChosenProductClosed)
        assert (shut.closure, shut.opens_minute) == (ClosedReason.RESTING, 30)

    async def test_a_closed_product_for_a_known_number_offers_orders_for_that_number(
        self, shop: Shop
    ) -> None:
        await shop.sells(replace(S5, is_open=False), S10)
        await shop.presses(f"product:S5|{NUMBER}", by=SARI)
        closed = shop.last(SARI)
        assert isinstance(closed, ProductClosed)
        assert [offer.intent.destination for offer in closed.others] == [NUMBER]

    @pytest.mark.parametrize(
        "payload",
        ["", "NOSUCH", "S5|x", "S5|12345", "S5|081234567890|", f"PLN20|{NUMBER}", "S5|+62812345678"],
    )
    async def test_a_choice_that_no_button_offers_does_nothing(self, shop: Shop, payload: str) -> None:
        await shop.sells(S5, PLN)
        assert await shop.presses(f"product:{payload}", by=SARI) is Toast.USED
        assert shop.messages(SARI) == []

    async def test_in_a_group_whoever_taps_gets_the_proposal_for_themselves(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.says(f"/harga {NUMBER}", chat=GROUP)
        await shop.presses(labels(shop, GROUP)["S5"], by=BUDI, chat=GROUP)
        proposal = shop.last(GROUP)
        assert isinstance(proposal, OrderProposal)
        assert proposal.user_id == BUDI
