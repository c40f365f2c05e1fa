"""Asks for the destination of a chosen product and accepts the answer, which is bought only after a tap.

The answer is a reply to the question or, in a private chat, a bare number soon after it.
"""

from bot.actors import Actor, Address
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Product
from bot.grammar.parse import Parsed, normalize, parse
from bot.grammar.parsed import Clarification, Command, InputError, InvalidInput, OrderLines, OrderRequest
from bot.grammar.resolve.resolver import resolve
from bot.notices.shopping import DestinationPrompt, PromptCancelled
from bot.orders.model import Intent
from bot.purchasing import offers, placing
from bot.purchasing.settlement import OrderSource
from bot.routing import ReplyRoute, Routes
from bot.unit_of_work import CLOCK_TOLERANCE_MS, UnitOfWork
from bot.updates import IncomingMessage
from storage import order_queries, outbox
from storage.transaction import Tx

ANSWERED_WITHIN_MS = 600_000
"""How long a bare number counts as the answer: a customer may need minutes to find theirs."""

_NOT_THE_DESTINATION = frozenset({InputError.SEVERAL_ORDERS, InputError.UNKNOWN_CODE})
"""Input errors that another destination would not correct."""


def ask_destination(
    work: UnitOfWork, product: Product, address: Address, *, input_error: InputError | None = None
) -> None:
    """Ask for the destination of a product; `input_error` is the one of the previous answer."""
    question = DestinationPrompt(
        code=product.code,
        name=product.name,
        price_idr=product.price_idr,
        rule=product.rule,
        input_error=input_error,
    )
    work.notify(question, address, subject=f"product:{product.code}")


def accept_reply(work: UnitOfWork, source: OrderSource, subject: str) -> bool:
    """Accept the reply to a prompt; return False if it is a command or a complete order."""
    typed = normalize(source.text)
    match parse(typed):
        case Command() as command:
            is_open = _open_prompt(work.tx, source, work.now_ms) is not None
            return is_open and _cancel(work, source, command)
        case OrderLines() as orders if _is_complete(orders, work.catalogue):
            return False
        case _:
            return bool(typed) and _accept(work, source, typed, subject)


def accept_bare_number(work: UnitOfWork, source: OrderSource, parsed: Parsed) -> bool:
    """Accept a bare number in a private chat as the answer to the last prompt; return False if it is none."""
    match parsed:
        case Command() as command:
            is_open = _open_prompt(work.tx, source, work.now_ms) is not None
            return is_open and _cancel(work, source, command)
        case InvalidInput(input_error=InputError.NO_CODE):
            subject = _open_prompt(work.tx, source, work.now_ms)
            return subject is not None and _accept(work, source, normalize(source.text), subject)
        case _:
            return False


def _open_prompt(tx: Tx, source: OrderSource, now_ms: int) -> str | None:
    """Return the subject of the last prompt in a private chat; None once the reseller has placed an order.

    `batal` after an order means that order, which cannot be cancelled.
    """
    prompt = outbox.last_destination_prompt(tx, source.user_id) if source.chat_id == source.user_id else None
    # A time in the future is of a clock that was set back since.
    if prompt is None or not -CLOCK_TOLERANCE_MS <= now_ms - prompt[1] <= ANSWERED_WITHIN_MS:
        return None
    return None if order_queries.has_ordered_since(tx, source.user_id, prompt[1]) else prompt[0]


def _is_complete(orders: OrderLines, catalogue: Catalogue) -> bool:
    requests = (line.parsed for line in orders.lines if isinstance(line.parsed, OrderRequest))
    return any(catalogue.find(request.code) for request in requests)


def _cancel(work: UnitOfWork, source: OrderSource, command: Command) -> bool:
    """Close the prompt on `batal`; return False for any other command."""
    if command.word != "batal" or command.rest:
        return False
    work.notify(PromptCancelled(), source.address)
    return True


def _accept(work: UnitOfWork, source: OrderSource, typed: str, subject: str) -> bool:
    code, catalogue = subject.removeprefix("product:"), work.catalogue_for(source.user_id)
    product = catalogue.find(code)
    match resolve(OrderRequest(code=code.lower(), destination=typed), catalogue):
        case Intent() as intent:
            offers.propose_order(work, intent, source.address, user_id=source.user_id)
        case InvalidInput(input_error=input_error) if product and input_error not in _NOT_THE_DESTINATION:
            ask_destination(work, product, source.address, input_error=input_error)
        case InvalidInput() as invalid:
            work.notify(placing.not_understood(invalid), source.address)
        case Clarification() as clarification:
            question = placing.order_question(catalogue, clarification, source.user_id)
            work.notify(question, source.address)
    return True


def _reply(work: UnitOfWork, _: Actor, message: IncomingMessage, subject: str) -> bool:
    return accept_reply(work, OrderSource.of_message(message, behind_ms=work.context.behind_ms()), subject)


ROUTES = Routes(replies=(ReplyRoute(to=(DestinationPrompt,), handle=_reply),))
