"""Text from outside is shown as harmless characters: it cannot format, link, command, hide or pass for ours.

Every way in (names, what people type, the biller's reasons, reports and SNs, Telegram's own error texts) to
every message out, over the real bot. Each hostile text holds the word KENARI, by which it is found again.
"""

import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.listen import listen
from sandbox.telegram.cast import BOT
from sandbox.telegram.chats import Message
from tests.acceptance.shop import BUDI, GROUP, RINA, SARI, STRANGER, Mode, Shop

POLLING = pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
"""Words come in alike by either way."""

FAKE_REF = "22110111373985338"
LIVELY = (
    "<b>x</b> *y* _z_ [t](tg://resolve?id=1) `c` /hapus_4242 @admin_palsu #promo t.me/palsu "
    "https://palsu.example a@palsu.example +6281200000000 "
    "\u202eMUNDUR\u202c \u200b\u2066\ufeff \x1b[2J\x00 😀 "
)
FAKE_NOTICE = (
    f"\n\n✅ SUKSES s5.081200000000\nNomor: 0812-0000-0000\nSN: KENARI\n14:03:25 WIB\nRef {FAKE_REF}\r\n"
)
FAKE_REFUSAL = f"\u2028\u2029❌ GAGAL s5.081200000000\x85\x0b\x0cTidak ada yang dibeli.\nRef {FAKE_REF}\n"
HOSTILE = {
    "lively": f"KENARI {LIVELY}",
    "a second notice": f"KENARI{FAKE_NOTICE}",
    "a refusal": f"KENARI{FAKE_REFUSAL}",
    "long": ("KENARI \U0001f600\u0301" * 1000)[:5000],
}
EVERY_TEXT = pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)

NOT_OURS = re.compile(
    r"KENARI|palsu|MUNDUR|_4242|081200000000|0812-0000|promo|\[2J|[\U0001f600*`<>]|tg:|" + FAKE_REF
)
OUR_COMMANDS = (
    r"/(?:bantuan|daftar|saldo|tertunda|sukses|gagal|(?:reseller|bekukan|aktifkan|hapus)(?:_[0-9]+)?)\b"
)
HEAD = re.compile(
    r"^\S+ (?:DIPROSES|SUKSES|GAGAL|BELUM PASTI|MASIH|TIDAK DIPROSES|HASIL BERUBAH)", re.MULTILINE
)


def code_and_rest(message: Message) -> tuple[list[str], str]:
    """Return what stands in code, and the rest with a mark where code stood."""
    units = message.text.encode("utf-16-le")
    codes, rest, end = [], "", 0
    for entity in sorted(message.entities, key=lambda entity: entity["offset"]):
        if entity["type"] == "code":
            begin, length = 2 * entity["offset"], 2 * entity["length"]
            codes.append(units[begin : begin + length].decode("utf-16-le"))
            rest += units[end:begin].decode("utf-16-le") + "\ufffc"
            end = begin + length
    return codes, rest + units[end:].decode("utf-16-le")


def commands_of(message: Message) -> list[str]:
    """Return what a tap would send as a command."""
    units = message.text.encode("utf-16-le")
    places = [one for one in message.entities if one["type"] == "bot_command"]
    return [units[2 * one["offset"] :][: 2 * one["length"]].decode("utf-16-le") for one in places]


def assert_is_ours(message: Message) -> None:
    """Hold one message of the bot against all that outside text must not do to it."""
    codes, rest = code_and_rest(message)
    # On one line in code, where Telegram makes nothing of it ...
    assert {entity["type"] for entity in message.entities} <= {"bold", "code", "bot_command"}
    assert all(re.fullmatch(OUR_COMMANDS, command) for command in commands_of(message))
    assert not any(set("\n\r\u2028\u2029\x85\x0b\x0c") & set(code) for code in codes)
    # ... and nowhere else ...
    assert NOT_OURS.search(rest) is None, rest
    assert re.sub(OUR_COMMANDS, "", rest).count("/") == len(re.findall(r"[0-9]/[0-9]", rest)), rest
    assert "@" not in rest.replace("@nama", "")
    # ... unseen by nobody, and no notice of its own.
    assert [
        c for c in message.text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c != "\n"
    ] == []
    assert len(HEAD.findall(rest)) <= 1
    assert len(re.findall(r"\bRef (?:[0-9]{17}|\ufffc)", rest)) <= 1
    for button in message.buttons():
        assert "KENARI" not in button["text"]
        assert "\n" not in button.get("copy_text", {}).get("text", "")


