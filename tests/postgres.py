"""The PostgreSQL server of a test run: one for all tests, with a database for each worker of pytest."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from storage.connection import connect
from storage.postgres_schema import migrate
from storage.schema import migrate as migrate_file
from tools.postgres import Server

OWN_SERVER = "LOKET_TEST_POSTGRES"
"""The variable with the URL of a server to use instead; its user may create databases."""

FOLDER = "LOKET_TEST_POSTGRES_FOLDER"
"""The variable with the folder of the server that all workers of a run share."""

RUN_PID = "LOKET_TEST_RUN_PID"
"""The variable with the process id of this run."""


def prepare_folder() -> None:
    """Set the folder; the server is started there by the first test that needs it."""
    folder = tempfile.mkdtemp(prefix="loket-postgres-")
    Path(folder).chmod(0o755)  # the server runs as another user
    os.environ[FOLDER] = folder
    os.environ[RUN_PID] = str(os.getpid())


def stop_server() -> None:
    """Stop the server, if one was started, and delete its folder."""
    folder = Path(os.environ.pop(FOLDER))
    if (folder / "started").exists():
        Server(folder / "server").stop()
    shutil.rmtree(folder)


def server_url() -> str:
    """Return the URL of the server of this run, which is started if it does not run yet."""
    if own := os.environ.get(OWN_SERVER):
        return own
    folder = Path(os.environ[FOLDER])
    server = Server(folder / "server")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "started").exists():
            server.create()
            server.start()
            (folder / "started").touch()
            _stop_after_run(server.pid, folder)
    return server.url()


def _stop_after_run(server_pid: int, folder: Path) -> None:
    """Stop the server even if this run is killed."""
    script = 'while kill -0 "$1"; do sleep 1; done; kill -QUIT "$2"; rm -rf "$3"'
    run_pid = os.environ[RUN_PID]
    subprocess.Popen(  # a constant script
        ["/bin/sh", "-c", f"({script}) &", "sh", run_pid, str(server_pid), str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ).wait()


@contextmanager
def new_database() -> Iterator[str]:
    """Create an empty database and yield its URL."""
    name = f"loket_test_{uuid.uuid4().hex}"
    with psycopg.connect(server_url(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            yield _url_of(name)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _url_of(database: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(server_url())
    user, host, port = parts.get("user", ""), parts.get("host", "localhost"), parts.get("port", 5432)
    password = f":{parts['password']}" if "password" in parts else ""
    return f"postgresql://{user}{password}@{host}:{port}/{database}"


def copy_to_file(url: str, path: Path) -> None:
    """Copy a database into a new SQLite file, for what reads only those."""
    with psycopg.connect(url) as server, closing(connect(path)) as file:
        server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        migrate_file(file)
        file.execute("PRAGMA foreign_keys = OFF")
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            _copy_table(server, file, table)


def _copy_table(server: psycopg.Connection, file: sqlite3.Connection, table: str) -> None:
    columns = [row[1] for row in file.execute(f"PRAGMA table_info({table})")]
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
    )
    places = ", ".join("?" * len(columns))
    with file:
        file.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of our own schema
        file.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})",  # noqa: S608 - as above
            server.execute(query).fetchall(),
        )


_NUMBER_ON = sql.SQL(
    "SELECT setval(pg_get_serial_sequence({0}, attname), (SELECT count(*) FROM {1}))"
    " FROM pg_attribute WHERE attrelid = {0}::regclass AND attidentity <> ''"
)
"""A key that numbers itself goes on after the rows that were put in."""


_NUMBER_FROM_ONE = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)


class WorkerDatabase:
    """A database with the schema that the tests of a worker use one after another.

    To empty it takes a tenth of the time that a new one takes.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)
        migrate(self._connection)
        tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
        self._tables = [name for (name,) in self._connection.execute(tables)]
        self._rows = {table: rows for table in self._tables if (rows := self._rows_of(table))}
        is_used = sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})")
        self._find_used = sql.SQL(" UNION ALL ").join(
            is_used.format(sql.Literal(table), sql.Identifier(table)) for table in self._tables
        )

    def _rows_of(self, table: str) -> list[tuple[Any, ...]]:
        query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
        return self._connection.execute(query).fetchall()

    def reset(self) -> None:
        """Make everything as it is after the migrations, whatever a test left."""
        self._connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with self._connection.transaction():
            # To empty a table that is empty takes as long as any other.
            used = [name for (name,) in self._connection.execute(self._find_used)]
            tables = sql.SQL(", ").join(map(sql.Identifier, {*used, *self._rows}))
            self._connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(tables))
            self._connection.execute(_NUMBER_FROM_ONE)
            for table, rows in self._rows.items():
                places = sql.SQL(", ").join([sql.Placeholder()] * len(rows[0]))
                words = sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(table), places)
                self._connection.cursor().executemany(words, rows)
                self._connection.execute(_NUMBER_ON.format(sql.Literal(table), sql.Identifier(table)))

    def close(self) -> None:
        self._connection.close()
