"""Orders and their events: replaying the events of an order gives its row."""

from collections.abc import Sequence
from functools import partial
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import asdict, replace

from bot.actors import Standing
from bot.orders.events import OrderEvent
from bot.orders.model import Intent, Order, State
from storage.balances import BeforeReport, before_report
from storage.codec import Codec, columns_of, dump, from_columns, from_row, from_some_columns, kind_of, load
from storage.transaction import ResultRow, Tx

_EVENTS = Codec(OrderEvent)

PLACED = "Placed"
"""The kind of an order's first event; its facts are the order as it was placed."""


class RecordedEvent(Struct, frozen=True, kw_only=True):
    """One event of an order as it is stored."""

    trxid: str
    at_ms: int
    actor: str
    kind: str
    facts: str
    evidence: str | None
    state_after: State

    @property
    def event(self) -> OrderEvent | None:
        """Return the event itself; None for the first of an order. Raise ValueError if it cannot be read."""
        if self.kind == PLACED:
            return None
        event: OrderEvent = _EVENTS.load(self.kind, self.facts)
        return event

    @property
    def placed(self) -> Order | None:
        """Return the order as it was placed; None for the later events."""
        return load(Order, self.facts) if self.kind == PLACED else None


def insert(tx: Tx, order: Order, *, actor: str, evidence: str) -> Order | None:
    """Store a new order with its first event; return None if its trxid or its line of a message is taken.

    It is returned as it is stored: without an expected cost it gets the last known cost of its product.
    """
    row = tx.one("insert_order", **asdict(order), code_folded=order.product_code.casefold())
    if row is None:
        return None
    stored = replace(order, expected_cost_idr=row["expected_cost_idr"])
    facts = dump(stored)
    _append(tx, stored, at_ms=stored.placed_at_ms, actor=actor, kind=PLACED, facts=facts, evidence=evidence)
    return stored


def insert_claimed(
    tx: Tx,
    order: Order,
    claimed: Order,
    claim: OrderEvent,
    *,
    actor: str,
    evidence: str,
    claimant: str,
    term: int | None,
    since_ms: int,
) -> Order | None:
    """Store a new order that is claimed at once, with both events, and return it as it was placed.

    Return None if its trxid or line is taken, if another order waits, if an order to its destination is open
    or was placed since `since_ms`, or if the lease is not valid in this `term`, which is None without leases.
    """
    values = asdict(claimed)
    folded = order.product_code.casefold()
    row = tx.one("insert_claimed_order", **values, code_folded=folded, since_ms=since_ms, term=term)
    if row is None:
        return None
    stored = replace(order, expected_cost_idr=row["expected_cost_idr"])
    tx.run(
        "append_first_events",
        trxid=order.trxid,
        at_ms=order.placed_at_ms,
        actor=actor,
        kind=PLACED,
        facts=dump(stored),
        evidence=evidence or None,
        state_after=order.state,
        next_actor=claimant,
        next_kind=kind_of(claim),
        next_facts=dump(claim),
        next_state_after=claimed.state,
    )
    return stored


def update(
    tx: Tx, before: Order, after: Order, event: OrderEvent, *, at_ms: int, actor: str, evidence: str
) -> bool:
    """Update the row and append the event; return False if the order is not as `before` any more."""
    values = asdict(after)
    if not tx.run("advance_order", **values, state_before=before.state, due_before_ms=before.due_at_ms):
        return False
    if after.placed_at_ms != before.placed_at_ms:
        # Apart from the statement above, which would write the indexes of these times at every event.
        tx.run(
            "move_order_times",
            trxid=after.trxid,
            requested_at_ms=after.requested_at_ms,
            placed_at_ms=after.placed_at_ms,
        )
    _append(tx, after, at_ms=at_ms, actor=actor, kind=kind_of(event), facts=dump(event), evidence=evidence)
    return True


