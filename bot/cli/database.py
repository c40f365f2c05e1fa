"""The commands `loket backup`, `restore` and `migrate-database`, which copy a database or replace it."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.settings.settings import FileSettings
from bot.settings.values import check_database_url
from storage.backup import (
    BackupContents,
    back_up,
    backup_file_name,
    delete_old_backups,
    make_backup_folder,
    note_backup,
    restore,
)
from storage.errors import StorageError


def back_up_database(
    settings: FileSettings, target: Path, keep: int | None, *, now_ms: Callable[[], int]
) -> None:
    """Write a backup and print what is in it; delete older ones but the newest `keep`."""
    database = _file_of(settings, "pg_dump --format=custom --file=loket.dump NAME, or point-in-time recovery")
    if keep is not None:
        make_backup_folder(target)
    now = datetime.fromtimestamp(now_ms() / 1000, settings.zone)
    file = backup_file_name(target, now) if target.is_dir() else target
    contents = back_up(database, file)
    note_backup(database, file, at_ms=now_ms())
    print(f"{file}: {_described(contents, settings)}; checked and written to disk")
    for old in delete_old_backups(file, keep=keep) if keep else ():
        print(f"{old}: deleted")


def restore_database(settings: FileSettings, copy: Path, *, now_ms: Callable[[], int]) -> None:
    """Put a backup in the place of the database, and print where that is now."""
    database = _file_of(
        settings,
        "stop every Loket, then createdb NAME and pg_restore --exit-on-error --dbname=NAME loket.dump, "
        "or point-in-time recovery; the next start is closed",
    )
    now = datetime.fromtimestamp(now_ms() / 1000, settings.zone)
    restored = restore(copy, database, now=now)
    print(f"{database} is now the backup: {_described(restored.contents, settings)}")
    for file in restored.aside:
        print(f"previous file moved to {file}")
    print("start Loket: the counter stays closed, and buys nothing, until an admin opens it")


def move_database(source_url: str, target_url: str, *, now_ms: Callable[[], int]) -> None:
    """Copy a stopped shop to another database, and print what was compared."""
    try:
        from storage.migrate_database import move  # noqa: PLC0415 - its library is optional
    except ImportError as error:
        raise StorageError("PostgreSQL needs its library: pip install 'loket[postgres]'") from error
    try:
        source, target = map(check_database_url, (source_url, target_url))
    except ValueError as error:
        raise StorageError(f"FROM and TO are the URLs of databases: {error}") from None
    moved = move(source, target, now_ms=now_ms())
    for table, count in sorted(moved.counts.items()):
        print(f"{table}: {count}")
    if moved.differences:
        for difference in moved.differences:
            print(f"loket: {difference}", file=sys.stderr)
        raise StorageError("the copy is not as the original: its counter starts closed, and buys nothing")
    print(f"{sum(moved.counts.values())} rows, all compared; balances of resellers: Rp{moved.balances_idr}")
    print("now set DATABASE_URL to the new one, and keep the old one where no Loket starts on it")


def _file_of(settings: FileSettings, instead: str) -> Path:
    """Return the file of the database; raise StorageError with what to do `instead` if there is none."""
    if settings.database_path is None:
        raise StorageError(f"this command is for SQLite. For PostgreSQL: {instead} (docs/operating.md)")
    return settings.database_path


def _described(contents: BackupContents, settings: FileSettings) -> str:
    if contents.last_order_at_ms is None:
        return "no orders"
    last = datetime.fromtimestamp(contents.last_order_at_ms / 1000, settings.zone)
    return f"{contents.orders} orders, the last of {last:%Y-%m-%d %H:%M:%S %Z}"
