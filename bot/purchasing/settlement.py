"""The one room through which every order and all news about it go: decide, move, write the event, say it.

Each function is part of a unit of work: the order, its event and its notices are kept together or not at all.
"""

from msgspec import Struct
from msgspec.structs import replace

from bot.actors import Address
from bot.delivery import batch_summary
from bot.notices import orders as say
from bot.notices.catalogue import ProductFailing
from bot.notices.orders import OrderFailed, OrderNotice
from bot.notices.serial_numbers import SnForwarded, SnUnread
from bot.orders.events import Accepted, OrderEvent
from bot.orders.model import FailureCause, Intent, Order, State, trxid_at
from bot.orders.states import decide
from bot.purchasing import biller_deposit
from bot.purchasing.biller_words import notify_other_sn, other_sn
from bot.purchasing.notifications import (
    AdminNotice,
    notices_for,
    order_received,
    order_waiting,
    raw_words_of,
)
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage
from storage import balances, batches, orders, outbox
from storage.transaction import Tx

CHAT_SUBJECT = "told:"
"""Before a trxid: the subject of what a chat is told of its order."""

MAX_DRAWS = 100
"""Of trxids in one second 100,000 exist: a hundred draws fail only when something else is wrong."""


class OrderSource(Struct, frozen=True, kw_only=True):
    """Where, by whom and when (Telegram's date) an order was asked for; `text` is kept as evidence."""

    chat_id: int
    thread_id: int | None
    message_id: int
    user_id: int
    at_ms: int
    text: str

    @classmethod
    def of_message(cls, message: IncomingMessage) -> "OrderSource":
        """Return the source of what a message asks for."""
        return cls(
            chat_id=message.chat_id,
            thread_id=message.thread_id,
            message_id=message.message_id,
            user_id=message.user_id,
            at_ms=message.at_ms,
            text=message.text,
        )

    @property
    def address(self) -> Address:
        """Where the order is answered: as a reply to its message."""
        return Address(chat_id=self.chat_id, thread_id=self.thread_id, reply_to=self.message_id)


class AppliedEvent(Struct, frozen=True, kw_only=True):
    """The order before and after the news; they are equal where it changed nothing."""

    before: Order
    after: Order
    notified: bool = False
    """Whether notices were enqueued."""

    @property
    def changed(self) -> bool:
        """Tell whether the news was news."""
        return self.before != self.after


def store_order(
    work: UnitOfWork, intent: Intent, source: OrderSource, *, line: int = 1, price_idr: int | None = None
) -> Order | None:
    """Store a new order without a notice; return None if this line of the message has made its order before.

    `line` counts the orders of one message from 1; `price_idr` is what the catalogue asks for the product.
    """
    for _ in range(MAX_DRAWS):
        order = Order(
            trxid=trxid_at(work.now_ms, work.zone, work.context.random_suffix()),
            chat_id=source.chat_id,
            thread_id=source.thread_id,
            message_id=source.message_id,
            line=line,
            user_id=source.user_id,
            product_code=intent.product_code,
            destination=intent.destination,
            state=State.PLACED,
            # A date from the future would keep an order young for ever.
            requested_at_ms=min(source.at_ms, work.now_ms),
            placed_at_ms=work.now_ms,
            changed_at_ms=work.now_ms,
            due_at_ms=work.now_ms,
            ordinal=intent.ordinal,
            price_idr=price_idr,
        )
        if orders.insert(work.tx, order, actor=f"user:{source.user_id}", evidence=source.text):
            return order
        if orders.line_is_taken(work.tx, source.chat_id, source.message_id, line):
            return None
    raise RuntimeError(f"no free trxid in {MAX_DRAWS} draws")


def acknowledge(work: UnitOfWork, order: Order) -> None:
    """Answer the chat of an order just placed alone; one that is in doubt already has been told so."""
    if order.state is State.PLACED:
        subject = chat_subject(order.trxid)
        work.notify(order_received(order), address_of(order), subject=subject)


def apply_event_to(
    work: UnitOfWork, trxid: str, news: OrderEvent, *, actor: str, evidence: str = ""
) -> AppliedEvent | None:
    """Let `news` do to the order what it may, and tell whom it concerns; None if there is no such order."""
    order = orders.get(work.tx, trxid)
    return apply_event(work, order, news, actor=actor, evidence=evidence) if order else None