def update_answered(
    tx: Tx, before: Order, after: Order, event: OrderEvent, *, at_ms: int, actor: str, evidence: str
) -> BeforeReport | None:
    """Update in the same way; return what is known before the balance in the event, which is not compared."""
    row = tx.one(
        "advance_answered_order",
        **asdict(after),
        state_before=before.state,
        due_before_ms=before.due_at_ms,
        code_folded=after.product_code.casefold(),
    )
    if row is None:
        return None
    _append(tx, after, at_ms=at_ms, actor=actor, kind=kind_of(event), facts=dump(event), evidence=evidence)
    return before_report(columns_of(row))


def _append(tx: Tx, order: Order, *, at_ms: int, actor: str, kind: str, facts: str, evidence: str) -> None:
    tx.run(
        "append_order_event",
        trxid=order.trxid,
        at_ms=at_ms,
        actor=actor,
        kind=kind,
        facts=facts,
        evidence=evidence or None,
        state_after=order.state,
    )


def get(tx: Tx, trxid: str) -> Order | None:
    row = tx.one("order_by_trxid", trxid=trxid)
    return from_row(Order, row) if row else None


def near_trxid(tx: Tx, digits: str, *, limit: int = 200) -> list[Order]:
    """Return the orders whose trxid begins with fifteen digits, or with these rounded up or down."""
    first, last = (f"{int(digits) + by:0{len(digits)}}" for by in (-1, 1))
    rows = tx.all("orders_near_trxid", first=f"{first}00", last=f"{last}99", limit=limit)
    return [from_row(Order, row) for row in rows]


class ReportedOrder(Struct, frozen=True, kw_only=True):
    """An order that the biller reports on, with what the report is compared with and its notices depend on.

    `is_in_batch` if its message has several orders, `is_quarantined` if an earlier report did not match it,
    `is_limited` if its shop has a limit to what it may spend, `has_product_failed` if its product has failed
    since its last success.
    """

    order: Order
    is_in_batch: bool
    is_quarantined: bool
    is_limited: bool
    has_product_failed: bool
    before: BeforeReport


def get_reported(tx: Tx, trxid: str, *, is_compared: bool) -> ReportedOrder | None:
    """Return an order with all that is asked before a report on it counts.

    Unless the balance in it `is_compared`, the report counts as one that is not alone.
    """
    row = tx.one("reported_order", trxid=trxid, is_compared=int(is_compared))
    if row is None:
        return None
    columns = columns_of(row)
    return ReportedOrder(
        order=from_some_columns(Order, columns),
        is_in_batch=bool(columns["is_in_batch"]),
        is_quarantined=bool(columns["is_quarantined"]),
        is_limited=bool(columns["is_limited"]),
        has_product_failed=bool(columns["has_product_failed"]),
        before=before_report(columns),
    )


def line_is_taken(tx: Tx, chat_id: int, message_id: int, line: int) -> bool:
    """Return whether an order exists for this line of this message."""
    return tx.one("orders_by_line", chat_id=chat_id, message_id=message_id, line=line) is not None


ANY_COST_IDR = 1 << 62
"""The highest cost of orders where no cost is too high."""


class DueOrder(Struct, frozen=True, kw_only=True):
    """A placed order that is due, with all that decides whether who typed it may still order.

    `standing` and `owner_id` are those of that person, None if the database does not know them. That owner
    has `owner_standing`; `shop_owner_id` is the owner of the order's shop.
    """

    order: Order
    standing: Standing | None
    owner_id: int | None
    owner_standing: Standing | None
    shop_owner_id: int | None


def due(tx: Tx, *, now_ms: int, limit: int, max_cost_idr: int = ANY_COST_IDR) -> list[DueOrder]:
    """Return the placed orders that are due, in the order of their due times."""
    rows = tx.all("orders_due", now_ms=now_ms, limit=limit, max_cost_idr=max_cost_idr)
    return list(map(_due, rows))


def due_by_turns(tx: Tx, *, now_ms: int, limit: int, max_cost_idr: int = ANY_COST_IDR) -> list[str]:
    """Return the trxids of placed orders that are due: of the first of each reseller, then the second, ..."""
    rows = tx.all("orders_due_in_turns", now_ms=now_ms, limit=limit, max_cost_idr=max_cost_idr)
    return [row["trxid"] for row in rows]


