"""Asks for the number of a product that was chosen, and takes the answer: shown first, bought by a tap.

The answer is a reply to the question or, in a private chat, a bare number soon after it.
"""

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Product
from bot.grammar.normalize import normalize
from bot.grammar.parse import parse
from bot.grammar.parsed import Clarification, Command, InputError, InvalidInput, OrderLines, OrderRequest
from bot.grammar.resolve.resolver import resolve
from bot.notices.shopping import DestinationPrompt, PromptCancelled
from bot.orders.model import Intent
from bot.purchasing import placing
from bot.purchasing.placing import Buyer
from bot.unit_of_work import Address, Desk
from storage import order_queries, outbox
from storage.transaction import Tx

ANSWERED_WITHIN_MS = 600_000
"""So long a bare number is taken for the answer: a customer who looks for theirs takes minutes."""

_NOT_THE_NUMBER = frozenset({InputError.SEVERAL_ORDERS, InputError.UNKNOWN_CODE})
"""Slips that asking for the number once more would not mend."""


def ask_destination(
    tx: Tx,
    desk: Desk,
    product: Product,
    place: Address,
    *,
    input_error: InputError | None = None,
    now_ms: int,
) -> None:
    """Ask for which number a product is; `input_error` tells what was amiss with the one before."""
    question = DestinationPrompt(
        code=product.code,
        name=product.name,
        price_idr=product.price_idr,
        rule=product.rule,
        input_error=input_error,
    )
    desk.say(tx, question, place, at_ms=now_ms, subject=f"product:{product.code}")


def accept_reply(tx: Tx, desk: Desk, buyer: Buyer, subject: str, *, now_ms: int) -> bool:
    """Take the reply to a question of ours; False if it is a command or a whole order of its own."""
    typed = normalize(buyer.text)
    match parse(typed):
        case Command() as command:
            is_open = _open_question(tx, buyer, now_ms) is not None
            return is_open and _drop(tx, desk, buyer, command, now_ms)
        case OrderLines() as orders if _is_whole(orders, desk.shelf.catalogue(tx)):
            return False
        case _:
            return bool(typed) and _take(tx, desk, buyer, typed, subject, now_ms)


def accept_bare_number(
    tx: Tx, desk: Desk, buyer: Buyer, parsed: Command | OrderLines | InvalidInput, *, now_ms: int
) -> bool:
    """Take a bare number in a private chat for the answer to the last question; False if it is none."""
    match parsed:
        case Command() as command:
            return _open_question(tx, buyer, now_ms) is not None and _drop(tx, desk, buyer, command, now_ms)
        case InvalidInput(input_error=InputError.NO_CODE):
            subject = _open_question(tx, buyer, now_ms)
            return subject is not None and _take(tx, desk, buyer, normalize(buyer.text), subject, now_ms)
        case _:
            return False


def _open_question(tx: Tx, buyer: Buyer, now_ms: int) -> str | None:
    """Give the subject of the last question to this person in private, until they have ordered something.

    Who then types `batal` means the order, and that cannot be called back.
    """
    asked = (
        outbox.last_destination_prompt(tx, buyer.user_id) if buyer.place.chat_id == buyer.user_id else None
    )
    if asked is None or asked[1] < now_ms - ANSWERED_WITHIN_MS:
        return None
    last = order_queries.page_before(tx, buyer.user_id, None, limit=1)
    return None if last and last[0].placed_at_ms >= asked[1] else asked[0]


def _is_whole(orders: OrderLines, catalogue: Catalogue) -> bool:
    asked = (line.asked for line in orders.lines)
    return any(isinstance(one, OrderRequest) and catalogue.find(one.code) for one in asked)


def _drop(tx: Tx, desk: Desk, buyer: Buyer, command: Command, now_ms: int) -> bool:
    """Let the choice go at `batal`; another command is carried out as ever."""
    if command.word != "batal" or command.rest:
        return False
    desk.say(tx, PromptCancelled(), buyer.place, at_ms=now_ms)
    return True


def _take(tx: Tx, desk: Desk, buyer: Buyer, typed: str, subject: str, now_ms: int) -> bool:
    code, catalogue = subject.removeprefix("product:"), desk.shelf.catalogue(tx)
    product = catalogue.find(code)
    match resolve(OrderRequest(code=code.lower(), destination=typed), catalogue):
        case Intent() as intent:
            placing.propose_order(tx, desk, intent, buyer.place, user_id=buyer.user_id, now_ms=now_ms)
        case InvalidInput(input_error=input_error) if product and input_error not in _NOT_THE_NUMBER:
            ask_destination(tx, desk, product, buyer.place, input_error=input_error, now_ms=now_ms)
        case InvalidInput() as misread:
            desk.say(tx, placing.not_understood(misread), buyer.place, at_ms=now_ms)
        case Clarification() as asked:
            question = placing.order_question(catalogue, asked, buyer.user_id)
            desk.say(tx, question, buyer.place, at_ms=now_ms)
    return True
