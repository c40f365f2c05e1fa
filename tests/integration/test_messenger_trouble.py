"""Messages survive lost answers, closed chats, moved groups and stops; rejected ones are reported."""

import pytest

from bot.actors import Role
from bot.delivery.messenger import MAX_REJECTIONS
from bot.notices import Notice
from bot.notices.accounts import BalanceAdjusted
from bot.notices.alarms import BreakerOpened, DeliveryFailed, HoldCause
from bot.notices.complaints import ComplaintUpdate
from bot.notices.deposits import DepositCredited
from bot.notices.guidance import GroupWelcome, Help
from bot.notices.news import PriceDigest
from bot.updates import MessageKind
from tests.integration.conftest import DEWI, GROUP, RINA, SARI, Shop
from tests.integration.fakes import eventually, success_of
from tests.integration.test_messenger import acknowledgement, passes, put, refs, result
from tests.samples import TO_RESELLERS

SUPERGROUP = -1009990001


class TestLostAnswers:
    async def test_a_result_is_said_again_until_it_is_surely_told(self, shop: Shop) -> None:
        shop.sender.loses_answers(4)
        await put(shop, result())
        await shop.speaks()
        for _ in range(6):
            await passes(shop, 300)
        assert len(shop.sender.messages) == 5
        assert len(set(refs(shop.sender.messages))) == 1

    async def test_an_answer_is_said_again_once_at_most(self, shop: Shop) -> None:
        shop.sender.loses_answers()
        await put(shop, acknowledgement(), reply_to=7)
        await shop.speaks()
        for _ in range(6):
            await passes(shop, 300)
        assert len(shop.sender.messages) == 2

    @pytest.mark.parametrize(
        ("notice", "reply_to"),
        [
            (BreakerOpened(cause=HoldCause.ACCOUNT, at_ms=0), None),
            (DeliveryFailed(chat_id=SARI, kind="OrderSucceeded", why="Message is too strange"), None),
            (BalanceAdjusted(amount_idr=1, reason="x", after_idr=1), None),
            (next(notice for notice in TO_RESELLERS if isinstance(notice, DepositCredited)), 7),
            (next(notice for notice in TO_RESELLERS if isinstance(notice, ComplaintUpdate)), 7),
        ],
        ids=lambda value: type(value).__name__,
    )
    async def test_what_was_not_asked_for_or_is_waited_for_is_said_until_it_is_surely_told(
        self, shop: Shop, notice: Notice, reply_to: int | None
    ) -> None:
        shop.sender.swallows()
        await put(shop, notice, chat=RINA, reply_to=reply_to)
        await shop.speaks()
        for _ in range(4):
            await passes(shop, 300)
        shop.sender.takes()
        await passes(shop, 300)
        assert len(shop.sender.tries) == 6
        assert len(shop.sender.messages) == 1

    @pytest.mark.parametrize("chat", [SARI, GROUP])
    async def test_news_and_what_a_group_reads_are_said_again_once_at_most(
        self, shop: Shop, chat: int
    ) -> None:
        shop.sender.loses_answers()
        await put(
            shop, GroupWelcome() if chat == GROUP else PriceDigest(moves=(), more_count=0, at_ms=0), chat=chat
        )
        await shop.speaks()
        for _ in range(4):
            await passes(shop, 300)
        assert len(shop.sender.messages) == 2

    async def test_the_pauses_grow(self, shop: Shop) -> None:
        shop.sender.loses_answers()
        await put(shop, result())
        waits = []
        for _ in range(4):
            await shop.speaks()
            waits.append((shop.messages(SARI)[0]["due_at_ms"] - shop.clock()) / 1000)
            shop.clock.passes(waits[-1])
        assert waits == sorted(set(waits))
        assert waits[0] <= 2

    async def test_what_surely_never_left_is_said_once_it_can_be_and_makes_no_copy(self, shop: Shop) -> None:
        shop.sender.never_connects()
        await put(shop, result(), acknowledgement())
        for _ in range(20):
            await passes(shop, 300)
        assert shop.sender.messages == []
        shop.sender.takes()
        await passes(shop, 300)
        assert len(shop.sender.messages) == 2

    async def test_what_was_told_is_not_said_again_because_the_disk_was_full(self, shop: Shop) -> None:
        """A duplicate may occur only where Telegram's own answer was lost."""
        shop.sender.hangs()
        await put(shop, result())
        await shop.messenger.run_once()
        await eventually(lambda: len(shop.sender.tries) == 1)
        shop.disk.refuses_writes(2)
        shop.sender.release()
        await shop.messenger.drain(60)
        await passes(shop, 600)
        assert shop.disk.refusals == 2
        assert len(shop.sender.messages) == 1
        assert [row["state"] for row in shop.messages(SARI)] == ["sent"]


