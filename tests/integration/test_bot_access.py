"""The bot hears that it was added to a group, removed from it, blocked or unblocked, and acts accordingly."""

from typing import Any

import pytest

from bot.notices import Result
from bot.notices.alarms import ChatClosed
from bot.notices.guidance import GroupWelcome
from bot.telegram.receiver import UpdateReceiver
from storage import chats
from tests.integration.conftest import BUDI, DEWI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.test_update_receiver import FakeAnswerer, in_group

Update = dict[str, Any]
Member = dict[str, Any]

IN: Member = {"status": "member"}
ADMIN: Member = {"status": "administrator", "can_be_edited": False}
LEFT: Member = {"status": "left"}
OUT: Member = {"status": "kicked", "until_date": 0}
MUTED: Member = {"status": "restricted", "is_member": True, "can_send_messages": False}
TALKING: Member = {"status": "restricted", "is_member": True, "can_send_messages": True}
GONE: Member = {"status": "restricted", "is_member": False, "can_send_messages": True}


@pytest.fixture
def receiver(shop: Shop) -> UpdateReceiver:
    return UpdateReceiver(
        database=shop.disk,
        context=shop.context,
        sender=FakeAnswerer(),
        now_ms=shop.clock,
        claim_orders=shop.orders_wake_up.set,
        scan_outbox=shop.outbox_wake_up.set,
        imports_wake_up=shop.imports_wake_up,
    )


def change(
    old: Member, new: Member, *, chat: int = GROUP, by: int = BUDI, kind: str = "supergroup"
) -> Update:
    bot = {"id": 110201543, "is_bot": True, "first_name": "Loket"}
    where = (
        {"id": chat, "type": kind, "title": "Grup Konter"}
        if kind != "private"
        else {"id": chat, "type": kind}
    )
    return {
        "update_id": 1,
        "my_chat_member": {
            "chat": where,
            "from": {"id": by, "is_bot": False, "first_name": "Budi"},
            "date": 1_790_000_000,
            "old_chat_member": {"user": bot, **old},
            "new_chat_member": {"user": bot, **new},
        },
    }


def in_private(old: Member, new: Member, user: int) -> Update:
    return change(old, new, chat=user, by=user, kind="private")


def states(shop: Shop, chat: int) -> list[str]:
    return [row["state"] for row in shop.messages(chat)]


@pytest.mark.parametrize(
    ("old", "new"), [(LEFT, IN), (OUT, IN), (LEFT, ADMIN), (GONE, TALKING), (LEFT, TALKING)]
)
@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_a_group_that_adds_the_bot_reads_how_to_order(
    shop: Shop, receiver: UpdateReceiver, old: Member, new: Member, kind: str
) -> None:
    await receiver.receive([change(old, new, kind=kind)])
    assert shop.last(GROUP) == GroupWelcome()
    assert shop.messages(RINA) == []


@pytest.mark.parametrize(
    ("old", "new"), [(IN, ADMIN), (ADMIN, IN), (MUTED, IN), (MUTED, TALKING), (IN, TALKING)]
)
async def test_a_group_that_has_the_bot_is_not_welcomed_again(
    shop: Shop, receiver: UpdateReceiver, old: Member, new: Member
) -> None:
    await receiver.receive([change(old, new)])
    assert shop.messages(GROUP) == []


async def test_a_group_that_adds_the_bot_again_and_again_is_welcomed_once_an_hour(
    shop: Shop, receiver: UpdateReceiver
) -> None:
    for _ in range(3):
        await receiver.receive([change(LEFT, IN), change(IN, LEFT)])
    shop.clock.passes(3600)
    await receiver.receive([change(LEFT, IN)])
    assert shop.kinds(GROUP) == ["GroupWelcome", "GroupWelcome"]


async def test_a_channel_is_ignored(shop: Shop, receiver: UpdateReceiver) -> None:
    await receiver.receive([change(LEFT, ADMIN, kind="channel"), change(ADMIN, LEFT, kind="channel")])
    assert shop.rows("SELECT chat_id FROM outbox") == shop.rows("SELECT update_id FROM failed_updates") == []


@pytest.mark.parametrize(("old", "new"), [(IN, OUT), (IN, LEFT), (ADMIN, OUT), (TALKING, GONE), (IN, MUTED)])
async def test_nothing_is_sent_where_the_bot_was_shut_out_and_all_of_it_once_it_is_back(
    shop: Shop, receiver: UpdateReceiver, old: Member, new: Member
) -> None:
    await receiver.receive([in_group(1)])
    await receiver.receive([change(old, new)])
    await shop.posts()
    await shop.speaks()
    assert set(states(shop, GROUP)) == {"parked"}
    assert [sent.chat_id for sent in shop.sender.tries if sent.chat_id == GROUP] == []
    await receiver.receive([change(new, old)])
    await shop.speaks()
    assert set(states(shop, GROUP)) == {"sent"}


def private_results(shop: Shop, user: int = SARI) -> list[tuple[str, str]]:
    notices = [shop.notice(row) for row in shop.messages(user)]
    return [(type(one).__name__, one.closed_group) for one in notices if isinstance(one, Result)]


