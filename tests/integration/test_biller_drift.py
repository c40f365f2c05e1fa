"""A balance at the biller that orders and noted top-ups do not explain is told to the admins, once."""

from pathlib import Path

import pytest

from bot.notices.topups import BillerDrift
from bot.orders.model import Order
from storage.database import SqliteDatabase
from tests.integration.conftest import DEWI, RINA, Shop
from tests.integration.story import Story, opens
from tests.integration.test_topups import notes

COST_IDR = 5_000


class Till:
    """A biller that keeps a balance, and reports it with every answer and result."""

    def __init__(self, shop: Shop, balance_idr: int = 1_000_000) -> None:
        self.shop, self.balance_idr = shop, balance_idr
        self._message_id = 1_000

    async def accepts(self, *, cost_idr: int = COST_IDR, reports: bool = True) -> Order:
        """Accept a new order and charge it."""
        self.balance_idr -= cost_idr
        balance_idr = self.balance_idr if reports else None
        self.shop.biller.accepts(cost_idr=cost_idr, balance_idr=balance_idr)
        self._message_id += 1
        order = await self.shop.asks(message_id=self._message_id)
        await self.shop.posts()
        self.shop.clock.passes(1)
        return order

    async def succeeds(self, order: Order, *, cost: str = ", Harga: 5,000") -> None:
        await self._results(order, f"SUKSES, SN: 1, Saldo: Rp{self.balance_idr:,}{cost}", status=0)

    async def fails(self, order: Order, *, gives_back: bool = True) -> None:
        self.balance_idr += COST_IDR if gives_back else 0
        await self._results(order, f"GAGAL, Saldo: Rp{self.balance_idr:,}", status=1)

    async def _results(self, order: Order, words: str, *, status: int) -> None:
        text = f"{order.product_code}.{order.destination}"
        message = f"Transaksi {text} {words}, Tgl: 01/01 10:32:12".replace(" ", "+")
        fields = f"refid={order.trxid}&product={order.product_code}&qty=1&dest={order.destination}"
        await self.shop.reversals.receive(f"status={status}&{fields}&message={message}".encode(), "1.2.3.4")
        self.shop.clock.passes(1)

    async def sells(self, *, fee_idr: int = 0) -> Order:
        """Sell one order from its post to its result; the biller takes a fee beside the cost."""
        self.balance_idr -= fee_idr
        order = await self.accepts()
        await self.succeeds(order)
        return order

    @property
    def drifts(self) -> list[BillerDrift]:
        """The drifts that the admins were told of."""
        return drifts(self.shop)


def drifts(shop: Shop, admin: int = RINA) -> list[BillerDrift]:
    notices = [shop.notice(row) for row in shop.messages(admin) if row["kind"] == "BillerDrift"]
    return [notice for notice in notices if isinstance(notice, BillerDrift)]


def figures(drift: BillerDrift) -> tuple[int, int]:
    return drift.reported_idr, drift.expected_idr


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


async def test_a_fee_is_told_once_to_every_admin_with_both_figures(till: Till) -> None:
    await till.sells()
    await till.sells(fee_idr=2_000)
    assert [figures(drift) for drift in till.drifts] == [(988_000, 990_000)]
    assert drifts(till.shop, DEWI) == till.drifts
    till.shop.clock.passes(3_600)
    for _ in range(3):
        await till.sells()
    assert len(till.drifts) == 1


async def test_small_fees_are_told_when_they_have_added_up(till: Till) -> None:
    await till.sells()
    for _ in range(2):
        await till.sells(fee_idr=400)
    assert till.drifts == []
    await till.sells(fee_idr=400)
    (drift,) = till.drifts
    assert drift.expected_idr - drift.reported_idr == 1_200


async def test_a_second_difference_right_after_the_first_is_told_later_and_not_lost(till: Till) -> None:
    await till.sells()
    await till.sells(fee_idr=2_000)
    await till.sells(fee_idr=3_000)
    assert len(till.drifts) == 1
    till.shop.clock.passes(600)
    await till.sells()
    assert [drift.expected_idr - drift.reported_idr for drift in till.drifts] == [2_000, 3_000]


async def test_a_noted_top_up_is_expected(till: Till) -> None:
    await till.sells()
    await notes(till.shop)
    till.balance_idr += 5_000_000
    await till.sells()
    await till.sells()
    assert till.drifts == []


async def test_a_top_up_that_nobody_noted_is_told(till: Till) -> None:
    await till.sells()
    till.balance_idr += 5_000_000
    await till.sells()
    assert [figures(drift) for drift in till.drifts] == [(5_990_000, 990_000)]


