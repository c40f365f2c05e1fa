"""What the tests of storage and of the agents share: a counter with a real database and fakes around it."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from bot.catalogue.product import Product
from bot.features.people import membership
from bot.handlers import callbacks, messages
from bot.notices import Notice
from bot.notices.buttons import Action
from bot.orders.model import Order
from bot.purchasing.submitter import Biller
from bot.runtime import Environment, Runtime, RuntimeSettings
from bot.updates import ButtonPress, Document, IncomingMessage, MessageKind, Toast
from storage import catalogue, orders
from storage.database import SqliteDatabase
from storage.outbox import NOTICES
from storage.transaction import Tx
from tests.integration.fakes import (
    Chance,
    FakeBiller,
    FakeClock,
    FakeFiles,
    FakeSpeaker,
    Nonces,
    eventually,
    order_text,
)
from tests.integration.frail import FrailDatabase

SARI, BUDI, STRANGER = 1001, 1002, 5001
RINA, DEWI = 9001, 9002
GROUP = -100200300
ZONE = ZoneInfo("Asia/Jakarta")

Row = dict[str, Any]


RULES = RuntimeSettings(
    admins=(RINA, DEWI),
    zone=ZONE,
    biller_concurrency=32,
    biller_timeout_s=45,
    order_max_age_s=600,
    # A pace that holds nothing up, where a test is not about pace.
    messages_per_s=1000,
    chat_messages_per_s=1000,
)


class Shop:
    """One counter: two admins, two resellers, every agent, and the verbs of the people around it."""

    def __init__(self, database: SqliteDatabase, path: Path) -> None:
        self.path = path
        self.clock, self.nonces, self.random_suffix = FakeClock(), Nonces(), Chance()
        self.biller, self.sender, self.files = FakeBiller(), FakeSpeaker(), FakeFiles()
        self.disk = FrailDatabase(database)
        self.starts()
        self._message_id = 0

    def starts(self, *, biller: Biller | None = None, **rules: Any) -> None:
        """Start the agents as a fresh process would: all they knew beyond the disk is gone."""
        world = Environment(
            database=self.disk,
            biller=biller or self.biller,
            sender=self.sender,
            files=self.files,
            now_ms=self.clock,
            monotonic=self.clock.monotonic,
            nonce=self.nonces,
            random_suffix=self.random_suffix,
        )
        counter = Runtime(world, replace(RULES, **rules))
        self.context, self.orders_wake_up, self.outbox_wake_up = (
            counter.context,
            counter.orders_wake_up,
            counter.outbox_wake_up,
        )
        self.submitter, self.messenger = counter.submitter, counter.messenger
        self.reversals, self.watchdog = counter.reversals, counter.watchdog
        self.auditor, self.breaker = counter.auditor, counter.breaker
        self.importer, self.imports_wake_up = counter.importer, counter.imports_wake_up

    async def hires(self, *user_ids: int) -> None:
        """Let people in by the settings, as a start does."""
        await self.disk.write(lambda tx: membership.approve_configured(tx, user_ids, now_ms=self.clock()))

    async def says(
        self,
        text: str,
        *,
        by: int = SARI,
        chat: int | None = None,
        message_id: int | None = None,
        kind: MessageKind = MessageKind.WRITTEN,
        reply_to: int | None = None,
        thread: int | None = None,
        at_ms: int | None = None,
        username: str | None = None,
        document: Document | None = None,
    ) -> int:
        """Let somebody write, in their private chat unless told otherwise; give the message's id."""
        self._message_id += 1
        said = IncomingMessage(
            chat_id=chat or by,
            is_private=chat is None,
            thread_id=thread,
            message_id=message_id or self._message_id,
            user_id=by,
            name=f"Name {by}",
            username=username,
            text=text,
            at_ms=self.clock() if at_ms is None else at_ms,
            kind=kind,
            reply_to=reply_to,
            document=document,
        )
        await self.disk.write(lambda tx: messages.handle_message(self.context.begin(tx, self.clock()), said))
        return said.message_id

    async def sells(self, *products: Product) -> None:
        """Put up a catalogue of these products alone."""

        def unit(tx: Tx) -> None:
            edit = catalogue.CatalogueEdit(
                stamp=self.nonces(), at_ms=self.clock(), user_id=None, name="", source="a test"
            )
            assert catalogue.replace(tx, catalogue.load(tx), products, edit)

        await self.disk.write(unit)

    async def presses(
        self, nonce: str, *, by: int = RINA, message_id: int = 1, chat: int | None = None
    ) -> Toast:
        """Let somebody tap a button of ours."""
        pressed = ButtonPress(
            callback_id="press",
            chat_id=chat or by,
            thread_id=None,
            message_id=message_id,
            user_id=by,
            name=f"Name {by}",
            data=nonce,
        )
        return await self.disk.write(
            lambda tx: callbacks.handle_callback(self.context.begin(tx, self.clock()), pressed)
        )

    async def asks(self, text: str = "", *, by: int = SARI, **where: Any) -> Order:
        """Let a reseller order, for another number each time unless told otherwise, and give the order."""
        text = text or order_text(len(self.rows("SELECT trxid FROM orders")))
        before = {row["trxid"] for row in self.rows("SELECT trxid FROM orders")}
        await self.says(text, by=by, **where)
        (trxid,) = {row["trxid"] for row in self.rows("SELECT trxid FROM orders")} - before
        return await self.order(trxid)

    async def posts(self) -> None:
        """Let the submitter post all that is due, and its answers be stored."""
        while await self.submitter.run_once() == 0 or self.is_posting():
            await self.settled()

    async def settled(self) -> None:
        """Wait until no post is under way."""
        await eventually(lambda: not self.is_posting())

    def is_posting(self) -> bool:
        """Tell whether any post, or the storing of its answer, is under way."""
        return any(self.submitter.is_posting(row["trxid"]) for row in self.rows("SELECT trxid FROM orders"))

    async def speaks(self) -> None:
        """Let the messenger say whatever may be said at this moment."""
        await self.messenger.drain(5)
        tried = -1
        while len(self.sender.tries) > tried:
            tried = len(self.sender.tries)
            await self.messenger.run_once()
            await self.messenger.drain(5)

    async def order(self, trxid: str) -> Order:
        """Give an order as it is on the disk."""
        found = await self.disk.read(lambda tx: orders.get(tx, trxid))
        assert found
        return found

    def rows(self, statement: str, *values: object) -> list[Row]:
        """Ask the file itself, by a connection of our own: what it says is on the disk."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(statement, values)]

    def messages(self, chat_id: int) -> list[Row]:
        """Give a chat's letters, oldest first."""
        return self.rows("SELECT * FROM outbox WHERE chat_id = ? ORDER BY outbox_id", chat_id)

    def kinds(self, chat_id: int) -> list[str]:
        """Give the names of all that was ever put into a chat's lane."""
        return [row["kind"] for row in self.messages(chat_id)]

    def last(self, chat_id: int) -> Notice:
        """Give the notice that was put last into a chat's lane."""
        return self.notice(self.messages(chat_id)[-1])

    def notice(self, message: Row) -> Notice:
        """Give what a letter says."""
        notice: Notice = NOTICES.load(message["kind"], message["facts"])
        return notice

    def buttons(self, chat_id: int) -> dict[str, str]:
        """Give action and nonce of the buttons under the chat's last letter that has some."""
        keyboards = [json.loads(row["keyboard"]) for row in self.messages(chat_id) if row["keyboard"] != "[]"]
        return {action: data for row in keyboards[-1] for action, data, _label in row}

    def offers(self, chat_id: int) -> dict[str, str]:
        """Give label and nonce of every order that a button in this chat offers, the last of each label."""
        keyboards = [json.loads(row["keyboard"]) for row in self.messages(chat_id)]
        return {
            label: data
            for rows in keyboards
            for row in rows
            for action, data, label in row
            if action == Action.BUY
        }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "loket.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(path)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def shop(database: SqliteDatabase, path: Path) -> Shop:
    shop = Shop(database, path)
    await shop.hires(SARI, BUDI)
    return shop
