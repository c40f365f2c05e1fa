"""The same order again: held back, since a reseller who waits sends it twice, and a customer pays once."""

from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from bot.grammar.period import day_of, midnight_ms
from bot.orders.model import Intent, Order
from storage import orders
from storage.transaction import Tx

JUST_NOW_MS = 600_000
"""A repeat over midnight is still a repeat; ten minutes is as long as an order may wait for its turn."""

MAX_ORDINAL = 99


class Duplicate(Struct, frozen=True, kw_only=True):
    """What was asked stands in `earlier`; `again` is one more of it, None if there can be no more today."""

    earlier: Order
    again: Intent | None


def earlier_orders(tx: Tx, zone: tzinfo, intent: Intent, *, user_id: int, now_ms: int) -> list[Order]:
    """Give what somebody bought already of the same, by the shop's day, as far as it came to something."""
    since_ms = min(midnight_ms(day_of(now_ms, zone), zone), now_ms - JUST_NOW_MS)
    return orders.same_orders(tx, intent, user_id=user_id, since_ms=since_ms)


def find_duplicate(intent: Intent, same: list[Order]) -> Duplicate | None:
    """Give the purchase among the `same` that `intent` would repeat; None if it is a new one.

    An order without an ordinal repeats whatever was bought, one with an ordinal only that same one.
    """
    earlier = [order for order in same if intent.ordinal in (1, order.ordinal)]
    if not earlier:
        return None
    next_ordinal = _last_ordinal(same) + 1
    again = replace(intent, ordinal=next_ordinal) if next_ordinal <= MAX_ORDINAL else None
    return Duplicate(earlier=earlier[-1], again=again)


def skipped_ordinal(intent: Intent, same: list[Order]) -> Intent | None:
    """Give the purchase whose turn it is where `intent` counts further than that; None if it does not.

    A second is asked for on purpose, even as the first of a day; nobody begins with the twentieth.
    """
    last = _last_ordinal(same)
    if intent.ordinal <= max(last, 1) + 1:
        return None
    return replace(intent, ordinal=last + 1)


def _last_ordinal(same: list[Order]) -> int:
    return max((order.ordinal for order in same), default=0)
