"""Fixtures for the tests of storage and workers: the bot on a real database, with fakes around it."""

import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from bot.catalogue.product import Product
from bot.features.people import membership
from bot.handlers import callbacks, messages
from bot.leadership import SOLE_LEADER, Fence
from bot.notices import Notice
from bot.notices.buttons import Action
from bot.orders.model import Order
from bot.purchasing.submitter import Biller
from bot.runtime import Environment, Runtime, RuntimeSettings
from bot.updates import ButtonPress, Document, IncomingMessage, MessageKind, SharedPerson, Toast
from storage import catalogue, orders
from storage.connection import connect
from storage.database import Database
from storage.outbox import NOTICES
from storage.schema import migrate
from storage.transaction import Tx
from tests.integration.engines import (
    ON_BOTH_AT_LENGTH,
    ON_BOTH_ENGINES,
    POSTGRESQL,
    SQLITE,
    PostgresView,
    SqliteView,
    View,
)
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
    # Rate limits so high that they delay nothing.
    messages_per_s=1000,
    chat_messages_per_s=1000,
)


class Shop:
    """The bot with every worker, two admins and two resellers, and verbs for what people do."""

    def __init__(self, database: Database, path: Path, *, view: View | None = None) -> None:
        self.path = path
        self._view = view or SqliteView(path)
        self.clock, self.nonces, self.random_suffix = FakeClock(), Nonces(), Chance()
        self.biller, self.sender, self.files = FakeBiller(), FakeSpeaker(), FakeFiles()
        self.disk = FrailDatabase(database)
        self.starts()
        self._message_id = 0

    def starts(
        self,
        *,
        biller: Biller | None = None,
        fence: Fence = SOLE_LEADER,
        bot_username: Callable[[], str] = str,
        **rules: Any,
    ) -> None:
        """Start the workers as a new process would: only what is on the disk is still known."""
        environment = Environment(
            database=self.disk,
            biller=biller or self.biller,
            sender=self.sender,
            files=self.files,
            now_ms=self.clock,
            monotonic=self.clock.monotonic,
            nonce=self.nonces,
            random_suffix=self.random_suffix,
            fence=fence,
            bot_username=bot_username,
        )
        self.runtime = runtime = Runtime(environment, replace(RULES, **rules))
        self.context, self.orders_wake_up, self.outbox_wake_up = (
            runtime.context,
            runtime.orders_wake_up,
            runtime.outbox_wake_up,
        )
        self.submitter, self.messenger = runtime.submitter, runtime.messenger
        self.reversals, self.watchdog = runtime.reversals, runtime.watchdog
        self.auditor, self.breaker = runtime.auditor, runtime.breaker
        self.totals, self.recap = runtime.totals, runtime.recap
        self.deposits, self.mutations = runtime.deposits, runtime.mutations
        self.clock_watch = runtime.clock_watch
        self.news = runtime.news
        self.importer, self.imports_wake_up = runtime.importer, runtime.imports_wake_up

    async def recovers(self) -> int:
        """Look after what the last process left, as a start does; return how many orders became unknown."""
        taken = await self.disk.write(lambda tx: self.runtime.take_over(tx, None))
        return taken.swept_count

    async def hires(self, *user_ids: int) -> None:
        """Approve resellers by the settings, as a start does."""
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
        picture_id: str | None = None,
        shared: SharedPerson | None = None,
        replied_text: str = "",
        replied_picture_id: str | None = None,
    ) -> int:
        """Handle a message by a user, in the private chat without `chat`; return the message id."""
        self._message_id += 1
        message = IncomingMessage(
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
            picture_id=picture_id,
            shared=shared,
            replied_text=replied_text,
            replied_picture_id=replied_picture_id,
        )
        await self.disk.write(
            lambda tx: messages.handle_message(self.context.begin(tx, self.clock()), message)
        )
        return message.message_id

    async def sells(self, *products: Product) -> None:
        """Replace the catalogue with these products."""

        def unit(tx: Tx) -> None:
            edit = catalogue.CatalogueEdit(
                stamp=self.nonces(), at_ms=self.clock(), user_id=None, name="", source="a test"
            )
            assert catalogue.replace(tx, catalogue.load(tx), products, edit)

        await self.disk.write(unit)

    async def presses(
        self, nonce: str, *, by: int = RINA, message_id: int = 1, chat: int | None = None
    ) -> Toast:
        """Press a button and return the toast."""
        press = ButtonPress(
            callback_id="press",
            chat_id=chat or by,
            thread_id=None,
            message_id=message_id,
            user_id=by,
            name=f"Name {by}",
            data=nonce,
        )
        tapped = await self.disk.write(
            lambda tx: callbacks.handle_callback(self.context.begin(tx, self.clock()), press)
        )
        return tapped.toast

    async def asks(self, text: str = "", *, by: int = SARI, **where: Any) -> Order:
        """Place an order as a reseller, without `text` for another number each time; return the order."""
        text = text or order_text(len(self.rows("SELECT trxid FROM orders")))
        before = {row["trxid"] for row in self.rows("SELECT trxid FROM orders")}
        await self.says(text, by=by, **where)
        (trxid,) = {row["trxid"] for row in self.rows("SELECT trxid FROM orders")} - before
        return await self.order(trxid)

    async def posts(self) -> None:
        """Run the submitter until all due orders are posted and their answers stored."""
        while await self.submitter.run_once() == 0 or self.is_posting():
            await self.settled()

    async def settled(self) -> None:
        """Wait until no purchase is in progress."""
        await eventually(lambda: not self.is_posting())

    def is_posting(self) -> bool:
        """Return whether a purchase, or the storing of its answer, is in progress."""
        return any(self.submitter.is_posting(row["trxid"]) for row in self.rows("SELECT trxid FROM orders"))

    async def speaks(self) -> None:
        """Run the messenger until it has sent all that may be sent now."""
        await self.messenger.drain(60)
        tried = -1
        while len(self.sender.tries) > tried:
            tried = len(self.sender.tries)
            await self.messenger.run_once()
            await self.messenger.drain(60)

    async def order(self, trxid: str) -> Order:
        """Return an order as it is stored."""
        found = await self.disk.read(lambda tx: orders.get(tx, trxid))
        assert found
        return found

    def rows(self, statement: str, *values: object) -> list[Row]:
        """Query the database over a separate connection, which sees only what is committed."""
        return self._view.rows(statement, *values)

    def messages(self, chat_id: int) -> list[Row]:
        """Return the outbox rows of a chat, oldest first."""
        return self.rows("SELECT * FROM outbox WHERE chat_id = ? ORDER BY outbox_id", chat_id)

    def kinds(self, chat_id: int) -> list[str]:
        """Return the kinds of all notices to a chat, oldest first."""
        return [row["kind"] for row in self.messages(chat_id)]

    def last(self, chat_id: int) -> Notice:
        """Return the last notice to a chat."""
        return self.notice(self.messages(chat_id)[-1])

    def notice(self, message: Row) -> Notice:
        """Return the notice of an outbox row."""
        notice: Notice = NOTICES.load(message["kind"], message["facts"])
        return notice

    def buttons(self, chat_id: int) -> dict[str, str]:
        """Return nonces by action, of the buttons under the last message of the chat that has some."""
        keyboards = [json.loads(row["keyboard"]) for row in self.messages(chat_id) if row["keyboard"] != "[]"]
        return {action: data for row in keyboards[-1] for action, data, _label in row}

    def offers(self, chat_id: int) -> dict[str, str]:
        """Return nonces by label, of all buttons in the chat that offer an order; the last of each label."""
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of some modules on both engines; LOKET_TEST_ENGINE names the one for all others."""
    if "engine" in metafunc.fixturenames:
        name = metafunc.module.__name__.rpartition(".")[2]
        if name in ON_BOTH_ENGINES:
            metafunc.parametrize("engine", (SQLITE, POSTGRESQL))
        elif name in ON_BOTH_AT_LENGTH:
            metafunc.parametrize("engine", (SQLITE, pytest.param(POSTGRESQL, marks=pytest.mark.prove)))
        else:
            metafunc.parametrize("engine", (os.environ.get("LOKET_TEST_ENGINE", SQLITE),))


@pytest.fixture(scope="session")
def migrated_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a new database: to copy it takes a third of the time that its migrations take."""
    path = tmp_path_factory.mktemp("migrated") / "loket.db"
    with closing(connect(path)) as file:
        migrate(file)
    return path


@pytest.fixture
def view(engine: str, path: Path, request: pytest.FixtureRequest) -> Iterator[View]:
    """Return a view of the database over another connection."""
    if engine == SQLITE:
        if not path.exists():
            path.parent.mkdir(mode=0o700)
            shutil.copy(request.getfixturevalue("migrated_path"), path)
        yield SqliteView(path)
    else:
        yield PostgresView(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def database(view: View) -> AsyncIterator[Database]:
    database = view.database()
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def shop(database: Database, path: Path, view: View) -> Shop:
    shop = Shop(database, path, view=view)
    await shop.hires(SARI, BUDI)
    return shop
