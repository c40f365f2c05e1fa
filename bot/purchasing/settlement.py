"""Stores new orders and applies events to them: decides, updates the order, appends the event, notifies.

Each function is part of a unit of work: order, event and notices are stored together or not at all.
"""

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from bot.actors import Address, Standing
from bot.delivery import batch_summary, closed_groups
from bot.notices import Result
from bot.notices.catalogue import ProductFailing
from bot.notices.orders import (
    BillerAccountAlarm,
    OrderCard,
    OrderFailed,
    OrderNotice,
    OrderResolvedByBiller,
)
from bot.notices.serial_numbers import SnForwarded, SnUnread
from bot.orders.events import Claimed, Expired, OrderEvent
from bot.orders.model import ExpiryReason, FailureCause, Intent, Order, State, trxid_at
from bot.orders.states import decide
from bot.purchasing import biller_deposit, payment, product_health
from bot.purchasing.biller_words import notify_other_sn, other_sn
from bot.purchasing.notifications import (
    AdminNotice,
    notices_for,
    order_received,
    order_waiting,
    raw_words_of,
)
from bot.unit_of_work import ReservedPost, UnitOfWork
from bot.updates import IncomingMessage
from storage import batches, chats, costs, orders, outbox, people
from storage.balances import BeforeReport
from storage.orders import DueOrder, ReportedOrder
from storage.transaction import Tx

CHAT_SUBJECT = "told:"
"""The prefix of a trxid in the subject of an order's messages to its chat."""

EXPIRED_AT_ONCE = 200
"""Bounds one unit of work."""

MAX_DRAWS = 100
"""A second has 100,000 trxids: a hundred draws fail only if something else is wrong."""


class OrderSource(Struct, frozen=True, kw_only=True):
    """Where, by whom and when (Telegram's date) an order was requested; `text` is stored as evidence.

    `behind_ms` is by how much our clock is behind Telegram's.
    """

    chat_id: int
    thread_id: int | None
    message_id: int
    user_id: int
    at_ms: int
    text: str
    behind_ms: int = 0

    @classmethod
    def of_message(cls, message: IncomingMessage, *, behind_ms: int = 0) -> "OrderSource":
        """Return the source of an order in a message."""
        return cls(
            chat_id=message.chat_id,
            thread_id=message.thread_id,
            message_id=message.message_id,
            user_id=message.user_id,
            at_ms=message.at_ms,
            text=message.text,
            behind_ms=behind_ms,
        )

    def requested_at_ms(self, now_ms: int) -> int:
        """Return when the order was requested, by our clock: no date in the future, which never gets old."""
        return min(self.at_ms - self.behind_ms, now_ms)

    @property
    def address(self) -> Address:
        """The address of the order's messages: replies to its own message."""
        return Address(
            chat_id=self.chat_id,
            thread_id=self.thread_id,
            reply_to=self.message_id,
            asker_id=self.user_id,
        )


class AppliedEvent(Struct, frozen=True, kw_only=True):
    """The order before and after an event; they are equal if it changed nothing."""

    before: Order
    after: Order
    notified: bool = False
    """Whether notices were enqueued."""

    @property
    def changed(self) -> bool:
        """Whether the event changed the order."""
        return self.before != self.after


def store_order(
    work: UnitOfWork,
    intent: Intent,
    source: OrderSource,
    *,
    line: int = 1,
    shop_id: int | None = None,
    price_idr: int | None = None,
    in_doubt: bool = False,
) -> Order | None:
    """Store a new order without a notice and hold its price; return None if this line already made its order.

    `line` counts the orders of one message from 1; `price_idr` and the expected cost stay with it
    whatever the catalogue says later.
    An order `in_doubt` may have been bought already, so its price is held whatever the balance.
    """
    for _ in range(MAX_DRAWS):
        order = _new_order(work, intent, source, line=line, shop_id=shop_id, price_idr=price_idr)
        if stored := orders.insert(work.tx, order, actor=f"user:{source.user_id}", evidence=source.text):
            payment.hold(work, stored, forced=in_doubt)
            return stored
        if orders.line_is_taken(work.tx, source.chat_id, source.message_id, line):
            return None
    raise RuntimeError(f"no free trxid in {MAX_DRAWS} draws")


