"""PostgreSQL has the tables, keys and indexes of SQLite, and takes every statement as it is meant."""

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg
import pytest

from storage.errors import DatabaseTooNew
from storage.postgres_schema import NUMBERED, migrate, translate, version_of
from storage.schema import migrate as migrate_sqlite
from storage.schema import migrations
from tests.postgres import WorkerDatabase, new_database

Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def postgres(worker_database: WorkerDatabase) -> Iterator[Connection]:
    with psycopg.connect(worker_database.url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def sqlite() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate_sqlite(connection)
        yield connection


@pytest.fixture
def empty() -> Iterator[Connection]:
    with new_database() as url, psycopg.connect(url, autocommit=True) as connection:
        yield connection


TYPES = {"TEXT": "text", "INTEGER": "bigint"}


def test_the_columns_are_those_of_sqlite(postgres: Connection, sqlite: sqlite3.Connection) -> None:
    found = postgres.execute(
        "SELECT table_name, column_name, data_type, is_nullable = 'NO',"
        " replace(column_default, '::text', ''), collation_name"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'server_identity'"
    ).fetchall()
    expected = {
        (table, name, TYPES[kind], bool(not_null), default, "C" if kind == "TEXT" else None)
        for (table,) in sqlite.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        for _, name, kind, not_null, default, _ in sqlite.execute(f"PRAGMA table_info({table})")
    }
    assert set(found) == expected


def test_the_keys_are_those_of_sqlite(postgres: Connection, sqlite: sqlite3.Connection) -> None:
    found = postgres.execute(
        "SELECT tables.relname, keys.indisprimary, array(SELECT attname FROM pg_attribute"
        " WHERE attrelid = keys.indexrelid ORDER BY attnum)::text[]"
        " FROM pg_index AS keys JOIN pg_class AS tables ON tables.oid = keys.indrelid"
        " JOIN pg_constraint AS rules ON rules.conindid = keys.indexrelid AND rules.contype IN ('p', 'u')"
        " WHERE tables.relnamespace = 'public'::regnamespace AND tables.relname <> 'server_identity'"
    ).fetchall()
    assert {(table, primary, tuple(columns)) for table, primary, columns in found} == set(keys_of(sqlite))


def keys_of(sqlite: sqlite3.Connection) -> Iterator[tuple[str, bool, tuple[str, ...]]]:
    for (table,) in sqlite.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        columns = sqlite.execute(f"PRAGMA table_info({table})").fetchall()
        by_place = sorted((row[5], row[1]) for row in columns if row[5])
        yield table, True, tuple(name for _, name in by_place)
        for index in sqlite.execute(f"PRAGMA index_list({table})").fetchall():
            if index[3] == "u":
                rows = sqlite.execute(f"PRAGMA index_info({index[1]})")
                yield table, False, tuple(row[2] for row in rows)


def test_the_indexes_are_those_of_sqlite(postgres: Connection, sqlite: sqlite3.Connection) -> None:
    found = {
        (name, table, is_unique, tuple(columns), is_partial)
        for name, table, is_unique, columns, is_partial in postgres.execute(
            "SELECT indexes.relname, tables.relname, parts.indisunique, array("
            "SELECT attname FROM pg_attribute WHERE attrelid = parts.indexrelid ORDER BY attnum)::text[],"
            " parts.indpred IS NOT NULL"
            " FROM pg_index AS parts JOIN pg_class AS tables ON tables.oid = parts.indrelid"
            " JOIN pg_class AS indexes ON indexes.oid = parts.indexrelid"
            " WHERE tables.relnamespace = 'public'::regnamespace"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = parts.indexrelid)"
        )
    }
    assert found == set(indexes_of(sqlite))


def indexes_of(sqlite: sqlite3.Connection) -> Iterator[tuple[str, str, bool, tuple[str, ...], bool]]:
    for (table,) in sqlite.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        for _, name, is_unique, origin, partial in sqlite.execute(f"PRAGMA index_list({table})").fetchall():
            if origin == "c":
                columns = tuple(row[2] for row in sqlite.execute(f"PRAGMA index_info({name})"))
                yield name, table, bool(is_unique), columns, bool(partial)


