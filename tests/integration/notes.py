"""A small unit of work for the tests of the database, and a view of its effect on the disk."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from storage import inbox
from storage.database import SqliteDatabase
from storage.transaction import Tx


class Notes:
    """A unit that stores a message for two chats in two steps; it can take long, or fail at its end."""

    def __init__(self, message_id: int) -> None:
        self.message_id = message_id
        self.takes_s = 0.0
        self.fault: Exception | None = None

    def takes(self, seconds: float) -> "Notes":
        self.takes_s = seconds
        return self

    def fails(self, fault: Exception) -> "Notes":
        self.fault = fault
        return self

    def __call__(self, tx: Tx) -> int:
        inbox.mark_seen(tx, 1, self.message_id, at_ms=0)
        time.sleep(self.takes_s)
        inbox.mark_seen(tx, 2, self.message_id, at_ms=0)
        if self.fault:
            raise self.fault
        return self.message_id


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of the file, as an admin with a shell might."""
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


@contextmanager
def statements_of(database: SqliteDatabase, beginning: str) -> Iterator[list[str]]:
    """Yield the list of statements with this beginning that run inside the block."""
    found: list[str] = []
    connection = database._writer  # noqa: SLF001 - statements cannot be counted from outside
    connection.set_trace_callback(
        lambda statement: found.append(statement) if statement.startswith(beginning) else None
    )
    yield found
    connection.set_trace_callback(None)


def commits_of(database: SqliteDatabase) -> AbstractContextManager[list[str]]:
    """Yield the list of commits inside the block."""
    return statements_of(database, "COMMIT")


def noted(path: Path) -> set[tuple[int, int]]:
    """Return the (chat_id, message_id) on the disk, as another connection sees them."""
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("SELECT chat_id, message_id FROM messages_seen"))


def both(*message_ids: int) -> set[tuple[int, int]]:
    return {(chat_id, message_id) for chat_id in (1, 2) for message_id in message_ids}