def apply_event(
    work: UnitOfWork, before: Order, news: OrderEvent, *, actor: str, evidence: str = ""
) -> AppliedEvent | None:
    """Settle an order that was read before; if it has moved since, the news is held against how it stands."""
    decision = decide(before, news, work.now_ms)
    after = decision.order
    new_sn = other_sn(work.tx, before, news) if before.state is State.SUCCEEDED else None
    if after == before and new_sn is None:
        return AppliedEvent(before=before, after=before)
    if not orders.update(work.tx, before, after, news, at_ms=work.now_ms, actor=actor, evidence=evidence):
        return apply_event_to(work, before.trxid, news, actor=actor, evidence=evidence)
    if decision.balance_idr is not None:
        _report_balance(work.tx, before.trxid, news, decision.balance_idr, work.now_ms)
    notices = notices_for(before, after, news, work.now_ms)
    for notice in notices.to_chat:
        _tell_chat(work, after, notice)
        alert_product_failing(work, after, notice, raw=raw_words_of(news))
    for admin_notice in notices.to_admins:
        _tell_admins(work, admin_notice)
    if new_sn:
        notify_other_sn(work, after, new_sn, raw_words_of(news), subject=sn_subject(after.trxid))
    is_deposit_filled = biller_deposit.follow_deposit(work, after, news)
    notified = bool(notices.to_chat or notices.to_admins or is_deposit_filled)
    return AppliedEvent(before=before, after=after, notified=notified)


def notify_waiting(work: UnitOfWork, trxid: str) -> None:
    """Tell the chat that its order waits for the biller; nothing if a report was faster."""
    order = orders.get(work.tx, trxid)
    if order and order.state is State.PLACED:
        _tell_chat(work, order, order_waiting(order, work.now_ms))


def address_of(order: Order) -> Address:
    """Give where an order's notices are said: in its chat, as replies to it."""
    return Address(chat_id=order.chat_id, thread_id=order.thread_id, reply_to=order.message_id)


def card_subject(trxid: str) -> str:
    """Give the name under which the cards about an order are found again."""
    return f"order:{trxid}"


def sn_subject(trxid: str) -> str:
    """Return the subject of the cards about an order's SN."""
    return f"sn:{trxid}"


def chat_subject(trxid: str) -> str:
    """Give the name under which an audit finds what the chat was told; it is not a card's."""
    return CHAT_SUBJECT + trxid


def _tell_chat(work: UnitOfWork, order: Order, notice: say.OrderNotice) -> None:
    """Tell the chat; news of a large batch gathers for a while, and its table is rewritten."""
    batch = batches.find(work.tx, order.chat_id, order.message_id)
    subject, hold_until_ms = chat_subject(order.trxid), 0
    if batch and (hold_until_ms := batch_summary.update(work.tx, batch, order, now_ms=work.now_ms)):
        # What was heard of it before must not come after, though the clock be set back.
        hold_until_ms = max(hold_until_ms, outbox.hold_until_ms(work.tx, subject))
    if batch is None:
        notice = with_substitutes(work, order, notice)
    work.notify(notice, address_of(order), subject=subject, hold_until_ms=hold_until_ms)


def _report_balance(tx: Tx, trxid: str, news: OrderEvent, balance_idr: int, at_ms: int) -> None:
    source = "answer" if isinstance(news, Accepted) else "reversal"
    balance = balances.ReportedBalance(
        balance_idr=balance_idr, reported_at_ms=at_ms, source=source, trxid=trxid
    )
    balances.report_balance(tx, balance)


def _tell_admins(work: UnitOfWork, notice: AdminNotice) -> None:
    match notice:
        case SnForwarded():
            work.replace_cards(notice, subject=sn_subject(notice.trxid))
        case SnUnread():
            work.notify_admins(notice, subject=sn_subject(notice.trxid))
        case say.BillerAccountAlarm():
            work.alert_admins(notice, topic=f"biller:{notice.failure_cause}")
        case say.OrderResolvedByBiller():
            work.replace_cards(notice, subject=card_subject(notice.trxid))
        case _:
            work.notify_admins(notice, subject=card_subject(notice.trxid))


OUT_OF_STOCK = (FailureCause.PRODUCT_UNAVAILABLE, FailureCause.PRODUCT_INACTIVE)
OTHERS_OFFERED = 3


def with_substitutes(work: UnitOfWork, order: Order, notice: OrderNotice) -> OrderNotice:
    """Give a failure with what could be bought for the same destination; any other notice as it is."""
    if not isinstance(notice, OrderFailed) or notice.failure_cause not in OUT_OF_STOCK:
        return notice
    shown = work.catalogue
    product = shown.find(order.product_code)
    others = tuple(
        Intent(product_code=other.code, destination=order.destination)
        for other in (shown.substitutes(product) if product else ())
    )
    return replace(notice, others=others[:OTHERS_OFFERED], user_id=order.user_id)


def alert_product_failing(work: UnitOfWork, order: Order, notice: OrderNotice, *, raw: str) -> None:
    """Let the admins close an open product that the biller has not got."""
    if not isinstance(notice, OrderFailed) or notice.failure_cause not in OUT_OF_STOCK:
        return
    product = work.catalogue.find(order.product_code)
    if product and product.is_open:
        failure_cause = ProductFailing(
            code=product.code, name=product.name, reason=raw or order.reason or "", at_ms=work.now_ms
        )
        work.alert_admins(failure_cause, topic=f"product:{product.code}")
