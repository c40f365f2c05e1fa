"""Takes orders in: each line is placed, or answered with what it lacks; nothing doubtful is bought.

A message with one order is answered with a message for it, one with several by a living table.
"""

from msgspec import Struct
from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Product
from bot.delivery import batch_summary
from bot.grammar.parsed import (
    EXAMPLE,
    Ambiguity,
    Clarification,
    InputError,
    InvalidInput,
    OrderLine,
    OrderLines,
    OrderRequest,
    order_text,
    truncate_suggestion,
)
from bot.grammar.period import minute_of_day
from bot.grammar.resolve.resolver import resolve
from bot.notices.guidance import NotUnderstood
from bot.notices.placing import (
    ClosedReason,
    OrderOffer,
    OrderProposal,
    OrderQuestion,
    OrderRepeated,
    ProductClosed,
)
from bot.notices.restore_gate import CounterClosed
from bot.orders.batch import Batch, UnplacedLine, UnplacedReason
from bot.orders.model import Intent, Order
from bot.orders.notifications import facts_of
from bot.purchasing import duplicates, restore_gate
from bot.purchasing.settlement import OrderSource, acknowledge, store_order
from bot.unit_of_work import Address, Desk
from storage.catalogue import changed_at_ms as catalogue_changed_at_ms
from storage.transaction import Tx

OFFER_HOLDS_MS = 300_000
"""A customer decides within five minutes; well below the age at which an order is too old to be bought."""

QUESTIONS_A_BATCH = 3
"""So many doubtful lines of a batch are asked back with buttons; the table shows the form of the others."""

SHOWN_CHARS = 40
"""What a table shows of a line that made no order."""

SUGGESTED_CHARS = 100
"""What is shown of a right form: five orders, or the longest address."""

Refusal = OrderQuestion | OrderRepeated | ProductClosed | CounterClosed | NotUnderstood


class Buyer(Struct, frozen=True, kw_only=True):
    """Who orders, where, and since when (Telegram's date); `text` is kept as evidence."""

    user_id: int
    place: Address
    message_id: int
    at_ms: int
    text: str


def place_orders(tx: Tx, desk: Desk, buyer: Buyer, typed: OrderLines, *, now_ms: int) -> None:
    """Take in all orders of a message; talk between them is left alone."""
    lines = order_lines(typed, desk.shelf.catalogue(tx))
    if len(lines) > 1:
        _take_many(tx, desk, buyer, lines, now_ms)
    else:
        _take_one(tx, desk, buyer, (lines or typed.lines)[0], now_ms)


def order_lines(typed: OrderLines, catalogue: Catalogue) -> list[OrderLine]:
    """Give the lines that were meant as orders: by their look, or by a code that the catalogue knows."""
    return [line for line in typed.lines if line.asked.looks_like_order or _is_known(line, catalogue)]


def _is_known(line: OrderLine, catalogue: Catalogue) -> bool:
    return isinstance(line.asked, OrderRequest) and catalogue.find(line.asked.code) is not None


def _take_one(tx: Tx, desk: Desk, buyer: Buyer, line: OrderLine, now_ms: int) -> None:
    match _take_line(tx, desk, buyer, line, now_ms):
        case Order() as order:
            acknowledge(tx, desk, order, now_ms=now_ms)
        case None:
            pass
        case refusal:
            _refuse(tx, desk, refusal, buyer.place, now_ms)


def _take_many(tx: Tx, desk: Desk, buyer: Buyer, lines: list[OrderLine], now_ms: int) -> None:
    """Place what can be placed, tell the rest in the table, and ask back the first doubtful lines."""
    taken = [(line, _take_line(tx, desk, buyer, line, now_ms)) for line in lines]
    refused = [(line, one) for line, one in taken if one is not None and not isinstance(one, Order)]
    batch = Batch(
        chat_id=buyer.place.chat_id,
        message_id=buyer.message_id,
        placed_at_ms=now_ms,
        placed_count=sum(isinstance(one, Order) for _, one in taken),
        unplaced=tuple(_unplaced(line, refusal) for line, refusal in refused),
        version=1,
    )
    batch_summary.create(tx, desk, batch, buyer.place, now_ms=now_ms)
    questions = [refusal for _, refusal in refused if isinstance(refusal, OrderQuestion)]
    for question in questions[:QUESTIONS_A_BATCH]:
        _refuse(tx, desk, question, buyer.place, now_ms)


