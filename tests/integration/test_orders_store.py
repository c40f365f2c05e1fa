"""An order is stored once, moved only by who saw it as it is, and is what its events add up to."""

import json

import pytest
from msgspec.structs import replace

from bot.orders.events import Accepted, Claimed, Expired, Failed, OrderEvent, Refused, Resolved, Succeeded
from bot.orders.model import ExpiryReason, FailureCause, Order, Outcome, State
from bot.orders.states import decide
from bot.purchasing.settlement import apply_event_to
from storage import orders
from storage.database import SqliteDatabase
from storage.orders import RecordedEvent
from storage.transaction import Tx
from tests.integration.conftest import Shop
from tests.makers import an_order

FIRST = an_order()
TRXID = FIRST.trxid
SECOND = an_order(trxid="26092120132050002", message_id=42)


async def keep(database: SqliteDatabase, *wanted: Order) -> list[bool]:
    def unit(tx: Tx) -> list[bool]:
        return [orders.insert(tx, order, actor="user:1", evidence="S5 0812") for order in wanted]

    return await database.write(unit)


async def test_an_order_comes_back_as_it_was_stored(database: SqliteDatabase) -> None:
    full = replace(
        FIRST,
        chat_id=-(1 << 51),
        user_id=1 << 51,
        thread_id=7,
        state=State.DISPUTED,
        attempts=2,
        overdue=True,
        success_reported=True,
        failure_reported=True,
        cost_idr=10**15 - 1,
        biller_ref="21160325359742",
        sn="1234-5678/BUDI SANTOSO/R1/1300VA/32,5",
        reason="Produk tidak Aktif",
        failure_cause=FailureCause.PRODUCT_INACTIVE,
        unknown_reason="ReadError",
        expiry=ExpiryReason.TOO_OLD,
        resolved_by=9001,
    )
    assert await keep(database, full, SECOND) == [True, True]
    assert await database.read(lambda tx: orders.get(tx, full.trxid)) == full
    assert await database.read(lambda tx: orders.get(tx, SECOND.trxid)) == SECOND
    assert await database.read(lambda tx: orders.get(tx, "0" * 17)) is None


async def test_one_trxid_is_one_order(database: SqliteDatabase) -> None:
    assert await keep(database, FIRST, replace(SECOND, trxid=TRXID)) == [True, False]
    assert len(await database.read(lambda tx: orders.history(tx, TRXID))) == 1


async def test_one_line_of_one_message_is_one_order(database: SqliteDatabase) -> None:
    assert await keep(database, FIRST, replace(SECOND, message_id=FIRST.message_id)) == [True, False]
    assert await database.read(lambda tx: orders.line_is_taken(tx, FIRST.chat_id, FIRST.message_id, 1))
    assert not await database.read(lambda tx: orders.line_is_taken(tx, FIRST.chat_id, FIRST.message_id, 2))


async def test_only_who_saw_the_order_as_it_is_moves_it(database: SqliteDatabase) -> None:
    await keep(database, FIRST)

    def claim(tx: Tx) -> bool:
        after = replace(FIRST, state=State.SUBMITTING, attempts=1)
        return orders.update(tx, FIRST, after, Claimed(), at_ms=1, actor="submitter", evidence="")

    assert await database.write(claim)
    assert not await database.write(claim)
    history = await database.read(lambda tx: orders.history(tx, TRXID))
    assert [event.kind for event in history] == ["Placed", "Claimed"]


async def test_the_history_holds_who_when_and_the_evidence(database: SqliteDatabase) -> None:
    await keep(database, FIRST)
    after = replace(FIRST, state=State.SUCCEEDED, success_reported=True, sn="SN,1")
    news = Succeeded(sn="SN,1")
    await database.write(
        lambda tx: orders.update(tx, FIRST, after, news, at_ms=5, actor="biller", evidence="status=0")
    )
    first, second = await database.read(lambda tx: orders.history(tx, TRXID))
    assert (first.kind, first.actor, first.evidence, first.at_ms) == (
        "Placed",
        "user:1",
        "S5 0812",
        FIRST.placed_at_ms,
    )
    assert (first.event, first.state_after) == (None, State.PLACED)
    assert (second.kind, second.actor, second.evidence, second.at_ms) == (
        "Succeeded",
        "biller",
        "status=0",
        5,
    )
    assert (second.event, second.state_after) == (news, State.SUCCEEDED)


