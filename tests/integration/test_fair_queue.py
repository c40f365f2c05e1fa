"""People take turns at the biller: nobody's hundred orders stand before another's one."""

from bot.purchasing.settlement import has_lost_access
from bot.purchasing.submitter import FairQueue
from storage import orders
from tests.integration.conftest import BUDI, SARI, Shop


async def test_one_order_does_not_wait_for_another_resellers_hundred(shop: Shop) -> None:
    await shop.says("\n".join(f"s5.0812345{number:05d}" for number in range(60)), by=SARI)
    single = await shop.asks("s5.081299999999", by=BUDI)
    due = await shop.disk.read(lambda tx: orders.due_by_turns(tx, now_ms=shop.clock(), limit=10))
    assert single.trxid in due[:2]


async def test_each_resellers_own_orders_keep_their_order(shop: Shop) -> None:
    for number in range(3):
        for by in (SARI, BUDI):
            await shop.asks(f"s5.08123456789{number}", by=by)
            shop.clock.passes(1)
    due = await shop.disk.read(lambda tx: orders.due_by_turns(tx, now_ms=shop.clock(), limit=10))
    found = [await shop.order(trxid) for trxid in due]
    assert [(order.user_id, order.destination[-1]) for order in found] == [
        (user_id, str(number)) for number in range(3) for user_id in (SARI, BUDI)
    ]


async def test_where_there_is_room_for_all_nobody_waits_for_a_turn(shop: Shop) -> None:
    placed = [(await shop.asks(by=by)).trxid for by in (SARI, SARI, BUDI)]
    turns = FairQueue()
    found = await shop.disk.read(lambda tx: turns.next(tx, 3, now_ms=shop.clock()))
    assert sorted(due.order.trxid for due in found) == sorted(placed)
    assert not turns.has_more


async def test_turns_that_were_read_ahead_hold_for_a_moment_only(shop: Shop) -> None:
    """Whoever orders while a hundred wait is not kept behind all of them."""
    await shop.says("\n".join(f"s5.0812345{number:05d}" for number in range(60)), by=SARI)
    turns = FairQueue()
    first = await shop.disk.read(lambda tx: turns.next(tx, 5, now_ms=shop.clock()))
    assert [due.order.user_id for due in first] == [SARI] * 5
    assert turns.has_more
    single = await shop.asks("s5.081299999999", by=BUDI)
    shop.clock.passes(1)
    after = await shop.disk.read(lambda tx: turns.next(tx, 5, now_ms=shop.clock()))
    assert single.trxid in [due.order.trxid for due in after]


async def test_a_turn_that_was_read_ahead_is_of_an_order_as_it_is_now(shop: Shop) -> None:
    """Who typed it may have lost access since, or it may have been settled."""
    await shop.says("\n".join(f"s5.0812345{number:05d}" for number in range(60)), by=SARI)
    turns = FairQueue()
    await shop.disk.read(lambda tx: turns.next(tx, 5, now_ms=shop.clock()))
    shop.rows("UPDATE orders SET state = 'expired' WHERE line <= 30")
    shop.rows("UPDATE people SET standing = 'frozen' WHERE user_id = ?", SARI)
    after = await shop.disk.read(lambda tx: turns.next(tx, 20, now_ms=shop.clock()))
    assert [due.order.line for due in after] == list(range(31, 46))
    assert all(has_lost_access(due, ()) for due in after)
