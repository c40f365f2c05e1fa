"""Fills a database with the books of years: one order's rows as the counter writes them, many times over.

The counter lives through one order; SQL makes the others of its rows, each with a time, a number, a chat
and a Ref of its own. What it would have forgotten by now (old messages, messages seen) is left out.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.catalogue.product import DestinationRule, Product
from bot.features.people import membership
from bot.handlers import messages
from bot.orders.events import Accepted, Claimed, OrderEvent, Succeeded
from bot.orders.totals import FIELDS, Facet, Totals, totals_of
from bot.purchasing.settlement import apply_event_to
from bot.purchasing.watchdog import DELETE_OUTBOX_AFTER_MS, DELETE_SEEN_AFTER_MS
from bot.unit_of_work import WorkContext
from bot.updates import IncomingMessage, MessageKind
from storage import catalogue, ledger, outbox
from storage import orders as storage_orders
from storage.database import Database, SqliteDatabase
from storage.transaction import Tx

ZONE = ZoneInfo("Asia/Jakarta")
ORDERS_A_DAY = 50_000
"""A large server: ten million orders are two hundred of its days."""

CHATS = 100
NUMBERS, NUMBERS_APART = 2_000_000, 40
"""So many customers, each of whom buys a few times; between their numbers there is room for others'."""

FIRST_CHAT, FIRST_NUMBER = 1001, 81_200_000_000
A_DAY_MS = 86_400_000
STEP_MS = 700
"""From one news of an order to the next."""


class Model(NamedTuple):
    """The order whose rows are copied."""

    trxid: str
    at_ms: int
    destination: str
    chat_id: int
    message_id: int
    totals: Totals
    owner_of_all: int | None
    """Whose totals all orders count in, if they are of one shop; None if each is of its chat's person."""

    entries: int
    """How many entries its price made; none without a price."""

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """Return the tables that an order leaves rows in, and from which time on they are kept."""
        paid = ("entries", "legs") if self.entries else ()
        return (
            *((table, 0) for table in ("orders", "order_events", *paid)),
            ("outbox", self.at_ms - DELETE_OUTBOX_AFTER_MS),
            ("messages_seen", self.at_ms - DELETE_SEEN_AFTER_MS),
        )


async def fill(path: Path, orders: int, *, users: range) -> None:
    """Make a database at `path` that holds so many orders, the last of them a minute old."""
    database = SqliteDatabase(path)
    await database.open()
    model = await live_once(database, users)
    await database.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -1000000",
            "foreign_keys = OFF",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if orders > 1:
            _multiply(connection, model, orders - 1)
        connection.execute("PRAGMA journal_mode = WAL")


