"""Backs up the database of a running Loket, and restores a backup; no file is overwritten."""

import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path

import msgspec
from msgspec import Struct

from storage import restores
from storage.database import RESTORING
from storage.errors import DatabaseDamaged, StorageBusy, StorageError
from storage.lock import exclusive_lock
from storage.schema import migrate, version_of
from storage.sqlite import SqliteTx, translate_error
from storage.transaction import Tx

PAGES_PER_STEP = 1000
"""4 MB: Python handles Ctrl+C between two steps. In WAL mode a reader never blocks the writer."""

FILE_SUFFIXES = ("", "-wal", "-shm", "-journal")
"""The files that SQLite makes for one database."""

_DATED = re.compile(r"loket-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{6}\.db")
_UNFINISHED = re.compile(rf"\.(?P<dated>{_DATED.pattern})\.\w+\.partial(?:-journal)?")


class BackupContents(Struct, frozen=True, kw_only=True):
    """The contents of a backup; the times are None if it holds nothing that has one."""

    orders: int
    last_order_at_ms: int | None
    last_activity_ms: int | None


class RestoreResult(Struct, frozen=True, kw_only=True):
    """The contents of the restored backup, the end of the gap, and the files of the replaced database."""

    contents: BackupContents
    gap_until_ms: int
    aside: tuple[Path, ...]


def back_up(database: Path, target: Path) -> BackupContents:
    """Write a checked copy of `database`, as it is at this moment, to `target`, which must not exist yet.

    Raise StorageError if that fails; then no partial file is left.
    """
    if not database.is_file():
        raise StorageError(
            f"there is no database at {database.absolute()}; if it lies elsewhere, set DATABASE_URL"
        )
    _refuse_existing(target)
    with _storage_errors(target), _partial_file(target) as partial:
        # A running Loket continues to write: the copy holds what was committed when it began.
        _copy(database, partial, "mode=rw")
        contents = _check_backup(partial)
        _sync(partial)
        _refuse_existing(target)
        partial.rename(target)
        _sync(target.parent)
    return contents


def backup_file_name(folder: Path, now: datetime) -> Path:
    """Return the name of a backup made at `now`, local time."""
    return folder / f"loket-{now:%Y-%m-%d-%H%M%S}.db"


def make_backup_folder(folder: Path) -> None:
    """Create the folder of the backups if it is missing, readable for its owner only."""
    if folder.exists() and not folder.is_dir():
        raise StorageError(f"{folder} is a file: name a folder, in which several backups can be kept")
    with _storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


class LastBackup(Struct, frozen=True, kw_only=True):
    """The last backup that was made of a database."""

    file: str
    at_ms: int


def note_backup(database: Path, target: Path, *, at_ms: int) -> None:
    """Note beside the database that a backup was made, if its folder can be written."""
    note = _backup_note(database)
    partial = note.with_name(f"{note.name}.partial")
    with suppress(OSError):
        content = msgspec.json.encode(LastBackup(file=str(target.resolve()), at_ms=at_ms))
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        partial.replace(note)


def last_backup(database: Path) -> LastBackup | None:
    """Return the last backup that was noted; None if there is none."""
    try:
        return msgspec.json.decode(_backup_note(database).read_bytes(), type=LastBackup)
    except (OSError, msgspec.DecodeError):
        return None


def _backup_note(database: Path) -> Path:
    return Path(f"{database.resolve()}.backup.json")


def delete_old_backups(latest: Path, *, keep: int) -> list[Path]:
    """Delete dated backups next to `latest`, except the last `keep`; return the deleted ones.

    Files with other names stay, except what an interrupted backup left before the oldest that stays.
    """
    folder = latest.parent
    with _storage_errors(folder):
        names = {path.name for path in folder.iterdir()}
        # If the clock was set back, the latest backup does not have the last name.
        others = sorted(name for name in names if _DATED.fullmatch(name) and name != latest.name)
        surplus = max(0, len(others) + 1 - keep)
        old, oldest = others[:surplus], min([*others[surplus:], latest.name])
        left = [name for name in names if (found := _UNFINISHED.fullmatch(name)) and found["dated"] < oldest]
        for name in (*old, *left):
            (folder / name).unlink()
    return [folder / name for name in old]


def restore(copy: Path, database: Path, *, now: datetime) -> RestoreResult:
    """Replace `database` with `copy`, in quarantine; the replaced files are renamed, never deleted.

    Raise StorageBusy if a Loket runs, and another StorageError if the copy is damaged or cannot be read; then
    nothing was changed.
    """
    if not copy.is_file():
        raise StorageError(f"there is no backup at {copy}")
    database = database.resolve()  # behind a link, the file itself is replaced
    try:
        with exclusive_lock(database):
            if database.exists() and database.samefile(copy):
                raise StorageError(f"{copy} is the current database itself")
            return _restore(copy, database, now)
    except StorageBusy as error:
        raise StorageBusy(f"{error}: stop it before a restore") from error


