"""The assistants of a shop: one balance, one history, one set of limits, and an owner who decides."""

import asyncio
from typing import ClassVar

import pytest
from msgspec.structs import replace

from bot.actors import Standing
from bot.features.people.assistants import MAX_ASSISTANTS, SHARED_WITHIN_MS
from bot.grammar.period import day_of, single_day
from bot.notices.accounts import DailyLimitReached, ShopBalance
from bot.notices.assistants import (
    AssistantAdded,
    AssistantChanged,
    AssistantError,
    AssistantLeft,
    AssistantList,
    AssistantQuestion,
    AssistantRejected,
    AssistantsOfResellersOnly,
    AssistantStatus,
    AssistantUnchanged,
    OwnerOnly,
)
from bot.notices.balances import InsufficientBalance
from bot.notices.complaints import ComplaintCard
from bot.notices.deposits import DepositCredited, TicketCard
from bot.notices.order_lookup import NoMatchingOrder, OrderDetails, OrderHistory
from bot.notices.orders import OrderExpired, OrderReceived, OrderSucceeded
from bot.notices.people import JoinAnswer, JoinDecided, PersonCard
from bot.notices.placing import OrderProposal, OrderRepeated
from bot.notices.receipts import ReceiptSettings
from bot.notices.reports import SalesReport
from bot.orders.model import State
from bot.purchasing import totals
from bot.telegram.parse_update import parse_update
from bot.updates import IncomingMessage, MessageKind, SharedPerson, Toast
from storage import ledger, people
from storage.transaction import Tx
from tests.integration.conftest import BUDI, DEWI, GROUP, RINA, SARI, STRANGER, ZONE, Shop
from tests.integration.fakes import a_message, order_text, success_of
from tests.integration.test_payment import PRICED, Till
from tests.integration.test_tickets import BCA

ANI, EKO = 6001, 6002
"""Two people who are to work for Sari."""


async def hires(shop: Shop, user_id: int, *, owner: int = SARI) -> None:
    """Let an owner make somebody an assistant who has written to the bot."""
    if not shop.rows("SELECT 1 FROM people WHERE user_id = ?", user_id):
        await shop.says("/daftar", by=user_id, username=f"user{user_id}")
    await shop.says(f"/staf {user_id}", by=owner)
    assert await shop.presses(shop.buttons(owner)["confirm_assistant"], by=owner) is Toast.DONE


async def dismisses(shop: Shop, user_id: int, *, owner: int = SARI) -> None:
    await shop.says(f"/staf_hapus_{user_id}", by=owner)
    assert await shop.presses(shop.buttons(owner)["confirm_dismissal"], by=owner) is Toast.DONE


def standing(shop: Shop, user_id: int) -> tuple[str, int | None]:
    (row,) = shop.rows("SELECT standing, owner_id FROM people WHERE user_id = ?", user_id)
    return row["standing"], row["owner_id"]


@pytest.fixture
async def till(shop: Shop) -> Till:
    """Sari's shop is prepaid, and Ani and Eko work there."""
    shop.starts(reseller_floor_idr=0, deposit_accounts=(BCA,))
    await shop.sells(PRICED)
    await hires(shop, ANI)
    await hires(shop, EKO)
    return Till(shop)