async def test_due_orders_come_oldest_first_and_no_more_than_asked_for(database: SqliteDatabase) -> None:
    wanted = [replace(FIRST, trxid=f"{n:017}", message_id=n, due_at_ms=1000 - n) for n in range(5)]
    await keep(database, *wanted, replace(FIRST, trxid="9" * 17, message_id=9, due_at_ms=5000))
    found = await database.read(lambda tx: orders.due(tx, now_ms=1000, limit=3))
    assert [order.due_at_ms for order in found] == [996, 997, 998]
    assert await database.read(orders.next_due_ms) == 996


async def test_no_order_waits_where_none_is_placed(database: SqliteDatabase) -> None:
    await keep(database, replace(FIRST, state=State.SUCCEEDED))
    assert await database.read(lambda tx: orders.due(tx, now_ms=FIRST.placed_at_ms, limit=9)) == []
    assert await database.read(orders.next_due_ms) is None


async def test_the_admins_list_holds_what_waits_for_a_word_and_nothing_else(database: SqliteDatabase) -> None:
    wanted = [replace(FIRST, trxid=f"{n:017}", message_id=n, state=state) for n, state in enumerate(State)]
    late = replace(FIRST, trxid="9" * 17, message_id=99, state=State.PENDING, overdue=True)
    await keep(database, *wanted, late)
    found = await database.read(lambda tx: orders.for_admins(tx, limit=99))
    assert {(order.state, order.overdue) for order in found} == {
        (State.UNKNOWN, False),
        (State.DISPUTED, False),
        (State.PENDING, True),
    }


async def test_counts_name_every_state_that_is_not_an_end(database: SqliteDatabase) -> None:
    await keep(
        database,
        *(replace(FIRST, trxid=f"{n:017}", message_id=n, state=state) for n, state in enumerate(State)),
    )
    assert await database.read(orders.counts) == {
        "placed": 1,
        "submitting": 1,
        "pending": 1,
        "unknown": 1,
        "disputed": 1,
    }


def replay(events: list[RecordedEvent]) -> Order:
    """Make the order again out of its events alone."""
    facts = json.loads(events[0].facts)
    order = Order(**{**facts, "state": State(facts["state"])})
    for recorded in events[1:]:
        assert recorded.event
        order = decide(order, recorded.event, recorded.at_ms).order
        assert order.state is recorded.state_after
    return order


ROADS: list[list[OrderEvent]] = [
    [Claimed(), Accepted(cost_idr=5000, biller_ref="ft"), Succeeded(sn="1,2/3", cost_idr=5100)],
    [Claimed(), Refused(reason="Produk tidak Aktif", failure_cause=FailureCause.PRODUCT_INACTIVE)],
    [Claimed(), Succeeded(), Accepted(cost_idr=1), Succeeded(sn="late"), Succeeded(sn="later")],
    [
        Succeeded(sn="1"),
        Failed(reason="", failure_cause=FailureCause.OTHER),
        Resolved(outcome=Outcome.FAILURE, admin_id=9),
    ],
    [Expired(reason=ExpiryReason.TOO_OLD), Succeeded(sn="7")],
]


async def hear(shop: Shop, trxid: str, news: OrderEvent) -> None:
    at_ms = shop.clock()
    await shop.disk.write(lambda tx: apply_event_to(shop.context.begin(tx, at_ms), trxid, news, actor="test"))


@pytest.mark.parametrize("road", ROADS)
async def test_the_row_is_what_the_events_add_up_to(shop: Shop, road: list[OrderEvent]) -> None:
    order = await shop.asks()
    for news in road:
        shop.clock.passes(1)
        await hear(shop, order.trxid, news)
    events = await shop.disk.read(lambda tx: orders.history(tx, order.trxid))
    assert replay(events) == await shop.order(order.trxid)
