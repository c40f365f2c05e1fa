"""The state machine of an order: every transition, and the function that applies an event.

The rules:
- States only move forward: an event without a transition below changes no state, however late it comes.
- Only the biller or an admin makes an order fail; an unclear outcome makes it UNKNOWN.
- A repeated result changes nothing; the opposite result makes the order DISPUTED, and only an admin
  closes an order with both results.
"""

from enum import Enum, auto
from types import MappingProxyType
from typing import TypedDict, TypeVar, assert_never

from msgspec import Struct
from msgspec.structs import replace

from bot.orders import events
from bot.orders.model import ExpiryReason, FailureCause, Order, Outcome, State


class Trigger(Enum):
    """The kinds of events that can change an order's state."""

    CLAIMED = auto()
    NOT_SENT = auto()
    ACCEPTED = auto()
    SUCCESS = auto()
    FAILURE = auto()
    UNCLEAR = auto()
    EXPIRED = auto()
    RESOLVED_SUCCESS = auto()
    RESOLVED_FAILURE = auto()


_BY_BILLER = {Trigger.SUCCESS: State.SUCCEEDED, Trigger.FAILURE: State.FAILED}
_BY_ADMIN = {Trigger.RESOLVED_SUCCESS: State.SUCCEEDED, Trigger.RESOLVED_FAILURE: State.FAILED}

TRANSITIONS = MappingProxyType(
    {
        # A result for an order that was not (certainly) sent still counts, and prevents the post. So does an
        # unclear event, as after a restore: a post may have left that the backup does not contain.
        State.PLACED: {
            Trigger.CLAIMED: State.SUBMITTING,
            Trigger.EXPIRED: State.EXPIRED,
            Trigger.UNCLEAR: State.UNKNOWN,
            **_BY_BILLER,
        },
        State.SUBMITTING: {
            Trigger.NOT_SENT: State.PLACED,
            Trigger.ACCEPTED: State.PENDING,
            Trigger.UNCLEAR: State.UNKNOWN,
            **_BY_BILLER,
        },
        State.PENDING: {Trigger.UNCLEAR: State.UNKNOWN, **_BY_BILLER, **_BY_ADMIN},
        State.UNKNOWN: {**_BY_BILLER, **_BY_ADMIN},
        State.SUCCEEDED: {Trigger.FAILURE: State.DISPUTED},
        State.FAILED: {Trigger.SUCCESS: State.DISPUTED},
        State.EXPIRED: {Trigger.SUCCESS: State.DISPUTED},
        State.DISPUTED: {**_BY_ADMIN},
    }
)


class Decision(Struct, frozen=True, kw_only=True):
    """An order after an event, and the biller balance that came with it.

    `order` equals the order before if the event changed nothing; `balance_idr` is then None.
    """

    order: Order
    balance_idr: int | None = None


def decide(order: Order, event: events.OrderEvent, at_ms: int) -> Decision:
    """Apply `event`, which arrived at `at_ms`, to `order`."""
    trigger = _trigger_of(event)
    if _is_repeated(order, trigger) and not _brings_sn(order, event):
        return Decision(order=order)
    changes = _changes(order, event, at_ms)
    target = TRANSITIONS[order.state].get(trigger, order.state) if trigger else order.state
    if target is not order.state:
        after = replace(order, **(changes | {"state": target, "changed_at_ms": at_ms}))
    else:
        after = replace(order, **changes)
    if after == order:
        return Decision(order=order)
    return Decision(order=after, balance_idr=_balance_in(event))


def _trigger_of(event: events.OrderEvent) -> Trigger | None:
    match event:
        case events.Claimed():
            return Trigger.CLAIMED
        case events.NotSent():
            return Trigger.NOT_SENT
        case events.Accepted():
            return Trigger.ACCEPTED
        case events.Succeeded():
            return Trigger.SUCCESS
        case events.Refused() | events.Failed():
            return Trigger.FAILURE
        case events.Unclear() | events.Contradiction():
            return Trigger.UNCLEAR
        case events.Expired():
            return Trigger.EXPIRED
        case events.Overdue() | events.SnSupplied() | events.ClockSetBack():
            return None
        case events.Resolved(outcome=Outcome.SUCCESS):
            return Trigger.RESOLVED_SUCCESS
        case events.Resolved():
            return Trigger.RESOLVED_FAILURE
        case _:
            assert_never(event)