@pytest.mark.parametrize(
    "text",
    [
        "Alasan: KENARI",
        "Alasan: a\u202eb",
        "✅ SUKSES s5.1\n✅ SUKSES s5.2",
        "Ref 26112222101623999\nRef 26112222101623998",
        "ketik /hapus_semua",
        "dari @siapa",
    ],
)
def test_the_audit_sees_what_it_should(text: str) -> None:
    with pytest.raises(AssertionError):
        assert_is_ours(Message(id=1, sender=BOT, at_ms=0, text=text))


def audit(shop: Shop, *shown_in: int) -> None:
    """Hold all that was ever said against it; each chat of `shown_in` was shown some hostile text."""
    chats = shop.world.telegram.chats.chats
    for chat in chats:
        for message in shop.world.telegram.bot_messages(chat):
            assert_is_ours(message)
    for chat in shown_in:
        # A library that quotes Telegram writes the first letter alone as a capital.
        assert shop.messages_with(chat, "KENARI") or shop.messages_with(chat, "Kenari"), (
            f"chat {chat} was shown none of it"
        )


def named(shop: Shop, user: int, name: str, username: str | None = None) -> None:
    users = shop.world.telegram.chats.users
    users[user] = replace(users[user], name=name, username=username)


@POLLING
@EVERY_TEXT
async def test_names_and_typed_texts(shop: Shop, hostile: str) -> None:
    named(shop, STRANGER, hostile, hostile)
    named(shop, RINA, hostile)
    shop.order(STRANGER, "/daftar")
    card = await shop.wait_for_message(RINA, "Minta jadi reseller")
    await shop.press(card, "✅ Setujui")
    await shop.wait_for_message(STRANGER, "sudah terdaftar")
    for typed in (hostile, f"s5.{hostile}", f"s5 0812345678 {hostile}", f"/{hostile}", f"komplain {hostile}"):
        shop.order(STRANGER, typed[:4000])
        shop.order(GROUP, typed[:4000], user_id=STRANGER)
    shop.order(STRANGER, f"s5.{hostile}"[:4000], forwarded=True)
    for command in ("/bekukan ", "/aktifkan @", "/hapus ", "/sukses ", "/gagal ", "/sukses 1 "):
        shop.order(RINA, (command + hostile)[:4000])
    shop.order(RINA, "/reseller")
    await shop.wait_for_message(RINA, "Reseller (")
    shop.order(RINA, f"/bekukan {STRANGER}")
    await shop.wait_for_message(RINA, "sekarang dibekukan")
    await shop.quiet()
    assert shop.rows("SELECT * FROM orders") == []
    audit(shop, RINA)


@pytest.fixture
async def billed(closed_shop: Shop) -> AsyncIterator[tuple[Shop, dict[str, Any]]]:
    """A shop whose biller answers what the test puts into `says`, beside what the sheet asks for."""
    says: dict[str, Any] = {}

    async def answer(request: Request) -> JSONResponse:
        order = await request.json()
        told = {"total": 0, "status": False, "user": order["user"], "kodeproduk": order["produk"]}
        return JSONResponse(told | {"tujuan": order["idpel"], "ftrxid": "@admin_palsu/hapus_4242"} | says)

    async with listen(Starlette(routes=[Route("/service/in/json", answer, methods=["POST"])])) as url:
        closed_shop.settings["BILLER_URL"] = url
        await closed_shop.start()
        yield closed_shop, says


