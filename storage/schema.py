"""Migrates a database to the version of this code, forward only and in one transaction."""

import sqlite3
from collections.abc import Iterator
from importlib.resources import files

from storage.errors import DatabaseTooNew, StorageError


def migrations() -> list[tuple[int, str]]:
    """Return (version, script) in order; the file `0001_schema.sql` is version 1."""
    folder = files("storage").joinpath("migrations")
    scripts = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name
    )
    return [(int(script.name[:4]), script.read_text(encoding="utf-8")) for script in scripts]


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of a database; 0 if Loket did not create it."""
    if not connection.execute("PRAGMA table_info(schema_version)").fetchall():
        return 0
    version: int = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()[0]
    return version


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the missing migrations in one transaction; raise DatabaseTooNew if this code is older."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY)")
        found = version_of(connection)
        known = migrations()
        refuse_newer(found, known[-1][0])
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


def refuse_other_version(connection: sqlite3.Connection) -> None:
    """Raise StorageError unless a database is at the version of this code."""
    found, known = version_of(connection), migrations()[-1][0]
    refuse_newer(found, known)
    if not found:
        raise StorageError("this is not a Loket database")
    if found < known:
        raise StorageError(f"the database is at version {found}, this Loket needs {known}: start it once")


def refuse_newer(found: int, known: int) -> None:
    if found > known:
        raise DatabaseTooNew(
            f"the database is at version {found}, this Loket supports {known}: install the newer Loket"
        )


def _statements(script: str) -> Iterator[str]:
    """Split a script into statements, since `executescript` of sqlite3 would commit first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
