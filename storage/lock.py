"""The lock of a database: a second Loket process stops before it contacts Telegram or the biller.

Two locks are held: of the lock file beside the database, and of the database file itself. Symbolic links lead
to the same lock file, hard links to the same database file. The lock file is also the mark of a database that
was made: while it says so, a start without the database is refused.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.errors import StorageBusy, StorageError

MARK = (
    "Loket has made a database beside this file. If that is missing, Loket does not start;\n"
    "delete this file to begin with an empty database.\n"
)


class DatabaseLock:
    """The locks that this process holds on a database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._descriptors: list[int] = []

    def hold_name(self) -> None:
        """Lock the lock file beside the database."""
        try:
            self._database.resolve().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._hold(lock_file(self._database), os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise StorageError(f"{error.filename} cannot be written: {error.strerror}") from error

    def hold_file(self) -> None:
        """Lock the database file, if there is one and this process does not hold it yet."""
        # Elsewhere a lock of this kind would conflict with those of SQLite.
        if sys.platform != "linux" or not self._database.is_file() or self._holds_file():
            return
        try:
            self._hold(self._database.resolve(), os.O_RDONLY)
        except OSError as error:
            raise StorageError(f"{self._database} cannot be opened: {error.strerror}") from error

    def mark_made(self) -> None:
        """Note in the lock file that there is a database."""
        # With a full disk the next start notes it.
        with suppress(OSError):
            if not os.fstat(self._descriptors[0]).st_size:
                os.write(self._descriptors[0], MARK.encode())
                os.fsync(self._descriptors[0])

    def _holds_file(self) -> bool:
        found = self._database.stat()
        return any(os.path.samestat(os.fstat(descriptor), found) for descriptor in self._descriptors)

    def _hold(self, path: Path, flags: int) -> None:
        descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
        self._descriptors.append(descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StorageBusy(f"another Loket already runs on {self._database}") from error

    def close(self) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)


@contextmanager
def exclusive_lock(database: Path) -> Iterator[DatabaseLock]:
    """Hold the locks of `database`; the kernel releases them however the process ends.

    They must outlive the connections of this process: to close a descriptor of the file drops all POSIX locks
    of the process on it, SQLite's too. A database that is made inside the block is locked by `hold_file`.

    Raise StorageBusy if another process holds them, and StorageError if the folder cannot be written.
    """
    lock = DatabaseLock(database)
    try:
        lock.hold_name()
        lock.hold_file()
        yield lock
    finally:
        lock.close()


def lock_file(database: Path) -> Path:
    """Return the lock file of a database; symbolic links to the database have the same one."""
    return Path(f"{database.resolve()}.lock")


def was_made(database: Path) -> bool:
    """Return whether a Loket has noted that it made this database."""
    try:
        return lock_file(database).stat().st_size > 0
    except OSError:
        return False


def holder_of(database: Path) -> int | None:
    """Return the id of the process that runs on this database, without touching its locks; None if none does.

    It is 0 for a process that this one cannot see, such as one of another container.
    """
    try:
        found = lock_file(database).stat()
        locks = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return None
    place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    for fields in map(str.split, locks.splitlines()):
        if len(fields) > 5 and fields[1] == "FLOCK" and fields[5] == place:  # noqa: PLR2004 - the form of the file
            return max(0, int(fields[4]))
    return None
