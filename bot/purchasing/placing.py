"""Places the orders of a message: each line becomes an order, or is answered with the reason why not.

An ambiguous line is never bought. One order is answered by its own message, several by one table.
"""

import re

from msgspec.structs import replace

from bot.actors import Address
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Product
from bot.delivery import batch_summary
from bot.grammar.parsed import (
    EXAMPLE,
    Ambiguity,
    Clarification,
    InvalidInput,
    OrderLine,
    OrderLines,
    OrderRequest,
    clarify,
    order_text,
    truncate_suggestion,
)
from bot.grammar.period import minute_of_day
from bot.grammar.resolve.resolution import fits_carrier, options_in
from bot.grammar.resolve.resolver import resolve
from bot.notices.accounts import DailyLimitReached
from bot.notices.balances import InsufficientBalance, PriceMissing
from bot.notices.guidance import NotUnderstood
from bot.notices.placing import (
    ClosedReason,
    OrderOffer,
    OrderQuestion,
    OrderRepeated,
    ProductClosed,
)
from bot.notices.restore_gate import CounterClosed
from bot.orders.model import Batch, Intent, Order, UnplacedLine, UnplacedReason
from bot.purchasing import below_cost, duplicates, payment, product_health, restore_gate
from bot.purchasing.notifications import facts_of
from bot.purchasing.payment import account_for_order, paying_account
from bot.purchasing.settlement import OrderSource, acknowledge, store_claimed_order, store_order
from bot.unit_of_work import UnitOfWork
from storage import catalogue as stored_catalogue
from storage.database import shop_key
from storage.ledger import Account

QUESTIONS_A_BATCH = 3
"""Ambiguous lines of a batch that get a question with buttons; the others show a suggestion."""

SHOWN_CHARS = 40
"""Characters of a line without an order that a table shows."""

SUGGESTED_CHARS = 100
"""Characters of a suggestion: five orders, or the longest destination."""

Refusal = (
    OrderQuestion
    | OrderRepeated
    | ProductClosed
    | CounterClosed
    | NotUnderstood
    | InsufficientBalance
    | PriceMissing
    | DailyLimitReached
)


def place_orders(work: UnitOfWork, source: OrderSource, typed: OrderLines) -> None:
    """Place all orders of a message; other lines are ignored."""
    lines = order_lines(typed, work.catalogue)
    if len(lines) > 1:
        _place_many(work, source, lines)
    else:
        _place_one(work, source, (lines or typed.lines)[0])


def order_lines(typed: OrderLines, catalogue: Catalogue) -> list[OrderLine]:
    """Return the lines that have the form of an order, or a code of the catalogue."""
    return [line for line in typed.lines if line.parsed.looks_like_order or _is_known(line, catalogue)]


def _is_known(line: OrderLine, catalogue: Catalogue) -> bool:
    return isinstance(line.parsed, OrderRequest) and catalogue.find(line.parsed.code) is not None


def _place_one(work: UnitOfWork, source: OrderSource, line: OrderLine) -> None:
    match _place_line(work, source, line):
        case Order() as order:
            acknowledge(work, order)
        case None:
            pass
        case refusal:
            answer_refusal(work, refusal, source.address)


def _place_many(work: UnitOfWork, source: OrderSource, lines: list[OrderLine]) -> None:
    """Place what can be placed, list the rest in the table, and ask about the first ambiguous lines."""
    outcomes = [(line, _place_line(work, source, line)) for line in lines]
    refused = [
        (line, outcome)
        for line, outcome in outcomes
        if outcome is not None and not isinstance(outcome, Order)
    ]
    batch = Batch(
        chat_id=source.address.chat_id,
        message_id=source.message_id,
        placed_at_ms=work.now_ms,
        placed_count=sum(isinstance(outcome, Order) for _, outcome in outcomes),
        unplaced=tuple(_unplaced(line, refusal) for line, refusal in refused),
        version=1,
    )
    batch_summary.create(work, batch, source.address)
    questions = [refusal for _, refusal in refused if isinstance(refusal, OrderQuestion)]
    for question in questions[:QUESTIONS_A_BATCH]:
        answer_refusal(work, question, source.address)


