"""The one room through which every order and all news about it go: decide, move, write the event, say it.

Each function is part of a unit of work: the order, its event and its notices are kept together or not at all.
"""

from msgspec import Struct

from bot.delivery import batch_summary
from bot.notices import orders as say
from bot.orders.events import Accepted, OrderEvent
from bot.orders.model import Intent, Order, State
from bot.orders.notifications import order_received, order_waiting
from bot.orders.states import decide
from bot.orders.trxid import trxid_at
from bot.purchasing import substitutes
from bot.unit_of_work import Address, Desk
from storage import balances, batches, orders, outbox
from storage.transaction import Tx

CHAT_SUBJECT = "told:"
"""Before a trxid: the subject of what a chat is told of its order."""

MAX_DRAWS = 100
"""Of trxids in one second 100,000 exist: a hundred draws fail only when something else is wrong."""


class OrderSource(Struct, frozen=True, kw_only=True):
    """Where, by whom and when (Telegram's date) an order was asked; `text` is kept as evidence.

    `line` counts the orders of one message from 1; `price_idr` is what the catalogue asks for it.
    """

    chat_id: int
    thread_id: int | None
    message_id: int
    user_id: int
    at_ms: int
    text: str
    line: int = 1
    price_idr: int | None = None


class AppliedEvent(Struct, frozen=True, kw_only=True):
    """The order before and after the news; they are equal where it changed nothing."""

    before: Order
    after: Order

    @property
    def changed(self) -> bool:
        """Tell whether the news was news."""
        return self.before != self.after


def store_order(tx: Tx, desk: Desk, intent: Intent, asked: OrderSource, *, now_ms: int) -> Order | None:
    """Store a new order, of which nothing is said yet; None if this line has made its order before."""
    for _ in range(MAX_DRAWS):
        order = Order(
            trxid=trxid_at(now_ms, desk.zone, desk.chance()),
            chat_id=asked.chat_id,
            thread_id=asked.thread_id,
            message_id=asked.message_id,
            line=asked.line,
            user_id=asked.user_id,
            product_code=intent.product_code,
            destination=intent.destination,
            state=State.PLACED,
            # A date from the future would keep an order young for ever.
            requested_at_ms=min(asked.at_ms, now_ms),
            placed_at_ms=now_ms,
            changed_at_ms=now_ms,
            due_at_ms=now_ms,
            ordinal=intent.ordinal,
            price_idr=asked.price_idr,
        )
        if orders.insert(tx, order, actor=f"user:{asked.user_id}", evidence=asked.text):
            return order
        if orders.line_is_taken(tx, asked.chat_id, asked.message_id, asked.line):
            return None
    raise RuntimeError(f"no free trxid in {MAX_DRAWS} draws")


def acknowledge(tx: Tx, desk: Desk, order: Order, *, now_ms: int) -> None:
    """Answer the chat of an order just placed alone; one that is in doubt already has been told so."""
    if order.state is State.PLACED:
        subject = chat_subject(order.trxid)
        desk.say(tx, order_received(order), address_of(order), at_ms=now_ms, subject=subject)


def apply_event_to(
    tx: Tx, desk: Desk, trxid: str, news: OrderEvent, *, at_ms: int, actor: str, evidence: str = ""
) -> AppliedEvent | None:
    """Let `news` do to the order what it may, and tell whom it concerns; None if there is no such order."""
    order = orders.get(tx, trxid)
    return apply_event(tx, desk, order, news, at_ms=at_ms, actor=actor, evidence=evidence) if order else None


def apply_event(
    tx: Tx, desk: Desk, before: Order, news: OrderEvent, *, at_ms: int, actor: str, evidence: str = ""
) -> AppliedEvent | None:
    """Settle an order that was read before; if it has moved since, the news is held against how it stands."""
    decision = decide(before, news, at_ms)
    after = decision.order
    if after == before:
        return AppliedEvent(before=before, after=before)
    if not orders.update(tx, before, after, news, at_ms=at_ms, actor=actor, evidence=evidence):
        return apply_event_to(tx, desk, before.trxid, news, at_ms=at_ms, actor=actor, evidence=evidence)
    if decision.balance_idr is not None:
        _report_balance(tx, before.trxid, news, decision.balance_idr, at_ms)
    for notice in decision.to_chat:
        _tell_chat(tx, desk, after, notice, at_ms)
        substitutes.alert_product_failing(tx, desk, after, notice, at_ms=at_ms)
    for notice in decision.to_admins:
        _tell_admins(tx, desk, notice, at_ms)
    return AppliedEvent(before=before, after=after)


def notify_waiting(tx: Tx, desk: Desk, trxid: str, *, at_ms: int) -> None:
    """Tell the chat that its order waits for the biller; nothing if a report was faster."""
    order = orders.get(tx, trxid)
    if order and order.state is State.PLACED:
        _tell_chat(tx, desk, order, order_waiting(order, at_ms), at_ms)


def address_of(order: Order) -> Address:
    """Give where an order's notices are said: in its chat, as replies to it."""
    return Address(chat_id=order.chat_id, thread_id=order.thread_id, reply_to=order.message_id)


def card_subject(trxid: str) -> str:
    """Give the name under which the cards about an order are found again."""
    return f"order:{trxid}"


def chat_subject(trxid: str) -> str:
    """Give the name under which an audit finds what the chat was told; it is not a card's."""
    return CHAT_SUBJECT + trxid


def _tell_chat(tx: Tx, desk: Desk, order: Order, notice: say.OrderNotice, at_ms: int) -> None:
    """Tell the chat; news of a large batch gathers for a while, and its table is rewritten."""
    batch = batches.find(tx, order.chat_id, order.message_id)
    subject, hold_until_ms = chat_subject(order.trxid), 0
    if batch and (hold_until_ms := batch_summary.update(tx, batch, order, now_ms=at_ms)):
        # What was heard of it before must not come after, though the clock be set back.
        hold_until_ms = max(hold_until_ms, outbox.hold_until_ms(tx, subject))
    if batch is None:
        notice = substitutes.with_substitutes(tx, desk, order, notice)
    desk.say(tx, notice, address_of(order), at_ms=at_ms, subject=subject, hold_until_ms=hold_until_ms)


def _report_balance(tx: Tx, trxid: str, news: OrderEvent, balance_idr: int, at_ms: int) -> None:
    source = "answer" if isinstance(news, Accepted) else "reversal"
    balance = balances.ReportedBalance(
        balance_idr=balance_idr, reported_at_ms=at_ms, source=source, trxid=trxid
    )
    balances.report_balance(tx, balance)


def _tell_admins(tx: Tx, desk: Desk, notice: say.OrderNotice, at_ms: int) -> None:
    match notice:
        case say.BillerAccountAlarm():
            desk.alert_admins(tx, notice, at_ms=at_ms, topic=f"biller:{notice.failure_cause}")
        case say.OrderResolvedByBiller():
            desk.close_cards(tx, notice, at_ms=at_ms, subject=card_subject(notice.trxid))
        case _:
            desk.tell_admins(tx, notice, at_ms=at_ms, subject=card_subject(notice.trxid))
