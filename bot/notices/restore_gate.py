"""Notices after the restore of a backup."""

from msgspec import Struct


class RestoreCard(Struct, frozen=True, kw_only=True):
    """A backup was restored: what it does not contain, and that nothing is bought yet.

    `backup_at_ms` is the time of its last activity, None if it is empty.
    """

    backup_at_ms: int | None
    gap_until_ms: int
    restored_at_ms: int
    waiting_count: int


class ReopenQuestion(Struct, frozen=True, kw_only=True):
    """Asks for confirmation before the counter is opened after a restore."""

    backup_at_ms: int | None
    gap_until_ms: int


class CounterReopened(Struct, frozen=True, kw_only=True):
    """An admin opened the counter; this replaces the card. `admin_name` may be empty."""

    restored_at_ms: int
    admin_name: str
    at_ms: int


class CounterClosed(Struct, frozen=True, kw_only=True):
    """An order was received while the counter is closed: it was neither stored nor bought."""

    code: str
    destination: str


class CounterOpenAgain(Struct, frozen=True, kw_only=True):
    """To a chat whose orders were rejected: orders are accepted again."""


RestoreGateNotice = RestoreCard | ReopenQuestion | CounterReopened | CounterClosed | CounterOpenAgain