class TestClosedChats:
    async def test_a_blocked_chats_messages_are_set_aside_and_the_admins_told_once(self, shop: Shop) -> None:
        shop.sender.blocks(SARI)
        await put(shop, result(), result())
        await shop.speaks()
        await put(shop, result())
        await passes(shop, 60)
        assert [row["state"] for row in shop.messages(SARI)] == ["parked"] * 3
        assert len([outgoing for outgoing in shop.sender.tries if outgoing.chat_id == SARI]) == 1
        for admin in (RINA, DEWI):
            (alarm,) = shop.kinds(admin)
            assert alarm == "DeliveryFailed"
        notice = shop.last(RINA)
        assert isinstance(notice, DeliveryFailed)
        assert notice.chat_id == SARI

    async def test_the_next_message_from_it_brings_them_in_order(self, shop: Shop) -> None:
        shop.sender.blocks(SARI)
        notices = [result(), result(), result()]
        await put(shop, *notices)
        await shop.speaks()
        shop.sender.takes()
        await shop.says("bantuan", by=SARI)
        await shop.speaks()
        assert refs(shop.sender.to(SARI))[:3] == [notice.trxid for notice in notices]
        assert len(shop.sender.to(SARI)) == 4

    async def test_an_edit_is_no_sign_that_a_chat_is_open_again(self, shop: Shop) -> None:
        shop.sender.blocks(SARI)
        await put(shop, result())
        await shop.speaks()
        await shop.says("halo", by=SARI, kind=MessageKind.EDITED)
        assert {row["state"] for row in shop.messages(SARI)} == {"parked"}

    async def test_an_alarm_that_cannot_be_delivered_raises_no_other(self, shop: Shop) -> None:
        shop.sender.blocks(RINA)
        shop.sender.blocks(DEWI)
        await put(shop, Help(role=Role.ADMIN), chat=RINA)
        await put(shop, Help(role=Role.ADMIN), chat=DEWI)
        for _ in range(3):
            await passes(shop, 400)
        assert shop.kinds(RINA) == shop.kinds(DEWI) == ["Help"]


class TestMovedGroups:
    async def test_messages_go_where_the_group_went_in_order(self, shop: Shop) -> None:
        shop.sender.moves(GROUP, SUPERGROUP)
        notices = [result(), result()]
        await put(shop, *notices, chat=GROUP, reply_to=77)
        await shop.speaks()
        assert shop.sender.to(GROUP) == []
        assert refs(shop.sender.to(SUPERGROUP)) == [notice.trxid for notice in notices]

    async def test_results_of_orders_asked_before_the_move_come_to_the_new_group(self, shop: Shop) -> None:
        order = await shop.asks(chat=GROUP)
        await shop.speaks()
        shop.sender.moves(GROUP, SUPERGROUP)
        await put(shop, Help(role=Role.RESELLER), chat=GROUP)
        await shop.speaks()
        await shop.reversals.receive(success_of(order), remote="1.2.3.4")
        await shop.speaks()
        assert refs(shop.sender.to(SUPERGROUP))[-1] == order.trxid


class TestPoison:
    async def test_it_is_buried_after_three_tries_and_the_admins_are_told_once(self, shop: Shop) -> None:
        shop.sender.rejects(SARI)
        await put(shop, result())
        for _ in range(6):
            await passes(shop, 60)
        tries = [outgoing for outgoing in shop.sender.tries if outgoing.chat_id == SARI]
        assert len(tries) == MAX_REJECTIONS
        assert shop.messages(SARI)[0]["state"] == "failed"
        assert shop.kinds(RINA) == shop.kinds(DEWI) == ["DeliveryFailed"]

    async def test_waits_that_came_before_do_not_count_as_its_tries(self, shop: Shop) -> None:
        """A wait says nothing about the message: three rejections make it fail, not one."""
        shop.sender.says_later(SARI, 1)
        await put(shop, result())
        for _ in range(4):
            await passes(shop, 2)
        shop.sender.takes()
        shop.sender.rejects(SARI)
        await passes(shop, 60)
        assert shop.messages(SARI)[0]["state"] == "waiting"

    async def test_the_messages_behind_it_are_told(self, shop: Shop) -> None:
        await put(shop, result(), result())
        shop.sender.rejects(SARI)
        for _ in range(2):
            await passes(shop, 60)
        assert shop.messages(SARI)[1]["state"] == "waiting"
        shop.clock.passes(60)
        await shop.messenger.run_once()
        await shop.messenger.drain(60)
        shop.sender.takes()
        await passes(shop, 60)
        assert [row["state"] for row in shop.messages(SARI)] == ["failed", "sent"]

    async def test_a_merged_message_that_is_refused_is_tried_in_its_parts(self, shop: Shop) -> None:
        shop.sender.rejects(SARI)
        notices = [result() for _ in range(5)]
        await put(shop, *notices)
        await shop.messenger.run_once()
        await shop.messenger.drain(60)
        shop.sender.takes()
        await passes(shop, 60)
        assert refs(shop.sender.to(SARI)) == [notice.trxid for notice in notices]


class TestStops:
    async def test_what_was_cut_off_is_said_by_the_next_start(self, shop: Shop) -> None:
        shop.sender.hangs()
        await put(shop, result())
        await shop.messenger.run_once()
        await eventually(lambda: len(shop.sender.tries) == 1)
        await shop.messenger.close()
        assert shop.sender.messages == []
        shop.sender.release()
        shop.starts()
        await shop.speaks()
        assert len(shop.sender.messages) == 1
