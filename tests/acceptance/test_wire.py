"""What comes over the wire: Telegram's bad days, and callers who feel for a way in."""

import asyncio

import pytest

from sandbox.telegram.faults import FaultKind
from tests.acceptance.shop import (
    BUDI,
    GROUP,
    REVERSAL_SECRET,
    RINA,
    SARI,
    WEBHOOK_SECRET,
    Mode,
    Shop,
    free_port,
)

PASSING = (
    FaultKind.TOO_MANY,
    FaultKind.SERVER_ERROR,
    FaultKind.BAD_GATEWAY,
    FaultKind.RESET_BEFORE,
    FaultKind.RESET_AFTER_ACCEPTING,
    FaultKind.SLOW,
)
"""Faults after which the very same message can still be brought."""

WEBHOOK = pytest.mark.parametrize("mode", [Mode.WEBHOOK], indirect=True)
NEW_GROUP = -1009988776655
BILLERS_ADDRESS, OTHER_ADDRESS = "203.0.113.7", "198.51.100.9"


async def accepted(shop: Shop, chat: int, destination: str, user: int) -> str:
    """Order something of which no result comes by itself; return its trxid once its chat was told."""
    asked = shop.order(chat, f"s5.{destination}", user_id=user)
    trxid = await shop.trxid(chat, asked)
    await shop.wait_for_message(chat, "DIPROSES", trxid)
    await shop.until(lambda: shop.rows("SELECT state FROM orders WHERE trxid = ?", trxid) == [("pending",)])
    return trxid


async def test_a_result_arrives_whatever_telegram_says_and_no_other_chat_waits(closed_shop: Shop) -> None:
    shop = closed_shop
    chats = {kind: shop.add_user(2000 + index, kind.name) for index, kind in enumerate(PASSING)}
    shop.settings["RESELLER_IDS"] += "".join(f",{chat}" for chat in chats.values())
    await shop.start()
    everybody = [*chats.values(), BUDI]
    budi_was_told = asyncio.Event()

    async def hold(_seconds: float) -> None:
        await budi_was_told.wait()

    trxids = {chat: await accepted(shop, chat, f"0813{chat}6666", chat) for chat in everybody}
    await shop.quiet()
    for kind, chat in chats.items():
        shop.world.telegram.fault("sendMessage", kind, chat_id=chat)
    shop.world.telegram.sleep = hold  # the slow answer takes until Budi has his
    for trxid in trxids.values():
        assert await shop.world.biller.reverse(trxid) == 200
    await shop.wait_for_message(BUDI, "SUKSES", trxids[BUDI])
    assert shop.messages_with(chats[FaultKind.SLOW], "SUKSES") == []
    budi_was_told.set()
    for chat in chats.values():
        await shop.wait_for_message(chat, "SUKSES", trxids[chat])
    await shop.quiet()
    copies = {kind: len(shop.messages_with(chat, "SUKSES")) for kind, chat in chats.items()}
    assert copies == dict.fromkeys(PASSING, 1) | {FaultKind.RESET_AFTER_ACCEPTING: 2}


async def test_a_chat_that_blocked_us_is_parked_and_told_when_it_speaks_again(shop: Shop) -> None:
    trxid = await accepted(shop, SARI, "081234566666", SARI)
    shop.world.telegram.fault("sendMessage", "403", chat_id=SARI)
    assert await shop.world.biller.reverse(trxid) == 200
    await shop.wait_for_message(RINA, "Pesan tidak sampai", f"chat {SARI}", "blocked")
    await shop.quiet()
    assert shop.messages_with(SARI, "SUKSES") == []
    shop.order(SARI, "/bantuan")
    await shop.wait_for_message(SARI, "SUKSES", trxid)


async def test_a_chat_that_shuts_the_bot_out_gets_its_result_once_it_lets_it_in_again(shop: Shop) -> None:
    telegram = shop.world.telegram
    in_group = await accepted(shop, GROUP, "081234566666", SARI)
    in_private = await accepted(shop, SARI, "081234576666", SARI)
    telegram.shut_out(GROUP, user_id=BUDI)
    telegram.shut_out(SARI)
    await shop.wait_for_message(RINA, "Chat tertutup untuk bot", "Grup Konter")
    await shop.wait_for_message(RINA, "Chat tertutup untuk bot", "Sari", "memblokir")
    refused = telegram.calls["sendMessage"]
    for trxid in (in_group, in_private):
        assert await shop.world.biller.reverse(trxid) == 200
    await shop.quiet()
    assert telegram.calls["sendMessage"] == refused
    telegram.let_in(GROUP, user_id=BUDI)
    telegram.let_in(SARI)
    await shop.wait_for_message(GROUP, "SUKSES", in_group)
    await shop.wait_for_message(GROUP, "Loket ada di grup ini")
    await shop.wait_for_message(SARI, "SUKSES", in_private)


@WEBHOOK
async def test_a_group_that_became_a_supergroup_is_told_where_it_lives_now(shop: Shop) -> None:
    trxid = await accepted(shop, GROUP, "081234566666", SARI)
    shop.world.telegram.fault("sendMessage", "migrated", chat_id=GROUP, new_chat_id=NEW_GROUP)
    assert await shop.world.biller.reverse(trxid) == 200
    await shop.until(lambda: NEW_GROUP in shop.world.telegram.chats.chats)
    await shop.wait_for_message(NEW_GROUP, "SUKSES", trxid)
    await shop.quiet()
    assert shop.messages_with(GROUP, "SUKSES") == []
    assert len(shop.messages_with(NEW_GROUP)) == 1


