"""What `loket totals` prints: which sums of reports are not those of their orders, and what was corrected."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from bot.grammar.period import day_of
from bot.orders.totals import FIELDS
from bot.purchasing.totals import Correction, correct, corrections, days_with_totals, is_behind
from bot.settings.settings import FileSettings
from storage.database import database_at, read_database
from storage.transaction import Tx

SHOWN = 200
"""Enough to see what happened; all of them are in the output of --json."""


class TotalsCheck(Struct, frozen=True, kw_only=True):
    """What was found wrong in the sums of `day_count` days, and whether it `is_corrected`.

    `is_behind` if the sums are being made: then nothing can be compared, and reports sum the orders.
    """

    day_count: int
    is_behind: bool
    found: tuple[Correction, ...]
    is_corrected: bool = False

    @property
    def agrees(self) -> bool:
        return self.is_corrected or not self.found


def check_totals(settings: FileSettings, *, at_ms: int) -> TotalsCheck:
    """Compare the sums of all days with their orders; raise StorageError if they cannot be read."""

    def read(tx: Tx) -> TotalsCheck:
        days = days_with_totals(tx, settings.zone, day_of(at_ms, settings.zone))
        found = {each.cell: each for day in days for each in corrections(tx, settings.zone, day)}
        behind = is_behind(tx, settings.zone)
        return TotalsCheck(day_count=len(days), is_behind=behind, found=tuple(found.values()))

    return read_database(settings.database_url, read)


def rebuild_totals(settings: FileSettings, *, at_ms: int) -> TotalsCheck:
    """Correct the sums that are wrong, a day at a time, even while the bot runs; return what was wrong."""
    before = check_totals(settings, at_ms=at_ms)
    if not before.found:
        return before
    days = sorted({_day_of(each) for each in before.found})
    asyncio.run(_correct(settings, days))
    after = check_totals(settings, at_ms=at_ms)
    return TotalsCheck(
        day_count=before.day_count,
        is_behind=after.is_behind,
        found=after.found or before.found,
        is_corrected=not after.found,
    )


async def _correct(settings: FileSettings, days: Iterable[date]) -> None:
    database = database_at(settings.database_url)
    await database.open()
    try:
        for day in days:
            await database.write(partial(correct, zone=settings.zone, day=day))
    finally:
        await database.close()


def _day_of(correction: Correction) -> date:
    """Return the day of a total, or the first day of its month."""
    digits = str(correction.cell.period)
    return date.fromisoformat(digits if len(digits) == len("20261122") else f"{digits}01")


def totals_lines(check: TotalsCheck) -> Iterator[str]:
    for each in check.found[:SHOWN]:
        changes = [
            f"{name} {getattr(each.found, name):,} -> {getattr(each.expected, name):,}"
            for name in FIELDS
            if getattr(each.found, name) != getattr(each.expected, name)
        ]
        yield f"{each.words}: {', '.join(changes)}"
    if len(check.found) > SHOWN:
        yield f"and {len(check.found) - SHOWN} more, see --json"
    if check.is_behind:
        yield "the sums are being made anew: until then reports add up the orders themselves"
    elif not check.found:
        yield f"{check.day_count:,} days: the sums agree with the orders"
    elif check.is_corrected:
        yield f"{check.day_count:,} days: {len(check.found):,} sums were wrong and are corrected"
    else:
        yield f"{check.day_count:,} days: {len(check.found):,} sums are wrong, see loket totals --rebuild"


def totals_data(check: TotalsCheck) -> dict[str, Any]:
    """Return the check as plain data; names are only ever added."""
    found = [
        {**asdict(each.cell), "found": asdict(each.found), "expected": asdict(each.expected)}
        for each in check.found
    ]
    return {"agrees": check.agrees, **asdict(check), "found": found}