READ_AT_ONCE = 16
"""The orders that `orders_still_placed` names."""


def still_placed(tx: Tx, trxids: Sequence[str]) -> list[DueOrder]:
    """Return those of some orders that are placed now, in the order of their trxids in `trxids`."""
    found: dict[str, DueOrder] = {}
    for first in range(0, len(trxids), READ_AT_ONCE):
        some = trxids[first : first + READ_AT_ONCE]
        # A last group that is smaller names its last order more than once.
        named = {f"trxid_{number}": some[min(number, len(some)) - 1] for number in range(1, READ_AT_ONCE + 1)}
        found |= {row["trxid"]: _due(row) for row in tx.all("orders_still_placed", **named)}
    return [found[trxid] for trxid in trxids if trxid in found]


def _due(row: ResultRow) -> DueOrder:
    columns = columns_of(row)
    return DueOrder(
        order=from_some_columns(Order, columns),
        standing=_standing(columns["standing"]),
        owner_id=columns["owner_id"],
        owner_standing=_standing(columns["owner_standing"]),
        shop_owner_id=columns["shop_owner_id"],
    )


def _standing(stored: str | None) -> Standing | None:
    return None if stored is None else Standing(stored)


def placed_by(tx: Tx, user_id: int, *, limit: int) -> list[Order]:
    """Return the placed orders that a user typed or whose shop they own, in the order of their due times."""
    return [from_row(Order, row) for row in tx.all("placed_orders_of_person", user_id=user_id, limit=limit)]


def due_while_held(
    tx: Tx,
    *,
    now_ms: int,
    requested_before_ms: int,
    placed_before_ms: int,
    subject_prefix: str,
    kind: str,
    limit: int,
    over_cost_idr: int = -1,
) -> list[Order]:
    """Return due orders over a cost: too old, or without a message of `kind` of that subject and trxid."""
    rows = tx.all(
        "orders_due_while_held",
        now_ms=now_ms,
        requested_before_ms=requested_before_ms,
        placed_before_ms=placed_before_ms,
        subject_prefix=subject_prefix,
        kind=kind,
        limit=limit,
        over_cost_idr=over_cost_idr,
    )
    return [from_row(Order, row) for row in rows]


def next_due_ms(tx: Tx, *, max_cost_idr: int = ANY_COST_IDR) -> int | None:
    """Return when the next placed order is due."""
    row = tx.one("next_order_due", max_cost_idr=max_cost_idr)
    return row["due_at_ms"] if row else None


def in_state(tx: Tx, state: State, *, changed_before_ms: int, limit: int) -> list[Order]:
    """Return orders that have been in an open `state` since before a time, longest first."""
    rows = tx.all("orders_in_state", state=state, changed_before_ms=changed_before_ms, limit=limit)
    return [from_row(Order, row) for row in rows]


def overdue(tx: Tx, *, changed_before_ms: int, limit: int) -> list[Order]:
    """Return pending orders of which no overdue notice was sent, longest first."""
    return [
        from_row(Order, r) for r in tx.all("orders_overdue", changed_before_ms=changed_before_ms, limit=limit)
    ]


def for_admins(tx: Tx, *, limit: int) -> list[Order]:
    """Return the orders that wait for an admin's decision, longest first."""
    return [from_row(Order, row) for row in tx.all("orders_for_admins", limit=limit)]


def history(tx: Tx, trxid: str) -> list[RecordedEvent]:
    """Return the events of an order, oldest first."""
    return [from_row(RecordedEvent, row) for row in tx.all("order_history", trxid=trxid)]


def of_line(tx: Tx, order: Order) -> list[str]:
    """Return the trxids of all orders for the line of this order: one, unless the unique index is damaged."""
    rows = tx.all("orders_by_line", chat_id=order.chat_id, message_id=order.message_id, line=order.line)
    return [row["trxid"] for row in rows]


def of_message(tx: Tx, chat_id: int, message_id: int) -> list[Order]:
    """Return the orders of one message, in the order of its lines."""
    return [
        from_row(Order, row) for row in tx.all("orders_of_message", chat_id=chat_id, message_id=message_id)
    ]


