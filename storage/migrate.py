"""Brings a database to this code's version, forward only and whole."""

import sqlite3
from collections.abc import Iterator
from importlib.resources import files

from storage.errors import DatabaseTooNew


def migrations() -> list[tuple[int, str]]:
    """Give (version, script) in order; the file `0001_schema.sql` is version 1."""
    folder = files("storage").joinpath("migrations")
    scripts = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name
    )
    return [(int(script.name[:4]), script.read_text(encoding="utf-8")) for script in scripts]


def version_of(connection: sqlite3.Connection) -> int:
    """Give the version a database is at; 0 if it is none of Loket's."""
    if not connection.execute("PRAGMA table_info(schema_version)").fetchall():
        return 0
    version: int = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()[0]
    return version


def migrate(connection: sqlite3.Connection) -> None:
    """Apply what is missing, all in one transaction; a database newer than this code is refused."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY)")
        found = version_of(connection)
        known = migrations()
        _refuse_newer(found, known[-1][0])
        for version, script in known:
            if version > found:
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute("INSERT INTO schema_version (version) VALUES (?)", (version,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _refuse_newer(found: int, known: int) -> None:
    if found > known:
        raise DatabaseTooNew(
            f"the database is at version {found}, this Loket knows {known}: install the newer one"
        )


def _statements(script: str) -> Iterator[str]:
    """Split a script, since sqlite3's own executescript would commit between statements."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
