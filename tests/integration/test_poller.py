"""The offset sent to Telegram is the stored one: a crash repeats an update and never loses one."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from telegram.error import Conflict, InvalidToken, NetworkError, TimedOut

from bot.notices.alarms import ClockWrong
from bot.telegram.poller import CONFLICT_PAUSE_S, RETRY_S, Poller
from bot.telegram.receiver import UpdateReceiver
from storage.errors import StorageError
from tests.integration.conftest import RINA, Shop
from tests.integration.fakes import START_MS, a_message
from tests.integration.test_update_receiver import FakeAnswerer, cursor_of, orders_in

Update = dict[str, Any]


@dataclass
class FakeSource:
    """Telegram as the poller uses it: it keeps updates until a later offset is requested."""

    waiting: list[Update] = field(default_factory=list)
    offsets: list[int | None] = field(default_factory=list)
    fault: Exception | None = None

    async def raw_updates(
        self,
        offset: int | None,
        allowed: list[str],  # noqa: ARG002 - it returns all kinds
    ) -> list[Update]:
        self.offsets.append(offset)
        if self.fault:
            raise self.fault
        self.waiting = [update for update in self.waiting if offset is None or update["update_id"] >= offset]
        return self.waiting[:100]


@pytest.fixture
def receiver(shop: Shop) -> UpdateReceiver:
    return UpdateReceiver(
        database=shop.disk,
        context=shop.context,
        sender=FakeAnswerer(),
        now_ms=shop.clock,
        claim_orders=shop.orders_wake_up.set,
        scan_outbox=shop.outbox_wake_up.set,
        imports_wake_up=shop.imports_wake_up,
        clock=shop.clock_watch,
    )


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture
def poller(shop: Shop, receiver: UpdateReceiver, source: FakeSource) -> Poller:
    return Poller(database=shop.disk, client=source, receiver=receiver, now_ms=shop.clock)


async def test_the_offset_asked_for_is_the_one_on_the_disk(
    shop: Shop, poller: Poller, source: FakeSource
) -> None:
    source.waiting = [a_message(5), a_message(6)]
    assert await poller.run_once() == 0
    assert await poller.run_once() < 1
    assert source.offsets == [None, 7]
    assert (source.waiting, orders_in(shop), cursor_of(shop)) == ([], [5, 6], 7)


async def test_what_could_not_be_kept_is_asked_for_again(
    shop: Shop, poller: Poller, source: FakeSource
) -> None:
    source.waiting = [a_message(5), a_message(6)]
    shop.disk.refuses_writes(1)
    with pytest.raises(StorageError):
        await poller.run_once()
    await poller.run_once()
    assert source.offsets == [None, None]
    assert orders_in(shop) == [5, 6]


async def test_a_poison_does_not_stop_the_line(shop: Shop, poller: Poller, source: FakeSource) -> None:
    source.waiting = [{"update_id": 2, "message": [1, 2]}, a_message(3)]
    await poller.run_once()
    assert (orders_in(shop), cursor_of(shop)) == ([3], 4)


async def test_an_offset_from_before_a_quiet_week_is_not_used(
    shop: Shop, poller: Poller, source: FakeSource
) -> None:
    """Telegram may have restarted its ids at a lower number: the old offset would discard new updates."""
    source.waiting = [a_message(900)]
    await poller.run_once()
    shop.clock.passes(8 * 86_400)
    source.waiting = [a_message(4)]
    await poller.run_once()
    assert source.offsets == [None, None]
    assert orders_in(shop) == [4, 900]
    assert cursor_of(shop) == 5


async def test_an_offset_that_moved_this_week_is_used_however_long_ago_it_first_was(
    shop: Shop, poller: Poller, source: FakeSource
) -> None:
    """Asked without one, Telegram gives the same hundred updates for ever."""
    for update_id in (900, 901):
        source.waiting = [a_message(update_id)]
        await poller.run_once()
        shop.clock.passes(5 * 86_400)
    await poller.run_once()
    assert source.offsets == [None, 901, 902]


@pytest.mark.parametrize(
    ("fault", "pause_s"),
    [
        (Conflict("terminated by other getUpdates request"), CONFLICT_PAUSE_S),
        (NetworkError("Bad Gateway"), RETRY_S),
        (TimedOut(), RETRY_S),
        (InvalidToken(), CONFLICT_PAUSE_S),
    ],
)
async def test_trouble_with_telegram_is_waited_out(
    shop: Shop, poller: Poller, source: FakeSource, fault: Exception, pause_s: float
) -> None:
    source.waiting, source.fault = [a_message(1)], fault
    assert await poller.run_once() == pause_s
    source.fault = None
    await poller.run_once()
    assert orders_in(shop) == [1]


def an_hour_old(update_id: int) -> Update:
    return a_message(update_id, date=START_MS // 1000 - 3600)


async def test_messages_written_just_now_show_that_the_clock_is_ahead(
    shop: Shop, poller: Poller, source: FakeSource
) -> None:
    """The first poll left nothing at Telegram: what the next one brings cannot be old."""
    await poller.run_once()
    source.waiting = [an_hour_old(1)]
    await poller.run_once()
    await shop.clock_watch.run_once()
    assert shop.last(RINA) == ClockWrong(ahead_ms=3_600_000, at_ms=shop.clock())


async def test_messages_that_waited_for_the_bot_show_nothing_of_the_clock(
    shop: Shop, poller: Poller, source: FakeSource
) -> None:
    source.waiting = [an_hour_old(number) for number in range(1, 102)]
    for _ in range(2):
        await poller.run_once()
    source.fault = NetworkError("Bad Gateway")
    await poller.run_once()
    source.fault, source.waiting = None, [an_hour_old(200)]
    await poller.run_once()
    source.waiting = [a_message(201)]
    shop.disk.refuses_writes(1)
    with pytest.raises(StorageError):
        await poller.run_once()
    shop.clock.passes(3600)
    await poller.run_once()
    await shop.clock_watch.run_once()
    assert "ClockWrong" not in shop.kinds(RINA)