def caused_by(tx: Tx, chat_id: int, message_id: int) -> list[Order]:
    """Return the orders of one message, and those tapped in answers to it, oldest first."""
    rows = tx.all("orders_caused_by_message", chat_id=chat_id, message_id=message_id)
    return [from_row(Order, row) for row in rows]


def any_in_progress(tx: Tx, chat_id: int, message_id: int) -> bool:
    """Return whether any order of a message is placed, submitting or pending."""
    return tx.one("order_in_progress_of_message", chat_id=chat_id, message_id=message_id) is not None


def same_orders(tx: Tx, intent: Intent, *, user_id: int, since_ms: int) -> list[Order]:
    """Return the orders of a user's shop for one product and destination, oldest first.

    Failed and expired orders are left out, and so are succeeded ones that were placed before `since_ms`.
    """
    rows = tx.all(
        "same_orders",
        destination=intent.destination,
        product_code=intent.product_code,
        user_id=user_id,
        since_ms=since_ms,
    )
    return sorted(map(partial(from_row, Order), rows), key=attrgetter("placed_at_ms", "trxid"))


def newest_event(tx: Tx) -> int:
    """Return the id of the newest event of all orders; 0 if there is none.

    Only to a unit that runs alone are all with a lower id stored as well.
    """
    row = tx.one("newest_event")
    return row["event_id"] if row else 0


def first_event_since(tx: Tx, since_ms: int) -> int | None:
    """Return the id of the first event of the first order placed at or after a time; None without one."""
    row = tx.one("first_event_placed_since", since_ms=since_ms)
    return row["event_id"] if row else None


def events_from(tx: Tx, event_id: int, *, limit: int) -> list[tuple[int, RecordedEvent]]:
    """Return the events of all orders from `event_id` on with their ids, in order."""
    found: list[tuple[int, RecordedEvent]] = []
    for row in tx.all("events_from", event_id=event_id, limit=limit):
        values = columns_of(row)
        found.append((values.pop("event_id"), from_columns(RecordedEvent, values)))
    return found


def history_before(tx: Tx, trxid: str, event_id: int) -> list[RecordedEvent]:
    """Return the events of an order before `event_id`, oldest first."""
    rows = tx.all("events_before_event", trxid=trxid, event_id=event_id)
    return [from_row(RecordedEvent, row) for row in rows]


def changed_since(
    tx: Tx, event_id: int, *, until: int, max_events: int, max_orders: int
) -> tuple[list[str], int]:
    """Return the trxids of the next events after `event_id` to `until`, and the id of the last of those."""
    changed: dict[str, None] = {}
    for row in tx.all("events_since", event_id=event_id, limit=max_events):
        if row["event_id"] > until or (row["trxid"] not in changed and len(changed) == max_orders):
            break
        changed[row["trxid"]] = None
        event_id = row["event_id"]
    return list(changed), event_id


def before(tx: Tx, trxid: str, *, limit: int) -> list[str]:
    """Return the trxids lower than `trxid`, newest first."""
    return [row["trxid"] for row in tx.all("orders_below", trxid=trxid, limit=limit)]


def trxids_in_state(tx: Tx, state: State, *, changed_before_ms: int, limit: int) -> list[str]:
    """Return the same as `in_state`, but trxids only, so that a row that cannot be parsed does no harm."""
    rows = tx.all("orders_in_state", state=state, changed_before_ms=changed_before_ms, limit=limit)
    return [row["trxid"] for row in rows]


def trxids_for_admins(tx: Tx, *, limit: int) -> list[str]:
    """Return the same as `for_admins`, but trxids only, so that a row that cannot be parsed does no harm."""
    return [row["trxid"] for row in tx.all("orders_for_admins", limit=limit)]


def has_chat_ordered(tx: Tx, chat_id: int) -> bool:
    """Return whether any order was placed in a chat."""
    return tx.one("order_of_chat", chat_id=chat_id) is not None


def counts(tx: Tx) -> dict[str, int]:
    """Return the number of orders in each state that is not final."""
    return {row["state"]: row["count"] for row in tx.all("count_open_orders")}
