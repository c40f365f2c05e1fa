"""An admin's broadcast reaches everybody who wants it once, can be stopped, and never delays a result."""

from collections import Counter
from typing import Any

import pytest

from bot.delivery.chat_queues import NEWS_AT_ONCE
from bot.delivery.sending import OutgoingMessage
from bot.notices.news import (
    BroadcastCancelled,
    BroadcastCard,
    BroadcastEnded,
    BroadcastError,
    BroadcastProgress,
    BroadcastRejected,
    NewsChoice,
)
from bot.telegram.parse_update import parse_update
from bot.texts.news import broadcast_body
from bot.updates import IncomingMessage, MessageKind, Toast
from storage import news
from storage.restores import start_quarantine
from tests.integration.conftest import BUDI, DEWI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.fakes import a_message, eventually, success_of

TEXT = "Besok loket tutup jam 20.00\n\nTerima kasih"
CROWD = tuple(range(2001, 2061))


async def announces(shop: Shop, text: str = TEXT, *, by: int = RINA, **more: Any) -> None:
    """Type a broadcast and confirm it by two taps."""
    await shop.says(f"/umumkan {text}", by=by, **more)
    await shop.speaks()
    assert await shop.presses(shop.buttons(by)["send_broadcast"], by=by, message_id=card_of(shop, by))
    assert (
        await shop.presses(shop.buttons(by)["confirm_broadcast"], by=by, message_id=card_of(shop, by))
        is Toast.DONE
    )


def card_of(shop: Shop, admin: int) -> int:
    """Return the message id of the last card about a broadcast in a chat."""
    cards = [row for row in shop.messages(admin) if row["subject"].startswith("broadcast:")]
    return int(cards[-1]["message_id"] or cards[-1]["edits"])


async def is_sent(shop: Shop, *, slices: int = 100) -> None:
    """Let the worker and the messenger run until the broadcast has ended."""
    for _ in range(slices):
        await shop.news.run_once()
        await shop.speaks()
        shop.clock.passes(1)
        if await shop.disk.read(news.under_way) is None:
            break
    await shop.speaks()


def told(shop: Shop) -> Counter[int]:
    """Return how often each reseller's chat shows a broadcast."""
    return Counter(
        message.chat_id
        for message in shop.sender.messages
        if message.text.startswith("📢 Pengumuman\n") and message.chat_id not in (RINA, DEWI)
    )


def ended(shop: Shop) -> BroadcastEnded:
    shown = shop.last(RINA)
    assert isinstance(shown, BroadcastEnded)
    return shown


async def test_the_admin_sees_it_as_people_will_and_nothing_is_sent_before_the_second_tap(shop: Shop) -> None:
    await shop.says(f"/umumkan {TEXT}", by=RINA)
    await shop.speaks()
    preview, card = shop.sender.to(RINA)
    assert preview.text == f"📢 Pengumuman\n{TEXT}"
    assert isinstance(shop.last(RINA), BroadcastCard)
    assert "2 orang" in card.text
    await shop.presses(shop.buttons(RINA)["send_broadcast"], message_id=card.message_id)
    await is_sent(shop, slices=3)
    assert not told(shop)
    confirm = shop.buttons(RINA)["confirm_broadcast"]
    assert await shop.presses(confirm, message_id=card.message_id) is Toast.DONE
    assert await shop.presses(confirm, message_id=card.message_id) is Toast.USED
    assert isinstance(shop.last(DEWI), BroadcastProgress)
    await is_sent(shop)
    assert told(shop) == {SARI: 1, BUDI: 1}
    (received,) = shop.sender.to(SARI)
    assert (received.text, received.outgoing.keyboard) == (preview.text, preview.outgoing.keyboard)
    end = ended(shop)
    assert shop.last(DEWI) == end
    assert (end.sent_count, end.refused_count, end.unsent_count, end.is_stopped) == (2, 0, 0, False)


async def test_the_card_of_the_question_becomes_that_of_the_end(shop: Shop) -> None:
    await announces(shop)
    await is_sent(shop)
    cards = {message.message_id for message in shop.sender.to(RINA)}
    assert len(cards) == 2  # the preview, and one card whatever it says
    assert len({message.message_id for message in shop.sender.to(DEWI)}) == 1


async def test_what_is_not_confirmed_is_not_sent_and_a_late_tap_changes_nothing(shop: Shop) -> None:
    await shop.says("/umumkan Halo", by=RINA)
    await shop.speaks()
    buttons = shop.buttons(RINA)
    assert await shop.presses(buttons["cancel"], message_id=card_of(shop, RINA)) is Toast.DONE
    assert isinstance(shop.last(RINA), BroadcastCancelled)
    assert await shop.presses(buttons["send_broadcast"]) is Toast.USED
    await is_sent(shop, slices=2)
    assert not told(shop)