def _place_line(work: UnitOfWork, source: OrderSource, line: OrderLine) -> Order | Refusal | None:
    """Place one line, or return why not; None if this line already made its order."""
    if isinstance(line.parsed, InvalidInput):
        return not_understood(line.parsed)
    catalogue = work.catalogue_for(source.user_id)
    match resolve(line.parsed, catalogue):
        case InvalidInput() as invalid:
            return not_understood(invalid)
        case Clarification() as clarification:
            return order_question(catalogue, clarification, source.user_id)
        case Intent() as intent:
            return _place_intent(work, catalogue, replace(source, text=line.typed), intent, line.number)


def place_intent(work: UnitOfWork, source: OrderSource, intent: Intent, line: int) -> Order | Refusal | None:
    """Place an unambiguous order, or return why not; None if this line already made its order."""
    return _place_intent(work, work.catalogue_for(source.user_id), source, intent, line)


def _place_intent(
    work: UnitOfWork, catalogue: Catalogue, source: OrderSource, intent: Intent, line: int
) -> Order | Refusal | None:
    product = catalogue.find(intent.product_code)
    block = restore_gate.order_block(work.buyer(source.user_id).restore, requested_at_ms=source.at_ms)
    if block is restore_gate.OrderBlock.CLOSED:
        return CounterClosed(code=intent.product_code, destination=intent.destination)
    if block is restore_gate.OrderBlock.REQUESTED_IN_THE_GAP:
        # It may have been bought already: a refusal by the catalogue of now could be wrong.
        account = paying_account(work, source.user_id)
        return _store(work, source, intent, line, account, product, in_doubt=True)
    if product and (closed := product_closed(work, catalogue, product, intent, source.user_id)):
        return closed
    # From here on all goes by what the shop has ordered and spent, of which nothing may change meanwhile.
    work.tx.needs(shop_key(work.buyer(source.user_id).owner_id))
    if placed := _place_claimed(work, source, intent, line, product):
        return placed
    same = duplicates.earlier_orders(work.tx, work.zone, intent, user_id=source.user_id, now_ms=work.now_ms)
    if repeat := duplicates.find_duplicate(intent, same):
        return order_repeated(catalogue, repeat, source.user_id)
    if next_one := duplicates.skipped_ordinal(intent, same):
        return order_question(catalogue, _skipped(catalogue, intent, next_one, source.text), source.user_id)
    account = account_for_order(work, source.user_id) or paying_account(work, source.user_id)
    if refused := payment.refusal(work, account, intent, product.price_idr if product else None):
        return _for_chat(refused, source)
    is_probe = product_health.take_probe(work, product, user_id=source.user_id) if product else None
    if product and is_probe is False:
        return _closed_notice(work, catalogue, product, intent, source.user_id, ClosedReason.TROUBLE)
    order = _store(work, source, intent, line, account, product)
    if is_probe:
        stored_catalogue.name_probe(work.tx, intent.product_code, order.trxid if order else None)
    return order


def _place_claimed(
    work: UnitOfWork, source: OrderSource, intent: Intent, line: int, product: Product | None
) -> Order | None:
    """Place an order and claim it at once; None where something may stand against one of them.

    An order to a destination that has no other one today, nor an open one, repeats none.
    """
    reserved = work.reserved
    if reserved is None or work.claimed or intent.ordinal != 1:
        return None
    if work.buyer(source.user_id).is_any_product_closed:
        return None
    if work.now_ms - source.requested_at_ms(work.now_ms) > reserved.max_age_ms:
        return None
    account = account_for_order(work, source.user_id) or paying_account(work, source.user_id)
    price_idr = product.price_idr if product else None
    if price_idr is None and payment.is_limited(account):
        return None
    if payment.refusal(work, account, intent, price_idr):
        return None
    return store_claimed_order(
        work,
        intent,
        source,
        line=line,
        shop_id=account.shop_id,
        price_idr=price_idr,
        reserved=reserved,
        since_ms=duplicates.counts_since_ms(work.zone, work.now_ms),
    )


