"""A database is brought forward whole, or left as it was; a newer one is refused."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.database import SqliteDatabase
from storage.errors import DatabaseTooNew
from storage.migrate import migrate, migrations


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
    ).fetchall()
    return rows


def test_versions_are_numbered_without_gaps_from_1() -> None:
    assert [version for version, _ in migrations()] == list(range(1, len(migrations()) + 1))


def test_a_new_database_is_brought_to_the_last_version(connection: sqlite3.Connection) -> None:
    migrate(connection)
    versions = [version for (version,) in connection.execute("SELECT version FROM schema_version")]
    assert versions == [version for version, _ in migrations()]


def test_bringing_it_forward_twice_changes_nothing(connection: sqlite3.Connection) -> None:
    migrate(connection)
    before = schema(connection)
    migrate(connection)
    assert schema(connection) == before


def test_every_table_is_strict(connection: sqlite3.Connection) -> None:
    migrate(connection)
    loose = [name for name, sql in schema(connection) if "CREATE TABLE" in sql and "STRICT" not in sql]
    assert loose == ["schema_version"]


def test_a_state_that_is_none_is_not_stored(connection: sqlite3.Connection) -> None:
    migrate(connection)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        connection.execute(
            "INSERT INTO people (user_id, name, standing, chat_id, changed_at_ms)"
            " VALUES (1, '', 'king', 1, 0)"
        )


def at_version(connection: sqlite3.Connection, last: int) -> None:
    """Bring a database as far as an older Loket would have."""
    connection.execute("CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY)")
    for version, script in migrations():
        if version <= last:
            connection.executescript(script)
            connection.execute("INSERT INTO schema_version (version) VALUES (?)", (version,))


def words_of(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(
        connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL")
    )


PLACED = """
INSERT INTO orders (trxid, chat_id, message_id, line, user_id, product_code, destination, state, asked_at_ms,
    placed_at_ms, changed_at_ms, due_at_ms, ordinal, attempts, overdue, success_heard, failure_heard)
VALUES (?, 1, ?, 1, 1, 's5', '081234567890', ?, 0, 0, 0, 0, 1, 0, 0, 0, 0)
"""


def test_an_order_of_an_older_loket_is_there_and_kept_as_strictly(tmp_path: Path) -> None:
    """The words of two CHECKs are changed where they stand: every row stays, and no wrong one comes in."""
    path = tmp_path / "loket.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        at_version(old, 3)
        old.execute(PLACED, ("1" * 17, 1, "placed"))
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            migrate(connection)
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        # One who had it open before sees the new words, as does one who opens it now.
        with closing(sqlite3.connect(path, isolation_level=None)) as new:
            for connection in (old, new):
                assert connection.execute("SELECT state FROM orders").fetchall() == [("placed",)]
                assert " IN (" not in words_of(connection)["outbox"]
                with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
                    connection.execute(PLACED, ("2" * 17, 2, "lost"))


def test_where_the_schemas_words_are_guarded_they_stay_and_all_else_comes(tmp_path: Path) -> None:
    def guard(action: int, name: str | None, *_: object) -> int:
        guarded = action == sqlite3.SQLITE_PRAGMA and name == "writable_schema"
        return sqlite3.SQLITE_IGNORE if guarded else sqlite3.SQLITE_OK

    with closing(sqlite3.connect(tmp_path / "loket.db", isolation_level=None)) as connection:
        connection.set_authorizer(guard)
        migrate(connection)
        connection.set_authorizer(None)
        assert " IN (" in words_of(connection)["outbox"]
        assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (
            len(migrations()),
        )
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            connection.execute(PLACED, ("2" * 17, 2, "lost"))


@pytest.mark.parametrize("table", ["orders", "outbox"])
def test_every_state_that_was_allowed_still_is(connection: sqlite3.Connection, table: str) -> None:
    at_version(connection, 3)
    states = re.compile(r"CHECK \(state.*?\)+,", re.DOTALL)
    before = states.findall(words_of(connection)[table])
    migrate(connection)
    after = states.findall(words_of(connection)[table])
    assert [re.findall(r"'(\w+)'", words) for words in before] == [
        re.findall(r"'(\w+)'", words) for words in after
    ]
    assert before != after


async def test_a_newer_database_is_refused_and_left_as_it_is(path: Path) -> None:
    database = SqliteDatabase(path)
    await database.open()
    await database.close()
    newer = migrations()[-1][0] + 1
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO schema_version (version) VALUES (?)", (newer,))
    with closing(sqlite3.connect(path)) as connection:
        before = schema(connection)
        with pytest.raises(DatabaseTooNew, match=str(newer)):
            await SqliteDatabase(path).open()
        assert schema(connection) == before
        assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (newer,)


def test_a_migration_that_breaks_off_leaves_nothing_behind(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE quarantine (in_the_way)")
    before = schema(connection)
    with pytest.raises(sqlite3.OperationalError, match="quarantine"):
        migrate(connection)
    assert schema(connection) == before
    assert not connection.in_transaction
