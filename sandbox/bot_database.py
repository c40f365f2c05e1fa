"""Reads the bot's SQLite file, so that the page shows each order as the bot itself has stored it.

No other module of the sandbox knows the bot's tables.
"""

import asyncio
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MessageKey = tuple[int, int]
"""The ids of a chat and of a message in it."""

# SQLite reports no event for another process's commit, so the file is polled.
_POLL_INTERVAL_S: Final = 0.1

_ORDERS: Final = """
SELECT trxid, chat_id, message_id, line, product_code, destination, ordinal, state, overdue, placed_at_ms
FROM orders"""
_EVENTS: Final = "SELECT trxid, at_ms, actor, evidence, state_after FROM order_events ORDER BY event_id"
_SENT_NOTICES: Final = """
SELECT substr(subject, 6), created_at_ms, sent_at_ms, message_id
FROM outbox WHERE subject LIKE 'told:%' AND sent_at_ms IS NOT NULL ORDER BY outbox_id"""
_BATCHES: Final = "SELECT chat_id, message_id, unplaced FROM batches"
_SEEN: Final = "SELECT chat_id, message_id FROM messages_seen"
_PEOPLE: Final = "SELECT user_id, standing FROM people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of an order's history: its actor, and the order's state after it."""

    at_ms: int
    actor: str
    state: str

    @property
    def by_admin(self) -> bool:
        return self.actor.startswith("admin:")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentNotice:
    """A notice of an order that Telegram accepted; `created_at_ms` is when the bot wrote it to its outbox."""

    created_at_ms: int
    sent_at_ms: int
    message_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOrder:
    """An order of the bot. `message_id` is the message with its text, or the one with its button.

    `typed` is the bot's evidence: the line as typed, or the offer of the button. `overdue`: the bot has
    notified the chat that the order takes long.
    """

    trxid: str
    chat_id: int
    message_id: int
    line: int
    product: str
    destination: str
    ordinal: int
    state: str
    overdue: bool
    placed_at_ms: int
    typed: str
    events: tuple[Event, ...]
    sent_notices: tuple[SentNotice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A line without a stored order in a message with several orders; `line` counts from 1."""

    line: int
    typed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotRecords:
    """A snapshot of the bot's records, as far as the page shows them.

    `unplaced` has an entry for each message with several orders. `seen` are the messages whose effects the
    bot has stored. `standings` are the standings of resellers by user id.
    """

    orders: tuple[StoredOrder, ...] = ()
    unplaced: dict[MessageKey, tuple[Unplaced, ...]]
    seen: frozenset[MessageKey]
    standings: dict[int, str]


class BotDatabase:
    """The database of a bot that runs next to the sandbox; opened read-only as soon as the file exists."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._version: int | None = None
        self._records: BotRecords | None = None

    def read(self) -> BotRecords | None:
        """Return the records; None if they cannot be read: no file yet, or an unknown schema."""
        try:
            connection = self._open()
            if self._has_changed(connection):
                self._records = _records_in(connection)
        except (sqlite3.Error, ValueError, TypeError, KeyError):
            self.close()
        return self._records

    async def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` within 0.1 s of each commit of the bot, until cancelled."""
        last_version: int | None = None
        while True:
            with suppress(sqlite3.Error):
                version = _data_version(self._open())
                if version != last_version:
                    last_version = version
                    changed()
            await asyncio.sleep(_POLL_INTERVAL_S)

    def close(self) -> None:
        """Close the file; a later `read` opens it again."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._version = self._records = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            # The bot may lock the file for a moment; the page must not wait longer than this for it.
            self._connection = sqlite3.connect(
                f"{self._path.as_uri()}?mode=ro", uri=True, timeout=0.2, isolation_level=None
            )
        return self._connection

    def _has_changed(self, connection: sqlite3.Connection) -> bool:
        before, self._version = self._version, _data_version(connection)
        return self._records is None or before != self._version


def _data_version(connection: sqlite3.Connection) -> int:
    """Return a number that another connection's commit changes."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


@contextmanager
def _read_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run all statements of the block on the snapshot that the first of them sees."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _records_in(connection: sqlite3.Connection) -> BotRecords:
    with _read_transaction(connection):
        unplaced = {
            (chat_id, message_id): tuple(
                Unplaced(line=line["number"], typed=line["typed"]) for line in json.loads(lines)
            )
            for chat_id, message_id, lines in connection.execute(_BATCHES)
        }
        return BotRecords(
            orders=tuple(_orders_in(connection)),
            unplaced=unplaced,
            seen=frozenset(connection.execute(_SEEN).fetchall()),
            standings=dict(connection.execute(_PEOPLE).fetchall()),
        )


def _orders_in(connection: sqlite3.Connection) -> Iterator[StoredOrder]:
    events: dict[str, list[Event]] = defaultdict(list)
    typed: dict[str, str] = {}
    for trxid, at_ms, actor, evidence, state in connection.execute(_EVENTS):
        events[trxid].append(Event(at_ms=at_ms, actor=actor, state=state))
        typed.setdefault(trxid, evidence or "")
    sent_notices: dict[str, list[SentNotice]] = defaultdict(list)
    for trxid, created_at_ms, sent_at_ms, message_id in connection.execute(_SENT_NOTICES):
        notice = SentNotice(created_at_ms=created_at_ms, sent_at_ms=sent_at_ms, message_id=message_id)
        sent_notices[trxid].append(notice)
    rows = connection.execute(_ORDERS).fetchall()
    for trxid, chat_id, message_id, line, product, destination, ordinal, state, overdue, placed_at_ms in rows:
        yield StoredOrder(
            trxid=trxid,
            chat_id=chat_id,
            message_id=message_id,
            line=line,
            product=product,
            destination=destination,
            ordinal=ordinal,
            state=state,
            overdue=bool(overdue),
            placed_at_ms=placed_at_ms,
            typed=typed.get(trxid, ""),
            events=tuple(events[trxid]),
            sent_notices=tuple(sent_notices[trxid]),
        )