def store_claimed_order(
    work: UnitOfWork,
    intent: Intent,
    source: OrderSource,
    *,
    line: int,
    shop_id: int,
    price_idr: int | None,
    reserved: ReservedPost,
    since_ms: int,
) -> Order | None:
    """Store a new order, hold its price and claim it for its post; return it as it was placed.

    Return None where that is not sure to be right: another order waits, one to its destination is open or was
    placed since `since_ms`, its trxid or line is taken, or the lease is over.
    """
    order = _new_order(work, intent, source, line=line, shop_id=shop_id, price_idr=price_idr)
    claim = Claimed()
    claimed = decide(order, claim, work.now_ms).order
    stored = orders.insert_claimed(
        work.tx,
        order,
        claimed,
        claim,
        actor=f"user:{source.user_id}",
        evidence=source.text,
        claimant=reserved.claimant,
        term=reserved.term,
        since_ms=since_ms,
    )
    if stored is None:
        return None
    payment.hold(work, stored, forced=False)
    work.claimed.append(replace(claimed, expected_cost_idr=stored.expected_cost_idr))
    reserved.expect()
    return stored


def _new_order(
    work: UnitOfWork,
    intent: Intent,
    source: OrderSource,
    *,
    line: int,
    shop_id: int | None,
    price_idr: int | None,
) -> Order:
    return Order(
        trxid=trxid_at(work.now_ms, work.zone, work.context.random_suffix()),
        chat_id=source.chat_id,
        thread_id=source.thread_id,
        message_id=source.message_id,
        line=line,
        user_id=source.user_id,
        product_code=intent.product_code,
        destination=intent.destination,
        state=State.PLACED,
        requested_at_ms=source.requested_at_ms(work.now_ms),
        placed_at_ms=work.now_ms,
        changed_at_ms=work.now_ms,
        due_at_ms=work.now_ms,
        ordinal=intent.ordinal,
        shop_id=shop_id,
        price_idr=price_idr,
    )


def acknowledge(work: UnitOfWork, order: Order) -> None:
    """Acknowledge an order that was placed alone, unless its chat was already notified that it is unknown."""
    if order.state is State.PLACED:
        subject = chat_subject(order.trxid)
        notice = payment.with_balance(work, order, order_received(order))
        work.notify(notice, address_of(order), subject=subject)


def apply_event_to(
    work: UnitOfWork, trxid: str, event: OrderEvent, *, actor: str, evidence: str = ""
) -> AppliedEvent | None:
    """Apply an event to the order with this trxid; return None if there is none."""
    order = orders.get(work.tx, trxid)
    return apply_event(work, order, event, actor=actor, evidence=evidence) if order else None


