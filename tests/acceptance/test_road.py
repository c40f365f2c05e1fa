"""The road of an order, seen from outside: typed in a chat, posted once, reported, told in that chat."""

import re

from sandbox.biller.wording import signature
from tests.acceptance.shop import BUDI, GROUP, PASSWORD, RINA, SARI, Shop

FAILED = (
    "status=1&refid={trxid}&product=banktrf&qty=1&dest=111111111"
    "&message=Transaksi+s5.111111111+GAGAL,+Saldo:+Rp99,999,999,+Tgl:+01/01+10:36:38"
)
SUCCEEDED = (
    "status=0&refid={trxid}&product=banktrf&qty=1&dest=2222222222"
    "&message=Transaksi+s5.2222222222+SUKSES,+SN:+11111111111,+Saldo:+Rp99,999,999,"
    "+Harga:+201,200,+Tgl:+01/01+10:32:12"
)


async def test_a_post_carries_exactly_the_six_fields_with_a_right_sign(shop: Shop) -> None:
    shop.order(SARI, "S5 0812-3456-7890")
    await shop.wait_for_message(SARI, "SUKSES")
    (post,) = shop.wire.posts
    trxid = post["trxid"]
    assert re.fullmatch("[0-9]{17}", trxid)
    assert post == {
        "user": "demo",
        "sign": signature("demo", PASSWORD, trxid),
        "trxid": trxid,
        "cmd": "trx",
        "idpel": "081234567890",
        "produk": "s5",
    }


async def test_the_two_reversals_of_the_sheet_reach_the_right_chats_as_replies(shop: Shop) -> None:
    shop.world.biller.reversal_url = None  # here the biller is played by hand, word for word
    asked_by_sari, asked_by_budi = shop.order(SARI, "s5.111111111"), shop.order(BUDI, "s5.2222222222")
    lost, won = await shop.trxid(SARI, asked_by_sari), await shop.trxid(BUDI, asked_by_budi)
    await shop.until(lambda: shop.rows("SELECT DISTINCT state FROM orders") == [("pending",)])
    assert (await shop.report(SUCCEEDED.format(trxid=won))).text == "OK"
    assert (await shop.report(FAILED.format(trxid=lost))).text == "OK"
    failed, succeeded = (
        await shop.wait_for_message(SARI, "GAGAL", lost),
        await shop.wait_for_message(BUDI, "SUKSES", won),
    )
    assert failed.reply_to
    assert failed.reply_to.id == asked_by_sari
    assert succeeded.reply_to
    assert succeeded.reply_to.id == asked_by_budi
    assert "SN: 11111111111\n" in succeeded.text
    for chat in (SARI, BUDI):
        said = "".join(message.text for message in shop.messages_with(chat))
        assert "99" not in said.replace(won, "").replace(lost, "")  # neither the partner's balance
        assert "201" not in said.replace(won, "").replace(lost, "")  # nor its cost


async def test_an_order_is_acknowledged_before_its_result_is_told(shop: Shop) -> None:
    shop.world.biller.behave("early")
    asked = shop.order(SARI, "s5.081234560000")
    trxid = await shop.trxid(SARI, asked)
    result = await shop.wait_for_message(SARI, "SUKSES", trxid)
    said = shop.messages_with(SARI, trxid)
    assert [message.text.split()[1] for message in said] == ["DIPROSES", "SUKSES"]
    assert [message.reply_to and message.reply_to.id for message in said] == [asked, asked]
    assert said[-1] == result


async def test_a_refusal_is_told_with_its_reason_and_the_next_step(shop: Shop) -> None:
    shop.order(SARI, "s5.081234563333")
    shop.order(BUDI, "s5.081234564444")
    assert "Produk tidak tersedia (ROUTE)" in (await shop.wait_for_message(SARI, "GAGAL")).text
    refused = await shop.wait_for_message(BUDI, "GAGAL", "Jangan kirim ulang dulu. Admin sudah diberi tahu")
    assert "coba lagi" not in refused.text  # it would fail again until the deposit is filled
    await shop.wait_for_message(RINA, "Saldo di biller tidak cukup?", "DEDUCT")  # only the admin can mend it


async def test_the_biller_balance_is_shown_to_an_admin_alone_and_in_private(shop: Shop) -> None:
    shop.order(SARI, "s5.081234561111")
    await shop.wait_for_message(SARI, "SUKSES")
    for chat, how in ((SARI, {}), (GROUP, {"user_id": BUDI}), (RINA, {})):
        shop.order(chat, "/saldo", **how)
    shown = await shop.wait_for_message(RINA, "Saldo biller")
    assert "Rp1.351.224" in shown.text
    for chat, answer in ((SARI, "Tanpa batas saldo"), (GROUP, "hanya ditampilkan di chat pribadi")):
        assert "1.351" not in (await shop.wait_for_message(chat, answer)).text


async def test_many_orders_at_once_each_hear_their_own_result(shop: Shop) -> None:
    asked = {}
    for number in range(10):
        for chat in (SARI, BUDI):
            ending = "1111" if number % 2 else "2222"
            asked[chat, f"0812{chat}{number}{ending}"] = ending
    for chat, destination in asked:
        shop.order(chat, f"s5.{destination}")
    for (chat, destination), ending in asked.items():
        await shop.wait_for_message(chat, f"{'SUKSES' if ending == '1111' else 'GAGAL'} s5.{destination}")
    assert len(shop.wire.posts) == 20
    assert [m for m in shop.messages_with(SARI) if f"0812{BUDI}" in m.text] == []