def orders_in(path: Path) -> int:
    """Return how many orders a database holds; none if it is not there."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT coalesce(max(rowid), 0) FROM orders").fetchone()[0])


async def sell(database: Database, *, price_idr: int) -> None:
    """Give the product of all orders a price, so that each makes the entries of its money."""
    product = Product(
        code="s5", name="Telkomsel 5.000", group="Pulsa", rule=DestinationRule.PHONE, price_idr=price_idr
    )
    edit = catalogue.CatalogueEdit(stamp="fill", at_ms=1, user_id=None, name="", source="a benchmark")
    await database.write(lambda tx: catalogue.replace(tx, catalogue.load(tx), (product,), edit))


async def live_once(database: Database, users: range) -> Model:
    """Let an order go its whole way; return it as the model of all others."""
    draws = count()
    context = WorkContext(
        admin_ids=(9001,),
        zone=ZONE,
        nonce=lambda: f"n{next(draws)}",
        random_suffix=lambda: next(draws),
    )
    now_ms = time.time_ns() // 1_000_000 - 60_000
    said = IncomingMessage(
        chat_id=FIRST_CHAT,
        is_private=True,
        thread_id=None,
        message_id=1,
        user_id=FIRST_CHAT,
        name="Toko",
        username=None,
        text=f"s5.0{FIRST_NUMBER}",
        at_ms=now_ms,
        kind=MessageKind.WRITTEN,
        reply_to=None,
    )
    await database.write(partial(membership.approve_configured, user_ids=tuple(users), now_ms=now_ms))
    await database.write(lambda tx: messages.handle_message(context.begin(tx, now_ms), said))
    row = await database.read(lambda tx: tx.all("orders_below", trxid="~", limit=1)[0])
    trxid = str(row["trxid"])
    news: tuple[OrderEvent, ...] = (
        Claimed(),
        Accepted(cost_idr=5200, balance_idr=100_000_000, biller_ref="21142532595526"),
        Succeeded(sn="5200112233445566", cost_idr=5200, balance_idr=100_000_000),
    )
    for step, each in enumerate(news, start=1):
        evidence = "" if step < len(news) else EVIDENCE.format(trxid=trxid, number=FIRST_NUMBER)
        await database.write(partial(_hear, context, trxid, each, now_ms + STEP_MS * step, evidence))
    await database.write(_tell)
    order = await database.read(lambda tx: storage_orders.get(tx, trxid))
    if order is None:
        raise LookupError("the model order was not stored")
    return Model(
        trxid=trxid,
        at_ms=now_ms,
        destination=f"0{FIRST_NUMBER}",
        chat_id=FIRST_CHAT,
        message_id=1,
        totals=totals_of(order),
        owner_of_all=FIRST_CHAT if order.shop_id else None,
        entries=await database.read(lambda tx: ledger.count_order_entries(tx, trxid)),
    )


EVIDENCE = (
    "status=0&refid={trxid}&product=s5&qty=1&dest=0{number}&message=Transaksi+s5.0{number}+SUKSES%2C+SN%3A+"
    "5200112233445566%2C+Saldo%3A+Rp99%2C999%2C999%2C+Harga%3A+5%2C200%2C+Tgl%3A+22%2F11+14%3A03%3A25"
)


def _hear(context: WorkContext, trxid: str, news: OrderEvent, at_ms: int, evidence: str, tx: Tx) -> None:
    apply_event_to(context.begin(tx, at_ms), trxid, news, actor="biller", evidence=evidence)


def _tell(tx: Tx) -> None:
    waiting = outbox.waiting_messages(tx, FIRST_CHAT, now_ms=1 << 62, limit=10)
    for message_id, entry in enumerate(waiting, start=2):
        outbox.mark_sent(tx, entry.outbox_id, message_id=message_id, at_ms=entry.created_at_ms + 500)


def _multiply(connection: sqlite3.Connection, model: Model, orders: int) -> None:
    """Copy the model's rows, without the indexes, which are made anew when all is there."""
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute("BEGIN")
    _number(connection, model, orders)
    for statement in last_entries(model, orders):
        connection.execute(statement)
    for table, since_ms in model.parts:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        connection.execute(copy_of(table, columns, model, since_ms))
    for statement in sums_of(model, orders):
        connection.execute(statement)
    connection.execute("COMMIT")
    for _, sql in indexes:
        connection.execute(sql)


def _number(connection: sqlite3.Connection, model: Model, orders: int) -> None:
    """Return each order its time, Ref, number and chat; the first is the oldest."""
    connection.execute(
        f"""
        CREATE TEMP TABLE life AS
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {orders}),
            at(n, at_ms) AS (SELECT n, {time_of(model, orders)} FROM n),
            clock(n, at_ms, clock) AS (
                SELECT n, at_ms, strftime('%Y%m%d%H%M%S', at_ms / 1000 + {offset_s()}, 'unixepoch') FROM at)
        SELECT n, n - {orders + 1} AS back, at_ms, clock,
            substr(clock, 3) || printf('%05d', n % 100000) AS trxid, {PLACES} FROM clock
        """  # noqa: S608 - our own numbers
    )


PLACES = f"""
    '0' || ({FIRST_NUMBER} + (n * 7919) % {NUMBERS} * {NUMBERS_APART}) AS destination,
    {FIRST_CHAT} + n % {CHATS} AS chat_id, 2 + n / {CHATS} * 4 AS message_id
"""
"""The number and the chat of the order `n`, and its place in the chat; both engines know these words."""


def time_of(model: Model, orders: int) -> str:
    """Return the SQL of the time of the order `n` of so many."""
    return f"{model.at_ms} - CAST(({orders} - n + 1) * {A_DAY_MS / ORDERS_A_DAY} AS BIGINT)"


def offset_s() -> int:
    """Return how far the clock of the shop is from that of the database."""
    return int(datetime.now(ZONE).utcoffset().total_seconds())  # type: ignore[union-attr]  # the zone has one