@pytest.mark.parametrize(
    ("text", "error"),
    [("", BroadcastError.EMPTY), (" \n\u202e ", BroadcastError.EMPTY), ("x" * 4090, BroadcastError.TOO_LONG)],
    ids=["nothing", "nothing to see", "too long"],
)
async def test_a_text_that_cannot_be_sent_is_answered_with_what_to_do(
    shop: Shop, text: str, error: BroadcastError
) -> None:
    await shop.says(f"/umumkan {text}"[:4096], by=RINA)
    answer = shop.last(RINA)
    assert isinstance(answer, BroadcastRejected)
    assert answer.error is error


async def test_text_under_a_picture_may_be_shorter_than_text_alone(shop: Shop) -> None:
    photo = {"by": RINA, "kind": MessageKind.CAPTIONED, "picture_id": "photo-1"}
    await shop.says("/umumkan " + "😀" * 600, **photo)  # type: ignore[arg-type]  # facts of one message
    assert isinstance(shop.last(RINA), BroadcastRejected)
    await shop.says("/umumkan " + "😀" * 500, **photo)  # type: ignore[arg-type]  # facts of one message
    assert isinstance(shop.last(RINA), BroadcastCard)


async def test_without_resellers_there_is_nobody_to_send_it_to(shop: Shop) -> None:
    for reseller in (SARI, BUDI):
        await shop.says("berhenti info", by=reseller)
    await shop.says("/umumkan Halo", by=RINA)
    assert shop.last(RINA) == BroadcastRejected(error=BroadcastError.NOBODY)


async def test_a_reply_to_a_picture_or_a_text_announces_that(shop: Shop) -> None:
    await announces(shop, "", reply_to=77, replied_text="Promo *besok*", replied_picture_id="photo-1")
    await is_sent(shop)
    (message,) = shop.sender.to(SARI)
    assert message.text == "📢 Pengumuman\nPromo *besok*"
    assert message.outgoing.received_file
    assert message.outgoing.received_file.file_id == "photo-1"


@pytest.mark.parametrize(
    ("replied", "text", "picture_id"),
    [
        ({"text": "Tutup jam 20"}, "Tutup jam 20", None),
        ({"caption": "Promo", "photo": [{"file_id": "small"}, {"file_id": "large"}]}, "Promo", "large"),
        ({"sticker": {}, "text": 7, "photo": 7}, "", None),
    ],
    ids=["a text", "a picture", "neither"],
)
def test_what_a_message_replies_to_is_read_with_it(
    replied: dict[str, object], text: str, picture_id: str | None
) -> None:
    raw = a_message(1, "/umumkan", reply_to_message={"message_id": 4, **replied})
    message = parse_update(raw, username="loket")
    assert isinstance(message, IncomingMessage)
    assert (message.reply_to, message.replied_text, message.replied_picture_id) == (4, text, picture_id)


async def test_a_picture_with_the_command_under_it_is_announced(shop: Shop) -> None:
    await announces(shop, "Promo", kind=MessageKind.CAPTIONED, picture_id="photo-2")
    await is_sent(shop)
    (message,) = shop.sender.to(BUDI)
    assert message.outgoing.received_file
    assert message.outgoing.received_file.file_id == "photo-2"


async def test_whatever_an_admin_types_is_plain_text(shop: Shop) -> None:
    typed = "<b>Promo</b> *s5.081234567890* [x](https://toko.example) & _y_"
    await announces(shop, typed)
    await is_sent(shop)
    (message,) = shop.sender.to(SARI)
    assert message.text == f"📢 Pengumuman\n{typed}"
    assert [span.style for span in message.outgoing.text if span.text == typed] == ["plain"]
    assert not shop.rows("SELECT * FROM orders")


def test_only_what_can_be_seen_is_sent() -> None:
    assert broadcast_body("\u202eA\u2066b\0\x1b \r\n\t c 👨\u200d👩 \n\n") == "Ab\n  c 👨\u200d👩"


async def test_only_an_admin_in_private_announces(shop: Shop) -> None:
    for by, chat in ((SARI, None), (RINA, GROUP), (STRANGER, None)):
        await shop.says("/umumkan Halo", by=by, chat=chat)
    assert shop.rows("SELECT * FROM broadcasts") == []


