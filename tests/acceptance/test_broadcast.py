"""An announcement over real sockets: it survives a kill, reaches everybody once, and can be turned off."""

from collections import Counter

from tests.acceptance.shop import BUDI, RINA, SARI, Shop


async def test_an_announcement_reaches_everybody_once_though_loket_is_killed_meanwhile(shop: Shop) -> None:
    shop.order(RINA, "/umumkan Besok loket tutup jam 20.00\nTerima kasih")
    card = await shop.wait_for_message(RINA, "Kirim pengumuman di atas?")
    label = next(button["text"] for button in card.buttons() if button["text"].startswith("Kirim ke"))
    await shop.press(card, label)
    await shop.wait_for_message(RINA, "Yakin kirim")
    await shop.press(card, "Ya, kirim sekarang")
    await shop.kill()
    await shop.start()
    await shop.wait_for_message(RINA, "selesai dikirim", "Terkirim: ", timeout_s=60)
    told = Counter(len(shop.messages_with(chat, "Besok loket tutup")) for chat in (SARI, BUDI))
    assert told == {1: 2}
    news = await shop.wait_for_message(SARI, "Terima kasih")
    await shop.press(news, "🔕 Berhenti info", user=SARI, chat=SARI)
    await shop.wait_for_message(SARI, "tidak dikirim lagi")
    shop.order(SARI, "s5.081234567890")
    await shop.wait_for_message(SARI, "SUKSES s5.081234567890")
