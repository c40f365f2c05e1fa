"""An order is stored once, moved only by who saw it as it is, and is what its events add up to."""

import json
from collections.abc import Awaitable
from typing import Any

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
        return [bool(orders.insert(tx, order, actor="user:1", evidence="S5 0812")) for order in wanted]

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
    assert [due.order.due_at_ms for due in found] == [996, 997, 998]
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


def numbered(number: int, **changes: Any) -> Order:
    """Return one of several orders; a later number is an older order."""
    at_ms = FIRST.placed_at_ms - number
    return replace(FIRST, trxid=f"{9 - number:017}", message_id=number, changed_at_ms=at_ms, **changes)


async def test_what_waits_for_admins_comes_oldest_first_and_no_more_than_asked_for(
    database: SqliteDatabase,
) -> None:
    """More than a screen of cards: those that wait longest must not be the ones left out."""
    states = (State.UNKNOWN, State.DISPUTED, State.UNKNOWN)
    await keep(database, *(numbered(number, state=state) for number, state in enumerate(states)))
    found = await database.read(lambda tx: orders.for_admins(tx, limit=2))
    assert [order.message_id for order in found] == [2, 1]
    assert await database.read(lambda tx: orders.trxids_for_admins(tx, limit=2)) == [o.trxid for o in found]


async def test_what_stands_too_long_in_a_state_comes_oldest_first(database: SqliteDatabase) -> None:
    await keep(database, *(numbered(number, state=State.SUBMITTING) for number in range(4)), numbered(4))

    def unit(tx: Tx) -> list[Order]:
        before_ms = FIRST.placed_at_ms
        return orders.in_state(tx, State.SUBMITTING, changed_before_ms=before_ms, limit=2)

    assert [order.message_id for order in await database.read(unit)] == [3, 2]


async def test_only_a_pending_order_whose_chat_was_not_told_is_overdue_oldest_first(
    database: SqliteDatabase,
) -> None:
    pending = [numbered(number, state=State.PENDING) for number in range(4)]
    told = numbered(4, state=State.PENDING, overdue=True)
    others = [numbered(5 + n, state=state) for n, state in enumerate((State.PLACED, State.UNKNOWN))]
    await keep(database, *pending, told, *others)

    def unit(tx: Tx) -> list[Order]:
        return orders.overdue(tx, changed_before_ms=FIRST.placed_at_ms, limit=2)

    assert [order.message_id for order in await database.read(unit)] == [3, 2]


async def test_an_audit_finds_what_changed_since_an_event_once_and_goes_on_where_it_ended(
    database: SqliteDatabase,
) -> None:
    wanted = [numbered(number) for number in range(3)]
    await keep(database, *wanted)
    first, second, third = (order.trxid for order in wanted)

    def claims(tx: Tx) -> int:
        after = replace(wanted[0], state=State.SUBMITTING, attempts=1)
        orders.update(tx, wanted[0], after, Claimed(), at_ms=1, actor="", evidence="")
        return orders.newest_event(tx)

    assert await database.write(claims) == 4

    def changed(event_id: int, *, max_events: int, max_orders: int) -> Awaitable[tuple[list[str], int]]:
        return database.read(
            lambda tx: orders.changed_since(
                tx, event_id, until=orders.newest_event(tx), max_events=max_events, max_orders=max_orders
            )
        )

    assert await changed(0, max_events=9, max_orders=9) == ([first, second, third], 4)
    assert await changed(0, max_events=2, max_orders=9) == ([first, second], 2)
    assert await changed(0, max_events=9, max_orders=2) == ([first, second], 2)
    assert await changed(2, max_events=9, max_orders=9) == ([third, first], 4)
    assert await changed(4, max_events=9, max_orders=9) == ([], 4)


async def test_an_audit_walks_from_the_newest_order_to_the_oldest(database: SqliteDatabase) -> None:
    await keep(database, *(numbered(number) for number in range(5)))
    trxids = [numbered(number).trxid for number in range(5)]
    assert await database.read(lambda tx: orders.before(tx, "~", limit=2)) == trxids[:2]
    assert await database.read(lambda tx: orders.before(tx, trxids[1], limit=2)) == trxids[2:4]
    assert await database.read(lambda tx: orders.before(tx, trxids[4], limit=2)) == []


async def test_the_orders_of_a_message_are_its_own_line_by_line(database: SqliteDatabase) -> None:
    lines = [replace(numbered(number), message_id=7, line=3 - number) for number in range(3)]
    await keep(database, *lines, numbered(8), numbered(9, chat_id=7002))
    found = await database.read(lambda tx: orders.of_message(tx, FIRST.chat_id, 7))
    assert [(order.message_id, order.line) for order in found] == [(7, 1), (7, 2), (7, 3)]
    assert await database.read(lambda tx: orders.of_message(tx, 7002, 7)) == []


@pytest.mark.parametrize("state", State)
async def test_a_message_is_under_way_while_one_of_its_own_orders_may_still_get_a_result_by_itself(
    database: SqliteDatabase, state: State
) -> None:
    ended = replace(numbered(0), message_id=7, line=2, state=State.FAILED)
    others = [numbered(8, state=State.PENDING), numbered(9, chat_id=7002, state=State.PENDING)]
    await keep(database, replace(numbered(1), message_id=7, state=state), ended, *others)
    is_under_way = await database.read(lambda tx: orders.any_in_progress(tx, FIRST.chat_id, 7))
    assert is_under_way is (state in (State.PLACED, State.SUBMITTING, State.PENDING))


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