def _is_repeated(order: Order, trigger: Trigger | None) -> bool:
    return (trigger is Trigger.SUCCESS and order.success_reported) or (
        trigger is Trigger.FAILURE and order.failure_reported
    )


def _brings_sn(order: Order, event: events.OrderEvent) -> bool:
    """Return whether a repeated success has the SN that the first one lacked."""
    known = order.state is not State.SUCCEEDED or order.sn is not None
    return isinstance(event, events.Succeeded) and event.sn is not None and not known


class _Changes(TypedDict, total=False):
    """The fields of an Order that an event can set, besides the state."""

    requested_at_ms: int
    placed_at_ms: int
    changed_at_ms: int
    due_at_ms: int
    attempts: int
    overdue: bool
    success_reported: bool
    failure_reported: bool
    cost_idr: int | None
    biller_ref: str | None
    sn: str | None
    reason: str | None
    failure_cause: FailureCause | None
    unknown_reason: str | None
    expiry: ExpiryReason | None
    resolved_by: int | None


def _changes(order: Order, event: events.OrderEvent, at_ms: int) -> _Changes:  # noqa: PLR0912 - one flat table
    """Return the facts of `event`, whether or not it changes the state."""
    match event:
        case events.Claimed() if order.state is State.PLACED:
            return _Changes(attempts=order.attempts + 1)
        case events.NotSent() if order.state is State.SUBMITTING:
            return _Changes(due_at_ms=at_ms + retry_after_ms(order.attempts))
        case events.Accepted():
            return _Changes(
                cost_idr=_first_known(order.cost_idr, event.cost_idr),
                biller_ref=_first_known(order.biller_ref, event.biller_ref),
            )
        case events.Succeeded():
            return _Changes(
                success_reported=True,
                sn=_first_known(order.sn, event.sn),
                cost_idr=_first_known(event.cost_idr, order.cost_idr),
            )
        case events.Refused():
            return _Changes(
                failure_reported=True,
                reason=event.reason,
                failure_cause=event.failure_cause,
                biller_ref=_first_known(order.biller_ref, event.biller_ref),
            )
        case events.Failed():
            return _Changes(failure_reported=True, reason=event.reason, failure_cause=event.failure_cause)
        case events.Unclear() | events.Contradiction() if Trigger.UNCLEAR in TRANSITIONS[order.state]:
            return _Changes(unknown_reason=event.why)
        case events.Expired() if order.state is State.PLACED:
            return _Changes(expiry=event.reason)
        case events.Overdue() if order.state is State.PENDING:
            return _Changes(overdue=True)
        case events.SnSupplied() if order.state is State.SUCCEEDED:
            return _Changes(sn=event.sn)
        case events.Resolved() if order.state in (State.PENDING, State.UNKNOWN, State.DISPUTED):
            return _Changes(resolved_by=event.admin_id, sn=_first_known(event.sn, order.sn))
        case events.ClockSetBack() if order.state in (State.PLACED, State.SUBMITTING, State.PENDING):
            return _moved_back(order, event.by_ms)
        case _:
            return _Changes()


def _moved_back(order: Order, by_ms: int) -> _Changes:
    """Return the times of an order by a clock that was set back.

    `requested_at_ms` is Telegram's date and stays, unless it would be later than the order itself.
    """
    placed_at_ms = order.placed_at_ms - by_ms
    return _Changes(
        requested_at_ms=min(order.requested_at_ms, placed_at_ms),
        placed_at_ms=placed_at_ms,
        changed_at_ms=order.changed_at_ms - by_ms,
        due_at_ms=order.due_at_ms - by_ms,
    )


LONGEST_RETRY_MS = 8000


def retry_after_ms(attempts: int) -> int:
    """Return the pause after attempt number `attempts` that sent nothing: 1, 2, 4, then 8 seconds."""
    return min(LONGEST_RETRY_MS, 1000 << min(attempts - 1, 3))


T = TypeVar("T")


def _first_known(first: T | None, second: T | None) -> T | None:
    return first if first is not None else second


def _balance_in(event: events.OrderEvent) -> int | None:
    match event:
        case events.Accepted() | events.Succeeded() | events.Failed():
            return event.balance_idr
        case _:
            return None