async def test_a_result_for_a_group_that_shut_the_bot_out_reaches_the_reseller_in_private_once(
    shop: Shop, receiver: UpdateReceiver
) -> None:
    await shop.asks(chat=GROUP)
    await receiver.receive([change(IN, OUT)])
    assert private_results(shop) == []
    shop.biller.cuts()
    await shop.posts()
    await shop.speaks()
    assert private_results(shop) == [("OrderUnknown", "Grup Konter")]
    assert "Dipesan di grup Grup Konter" in shop.sender.to(SARI)[-1].text
    for _ in range(2):  # in and out again: the group still gets it, and the reseller no second one
        await receiver.receive([change(OUT, IN), change(IN, OUT)])
    assert private_results(shop) == [("OrderUnknown", "Grup Konter")]
    assert shop.kinds(BUDI) == []


async def test_a_result_that_telegram_refuses_in_the_group_is_sent_in_private(shop: Shop) -> None:
    order = await shop.asks(chat=GROUP)
    await shop.speaks()
    shop.biller.cuts()
    await shop.posts()
    shop.sender.blocks(GROUP)
    await shop.speaks()
    assert private_results(shop) == [("OrderUnknown", str(GROUP))]
    await shop.says(f"/gagal {order.trxid}", by=RINA)
    await shop.presses(shop.buttons(RINA)["confirm_failure"])
    await shop.speaks()
    assert [kind for kind, _ in private_results(shop)] == ["OrderUnknown", "OrderFailed"]
    assert "DeliveryFailed" in shop.kinds(RINA)


async def test_results_waiting_when_the_bot_is_shut_out_are_sent_in_private(
    shop: Shop, receiver: UpdateReceiver
) -> None:
    await shop.asks(chat=GROUP)
    await shop.asks(chat=GROUP, by=BUDI)
    shop.biller.cuts()
    await shop.posts()
    await receiver.receive([change(IN, OUT)])
    assert private_results(shop) == private_results(shop, BUDI) == [("OrderUnknown", "Grup Konter")]


async def test_a_result_for_a_private_chat_that_is_closed_is_sent_nowhere_else(
    shop: Shop, receiver: UpdateReceiver
) -> None:
    await shop.asks()
    await receiver.receive([in_private(IN, OUT, SARI)])
    shop.biller.cuts()
    await shop.posts()
    assert private_results(shop) == [("OrderUnknown", "")]


async def test_the_admins_learn_that_a_group_with_orders_shut_the_bot_out(
    shop: Shop, receiver: UpdateReceiver
) -> None:
    await receiver.receive([in_group(1)])
    await receiver.receive([change(IN, OUT)])
    expected = ChatClosed(is_private=False, title="Grup Konter", by_name="Budi")
    assert shop.last(RINA) == shop.last(DEWI) == expected


async def test_the_admins_learn_that_a_reseller_or_an_admin_blocked_the_bot(
    shop: Shop, receiver: UpdateReceiver
) -> None:
    await receiver.receive([in_private(IN, OUT, SARI)])
    assert shop.last(RINA) == ChatClosed(is_private=True, title="Budi", by_name="Budi")
    await receiver.receive([in_private(IN, OUT, DEWI)])
    assert shop.kinds(RINA) == ["ChatClosed", "ChatClosed"]
    assert states(shop, DEWI)[-1] == "parked"


async def test_strangers_and_groups_without_orders_come_and_go_without_an_alarm(
    shop: Shop, receiver: UpdateReceiver
) -> None:
    await receiver.receive([in_private(IN, OUT, STRANGER), change(IN, OUT), in_private(OUT, IN, STRANGER)])
    assert shop.messages(RINA) == shop.messages(STRANGER) == []


async def test_a_reseller_who_unblocks_the_bot_gets_the_results_of_the_meantime(
    shop: Shop, receiver: UpdateReceiver
) -> None:
    order = await shop.asks(by=SARI)
    await receiver.receive([in_private(IN, OUT, SARI)])
    await shop.posts()
    await shop.speaks()
    assert set(states(shop, SARI)) == {"parked"}
    await receiver.receive([in_private(OUT, IN, SARI)])
    await shop.speaks()
    assert set(states(shop, SARI)) == {"sent"}
    assert (await shop.order(order.trxid)).state


async def test_a_group_that_became_a_supergroup_is_not_lost(shop: Shop, receiver: UpdateReceiver) -> None:
    await receiver.receive([in_group(1)])
    await shop.disk.write(lambda tx: chats.move(tx, GROUP, GROUP - 1, at_ms=shop.clock()))
    await receiver.receive([change(IN, LEFT, kind="group")])
    assert states(shop, GROUP - 1) == ["waiting"]
    assert shop.messages(RINA) == []


async def test_an_access_change_that_is_none_is_set_aside(shop: Shop, receiver: UpdateReceiver) -> None:
    await receiver.receive([change({}, IN)])
    assert [row["fault"] for row in shop.rows("SELECT fault FROM failed_updates")] == ["ValueError"]
