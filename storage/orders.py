"""Orders and their events: the row is what the events add up to."""

from functools import partial
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import asdict

from bot.orders.events import OrderEvent
from bot.orders.model import Intent, Order, State
from storage.codec import Codec, dump, from_row, kind_of
from storage.transaction import Tx

_EVENTS = Codec(OrderEvent)

PLACED = "Placed"
"""The kind of an order's first event; its facts are the order itself."""


class RecordedEvent(Struct, frozen=True, kw_only=True):
    """One line of an order's history; `news` is None for the first."""

    trxid: str
    at_ms: int
    actor: str
    kind: str
    facts: str
    evidence: str | None
    state_after: State

    @property
    def news(self) -> OrderEvent | None:
        """Give what was heard then."""
        if self.kind == PLACED:
            return None
        news: OrderEvent = _EVENTS.load(self.kind, self.facts)
        return news


def insert(tx: Tx, order: Order, *, actor: str, evidence: str) -> bool:
    """Store a new order with its first event; False if its trxid or its line of a message is taken."""
    if not tx.run("insert_order", **asdict(order)):
        return False
    facts = dump(order)
    _append(tx, order, at_ms=order.placed_at_ms, actor=actor, kind=PLACED, facts=facts, evidence=evidence)
    return True


def update(
    tx: Tx, before: Order, after: Order, news: OrderEvent, *, at_ms: int, actor: str, evidence: str
) -> bool:
    """Move the row from `before` to `after` with its event; False if somebody else moved it first."""
    if not tx.run("advance_order", **asdict(after), state_before=before.state):
        return False
    _append(tx, after, at_ms=at_ms, actor=actor, kind=kind_of(news), facts=dump(news), evidence=evidence)
    return True


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
    """Look an order up by its trxid."""
    row = tx.one("order_by_trxid", trxid=trxid)
    return from_row(Order, row) if row else None


def line_is_taken(tx: Tx, chat_id: int, message_id: int, line: int) -> bool:
    """Tell whether this line of this message has made its order already."""
    return tx.one("orders_by_line", chat_id=chat_id, message_id=message_id, line=line) is not None


def due(tx: Tx, *, now_ms: int, limit: int) -> list[Order]:
    """Give placed orders whose time has come, oldest first."""
    return [from_row(Order, row) for row in tx.all("orders_due", now_ms=now_ms, limit=limit)]


def due_by_turns(tx: Tx, *, now_ms: int, limit: int) -> list[Order]:
    """Give placed orders whose time has come, everybody's first one first."""
    return [from_row(Order, row) for row in tx.all("orders_due_in_turns", now_ms=now_ms, limit=limit)]


def due_while_held(
    tx: Tx, *, now_ms: int, requested_before_ms: int, placed_before_ms: int, told: str, kind: str, limit: int
) -> list[Order]:
    """Give the placed orders that are too old, or whose subject `told` + trxid has no letter of `kind`."""
    rows = tx.all(
        "orders_due_while_held",
        now_ms=now_ms,
        requested_before_ms=requested_before_ms,
        placed_before_ms=placed_before_ms,
        told=told,
        kind=kind,
        limit=limit,
    )
    return [from_row(Order, row) for row in rows]


def next_due_ms(tx: Tx) -> int | None:
    """Give when the next placed order may be tried."""
    row = tx.one("next_order_due")
    return row["due_at_ms"] if row else None


def in_state(tx: Tx, state: State, *, changed_before_ms: int, limit: int) -> list[Order]:
    """Give the orders that have stood in `state` since before a time, oldest first."""
    rows = tx.all("orders_in_state", state=state, changed_before_ms=changed_before_ms, limit=limit)
    return [from_row(Order, row) for row in rows]


def overdue(tx: Tx, *, changed_before_ms: int, limit: int) -> list[Order]:
    """Give pending orders that nobody has been told are late."""
    return [
        from_row(Order, r) for r in tx.all("orders_overdue", changed_before_ms=changed_before_ms, limit=limit)
    ]


def for_admins(tx: Tx, *, limit: int) -> list[Order]:
    """Give the orders that wait for an admin's word, oldest first."""
    return [from_row(Order, row) for row in tx.all("orders_for_admins", limit=limit)]


def history(tx: Tx, trxid: str) -> list[RecordedEvent]:
    """Give all that was heard of an order, in order."""
    return [from_row(RecordedEvent, row) for row in tx.all("order_history", trxid=trxid)]


def of_line(tx: Tx, order: Order) -> list[str]:
    """Give the trxids of all orders of the same line of the same message: one, unless the key is broken."""
    rows = tx.all("orders_by_line", chat_id=order.chat_id, message_id=order.message_id, line=order.line)
    return [row["trxid"] for row in rows]


def of_message(tx: Tx, chat_id: int, message_id: int) -> list[Order]:
    """Give all orders that one message made, line by line."""
    return [
        from_row(Order, row) for row in tx.all("orders_of_message", chat_id=chat_id, message_id=message_id)
    ]


def any_in_progress(tx: Tx, chat_id: int, message_id: int) -> bool:
    """Tell whether any order of a message is still on its way."""
    return tx.one("order_in_progress_of_message", chat_id=chat_id, message_id=message_id) is not None


def same_orders(tx: Tx, intent: Intent, *, user_id: int, since_ms: int) -> list[Order]:
    """Give somebody's orders for one product and destination that did not come to nothing, oldest first.

    Those that are settled only since a time.
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
    """Give the number of the latest event of all; 0 if there is none."""
    row = tx.one("newest_event")
    return row["event_id"] if row else 0


def changed_since(tx: Tx, event_id: int, *, max_events: int, max_orders: int) -> tuple[list[str], int]:
    """Give the orders of the next events after one, and the last of these events."""
    changed: dict[str, None] = {}
    for row in tx.all("events_since", event_id=event_id, limit=max_events):
        if row["trxid"] not in changed and len(changed) == max_orders:
            break
        changed[row["trxid"]] = None
        event_id = row["event_id"]
    return list(changed), event_id


def before(tx: Tx, trxid: str, *, limit: int) -> list[str]:
    """Give the trxids below one, the newest first."""
    return [row["trxid"] for row in tx.all("orders_below", trxid=trxid, limit=limit)]


def trxids_in_state(tx: Tx, state: State, *, changed_before_ms: int, limit: int) -> list[str]:
    """Give which orders have stood in `state` since before a time, whatever else their rows say."""
    rows = tx.all("orders_in_state", state=state, changed_before_ms=changed_before_ms, limit=limit)
    return [row["trxid"] for row in rows]


def trxids_for_admins(tx: Tx, *, limit: int) -> list[str]:
    """Give which orders wait for an admin's word, whatever else their rows say."""
    return [row["trxid"] for row in tx.all("orders_for_admins", limit=limit)]


def counts(tx: Tx) -> dict[str, int]:
    """Give how many orders stand in each state that is not an end."""
    return {row["state"]: row["count"] for row in tx.all("count_open_orders")}
