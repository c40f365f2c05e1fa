"""The lock of a database: a second Loket process stops before it contacts Telegram or the biller."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.errors import StorageBusy, StorageError


@contextmanager
def exclusive_lock(database: Path) -> Iterator[None]:
    """Hold the lock file next to `database`; the kernel releases it however the process ends.

    Raise StorageBusy if another process holds it, and StorageError if its folder cannot be written.
    """
    try:
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"{error.filename} cannot be written: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StorageBusy(f"another Loket already runs on {database}") from error
        yield
    finally:
        os.close(descriptor)