def apply_event(
    work: UnitOfWork,
    before: Order,
    event: OrderEvent,
    *,
    actor: str,
    evidence: str = "",
    reported: ReportedOrder | None = None,
) -> AppliedEvent | None:
    """Apply an event to an order that was read before; if it changed since, it is read again.

    `reported` is the order as it was read for a reversal, with what that is compared with.
    """
    decision = decide(before, event, work.now_ms)
    after = decision.order
    new_sn = other_sn(work.tx, before, event) if before.state is State.SUCCEEDED else None
    if after == before and new_sn is None:
        return AppliedEvent(before=before, after=before)
    report: BeforeReport | None = None
    has_balance = decision.balance_idr is not None
    if has_balance and reported is None and not biller_deposit.is_compared(after, event):
        report = orders.update_answered(
            work.tx, before, after, event, at_ms=work.now_ms, actor=actor, evidence=evidence
        )
        is_stored = report is not None
    else:
        is_stored = orders.update(
            work.tx, before, after, event, at_ms=work.now_ms, actor=actor, evidence=evidence
        )
    if not is_stored:
        return apply_event_to(work, before.trxid, event, actor=actor, evidence=evidence)
    payment.follow(work, before, after, actor=actor)
    if has_balance and report is None:
        report = biller_deposit.before_report(work, after, event, reported=reported)
    if after.cost_idr != before.cost_idr and after.cost_idr and _is_cost_new(report, after.cost_idr):
        costs.learn(work.tx, after.product_code, after.cost_idr, at_ms=work.now_ms)
    if decision.balance_idr is None or report is None:
        biller_deposit.follow_float(work, before, after)
    else:
        biller_deposit.store_balance(work, before, after, event, decision.balance_idr, report=report)
    notices = notices_for(before, after, event, work.now_ms)
    is_closed = product_health.follow_product(work, before, after, event, reported=reported)
    for notice in notices.to_chat:
        _notify_chat(work, after, notice, reported=reported)
        if not is_closed:
            alert_product_failing(work, after, notice, raw=raw_words_of(event))
    for admin_notice in notices.to_admins:
        _notify_admins(work, admin_notice)
    if new_sn:
        notify_other_sn(work, after, new_sn, raw_words_of(event), subject=sn_subject(after.trxid))
    is_deposit_filled = biller_deposit.follow_deposit(work, after, event, report=report)
    notified = bool(notices.to_chat or notices.to_admins or is_deposit_filled)
    return AppliedEvent(before=before, after=after, notified=notified)


def _is_cost_new(report: BeforeReport | None, cost_idr: int) -> bool:
    """Return whether a cost may be another than the last known one of its product."""
    return report is None or report.known_cost_idr != cost_idr


def notify_waiting(work: UnitOfWork, trxid: str, *, is_for_funds: bool) -> None:
    """Notify the chat that its order waits for the biller, unless a reversal has settled it since."""
    order = orders.get(work.tx, trxid)
    if order and order.state is State.PLACED:
        _notify_chat(work, order, order_waiting(order, work.now_ms, is_for_funds=is_for_funds))
        if is_for_funds:
            biller_deposit.alert_of_short_funds(work, order)


LOST_ACCESS = (Standing.FROZEN, Standing.REMOVED, Standing.DISMISSED)
"""The standings of those who were let in before: what they ordered and was not sent yet is not bought."""


def has_lost_access(due: DueOrder, admin_ids: Collection[int]) -> bool:
    """Return whether who typed an order has lost access since, or is an assistant of a shop that has."""
    order = due.order
    if due.standing is None or order.user_id in admin_ids:
        return False
    if due.owner_id is None or due.standing is not Standing.ASSISTANT:
        return due.standing in LOST_ACCESS
    is_shop_open = due.owner_id in admin_ids or due.owner_standing is Standing.APPROVED
    # An order from before there were shops belongs to who typed it.
    paying_id = order.user_id if due.shop_owner_id is None else due.shop_owner_id
    return not is_shop_open or paying_id != due.owner_id


def is_shop_open(work: UnitOfWork, owner_id: int) -> bool:
    """Return whether assistants may order for a shop: its owner is an approved reseller, or an admin."""
    owner = people.get(work.tx, owner_id)
    return owner_id in work.admin_ids or (owner is not None and owner.standing is Standing.APPROVED)


def expire_waiting_orders(work: UnitOfWork, user_id: int) -> None:
    """Expire the orders of a user who lost access, and those of their shop.

    The submitter expires what exceeds the limit.
    """
    for order in orders.placed_by(work.tx, user_id, limit=EXPIRED_AT_ONCE):
        apply_event(work, order, Expired(reason=ExpiryReason.NO_ACCESS), actor="membership")


def address_of(order: Order) -> Address:
    """Return the address of an order's notices: its chat, as replies to its message."""
    return Address(chat_id=order.chat_id, thread_id=order.thread_id, reply_to=order.message_id)


def card_subject(trxid: str) -> str:
    """Return the subject of the admins' cards about an order."""
    return f"order:{trxid}"


def sn_subject(trxid: str) -> str:
    """Return the subject of the admins' cards about an order's SN."""
    return f"sn:{trxid}"


def chat_subject(trxid: str) -> str:
    """Return the subject of an order's messages to its chat, by which the audit finds them."""
    return CHAT_SUBJECT + trxid