async def test_who_blocked_the_bot_is_counted_and_no_error(shop: Shop) -> None:
    await shop.hires(*CROWD)
    for user_id in CROWD[:5]:
        shop.sender.blocks(user_id)
    await announces(shop)
    await is_sent(shop)
    end = ended(shop)
    assert (end.sent_count, end.refused_count, end.failed_count) == (len(CROWD) - 3, 5, 0)
    assert "DeliveryFailed" not in shop.kinds(RINA)
    # The next one knows them, and whoever comes back does not get what is old.
    shop.sender.takes()
    await announces(shop, "Lagi")
    await is_sent(shop)
    assert (ended(shop).sent_count, ended(shop).refused_count) == (len(CROWD) - 3, 5)
    await shop.says("harga", by=CROWD[0])
    await shop.speaks()
    assert told(shop)[CROWD[0]] == 0


async def test_a_stop_sends_nothing_more_and_says_how_many_have_it(shop: Shop) -> None:
    await shop.hires(*CROWD)
    await announces(shop)
    await shop.news.run_once()
    await shop.speaks()
    await shop.news.run_once()  # the next slice waits
    sent = sum(told(shop).values())
    stop = shop.buttons(DEWI)["stop_broadcast"]
    assert await shop.presses(stop, by=DEWI, message_id=card_of(shop, DEWI)) is Toast.DONE
    assert await shop.presses(stop, by=DEWI, message_id=card_of(shop, DEWI)) is Toast.USED
    await is_sent(shop)
    end = ended(shop)
    assert 0 < sent == end.sent_count == sum(told(shop).values())
    assert (end.is_stopped, end.unsent_count) == (True, len(CROWD) + 2 - sent)


async def test_few_messages_wait_at_a_time_however_many_are_to_get_it(shop: Shop) -> None:
    await shop.hires(*CROWD)
    await announces(shop)
    for _ in range(4):
        await shop.news.run_once()
    waiting = shop.rows("SELECT * FROM outbox WHERE state = 'waiting' AND kind = 'BroadcastNews'")
    assert 0 < len(waiting) <= 16


async def test_a_result_leaves_before_the_news_that_waits(shop: Shop) -> None:
    await shop.hires(*CROWD)
    order = await shop.asks(by=BUDI)
    await shop.posts()
    await shop.speaks()
    await announces(shop)
    await shop.news.run_once()
    await shop.reversals.receive(success_of(order), "1.2.3.4")
    tried = len(shop.sender.tries)
    await shop.speaks()
    order_of_sending = [
        "news" if is_news(message) else "result"
        for message in shop.sender.tries[tried:]
        if message.chat_id not in (RINA, DEWI)
    ]
    assert order_of_sending[:2] == ["result", "news"]


async def test_news_leaves_a_third_of_the_messages_a_second_to_results(shop: Shop) -> None:
    shop.starts(messages_per_s=12)
    await shop.hires(*CROWD)
    await announces(shop)
    shop.clock.passes(5)
    tried = len(shop.sender.tries)
    await shop.news.run_once()
    await shop.speaks()
    assert sum(map(is_news, shop.sender.tries[tried:])) <= 8
    order = await shop.asks(by=BUDI)
    await shop.posts()
    await shop.reversals.receive(success_of(order), "1.2.3.4")
    await shop.speaks()
    assert any("SUKSES" in message.text for message in shop.sender.to(BUDI))


async def test_a_result_does_not_wait_for_news_that_its_chat_just_got(shop: Shop) -> None:
    order = await shop.asks(by=BUDI)
    await shop.posts()
    await announces(shop)
    await shop.speaks()
    shop.starts(chat_messages_per_s=1)
    shop.clock.passes(5)
    await shop.news.run_once()
    await shop.speaks()
    assert told(shop)[BUDI] == 1
    await shop.reversals.receive(success_of(order), "1.2.3.4")
    await shop.speaks()
    assert "SUKSES" in shop.sender.to(BUDI)[-1].text


def is_news(message: OutgoingMessage) -> bool:
    return message.text[-1].text == TEXT


@pytest.mark.parametrize("boundary", range(14))
async def test_a_kill_at_any_moment_loses_nobody_and_doubles_nobody(shop: Shop, boundary: int) -> None:
    """A new process goes on where the disk says, at each boundary between a slice and its sending."""
    await shop.hires(*CROWD)
    await announces(shop)
    for step in range(boundary):
        await (shop.news.run_once() if step % 2 == 0 else shop.speaks())
    shop.starts()
    await is_sent(shop)
    assert told(shop) == dict.fromkeys((SARI, BUDI, *CROWD), 1)
    assert ended(shop).sent_count == len(CROWD) + 2


async def test_only_the_message_whose_answer_was_lost_comes_twice(shop: Shop) -> None:
    await shop.hires(*CROWD)
    await announces(shop)
    await shop.news.run_once()
    await shop.speaks()  # the cards of the admins too
    await shop.news.run_once()
    shop.sender.loses_answers(times=1)
    await shop.messenger.run_once()
    await shop.messenger.drain(60)
    shop.starts()
    shop.clock.passes(10)
    await is_sent(shop)
    counts = Counter(told(shop).values())
    assert counts == {1: len(CROWD) + 1, 2: 1}


