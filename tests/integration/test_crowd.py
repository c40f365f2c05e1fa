"""A crowd at the door delays nobody's order: results and orders in doubt leave first."""

import pytest

from bot.notices.alarms import DeliveryFailed
from bot.notices.people import JoinAnswer, JoinDecided
from bot.updates import MessageKind
from tests.integration.conftest import DEWI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.fakes import success_of

CROWD = range(50_000, 50_200)
LARGE_CROWD = range(60_000, 61_500)


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop that sends at Telegram's rates: thirty messages a second, one a second to a chat."""
    shop.starts(messages_per_s=30, chat_messages_per_s=1)
    return shop


async def asks_in(shop: Shop, crowd: range) -> None:
    for user_id in crowd:
        await shop.says("/daftar", by=user_id)


async def told_within(shop: Shop, chat_id: int, text: str, seconds: int) -> bool:
    """Let seconds pass until a message with this text was sent to the chat; return whether it was."""
    for _ in range(seconds + 1):
        await shop.speaks()
        if any(text in message.text for message in shop.sender.to(chat_id)):
            return True
        shop.clock.passes(1)
    return False


async def test_the_card_of_an_order_in_doubt_leaves_before_all_waiting_access_requests(shop: Shop) -> None:
    await asks_in(shop, CROWD)
    await shop.asks(by=SARI)
    shop.biller.cuts()
    await shop.posts()
    for admin in (RINA, DEWI):
        assert await told_within(shop, admin, "Perlu keputusan", 2), admin


async def test_a_result_leaves_before_the_answers_to_a_crowd(shop: Shop) -> None:
    order = await shop.asks(by=SARI)
    await shop.posts()
    await shop.speaks()
    shop.clock.passes(2)
    await asks_in(shop, LARGE_CROWD)
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    await shop.speaks()
    assert any("SUKSES" in message.text for message in shop.sender.to(SARI))
    assert len(shop.sender.messages) <= 60


async def test_a_crowd_that_waits_already_delays_a_result_by_a_second_at_most(shop: Shop) -> None:
    order = await shop.asks(by=SARI)
    await shop.posts()
    await asks_in(shop, LARGE_CROWD)
    for _ in range(3):
        await shop.speaks()
        shop.clock.passes(1)
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    assert await told_within(shop, SARI, "SUKSES", 1)


async def test_in_a_group_results_leave_before_the_answers_to_strangers(shop: Shop) -> None:
    order = await shop.asks(by=SARI, chat=GROUP)
    await shop.posts()
    await shop.speaks()
    for user_id in CROWD[:20]:
        await shop.says("/daftar", by=user_id, chat=GROUP)
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    shop.clock.passes(4)
    await shop.speaks()
    assert "SUKSES" in shop.sender.to(GROUP)[1].text


async def test_more_than_a_few_requests_become_one_list(shop: Shop) -> None:
    await asks_in(shop, CROWD)
    for admin in (RINA, DEWI):
        for _ in range(10):
            await shop.speaks()
            shop.clock.passes(1)
        texts = [message.text for message in shop.sender.to(admin)]
        assert len(texts) <= 3
        assert "200 orang minta jadi reseller" in texts[-1]
        assert f"/aktifkan_{CROWD[0]} /hapus_{CROWD[0]}" in texts[-1]
        assert "… dan 170 lagi" in texts[-1]


async def test_a_few_requests_keep_a_card_each(shop: Shop) -> None:
    await asks_in(shop, CROWD[:3])
    assert shop.kinds(RINA) == ["JoinCard"] * 3


async def test_while_an_admins_chat_is_shut_the_requests_become_one_list_too(shop: Shop) -> None:
    shop.sender.blocks(RINA)
    await asks_in(shop, CROWD[:2])
    await shop.speaks()
    await asks_in(shop, CROWD[2:])
    waiting = [row["kind"] for row in shop.messages(RINA) if row["state"] in ("waiting", "parked")]
    assert waiting == ["JoinRequests"]


async def test_the_list_shows_who_waits_when_it_is_sent(shop: Shop) -> None:
    await asks_in(shop, CROWD[:10])
    for user_id in CROWD[:10]:
        await shop.says(f"/aktifkan {user_id}", by=RINA)
    for _ in range(30):
        await shop.speaks()
        shop.clock.passes(1)
    assert "Tidak ada permintaan jadi reseller yang menunggu." in {
        message.text for message in shop.sender.to(DEWI)
    }


async def test_who_was_on_the_list_only_is_let_in_by_its_command(shop: Shop) -> None:
    await asks_in(shop, CROWD)
    await shop.says(f"/aktifkan_{CROWD[150]}", by=RINA)
    assert (await shop.asks(by=CROWD[150])).user_id == CROWD[150]
    assert JoinDecided.__name__ not in shop.kinds(DEWI)


async def test_a_new_standing_is_never_followed_by_an_older_answer(shop: Shop) -> None:
    await asks_in(shop, CROWD)
    await shop.says("/daftar", by=CROWD[0])
    await shop.says(f"/aktifkan {CROWD[0]}", by=RINA)
    for _ in range(10):
        await shop.speaks()
        shop.clock.passes(1)
    answers = [message.text for message in shop.sender.to(CROWD[0])]
    assert len(answers) == 1
    assert "sudah terdaftar" in answers[0]


async def test_strangers_who_shut_us_out_raise_no_alarm(shop: Shop) -> None:
    for user_id in CROWD:
        shop.sender.blocks(user_id)
    await asks_in(shop, CROWD)
    for _ in range(10):
        await shop.speaks()
        shop.clock.passes(1)
    assert DeliveryFailed.__name__ not in shop.kinds(RINA)
    assert shop.kinds(CROWD[0]) == [JoinAnswer.__name__]


async def test_of_one_kind_the_first_is_still_first(shop: Shop) -> None:
    await shop.says("halo", by=STRANGER, kind=MessageKind.WRITTEN)
    await asks_in(shop, CROWD[:5])
    await shop.speaks()
    first = [message.chat_id for message in shop.sender.messages if message.chat_id not in (RINA, DEWI)]
    assert first == [STRANGER, *CROWD[:5]]
