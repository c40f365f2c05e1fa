"""Asks for the number of a product that was chosen, and takes the answer: shown first, bought by a tap.

The answer is a reply to the question or, in a private chat, a bare number soon after it.
"""

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Product
from bot.grammar.normalize import plain
from bot.grammar.parse import parse
from bot.grammar.parsed import Command, Misread, OrderRequest, Orders, Question, Slip
from bot.grammar.resolve.resolver import validate
from bot.notices.shopping import ChoiceDropped, NumberQuestion
from bot.orders.model import Intent
from bot.purchasing import placing
from bot.purchasing.placing import Buyer
from bot.unit_of_work import Desk, Place
from storage import order_queries, outbox
from storage.transaction import Tx

ANSWERED_WITHIN_MS = 600_000
"""So long a bare number is taken for the answer: a customer who looks for theirs takes minutes."""

_NOT_THE_NUMBER = frozenset({Slip.SEVERAL_ORDERS, Slip.UNKNOWN_CODE})
"""Slips that asking for the number once more would not mend."""


def ask(tx: Tx, desk: Desk, product: Product, place: Place, *, slip: Slip | None = None, now_ms: int) -> None:
    """Ask for which number a product is; `slip` tells what was amiss with the one before."""
    question = NumberQuestion(
        code=product.code, name=product.name, sell_idr=product.sell_idr, rule=product.rule, slip=slip
    )
    desk.say(tx, question, place, at_ms=now_ms, subject=f"product:{product.code}")


def take_reply(tx: Tx, desk: Desk, buyer: Buyer, subject: str, *, now_ms: int) -> bool:
    """Take the reply to a question of ours; False if it is a command or a whole order of its own."""
    typed = plain(buyer.text)
    match parse(typed):
        case Command() as command:
            is_open = _open_question(tx, buyer, now_ms) is not None
            return is_open and _drop(tx, desk, buyer, command, now_ms)
        case Orders() as orders if _is_whole(orders, desk.shelf.catalogue(tx)):
            return False
        case _:
            return bool(typed) and _take(tx, desk, buyer, typed, subject, now_ms)


def take_bare(tx: Tx, desk: Desk, buyer: Buyer, parsed: Command | Orders | Misread, *, now_ms: int) -> bool:
    """Take a bare number in a private chat for the answer to the last question; False if it is none."""
    match parsed:
        case Command() as command:
            return _open_question(tx, buyer, now_ms) is not None and _drop(tx, desk, buyer, command, now_ms)
        case Misread(slip=Slip.NO_CODE):
            subject = _open_question(tx, buyer, now_ms)
            return subject is not None and _take(tx, desk, buyer, plain(buyer.text), subject, now_ms)
        case _:
            return False


def _open_question(tx: Tx, buyer: Buyer, now_ms: int) -> str | None:
    """Give the subject of the last question to this person in private, until they have ordered something.

    Who then types `batal` means the order, and that cannot be called back.
    """
    asked = outbox.number_asked(tx, buyer.user_id) if buyer.place.chat_id == buyer.user_id else None
    if asked is None or asked[1] < now_ms - ANSWERED_WITHIN_MS:
        return None
    last = order_queries.before(tx, buyer.user_id, None, limit=1)
    return None if last and last[0].placed_at_ms >= asked[1] else asked[0]


def _is_whole(orders: Orders, catalogue: Catalogue) -> bool:
    asked = (line.asked for line in orders.lines)
    return any(isinstance(one, OrderRequest) and catalogue.find(one.code) for one in asked)


def _drop(tx: Tx, desk: Desk, buyer: Buyer, command: Command, now_ms: int) -> bool:
    """Let the choice go at `batal`; another command is carried out as ever."""
    if command.word != "batal" or command.rest:
        return False
    desk.say(tx, ChoiceDropped(), buyer.place, at_ms=now_ms)
    return True


def _take(tx: Tx, desk: Desk, buyer: Buyer, typed: str, subject: str, now_ms: int) -> bool:
    code, catalogue = subject.removeprefix("product:"), desk.shelf.catalogue(tx)
    product = catalogue.find(code)
    match validate(OrderRequest(code=code.lower(), destination=typed), catalogue):
        case Intent() as intent:
            placing.propose(tx, desk, intent, buyer.place, user_id=buyer.user_id, now_ms=now_ms)
        case Misread(slip=slip) if product and slip not in _NOT_THE_NUMBER:
            ask(tx, desk, product, buyer.place, slip=slip, now_ms=now_ms)
        case Misread() as misread:
            desk.say(tx, placing.not_understood(misread), buyer.place, at_ms=now_ms)
        case Question() as asked:
            question = placing.question_of(catalogue, asked, buyer.user_id)
            desk.say(tx, question, buyer.place, at_ms=now_ms)
    return True