def _take_line(tx: Tx, desk: Desk, buyer: Buyer, line: OrderLine, now_ms: int) -> Order | Refusal | None:
    """Place one line; else say what it lacks. None if this line has made its order before."""
    if isinstance(line.asked, InvalidInput):
        return not_understood(line.asked)
    catalogue = desk.shelf.catalogue(tx)
    match resolve(line.asked, catalogue):
        case InvalidInput() as misread:
            return not_understood(misread)
        case Clarification() as asked:
            return order_question(catalogue, asked, buyer.user_id)
        case Intent() as intent:
            return _order(tx, desk, replace(buyer, text=line.typed), intent, line.number, now_ms)


def _order(
    tx: Tx, desk: Desk, buyer: Buyer, intent: Intent, line: int, now_ms: int
) -> Order | Refusal | None:
    """Place an order that is clear in itself, unless something stands against it now."""
    catalogue = desk.shelf.catalogue(tx)
    product = catalogue.find(intent.product_code)
    hindrance = restore_gate.order_block(tx, requested_at_ms=buyer.at_ms)
    if hindrance is restore_gate.OrderBlock.CLOSED:
        return CounterClosed(code=intent.product_code, destination=intent.destination)
    if hindrance is restore_gate.OrderBlock.ASKED_IN_THE_GAP:
        # It may have been bought already, whatever the catalogue says now: nobody may be told otherwise.
        return _place(tx, desk, buyer, intent, line, now_ms, in_doubt=True)
    if product and (closed := product_closed(desk, catalogue, product, intent, buyer.user_id, now_ms)):
        return closed
    same = duplicates.earlier_orders(tx, desk.zone, intent, user_id=buyer.user_id, now_ms=now_ms)
    if repeat := duplicates.find_duplicate(intent, same):
        return order_repeated(catalogue, repeat, buyer.user_id)
    if turn := duplicates.skipped_ordinal(intent, same):
        counted = Clarification(ambiguity=Ambiguity.ORDINAL, choices=(turn,), suggestion=order_text(turn))
        return order_question(catalogue, counted, buyer.user_id)
    return _place(tx, desk, buyer, intent, line, now_ms)


def _place(
    tx: Tx, desk: Desk, buyer: Buyer, intent: Intent, line: int, now_ms: int, *, in_doubt: bool = False
) -> Order | None:
    product = desk.shelf.catalogue(tx).find(intent.product_code)
    asked = OrderSource(
        chat_id=buyer.place.chat_id,
        thread_id=buyer.place.thread_id,
        message_id=buyer.message_id,
        line=line,
        user_id=buyer.user_id,
        at_ms=buyer.at_ms,
        text=buyer.text,
        price_idr=product.price_idr if product else None,
    )
    order = store_order(tx, desk, intent, asked, now_ms=now_ms)
    return restore_gate.mark_unknown(tx, desk, order, now_ms=now_ms) if order and in_doubt else order


def not_understood(misread: InvalidInput) -> NotUnderstood:
    """Give an input error as it is told, with as much of the right form as can be shown."""
    suggestion = truncate_suggestion(misread.suggestion, SUGGESTED_CHARS) or EXAMPLE
    return NotUnderstood(
        input_error=misread.input_error,
        suggestion=suggestion,
        is_example=misread.is_example,
        typed=misread.typed[:SUGGESTED_CHARS],
    )


def order_question(catalogue: Catalogue, asked: Clarification, user_id: int) -> OrderQuestion:
    """Give what must be asked back, with an offer for each reading."""
    offers = tuple(order_offer(catalogue, intent) for intent in asked.choices)
    return OrderQuestion(
        ambiguity=asked.ambiguity, suggestion=asked.suggestion, offers=offers, user_id=user_id
    )


def order_offer(catalogue: Catalogue, intent: Intent) -> OrderOffer:
    """Give an order as it is offered: with its product's name and price, where they are known."""
    product = catalogue.find(intent.product_code)
    if product is None:
        return OrderOffer(intent=intent)
    return OrderOffer(intent=intent, name=product.name, price_idr=product.price_idr)


def product_closed(
    desk: Desk, catalogue: Catalogue, product: Product, intent: Intent, user_id: int, now_ms: int
) -> ProductClosed | None:
    """Tell that a product cannot be bought now, and what could be in its place; None if it can."""
    is_in_cut_off = product.is_in_cut_off(minute_of_day(now_ms, desk.zone))
    if product.is_open and not is_in_cut_off:
        return None
    others = tuple(
        order_offer(catalogue, Intent(product_code=other.code, destination=intent.destination))
        for other in catalogue.substitutes(product)
    )
    return ProductClosed(
        code=product.code,
        name=product.name,
        closure=ClosedReason.RESTING if product.is_open else ClosedReason.CLOSED,
        opens_minute=product.cut_off.until_minute if product.is_open and product.cut_off else None,
        others=others,
        user_id=user_id,
    )


