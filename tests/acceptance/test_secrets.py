"""No secret leaks: with canaries for secrets, everything going wrong and every log line on, none comes out.

Every other acceptance test logs at DEBUG too, and `Shop.audit` searches its output for the same canaries.
"""

from urllib.parse import quote

import pytest

from tests.acceptance.shop import BUDI, RINA, SARI, STRANGER, Mode, Shop, free_port

WEBHOOK = pytest.mark.parametrize("mode", [Mode.WEBHOOK], indirect=True)
"""The mode in which there are more secrets to leak."""

WRONG_TOKEN = "987654321:KenariTokenSalah-abcdefghijklmnopqr"


def found_in(shop: Shop, *texts: str) -> list[str]:
    return [secret for secret in shop.secrets() for text in texts if secret in text]


async def test_no_secret_comes_out_in_a_run_in_which_everything_goes_wrong(shop: Shop) -> None:
    telegram, secret = shop.world.telegram, quote(shop.settings["REVERSAL_SECRET"])
    for method, kind, chat in (
        ("sendMessage", "500", SARI),
        ("sendMessage", "reset_after_accepting", BUDI),
        ("sendMessage", "reset_before", RINA),
        ("sendMessage", "429", STRANGER),
        ("editMessageText", "reset_before", RINA),
        ("getUpdates", "502", None),
        ("answerCallbackQuery", "500", None),
    ):
        telegram.fault(method, kind, chat_id=chat)
    for chat, ending in ((SARI, "1414"), (SARI, "1515"), (BUDI, "1313"), (BUDI, "1616"), (STRANGER, "1111")):
        shop.order(chat, f"s5.08123456{ending}")
    answers = [
        await shop.report("status=0&refid=nonsense"),
        await shop.report("%zz"),
        await shop.report("a=b", **{"X-Forwarded-For": secret}),
        await shop.report("a=b", path=f"/reversal/{secret}/{secret}"),
        await shop.http.post(f"{shop.url}/telegram", json={"update_id": secret}),
        await shop.http.post(
            f"{shop.url}/telegram",
            json={"update_id": 1, "message": {"message_id": secret}},
            headers={"X-Telegram-Bot-Api-Secret-Token": shop.settings.get("TELEGRAM_WEBHOOK_SECRET", "")},
        ),
    ]
    for trouble in ("BELUM PASTI s5.081234561414", "BELUM PASTI s5.081234561515"):
        await shop.wait_for_message(SARI, trouble, timeout_s=20)
    # Of this one no result comes that would close its card.
    shop.tap(await shop.wait_for_message(RINA, "Perlu keputusan", "s5.081234561313"), "❌ GAGAL")
    await shop.until(lambda: shop.messages_with(RINA, "Tetapkan GAGAL?"))
    pages = [(await shop.http.get(f"{shop.url}/{path}")).text for path in ("metrics", "readyz", "healthz")]
    chats = [m.text for chat in (SARI, BUDI, RINA, STRANGER) for m in telegram.bot_messages(chat)]
    await shop.stop()
    assert found_in(shop, *pages, *chats, *(answer.text for answer in answers), shop.output) == []


@WEBHOOK
async def test_a_rejected_token_is_told_without_being_shown(closed_shop: Shop) -> None:
    closed_shop.settings["TELEGRAM_TOKEN"] = WRONG_TOKEN
    await closed_shop.launch()
    await closed_shop.until(lambda: "telegram rejects the token" in closed_shop.output)
    assert (await closed_shop.http.get(f"{closed_shop.url}/readyz")).status_code == 503
    assert await closed_shop.stop() == 0
    assert found_in(closed_shop, closed_shop.output) == []


@WEBHOOK
async def test_a_rejected_signature_is_told_to_the_admin_without_being_shown(closed_shop: Shop) -> None:
    closed_shop.settings["BILLER_PASSWORD"] = "kenari-sandi-salah/%"
    await closed_shop.start()
    closed_shop.order(SARI, "s5.081234561111")
    told = await closed_shop.wait_for_message(SARI, "GAGAL", "gangguan")
    alarm = await closed_shop.wait_for_message(RINA, "Biller menolak pesanan", "Signature tidak valid")
    assert "ignature" not in told.text
    assert found_in(closed_shop, told.text, alarm.text, closed_shop.output) == []


@WEBHOOK
async def test_unreachable_partners_are_told_without_addresses_that_hold_a_secret(closed_shop: Shop) -> None:
    closed_shop.settings["TELEGRAM_API_URL"] = f"http://127.0.0.1:{free_port()}"
    closed_shop.settings["BILLER_URL"] = f"http://127.0.0.1:{free_port()}"
    await closed_shop.launch()
    await closed_shop.until(lambda: "telegram set-up failed" in closed_shop.output)
    assert await closed_shop.stop() == 0
    assert found_in(closed_shop, closed_shop.output) == []
