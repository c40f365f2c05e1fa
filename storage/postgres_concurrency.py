"""Which units of work may run at the same time on PostgreSQL, and which of them share a transaction.

A unit with keys runs beside all that have none of these keys. What it may do there is listed by the kind of
key: a statement that is not in the list, and every failure, makes it run again, alone. So a look before a
write that nobody has thought about is safe, and costs time only.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from storage.database import CLAIMS, LEASE, MESSAGES, RESULTS, SCANS, SHOP
from storage.transaction import Unit

if TYPE_CHECKING:
    import asyncio

Keys = frozenset[str] | None
"""The keys of a unit; None if it runs alone."""

MAX_SHARED = 16
"""The units that share a transaction at most: others wait for the locks of a transaction until its end."""

_MONEY = {"move_running_balances", "insert_entry", "insert_legs"}
"""The statement that moves an account looks at its floor and locks its row. A transaction moves the accounts
of one shop, or of several with the key of results; so no two wait for each other."""

_NOTICES = {"enqueue_message", "enqueue_next_message", "register_button"}
"""Only added. Whether a chat moved or is unreachable is changed by units that run alone. Which others of the
chat wait may be of a moment before: it decides only whether a scan is needed."""

_ORDERS = {"order_by_trxid", "advance_order", "append_order_event"}
"""An order moves only from the state that was read, or else is read again; who moves it locks its row."""

_STABLE = {
    *("buyer_by_id", "person_by_id", "owner_of_shop", "account_of", "account_of_buyer", "chat_by_id"),
    *("last_restore", "catalogue_edition", "all_products", "all_level_prices", "all_levels"),
    *("sale_below_cost", "all_last_costs", "last_limited_move", "batch_of_message"),
}
"""Read only. It is changed by units that run alone, or it is a row of the own shop, order or message."""

BESIDE: dict[str, frozenset[str]] = {
    # The duplicate rule, the credit and the daily limit all look at one shop, whose key is held. Costs and
    # the health of products may be those of a moment before; the probe of a product is taken alone.
    SHOP: frozenset(
        {
            *_MONEY,
            *_NOTICES,
            *_STABLE,
            *("mark_message_seen", "same_orders", "sum_spent_since", "insert_order", "append_order_event"),
            # It looks at what waits, which may be of a moment before, and at the lease, as below.
            *("insert_claimed_order", "append_first_events"),
            *("orders_by_line", "insert_batch", "last_cost", "closed_product_health", "product_health"),
        }
    ),
    # All results exclude each other, and with them whatever they compare: the balance at the biller, the
    # version and the hold of a batch, the health of products, the chats that wait for a deposit. Alarms are
    # raised alone.
    RESULTS: frozenset(
        {
            *_MONEY,
            *_NOTICES,
            *_ORDERS,
            *_STABLE,
            *("reported_order", "advance_answered_order", "count_entries_of_order", "report_balance"),
            *(
                "move_float",
                "last_cost",
                "learn_cost",
                "revoke_sales_below_cost",
                "product_health",
                "closed_product_health",
            ),
            *("save_product_health", "forget_product_health", "bump_batch_version", "hold_batch"),
            *("order_in_progress_of_message", "waiting_message_about", "cards_about", "hold_of_subject"),
            *("release_held_messages", "deposit_waits", "await_deposit", "end_deposit_wait"),
        }
    ),
    # Only the leader claims, one claim at a time. What expires instead is told, which is done alone.
    CLAIMS: frozenset({*_ORDERS, "orders_due", "orders_due_in_turns", "orders_still_placed"}),
    # Only the leader sends, to a chat one message at a time: these are the rows of messages that it sent. The
    # summary of a batch is stored with the key of results as well, since it compares versions.
    MESSAGES: frozenset(
        {
            *("mark_message_sent", "mark_messages_sent", "drop_message", "postpone_message"),
            *("waiting_messages_of_chat", "drop_superseded_acknowledgements"),
        }
    ),
    # A scan reads, and skips the chats that are being sent to. It may do so on a moment that has just passed.
    SCANS: frozenset(
        {"all_waiting_messages", "waiting_chat_queues", "waiting_messages_of_chat", "next_held_message"}
    ),
    LEASE: frozenset({"renew_lease"}),
}
"""The statements that a unit may run beside others, by the kind of its key."""

_ALWAYS = frozenset({"valid_lease"})
"""A take-over runs alone, so that a lease is either valid for the whole of a unit or for none of it."""


LEASE_ONLY = frozenset({LEASE})
"""The keys of what waits for no other unit: a busy leader must not lose its lease. The statement that renews
it compares the row with what was read, and so does a take-over."""


def allowed(keys: Keys) -> frozenset[str] | None:
    """Return the statements that a unit with these keys may run beside others; None if it runs alone."""
    if keys is None:
        return None
    return _ALWAYS.union(*(BESIDE.get(_kind_of(key), frozenset()) for key in keys))


def _kind_of(key: str) -> str:
    return key.partition(":")[0]


class Waiting(Struct, eq=False, kw_only=True):
    """A unit that was given and is not stored yet.

    It sees all that was given before it if it is `in_order`, or what has keys of the kinds that it `follows`.
    """

    unit: Unit[Any]
    keys: Keys
    done: "asyncio.Future[Any]"
    follows: Collection[str] = ()
    in_order: bool = False
    due_at_s: float = 0.0


class Group(Struct, eq=False):
    """Units that share a transaction, in the order in which they were given."""

    units: list[Waiting]

    @property
    def keys(self) -> Keys:
        """All their keys; None if one of them runs alone."""
        found: set[str] = set()
        for waiting in self.units:
            if waiting.keys is None:
                return None
            found |= waiting.keys
        return frozenset(found)


class _Held:
    """What units that run or wait have, and others must wait for."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._kinds: set[str] = set()
        self._is_empty = True
        self.is_alone = False

    def add(self, waiting: Waiting) -> None:
        self._is_empty = False
        if waiting.keys is None:
            self.is_alone = True
        else:
            self._keys |= waiting.keys
            self._kinds.update(map(_kind_of, waiting.keys))

    def stops(self, later: Waiting) -> bool:
        """Return whether a unit that was given later must not begin before one of these is stored."""
        if later.keys == LEASE_ONLY:
            return False
        if later.keys is None or later.in_order:
            return not self._is_empty
        return (
            self.is_alone
            or not self._keys.isdisjoint(later.keys)
            or not self._kinds.isdisjoint(later.follows)
        )