def order_repeated(catalogue: Catalogue, repeat: duplicates.Duplicate, user_id: int) -> OrderRepeated:
    """Say how the earlier purchase stands, and how to buy one more."""
    earlier = repeat.earlier
    return OrderRepeated(
        **facts_of(earlier, earlier.placed_at_ms),
        state=earlier.state,
        sn=earlier.sn,
        again=order_offer(catalogue, repeat.again) if repeat.again else None,
        user_id=user_id,
    )


def _refuse(tx: Tx, desk: Desk, refusal: Refusal, where: Address, now_ms: int) -> None:
    if isinstance(refusal, CounterClosed):
        restore_gate.reject_while_closed(tx, desk, refusal, where, now_ms=now_ms)
    else:
        desk.say(tx, refusal, where, at_ms=now_ms)


def _unplaced(line: OrderLine, refusal: Refusal) -> UnplacedLine:
    match refusal:
        case NotUnderstood(suggestion=suggestion, is_example=is_example):
            why, hint = UnplacedReason.SLIP, "" if is_example else suggestion
        case OrderQuestion(suggestion=hint):
            why = UnplacedReason.QUESTION
        case OrderRepeated(again=again):
            why, hint = UnplacedReason.REPEATED, order_text(again.intent) if again else ""
        case ProductClosed():
            why, hint = UnplacedReason.CLOSED, ""
        case CounterClosed():
            why, hint = UnplacedReason.COUNTER_CLOSED, ""
    hint = truncate_suggestion(hint, SHOWN_CHARS)
    return UnplacedLine(number=line.number, typed=line.typed[:SHOWN_CHARS], why=why, hint=hint)


def accept_offer(tx: Tx, desk: Desk, buyer: Buyer, intent: Intent, *, now_ms: int) -> bool:
    """Place what a button offered at `buyer.at_ms`; False if its message has made its order before.

    An old offer, or one from before a change of the catalogue, is shown anew: its price may be another now.
    """
    is_old = now_ms - buyer.at_ms > OFFER_HOLDS_MS or catalogue_changed_at_ms(tx) > buyer.at_ms
    if is_old and restore_gate.order_block(tx, requested_at_ms=now_ms) is None:
        _offer_anew(tx, desk, buyer, intent, now_ms)
        return True
    match _order(tx, desk, buyer, intent, 1, now_ms):
        case None:
            return False
        case Order() as order:
            acknowledge(tx, desk, order, now_ms=now_ms)
        case refusal:
            _refuse(tx, desk, refusal, buyer.place, now_ms)
    return True


def propose_order(tx: Tx, desk: Desk, intent: Intent, where: Address, *, user_id: int, now_ms: int) -> None:
    """Show an order before it is sent, if its product can be bought now; a tap sends it."""
    shown = desk.shelf.catalogue(tx)
    product = shown.find(intent.product_code)
    notice: Refusal | OrderProposal = OrderProposal(offer=order_offer(shown, intent), user_id=user_id)
    if shown and product is None:
        notice = NotUnderstood(input_error=InputError.UNKNOWN_CODE, suggestion="harga")
    elif product and (closed := product_closed(desk, shown, product, intent, user_id, now_ms)):
        notice = closed
    desk.say(tx, notice, where, at_ms=now_ms)


def _offer_anew(tx: Tx, desk: Desk, buyer: Buyer, intent: Intent, now_ms: int) -> None:
    """Read an old offer as if it were typed now, and show what it comes to."""
    shown = desk.shelf.catalogue(tx)
    request = OrderRequest(code=intent.product_code.lower(), destination=intent.destination)
    match resolve(request, shown):
        case Intent() as fresh:
            again = replace(fresh, ordinal=intent.ordinal)
            propose_order(tx, desk, again, buyer.place, user_id=buyer.user_id, now_ms=now_ms)
        case InvalidInput() as misread:
            desk.say(tx, not_understood(misread), buyer.place, at_ms=now_ms)
        case Clarification() as asked:
            desk.say(tx, order_question(shown, asked, buyer.user_id), buyer.place, at_ms=now_ms)