class TestAdding:
    async def test_an_owner_names_somebody_who_has_written_and_confirms(self, shop: Shop) -> None:
        await shop.says("/daftar", by=ANI, username="ani_cell")
        await shop.says("/staf @Ani_Cell")
        assert shop.last(SARI) == AssistantQuestion(
            owner_id=SARI, user_id=ANI, name=f"Name {ANI}", username="ani_cell"
        )
        assert standing(shop, ANI) == ("asked", None)
        assert await shop.presses(shop.buttons(SARI)["confirm_assistant"], by=SARI) is Toast.DONE
        assert shop.last(SARI) == AssistantAdded(name=f"Name {ANI}", username="ani_cell")
        assert shop.last(ANI) == JoinAnswer(
            standing=Standing.ASSISTANT, fresh=True, owner_name=f"Name {SARI}"
        )
        assert standing(shop, ANI) == ("assistant", SARI)

    async def test_the_admins_are_told_and_their_card_of_the_request_is_closed(self, shop: Shop) -> None:
        await shop.says("/daftar", by=ANI, username="ani_cell")
        await shop.speaks()
        await hires(shop, ANI)
        for admin in (RINA, DEWI):
            (told,) = [
                found
                for row in shop.messages(admin)
                if isinstance(found := shop.notice(row), AssistantChanged)
            ]
            assert (told.user_id, told.owner_id, told.is_added, told.by_link) == (ANI, SARI, True, False)
            assert "JoinDecided" in shop.kinds(admin)
        decided = next(shop.notice(row) for row in shop.messages(RINA) if row["kind"] == "JoinDecided")
        assert isinstance(decided, JoinDecided)
        assert decided.standing is Standing.ASSISTANT

    async def test_nothing_changes_without_the_second_tap(self, shop: Shop) -> None:
        await shop.says("/daftar", by=ANI)
        await shop.says(f"/staf {ANI}")
        buttons = shop.buttons(SARI)
        assert await shop.presses(buttons["cancel"], by=SARI) is Toast.DONE
        assert shop.last(SARI) == AssistantUnchanged(name=f"Name {ANI}")
        assert await shop.presses(buttons["confirm_assistant"], by=SARI) is Toast.USED
        assert standing(shop, ANI) == ("asked", None)

    async def test_a_contact_names_somebody_whom_the_bot_never_met(self, shop: Shop) -> None:
        await shop.says("/staf")
        shared = SharedPerson(user_id=ANI, name="Ani Baru", username="ani_baru")
        await shop.says("", shared=shared)
        assert shop.last(SARI) == AssistantQuestion(
            owner_id=SARI, user_id=ANI, name="Ani Baru", username="ani_baru"
        )
        await shop.presses(shop.buttons(SARI)["confirm_assistant"], by=SARI)
        assert standing(shop, ANI) == ("assistant", SARI)
        (row,) = shop.rows("SELECT name, username FROM people WHERE user_id = ?", ANI)
        assert row == {"name": "Ani Baru", "username": "ani_baru"}

    async def test_a_forwarded_message_names_its_author(self, shop: Shop) -> None:
        await shop.says("/staf")
        shared = SharedPerson(user_id=ANI, name="Ani")
        await shop.says("halo bu", kind=MessageKind.FORWARDED, shared=shared)
        assert isinstance(shop.last(SARI), AssistantQuestion)

    async def test_so_does_the_command_as_a_reply_to_it(self, shop: Shop) -> None:
        shared = SharedPerson(user_id=ANI, name="Ani")
        await shop.says("/staf", shared=shared, reply_to=77)
        assert isinstance(shop.last(SARI), AssistantQuestion)

    async def test_a_contact_long_after_the_command_or_without_one_names_nobody(self, shop: Shop) -> None:
        shared = SharedPerson(user_id=ANI, name="Ani")
        await shop.says("", shared=shared)
        await shop.says("/staf")
        shop.clock.passes(SHARED_WITHIN_MS // 1000 + 1)
        await shop.says("", shared=shared)
        assert "AssistantQuestion" not in shop.kinds(SARI)

    async def test_somebody_whom_telegram_hides_is_asked_for_by_a_link(self, shop: Shop) -> None:
        await shop.says("/staf")
        await shop.says("hai", kind=MessageKind.FORWARDED, shared=SharedPerson(user_id=None, name="Ani"))
        assert shop.last(SARI) == AssistantRejected(error=AssistantError.NO_ACCOUNT, typed="Ani")

    @pytest.mark.parametrize(
        ("user_id", "error"),
        [
            (SARI, AssistantError.SELF),
            (RINA, AssistantError.ADMIN),
            (BUDI, AssistantError.RESELLER),
            (999, AssistantError.UNKNOWN),
        ],
    )
    async def test_resellers_admins_and_unknown_people_are_refused(
        self, shop: Shop, user_id: int, error: AssistantError
    ) -> None:
        await shop.says("halo", by=user_id if user_id == RINA else STRANGER)
        if user_id == RINA:
            await shop.says("/staf", shared=SharedPerson(user_id=RINA, name="Rina"))
        else:
            await shop.says(f"/staf {user_id}")
        refused = shop.last(SARI)
        assert isinstance(refused, AssistantRejected)
        assert refused.error is error

    async def test_an_assistant_works_for_one_shop(self, shop: Shop) -> None:
        await hires(shop, ANI)
        for owner, error in ((SARI, AssistantError.ALREADY), (BUDI, AssistantError.OTHER_SHOP)):
            await shop.says(f"/staf {ANI}", by=owner)
            refused = shop.last(owner)
            assert isinstance(refused, AssistantRejected)
            assert refused.error is error

    @pytest.mark.parametrize("command", ["/bekukan", "/hapus"])
    async def test_whom_an_admin_shut_out_no_owner_lets_in(self, shop: Shop, command: str) -> None:
        await shop.hires(ANI)
        await shop.says(f"{command} {ANI}", by=RINA)
        if command == "/hapus":
            await shop.presses(shop.buttons(RINA)["confirm_remove"], by=RINA)
        await shop.says(f"/staf {ANI}")
        refused = shop.last(SARI)
        assert isinstance(refused, AssistantRejected)
        assert refused.error is AssistantError.BARRED

    async def test_a_shop_has_no_more_assistants_than_it_may(self, shop: Shop) -> None:
        people = range(6100, 6100 + MAX_ASSISTANTS)
        for user_id in people:
            await hires(shop, user_id)
        await shop.says("/daftar", by=ANI)
        await shop.says(f"/staf {ANI}")
        refused = shop.last(SARI)
        assert isinstance(refused, AssistantRejected)
        assert refused.error is AssistantError.FULL
        await dismisses(shop, 6100)
        await hires(shop, ANI)

    async def test_who_became_a_reseller_between_question_and_tap_stays_one(self, shop: Shop) -> None:
        await shop.says("/daftar", by=ANI)
        await shop.says(f"/staf {ANI}")
        yes = shop.buttons(SARI)["confirm_assistant"]
        await shop.says(f"/aktifkan {ANI}", by=RINA)
        assert await shop.presses(yes, by=SARI) is Toast.REFUSED
        assert standing(shop, ANI) == ("approved", None)

    async def test_in_a_group_nobody_is_added(self, shop: Shop) -> None:
        await shop.says(f"/staf {ANI}", chat=GROUP)
        assert shop.kinds(GROUP) == ["PrivateChatOnly"]

    async def test_another_reseller_cannot_tap_the_owners_button(self, shop: Shop) -> None:
        await shop.says("/daftar", by=ANI)
        await shop.says(f"/staf {ANI}")
        assert await shop.presses(shop.buttons(SARI)["confirm_assistant"], by=BUDI) is Toast.NOT_YOURS

    async def test_an_owner_who_was_frozen_since_adds_nobody(self, shop: Shop) -> None:
        await shop.says("/daftar", by=ANI)
        await shop.says(f"/staf {ANI}")
        yes = shop.buttons(SARI)["confirm_assistant"]
        await shop.says(f"/bekukan {SARI}", by=RINA)
        assert await shop.presses(yes, by=SARI) is Toast.RESELLERS_ONLY
        assert standing(shop, ANI) == ("asked", None)


class TestUpdates:
    """What Telegram tells of a person whom an owner sends on."""

    WHO: ClassVar = {"id": ANI, "is_bot": False, "first_name": "Ani", "last_name": "Cell", "username": "ani"}

    def shared(self, **parts: object) -> SharedPerson | None:
        message = parse_update(a_message(1, "halo", **parts), username=None)
        assert isinstance(message, IncomingMessage)
        return message.shared

    def test_a_forwarded_message_names_its_author(self) -> None:
        origin = {"type": "user", "date": 0, "sender_user": self.WHO}
        assert self.shared(forward_origin=origin) == SharedPerson(
            user_id=ANI, name="Ani Cell", username="ani"
        )

    def test_so_does_the_one_that_is_replied_to_and_a_contact(self) -> None:
        origin = {"type": "user", "date": 0, "sender_user": self.WHO}
        replied = self.shared(reply_to_message={"message_id": 7, "forward_origin": origin})
        assert replied == SharedPerson(user_id=ANI, name="Ani Cell", username="ani")
        contact = {"phone_number": "62812", "first_name": "Ani", "user_id": ANI}
        assert self.shared(contact=contact) == SharedPerson(user_id=ANI, name="Ani")

    def test_who_hides_has_no_id(self) -> None:
        hidden = {"type": "hidden_user", "date": 0, "sender_user_name": "Ani"}
        assert self.shared(forward_origin=hidden) == SharedPerson(user_id=None, name="Ani")
        assert self.shared(contact={"phone_number": "62812", "first_name": "Ani"}) == SharedPerson(
            user_id=None, name="Ani"
        )

    @pytest.mark.parametrize(
        "parts",
        [
            {},
            {"forward_origin": {"type": "channel", "date": 0, "chat": {"id": -1}}},
            {"forward_origin": {"type": "user", "sender_user": {**WHO, "is_bot": True}}},
            {"contact": {"first_name": 7, "user_id": "x"}},
            {"contact": []},
            {"forward_origin": {"sender_user": {"id": 1 << 70, "first_name": "Ani"}}},
        ],
    )
    def test_anything_else_names_nobody(self, parts: dict[str, object]) -> None:
        assert self.shared(**parts) is None


class TestTheShop:
    async def test_an_assistants_order_is_paid_by_the_shop_and_keeps_who_typed_it(self, till: Till) -> None:
        await till.receives(10_000)
        order = await till.shop.asks("s5.081234567890", by=ANI)
        (row,) = till.shop.rows("SELECT shop_id FROM shops WHERE owner_id = ?", SARI)
        assert (order.user_id, order.shop_id, order.chat_id) == (ANI, row["shop_id"], ANI)
        assert till.sums == (10_000 - 5_900, 5_900)
        assert till.shop.rows("SELECT 1 FROM shops WHERE owner_id = ?", ANI) == []

    async def test_the_result_goes_to_the_chat_where_it_was_ordered(self, till: Till) -> None:
        await till.receives(10_000)
        order = await till.shop.asks("s5.081234567890", by=ANI, chat=GROUP)
        await till.shop.posts()
        await till.shop.reversals.receive(success_of(order), "1.2.3.4")
        assert isinstance(till.shop.last(GROUP), OrderSucceeded)
        assert "OrderSucceeded" not in till.shop.kinds(SARI)

    async def test_everybody_of_the_shop_sees_the_same_balance(self, till: Till) -> None:
        await till.receives(7_500)
        for person in (SARI, ANI, EKO):
            await till.shop.says("saldo", by=person)
            seen = till.shop.last(person)
            assert isinstance(seen, ShopBalance)
            assert seen.available_idr == 7_500

    async def test_of_three_at_once_for_the_last_rupiah_one_buys(self, till: Till) -> None:
        await till.receives(5_900)
        await asyncio.gather(
            *(
                till.shop.says(order_text(number), by=person)
                for number, person in enumerate((SARI, ANI, EKO), start=1)
            )
        )
        (order,) = till.shop.rows("SELECT user_id FROM orders")
        assert till.sums == (0, 5_900)
        for person in {SARI, ANI, EKO} - {order["user_id"]}:
            assert isinstance(till.shop.last(person), InsufficientBalance)
        assert isinstance(till.shop.last(order["user_id"]), OrderReceived)

    async def test_the_daily_limit_is_one_for_all(self, till: Till) -> None:
        await till.receives(100_000)
        (row,) = till.shop.rows("SELECT shop_id FROM shops WHERE owner_id = ?", SARI)
        await till.shop.disk.write(lambda tx: ledger.set_daily_limit(tx, row["shop_id"], 12_000))
        await till.shop.says(order_text(1), by=SARI)
        await till.shop.says(order_text(2), by=ANI)
        await till.shop.says(order_text(3), by=EKO)
        assert isinstance(till.shop.last(EKO), DailyLimitReached)
        assert len(till.shop.rows("SELECT 1 FROM orders")) == 2

    async def test_what_one_ordered_another_does_not_buy_again(self, till: Till) -> None:
        await till.receives(100_000)
        await till.shop.says("s5.081234567890", by=SARI)
        await till.shop.says("s5.081234567890", by=ANI)
        await till.shop.says("s5.081234567890", by=EKO, chat=GROUP)
        assert isinstance(till.shop.last(ANI), OrderRepeated)
        assert isinstance(till.shop.last(GROUP), OrderRepeated)
        await till.shop.says("s5.2.081234567890", by=ANI)
        assert len(till.shop.rows("SELECT 1 FROM orders")) == 2

    async def test_another_shop_buys_the_same_as_ever(self, till: Till) -> None:
        till.shop.starts()
        await till.shop.says("s5.081234567890", by=ANI)
        await till.receives(100_000)
        await till.shop.says("s5.081234567890", by=ANI)
        await till.shop.asks("s5.081234567890", by=RINA)

    async def test_history_and_reports_are_the_shops(self, till: Till) -> None:
        await till.receives(100_000)
        await till.shop.says(order_text(1), by=SARI)
        await till.shop.says(order_text(2), by=ANI)
        for person, named in ((SARI, ["Name 6001", ""]), (ANI, ["", "Name 1001"])):
            await till.shop.says("riwayat", by=person)
            history = till.shop.last(person)
            assert isinstance(history, OrderHistory)
            assert [row.name for row in history.rows] == named
            await till.shop.says("rekap", by=person)
            assert isinstance(till.shop.last(person), SalesReport)
            await till.shop.speaks()
            assert "Diproses: 2" in till.shop.sender.to(person)[-1].text

    async def test_what_a_reseller_earns_is_what_the_shop_sold(self, till: Till) -> None:
        await till.receives(100_000)
        for number, person in enumerate((SARI, ANI), start=1):
            order = await till.shop.asks(order_text(number), by=person)
            await till.shop.posts()
            await till.shop.reversals.receive(success_of(order), "1.2.3.4")
        sold = await till.shop.disk.read(
            lambda tx: totals.by_reseller(tx, single_day(day_of(till.shop.clock(), ZONE)), ZONE)
        )
        assert {user_id: each.succeeded_count for user_id, each in sold.items()} == {SARI: 2}

    async def test_what_one_orders_leaves_the_question_to_another_open(self, till: Till) -> None:
        await till.receives(100_000)
        await till.shop.presses("product:s5", by=ANI)
        till.shop.clock.passes(1)
        await till.shop.says(order_text(1), by=SARI)
        await till.shop.says("081234567899", by=ANI)
        assert isinstance(till.shop.last(ANI), OrderProposal)

    async def test_an_assistant_looks_at_the_owners_order_and_complains_of_it(self, till: Till) -> None:
        await till.receives(100_000)
        order = await till.shop.asks(order_text(1), by=SARI)
        await till.shop.says(f"cek {order.trxid}", by=ANI)
        assert isinstance(till.shop.last(ANI), OrderDetails)
        await till.shop.says(f"komplain {order.trxid}", by=ANI)
        card = till.shop.last(RINA)
        assert isinstance(card, ComplaintCard)
        assert (card.user_id, card.trxid) == (ANI, order.trxid)

    async def test_an_assistant_sees_no_other_shop(self, till: Till) -> None:
        till.shop.starts()
        order = await till.shop.asks(order_text(1), by=BUDI)
        await till.shop.says(f"cek {order.trxid}", by=ANI)
        assert isinstance(till.shop.last(ANI), NoMatchingOrder)
        await till.shop.says(f"cek {order.destination}", by=ANI)
        assert isinstance(till.shop.last(ANI), NoMatchingOrder)
        for action in ("order", "receipt", "complain", "again", "older", "newer"):
            toast = await till.shop.presses(f"{action}:{order.trxid}", by=ANI)
            assert toast in (Toast.NOT_YOURS, Toast.USED)
        for view in (f"report:{BUDI}|20260921-20260921", f"statement:{BUDI}|20260921-20260921"):
            assert await till.shop.presses(view, by=ANI) is Toast.USED

    async def test_the_receipt_has_the_shops_name_which_only_the_owner_changes(self, till: Till) -> None:
        await till.shop.says("struk nama Sari Cell", by=SARI)
        for command in ("struk nama Ani Cell", "struk s5 7000"):
            await till.shop.says(command, by=ANI)
            assert till.shop.last(ANI) == OwnerOnly()
        await till.shop.says("struk", by=ANI)
        seen = till.shop.last(ANI)
        assert isinstance(seen, ReceiptSettings)
        assert (seen.shop_name, seen.prices) == ("Sari Cell", ())

    async def test_an_assistants_ticket_pays_into_the_shop_and_the_owner_may_cancel_it(
        self, till: Till
    ) -> None:
        await till.shop.says("tiket 100000", by=ANI)
        assert isinstance(till.shop.last(RINA), TicketCard)
        buttons = till.shop.buttons(RINA)
        assert await till.shop.presses(buttons["ticket_paid"], by=RINA) is Toast.DONE
        assert isinstance(till.shop.last(ANI), DepositCredited)
        assert till.balance() > 100_000
        await till.shop.says("tiket 50000", by=ANI)
        await till.shop.says("tiket", by=SARI)
        assert await till.shop.presses(till.shop.buttons(SARI)["ticket_cancel"], by=SARI) is Toast.DONE

    async def test_an_assistant_adds_and_removes_nobody(self, till: Till) -> None:
        for command in (f"/staf {STRANGER}", f"/staf_hapus_{EKO}", "/staf"):
            await till.shop.says(command, by=ANI)
            assert till.shop.last(ANI) == AssistantStatus(owner_name=f"Name {SARI}")
        shared = SharedPerson(user_id=STRANGER, name="Baru")
        await till.shop.says("/staf", by=ANI, shared=shared)
        assert "AssistantQuestion" not in till.shop.kinds(ANI)
        assert standing(till.shop, EKO) == ("assistant", SARI)


class TestLeaving:
    async def test_who_is_let_go_orders_nothing_more_and_what_waits_is_not_bought(self, till: Till) -> None:
        await till.receives(100_000)
        waiting = await till.shop.asks(order_text(1), by=ANI)
        await dismisses(till.shop, ANI)
        assert isinstance(till.shop.last(SARI), AssistantLeft)
        assert (await till.shop.order(waiting.trxid)).state is State.EXPIRED
        assert till.sums == (100_000, 0)
        assert isinstance(till.shop.notice(till.shop.messages(ANI)[-2]), OrderExpired)
        assert till.shop.last(ANI) == JoinAnswer(
            standing=Standing.DISMISSED, fresh=True, owner_name=f"Name {SARI}"
        )
        await till.shop.says(order_text(2), by=ANI)
        assert len(till.shop.rows("SELECT 1 FROM orders")) == 1
        assert standing(till.shop, ANI) == ("dismissed", None)

    async def test_an_order_under_way_still_gets_its_result(self, till: Till) -> None:
        await till.receives(100_000)
        order = await till.shop.asks(order_text(1), by=ANI)
        await till.shop.posts()
        await dismisses(till.shop, ANI)
        await till.shop.reversals.receive(success_of(order), "1.2.3.4")
        result = till.shop.last(ANI)
        assert isinstance(result, OrderSucceeded)
        assert result.balance is not None
        assert not result.balance.is_private  # the shop's money is no business of theirs any more

    async def test_the_owners_orders_stay(self, till: Till) -> None:
        await till.receives(100_000)
        order = await till.shop.asks(order_text(1), by=SARI)
        await dismisses(till.shop, ANI)
        assert (await till.shop.order(order.trxid)).state is State.PLACED

    async def test_an_assistant_may_leave_and_the_owner_is_told(self, till: Till) -> None:
        await till.shop.says("/staf keluar", by=ANI)
        assert standing(till.shop, ANI) == ("dismissed", None)
        told = till.shop.last(SARI)
        assert isinstance(told, AssistantChanged)
        assert (told.user_id, told.is_added) == (ANI, False)

    async def test_who_was_let_go_may_ask_at_once_and_come_back(self, till: Till) -> None:
        await dismisses(till.shop, ANI)
        await till.shop.says("/daftar", by=ANI)
        assert standing(till.shop, ANI) == ("asked", None)
        await hires(till.shop, ANI, owner=SARI)
        assert standing(till.shop, ANI) == ("assistant", SARI)

    async def test_no_owner_lets_go_the_assistant_of_another(self, till: Till) -> None:
        await till.shop.says(f"/staf_hapus_{ANI}", by=BUDI)
        assert isinstance(till.shop.last(BUDI), AssistantRejected)
        assert standing(till.shop, ANI) == ("assistant", SARI)


class TestAdmins:
    @pytest.mark.parametrize("word", ["bekukan", "hapus"])
    async def test_who_shuts_out_an_owner_stops_the_assistants_at_once(self, till: Till, word: str) -> None:
        await till.receives(100_000)
        waiting = await till.shop.asks(order_text(1), by=ANI)
        await till.shop.says(f"/{word} {SARI}", by=RINA)
        if word == "hapus":
            await till.shop.presses(till.shop.buttons(RINA)["confirm_remove"], by=RINA)
        assert (await till.shop.order(waiting.trxid)).state is State.EXPIRED
        await till.shop.speaks()
        await till.shop.says(order_text(2), by=ANI)
        assert till.shop.last(ANI) == JoinAnswer(standing=Standing.ASSISTANT, owner_name=f"Name {SARI}")
        assert len(till.shop.rows("SELECT 1 FROM orders")) == 1
        await till.shop.says(f"/aktifkan {SARI}", by=RINA)
        assert (await till.shop.asks(order_text(3), by=ANI)).user_id == ANI

    async def test_what_was_placed_just_before_is_not_posted(self, till: Till) -> None:
        """More orders wait than are expired at once: the submitter does not buy the others either."""
        await till.receives(100_000)
        await till.shop.asks(order_text(1), by=ANI)

        def freeze(tx: Tx) -> None:
            sari = people.get(tx, SARI)
            assert sari is not None
            frozen = replace(sari, standing=Standing.FROZEN)
            people.save(tx, frozen, changed_by=RINA)  # as if the freeze had not reached the order

        await till.shop.disk.write(freeze)
        await till.shop.posts()
        assert till.shop.biller.posts == []

    async def test_a_frozen_assistant_comes_back_as_one(self, till: Till) -> None:
        await till.shop.says(f"/bekukan {ANI}", by=RINA)
        assert standing(till.shop, ANI) == ("frozen", SARI)
        await till.shop.says(order_text(1), by=ANI)
        assert till.shop.rows("SELECT 1 FROM orders") == []
        await till.shop.says(f"/aktifkan {ANI}", by=RINA)
        assert standing(till.shop, ANI) == ("assistant", SARI)

    async def test_an_owner_does_not_take_back_a_freeze(self, till: Till) -> None:
        await till.shop.says(f"/bekukan {ANI}", by=RINA)
        await dismisses(till.shop, ANI)
        assert standing(till.shop, ANI) == ("removed", None)
        await till.shop.says(f"/staf {ANI}", by=BUDI)
        refused = till.shop.last(BUDI)
        assert isinstance(refused, AssistantRejected)
        assert refused.error is AssistantError.BARRED

    async def test_the_cards_name_the_tree_both_ways(self, till: Till) -> None:
        await till.shop.says(f"/reseller_{SARI}", by=RINA)
        card = till.shop.last(RINA)
        assert isinstance(card, PersonCard)
        assert [one.user_id for one in card.assistants] == [ANI, EKO]
        await till.shop.says(f"/reseller_{ANI}", by=RINA)
        card = till.shop.last(RINA)
        assert isinstance(card, PersonCard)
        assert card.owner is not None
        assert (card.owner.user_id, card.assistants) == (SARI, ())

    async def test_who_names_an_assistant_means_the_shop_where_it_is_about_money(self, till: Till) -> None:
        await till.receives(7_500)
        await till.shop.says(f"/saldo {ANI}", by=RINA)
        seen = till.shop.last(RINA)
        assert isinstance(seen, ShopBalance)
        assert (seen.user_id, seen.available_idr) == (SARI, 7_500)

    async def test_an_admin_has_no_assistants_and_becomes_none(self, till: Till) -> None:
        await till.shop.says("/staf", by=RINA)
        assert till.shop.last(RINA) == AssistantsOfResellersOnly()

    async def test_the_owners_list_names_everybody(self, till: Till) -> None:
        await till.shop.says("/staf")
        listed = till.shop.last(SARI)
        assert isinstance(listed, AssistantList)
        assert [row.user_id for row in listed.rows] == [ANI, EKO]
