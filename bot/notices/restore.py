"""What is told after a backup was put in the place of the database."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreGap:
    """A backup was put in the place of the database: what it cannot know, and that nothing is bought yet.

    `backup_at_ms` is the last moment the backup knows of, None if it is empty.
    """

    backup_at_ms: int | None
    gap_until_ms: int
    restored_at_ms: int
    waiting_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """The second question before the counter is opened after a restore."""

    backup_at_ms: int | None
    gap_until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReleased:
    """An admin opened the counter; this stands where the card stood. `admin_name` may be empty."""

    restored_at_ms: int
    admin_name: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterClosed:
    """An order came while the counter is closed: it was neither kept nor bought."""

    code: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterOpen:
    """To a chat that was turned away: orders are taken again."""


RestoreNotice = RestoreGap | OpenQuestion | RestoreReleased | CounterClosed | CounterOpen
