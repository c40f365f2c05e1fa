"""The one thing a unit of work is given: a small cursor that knows statements by name."""

import sqlite3
from contextlib import AbstractContextManager

from storage.statements import STATEMENTS, Value


class NeedsSavepoints(BaseException):
    """A part must be undone in a transaction that was begun without care: it must all be begun again.

    No Exception, since what goes on after the failure of a part must not go on after this.
    """


class Tx:
    """A transaction under way. It is synchronous on purpose: no `await` can stand inside a unit of work.

    Without `care` it spares itself its savepoints, and is hopeless where one would be needed.
    """

    def __init__(self, connection: sqlite3.Connection, *, care: bool = True) -> None:
        self._connection = connection
        self._savepoint = Savepoint(connection) if care else NoSavepoint()

    def run(self, statement: str, **values: Value) -> int:
        """Carry out a statement and give the number of rows it changed."""
        found = STATEMENTS[statement]
        return self._connection.execute(found.sql, found.ordered(values)).rowcount

    def one(self, statement: str, **values: Value) -> sqlite3.Row | None:
        """Give the first row, or None."""
        found = STATEMENTS[statement]
        row: sqlite3.Row | None = self._connection.execute(found.sql, found.ordered(values)).fetchone()
        return row

    def all(self, statement: str, **values: Value) -> list[sqlite3.Row]:
        """Give all rows; statements that can grow take a limit themselves."""
        found = STATEMENTS[statement]
        return self._connection.execute(found.sql, found.ordered(values)).fetchall()

    def is_broken(self, error: Exception) -> bool:
        """Tell whether `error` is the database's own, so that this transaction can keep nothing more."""
        # These are about a value or a statement of ours, and leave the transaction whole.
        ours = (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError, sqlite3.IntegrityError)
        databases_own = isinstance(error, sqlite3.Error) and not isinstance(error, ours)
        return databases_own or not self._connection.in_transaction

    def savepoint(self) -> AbstractContextManager[None]:
        """Keep all of what is done inside the block, or nothing of it if it raises."""
        return self._savepoint


class NoSavepoint:
    """Stands where a savepoint would, while nothing fails."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, Exception):
            raise NeedsSavepoints from error


class Savepoint:
    """A part of a transaction that is kept or undone alone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("SAVEPOINT part")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.execute("RELEASE part")
        # A full disk makes SQLite give up the whole transaction by itself: no savepoint is left then.
        elif self._connection.in_transaction:
            self._connection.execute("ROLLBACK TO part")
            self._connection.execute("RELEASE part")