def test_a_key_of_one_number_numbers_itself_as_in_sqlite(postgres: Connection) -> None:
    found = postgres.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE is_identity = 'YES'"
    ).fetchall()
    scripts = "\n".join(script for _, script in migrations())
    one_row = set(re.findall(r"CREATE TABLE (\w+) \(\s*singleton\b", scripts))
    assert ("orders", "trxid") not in found
    assert ("outbox", "outbox_id") in found
    assert not one_row & {table for table, _ in found}


def test_the_references_and_checks_are_those_of_sqlite(
    postgres: Connection, sqlite: sqlite3.Connection
) -> None:
    tables = sqlite.execute("SELECT sql FROM sqlite_schema WHERE type = 'table'").fetchall()
    scripts = "\n".join(re.sub(r"--.*", "", text) for (text,) in tables)
    counted = postgres.execute(
        "SELECT contype::text, count(*) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace GROUP BY 1"
    )
    counts = dict(counted.fetchall())
    assert counts["f"] == scripts.count("REFERENCES")
    assert counts["c"] == scripts.count("CHECK (")


@pytest.mark.parametrize("name", NUMBERED)
def test_a_statement_takes_its_values_as_integers_and_texts(postgres: Connection, name: str) -> None:
    """Nothing but the statement decides; a value that were narrower would fail for large amounts."""
    statement = NUMBERED[name]
    with postgres.transaction(force_rollback=True):
        postgres.execute(b"DEALLOCATE ALL")
        postgres.execute(f"PREPARE {name} AS ".encode() + statement.sql)
        row = postgres.execute("SELECT parameter_types::text[] FROM pg_prepared_statements").fetchone()
    assert row
    types = dict(zip(statement.names, row[0], strict=True))
    assert set(types.values()) <= {"bigint", "text"}
    integers = {name for name in types if name.endswith(("_ms", "_idr", "_count", "limit"))}
    assert {name for name in integers if types[name] != "bigint"} == set()


def test_no_value_is_looked_for_within_a_literal() -> None:
    statements = [statement.sql.decode() for statement in NUMBERED.values()]
    assert not [sql for sql in statements if re.search(r":[a-z]", re.sub(r"'[^']*'", "", sql))]
    assert "'order:~'" in NUMBERED["books_stray_entries"].sql.decode()


def test_translation_changes_no_literal_that_the_schema_has() -> None:
    for _, script in migrations():
        text = re.sub(r"--[^\n]*", "", script)
        assert re.findall(r"'[^']*'", translate(script)) == re.findall(r"'[^']*'", text)


def test_bringing_it_forward_twice_changes_nothing(postgres: Connection) -> None:
    before = postgres.execute("SELECT * FROM schema_version ORDER BY version").fetchall()
    migrate(postgres)
    assert postgres.execute("SELECT * FROM schema_version ORDER BY version").fetchall() == before
    assert version_of(postgres) == migrations()[-1][0]


def test_of_processes_that_start_together_one_migrates() -> None:
    def start(url: str) -> int:
        with psycopg.connect(url, autocommit=True) as connection:
            migrate(connection)
            return version_of(connection)

    with new_database() as url, ThreadPoolExecutor(3) as pool:
        assert set(pool.map(start, [url] * 3)) == {migrations()[-1][0]}


def test_a_newer_database_is_refused_and_left_as_it_is(empty: Connection) -> None:
    newer = migrations()[-1][0] + 1
    empty.execute("CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY)")
    empty.execute("INSERT INTO schema_version VALUES (%s)", (newer,))
    with pytest.raises(DatabaseTooNew, match=str(newer)):
        migrate(empty)
    assert empty.execute("SELECT to_regclass('orders')").fetchone() == (None,)


def test_a_migration_that_breaks_off_leaves_nothing_behind(empty: Connection) -> None:
    empty.execute("CREATE TABLE complaints (in_the_way TEXT)")
    with pytest.raises(psycopg.errors.DuplicateTable):
        migrate(empty)
    assert version_of(empty) == 0
    assert empty.execute("SELECT to_regclass('orders')").fetchone() == (None,)
