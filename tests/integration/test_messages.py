"""A message makes at most one order, only for who may order, and only as it was first written."""

import pytest

from bot.actors import Role
from bot.grammar.parsed import InputError
from bot.grammar.period import day_of, midnight_ms
from bot.notices import Notice
from bot.notices.accounts import ShopBalance
from bot.notices.alarms import BillerBalance
from bot.notices.guidance import AdminsOnly, Help, NotUnderstood, Welcome
from bot.notices.orders import OrderReceived
from bot.notices.people import JoinAnswer
from bot.notices.placing import MessageOrders
from bot.orders.model import State
from bot.updates import MessageKind
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, STRANGER, ZONE, Shop
from tests.integration.fakes import START_MS, success_of
from tests.integration.test_placing import S5

ORDER = "S5 0812-3456-7890"


def orders_in(shop: Shop) -> int:
    count: int = shop.rows("SELECT count(*) AS n FROM orders")[0]["n"]
    return count


async def test_an_order_is_stored_with_its_chat_and_answered_there(shop: Shop) -> None:
    order = await shop.asks(ORDER, by=SARI, message_id=77)
    assert (order.chat_id, order.message_id, order.user_id) == (SARI, 77, SARI)
    assert (order.product_code, order.destination, order.state) == ("s5", "081234567890", State.PLACED)
    assert order.trxid.startswith("260921")
    assert len(order.trxid) == 17
    (message,) = shop.messages(SARI)
    assert (message["kind"], message["reply_to"]) == ("OrderReceived", 77)


async def test_the_order_and_its_acknowledgement_are_kept_in_one_commit_or_not_at_all(shop: Shop) -> None:
    shop.disk.refuses_writes(1)
    with pytest.raises(Exception, match="full"):
        await shop.says(ORDER, message_id=77)
    assert (orders_in(shop), shop.messages(SARI)) == (0, [])
    await shop.says(ORDER, message_id=77)
    assert (orders_in(shop), shop.kinds(SARI)) == (1, ["OrderReceived"])


async def test_a_message_delivered_again_makes_no_second_order_and_no_second_answer(shop: Shop) -> None:
    for _ in range(3):
        await shop.says(ORDER, message_id=77)
    assert (orders_in(shop), len(shop.messages(SARI))) == (1, 1)


async def test_a_message_that_comes_again_after_it_was_forgotten_makes_no_second_order(shop: Shop) -> None:
    await shop.says(ORDER, message_id=77)
    shop.clock.passes(40 * 86_400)
    await shop.watchdog.run_once()
    assert shop.rows("SELECT * FROM messages_seen") == []
    await shop.says(ORDER, message_id=77, at_ms=START_MS)
    assert orders_in(shop) == 1


async def test_two_messages_make_two_orders_in_two_chats(shop: Shop) -> None:
    first, second = await shop.asks(ORDER, by=SARI), await shop.asks(ORDER, by=BUDI)
    assert (first.chat_id, second.chat_id) == (SARI, BUDI)
    assert first.trxid != second.trxid


async def test_a_trxid_that_is_taken_is_drawn_again(shop: Shop) -> None:
    shop.random_suffix.next_are(11111, 11111, 11111, 22222)
    first, second = await shop.asks(), await shop.asks()
    assert (first.trxid[-5:], second.trxid[-5:]) == ("11111", "22222")
    assert first.trxid[:-5] == second.trxid[:-5]
    assert shop.kinds(SARI) == ["OrderReceived"] * 2


async def test_chance_that_never_gives_another_trxid_ends_in_an_error_and_not_in_a_loop(shop: Shop) -> None:
    shop.random_suffix.next_are(*[7] * 1000)
    await shop.asks()
    with pytest.raises(RuntimeError, match="no free trxid"):
        await shop.says(ORDER, by=BUDI)
    assert orders_in(shop) == 1


async def test_an_order_dated_in_the_future_is_as_old_as_it_came(shop: Shop) -> None:
    order = await shop.asks(ORDER, at_ms=START_MS + 86_400_000)
    assert order.requested_at_ms == START_MS


@pytest.mark.parametrize(
    ("kind", "input_error"),
    [(MessageKind.EDITED, InputError.EDITED), (MessageKind.FORWARDED, InputError.FORWARDED)],
)
async def test_an_edited_or_forwarded_order_is_not_bought_and_its_sender_is_told(
    shop: Shop, kind: MessageKind, input_error: InputError
) -> None:
    await shop.says(f"halo kak\n{ORDER}", kind=kind)
    assert orders_in(shop) == 0
    assert shop.last(SARI) == NotUnderstood(input_error=input_error, suggestion=ORDER)


