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
    Doubt,
    Line,
    Misread,
    OrderRequest,
    Orders,
    Question,
    Slip,
    spelled,
    whole,
)
from bot.grammar.period import minute_of_day
from bot.grammar.resolve.resolver import validate
from bot.notices.guidance import NotUnderstood
from bot.notices.placing import Closure, Offer, OrderProposal, OrderQuestion, OrderRepeated, ProductClosed
from bot.notices.restore_gate import CounterClosed
from bot.orders.batch import Batch, Unplaced, Why
from bot.orders.model import Intent, Order
from bot.orders.notifications import facts_of
from bot.purchasing import duplicates, restore_gate
from bot.purchasing.settlement import Asked, announce, place
from bot.unit_of_work import Desk, Place
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
    place: Place
    message_id: int
    at_ms: int
    text: str


def take(tx: Tx, desk: Desk, buyer: Buyer, typed: Orders, *, now_ms: int) -> None:
    """Take in all orders of a message; talk between them is left alone."""
    lines = meant(typed, desk.shelf.catalogue(tx))
    if len(lines) > 1:
        _take_many(tx, desk, buyer, lines, now_ms)
    else:
        _take_one(tx, desk, buyer, (lines or typed.lines)[0], now_ms)


def meant(typed: Orders, catalogue: Catalogue) -> list[Line]:
    """Give the lines that were meant as orders: by their look, or by a code that the catalogue knows."""
    return [line for line in typed.lines if line.asked.near or _is_known(line, catalogue)]


def _is_known(line: Line, catalogue: Catalogue) -> bool:
    return isinstance(line.asked, OrderRequest) and catalogue.find(line.asked.code) is not None


def _take_one(tx: Tx, desk: Desk, buyer: Buyer, line: Line, now_ms: int) -> None:
    match _take_line(tx, desk, buyer, line, now_ms):
        case Order() as order:
            announce(tx, desk, order, now_ms=now_ms)
        case None:
            pass
        case refusal:
            _refuse(tx, desk, refusal, buyer.place, now_ms)


def _take_many(tx: Tx, desk: Desk, buyer: Buyer, lines: list[Line], now_ms: int) -> None:
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
    batch_summary.begin(tx, desk, batch, buyer.place, now_ms=now_ms)
    questions = [refusal for _, refusal in refused if isinstance(refusal, OrderQuestion)]
    for question in questions[:QUESTIONS_A_BATCH]:
        _refuse(tx, desk, question, buyer.place, now_ms)


def _take_line(tx: Tx, desk: Desk, buyer: Buyer, line: Line, now_ms: int) -> Order | Refusal | None:
    """Place one line; else say what it lacks. None if this line has made its order before."""
    if isinstance(line.asked, Misread):
        return not_understood(line.asked)
    catalogue = desk.shelf.catalogue(tx)
    match validate(line.asked, catalogue):
        case Misread() as misread:
            return not_understood(misread)
        case Question() as asked:
            return question_of(catalogue, asked, buyer.user_id)
        case Intent() as intent:
            return _order(tx, desk, replace(buyer, text=line.typed), intent, line.number, now_ms)


def _order(
    tx: Tx, desk: Desk, buyer: Buyer, intent: Intent, line: int, now_ms: int
) -> Order | Refusal | None:
    """Place an order that is clear in itself, unless something stands against it now."""
    catalogue = desk.shelf.catalogue(tx)
    product = catalogue.find(intent.product_code)
    hindrance = restore_gate.hindrance(tx, asked_at_ms=buyer.at_ms)
    if hindrance is restore_gate.Hindrance.CLOSED:
        return CounterClosed(code=intent.product_code, destination=intent.destination)
    if hindrance is restore_gate.Hindrance.ASKED_IN_THE_GAP:
        # It may have been bought already, whatever the catalogue says now: nobody may be told otherwise.
        return _place(tx, desk, buyer, intent, line, now_ms, in_doubt=True)
    if product and (closed := closure_of(desk, catalogue, product, intent, buyer.user_id, now_ms)):
        return closed
    same = duplicates.living(tx, desk.zone, intent, user_id=buyer.user_id, now_ms=now_ms)
    if repeat := duplicates.find(intent, same):
        return repeated(catalogue, repeat, buyer.user_id)
    if turn := duplicates.leapt_over(intent, same):
        counted = Question(doubt=Doubt.ORDINAL, choices=(turn,), suggestion=spelled(turn))
        return question_of(catalogue, counted, buyer.user_id)
    return _place(tx, desk, buyer, intent, line, now_ms)


def _place(
    tx: Tx, desk: Desk, buyer: Buyer, intent: Intent, line: int, now_ms: int, *, in_doubt: bool = False
) -> Order | None:
    product = desk.shelf.catalogue(tx).find(intent.product_code)
    asked = Asked(
        chat_id=buyer.place.chat_id,
        thread_id=buyer.place.thread_id,
        message_id=buyer.message_id,
        line=line,
        user_id=buyer.user_id,
        at_ms=buyer.at_ms,
        text=buyer.text,
        sell_idr=product.sell_idr if product else None,
    )
    order = place(tx, desk, intent, asked, now_ms=now_ms)
    return restore_gate.doubt(tx, desk, order, now_ms=now_ms) if order and in_doubt else order


def not_understood(misread: Misread) -> NotUnderstood:
    """Give a slip as it is told, with as much of the right form as can be shown."""
    suggestion = whole(misread.suggestion, SUGGESTED_CHARS) or EXAMPLE
    return NotUnderstood(
        slip=misread.slip,
        suggestion=suggestion,
        is_example=misread.is_example,
        typed=misread.typed[:SUGGESTED_CHARS],
    )


