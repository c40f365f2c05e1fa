"""Finds duplicate orders: a reseller who waits sends an order twice, and the customer pays once."""

from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from bot.grammar.period import day_of, midnight_ms
from bot.orders.model import Intent, Order
from storage import orders
from storage.transaction import Tx

JUST_NOW_MS = 600_000
"""Across midnight an order is still a duplicate for ten minutes, as long as it may wait for its turn."""

MAX_ORDINAL = 99


class Duplicate(Struct, frozen=True, kw_only=True):
    """`earlier` is the repeated order; `again` is the next purchase, None if there can be none today."""

    earlier: Order
    again: Intent | None


def earlier_orders(tx: Tx, zone: tzinfo, intent: Intent, *, user_id: int, now_ms: int) -> list[Order]:
    """Return the user's orders of the same today, by the shop's time zone, that did not fail or expire."""
    return orders.same_orders(tx, intent, user_id=user_id, since_ms=counts_since_ms(zone, now_ms))


def counts_since_ms(zone: tzinfo, now_ms: int) -> int:
    """Return since when orders that are done count as earlier ones; open ones always do."""
    return min(midnight_ms(day_of(now_ms, zone), zone), now_ms - JUST_NOW_MS)


def find_duplicate(intent: Intent, same: list[Order]) -> Duplicate | None:
    """Return the order among `same` that `intent` would repeat; None if it is a new purchase.

    An intent without an ordinal repeats any of them, one with an ordinal only the order with that ordinal.
    """
    earlier = [order for order in same if intent.ordinal in (1, order.ordinal)]
    if not earlier:
        return None
    next_ordinal = _last_ordinal(same) + 1
    again = replace(intent, ordinal=next_ordinal) if next_ordinal <= MAX_ORDINAL else None
    return Duplicate(earlier=earlier[-1], again=again)


def skipped_ordinal(intent: Intent, same: list[Order]) -> Intent | None:
    """Return the next purchase if the ordinal of `intent` is beyond it; None if it is not.

    The ordinal 2 is accepted even for the first purchase of a day, because it is typed on purpose.
    """
    last = _last_ordinal(same)
    if intent.ordinal <= max(last, 1) + 1:
        return None
    return replace(intent, ordinal=last + 1)


def _last_ordinal(same: list[Order]) -> int:
    return max((order.ordinal for order in same), default=0)