async def test_an_unreachable_biller_costs_no_order_and_the_trxid_stays(closed_shop: Shop) -> None:
    shop = closed_shop
    there = shop.settings["BILLER_URL"]
    shop.settings["BILLER_URL"] = f"http://127.0.0.1:{free_port()}"
    await shop.start()
    trxid = await shop.trxid(SARI, shop.order(SARI, "s5.081234561111"))
    tried = "SELECT attempts > 0 FROM orders WHERE state = 'placed'"
    await shop.until(lambda: shop.rows(tried) == [(1,)])
    assert await shop.stop() == 0
    shop.settings["BILLER_URL"] = there
    await shop.start()
    await shop.wait_for_message(SARI, "SUKSES", trxid)
    assert [post["trxid"] for post in shop.wire.posts] == [trxid]
    assert len(shop.messages_with(SARI)) == 2


async def test_whatever_is_not_exactly_right_gets_the_very_same_404(closed_shop: Shop, mode: Mode) -> None:
    shop = closed_shop
    shop.settings |= {"REVERSAL_ALLOWED_IPS": f"{BILLERS_ADDRESS}/32", "TRUSTED_PROXIES": "127.0.0.1"}
    shop.world.biller.reversal_url = None
    await shop.start()
    trxid = await accepted(shop, SARI, "081234566666", SARI)
    query = f"status=0&refid={trxid}&product=s5&qty=1&dest=081234566666&message="
    right, biller = f"/reversal/{REVERSAL_SECRET}?{query}", f"X-Forwarded-For: {BILLERS_ADDRESS}"
    secret = f"X-Telegram-Bot-Api-Secret-Token: {WEBHOOK_SECRET}"
    wrong = [
        ("GET", right, ""),  # from the proxy itself
        ("GET", right, f"X-Forwarded-For: {OTHER_ADDRESS}"),
        ("GET", right, f"X-Forwarded-For: {BILLERS_ADDRESS}, {OTHER_ADDRESS}"),
        ("GET", right, "X-Forwarded-For: garbage"),
        *((method, right, biller) for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")),
        ("GET", right.replace(REVERSAL_SECRET, REVERSAL_SECRET[:-1]), biller),
        ("GET", right.replace(REVERSAL_SECRET, REVERSAL_SECRET.upper()), biller),
        ("GET", right.replace(REVERSAL_SECRET, f"{REVERSAL_SECRET}/"), biller),
        ("GET", right.replace("/reversal/", "/Reversal/"), biller),
        ("GET", f"/reversal/?{query}", biller),
        ("GET", f"/reversal?{query}", biller),
        ("GET", f"{right}&status=1", biller),
        ("GET", right.replace("status=0", "status=%D9%A0"), biller),
        ("GET", right.replace("dest=081234566666", "dest=081234566667"), biller),
        ("GET", f"{right}{'x' * 50_000}", biller),
        ("GET", "/telegram", secret),
        ("POST", "/telegram", "X-Telegram-Bot-Api-Secret-Token: wrong"),
        ("POST", "/telegram/", secret),
        ("POST", "/telegram", secret),  # with no update in it
        *(("GET", path, biller) for path in ("/", "/docs", "/reversals", "/.env")),
        ("POST", "/healthz", ""),
    ]
    expected = await raw(shop, "GET", "/nowhere", "")
    assert expected.startswith(b"HTTP/1.1 404")
    answers = [
        (method, path[:150], header, await raw(shop, method, path, header)) for method, path, header in wrong
    ]
    assert [answer for answer in answers if answer[3] != expected] == []
    # What is longer than any line of HTTP is turned away before its path is looked at.
    flood = "x" * 100_000
    assert await raw(shop, "GET", right + flood, biller) == await raw(shop, "GET", f"/nowhere?{flood}", "")
    assert shop.rows("SELECT state FROM orders") == [("pending",)]
    assert (await raw(shop, "GET", right, biller)).startswith(b"HTTP/1.1 200")
    await shop.wait_for_message(SARI, "SUKSES", trxid)


async def raw(shop: Shop, method: str, target: str, header: str) -> bytes:
    """Send one request as it stands; return the whole answer but for its date."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(shop.settings["LISTEN_PORT"]))
    lines = [f"{method} {target} HTTP/1.1", "Host: loket.test", "Connection: close", *filter(None, [header])]
    writer.write(("\r\n".join(lines) + "\r\nContent-Length: 0\r\n\r\n").encode())
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    return b"\r\n".join(line for line in answer.split(b"\r\n") if not line.lower().startswith(b"date:"))


@WEBHOOK
async def test_a_webhook_is_set_with_its_secret_and_taken_away_when_polling_again(shop: Shop) -> None:
    telegram = shop.world.telegram
    assert telegram.webhook
    assert telegram.webhook.hook.url == f"{shop.url}/telegram"
    assert telegram.webhook.hook.secret == WEBHOOK_SECRET
    await shop.stop()
    shop.order(SARI, "s5.081234561111")  # what waits is not dropped
    del shop.settings["PUBLIC_URL"]
    await shop.start()
    assert telegram.webhook is None
    await shop.wait_for_message(SARI, "SUKSES")
