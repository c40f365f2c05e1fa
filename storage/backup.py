"""Copies the database beside a running Loket, and puts a copy back in its place; overwrites nothing."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path

from msgspec import Struct

from storage import restores
from storage.database import RESTORING
from storage.errors import DatabaseDamaged, StorageBusy, StorageError
from storage.lock import exclusive_lock
from storage.migrate import migrate, version_of
from storage.transaction import Tx, translate_error

PAGES_A_STEP = 1000
"""4 MB: between steps Ctrl+C is heard. The writer waits for none of them: in WAL a reader holds up nobody."""

BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite calls the files of one database."""


class BackupContents(Struct, frozen=True, kw_only=True):
    """What a copy holds; the moments are None where it holds nothing that has one."""

    orders: int
    last_order_at_ms: int | None
    last_sign_ms: int | None


class RestoreResult(Struct, frozen=True, kw_only=True):
    """What was put in place, until when the lost database is known to have lived, and where it lies now."""

    holding: BackupContents
    gap_until_ms: int
    aside: tuple[Path, ...]


def back_up(database: Path, target: Path) -> BackupContents:
    """Write a sound copy of `database`, as it stands at this moment, to `target`, a name not yet taken.

    StorageError if that cannot be; then nothing is left of the try.
    """
    if not database.is_file():
        raise StorageError(f"there is no database at {database}")
    _refuse_taken(target)
    with _errors(target), _partial(target) as partial:
        # A running Loket goes on writing: this reads what was committed when it began.
        _copy(database, partial, "mode=rw")
        holding = _examined(partial)
        _sync(partial)
        _refuse_taken(target)
        partial.rename(target)
        _sync(target.parent)
    return holding


def backup_file_name(folder: Path, now: datetime) -> Path:
    """Give a name for a copy made at `now`, local time."""
    return folder / f"loket-{now:%Y-%m-%d-%H%M%S}.db"


def restore(copy: Path, database: Path, *, now: datetime) -> RestoreResult:
    """Put `copy` in the place of `database`, in quarantine; what stood there is put aside, never deleted.

    StorageBusy if a Loket runs, another StorageError if the copy is not sound or not to be had; then
    nothing was changed.
    """
    if not copy.is_file():
        raise StorageError(f"there is no copy at {copy}")
    try:
        with exclusive_lock(database):
            if database.exists() and database.samefile(copy):
                raise StorageError(f"{copy} is the present database itself")
            return _restore(copy, database, now)
    except StorageBusy as error:
        raise StorageBusy(f"{error}: stop it before a restore") from error


def _restore(copy: Path, database: Path, now: datetime) -> RestoreResult:
    fresh, now_ms = Path(f"{database}{RESTORING}"), int(now.timestamp() * 1000)
    fresh.unlink(missing_ok=True)
    try:
        with _errors(copy):
            fresh.touch(mode=0o600)
            _copy(copy, fresh, _only_read(copy))
            _examined(fresh)
            gap_until_ms, holding = _mark(fresh, _last_sign_ms(database), now_ms)
            _own(fresh, like=database if database.exists() else database.parent)
            _sync(fresh)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    # From here on `fresh` tells a start that this was not finished, until it has the database's name.
    aside = _put_aside(database, now)
    fresh.replace(database)
    _sync(database.parent)
    return RestoreResult(holding=holding, gap_until_ms=gap_until_ms, aside=aside)


def _copy(source: Path, copy: Path, mode: str) -> None:
    origin = sqlite3.connect(f"{source.resolve().as_uri()}?{mode}", uri=True, isolation_level=None)
    with closing(origin), closing(sqlite3.connect(copy, isolation_level=None)) as into:
        # One snapshot for all steps: else every commit in between would make SQLite begin anew.
        origin.execute("BEGIN")
        origin.execute("PRAGMA schema_version").fetchone()
        origin.backup(into, pages=PAGES_A_STEP)
        # A single file, without a -wal beside it that could be forgotten.
        into.execute("PRAGMA journal_mode = DELETE")


def _examined(copy: Path) -> BackupContents:
    with closing(_opened(copy, "mode=ro")) as connection:
        finding = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if finding == "ok" and connection.execute("PRAGMA foreign_key_check").fetchone():
            finding = "a row refers to another that is missing"
        if finding != "ok":
            raise DatabaseDamaged(f"SQLite finds the copy damaged: {' '.join(finding.split())}")
        if not version_of(connection):
            raise StorageError("this is no database of Loket's")
        return _holding(Tx(connection))


def _holding(tx: Tx) -> BackupContents:
    row = tx.one("sum_of_orders")
    return BackupContents(
        orders=row["count"] if row else 0,
        last_order_at_ms=row["last_at_ms"] if row else None,
        last_sign_ms=restores.last_activity_ms(tx),
    )


def _mark(fresh: Path, lost_at_ms: int | None, now_ms: int) -> tuple[int, BackupContents]:
    """Put the copy in quarantine; give until when the gap lasts, and what the copy holds."""
    with closing(_opened(fresh, "mode=rw")) as connection:
        migrate(connection)
        tx = Tx(connection)
        holding = _holding(tx)
        # A database that knows no more than the copy is no witness of how long Loket has run since.
        is_witness = lost_at_ms is not None and lost_at_ms > (holding.last_sign_ms or 0)
        gap_until_ms = min(lost_at_ms, now_ms) if lost_at_ms is not None and is_witness else now_ms
        restores.start_quarantine(
            tx, restored_at_ms=now_ms, backup_at_ms=holding.last_sign_ms, gap_until_ms=gap_until_ms
        )
    return gap_until_ms, holding


def _last_sign_ms(lost: Path) -> int | None:
    """Give the last moment of the database that is put aside, if it can still be read."""
    if not lost.exists():
        return None
    try:
        with closing(_opened(lost, _only_read(lost))) as connection:
            return restores.last_activity_ms(Tx(connection))
    except sqlite3.Error:
        return None


def _put_aside(database: Path, now: datetime) -> tuple[Path, ...]:
    files = [(end, file) for end in BESIDE if (file := Path(f"{database}{end}")).exists()]
    for number in count(1):
        kept = database.with_name(f"{database.stem}-aside-{now:%Y-%m-%d-%H%M%S}-{number}{database.suffix}")
        if not any(Path(f"{kept}{end}").exists() for end in BESIDE):
            break
    return tuple(file.rename(f"{kept}{end}") for end, file in files)


def _only_read(unused: Path) -> str:
    """Give how to read a database that nobody uses: without a -wal beside it, no trace is left."""
    return "mode=ro" if Path(f"{unused}-wal").exists() else "immutable=1"


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _refuse_taken(target: Path) -> None:
    if target.exists():
        raise StorageError(f"{target} is there already, and nothing is overwritten")


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """Give a private file beside `target`, which is gone at the end unless it was renamed."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial")
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _errors(about: Path) -> Iterator[None]:
    """Give whatever goes wrong as a StorageError that names the file."""
    try:
        yield
    except (sqlite3.Error, StorageError) as error:
        fault = translate_error(error)
        raise type(fault)(f"{about}: {fault}") from error
    except OSError as error:
        raise StorageError(f"{about}: {error.strerror}") from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _own(fresh: Path, *, like: Path) -> None:
    """Let a restore by root give a database that Loket's own user can open, with its lock."""
    if os.geteuid() == 0:
        owner = like.stat()
        for path in (fresh, fresh.with_suffix(".lock")):
            os.chown(path, owner.st_uid, owner.st_gid)
