"""A PostgreSQL server looked at from a command or at the start: whether Loket can keep its promises on it."""

import logging
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import psycopg
from msgspec import Struct

from storage import lease, restores
from storage.errors import DatabaseUnsuitable, StorageError
from storage.postgres_schema import IDENTITY, migrate, refuse_other_version
from storage.postgres_session import (
    ALL_LOCK,
    LongSession,
    connect,
)
from storage.postgres_tx import blocking_tx, is_outage, translate_error
from storage.transaction import Unit

T = TypeVar("T")

_log = logging.getLogger(__name__)

OLDEST_VERSION = 150000

MAX_CLOCK_SKEW_S = 2.0

PROBE_LOCK = ALL_LOCK + 1

Connection = psycopg.Connection[Any]


class ServerReport(Struct, frozen=True):
    """What a server says of itself, and what an operator should change."""

    version: str
    database: str
    warnings: tuple[str, ...]


def prepare(url: str) -> None:
    """Refuse a server that cannot be used, migrate, and close the counter of a restored database.

    Raise psycopg.Error or StorageError if that fails.
    """
    with connect(url) as connection:
        refuse_unsuitable(connection)
        _refuse_false_locks(connection, url)
        migrate(connection)
        try:
            found, stored = _row(connection, IDENTITY)
        except psycopg.Error as error:
            if is_outage(error):
                raise
            return  # not every engine that speaks as PostgreSQL does says which it is
        if found != stored:
            _note_identity(connection)


def _note_identity(connection: Connection) -> None:
    """Store which database this is; if it was another, it lacks what happened since: start a quarantine.

    The leader loses its lease, so that the next one looks after the orders first.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (ALL_LOCK,))
        found, stored = _row(connection, IDENTITY)
        if found == stored:
            return
        if stored is not None:
            tx = blocking_tx(connection)
            held = lease.current(tx)
            restores.start_quarantine(
                tx,
                restored_at_ms=held.now_ms,
                backup_at_ms=restores.last_activity_ms(tx),
                gap_until_ms=held.now_ms,
            )
            lease.release(tx, held.term)
            _log.warning("the database was restored, or its standby took over: the counter is closed")
        connection.execute(
            "INSERT INTO server_identity (singleton, identity) VALUES (1, %s)"
            " ON CONFLICT (singleton) DO UPDATE SET identity = excluded.identity",
            (found,),
        )


async def is_as_noted(connection: "psycopg.AsyncConnection[Any]") -> bool:
    """Return whether this is the database that was prepared; raise psycopg.Error if it is lost."""
    try:
        cursor = await connection.execute(IDENTITY.encode(), prepare=False)
        row = await cursor.fetchone()
    except psycopg.Error as error:
        if is_outage(error):
            raise
        return True
    return row is None or row[0] == row[1]


def read(url: str, unit: Unit[T]) -> T:
    """Run a unit that only reads; raise StorageError if that fails."""
    try:
        with connect(url) as connection:
            refuse_other_version(connection)
        session = LongSession(url)
        try:
            return session.read(unit)
        finally:
            session.close()
    except psycopg.Error as error:
        raise translate_error(error) from None


class LongReader:
    """A connection that only reads; one that was lost is replaced."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: LongSession | None = None

    def read(self, unit: Unit[T]) -> T:
        """Run a unit, again if its connection was lost since the last; raise StorageError if that fails."""
        session, self._session = self._session, None
        while True:
            is_new = session is None
            try:
                session = session or LongSession(self._url)
                value = session.read(unit)
            except psycopg.Error as error:
                session = None
                if is_new or not is_outage(error):
                    raise translate_error(error) from None
            else:
                self._session = session
                return value


