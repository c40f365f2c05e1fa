"""An order's life: every state, every move, and the one function that decides what news makes of it.

The rules:
- Evidence only moves forward: news that has no row below changes no state, however late it comes.
- Only the biller's own word or an admin's makes a failure; what is unclear becomes UNKNOWN.
- The same result heard twice changes nothing; the opposite result makes the order DISPUTED, and
  once both have been heard only an admin closes it.
"""

from enum import Enum, auto
from types import MappingProxyType
from typing import TypedDict, TypeVar, assert_never

from msgspec import Struct
from msgspec.structs import replace

from bot.orders import events
from bot.orders.model import ExpiryReason, FailureCause, Order, Outcome, State


class Trigger(Enum):
    """The kinds of news that can move an order."""

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
        # A result for an order that was never (surely) sent is still the biller's word, and stops the post.
        # Doubt stops it too, as after a restore: a post may have left that the backup does not know.
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


def decide(order: Order, news: events.OrderEvent, at_ms: int) -> Decision:
    """Decide what `news`, heard at `at_ms`, makes of `order`."""
    trigger = _trigger_of(news)
    if _is_repeated(order, trigger) and not _brings_sn(order, news):
        return Decision(order=order)
    learnt = _learn(order, news, at_ms)
    target = TRANSITIONS[order.state].get(trigger, order.state) if trigger else order.state
    if target is not order.state:
        after = replace(order, **learnt, state=target, changed_at_ms=at_ms)
    else:
        after = replace(order, **learnt)
    if after == order:
        return Decision(order=order)
    return Decision(order=after, balance_idr=_balance_in(news))


def _trigger_of(news: events.OrderEvent) -> Trigger | None:
    match news:
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
        case events.Overdue() | events.SnSupplied():
            return None
        case events.Resolved(outcome=Outcome.SUCCESS):
            return Trigger.RESOLVED_SUCCESS
        case events.Resolved():
            return Trigger.RESOLVED_FAILURE
        case _:
            assert_never(news)


def _is_repeated(order: Order, trigger: Trigger | None) -> bool:
    return (trigger is Trigger.SUCCESS and order.success_reported) or (
        trigger is Trigger.FAILURE and order.failure_reported
    )


def _brings_sn(order: Order, news: events.OrderEvent) -> bool:
    """Tell a repeated success that has the SN which the first one lacked."""
    known = order.state is not State.SUCCEEDED or order.sn is not None
    return isinstance(news, events.Succeeded) and news.sn is not None and not known


class _Learnt(TypedDict, total=False):
    """The fields of an Order that news can tell, but for the state itself."""

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


def _learn(order: Order, news: events.OrderEvent, at_ms: int) -> _Learnt:
    """Give the facts that come with `news`, whether or not it moves the state."""
    match news:
        case events.Claimed() if order.state is State.PLACED:
            return _Learnt(attempts=order.attempts + 1)
        case events.NotSent() if order.state is State.SUBMITTING:
            return _Learnt(due_at_ms=at_ms + retry_after_ms(order.attempts))
        case events.Accepted():
            return _Learnt(
                cost_idr=_first_known(order.cost_idr, news.cost_idr),
                biller_ref=_first_known(order.biller_ref, news.biller_ref),
            )
        case events.Succeeded():
            return _Learnt(
                success_reported=True,
                sn=_first_known(order.sn, news.sn),
                cost_idr=_first_known(news.cost_idr, order.cost_idr),
            )
        case events.Refused():
            return _Learnt(
                failure_reported=True,
                reason=news.reason,
                failure_cause=news.failure_cause,
                biller_ref=_first_known(order.biller_ref, news.biller_ref),
            )
        case events.Failed():
            return _Learnt(failure_reported=True, reason=news.reason, failure_cause=news.failure_cause)
        case events.Unclear() | events.Contradiction() if Trigger.UNCLEAR in TRANSITIONS[order.state]:
            return _Learnt(unknown_reason=news.why)
        case events.Expired() if order.state is State.PLACED:
            return _Learnt(expiry=news.reason)
        case events.Overdue() if order.state is State.PENDING:
            return _Learnt(overdue=True)
        case events.SnSupplied() if order.state is State.SUCCEEDED:
            return _Learnt(sn=news.sn)
        case events.Resolved() if order.state in (State.PENDING, State.UNKNOWN, State.DISPUTED):
            return _Learnt(resolved_by=news.admin_id, sn=_first_known(news.sn, order.sn))
        case _:
            return _Learnt()


def retry_after_ms(attempts: int) -> int:
    """Give the pause after the `attempts`-th try that surely sent nothing: 1, 2, 4, then 8 seconds."""
    return 1000 << min(attempts - 1, 3)


T = TypeVar("T")


def _first_known(first: T | None, second: T | None) -> T | None:
    return first if first is not None else second


def _balance_in(news: events.OrderEvent) -> int | None:
    match news:
        case events.Accepted() | events.Succeeded() | events.Failed():
            return news.balance_idr
        case _:
            return None
