"""Chooses which notices an order's event brings, to its chat and to the admins; pure functions."""

from typing import TypedDict, assert_never

from msgspec import Struct

from bot.notices import orders as say
from bot.notices.serial_numbers import SnForwarded, SnUnread
from bot.orders import events
from bot.orders.model import ExpiryReason, FailureCause, Order, Outcome, State

AdminNotice = say.OrderNotice | SnUnread | SnForwarded


class OrderNotices(Struct, frozen=True, kw_only=True):
    """The notices that an event brings; none if it changed nothing."""

    to_chat: tuple[say.OrderNotice, ...] = ()
    to_admins: tuple[AdminNotice, ...] = ()


def notices_for(before: Order, after: Order, news: events.OrderEvent, at_ms: int) -> OrderNotices:
    """Return the notices of an event that turned the order `before` into `after`."""
    if after == before:
        return OrderNotices()
    to_chat, to_admins = _notices(before, after, news, at_ms)
    return OrderNotices(to_chat=to_chat, to_admins=to_admins)


def _notices(
    before: Order, after: Order, news: events.OrderEvent, at_ms: int
) -> tuple[tuple[say.OrderNotice, ...], tuple[AdminNotice, ...]]:
    facts, raw = facts_of(after, at_ms), raw_words_of(news)
    if after.overdue and not before.overdue:
        return (say.OrderOverdue(**facts),), (order_card(after, at_ms),)
    if after.state is before.state:
        return _late_sn(before, after, news, at_ms)
    match after.state:
        case State.SUCCEEDED:
            return _success(before, after, news, at_ms)
        case State.FAILED:
            told = say.OrderFailed(
                **facts, reason=after.reason or "", failure_cause=after.failure_cause or FailureCause.OTHER
            )
            return (told,), _card_closed(before, after, news, at_ms) + _alert(after, news, at_ms)
        case State.UNKNOWN:
            return (say.OrderUnknown(**facts),), (order_card(after, at_ms, raw=raw),)
        case State.DISPUTED:
            now = Outcome.SUCCESS if isinstance(news, events.Succeeded) else Outcome.FAILURE
            return (say.OrderDisputed(**facts, now=now),), (order_card(after, at_ms, raw=raw),)
        case State.EXPIRED:
            reason = after.expiry or ExpiryReason.TOO_OLD
            return (say.OrderExpired(**facts, reason=reason),), ()
        case State.PLACED | State.SUBMITTING | State.PENDING:
            return (), ()
        case _:
            assert_never(after.state)


def _success(
    before: Order, after: Order, news: events.OrderEvent, at_ms: int
) -> tuple[tuple[say.OrderNotice, ...], tuple[AdminNotice, ...]]:
    """A success is told with its SN; where that was not surely read, the admins are asked for it."""
    to_admins: tuple[AdminNotice, ...] = _card_closed(before, after, news, at_ms)
    is_unread = isinstance(news, events.Succeeded) and news.doubtful_sn is not None and after.sn is None
    if isinstance(news, events.Succeeded) and is_unread:
        candidate = news.doubtful_sn or ""
        to_admins = (*to_admins, SnUnread(**facts_of(after, at_ms), candidate=candidate, raw=news.raw))
    told = say.OrderSucceeded(**facts_of(after, at_ms), sn=after.sn, is_sn_unread=is_unread)
    return (told,), to_admins


def _late_sn(
    before: Order, after: Order, news: events.OrderEvent, at_ms: int
) -> tuple[tuple[say.OrderNotice, ...], tuple[AdminNotice, ...]]:
    """A success that stays one says nothing, unless it has another SN now."""
    facts = facts_of(after, at_ms)
    if after.state is not State.SUCCEEDED or after.sn is None or after.sn == before.sn:
        return (), ()
    told = say.OrderSucceeded(**facts, sn=after.sn, is_sn_new=before.sn is not None)
    # An admin who closed a dispute has looked the order up: no card asks for its SN any more.
    is_billers = isinstance(news, events.Succeeded) and not after.failure_reported
    return (told,), (SnForwarded(**facts, sn=after.sn, admin_name=""),) if is_billers else ()


class OrderFacts(TypedDict):
    """What `say.AboutOrder` holds."""

    trxid: str
    code: str
    destination: str
    at_ms: int
    ordinal: int


def facts_of(order: Order, at_ms: int) -> OrderFacts:
    """Give what every notice about `order` carries."""
    return OrderFacts(
        trxid=order.trxid,
        code=order.product_code,
        destination=order.destination,
        at_ms=at_ms,
        ordinal=order.ordinal,
    )


def raw_words_of(news: events.OrderEvent) -> str:
    """Return the biller's own words in an event, for admins alone; empty where it has none."""
    match news:
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


def order_received(order: Order) -> say.OrderReceived:
    """Give the first thing that a chat hears of its order."""
    return say.OrderReceived(**facts_of(order, order.placed_at_ms))


def order_waiting(order: Order, at_ms: int) -> say.OrderWaiting:
    """Give what a chat hears while the biller is in trouble."""
    return say.OrderWaiting(**facts_of(order, at_ms))


def order_card(order: Order, at_ms: int, *, raw: str = "", report: str = "") -> say.OrderCard:
    """Return the card by which admins settle `order`, with the biller's words and an unfitting report."""
    return say.OrderCard(
        **facts_of(order, at_ms),
        state=order.state,
        chat_id=order.chat_id,
        user_id=order.user_id,
        placed_at_ms=order.placed_at_ms,
        cost_idr=order.cost_idr,
        biller_ref=order.biller_ref,
        why=order.unknown_reason or "",
        raw=raw,
        report=report,
    )


def needs_admin(order: Order) -> bool:
    """Tell whether `order` stands in the admins' list."""
    return order.state in (State.UNKNOWN, State.DISPUTED) or (order.state is State.PENDING and order.overdue)


def _card_closed(
    before: Order, after: Order, news: events.OrderEvent, at_ms: int
) -> tuple[say.OrderNotice, ...]:
    """A result that comes by itself closes the admins' card; a ruling is told by who ruled."""
    if needs_admin(before) and not isinstance(news, events.Resolved):
        return (say.OrderResolvedByBiller(**facts_of(after, at_ms), state=after.state),)
    return ()


def _alert(order: Order, news: events.OrderEvent, at_ms: int) -> tuple[say.OrderNotice, ...]:
    """Some refusals only the operator can mend: they are told at once."""
    if isinstance(news, events.Refused | events.Failed) and news.failure_cause in (
        FailureCause.DEPOSIT,
        FailureCause.ACCOUNT,
    ):
        return (
            say.BillerAccountAlarm(
                **facts_of(order, at_ms), failure_cause=news.failure_cause, reason=news.raw or news.reason
            ),
        )
    return ()
