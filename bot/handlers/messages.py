"""Takes in what people type: each message once, by what its sender may do here.

`take_message` is a unit of work: what it does is kept before Telegram is told "got it".
"""

from msgspec.structs import replace

from bot.actors import Role, Standing
from bot.features.complaints import complaints
from bot.features.people import membership
from bot.features.price_list import import_review
from bot.features.shopping import destination_prompt
from bot.grammar.parse import parse
from bot.grammar.parsed import Command, InputError, InvalidInput, OrderLines
from bot.handlers import commands
from bot.orders.model import Outcome
from bot.purchasing import manual_resolution, placing
from bot.unit_of_work import Address, Desk
from bot.updates import Document, IncomingMessage, MessageKind
from storage import chats, inbox, outbox, people
from storage.people import Person
from storage.transaction import Tx


def handle_message(tx: Tx, desk: Desk, said: IncomingMessage, *, now_ms: int) -> None:
    """Take in one message; a message seen before does nothing."""
    if said.kind is not MessageKind.EDITED:
        if not inbox.mark_seen(tx, said.chat_id, said.message_id, at_ms=now_ms):
            return
        chats.unpark(tx, said.chat_id, at_ms=now_ms)
    person = people.get(tx, said.user_id)
    role = membership.role_for(desk, said.user_id, person)
    parsed = parse(said.text)
    if role is Role.STRANGER:
        _take_from_stranger(tx, desk, said, parsed, now_ms)
        return
    if person and (person.name, person.username) != (said.name, said.username):
        people.rename(tx, said.user_id, name=said.name, username=said.username)
    if said.kind is MessageKind.WRITTEN and _is_answer(tx, desk, said, parsed, role, now_ms):
        return
    if said.document and role is Role.ADMIN and said.is_private and said.kind is not MessageKind.EDITED:
        _take_file(tx, desk, said, said.document, now_ms)
        return
    match parsed:
        case Command() as command:
            _take_command(tx, desk, said, role, command, now_ms)
        case OrderLines() as typed:
            _take_orders(tx, desk, said, typed, now_ms)
        case InvalidInput() as misread:
            _explain(tx, desk, said, misread, now_ms)


def _take_file(tx: Tx, desk: Desk, said: IncomingMessage, document: Document, now_ms: int) -> None:
    admin = import_review.Admin(
        user_id=said.user_id, name=said.name, place=place_of(said), message_id=said.message_id
    )
    import_review.request_import(tx, desk, document, admin, now_ms=now_ms)


def place_of(said: IncomingMessage) -> Address:
    """Give where a message is answered."""
    return Address(chat_id=said.chat_id, thread_id=said.thread_id, reply_to=said.message_id)


def _take_from_stranger(
    tx: Tx, desk: Desk, said: IncomingMessage, parsed: Command | OrderLines | InvalidInput, now_ms: int
) -> None:
    """A stranger can ask to be let in, and nothing else."""
    if said.kind is not MessageKind.WRITTEN:
        return
    if (
        isinstance(parsed, Command)
        and parsed.word in ("start", "daftar")
        and (said.is_private or parsed.slash)
    ):
        asker = Person(
            user_id=said.user_id,
            name=said.name,
            username=said.username,
            standing=Standing.ASKED,
            chat_id=said.chat_id,
            thread_id=said.thread_id,
            message_id=said.message_id,
            changed_at_ms=now_ms,
        )
        membership.request_access(tx, desk, asker, now_ms=now_ms)
        return
    if said.is_private or (isinstance(parsed, OrderLines | InvalidInput) and parsed.looks_like_order):
        membership.tell_stranger(tx, desk, said.user_id, place_of(said), now_ms=now_ms)