def _restore(copy: Path, database: Path, now: datetime) -> RestoreResult:
    fresh, now_ms = Path(f"{database}{RESTORING}"), int(now.timestamp() * 1000)
    fresh.unlink(missing_ok=True)
    try:
        with _storage_errors(copy):
            fresh.touch(mode=0o600)
            _copy(copy, fresh, _read_only_mode(copy))
            _check_backup(fresh)
            gap_until_ms, contents = _quarantine(fresh, _last_activity_ms(database), now_ms)
            _chown(fresh, like=database if database.exists() else database.parent)
            _sync(fresh)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    # Until `fresh` is renamed, a start finds it and refuses: the restore is not finished.
    aside = _move_aside(database, now)
    fresh.replace(database)
    _sync(database.parent)
    return RestoreResult(contents=contents, gap_until_ms=gap_until_ms, aside=aside)


def _copy(source: Path, copy: Path, mode: str) -> None:
    origin = sqlite3.connect(f"{source.resolve().as_uri()}?{mode}", uri=True, isolation_level=None)
    with closing(origin), closing(sqlite3.connect(copy, isolation_level=None)) as into:
        # One snapshot for all steps: otherwise SQLite would start over after every commit in between.
        origin.execute("BEGIN")
        origin.execute("PRAGMA schema_version").fetchone()
        origin.backup(into, pages=PAGES_PER_STEP)
        # A single file: an admin who moves it could forget a -wal.
        into.execute("PRAGMA journal_mode = DELETE")


def _check_backup(copy: Path) -> BackupContents:
    with closing(_connect(copy, "mode=ro")) as connection:
        finding = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if finding == "ok" and connection.execute("PRAGMA foreign_key_check").fetchone():
            finding = "a row refers to another that is missing"
        if finding != "ok":
            raise DatabaseDamaged(f"SQLite finds the copy damaged: {' '.join(finding.split())}")
        if not version_of(connection):
            raise StorageError("this is not a Loket database")
        return _contents_of(SqliteTx(connection))


def _contents_of(tx: Tx) -> BackupContents:
    row = tx.one("sum_of_orders")
    return BackupContents(
        orders=row["count"] if row else 0,
        last_order_at_ms=row["last_at_ms"] if row else None,
        last_activity_ms=restores.last_activity_ms(tx),
    )


def _quarantine(fresh: Path, lost_at_ms: int | None, now_ms: int) -> tuple[int, BackupContents]:
    """Put the copy in quarantine; return the end of the gap and the contents of the copy."""
    with closing(_connect(fresh, "mode=rw")) as connection:
        migrate(connection)
        tx = SqliteTx(connection)
        contents = _contents_of(tx)
        # A lost database that ends with the copy does not show how long Loket has run since.
        is_newer = lost_at_ms is not None and lost_at_ms > (contents.last_activity_ms or 0)
        gap_until_ms = min(lost_at_ms, now_ms) if lost_at_ms is not None and is_newer else now_ms
        restores.start_quarantine(
            tx, restored_at_ms=now_ms, backup_at_ms=contents.last_activity_ms, gap_until_ms=gap_until_ms
        )
    return gap_until_ms, contents


def _last_activity_ms(lost: Path) -> int | None:
    """Return the time of the last activity in the lost database; None if it cannot be read."""
    if not lost.exists():
        return None
    try:
        with closing(_connect(lost, _read_only_mode(lost))) as connection:
            return restores.last_activity_ms(SqliteTx(connection))
    except sqlite3.Error:
        return None


def _move_aside(database: Path, now: datetime) -> tuple[Path, ...]:
    files = [(end, file) for end in FILE_SUFFIXES if (file := Path(f"{database}{end}")).exists()]
    for number in count(1):
        aside = database.with_name(f"{database.stem}-aside-{now:%Y-%m-%d-%H%M%S}-{number}{database.suffix}")
        if not any(Path(f"{aside}{end}").exists() for end in FILE_SUFFIXES):
            break
    return tuple(file.rename(f"{aside}{end}") for end, file in files)


def _read_only_mode(unused: Path) -> str:
    """Return the URI mode to read a database that no process uses; without a -wal no file is created."""
    return "mode=ro" if Path(f"{unused}-wal").exists() else "immutable=1"


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise StorageError(f"{target} already exists: choose another name")


@contextmanager
def _partial_file(target: Path) -> Iterator[Path]:
    """Yield a private file in the folder of `target`; it is deleted at the end unless it was renamed."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial")
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _storage_errors(file: Path) -> Iterator[None]:
    """Raise errors of SQLite and of files as a StorageError that names the file."""
    try:
        yield
    except (sqlite3.Error, StorageError) as error:
        fault = translate_error(error)
        raise type(fault)(f"{file}: {fault}") from error
    except OSError as error:
        raise StorageError(f"{file}: {error.strerror}") from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _chown(fresh: Path, *, like: Path) -> None:
    """Set the owner of the database and its lock to that of `like`, if root restores it for Loket's user."""
    if os.geteuid() == 0:
        owner = like.stat()
        for path in (fresh, fresh.with_suffix(".lock")):
            os.chown(path, owner.st_uid, owner.st_gid)