def _skipped(catalogue: Catalogue, intent: Intent, next_one: Intent, typed: str) -> Clarification:
    """Ask about an ordinal beyond the next: the next purchase, or the ordinal as part of the number."""
    whole = _with_ordinal_in_number(catalogue, intent, typed)
    return clarify(Ambiguity.ORDINAL if whole else Ambiguity.SKIPPED, (next_one, *whole))


def _with_ordinal_in_number(catalogue: Catalogue, intent: Intent, typed: str) -> tuple[Intent, ...]:
    """Return the order in which the ordinal is the first or last digits of the number, if that is one."""
    digits, number = re.sub(r"[^0-9]", "", typed), intent.destination
    # No number begins with a digit and a whole phone number.
    is_in_front = digits.endswith(f"{intent.ordinal}{number}") and not number.startswith("08")
    joined = [f"{intent.ordinal}{number}"] if is_in_front else []
    if digits.endswith(f"{number.removeprefix('0')}{intent.ordinal}"):
        joined.append(f"{number}{intent.ordinal}")
    requests = [OrderRequest(code=intent.product_code.lower(), destination=each) for each in joined]
    options = options_in([resolve(request, catalogue) for request in requests])
    return tuple(
        option
        for option in options
        if option.destination in joined and option.product_code.lower() == intent.product_code.lower()
    )


def _for_chat(
    refused: InsufficientBalance | PriceMissing | DailyLimitReached, source: OrderSource
) -> InsufficientBalance | PriceMissing | DailyLimitReached:
    """Return a refusal without the figures of the shop where everybody reads along."""
    if isinstance(refused, PriceMissing):
        return refused
    return replace(refused, is_private=source.chat_id == source.user_id)


def _store(
    work: UnitOfWork,
    source: OrderSource,
    intent: Intent,
    line: int,
    account: Account,
    product: Product | None,
    *,
    in_doubt: bool = False,
) -> Order | None:
    order = store_order(
        work,
        intent,
        source,
        line=line,
        shop_id=account.shop_id,
        price_idr=product.price_idr if product else None,
        in_doubt=in_doubt,
    )
    return restore_gate.mark_unknown(work, order) if order and in_doubt else order


def not_understood(invalid: InvalidInput) -> NotUnderstood:
    """Return the notice of an input error, with the suggestion truncated to what can be shown."""
    suggestion = truncate_suggestion(invalid.suggestion, SUGGESTED_CHARS) or EXAMPLE
    return NotUnderstood(
        input_error=invalid.input_error,
        suggestion=suggestion,
        is_example=invalid.is_example,
        typed=invalid.typed[:SUGGESTED_CHARS],
    )


def order_question(catalogue: Catalogue, clarification: Clarification, user_id: int) -> OrderQuestion:
    """Return the question with an offer for each reading."""
    offers = tuple(order_offer(catalogue, intent) for intent in clarification.choices)
    return OrderQuestion(
        ambiguity=clarification.ambiguity, suggestion=clarification.suggestion, offers=offers, user_id=user_id
    )


def order_offer(catalogue: Catalogue, intent: Intent) -> OrderOffer:
    """Return an offer, with the name and price of the product where they are known."""
    product = catalogue.find(intent.product_code)
    if product is None:
        return OrderOffer(intent=intent)
    return OrderOffer(
        intent=intent,
        name=product.name,
        price_idr=product.price_idr,
        is_other_carrier=not fits_carrier(intent.destination, product),
    )