def _take_command(
    tx: Tx, desk: Desk, said: IncomingMessage, role: Role, command: Command, now_ms: int
) -> None:
    """In a group only /commands are meant for us: «saldo» may be talk between people."""
    if said.kind is MessageKind.WRITTEN and (said.is_private or command.slash):
        caller = commands.Caller(
            user_id=said.user_id, name=said.name, role=role, place=place_of(said), is_private=said.is_private
        )
        commands.carry_out(tx, desk, command, caller, now_ms=now_ms)


def _take_orders(tx: Tx, desk: Desk, said: IncomingMessage, typed: OrderLines, now_ms: int) -> None:
    lines = placing.order_lines(typed, desk.shelf.catalogue(tx))
    if not lines and not said.is_private:
        return
    if said.kind is not MessageKind.WRITTEN:
        first = (lines or typed.lines)[0]
        misread = InvalidInput(
            input_error=InputError.NOT_AN_ORDER, suggestion=first.typed, looks_like_order=bool(lines)
        )
        _explain(tx, desk, said, misread, now_ms)
        return
    placing.place_orders(tx, desk, _buyer(said), typed, now_ms=now_ms)


def _buyer(said: IncomingMessage) -> placing.Buyer:
    return placing.Buyer(
        user_id=said.user_id,
        place=place_of(said),
        message_id=said.message_id,
        at_ms=said.at_ms,
        text=said.text,
    )


def _explain(tx: Tx, desk: Desk, said: IncomingMessage, misread: InvalidInput, now_ms: int) -> None:
    """Answer an input error with the right form; in a group only what was meant as an order."""
    if said.kind is not MessageKind.WRITTEN:
        if not misread.looks_like_order:
            return
        misread = replace(
            misread,
            input_error=InputError.EDITED if said.kind is MessageKind.EDITED else InputError.FORWARDED,
        )
    if said.is_private or misread.looks_like_order:
        desk.say(tx, placing.not_understood(misread), place_of(said), at_ms=now_ms)


def _is_answer(
    tx: Tx,
    desk: Desk,
    said: IncomingMessage,
    parsed: Command | OrderLines | InvalidInput,
    role: Role,
    now_ms: int,
) -> bool:
    """Take the answer to one of our questions, a reply or a bare number; False if it answers none."""
    if said.reply_to is None:
        return said.is_private and destination_prompt.accept_bare_number(
            tx, desk, _buyer(said), parsed, now_ms=now_ms
        )
    match outbox.find_sent(tx, said.chat_id, said.reply_to):
        case ("SnQuestion", subject) if role is Role.ADMIN:
            return _is_sn(tx, desk, said, subject.removeprefix("order:"), now_ms)
        case ("ComplaintCard" | "ComplaintClosed", subject) if role is Role.ADMIN:
            return _is_word_on_complaint(tx, desk, said, int(subject.removeprefix("complaint:")), now_ms)
        case ("DestinationPrompt", subject):
            return destination_prompt.accept_reply(tx, desk, _buyer(said), subject, now_ms=now_ms)
        case _:
            return False


def _is_word_on_complaint(tx: Tx, desk: Desk, said: IncomingMessage, complaint_id: int, now_ms: int) -> bool:
    """Take an admin's reply to the card of a complaint as the answer to it."""
    text = said.text.strip()
    if not text or text.startswith("/"):
        return False
    admin = complaints.Admin(user_id=said.user_id, name=said.name, place=place_of(said))
    complaints.answer_complaint(tx, desk, complaint_id, text, admin, now_ms=now_ms)
    return True


def _is_sn(tx: Tx, desk: Desk, said: IncomingMessage, trxid: str, now_ms: int) -> bool:
    """Take an admin's reply to the question for an SN as that SN."""
    sn = manual_resolution.read_sn(said.text)
    if sn is None or sn.startswith("/"):
        return False
    judge = manual_resolution.Judge(
        admin_id=said.user_id, name=said.name, place=place_of(said), message_id=None, now_ms=now_ms
    )
    manual_resolution.ask_confirmation(tx, desk, trxid, Outcome.SUCCESS, sn, judge)
    return True