@pytest.mark.parametrize("kind", [MessageKind.EDITED, MessageKind.FORWARDED])
@pytest.mark.parametrize("text", ["terima kasih", "/saldo", "daftar"])
async def test_other_edited_or_forwarded_talk_gets_no_answer(
    shop: Shop, kind: MessageKind, text: str
) -> None:
    await shop.says(text, kind=kind)
    assert shop.messages(SARI) == []


async def test_an_edit_of_an_ordered_message_orders_nothing_more(shop: Shop) -> None:
    await shop.says(ORDER, message_id=77)
    await shop.says("s10.081234567890", message_id=77, kind=MessageKind.EDITED)
    assert orders_in(shop) == 1


class TestOrdersOfAnUnreadMessage:
    """What the sender of an edit or a forward reads is true of the orders that there are."""

    async def says(self, shop: Shop, text: str, kind: MessageKind, message_id: int | None = None) -> Notice:
        await shop.says(text, kind=kind, message_id=message_id)
        return shop.last(SARI)

    @pytest.mark.parametrize("text", ["s10.081234567892", "s5.0812", "batal", "tidak jadi kak", ""])
    async def test_an_edit_is_answered_with_the_order_of_its_message(self, shop: Shop, text: str) -> None:
        order = await shop.asks(ORDER, message_id=77)
        answer = await self.says(shop, text, MessageKind.EDITED, 77)
        assert isinstance(answer, MessageOrders)
        assert [(own.trxid, own.state) for own in answer.own] == [(order.trxid, State.PLACED)]
        assert answer.suggestion == (text if text.startswith("s10") else "")

    async def test_an_edit_to_the_same_order_suggests_no_second_one(self, shop: Shop) -> None:
        await shop.asks(ORDER, message_id=77)
        answer = await self.says(shop, ORDER.upper(), MessageKind.EDITED, 77)
        assert isinstance(answer, MessageOrders)
        assert (len(answer.own), answer.same, answer.suggestion) == (1, (), "")

    async def test_an_edit_of_several_orders_is_answered_with_each_and_what_is_new(self, shop: Shop) -> None:
        await shop.says("s5.081234567890\ns10.081234567891", message_id=77)
        answer = await self.says(shop, "s5.081234567890\ns10.081234567899", MessageKind.EDITED, 77)
        assert isinstance(answer, MessageOrders)
        assert [own.typed for own in answer.own] == ["s5.081234567890", "s10.081234567891"]
        assert answer.suggestion == "s10.081234567899"

    async def test_an_order_by_a_tap_belongs_to_the_message_that_asked(self, shop: Shop) -> None:
        await shop.sells(S5)
        await shop.says("tolong s5.081234567890 ya kak", message_id=77)
        await shop.speaks()
        card_id = shop.sender.to(SARI)[-1].message_id
        await shop.presses(shop.buttons(SARI)["buy"], by=SARI, message_id=card_id)
        assert orders_in(shop) == 1
        answer = await self.says(shop, "s5.081234567899", MessageKind.EDITED, 77)
        assert isinstance(answer, MessageOrders)
        assert [own.typed for own in answer.own] == ["S5.081234567890"]

    async def test_an_edit_to_what_another_message_ordered_says_so(self, shop: Shop) -> None:
        await shop.asks("s5.081234567891")
        await shop.says("halo", message_id=77)
        answer = await self.says(shop, "s5.081234567891", MessageKind.EDITED, 77)
        assert isinstance(answer, MessageOrders)
        assert (answer.own, len(answer.same), answer.suggestion) == ((), 1, "")

    @pytest.mark.parametrize("kind", [MessageKind.FORWARDED, MessageKind.CAPTIONED])
    async def test_a_forward_or_caption_of_a_placed_order_says_that_it_is_placed(
        self, shop: Shop, kind: MessageKind
    ) -> None:
        order = await shop.asks(ORDER)
        answer = await self.says(shop, f"halo kak\n{ORDER}\ns5.081234567899", kind)
        assert isinstance(answer, MessageOrders)
        assert (answer.own, [same.trxid for same in answer.same]) == ((), [order.trxid])
        assert answer.suggestion == "s5.081234567899"

    async def test_an_order_of_another_reseller_is_not_told(self, shop: Shop) -> None:
        await shop.asks(ORDER, by=BUDI)
        assert isinstance(await self.says(shop, ORDER, MessageKind.FORWARDED), NotUnderstood)