async def test_orders_in_flight_together_raise_none_in_whatever_order_their_reports_come(till: Till) -> None:
    await till.sells()
    orders = [await till.accepts(reports=number % 2 == 0) for number in range(4)]
    before_idr = till.balance_idr
    for number in (2, 0, 3, 1):
        till.balance_idr = before_idr + 50_000 * number
        await till.succeeds(orders[number])
    till.balance_idr = before_idr
    await till.sells()
    assert till.drifts == []


async def test_a_report_that_is_older_than_another_order_raises_none(till: Till) -> None:
    """The first order's result left the biller before the second order was bought, and arrives after it."""
    await till.sells()
    first = await till.accepts()
    reported_idr = till.balance_idr
    second = await till.accepts()
    await till.succeeds(second)
    now_idr, till.balance_idr = till.balance_idr, reported_idr
    await till.succeeds(first)
    till.balance_idr = now_idr
    await till.sells()
    assert till.drifts == []


async def test_a_drift_while_orders_were_in_flight_is_told_when_it_is_quiet_again(till: Till) -> None:
    await till.sells()
    first, second = await till.accepts(), await till.accepts()
    till.balance_idr -= 2_000
    await till.succeeds(second)
    await till.succeeds(first)
    assert till.drifts == []
    await till.sells()
    assert [figures(drift) for drift in till.drifts] == [(978_000, 980_000)]


async def test_what_a_failure_gives_back_is_expected(till: Till) -> None:
    await till.sells()
    await till.fails(await till.accepts())
    await till.sells()
    assert till.drifts == []


async def test_a_report_from_before_the_money_came_back_raises_none(till: Till) -> None:
    await till.sells()
    await till.fails(await till.accepts(), gives_back=False)
    till.balance_idr += COST_IDR
    await till.sells()
    assert till.drifts == []


async def test_what_a_failure_never_gave_back_is_told(till: Till) -> None:
    await till.sells()
    await till.fails(await till.accepts(), gives_back=False)
    await till.sells()
    assert [figures(drift) for drift in till.drifts] == [(985_000, 990_000)]


async def test_a_purchase_that_an_admin_ruled_a_failure_is_told(till: Till) -> None:
    await till.sells()
    till.balance_idr -= COST_IDR
    till.shop.biller.cuts()
    order = await till.shop.asks()
    await till.shop.posts()
    till.shop.clock.passes(1)
    await till.shop.says(f"/gagal {order.trxid}", by=RINA)
    await till.shop.presses(till.shop.buttons(RINA)["confirm_failure"])
    await till.sells()
    assert [figures(drift) for drift in till.drifts] == [(985_000, 990_000)]


async def test_an_order_without_a_cost_raises_none_and_comparing_starts_anew(till: Till) -> None:
    await till.sells()
    till.shop.biller.cuts()
    order = await till.shop.asks()
    await till.shop.posts()
    till.balance_idr -= 7_000
    await till.succeeds(order, cost="")
    await till.sells()
    assert till.drifts == []
    await till.sells(fee_idr=2_000)
    assert len(till.drifts) == 1


async def test_an_open_doubt_keeps_everything_from_being_compared(till: Till) -> None:
    await till.sells()
    till.shop.biller.cuts()
    await till.shop.asks()
    await till.shop.posts()
    await till.sells(fee_idr=2_000)
    assert till.drifts == []


async def test_a_restart_in_between_changes_nothing(till: Till) -> None:
    await till.sells()
    order = await till.accepts()
    till.shop.starts()
    await till.succeeds(order)
    await notes(till.shop)
    till.balance_idr += 5_000_000 - 2_000
    till.shop.starts()
    await till.sells()
    assert [figures(drift) for drift in till.drifts] == [(5_983_000, 5_985_000)]


@pytest.mark.parametrize("jump_s", [-86_400, 86_400])
async def test_a_clock_that_jumps_changes_nothing(till: Till, jump_s: int) -> None:
    await till.sells()
    till.shop.clock.jumps(jump_s)
    await notes(till.shop)
    till.balance_idr += 5_000_000
    await till.sells()
    till.shop.clock.jumps(-jump_s)
    await till.sells()
    assert till.drifts == []
    await till.sells(fee_idr=2_000)
    assert len(till.drifts) == 1


async def test_what_happened_between_a_backup_and_its_restore_raises_none(
    shop: Shop, database: SqliteDatabase, tmp_path: Path
) -> None:
    story = Story(shop, database, tmp_path)
    till = Till(shop)
    await till.sells()
    story.is_backed_up()
    await till.sells()
    till.shop = await story.is_restored()
    await opens(till.shop)
    await till.sells()
    assert till.drifts == []
    await till.sells(fee_idr=2_000)
    assert len(till.drifts) == 1
    await story.closes()
