"""The bot one would write from the examples of aiogram, aiohttp and aiosqlite: no durability, no outbox.

Updates come in as in aiogram's own example of a webhook: SimpleRequestHandler on aiohttp's web server.
"""

import hashlib
import os
import random
from datetime import datetime

import aiohttp
import aiosqlite
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    trxid TEXT PRIMARY KEY, chat_id INTEGER, message_id INTEGER, product TEXT, destination TEXT, status TEXT
)
"""
ENV = os.environ
RESELLERS = {int(user) for user in ENV["RESELLER_IDS"].split(",")}

dispatcher = Dispatcher()


async def order(message: Message, db: aiosqlite.Connection, biller: aiohttp.ClientSession) -> None:
    if message.from_user is None or message.from_user.id not in RESELLERS:
        return
    product, _, destination = (message.text or "").partition(".")
    if not destination.isdigit():
        await message.answer("Format: kode.nomor")
        return
    trxid = datetime.now().strftime("%y%m%d%H%M%S") + f"{random.randrange(100_000):05}"  # noqa: DTZ005, S311 - as one would
    await db.execute(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, 'process')",
        (trxid, message.chat.id, message.message_id, product, destination),
    )
    await db.commit()
    sign = hashlib.md5((ENV["BILLER_USER"] + ENV["BILLER_PASSWORD"] + trxid).encode()).hexdigest()  # noqa: S324 - the biller's choice
    async with biller.post(
        ENV["BILLER_URL"] + "/service/in/json",
        json={
            "user": ENV["BILLER_USER"],
            "sign": sign,
            "trxid": trxid,
            "cmd": "trx",
            "idpel": destination,
            "produk": product,
        },
    ) as answer:
        told = await answer.json()
    if told["status"]:
        await db.execute("UPDATE orders SET status = 'pending' WHERE trxid = ?", (trxid,))
        await db.commit()
        await message.reply(f"⏳ DIPROSES {product}.{destination}\nRef {trxid}")
    else:
        await db.execute("UPDATE orders SET status = 'failed' WHERE trxid = ?", (trxid,))
        await db.commit()
        await message.reply(f"❌ GAGAL {product}.{destination}\n{told['reason']}")


async def reversal(request: web.Request) -> web.Response:
    db, bot = request.app["db"], request.app["bot"]
    given = request.query
    async with db.execute(
        "SELECT chat_id, message_id, product, destination FROM orders WHERE trxid = ?", (given["refid"],)
    ) as cursor:
        row = await cursor.fetchone()
    if row is None:
        raise web.HTTPNotFound
    chat_id, message_id, product, destination = row
    succeeded = given["status"] == "0"
    await db.execute(
        "UPDATE orders SET status = ? WHERE trxid = ?", ("success" if succeeded else "failed", given["refid"])
    )
    await db.commit()
    sn = given["message"].partition("SN: ")[2].partition(", Saldo")[0]
    text = (
        f"✅ SUKSES {product}.{destination}\nSN: {sn}" if succeeded else f"❌ GAGAL {product}.{destination}"
    )
    await bot.send_message(chat_id, f"{text}\nRef {given['refid']}", reply_to_message_id=message_id)
    return web.Response(text="OK")


async def open_all(app: web.Application) -> None:
    db = await aiosqlite.connect(ENV["DATABASE_URL"].removeprefix("sqlite:///"))
    await db.execute(SCHEMA)
    await db.commit()
    app["db"] = dispatcher["db"] = db
    dispatcher["biller"] = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=45))


async def close_all(app: web.Application) -> None:
    await app["db"].close()
    await dispatcher["biller"].close()


async def on_startup(bot: Bot) -> None:
    await bot.set_webhook(ENV["PUBLIC_URL"] + "/telegram", secret_token=ENV["TELEGRAM_WEBHOOK_SECRET"])


def main() -> None:
    dispatcher.message.register(order, F.text)
    dispatcher.startup.register(on_startup)
    session = AiohttpSession(api=TelegramAPIServer.from_base(ENV["TELEGRAM_API_URL"]))
    bot = Bot(token=ENV["TELEGRAM_TOKEN"], session=session)
    app = web.Application()
    app["bot"] = bot
    SimpleRequestHandler(
        dispatcher=dispatcher, bot=bot, secret_token=ENV["TELEGRAM_WEBHOOK_SECRET"]
    ).register(app, path="/telegram")
    app.router.add_get("/reversal/" + ENV["REVERSAL_SECRET"], reversal)
    app.on_startup.append(open_all)
    app.on_cleanup.append(close_all)
    setup_application(app, dispatcher, bot=bot)
    web.run_app(app, host="127.0.0.1", port=int(ENV["LISTEN_PORT"]), access_log=None, print=None)


if __name__ == "__main__":
    main()
