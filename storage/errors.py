"""The exceptions that storage raises.

StorageError
├── StorageBusy         another process holds the database
├── DatabaseTooNew      written by a newer Loket
├── DatabaseDamaged     SQLite found the file damaged
├── DatabaseMissing     the file is missing although there was one
├── RestoreUnfinished   a restore was interrupted before it replaced the database
├── DatabaseUnsuitable  a server on which Loket cannot keep its promises
└── CommitUnknown       Loket stopped before it could find out what came of a commit
"""


class StorageError(Exception):
    """A unit of work failed; nothing of it was stored."""


class StorageBusy(StorageError):
    """Another Loket already runs on this database."""


class DatabaseTooNew(StorageError):
    """The database was written by a newer Loket than this one."""


class DatabaseDamaged(StorageError):
    """SQLite found the database file damaged."""


class DatabaseMissing(StorageError):
    """The database file is not where it was: moved, deleted, replaced or emptied."""


class RestoreUnfinished(StorageError):
    """A restore was interrupted: an admin has to decide which file is the database."""


class DatabaseUnsuitable(StorageError):
    """The server is too old, a standby, or has another encoding."""


class CommitUnknown(StorageError):
    """The answer to a commit was lost, and Loket stopped before the server could be asked."""