async def test_an_edit_that_comes_first_leaves_the_message_its_order(shop: Shop) -> None:
    await shop.says("halo", message_id=77, kind=MessageKind.EDITED)
    await shop.says(ORDER, message_id=77)
    assert orders_in(shop) == 1


async def test_several_lines_are_an_order_each_and_answered_by_one_message(shop: Shop) -> None:
    await shop.says("s5.081234567890\ns10.081234567891", message_id=77)
    assert shop.rows("SELECT message_id, line, product_code FROM orders ORDER BY line") == [
        {"message_id": 77, "line": 1, "product_code": "s5"},
        {"message_id": 77, "line": 2, "product_code": "s10"},
    ]
    (message,) = shop.messages(SARI)
    assert (message["kind"], message["reply_to"]) == ("BatchSummary", 77)


async def test_several_lines_delivered_again_make_no_more_orders_and_no_second_answer(shop: Shop) -> None:
    for _ in range(3):
        await shop.says("s5.081234567890\ns10.081234567891\ns5.0812", message_id=77)
    assert (orders_in(shop), shop.kinds(SARI)) == (2, ["BatchSummary"])


async def test_several_orders_of_one_line_are_asked_for_one_by_one(shop: Shop) -> None:
    await shop.says("s5 081234567890 s10 081234567891")
    assert orders_in(shop) == 0
    notice = shop.last(SARI)
    assert isinstance(notice, NotUnderstood)
    assert notice.input_error is InputError.SEVERAL_ORDERS


@pytest.mark.parametrize("text", ["", "s5.0812", "s5", "5.081234567890", "sldo", "s5.2.0812", "\x00"])
async def test_a_slip_in_private_always_gets_an_answer(shop: Shop, text: str) -> None:
    await shop.says(text)
    assert orders_in(shop) == 0
    assert isinstance(shop.last(SARI), NotUnderstood)


class TestGroups:
    async def test_the_sender_counts_and_not_the_group(self, shop: Shop) -> None:
        order = await shop.asks(ORDER, by=SARI, chat=GROUP, thread=5)
        assert (order.chat_id, order.thread_id, order.user_id) == (GROUP, 5, SARI)
        await shop.says(ORDER, by=STRANGER, chat=GROUP)
        assert orders_in(shop) == 1
        assert shop.last(GROUP) == JoinAnswer(standing=None)

    async def test_one_message_number_in_two_chats_is_two_messages(self, shop: Shop) -> None:
        await shop.asks(by=SARI, message_id=77)
        await shop.asks(by=SARI, chat=GROUP, message_id=77)
        assert orders_in(shop) == 2

    @pytest.mark.parametrize("text", ["saldo", "halo semua", "hubungi 081234567890", "jam 10.30", ""])
    @pytest.mark.parametrize("by", [SARI, STRANGER, RINA])
    async def test_talk_between_people_gets_no_answer(self, shop: Shop, text: str, by: int) -> None:
        await shop.says(text, by=by, chat=GROUP)
        assert shop.messages(GROUP) == []

    async def test_a_meant_order_with_a_slip_gets_one(self, shop: Shop) -> None:
        await shop.says("s5.0812", chat=GROUP)
        assert isinstance(shop.last(GROUP), NotUnderstood)

    async def test_an_admins_balance_is_never_shown_in_a_group(self, shop: Shop) -> None:
        await shop.says("/saldo", by=RINA, chat=GROUP)
        assert shop.last(GROUP) == AdminsOnly()

    @pytest.mark.parametrize("text", ["/reseller", "/tertunda", "/bekukan 1002", "/gagal 22110111373985338"])
    async def test_an_admins_commands_do_nothing_in_a_group(self, shop: Shop, text: str) -> None:
        await shop.says(text, by=RINA, chat=GROUP)
        assert shop.last(GROUP) == AdminsOnly()
        assert shop.rows("SELECT * FROM people WHERE standing = 'frozen'") == []