@POLLING
@EVERY_TEXT
async def test_the_billers_reasons(billed: tuple[Shop, dict[str, Any]], hostile: str) -> None:
    shop, says = billed
    for number, (before, after) in enumerate(
        (("", ""), ("Produk ditutup ", ""), ("saldo habis ", ""), ("IP ", ""))
    ):
        destination = f"08123456000{number}"
        says["reason"] = f"Transaksi s5.{destination} GAGAL {before}{hostile}{after}"
        asked = shop.order(SARI, f"s5.{destination}")
        await shop.wait_for_message(SARI, f"s5.{destination}", after=asked)
        await shop.until(
            lambda: shop.rows("SELECT 1 FROM orders WHERE state IN ('placed', 'submitting')") == []
        )
        await shop.quiet()
    # A reason that speaks of success, too, is no clear refusal: then an admin is shown the order instead.
    audit(shop, *() if "SUKSES" in hostile else (SARI,))
    assert shop.messages_with(SARI, "SUKSES s5") == []


@POLLING
@EVERY_TEXT
async def test_the_billers_reports_and_sns(shop: Shop, hostile: str) -> None:
    shop.world.biller.reversal_url = None
    said = quote(hostile[:1000])
    messages = {
        SARI: f"Transaksi s5.081234566666 SUKSES, SN: {said}, Saldo: Rp9,999, Harga: 5,100, Tgl: 1/1",
        BUDI: f"Transaksi s5.081234576666 GAGAL {said}",
    }
    for chat, message in messages.items():
        destination = message.split()[1].removeprefix("s5.")
        trxid = await shop.trxid(chat, shop.order(chat, f"s5.{destination}"))
        await shop.wait_for_message(chat, "DIPROSES")
        await shop.quiet()
        status = "0" if chat == SARI else "1"
        about = f"status={status}&refid={trxid}&product={quote(hostile[:30])}&dest={destination}"
        query = f"{about}&message={message.replace(' ', '+')}"
        assert (await shop.report(query)).text == "OK"
        await shop.wait_for_message(chat, "SUKSES" if chat == SARI else "GAGAL", trxid)
        # Of a report that names one of our orders the admins read the words; of any other, nothing.
        await shop.report(f"{query}&dest={said}")
        await shop.report(f"status={said}&refid={said}&product={said}&dest={said}&message={said}")
    await shop.wait_for_message(RINA, "Laporan biller tidak cocok")
    await shop.quiet()
    audit(shop, BUDI, *() if len(hostile) > 500 else (SARI,))


@POLLING
@EVERY_TEXT
async def test_an_sn_that_an_admin_types(shop: Shop, hostile: str) -> None:
    named(shop, RINA, hostile)
    typed = hostile[:450]
    shop.order(SARI, "s5.081234561313")
    trxid = (await shop.wait_for_message(SARI, "BELUM PASTI")).text.split()[-1]
    card = await shop.wait_for_message(RINA, "Perlu keputusan", trxid)
    await shop.press(card, "✅ SUKSES")
    await shop.until(lambda: shop.messages_with(RINA, "berapa SN-nya?"))
    shop.order(RINA, typed, reply_to=card.id)
    question = await shop.wait_for_message(RINA, "Tetapkan SUKSES?", "KENARI", after=card.id)
    await shop.press(question, "Ya, SUKSES")
    await shop.wait_for_message(SARI, "SUKSES", "KENARI", trxid)
    await shop.until(lambda: shop.messages_with(RINA, "Ditetapkan SUKSES oleh"))
    audit(shop, SARI, RINA)


@POLLING
@EVERY_TEXT
async def test_telegrams_own_error_texts(shop: Shop, hostile: str) -> None:
    shop.world.telegram.fault("sendMessage", "403", chat_id=SARI, description=hostile)
    shop.world.telegram.fault("sendMessage", "400", chat_id=BUDI, description=f"chat not found {hostile}")
    for chat in (SARI, BUDI):
        shop.order(chat, "/bantuan")
        await shop.wait_for_message(RINA, "Pesan tidak sampai", f"chat {chat}")
    await shop.quiet()
    audit(shop, RINA)
    assert len(shop.messages_with(RINA, "Pesan tidak sampai")) == 2
