"""The floor of the machine: the sockets and the commits of an order, as bare as they can be, and no more.

It believes everything, checks nothing and repeats nothing: what it costs, nobody who keeps the promises can
go below. An update, a commit, a `trx`, a commit, a message, a report, a commit, a message.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import Coroutine
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import uvloop

from tests.benchmarks.plain_http import Answer, Caller, Request, served

ENV = os.environ
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SPEAKING_AT_ONCE, BUYING_AT_ONCE = 32, 32

Statement = tuple[str, tuple[object, ...]]


class Disk:
    """A thread that commits whatever waits, all of it at once, and syncs."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE orders"
            " (trxid TEXT PRIMARY KEY, chat_id INTEGER, message_id INTEGER, state TEXT) STRICT"
        )
        self._waiting: list[tuple[Statement, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()

    async def commit(self, sql: str, *values: object) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(((sql, values), done))
        self._wake.set()
        await done

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._commit, [statement for statement, _ in batch])
            for _, done in batch:
                done.set_result(None)

    def _commit(self, statements: list[Statement]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        for sql, values in statements:
            self._db.execute(sql, values)
        self._db.execute("COMMIT")

    def place_of(self, trxid: str) -> tuple[int, int]:
        chat_id, message_id = self._db.execute(
            "SELECT chat_id, message_id FROM orders WHERE trxid = ?", (trxid,)
        ).fetchone()
        return chat_id, message_id


class Floor:
    """The bot."""

    def __init__(self) -> None:
        self._disk = Disk(ENV["DATABASE_URL"].removeprefix("sqlite:///"))
        telegram, biller = urlsplit(ENV["TELEGRAM_API_URL"]).port, urlsplit(ENV["BILLER_URL"]).port
        self._telegram = Caller(telegram or 80, connections=SPEAKING_AT_ONCE)
        self._biller = Caller(biller or 80, connections=BUYING_AT_ONCE)
        self._token = ENV["TELEGRAM_TOKEN"]
        self._count = 0
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        async with served(self.answer, port=int(ENV["LISTEN_PORT"])):
            await self._call("setWebhook", url=ENV["PUBLIC_URL"] + "/telegram", secret_token="floor")
            await self._disk.run()

    def _start(self, order: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(order)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def answer(self, request: Request) -> Answer:
        if request.method == "GET":
            await self._report(dict(parse_qsl(request.query)))
        else:
            await self._order(json.loads(request.body)["message"])
        return Answer(b"OK")

    async def _order(self, message: dict[str, Any]) -> None:
        self._count += 1
        trxid = f"{self._count:017}"
        chat_id, message_id, typed = message["chat"]["id"], message["message_id"], message["text"]
        await self._disk.commit(
            "INSERT INTO orders VALUES (?, ?, ?, 'submitting')", trxid, chat_id, message_id
        )
        self._start(self._buy(trxid, typed))
        self._start(self._say(trxid, f"⏳ {typed}", chat_id, message_id))

    async def _buy(self, trxid: str, typed: str) -> None:
        product, _, destination = typed.partition(".")
        body = {
            "user": "u",
            "sign": "s",
            "trxid": trxid,
            "cmd": "trx",
            "idpel": destination,
            "produk": product,
        }
        await self._biller.ask(
            "POST", "/service/in/json", json.dumps(body).encode(), headers={"Connection": "close"}
        )
        await self._disk.commit("UPDATE orders SET state = 'pending' WHERE trxid = ?", trxid)

    async def _report(self, given: dict[str, str]) -> None:
        await self._disk.commit("UPDATE orders SET state = 'done' WHERE trxid = ?", given["refid"])
        chat_id, message_id = self._disk.place_of(given["refid"])
        typed = f"{given['product']}.{given['dest']}"
        self._start(self._say(given["refid"], f"✅ {typed}", chat_id, message_id))

    async def _say(self, trxid: str, text: str, chat_id: int, message_id: int) -> None:
        await self._call(
            "sendMessage",
            chat_id=str(chat_id),
            text=text,
            reply_parameters=json.dumps({"message_id": message_id}),
        )
        await self._disk.commit("UPDATE orders SET state = state || ', told' WHERE trxid = ?", trxid)

    async def _call(self, method: str, **given: str) -> None:
        await self._telegram.ask(
            "POST", f"/bot{self._token}/{method}", urlencode(given).encode(), headers=FORM
        )


async def main() -> None:
    await Floor().run()


if __name__ == "__main__":
    uvloop.run(main())
