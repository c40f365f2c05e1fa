"""How orders come to rest: results told once, contradictions kept open, admins deciding with two taps."""

from sandbox.telegram.chats import Message
from tests.acceptance.shop import BUDI, RINA, SARI, Shop


def success(trxid: str, destination: str, sn: str = "9900112233", **changes: str) -> str:
    fields = {
        "status": "0",
        "refid": trxid,
        "product": "banktrf",
        "qty": "1",
        "dest": destination,
        "message": f"Transaksi+s5.{destination}+SUKSES,+SN:+{sn},+Saldo:+Rp9,999,+Harga:+5,100,+Tgl:+1/1",
    }
    return "&".join(f"{name}={value}" for name, value in (fields | changes).items())


async def pending(shop: Shop, chat: int, destination: str) -> str:
    """Order something of which the biller reports nothing by itself; return its trxid."""
    trxid = await shop.trxid(chat, shop.order(chat, f"s5.{destination}"))
    await shop.until(lambda: shop.rows("SELECT state FROM orders WHERE trxid = ?", trxid) == [("pending",)])
    return trxid


def copied_by(message: Message) -> list[str]:
    """Return what the buttons under a message copy."""
    return [button["copy_text"]["text"] for button in message.buttons() if "copy_text" in button]


async def test_a_result_is_told_once_with_its_whole_sn_and_nothing_of_the_operators_money(shop: Shop) -> None:
    sn = "1234-5678-9012-3456-7890/BUDI+SANTOSO/R1/1300VA/32,5"
    trxid = await pending(shop, SARI, "081234566666")
    for _ in range(3):
        assert (await shop.report(success(trxid, "081234566666", sn))).text == "OK"
    told = await shop.wait_for_message(SARI, f"SN: {sn.replace('+', ' ')}\n", trxid)
    await shop.quiet()
    assert [message.text.split()[1] for message in shop.messages_with(SARI)] == ["DIPROSES", "SUKSES"]
    assert copied_by(told) == [sn.replace("+", " ")]
    assert "Saldo" not in told.text
    assert "5,100" not in told.text


async def test_opposite_results_make_one_correction_and_an_admin_closes_it(shop: Shop) -> None:
    shop.order(SARI, "s5.081234568888")  # success, then failure
    trxid = (await shop.wait_for_message(SARI, "SUKSES")).text.split()[-1]
    await shop.wait_for_message(SARI, "HASIL BERUBAH", "sekarang melaporkan GAGAL", trxid)
    card = await shop.wait_for_message(RINA, "Perlu keputusan", "bertentangan", trxid)
    for outcome in ("success", "failure"):  # once both were heard, no repeat changes anything
        assert await shop.world.biller.reverse(trxid, outcome) == 200
    await shop.quiet()
    assert len(shop.messages_with(SARI, "HASIL BERUBAH")) == 1
    await shop.press(card, "❌ GAGAL")
    await shop.until(lambda: shop.messages_with(RINA, "Tetapkan GAGAL?", trxid))
    assert shop.messages_with(SARI, "GAGAL s5") == []  # one tap settles nothing
    await shop.press(card, "Ya, GAGAL")
    ruled = await shop.wait_for_message(SARI, "GAGAL s5.081234568888", trxid)
    assert ruled.reply_to
    await shop.until(lambda: shop.messages_with(RINA, "Ditetapkan GAGAL oleh Ibu Rina"))
    assert await shop.world.biller.reverse(trxid) == 200
    await shop.quiet()
    assert shop.messages_with(SARI)[-1] == ruled


async def test_an_admin_settles_an_unknown_order_with_its_sn(shop: Shop) -> None:
    shop.order(SARI, "s5.081234561313")
    trxid = (await shop.wait_for_message(SARI, "BELUM PASTI")).text.split()[-1]
    card = await shop.wait_for_message(RINA, "Perlu keputusan", trxid)
    await shop.press(card, "✅ SUKSES")
    await shop.until(lambda: shop.messages_with(RINA, "berapa SN-nya?"))
    shop.order(RINA, "1234-5678/BUDI, S/R1", reply_to=card.id)
    question = await shop.wait_for_message(
        RINA, "Tetapkan SUKSES?", "SN: 1234-5678/BUDI, S/R1", after=card.id
    )
    assert shop.messages_with(SARI, "SUKSES") == []
    await shop.press(question, "Ya, SUKSES")
    told = await shop.wait_for_message(SARI, "SUKSES", "SN: 1234-5678/BUDI, S/R1", trxid)
    assert copied_by(told) == ["1234-5678/BUDI, S/R1"]
    await shop.quiet()
    assert [list(message.buttons()) for message in shop.messages_with(RINA, trxid)] == [[], []]