def _notify_chat(
    work: UnitOfWork, order: Order, notice: OrderNotice, *, reported: ReportedOrder | None = None
) -> None:
    """Notify the chat; the results of a large batch are held for a while, and its table is updated."""
    is_alone = reported is not None and not reported.is_in_batch
    batch = None if is_alone else batches.find(work.tx, order.chat_id, order.message_id)
    subject, hold_until_ms = chat_subject(order.trxid), 0
    if batch:
        # Its table is edited, and messages that were held may be due.
        work.leave_to_scan()
    if batch and (hold_until_ms := batch_summary.update(work.tx, batch, order, now_ms=work.now_ms)):
        # A result must not overtake an earlier notice of its order, even after the clock was set back.
        hold_until_ms = max(hold_until_ms, outbox.hold_until_ms(work.tx, subject))
    if batch is None:
        notice = with_substitutes(work, order, notice)
    if reported is None or reported.is_limited:
        notice = payment.with_balance(work, order, notice)
    else:
        notice = payment.with_price(order, notice)
    work.notify(notice, address_of(order), subject=subject, hold_until_ms=hold_until_ms)
    if isinstance(notice, Result):
        closed_groups.send_result(work, order, notice)


def with_customer(tx: Tx, card: OrderCard) -> OrderCard:
    """Return a card with the names of the reseller and of their group, as far as they are known."""
    person = people.get(tx, card.user_id)
    is_named = person is not None and person.name != str(person.user_id)
    owner = people.get(tx, person.owner_id) if person and person.owner_id is not None else None
    return replace(
        card,
        name=person.name if person and is_named else "",
        username=person.username if person else None,
        owner_name=owner.name if owner else "",
        chat_title=chats.title(tx, card.chat_id),
    )


def _notify_admins(work: UnitOfWork, notice: AdminNotice) -> None:
    match notice:
        case OrderCard():
            card = with_customer(work.tx, notice)
            work.notify_admins(card, subject=card_subject(notice.trxid))
        case SnForwarded():
            work.replace_cards(notice, subject=sn_subject(notice.trxid))
        case SnUnread():
            work.notify_admins(notice, subject=sn_subject(notice.trxid))
        case BillerAccountAlarm():
            work.alert_admins(notice, topic=f"biller:{notice.failure_cause}")
        case OrderResolvedByBiller():
            work.replace_cards(notice, subject=card_subject(notice.trxid))
        case _:
            work.notify_admins(notice, subject=card_subject(notice.trxid))


OUT_OF_STOCK = (FailureCause.PRODUCT_UNAVAILABLE, FailureCause.PRODUCT_INACTIVE)
OTHERS_OFFERED = 3


def with_substitutes(work: UnitOfWork, order: Order, notice: OrderNotice) -> OrderNotice:
    """Return an out-of-stock failure with substitutes; any other notice as it is."""
    if not isinstance(notice, OrderFailed) or notice.failure_cause not in OUT_OF_STOCK:
        return notice
    catalogue = work.catalogue_for(order.user_id)
    product = catalogue.find(order.product_code)
    substitutes = catalogue.substitutes(product) if product else ()
    not_sold = product_health.not_sold(work, order.user_id, substitutes)
    others = tuple(
        Intent(product_code=other.code, destination=order.destination)
        for other in substitutes
        if other.code not in not_sold
    )
    return replace(notice, others=others[:OTHERS_OFFERED], user_id=order.user_id)


def alert_product_failing(work: UnitOfWork, order: Order, notice: OrderNotice, *, raw: str) -> None:
    """Alert the admins that the biller lacks an open product, so that they can close it."""
    if not isinstance(notice, OrderFailed) or notice.failure_cause not in OUT_OF_STOCK:
        return
    product = work.catalogue.find(order.product_code)
    if product and product.is_open:
        alert = ProductFailing(
            code=product.code, name=product.name, reason=raw or order.reason or "", at_ms=work.now_ms
        )
        work.alert_admins(alert, topic=f"product:{product.code}")
