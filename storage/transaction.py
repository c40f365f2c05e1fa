"""Units of work: functions over a transaction, which are stored whole or not at all, on either engine.

A unit is synchronous on purpose, and may be run again from its start: what it changes outside of its
transaction must bear that.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from storage.statements import Value


class ResultRow(Protocol):
    """A row of a result; its columns are found by name or position, as those of sqlite3.Row."""

    def __getitem__(self, column: Any, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...

    def keys(self) -> list[str]:
        """Return the names of the columns."""
        ...


class Tx(Protocol):
    """A transaction under way, which runs statements by their name."""

    def run(self, statement: str, **values: Value) -> int:
        """Run a statement and return the number of rows that it changed."""
        ...

    def one(self, statement: str, **values: Value) -> ResultRow | None:
        """Return the first row, or None."""
        ...

    def all(self, statement: str, **values: Value) -> list[ResultRow]:
        """Return all rows; a statement that can find many takes a limit itself."""
        ...

    def needs(self, key: str) -> None:
        """Go on only if no unit with this key runs at the same time, else run this one again, alone."""
        ...

    def is_broken(self, error: Exception) -> bool:
        """Return whether `error` comes from the database itself, so that this transaction is lost."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """Store all that is done inside the block, or nothing of it if it raises."""
        ...


class NeedsSavepoints(BaseException):
    """A part of an optimistic transaction failed: all its units must be run again, with savepoints.

    It is no Exception, so that code which survives the failure of a part does not survive this.
    """


class NeedsToBeAlone(BaseException):
    """A unit came to what it may not do beside others: it must be run again, alone.

    It is no Exception, for the same reason.
    """


class NoSavepoint:
    """Takes the place of a savepoint while nothing fails."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, Exception):
            raise NeedsSavepoints from error


T = TypeVar("T")
Unit = Callable[[Tx], T]


class UnitDone(Struct, Generic[T], frozen=True):
    """A unit was run and returned this."""

    value: T


class UnitFailed(Struct, frozen=True):
    """A unit failed, and nothing of it was stored."""

    fault: Exception


def set_outcome(done: asyncio.Future[Any], outcome: UnitDone[Any] | UnitFailed) -> None:
    """Pass the outcome of a unit to its caller, unless that was cancelled."""
    if done.done():
        return
    match outcome:
        case UnitDone(value):
            done.set_result(value)
        case UnitFailed(fault):
            done.set_exception(fault)


def write_probe(tx: Tx) -> None:
    """Write something small: only a commit that reaches the disk shows that it can be written again."""
    tx.run("write_probe")