def refuse_unsuitable(connection: Connection) -> None:
    """Raise DatabaseUnsuitable if Loket cannot keep its promises on this server."""
    number, version, encoding, is_standby = _row(
        connection,
        "SELECT current_setting('server_version_num')::bigint, current_setting('server_version'),"
        " current_setting('server_encoding'), pg_is_in_recovery()",
    )
    if number < OLDEST_VERSION:
        raise DatabaseUnsuitable(f"PostgreSQL 15 or newer is needed, this server is {version}")
    if encoding != "UTF8":
        raise DatabaseUnsuitable(f"the database must have the encoding UTF8, this one has {encoding}")
    if is_standby:
        raise DatabaseUnsuitable("this server is a standby, which cannot be written: connect to the primary")


def _refuse_false_locks(connection: Connection, url: str) -> None:
    """Raise DatabaseUnsuitable if an advisory lock keeps nobody out.

    Servers that speak as PostgreSQL does may only know such locks by name, as CockroachDB did for years.
    """
    lock, lock_too = "SELECT pg_advisory_xact_lock(%s)", "SELECT pg_try_advisory_xact_lock(%s)"
    try:
        with connection.transaction(), connect(url) as other:
            connection.execute(lock, (PROBE_LOCK,))
            (is_false,) = _row(other, lock_too, PROBE_LOCK)
    except (psycopg.errors.UndefinedFunction, psycopg.errors.FeatureNotSupported) as error:
        raise DatabaseUnsuitable(
            f"Loket needs the advisory locks of PostgreSQL: {error.diag.message_primary}"
        ) from None
    if is_false:
        raise DatabaseUnsuitable(
            "the advisory locks of this server keep nobody out, so that an order could be bought twice:"
            " use PostgreSQL itself"
        )


def look_at(url: str, *, time_s: Callable[[], float]) -> ServerReport:
    """Return what a server says of itself; raise StorageError if it cannot be asked.

    `time_s` returns the Unix time of this machine.
    """
    try:
        with connect(url) as connection:
            version, database = _row(
                connection, "SELECT current_setting('server_version'), current_database()"
            )
            return ServerReport(version.split()[0], database, tuple(_warnings(connection, time_s)))
    except psycopg.Error as error:
        raise translate_error(error) from None


def _warnings(connection: Connection, time_s: Callable[[], float]) -> Iterator[str]:
    (commit,) = _row(connection, "SELECT current_setting('synchronous_commit')")
    if commit in ("off", "local"):
        words = "a crash or a failover loses orders that were confirmed: set it to on"
        yield f"synchronous_commit is {commit}: {words}"
    for setting in ("fsync", "full_page_writes"):
        (value,) = _row(connection, "SELECT current_setting(%s)", setting)
        if value != "on":
            yield f"{setting} is {value}: a power cut can destroy the database; set it to on"
    yield from _warn_of_standbys(connection)
    before_s = time_s()
    (server_s,) = _row(connection, "SELECT extract(epoch FROM clock_timestamp())::float8")
    middle_s = (before_s + time_s()) / 2
    if abs(server_s - middle_s) > MAX_CLOCK_SKEW_S:
        words = "is ahead" if server_s > middle_s else "is behind"
        yield f"the clock of the server {words} by {abs(server_s - middle_s):.0f} s: run NTP on both machines"


def _warn_of_standbys(connection: Connection) -> Iterator[str]:
    standbys, visible, synchronous = _row(
        connection,
        "SELECT count(*), count(sync_state), count(*) FILTER (WHERE sync_state IN ('sync', 'quorum'))"
        " FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup'",
    )
    if standbys and not visible:
        user = _row(connection, "SELECT current_user::text")[0]
        yield f"whether {standbys} standby is synchronous cannot be seen: GRANT pg_read_all_stats TO {user}"
    elif standbys and not synchronous:
        yield (
            f"{standbys} standby without synchronous replication: a failover to it loses orders that were "
            "confirmed; set synchronous_standby_names"
        )


def _row(connection: Connection, statement: str, *values: object) -> tuple[Any, ...]:
    row = connection.execute(statement.encode(), values or None).fetchone()
    if row is None:
        raise StorageError("PostgreSQL: no answer")
    return tuple(row)