async def test_a_second_thought_is_free_and_a_double_tap_counts_once(shop: Shop) -> None:
    shop.order(SARI, "s5.081234561313")
    card = await shop.wait_for_message(RINA, "Perlu keputusan")
    await shop.press(card, "❌ GAGAL")
    await shop.until(lambda: shop.messages_with(RINA, "Tetapkan GAGAL?"))
    await shop.press(card, "Batal")
    await shop.until(lambda: shop.messages_with(RINA, "Perlu keputusan"))
    assert len(shop.messages_with(SARI)) == 2  # received, and not certain
    await shop.press(card, "❌ GAGAL")
    await shop.until(lambda: shop.messages_with(RINA, "Tetapkan GAGAL?"))
    await shop.quiet()
    taps = [shop.tap(card, "Ya, GAGAL") for _ in range(2)]
    toasts = [(await shop.world.telegram.wait_for_toast(tap)).text for tap in taps]
    assert sorted(toasts) == [
        "Ditetapkan GAGAL. Reseller diberi tahu.",
        "Tombol ini sudah dipakai atau tidak berlaku lagi.",
    ]
    await shop.wait_for_message(SARI, "GAGAL s5")
    await shop.quiet()
    assert len(shop.messages_with(SARI)) == 3
    assert shop.rows("SELECT state FROM orders") == [("failed",)]


async def test_a_report_that_fits_no_order_changes_nothing_and_wakes_the_admins(shop: Shop) -> None:
    mine = await pending(shop, SARI, "081234566666")
    other = await pending(shop, BUDI, "081234576666")
    wrong = [
        success(mine, "081234576666"),  # another's number
        success(other, "081234566666"),
        success("1" * 17, "081234566666"),
        success(mine, "081234566666", message="Transaksi+s10.081234566666+SUKSES"),
        success(mine, "081234566666", status="%D9%A0"),  # an Arabic nought
        success(mine, "081234566666", status="00"),
        success(mine, "081234566666") + "&status=1",
        "status=0",
        "",
    ]
    before = shop.rows("SELECT * FROM orders ORDER BY trxid")
    assert {(await shop.report(query)).status_code for query in wrong} == {404}
    await shop.wait_for_message(RINA, "Laporan biller tidak cocok")
    await shop.quiet()
    assert shop.rows("SELECT * FROM orders ORDER BY trxid") == before
    assert shop.rows("SELECT count(*) FROM quarantined_reversals") == [(len(wrong),)]
    # One alarm for each that names an order, and one for all that name none.
    assert [len(shop.messages_with(RINA, f"Ref {trxid}")) for trxid in (mine, other)] == [5, 1]
    assert len(shop.messages_with(RINA)) == 5 + 1 + 1
    for chat in (SARI, BUDI):
        assert len(shop.messages_with(chat)) == 1


async def test_a_report_that_contradicts_itself_settles_nothing_and_asks_the_admins(shop: Shop) -> None:
    shop.order(SARI, "s5.081234561616")  # status says success, the message says GAGAL
    trxid = (await shop.wait_for_message(SARI, "BELUM PASTI")).text.split()[-1]
    await shop.wait_for_message(RINA, "Perlu keputusan", trxid)
    assert shop.messages_with(SARI, "SUKSES") == []
    assert shop.messages_with(SARI, "GAGAL") == []
    assert await shop.world.biller.reverse(trxid) == 200
    await shop.wait_for_message(SARI, "SUKSES", trxid)


async def test_a_card_on_its_way_when_its_order_settles_is_closed_too(shop: Shop) -> None:
    """Between "being said" and "said" a report can arrive: the card it overtakes must not be left open."""
    shop.world.telegram.fault("sendMessage", "slow", chat_id=RINA)
    shop.order(SARI, "s5.081234561313")
    trxid = (await shop.wait_for_message(SARI, "BELUM PASTI")).text.split()[-1]
    assert shop.messages_with(RINA) == []
    assert await shop.world.biller.reverse(trxid) == 200
    await shop.wait_for_message(SARI, "SUKSES", trxid)
    await shop.wait_for_message(RINA, trxid)
    await shop.quiet()
    assert [list(message.buttons()) for message in shop.messages_with(RINA)] == [[]]
