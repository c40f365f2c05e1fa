"""What is told after a backup was put in the place of the database."""

from msgspec import Struct


class RestoreCard(Struct, frozen=True, kw_only=True):
    """A backup was put in the place of the database: what it cannot know, and that nothing is bought yet.

    `backup_at_ms` is the last moment the backup knows of, None if it is empty.
    """

    backup_at_ms: int | None
    gap_until_ms: int
    restored_at_ms: int
    waiting_count: int


class ReopenQuestion(Struct, frozen=True, kw_only=True):
    """The second question before the counter is opened after a restore."""

    backup_at_ms: int | None
    gap_until_ms: int


class CounterReopened(Struct, frozen=True, kw_only=True):
    """An admin opened the counter; this stands where the card stood. `admin_name` may be empty."""

    restored_at_ms: int
    admin_name: str
    at_ms: int


class CounterClosed(Struct, frozen=True, kw_only=True):
    """An order came while the counter is closed: it was neither kept nor bought."""

    code: str
    destination: str


class CounterOpenAgain(Struct, frozen=True, kw_only=True):
    """To a chat that was turned away: orders are taken again."""


RestoreGateNotice = RestoreCard | ReopenQuestion | CounterReopened | CounterClosed | CounterOpenAgain
