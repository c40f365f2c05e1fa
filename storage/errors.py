"""What can go wrong with remembering.

StorageError
├── StorageBusy         another process holds the database
├── DatabaseTooNew      written by a newer Loket
├── DatabaseDamaged     SQLite's own check found the file damaged
└── RestoreUnfinished   a restore was cut off before the copy stood in its place
"""


class StorageError(Exception):
    """The database could not carry out a unit of work; nothing of it was kept."""


class StorageBusy(StorageError):
    """Another Loket already runs on this database."""


class DatabaseTooNew(StorageError):
    """The database was written by a newer Loket than this one."""


class DatabaseDamaged(StorageError):
    """The database file is damaged."""


class RestoreUnfinished(StorageError):
    """A restore was cut off: which file is the database has to be decided by a person."""
