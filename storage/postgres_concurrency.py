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

FOLLOWED_AT_ONCE = 64
"""A claim or a scan waits for so many units at most: the first of a crowd are not told behind the last."""

CROWD = 16
"""While more new orders wait, one transaction at a time places them if there is anything else to be done."""

MAX_OVERTAKEN = 8
"""So many transactions go before a unit that runs alone: no crowd of requests delays results, nor they it."""

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

    It sees all that was given before it if it is `in_order`, or the first FOLLOWED_AT_ONCE that wait with
    keys of the kinds that it `follows`.
    """

    unit: Unit[Any]
    keys: Keys
    done: "asyncio.Future[Any]"
    follows: Collection[str] = ()
    in_order: bool = False
    due_at_s: float = 0.0
    followed: "frozenset[Waiting]" = frozenset()
    """The units that it waits for because it follows them; the queue notes them."""
    is_new_order: bool = False
    """Whether it places an order; the queue notes it."""
    overtaken: int = 0
    """How many transactions went before it that were given later."""

    def is_of(self, kinds: Collection[str]) -> bool:
        """Return whether it has a key of these kinds, or may do anything since it runs alone."""
        return self.keys is None or any(_kind_of(key) in kinds for key in self.keys)


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
        self._units: set[Waiting] = set()
        self._keys: set[str] = set()
        self._is_alone = self._is_barred = False

    def add(self, waiting: Waiting, *, is_running: bool = False) -> None:
        self._units.add(waiting)
        if waiting.keys is None:
            self._is_alone = True
            self._is_barred |= is_running or waiting.overtaken >= MAX_OVERTAKEN
        else:
            self._keys |= waiting.keys

    def stops(self, later: Waiting) -> bool:
        """Return whether a unit that was given later must not begin before one of these is stored."""
        if later.keys == LEASE_ONLY:
            return False
        if later.keys is None or later.in_order:
            return bool(self._units)
        # Who types sees what they typed before: a new order overtakes nothing.
        return (
            (self._is_alone if later.is_new_order else self._is_barred)
            or not self._keys.isdisjoint(later.keys)
            or not later.followed.isdisjoint(self._units)
        )


class UnitQueue:
    """The units that wait or run, in the order in which they were given.

    Units that may not run at the same time do so in this order, or share a transaction; but those with keys
    go before some that wait to run alone. Of those that may, new orders come last: what was bought is told
    before more is, however large the crowd.
    """

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []
        self._new_orders = 0
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
        new.is_new_order = new.keys is not None and new.is_of((SHOP,))
        self._new_orders += new.is_new_order
        self._waiting.insert(self._follow(new) if new.follows else len(self._waiting), new)
        self.last_given = new

    def _follow(self, new: Waiting) -> int:
        """Note what a unit waits for that follows others; return behind how many that wait it comes."""
        places = [place for place, waiting in enumerate(self._waiting) if waiting.is_of(new.follows)]
        running = (each for group in self._running for each in group.units if each.is_of(new.follows))
        first = places[:FOLLOWED_AT_ONCE]
        new.followed = frozenset((*running, *(self._waiting[place] for place in first)))
        return len(self._waiting) if len(first) == len(places) else first[-1] + 1

    def is_crowded(self, kinds: Collection[str]) -> bool:
        """Return whether a unit that follows these kinds would not wait for all that wait with such keys."""
        return sum(waiting.is_of(kinds) for waiting in self._waiting) > FOLLOWED_AT_ONCE

    def hurry(self) -> None:
        """Let no unit wait for others to share its commit."""
        for waiting in self._waiting:
            waiting.due_at_s = 0.0

    def next_due_s(self) -> float | None:
        """Return when the next unit that is in no hurry has waited long enough."""
        return min((waiting.due_at_s for waiting in self._waiting if waiting.due_at_s), default=None)

    def begin(self, now_s: float) -> Group | None:
        """Return the next units that may run now, as one transaction; None if all must wait."""
        first = self._first(now_s)
        if first is None:
            return None
        self._note_overtaken(first)
        ahead, passed, joined = self._held_by_running(), [], _Held()
        group = Group([])
        for waiting in self._waiting:
            if waiting is first or (not ahead.stops(waiting) and _belongs(waiting, group, joined)):
                group.units.append(waiting)
                joined.add(waiting, is_running=True)
            else:
                ahead.add(waiting)
                passed.append(waiting)
        self._waiting = passed if group.keys == LEASE_ONLY else self._shared(passed, group)
        self._new_orders -= sum(waiting.is_new_order for waiting in group.units)
        self._running.append(group)
        return group

    def _note_overtaken(self, first: Waiting) -> None:
        """Count it for the next unit that runs alone, not for those behind it, if another goes before it."""
        for waiting in self._waiting:
            if waiting is first:
                return
            if waiting.keys is None:
                waiting.overtaken += 1
                return

    def _first(self, now_s: float) -> Waiting | None:
        """Return the unit that begins next, of those that need not wait; None if all must."""
        ahead, other = self._held_by_running(), None
        for waiting in self._waiting:
            if waiting.due_at_s <= now_s and not ahead.stops(waiting):
                if waiting.keys is not None and not waiting.is_new_order:
                    return waiting
                other = other or waiting
            ahead.add(waiting)
        return None if other and other.is_new_order and not self._may_place() else other

    def _may_place(self) -> bool:
        """Return whether another transaction may place new orders."""
        placing = sum(group.units[0].is_new_order for group in self._running)
        is_all = placing == len(self._running) and self._new_orders == len(self._waiting)
        return not placing or is_all or self._new_orders <= CROWD

    def _held_by_running(self) -> _Held:
        held = _Held()
        for running in self._running:
            for waiting in running.units:
                held.add(waiting, is_running=True)
        return held

    def _shared(self, passed: list[Waiting], group: Group) -> list[Waiting]:
        """Let what is in no hurry share a transaction, unless what it waits for does not; return the rest."""
        held, rest = self._held_by_running(), []
        for waiting in passed:
            if waiting.due_at_s and len(group.units) < MAX_SHARED and not held.stops(waiting):
                group.units.append(waiting)
            else:
                held.add(waiting)
                rest.append(waiting)
        return rest

    def end(self, group: Group) -> None:
        """Let others run that have waited for these units."""
        self._running.remove(group)


def _belongs(waiting: Waiting, group: Group, joined: _Held) -> bool:
    """Return whether a unit may share a transaction that it would have to wait for."""
    return 0 < len(group.units) < MAX_SHARED and joined.stops(waiting)
