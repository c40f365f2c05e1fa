"""A database is brought forward whole, or left as it was; a newer one is refused."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.database import SqliteDatabase
from storage.errors import DatabaseTooNew
from storage.schema import migrate, migrations


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
    ).fetchall()
    return rows


def test_versions_are_numbered_upwards_from_1() -> None:
    versions = [version for version, _ in migrations()]
    assert versions[0] == 1
    assert versions == sorted(set(versions))


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
    connection.execute("CREATE TABLE complaints (in_the_way)")
    before = schema(connection)
    with pytest.raises(sqlite3.OperationalError, match="complaints"):
        migrate(connection)
    assert schema(connection) == before
    assert not connection.in_transaction