def product_closed(
    work: UnitOfWork, catalogue: Catalogue, product: Product, intent: Intent, user_id: int
) -> ProductClosed | None:
    """Return why a product cannot be bought now, with substitutes; None if it can be bought.

    `catalogue` and `product` are at the prices of `user_id`. What is held back below its cost is closed for a
    reseller, who must not learn the cost.
    """
    closure = closure_of(work, product, product_health.troubled_codes_for(work, user_id))
    if closure is None:
        if not below_cost.is_held_back(work, user_id, product):
            return None
        below_cost.ask_admins(work, user_id, product)
        closure = ClosedReason.CLOSED
    return _closed_notice(work, catalogue, product, intent, user_id, closure)


def closure_of(work: UnitOfWork, product: Product, troubled: frozenset[str]) -> ClosedReason | None:
    """Return why nobody can buy a product now; None if it is sold. `troubled` are the codes in trouble."""
    if not product.is_open:
        return ClosedReason.CLOSED
    if product.is_in_cut_off(minute_of_day(work.now_ms, work.zone)):
        return ClosedReason.RESTING
    return ClosedReason.TROUBLE if product.code.casefold() in troubled else None


def _closed_notice(
    work: UnitOfWork,
    catalogue: Catalogue,
    product: Product,
    intent: Intent,
    user_id: int,
    closure: ClosedReason,
) -> ProductClosed:
    substitutes = catalogue.substitutes(product)
    not_sold = product_health.not_sold(work, user_id, substitutes)
    others = tuple(
        order_offer(catalogue, Intent(product_code=other.code, destination=intent.destination))
        for other in substitutes
        if other.code not in not_sold
    )
    is_resting = closure is ClosedReason.RESTING
    return ProductClosed(
        code=product.code,
        name=product.name,
        closure=closure,
        opens_minute=product.cut_off.until_minute if is_resting and product.cut_off else None,
        others=others,
        user_id=user_id,
    )


def order_repeated(catalogue: Catalogue, repeat: duplicates.Duplicate, user_id: int) -> OrderRepeated:
    """Return the state of the earlier order, and how to order one more."""
    earlier = repeat.earlier
    return OrderRepeated(
        **facts_of(earlier, earlier.placed_at_ms),
        state=earlier.state,
        sn=earlier.sn,
        again=order_offer(catalogue, repeat.again) if repeat.again else None,
        user_id=user_id,
    )


def answer_refusal(work: UnitOfWork, refusal: Refusal, address: Address) -> None:
    """Send why an order was not placed."""
    if isinstance(refusal, CounterClosed):
        restore_gate.reject_while_closed(work, refusal, address)
    else:
        work.notify(refusal, address)


def _unplaced(line: OrderLine, refusal: Refusal) -> UnplacedLine:
    detail = ""
    match refusal:
        case NotUnderstood(input_error=detail, suggestion=suggestion, is_example=is_example):
            why, hint = UnplacedReason.INPUT_ERROR, "" if is_example else suggestion
        case OrderQuestion(ambiguity=detail, suggestion=hint):
            why = UnplacedReason.QUESTION
        case OrderRepeated(again=again):
            why, hint = UnplacedReason.REPEATED, order_text(again.intent) if again else ""
        case ProductClosed():
            why, hint = UnplacedReason.CLOSED, ""
        case CounterClosed():
            why, hint = UnplacedReason.COUNTER_CLOSED, ""
        case InsufficientBalance():
            why, hint = UnplacedReason.NO_BALANCE, ""
        case DailyLimitReached():
            why, hint = UnplacedReason.DAILY_LIMIT, ""
        case PriceMissing():
            why, hint = UnplacedReason.NO_PRICE, ""
    hint = truncate_suggestion(hint, SHOWN_CHARS)
    return UnplacedLine(
        number=line.number, typed=line.typed[:SHOWN_CHARS], why=why, hint=hint, detail=str(detail)
    )
