"""What measures others measures right: every order is seen on its whole way, none lost, none twice."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.notices.alarms import Invariant
from storage.database import SqliteDatabase
from tests.benchmarks import broadcast, desk, fill, road
from tests.benchmarks.audit import auditor_of
from tests.benchmarks.contender import FLOOR, LOKET, Contender
from tests.benchmarks.figures import Figures
from tests.books import a_context

HERE = replace(LOKET, command=(sys.executable, *LOKET.command[1:]))
"""In the environment of the tests: they need no other."""

FEW = replace(road.BURST, orders=60, result_s=0.05)


def assert_whole(one: Figures) -> None:
    assert (one.lost, one.doubled, one.refused) == (0, 0, 0)
    assert 0 < one.to_trx_p50_ms <= one.to_trx_p99_ms
    assert 0 < one.to_push_p50_ms <= one.to_push_p99_ms
    assert one.cpu_ms > 0
    assert one.peak_mb > 1


async def findings_in(books: Path) -> Mapping[Invariant, int]:
    """Let the audit read all of it."""
    database = SqliteDatabase(books)
    await database.open()
    auditor = auditor_of(database, a_context())
    while auditor.stats.orders_checked < fill.orders_in(books):
        await auditor.run_once()
    await database.close()
    return auditor.stats.findings


@pytest.mark.prove
@pytest.mark.parametrize("contender", [HERE, FLOOR], ids=lambda one: one.name)
async def test_every_order_is_seen_on_its_whole_way(contender: Contender) -> None:
    assert_whole(await road.measure(contender, FEW))


@pytest.mark.prove
async def test_under_telegrams_limits_nobody_is_refused() -> None:
    chats = tuple(range(1001, 1011))
    assert_whole(await road.measure(HERE, replace(FEW, chats=chats), strict=True))


@pytest.mark.prove
async def test_books_of_years_are_as_the_counter_would_have_written_them(tmp_path: Path) -> None:
    """Loket starts on them, finds nothing wrong in them, and takes orders."""
    books = tmp_path / "books.db"
    await fill.fill(books, 2000, users=FEW.users)
    assert fill.orders_in(books) == 2000
    assert await findings_in(books) == {}
    async with road.around(HERE, FEW, tmp_path, books=books) as (outside, bot):
        assert_whole(await road.carry(outside, bot))
    assert fill.orders_in(books) == 2000 + road.WARM_UP_ORDERS + FEW.orders


@pytest.mark.prove
@pytest.mark.timeout(300)  # half a minute; a slow machine may take several times that
async def test_a_broadcast_beside_orders_reaches_everybody_once_and_no_order_is_lost() -> None:
    one = await broadcast.measure_beside(HERE, replace(broadcast.CROWD, orders=20, people=100))
    assert (one.people, one.doubled, one.lost) == (100, 0, 0)
    assert 0 < one.p50_ms <= one.p99_ms
    assert 0 < one.beside_p50_ms <= one.beside_p99_ms


@pytest.mark.prove
async def test_no_order_is_lost_beside_a_hostile_desk_and_every_page_of_it_is_answered() -> None:
    one = await desk.measure_beside(HERE, replace(road.STEADY, orders=20), None, turns=1)
    assert (one.lost, one.failed) == (0, 0)
    assert one.answered > 0
    for way in (one.alone, one.on_busy_machine, one.beside_desk):
        assert 0 < way.p50_ms <= way.p99_ms
