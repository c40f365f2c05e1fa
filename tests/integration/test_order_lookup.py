"""Everybody finds their own orders, by number, by id or page by page, and nobody finds another's."""

import pytest

from bot.features.history.order_lookup import ROWS_A_PAGE, ROWS_TO_A_NUMBER
from bot.notices.order_lookup import NoMatchingOrder, OrderDetails, OrderHistory, OrdersToDestination
from bot.orders.model import FailureCause, State
from bot.updates import Toast
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, Shop
from tests.integration.fakes import START_MS
from tests.integration.looked import labels, last_text, remembers, shown_last, turns

NUMBER = "081234567890"


def shown(shop: Shop, chat: int = SARI) -> OrderDetails:
    notice = shop.last(chat)
    assert isinstance(notice, OrderDetails)
    return notice


def page(shop: Shop, chat: int = SARI) -> OrderHistory:
    notice = shop.last(chat)
    assert isinstance(notice, OrderHistory)
    return notice


class TestStatus:
    @pytest.mark.parametrize(
        "typed",
        [
            f"cek.{NUMBER}",
            f"CEK {NUMBER}",
            "status +62 812-3456-7890",
            "cek 6281234567890",
            f"cek s5.{NUMBER}",
            "cek 20260921201300001",
            "status Ref 20260921201300001",
            "cek",
        ],
    )
    async def test_an_order_is_found_however_it_is_asked_for(self, shop: Shop, typed: str) -> None:
        order = await remembers(shop, 1)
        await shop.says(typed)
        assert shown(shop).trxid == order.trxid
        assert "SN-1" in await last_text(shop)

    @pytest.mark.parametrize(
        ("typed", "destination"),
        [
            ("14444941364", "14444941364"),
            ("8801234567", "8801234567"),
            ("12345678(1234)", "123456781234"),
            ("budi_77", "budi_77"),
        ],
    )
    async def test_destinations_that_are_no_phones_are_found_as_they_were_ordered(
        self, shop: Shop, typed: str, destination: str
    ) -> None:
        await remembers(shop, 1, destination=destination)
        await shop.says(f"cek {typed}")
        assert shown(shop).destination == destination

    async def test_the_latest_orders_to_a_number_come_as_a_list_and_a_tap_shows_one(self, shop: Shop) -> None:
        made = [await remembers(shop, n, placed_at_ms=START_MS + n) for n in range(ROWS_TO_A_NUMBER + 2)]
        await shop.says(f"cek {NUMBER}")
        found = shop.last(SARI)
        assert isinstance(found, OrdersToDestination)
        latest = [order.trxid for order in reversed(made)][:ROWS_TO_A_NUMBER]
        assert [row.trxid for row in found.rows] == latest
        assert await shop.presses(labels(shop)["2"], by=SARI) is Toast.DONE
        assert shown(shop).trxid == latest[1]

    async def test_an_order_in_full_has_the_buttons_that_its_state_allows(self, shop: Shop) -> None:
        await remembers(shop, 1)
        await shop.says("cek")
        assert set(labels(shop)) == {"receipt", "complain", "again"}

    @pytest.mark.parametrize("typed", ["cek 20260921201300001", f"cek {NUMBER}", "cek"])
    async def test_nobody_finds_the_order_of_another(self, shop: Shop, typed: str) -> None:
        await remembers(shop, 1)
        await shop.says(typed, by=BUDI)
        assert isinstance(shop.last(BUDI), NoMatchingOrder)

    async def test_an_admin_finds_any_order_and_who_made_it_in_their_private_chat(self, shop: Shop) -> None:
        await remembers(shop, 1)
        await remembers(shop, 2, user_id=BUDI, chat_id=BUDI)
        await shop.says("halo", by=SARI)
        await shop.says(f"cek {NUMBER}", by=RINA)
        found = shop.last(RINA)
        assert isinstance(found, OrdersToDestination)
        assert "Name 1001" in await last_text(shop, RINA)
        await shop.says("cek 20260921201300001", by=RINA)
        assert (shown(shop, RINA).user_id, shown(shop, RINA).name) == (SARI, "Name 1001")

    async def test_in_a_group_an_admin_is_shown_only_what_is_their_own(self, shop: Shop) -> None:
        await remembers(shop, 1)
        await shop.says(f"/cek {NUMBER}", by=RINA, chat=GROUP)
        assert isinstance(shop.last(GROUP), NoMatchingOrder)

    async def test_a_reason_about_the_operators_account_is_kept_from_the_reseller(self, shop: Shop) -> None:
        await remembers(
            shop, 1, state=State.FAILED, sn=None, reason="IP canary", failure_cause=FailureCause.ACCOUNT
        )
        await shop.says("cek")
        assert "canary" not in await last_text(shop)

    async def test_asking_changes_no_order_and_posts_nothing(self, shop: Shop) -> None:
        order = await shop.asks(f"s5.{NUMBER}")
        for typed in (f"cek {NUMBER}", "cek", "riwayat", "status xyz", "cek.0812"):
            await shop.says(typed)
        assert shop.rows("SELECT trxid FROM orders") == [{"trxid": order.trxid}]
        assert (await shop.order(order.trxid)) == order

    async def test_what_is_not_found_is_answered_with_the_right_form(self, shop: Shop) -> None:
        await shop.says("cek 0813")
        assert shop.last(SARI) == NoMatchingOrder(typed="0813")

    async def test_of_what_is_not_found_the_number_alone_is_shown(self, shop: Shop) -> None:
        await shop.says("cek 081377777777 kok belum masuk ya")
        assert shop.last(SARI) == NoMatchingOrder(typed="081377777777")
        assert "cek.081234567890" in await last_text(shop)