class TestCommands:
    @pytest.mark.parametrize("text", ["bantuan", "HELP", "/menu", "format"])
    async def test_help_is_given_to_who_may_order(self, shop: Shop, text: str) -> None:
        await shop.says(text)
        assert shop.last(SARI) == Help(role=Role.RESELLER)

    @pytest.mark.parametrize(("by", "role"), [(SARI, Role.RESELLER), (RINA, Role.ADMIN)])
    async def test_who_starts_is_welcomed(self, shop: Shop, by: int, role: Role) -> None:
        await shop.says("/start", by=by)
        assert shop.last(by) == Welcome(role=role)

    @pytest.mark.parametrize("text", ["saldo", "/saldo", "s", "cs", "sal"])
    async def test_only_an_admin_sees_the_billers_balance(self, shop: Shop, text: str) -> None:
        await shop.says(text, by=SARI)
        assert isinstance(shop.last(SARI), ShopBalance)
        await shop.says(text, by=RINA)
        assert isinstance(shop.last(RINA), BillerBalance)

    @pytest.mark.parametrize(
        "text", ["reseller", "/reseller", "tertunda", "/bekukan 1002", "hapus 1002", "/sukses 1 2", "gagal 1"]
    )
    async def test_a_resellers_admin_commands_do_nothing(self, shop: Shop, text: str) -> None:
        await shop.says(text, by=SARI)
        assert isinstance(shop.last(SARI), AdminsOnly if text.startswith("/") else NotUnderstood)
        assert {row["standing"] for row in shop.rows("SELECT standing FROM people")} == {"approved"}

    async def test_the_balance_is_what_answer_and_open_orders_say(self, shop: Shop) -> None:
        shop.biller.accepts(cost_idr=5_100, balance_idr=1_356_424)
        await shop.asks()
        await shop.posts()
        await shop.says("/saldo", by=RINA)
        assert shop.last(RINA) == BillerBalance(
            balance_idr=1_356_424,
            reported_at_ms=START_MS,
            source="answer",
            open_count=1,
            open_cost_idr=5_100,
            open_uncosted_count=0,
            today_count=0,
            today_cost_idr=0,
            today_uncosted_count=0,
            waiting_count=0,
        )

    async def test_the_balance_is_the_last_that_was_reported_whatever_it_came_with(self, shop: Shop) -> None:
        shop.biller.accepts(cost_idr=5_100, balance_idr=1_356_424)
        order = await shop.asks()
        await shop.posts()
        shop.clock.passes(60)
        await shop.reversals.receive(success_of(order), remote="1.2.3.4")
        await shop.says("/saldo", by=RINA)
        told = shop.last(RINA)
        assert isinstance(told, BillerBalance)
        assert (told.balance_idr, told.reported_at_ms, told.source) == (9_999, START_MS + 60_000, "reversal")
        assert shop.rows("SELECT trxid FROM biller_balance") == [{"trxid": order.trxid}]
        assert (told.open_count, told.open_cost_idr, told.today_count) == (0, 0, 1)

    async def test_only_what_succeeded_counts_as_bought_today_and_only_what_is_open_as_open(
        self, shop: Shop
    ) -> None:
        shop.clock.ms = midnight_ms(day_of(START_MS, ZONE), ZONE)
        for settle in (shop.biller.accepts, shop.biller.refuses, shop.biller.cuts):
            settle()
            order = await shop.asks()
            await shop.posts()
            if settle == shop.biller.accepts:
                await shop.reversals.receive(success_of(order), remote="1.2.3.4")
        await shop.says("/saldo", by=RINA)
        told = shop.last(RINA)
        assert isinstance(told, BillerBalance)
        assert (told.today_count, told.today_cost_idr) == (1, 5_100), "from the first moment of the day on"
        assert (told.open_count, told.waiting_count) == (1, 1)

    async def test_a_day_begins_at_midnight_of_the_shop(self, shop: Shop) -> None:
        order = await shop.asks()
        await shop.reversals.receive(success_of(order), remote="1.2.3.4")
        await shop.says("/saldo", by=RINA)
        today = shop.last(RINA)
        assert isinstance(today, BillerBalance)
        assert (today.today_count, today.today_cost_idr) == (1, 5_100)
        shop.clock.passes(4 * 3600)  # it was 21:13 in Jakarta
        await shop.says("/saldo", by=RINA)
        tomorrow = shop.last(RINA)
        assert isinstance(tomorrow, BillerBalance)
        assert (tomorrow.today_count, tomorrow.today_cost_idr) == (0, 0)


async def test_the_acknowledgement_names_the_order(shop: Shop) -> None:
    order = await shop.asks()
    assert shop.last(SARI) == OrderReceived(
        trxid=order.trxid, code="s5", destination="081234567890", at_ms=START_MS
    )
