"""Chooses the notices of an order's event, to its chat and to the admins; pure functions."""

from typing import TypedDict, assert_never

from msgspec import Struct

from bot.notices import orders as notices
from bot.notices.serial_numbers import SnForwarded, SnUnread
from bot.orders import events
from bot.orders.model import ExpiryReason, FailureCause, Order, Outcome, State, UnknownCause

AdminNotice = notices.OrderNotice | SnUnread | SnForwarded


class OrderNotices(Struct, frozen=True, kw_only=True):
    """The notices of an event; none if it changed nothing."""

    to_chat: tuple[notices.OrderNotice, ...] = ()
    to_admins: tuple[AdminNotice, ...] = ()


def notices_for(before: Order, after: Order, event: events.OrderEvent, at_ms: int) -> OrderNotices:
    """Return the notices of an event that turned the order `before` into `after`."""
    if after == before:
        return OrderNotices()
    to_chat, to_admins = _notices(before, after, event, at_ms)
    return OrderNotices(to_chat=to_chat, to_admins=to_admins)


def _notices(
    before: Order, after: Order, event: events.OrderEvent, at_ms: int
) -> tuple[tuple[notices.OrderNotice, ...], tuple[AdminNotice, ...]]:
    facts, raw = facts_of(after, at_ms), raw_words_of(event)
    if after.overdue and not before.overdue:
        return (notices.OrderOverdue(**facts),), (order_card(after, at_ms),)
    if after.state is before.state:
        return _late_sn(before, after, event, at_ms)
    match after.state:
        case State.SUCCEEDED:
            return _success(before, after, event, at_ms)
        case State.FAILED:
            result = notices.OrderFailed(
                **facts, reason=after.reason or "", failure_cause=after.failure_cause or FailureCause.OTHER
            )
            return (result,), _card_closed(before, after, event, at_ms) + _alert(after, event, at_ms)
        case State.UNKNOWN:
            return (notices.OrderUnknown(**facts, cause=_cause_of(event)),), (
                order_card(after, at_ms, raw=raw),
            )
        case State.DISPUTED:
            now = Outcome.SUCCESS if isinstance(event, events.Succeeded) else Outcome.FAILURE
            return (notices.OrderDisputed(**facts, now=now),), (order_card(after, at_ms, raw=raw),)
        case State.EXPIRED:
            reason = after.expiry or ExpiryReason.TOO_OLD
            return (notices.OrderExpired(**facts, reason=reason),), ()
        case State.PLACED | State.SUBMITTING | State.PENDING:
            return (), ()
        case _:
            assert_never(after.state)


def _success(
    before: Order, after: Order, event: events.OrderEvent, at_ms: int
) -> tuple[tuple[notices.OrderNotice, ...], tuple[AdminNotice, ...]]:
    """Return the notices of a success; if its SN was not read reliably, the admins are asked for it."""
    to_admins: tuple[AdminNotice, ...] = _card_closed(before, after, event, at_ms)
    is_unread = isinstance(event, events.Succeeded) and event.doubtful_sn is not None and after.sn is None
    if isinstance(event, events.Succeeded) and is_unread:
        candidate = event.doubtful_sn or ""
        to_admins = (*to_admins, SnUnread(**facts_of(after, at_ms), candidate=candidate, raw=event.raw))
    result = notices.OrderSucceeded(**facts_of(after, at_ms), sn=after.sn, is_sn_unread=is_unread)
    return (result,), to_admins


def _late_sn(
    before: Order, after: Order, event: events.OrderEvent, at_ms: int
) -> tuple[tuple[notices.OrderNotice, ...], tuple[AdminNotice, ...]]:
    """Return the notices of a success whose SN is new or has changed; none for any other event."""
    facts = facts_of(after, at_ms)
    if after.state is not State.SUCCEEDED or after.sn is None or after.sn == before.sn:
        return (), ()
    result = notices.OrderSucceeded(**facts, sn=after.sn, is_sn_new=before.sn is not None)
    # An admin who closed a dispute has looked the order up, so no card asks for its SN.
    is_billers = isinstance(event, events.Succeeded) and not after.failure_reported
    return (result,), (SnForwarded(**facts, sn=after.sn, admin_name=""),) if is_billers else ()