async def test_a_kill_while_messages_are_being_sent_doubles_only_those_whose_answer_was_not_stored(
    shop: Shop,
) -> None:
    await shop.hires(*CROWD)
    await announces(shop)
    await shop.news.run_once()
    await shop.speaks()
    await shop.news.run_once()
    shop.disk.holds_writes()
    before = told(shop)
    await shop.messenger.run_once()
    await eventually(lambda: len(told(shop)) == len(before) + NEWS_AT_ONCE)
    unstored = told(shop) - before
    await shop.messenger.close()
    shop.disk.lets_go()
    shop.starts()
    await is_sent(shop)
    assert told(shop) == Counter((SARI, BUDI, *CROWD)) + unstored


async def test_a_kill_before_telegram_took_a_message_doubles_nothing(shop: Shop) -> None:
    await shop.hires(*CROWD)
    await announces(shop)
    await shop.speaks()
    await shop.news.run_once()
    shop.sender.hangs()
    tried = len(shop.sender.tries)
    await shop.messenger.run_once()
    await eventually(lambda: len(shop.sender.tries) > tried)
    await shop.messenger.close()
    shop.starts()
    shop.sender.release()
    await is_sent(shop)
    assert told(shop) == dict.fromkeys((SARI, BUDI, *CROWD), 1)


async def test_a_slice_that_is_not_stored_is_made_again_whole(shop: Shop) -> None:
    await shop.hires(*CROWD)
    await announces(shop)
    shop.disk.refuses_writes(times=1)
    with pytest.raises(Exception, match="full"):
        await shop.news.run_once()
    await is_sent(shop)
    assert told(shop) == dict.fromkeys((SARI, BUDI, *CROWD), 1)


async def test_who_wants_no_news_gets_none_but_every_result(shop: Shop) -> None:
    await shop.says("berhenti info", by=BUDI)
    assert shop.last(BUDI) == NewsChoice(wants_news=False)
    await announces(shop)
    await is_sent(shop)
    assert told(shop) == {SARI: 1}
    order = await shop.asks(by=BUDI)
    await shop.posts()
    await shop.reversals.receive(success_of(order), "1.2.3.4")
    await shop.speaks()
    assert "SUKSES" in shop.sender.to(BUDI)[-1].text
    await shop.says("mulai info", by=BUDI)
    assert shop.last(BUDI) == NewsChoice(wants_news=True)
    await announces(shop, "Lagi")
    await is_sent(shop)
    assert told(shop) == {SARI: 2, BUDI: 1}


async def test_the_button_under_the_news_stops_it_and_answers_once(shop: Shop) -> None:
    await announces(shop)
    await is_sent(shop)
    assert await shop.presses("stop_news:", by=SARI) is Toast.DONE
    await shop.speaks()
    assert await shop.presses("stop_news:", by=SARI) is Toast.ALREADY
    assert shop.kinds(SARI).count("NewsChoice") == 1
    assert await shop.presses("resume_news:", by=SARI) is Toast.DONE
    assert shop.last(SARI) == NewsChoice(wants_news=True)


async def test_who_stops_news_while_it_is_sent_does_not_get_what_waits(shop: Shop) -> None:
    await shop.hires(*CROWD)
    await announces(shop)
    await shop.news.run_once()
    await shop.says("berhenti info", by=SARI)
    await is_sent(shop)
    assert told(shop)[SARI] == 0
    assert (ended(shop).sent_count, ended(shop).unsent_count) == (len(CROWD) + 1, 1)


@pytest.mark.parametrize("text", ["berhenti", "mulai", "mulai jualan", "berhenti dulu"])
async def test_other_words_change_nothing(shop: Shop, text: str) -> None:
    await shop.says(text, by=SARI)
    assert "NewsChoice" not in shop.kinds(SARI)
    assert shop.rows("SELECT * FROM news_optouts") == []


async def test_a_restored_copy_sends_nothing_more_of_it(shop: Shop) -> None:
    """Since the copy was made it may have been sent to everybody."""
    await shop.hires(*CROWD)
    await announces(shop)
    await shop.news.run_once()
    await shop.disk.write(
        lambda tx: start_quarantine(
            tx, restored_at_ms=shop.clock(), backup_at_ms=0, gap_until_ms=shop.clock()
        )
    )
    await is_sent(shop)
    assert not told(shop)
    assert (ended(shop).is_stopped, ended(shop).unsent_count) == (True, len(CROWD) + 2)