class UnitQueue:
    """The units that wait or run, in the order in which they were given.

    Units that may not run at the same time do so in this order, or share a transaction.
    """

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []
        self._running: list[Group] = []
        self.last_given: Waiting | None = None

    def __len__(self) -> int:
        return len(self._waiting) + len(self._running)

    @property
    def running_count(self) -> int:
        return len(self._running)

    def add(self, new: Waiting) -> None:
        """Add a unit; those in no hurry share its commit, or are not waited for by one that runs alone."""
        if new.keys is None or new.in_order:
            self.hurry()
        self._waiting.append(new)
        self.last_given = new

    def hurry(self) -> None:
        """Let no unit wait for others to share its commit."""
        for waiting in self._waiting:
            waiting.due_at_s = 0.0

    def next_due_s(self) -> float | None:
        """Return when the next unit that is in no hurry has waited long enough."""
        return min((waiting.due_at_s for waiting in self._waiting if waiting.due_at_s), default=None)

    def begin(self, now_s: float) -> Group | None:
        """Return the next units that may run now, as one transaction; None if all must wait."""
        ahead, passed, joined = _Held(), [], _Held()
        for running in self._running:
            for waiting in running.units:
                ahead.add(waiting)
        group: Group | None = None
        for waiting in self._waiting:
            if ahead.stops(waiting) or not self._has_room(waiting, group, joined, now_s):
                ahead.add(waiting)
                passed.append(waiting)
                continue
            group = group or Group([])
            group.units.append(waiting)
            joined.add(waiting)
        if group:
            self._waiting = passed if group.keys == LEASE_ONLY else self._shared(passed, group)
            self._running.append(group)
        return group

    def _shared(self, passed: list[Waiting], group: Group) -> list[Waiting]:
        """Let what is in no hurry share a transaction, unless what it waits for does not; return the rest."""
        held, rest = _Held(), []
        for running in self._running:
            for waiting in running.units:
                held.add(waiting)
        for waiting in passed:
            if waiting.due_at_s and len(group.units) < MAX_SHARED and not held.stops(waiting):
                group.units.append(waiting)
            else:
                held.add(waiting)
                rest.append(waiting)
        return rest

    def _has_room(self, waiting: Waiting, group: Group | None, joined: _Held, now_s: float) -> bool:
        """Return whether a unit may begin the transaction, or belongs into it since it has to wait for it."""
        if group is None:
            return waiting.due_at_s <= now_s
        return len(group.units) < MAX_SHARED and joined.stops(waiting)

    def end(self, group: Group) -> None:
        """Let others run that have waited for these units."""
        self._running.remove(group)
