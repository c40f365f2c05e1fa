"""The two engines as tests see them: how to open one, and a view of what is stored."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row

from storage.database import SqliteDatabase
from storage.postgres import PostgresDatabase

SQLITE, POSTGRESQL = "sqlite", "postgresql"

ON_BOTH_ENGINES = frozenset(
    {
        "test_engines",
        "test_leadership",
        "test_chats_store",
        "test_orders_store",
        "test_outbox_store",
        "test_waiting_messages",
    }
)
"""The modules whose tests run on both engines: those of the stores."""

ON_BOTH_AT_LENGTH = frozenset(
    {
        "test_deposit",
        "test_messenger",
        "test_payment",
        "test_placing",
        "test_reversals",
        "test_submitter",
    }
)
"""Those of what an order goes through; on PostgreSQL they are among the long tests."""


class View(Protocol):
    """A view of a database over another connection, which sees only what is committed."""

    def database(self) -> Any:
        """Return the database, which is not open yet."""
        ...

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """Run a statement with a question mark for each value."""
        ...


class SqliteView:
    def __init__(self, path: Path) -> None:
        self._path = path

    def database(self) -> SqliteDatabase:
        return SqliteDatabase(self._path)

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(statement, values)]


class PostgresView:
    def __init__(self, url: str) -> None:
        self.url = url
        self._connection: psycopg.Connection[dict[str, Any]] | None = None

    def database(self) -> PostgresDatabase:
        return PostgresDatabase(self.url)

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(re.sub(r"\?", "%s", statement.replace("%", "%%")).encode(), values)
            return list(cursor) if cursor.description else []
