"""Asks for the number of a product that was chosen, and takes the answer: shown first, bought by a tap.

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
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage
from storage import order_queries, outbox
from storage.transaction import Tx

ANSWERED_WITHIN_MS = 600_000
"""So long a bare number is taken for the answer: a customer who looks for theirs takes minutes."""

_NOT_THE_NUMBER = frozenset({InputError.SEVERAL_ORDERS, InputError.UNKNOWN_CODE})
"""Slips that asking for the number once more would not mend."""


def ask_destination(
    work: UnitOfWork, product: Product, address: Address, *, input_error: InputError | None = None
) -> None:
    """Ask for which number a product is; `input_error` tells what was amiss with the one before."""
    question = DestinationPrompt(
        code=product.code,
        name=product.name,
        price_idr=product.price_idr,
        rule=product.rule,
        input_error=input_error,
    )
    work.notify(question, address, subject=f"product:{product.code}")


def accept_reply(work: UnitOfWork, source: OrderSource, subject: str) -> bool:
    """Take the reply to a question of ours; False if it is a command or a whole order of its own."""
    typed = normalize(source.text)
    match parse(typed):
        case Command() as command:
            is_open = _open_question(work.tx, source, work.now_ms) is not None
            return is_open and _drop(work, source, command)
        case OrderLines() as orders if _is_whole(orders, work.catalogue):
            return False
        case _:
            return bool(typed) and _take(work, source, typed, subject)


def accept_bare_number(work: UnitOfWork, source: OrderSource, parsed: Parsed) -> bool:
    """Take a bare number in a private chat for the answer to the last question; False if it is none."""
    match parsed:
        case Command() as command:
            return _open_question(work.tx, source, work.now_ms) is not None and _drop(work, source, command)
        case InvalidInput(input_error=InputError.NO_CODE):
            subject = _open_question(work.tx, source, work.now_ms)
            return subject is not None and _take(work, source, normalize(source.text), subject)
        case _:
            return False


def _open_question(tx: Tx, source: OrderSource, now_ms: int) -> str | None:
    """Give the subject of the last question to this person in private, until they have ordered something.

    Who then types `batal` means the order, and that cannot be called back.
    """
    asked = outbox.last_destination_prompt(tx, source.user_id) if source.chat_id == source.user_id else None
    if asked is None or asked[1] < now_ms - ANSWERED_WITHIN_MS:
        return None
    last = order_queries.page_before(tx, source.user_id, None, limit=1)
    return None if last and last[0].placed_at_ms >= asked[1] else asked[0]


def _is_whole(orders: OrderLines, catalogue: Catalogue) -> bool:
    asked = (line.parsed for line in orders.lines)
    return any(isinstance(one, OrderRequest) and catalogue.find(one.code) for one in asked)


def _drop(work: UnitOfWork, source: OrderSource, command: Command) -> bool:
    """Let the choice go at `batal`; another command is carried out as ever."""
    if command.word != "batal" or command.rest:
        return False
    work.notify(PromptCancelled(), source.address)
    return True


def _take(work: UnitOfWork, source: OrderSource, typed: str, subject: str) -> bool:
    code, catalogue = subject.removeprefix("product:"), work.catalogue
    product = catalogue.find(code)
    match resolve(OrderRequest(code=code.lower(), destination=typed), catalogue):
        case Intent() as intent:
            offers.propose_order(work, intent, source.address, user_id=source.user_id)
        case InvalidInput(input_error=input_error) if product and input_error not in _NOT_THE_NUMBER:
            ask_destination(work, product, source.address, input_error=input_error)
        case InvalidInput() as invalid:
            work.notify(placing.not_understood(invalid), source.address)
        case Clarification() as asked:
            question = placing.order_question(catalogue, asked, source.user_id)
            work.notify(question, source.address)
    return True


def _reply(work: UnitOfWork, _: Actor, message: IncomingMessage, subject: str) -> bool:
    return accept_reply(work, OrderSource.of_message(message), subject)


ROUTES = Routes(replies=(ReplyRoute(to=(DestinationPrompt,), handle=_reply),))
