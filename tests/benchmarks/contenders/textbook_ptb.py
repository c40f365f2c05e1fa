"""The bot one would write from the examples of python-telegram-bot and httpx: no durability, no outbox.

Updates come in as in python-telegram-bot's own example of a custom webhook: Starlette on uvicorn, with an
Application that handles updates side by side.
"""

import asyncio
import hashlib
import os
import random
from datetime import datetime

import aiosqlite
import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    trxid TEXT PRIMARY KEY, chat_id INTEGER, message_id INTEGER, product TEXT, destination TEXT, status TEXT
)
"""
ENV = os.environ
RESELLERS = {int(user) for user in ENV["RESELLER_IDS"].split(",")}


async def main() -> None:
    db = await aiosqlite.connect(ENV["DATABASE_URL"].removeprefix("sqlite:///"))
    await db.execute(SCHEMA)
    await db.commit()
    biller = httpx.AsyncClient(timeout=45)
    application = (
        Application.builder()
        .token(ENV["TELEGRAM_TOKEN"])
        .base_url(ENV["TELEGRAM_API_URL"] + "/bot")
        .updater(None)
        .concurrent_updates(True)  # noqa: FBT003 - the library's own way
        .build()
    )

    async def order(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        if message is None or message.from_user is None or message.from_user.id not in RESELLERS:
            return
        product, *rest = (message.text or "").split(".")
        destination = "".join(rest)
        if not destination.isdigit():
            await message.reply_text("Format: kode.nomor")
            return
        trxid = datetime.now().strftime("%y%m%d%H%M%S") + f"{random.randrange(100_000):05}"  # noqa: DTZ005, S311 - as one would
        await db.execute(
            "INSERT INTO orders VALUES (?, ?, ?, ?, ?, 'process')",
            (trxid, message.chat_id, message.message_id, product, destination),
        )
        await db.commit()
        sign = hashlib.md5((ENV["BILLER_USER"] + ENV["BILLER_PASSWORD"] + trxid).encode()).hexdigest()  # noqa: S324 - the biller's choice
        answer = await biller.post(
            ENV["BILLER_URL"] + "/service/in/json",
            json={
                "user": ENV["BILLER_USER"],
                "sign": sign,
                "trxid": trxid,
                "cmd": "trx",
                "idpel": destination,
                "produk": product,
            },
        )
        told = answer.json()
        if told["status"]:
            await db.execute("UPDATE orders SET status = 'pending' WHERE trxid = ?", (trxid,))
            await db.commit()
            await message.reply_text(f"⏳ DIPROSES {product}.{destination}\nRef {trxid}", do_quote=True)
        else:
            await db.execute("UPDATE orders SET status = 'failed' WHERE trxid = ?", (trxid,))
            await db.commit()
            await message.reply_text(f"❌ GAGAL {product}.{destination}\n{told['reason']}", do_quote=True)

    async def telegram(request: Request) -> Response:
        if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != ENV["TELEGRAM_WEBHOOK_SECRET"]:
            return Response(status_code=403)
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return Response()

    async def reversal(request: Request) -> Response:
        given = request.query_params
        async with db.execute(
            "SELECT chat_id, message_id, product, destination FROM orders WHERE trxid = ?", (given["refid"],)
        ) as cursor:
            row = await cursor.fetchone()
        if row is None:
            return Response(status_code=404)
        chat_id, message_id, product, destination = row
        succeeded = given["status"] == "0"
        await db.execute(
            "UPDATE orders SET status = ? WHERE trxid = ?",
            ("success" if succeeded else "failed", given["refid"]),
        )
        await db.commit()
        sn = given["message"].partition("SN: ")[2].partition(", Saldo")[0]
        text = (
            f"✅ SUKSES {product}.{destination}\nSN: {sn}"
            if succeeded
            else f"❌ GAGAL {product}.{destination}"
        )
        await application.bot.send_message(
            chat_id, f"{text}\nRef {given['refid']}", reply_to_message_id=message_id
        )
        return PlainTextResponse("OK")

    application.add_handler(MessageHandler(filters.TEXT, order))
    app = Starlette(
        routes=[
            Route("/telegram", telegram, methods=["POST"]),
            Route("/reversal/" + ENV["REVERSAL_SECRET"], reversal),
        ]
    )
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=int(ENV["LISTEN_PORT"]), log_level="warning")
    )
    async with application:
        await application.bot.set_webhook(
            ENV["PUBLIC_URL"] + "/telegram", secret_token=ENV["TELEGRAM_WEBHOOK_SECRET"]
        )
        await application.start()
        await server.serve()
        await application.stop()
    await db.close()


if __name__ == "__main__":
    asyncio.run(main())