def question_of(catalogue: Catalogue, asked: Question, user_id: int) -> OrderQuestion:
    """Give what must be asked back, with an offer for each reading."""
    offers = tuple(offer_of(catalogue, intent) for intent in asked.choices)
    return OrderQuestion(doubt=asked.doubt, suggestion=asked.suggestion, offers=offers, user_id=user_id)


def offer_of(catalogue: Catalogue, intent: Intent) -> Offer:
    """Give an order as it is offered: with its product's name and price, where they are known."""
    product = catalogue.find(intent.product_code)
    if product is None:
        return Offer(intent=intent)
    return Offer(intent=intent, name=product.name, sell_idr=product.sell_idr)


def closure_of(
    desk: Desk, catalogue: Catalogue, product: Product, intent: Intent, user_id: int, now_ms: int
) -> ProductClosed | None:
    """Tell that a product cannot be bought now, and what could be in its place; None if it can."""
    rests = product.rests(minute_of_day(now_ms, desk.zone))
    if product.is_open and not rests:
        return None
    others = tuple(
        offer_of(catalogue, Intent(product_code=other.code, destination=intent.destination))
        for other in catalogue.siblings(product)
    )
    return ProductClosed(
        code=product.code,
        name=product.name,
        closure=Closure.RESTING if product.is_open else Closure.CLOSED,
        opens_minute=product.cut_off.until_minute if product.is_open and product.cut_off else None,
        others=others,
        user_id=user_id,
    )


def repeated(catalogue: Catalogue, repeat: duplicates.Repeat, user_id: int) -> OrderRepeated:
    """Say how the earlier purchase stands, and how to buy one more."""
    earlier = repeat.earlier
    return OrderRepeated(
        **facts_of(earlier, earlier.placed_at_ms),
        state=earlier.state,
        sn=earlier.sn,
        again=offer_of(catalogue, repeat.again) if repeat.again else None,
        user_id=user_id,
    )


def _refuse(tx: Tx, desk: Desk, refusal: Refusal, where: Place, now_ms: int) -> None:
    if isinstance(refusal, CounterClosed):
        restore_gate.turn_away(tx, desk, refusal, where, now_ms=now_ms)
    else:
        desk.say(tx, refusal, where, at_ms=now_ms)


def _unplaced(line: Line, refusal: Refusal) -> Unplaced:
    match refusal:
        case NotUnderstood(suggestion=suggestion, is_example=is_example):
            why, hint = Why.SLIP, "" if is_example else suggestion
        case OrderQuestion(suggestion=hint):
            why = Why.QUESTION
        case OrderRepeated(again=again):
            why, hint = Why.REPEATED, spelled(again.intent) if again else ""
        case ProductClosed():
            why, hint = Why.CLOSED, ""
        case CounterClosed():
            why, hint = Why.COUNTER_CLOSED, ""
    hint = whole(hint, SHOWN_CHARS)
    return Unplaced(number=line.number, typed=line.typed[:SHOWN_CHARS], why=why, hint=hint)


def accept(tx: Tx, desk: Desk, buyer: Buyer, intent: Intent, *, now_ms: int) -> bool:
    """Place what a button offered at `buyer.at_ms`; False if its message has made its order before.

    An old offer, or one from before a change of the catalogue, is shown anew: its price may be another now.
    """
    is_old = now_ms - buyer.at_ms > OFFER_HOLDS_MS or catalogue_changed_at_ms(tx) > buyer.at_ms
    if is_old and restore_gate.hindrance(tx, asked_at_ms=now_ms) is None:
        _offer_anew(tx, desk, buyer, intent, now_ms)
        return True
    match _order(tx, desk, buyer, intent, 1, now_ms):
        case None:
            return False
        case Order() as order:
            announce(tx, desk, order, now_ms=now_ms)
        case refusal:
            _refuse(tx, desk, refusal, buyer.place, now_ms)
    return True


def propose(tx: Tx, desk: Desk, intent: Intent, where: Place, *, user_id: int, now_ms: int) -> None:
    """Show an order before it is sent, if its product can be bought now; a tap sends it."""
    shown = desk.shelf.catalogue(tx)
    product = shown.find(intent.product_code)
    notice: Refusal | OrderProposal = OrderProposal(offer=offer_of(shown, intent), user_id=user_id)
    if shown and product is None:
        notice = NotUnderstood(slip=Slip.UNKNOWN_CODE, suggestion="harga")
    elif product and (closed := closure_of(desk, shown, product, intent, user_id, now_ms)):
        notice = closed
    desk.say(tx, notice, where, at_ms=now_ms)


def _offer_anew(tx: Tx, desk: Desk, buyer: Buyer, intent: Intent, now_ms: int) -> None:
    """Read an old offer as if it were typed now, and show what it comes to."""
    shown = desk.shelf.catalogue(tx)
    request = OrderRequest(code=intent.product_code.lower(), destination=intent.destination)
    match validate(request, shown):
        case Intent() as fresh:
            again = replace(fresh, ordinal=intent.ordinal)
            propose(tx, desk, again, buyer.place, user_id=buyer.user_id, now_ms=now_ms)
        case Misread() as misread:
            desk.say(tx, not_understood(misread), buyer.place, at_ms=now_ms)
        case Question() as asked:
            desk.say(tx, question_of(shown, asked, buyer.user_id), buyer.place, at_ms=now_ms)
