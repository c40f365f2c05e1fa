"""Who may do what: strangers buy nothing, resellers order wherever they are, and a message counts once."""

import asyncio
import json

import pytest

from tests.acceptance.shop import BUDI, GROUP, RINA, SARI, STRANGER, WEBHOOK_SECRET, Mode, Shop

TOPIC = 77


async def test_a_stranger_buys_nothing_alone_or_in_a_group(shop: Shop) -> None:
    shop.order(STRANGER, "s5.081234561111")
    shop.order(GROUP, "s5.081234561111", user_id=STRANGER)
    for chat in (STRANGER, GROUP):
        await shop.wait_for_message(chat, "Anda belum terdaftar")
    shop.order(STRANGER, "/saldo")
    shop.order(STRANGER, "/tertunda")
    shop.order(STRANGER, "/aktifkan 5001")
    await shop.quiet()
    assert shop.wire.posts == []
    assert shop.rows("SELECT count(*) FROM orders") == [(0,)]
    assert {m.text for m in shop.messages_with(STRANGER)} == {
        m.text for m in shop.messages_with(STRANGER, "belum terdaftar")
    }


async def test_a_resellers_order_in_a_group_is_bought_and_answered_there_topic_and_all(shop: Shop) -> None:
    asked = shop.order(GROUP, "s5.081234561111", user_id=SARI)
    in_topic = shop.order(GROUP, "s5.081234571111", user_id=BUDI, thread_id=TOPIC)
    await shop.wait_for_message(GROUP, "SUKSES s5.081234561111")
    await shop.wait_for_message(GROUP, "SUKSES s5.081234571111")
    said = {(m.thread_id, m.reply_to.id) for m in shop.messages_with(GROUP) if m.reply_to}
    assert said == {(None, asked), (TOPIC, in_topic)}
    assert len(shop.messages_with(GROUP)) == 4
    assert shop.messages_with(SARI) + shop.messages_with(BUDI) == []


async def test_talk_in_a_group_is_left_alone(shop: Shop) -> None:
    for text in ("saldo", "selamat pagi", "harga 5000 ya?", "hubungi 081234567890", "/saldo@another_bot"):
        shop.order(GROUP, text, user_id=SARI)
        shop.order(GROUP, text, user_id=STRANGER)
    await shop.quiet()
    assert shop.messages_with(GROUP) == []


async def test_forwarded_edited_and_redelivered_messages_make_no_second_order(shop: Shop) -> None:
    asked = shop.order(SARI, "s5.081234561111")
    await shop.wait_for_message(SARI, "SUKSES")
    shop.order(SARI, "s5.081234571111", forwarded=True)
    await shop.wait_for_message(SARI, "Pesan terusan tidak diproses")
    shop.world.telegram.edit(SARI, asked, "s5.081234581111")
    await shop.wait_for_message(SARI, "Pesan yang diubah tidak diproses")
    for _ in range(3):
        shop.redeliver(SARI, asked)
    await shop.quiet()
    await shop.kill()
    shop.redeliver(SARI, asked)
    await shop.start()
    await shop.quiet()
    assert [post["idpel"] for post in shop.wire.posts] == ["081234561111"]
    assert len(shop.messages_with(SARI)) == 4


@pytest.mark.parametrize("mode", [Mode.WEBHOOK], indirect=True)
async def test_one_update_posted_again_and_again_orders_once(shop: Shop) -> None:
    update = json.dumps(an_update("s5.081234561111"))
    headers = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET, "Content-Type": "application/json"}
    posts = [shop.http.post(f"{shop.url}/telegram", content=update, headers=headers) for _ in range(5)]
    assert {answer.status_code for answer in await asyncio.gather(*posts)} == {200}
    await shop.wait_for_message(SARI, "SUKSES")
    await shop.quiet()
    assert len(shop.wire.posts) == 1
    assert len(shop.messages_with(SARI)) == 2


def an_update(text: str) -> dict[str, object]:
    """Return an update as Telegram sends it, of a message that Sari typed this very moment of 2033."""
    sari = {"id": SARI, "is_bot": False, "first_name": "Sari"}
    chat = {"id": SARI, "type": "private", "first_name": "Sari"}
    message = {"message_id": 5000, "from": sari, "chat": chat, "date": 2_000_000_000, "text": text}
    return {"update_id": 930_000_000, "message": message}


async def test_a_stranger_is_let_in_by_a_tap_and_frozen_for_good(shop: Shop) -> None:
    shop.order(STRANGER, "/daftar")
    await shop.wait_for_message(STRANGER, "Permintaan terkirim")
    card = await shop.wait_for_message(RINA, "Minta jadi reseller", "Orang Asing")
    await shop.press(card, "✅ Setujui")
    await shop.wait_for_message(STRANGER, "sudah terdaftar")
    shop.order(STRANGER, "s5.081234561111")
    await shop.wait_for_message(STRANGER, "SUKSES")
    shop.order(RINA, f"/bekukan {STRANGER}")
    shop.order(RINA, f"/bekukan_{SARI}")  # one whom the settings let in
    await shop.wait_for_message(SARI, "dibekukan")
    await shop.wait_for_message(STRANGER, "dibekukan")
    await shop.stop()
    await shop.start()
    for chat in (STRANGER, SARI):
        shop.order(chat, "s5.081234571111")
    await shop.quiet()
    assert [post["idpel"] for post in shop.wire.posts] == ["081234561111"]


async def test_nobody_but_an_admin_can_let_anybody_in(shop: Shop) -> None:
    shop.order(STRANGER, "/daftar")
    card = await shop.wait_for_message(RINA, "Minta jadi reseller")
    nonce = next(b["callback_data"] for b in card.buttons() if b["text"] == "✅ Setujui")
    # A forwarded card: the same data under a message in the stranger's own chat.
    own = await shop.wait_for_message(STRANGER, "Permintaan terkirim")
    stolen = {"inline_keyboard": [[{"text": "✅ Setujui", "callback_data": nonce}]]}
    telegram = shop.world.telegram
    await shop.http.post(
        f"{shop.settings['TELEGRAM_API_URL']}/bot{telegram.token}/editMessageReplyMarkup",
        json={"chat_id": STRANGER, "message_id": own.id, "reply_markup": stolen},
    )
    callback = telegram.press(STRANGER, own.id, nonce)
    assert "hanya untuk reseller" in (await telegram.wait_for_toast(callback)).text
    shop.order(STRANGER, "s5.081234561111")
    await shop.quiet()
    assert shop.wire.posts == []
    await shop.press(card, "✅ Setujui")  # the nonce is not used up by the wrong hand
    await shop.wait_for_message(STRANGER, "sudah terdaftar")