class TestHistory:
    async def test_it_goes_back_page_by_page_and_forth_again_and_leaves_nothing_out(self, shop: Shop) -> None:
        # Orders of one message share a moment.
        made = [await remembers(shop, n, placed_at_ms=START_MS + n // 3) for n in range(2 * ROWS_A_PAGE + 3)]
        wanted = [order.trxid for order in reversed(made)]
        await shop.says("riwayat")
        seen = [[row.trxid for row in page(shop).rows]]
        for _ in range(2):
            await turns(shop, "older")
            seen.append([row.trxid for row in page(shop).rows])
        assert [*seen[0], *seen[1], *seen[2]] == wanted
        assert shop.messages(SARI)[-1]["edits"] == shop.sender.to(SARI)[-1].message_id
        assert "older" not in labels(shop)
        for earlier in (seen[1], seen[0]):
            await turns(shop, "newer")
            assert [row.trxid for row in page(shop).rows] == earlier
        assert "newer" not in labels(shop)

    async def test_a_new_order_moves_the_way_back_to_a_full_first_page(self, shop: Shop) -> None:
        for number in range(ROWS_A_PAGE + 1):
            await remembers(shop, number, placed_at_ms=START_MS + number)
        await shop.says("last")
        await turns(shop, "older")
        newest = await remembers(shop, 99, placed_at_ms=START_MS + 99)
        await turns(shop, "newer")
        assert len(page(shop).rows) == ROWS_A_PAGE
        await turns(shop, "newer")
        assert page(shop).rows[0].trxid == newest.trxid

    async def test_it_holds_ones_own_orders_only(self, shop: Shop) -> None:
        await remembers(shop, 1)
        own = await remembers(shop, 2, user_id=BUDI, chat_id=BUDI)
        await shop.says("/riwayat", by=BUDI)
        assert [row.trxid for row in page(shop, BUDI).rows] == [own.trxid]

    async def test_whoever_has_ordered_nothing_is_told_how(self, shop: Shop) -> None:
        await shop.says("riwayat")
        assert "Belum ada pesanan." in await last_text(shop)

    async def test_a_button_of_another_opens_nothing_of_theirs(self, shop: Shop) -> None:
        order = await remembers(shop, 1)
        await shop.says("riwayat", by=BUDI)
        message_id = await shown_last(shop, BUDI)
        for action in ("order", "older", "newer"):
            data = f"{action}:{order.trxid}"
            assert await shop.presses(data, by=BUDI, message_id=message_id) is Toast.NOT_YOURS
        assert shop.kinds(BUDI) == ["OrderHistory"]

    async def test_a_made_up_tap_wipes_out_no_message_but_a_page_of_this_kind(self, shop: Shop) -> None:
        own = await remembers(shop, 1, user_id=BUDI, chat_id=BUDI)
        await shop.asks(f"s5.{NUMBER}", chat=GROUP)
        message_id = await shown_last(shop, GROUP)
        for action in ("older", "newer"):
            data = f"{action}:{own.trxid}"
            assert await shop.presses(data, by=BUDI, chat=GROUP, message_id=message_id) is Toast.USED
        assert shop.kinds(GROUP) == ["OrderReceived"]

    async def test_anothers_tap_does_not_stop_a_page_that_is_on_its_way(self, shop: Shop) -> None:
        for number in range(ROWS_A_PAGE + 1):
            await remembers(shop, number, placed_at_ms=START_MS + number)
        await shop.says("/riwayat", chat=GROUP)
        assert await turns(shop, "older", chat=GROUP) is Toast.DONE
        message_id, data = shop.sender.to(GROUP)[-1].message_id, labels(shop, GROUP)["newer"]
        assert await shop.presses(data, by=BUDI, chat=GROUP, message_id=message_id) is Toast.NOT_YOURS
        assert shop.messages(GROUP)[-1]["state"] == "waiting"

    async def test_of_many_taps_on_an_order_one_answer_waits(self, shop: Shop) -> None:
        order = await remembers(shop, 1)
        toasts = [await shop.presses(f"order:{order.trxid}", by=SARI) for _ in range(3)]
        assert toasts == [Toast.DONE, Toast.SOON, Toast.SOON]
        assert shop.kinds(SARI) == ["OrderDetails"]
        await shop.speaks()
        assert await shop.presses(f"order:{order.trxid}", by=SARI) is Toast.DONE

    @pytest.mark.parametrize("payload", ["", "x", "20260921201399999", "' OR 1=1 --", "9" * 60])
    async def test_what_no_button_of_ours_brings_shows_nothing(self, shop: Shop, payload: str) -> None:
        await shop.says("riwayat")
        message_id = await shown_last(shop)
        for action in ("order", "older", "newer"):
            data = f"{action}:{payload}"
            assert await shop.presses(data, by=SARI, message_id=message_id) is Toast.USED
        assert shop.kinds(SARI) == ["OrderHistory"]

    async def test_an_admin_may_open_any_order_and_learns_who_made_it_only_in_private(
        self, shop: Shop
    ) -> None:
        order = await remembers(shop, 1)
        await shop.presses(f"order:{order.trxid}", by=RINA, chat=GROUP)
        assert shown(shop, GROUP).user_id is None
        await shop.presses(f"order:{order.trxid}", by=RINA)
        assert shown(shop, RINA).user_id == SARI