class OrderFacts(TypedDict):
    """The fields of `AboutOrder`."""

    trxid: str
    code: str
    destination: str
    at_ms: int
    ordinal: int


def facts_of(order: Order, at_ms: int) -> OrderFacts:
    """Return the facts that every notice about `order` contains."""
    return OrderFacts(
        trxid=order.trxid,
        code=order.product_code,
        destination=order.destination,
        at_ms=at_ms,
        ordinal=order.ordinal,
    )


def raw_words_of(event: events.OrderEvent) -> str:
    """Return the biller's own words in an event, for admins alone; empty where it has none."""
    match event:
        case (
            events.Refused(raw=raw)
            | events.Unclear(raw=raw)
            | events.Succeeded(raw=raw)
            | events.Failed(raw=raw)
            | events.Contradiction(raw=raw)
        ):
            return raw
        case _:
            return ""


def _cause_of(event: events.OrderEvent) -> UnknownCause:
    if isinstance(event, events.Unclear):
        return event.cause
    return UnknownCause.CONTRADICTORY_REPORT


def order_received(order: Order) -> notices.OrderReceived:
    """Return the acknowledgement of a new order."""
    return notices.OrderReceived(**facts_of(order, order.placed_at_ms))


def order_waiting(order: Order, at_ms: int, *, is_for_funds: bool) -> notices.OrderWaiting:
    """Return the notice that an order waits while the biller is in trouble, or the balance there low."""
    return notices.OrderWaiting(**facts_of(order, at_ms), is_for_funds=is_for_funds)


def order_card(order: Order, at_ms: int, *, raw: str = "", report: str = "") -> notices.OrderCard:
    """Return the card for resolving `order`, with the biller's words and a mismatched reversal."""
    return notices.OrderCard(
        **facts_of(order, at_ms),
        state=order.state,
        chat_id=order.chat_id,
        user_id=order.user_id,
        placed_at_ms=order.placed_at_ms,
        cost_idr=order.cost_idr,
        biller_ref=order.biller_ref,
        why=order.unknown_reason or "",
        dispute=_dispute_of(order),
        raw=raw,
        report=report,
    )


def _dispute_of(order: Order) -> notices.DisputeKind:
    if order.expiry:
        return notices.DisputeKind.EXPIRY
    if order.resolved_by is not None and not (order.success_reported and order.failure_reported):
        return notices.DisputeKind.ADMIN
    return notices.DisputeKind.BILLER


def needs_admin(order: Order) -> bool:
    """Return whether `order` waits for an admin's decision."""
    return order.state in (State.UNKNOWN, State.DISPUTED) or (order.state is State.PENDING and order.overdue)


def _card_closed(
    before: Order, after: Order, event: events.OrderEvent, at_ms: int
) -> tuple[notices.OrderNotice, ...]:
    """Return the notice that closes the admins' card after a result that no admin decided."""
    if needs_admin(before) and not isinstance(event, events.Resolved):
        return (notices.OrderResolvedByBiller(**facts_of(after, at_ms), state=after.state),)
    return ()


def _alert(order: Order, event: events.OrderEvent, at_ms: int) -> tuple[notices.OrderNotice, ...]:
    """Return the alarm for a refusal whose cause only the operator can fix."""
    if isinstance(event, events.Refused | events.Failed) and event.failure_cause in (
        FailureCause.DEPOSIT,
        FailureCause.ACCOUNT,
    ):
        return (
            notices.BillerAccountAlarm(
                **facts_of(order, at_ms), failure_cause=event.failure_cause, reason=event.raw or event.reason
            ),
        )
    return ()
