"""What this process knows of itself: its workers, the lease, the database, the audit."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct

from bot.leadership import Fence, LeaseKeeper
from bot.notices.alarms import Invariant
from bot.purchasing.auditor import AuditStats
from bot.worker import Worker
from storage.backup import FILE_SUFFIXES, LastBackup, last_backup
from storage.lease import Lease

LOW_DISK_BYTES = 1_000_000_000
OLD_BACKUP_MS = 36 * 3_600_000
"""A backup a night, and some hours of patience."""


class WorkerHealth(Struct, frozen=True):
    """A worker, and whether its last run succeeded."""

    name: str
    is_well: bool


class DatabaseHealth(Struct, frozen=True, kw_only=True):
    """The file of the database and its disk; what is None is not known, as with a server."""

    is_file: bool
    size_bytes: int | None = None
    free_bytes: int | None = None
    backup: LastBackup | None = None

    @property
    def is_disk_low(self) -> bool:
        return self.free_bytes is not None and self.free_bytes < LOW_DISK_BYTES

    def is_backup_old(self, now_ms: int) -> bool:
        return self.backup is not None and now_ms - self.backup.at_ms > OLD_BACKUP_MS


class AuditHealth(Struct, frozen=True, kw_only=True):
    """What the audit found since this process started; the times are 0 before the first check."""

    findings: dict[Invariant, int]
    orders_checked: int
    last_pass_at_ms: int
    last_books_at_ms: int


class SystemHealth(Struct, frozen=True, kw_only=True):
    """All of it; `lease` is None where this process is the only one on its database."""

    parts: dict[str, bool]
    workers: tuple[WorkerHealth, ...]
    is_leading: bool
    lease: Lease | None
    database: DatabaseHealth
    audit: AuditHealth


class HealthSource(Struct, frozen=True, kw_only=True):
    """The parts of this process that are asked; `readiness` is what `/readyz` answers."""

    readiness: Callable[[], Awaitable[dict[str, bool]]]
    workers: tuple[Worker, ...]
    fence: Fence
    keeper: LeaseKeeper | None
    audit: AuditStats
    database_path: Path | None

    async def read(self) -> SystemHealth:
        audit = self.audit
        return SystemHealth(
            parts=await self.readiness(),
            workers=tuple(WorkerHealth(worker.name, worker.healthy) for worker in self.workers),
            is_leading=self.fence.is_leading(),
            lease=self.keeper.found if self.keeper else None,
            database=await asyncio.to_thread(read_database_health, self.database_path),
            audit=AuditHealth(
                findings={invariant: count for invariant, count in audit.findings.items() if count},
                orders_checked=audit.orders_checked,
                last_pass_at_ms=audit.last_pass_at_ms,
                last_books_at_ms=audit.last_books_at_ms,
            ),
        )


def read_database_health(path: Path | None) -> DatabaseHealth:
    """Look at the files of the database; a server's are not seen from here."""
    if path is None:
        return DatabaseHealth(is_file=False)
    beside = [file for suffix in FILE_SUFFIXES if suffix and (file := Path(f"{path}{suffix}")).exists()]
    try:
        size_bytes = sum(file.stat().st_size for file in (path, *beside))
        free_bytes = shutil.disk_usage(path.parent).free
    except OSError:
        return DatabaseHealth(is_file=True)
    return DatabaseHealth(
        is_file=True, size_bytes=size_bytes, free_bytes=free_bytes, backup=last_backup(path)
    )