def copy_of(table: str, columns: Iterable[str], model: Model, since_ms: int) -> str:
    """Return the SQL that copies the model's rows of a table for each `life`; both engines know its words."""
    key = {"order_events": "event_id", "outbox": "outbox_id"}.get(table)
    named = [column for column in columns if column != key]
    values = ", ".join(_value(column, model) for column in named)
    ordered = f"life.n, model.{key}" if key else "life.n"
    return (
        f"INSERT INTO {table} ({', '.join(named)}) SELECT {values} FROM life"  # noqa: S608 - our own columns
        f" CROSS JOIN (SELECT * FROM {table}) AS model WHERE life.at_ms >= {since_ms} ORDER BY {ordered}"
    )


def last_entries(model: Model, orders: int) -> Iterator[str]:
    """Yield the SQL that puts the model's entries behind those of so many copies: they are the latest."""
    total = "SELECT balance_idr FROM accounts WHERE accounts.account_id = legs.account_id"
    yield f"UPDATE legs SET balance_after_idr = balance_after_idr + {orders} * ({total})"  # noqa: S608 - a number
    for table in ("legs", "entries"):
        yield f"UPDATE {table} SET entry_id = entry_id + {orders * model.entries}"  # noqa: S608 - our own numbers


def sums_of(model: Model, orders: int) -> Iterator[str]:
    """Yield the SQL of the totals, as the worker would have stored them by now, and of the balances."""
    yield f"""
        CREATE TEMP TABLE sums AS SELECT CAST(substr(clock, 1, 8) AS BIGINT) AS day,
            substr(clock, 9, 2) AS hour, chat_id AS user_id, count(*) AS orders
        FROM (SELECT clock, {model.owner_of_all or "chat_id"} AS chat_id FROM life
            UNION ALL SELECT '20' || {model.trxid[:12]!r}, {FIRST_CHAT}) AS each_order GROUP BY 1, 2, 3
        """  # noqa: S608 - our own numbers
    values = ", ".join(f"sum(orders) * {getattr(model.totals, name)}" for name in FIELDS)
    for facet, user, name in (
        (Facet.PRODUCT, "user_id", "'s5'"),
        (Facet.PRODUCT, "0", "'s5'"),
        (Facet.HOUR, "user_id", "hour"),
        (Facet.HOUR, "0", "hour"),
        (Facet.RESELLER, "0", "CAST(user_id AS TEXT)"),
    ):
        for period in ("day", "day / 100"):
            yield (
                f"INSERT INTO totals (facet, user_id, period, name, {', '.join(FIELDS)})"  # noqa: S608 - our own columns
                f" SELECT '{facet}', {user}, {period}, {name}, {values} FROM sums GROUP BY 2, 3, 4"
            )
    yield f"UPDATE totals_cursor SET event_id = (SELECT max(event_id) FROM order_events), zone = '{ZONE}'"  # noqa: S608 - our own zone
    yield f"UPDATE accounts SET balance_idr = balance_idr * {orders + 1}"  # noqa: S608 - a number
    yield "DROP TABLE sums"
    yield "DROP TABLE life"


def _value(column: str, model: Model) -> str:
    """Return the SQL that makes a copy's value of the model's."""
    match column:
        case "trxid" | "destination":
            return f"life.{column}"
        case "chat_id" | "user_id":
            return "life.chat_id"
        case "message_id" | "reply_to":
            return f"model.{column} - {model.message_id} + life.message_id"
        case "entry_id":
            return f"model.entry_id + life.back * {model.entries}"
        case "balance_after_idr":
            total = "SELECT balance_idr FROM accounts WHERE accounts.account_id = model.account_id"
            return f"model.balance_after_idr + life.back * ({total})"
        case _ if column.endswith("_at_ms") or column == "at_ms":
            return f"model.{column} - {model.at_ms} + life.at_ms"
        case "facts" | "evidence" | "subject" | "actor" | "keyboard" | "source":
            return _told(f"model.{column}", model)
        case _:
            return f"model.{column}"


def _told(value: str, model: Model) -> str:
    """Return the SQL that puts a copy's own facts where a text tells the model's."""
    told = {model.trxid: "life.trxid", model.destination: "life.destination"}
    told |= {f'"{name}":{FIRST_CHAT}': f"'\"{name}\":' || life.chat_id" for name in ("chat_id", "user_id")}
    told |= {f'"message_id":{model.message_id},': "'\"message_id\":' || life.message_id || ','"}
    told |= {
        str(model.at_ms + STEP_MS * step): f"CAST(life.at_ms + {STEP_MS * step} AS TEXT)" for step in range(4)
    }
    for old, new in told.items():
        value = f"replace({value}, '{old}', {new})"
    return value
