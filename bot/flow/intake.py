"""Takes in what people type and tap: each message once, by what its sender may do here.

`take_message` and `take_press` are units of work: what they do is kept before Telegram is told "got it".
"""

from dataclasses import dataclass
from enum import StrEnum, auto

from bot.flow import commands, gap, joining, ruling
from bot.flow.desk import Desk, Place
from bot.flow.settlement import Asked, place
from bot.notices import Action, NotUnderstood
from bot.order.model import Intent, Outcome
from bot.order.parse import EXAMPLE, Command, Misread, OrderRequest, Slip, parse
from bot.order.validate import validate
from bot.people import Role, Standing
from storage import inbox, outbox, people
from storage.people import Person
from storage.transaction import Tx


class Kind(StrEnum):
    """How a message came: only a message as first written can order."""

    WRITTEN = auto()
    EDITED = auto()
    FORWARDED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message somebody sent; `at_ms` is Telegram's date, `text` empty for pictures and the like."""

    chat_id: int
    is_private: bool
    thread_id: int | None
    message_id: int
    user_id: int
    name: str
    username: str | None
    text: str
    at_ms: int
    kind: Kind
    reply_to: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button somebody tapped under our message."""

    press_id: str
    chat_id: int
    thread_id: int | None
    message_id: int
    user_id: int
    name: str
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A group became a supergroup."""

    chat_id: int
    new_chat_id: int


class Toast(StrEnum):
    """What the tapper of a button sees for a moment."""

    DONE = auto()
    USED = auto()
    NOT_ALLOWED = auto()


def take_message(tx: Tx, desk: Desk, said: Said, *, now_ms: int) -> None:
    """Take in one message; a message seen before does nothing."""
    if said.kind is not Kind.EDITED:
        if not inbox.first_sight(tx, said.chat_id, said.message_id, at_ms=now_ms):
            return
        outbox.unpark(tx, said.chat_id, at_ms=now_ms)
    role = joining.role_of(tx, desk, said.user_id)
    if role is Role.STRANGER:
        _take_from_stranger(tx, desk, said, now_ms)
        return
    people.rename(tx, said.user_id, name=said.name, username=said.username)
    if role is Role.ADMIN and _is_sn_reply(tx, desk, said, now_ms):
        return
    match parse(said.text):
        case Command() as command:
            _take_command(tx, desk, said, role, command, now_ms)
        case OrderRequest() as request:
            _take_order(tx, desk, said, validate(request), now_ms)
        case Misread() as misread:
            _explain(tx, desk, said, misread, now_ms)


def place_of(said: Said) -> Place:
    """Give where a message is answered."""
    return Place(chat_id=said.chat_id, thread_id=said.thread_id, reply_to=said.message_id)


def _take_from_stranger(tx: Tx, desk: Desk, said: Said, now_ms: int) -> None:
    """A stranger can ask to be let in, and nothing else."""
    if said.kind is not Kind.WRITTEN:
        return
    parsed = parse(said.text)
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
        joining.ask(tx, desk, asker, now_ms=now_ms)
        return
    speaks_to_us = (
        said.is_private or isinstance(parsed, OrderRequest) or (isinstance(parsed, Misread) and parsed.near)
    )
    if speaks_to_us:
        joining.tell_stranger(tx, desk, said.user_id, place_of(said), now_ms=now_ms)


def _take_command(tx: Tx, desk: Desk, said: Said, role: Role, command: Command, now_ms: int) -> None:
    """In a group only /commands are meant for us: «saldo» may be talk between people."""
    if said.kind is Kind.WRITTEN and (said.is_private or command.slash):
        caller = commands.Caller(
            user_id=said.user_id, name=said.name, role=role, place=place_of(said), is_private=said.is_private
        )
        commands.carry_out(tx, desk, command, caller, now_ms=now_ms)


def _take_order(tx: Tx, desk: Desk, said: Said, checked: Intent | Misread, now_ms: int) -> None:
    if isinstance(checked, Misread):
        _explain(tx, desk, said, checked, now_ms)
        return
    if said.kind is not Kind.WRITTEN:
        suggestion = f"{checked.product_code}.{checked.destination}"
        _explain(tx, desk, said, Misread(slip=Slip.NOT_AN_ORDER, suggestion=suggestion, near=True), now_ms)
        return
    hindrance = gap.hindrance(tx, asked_at_ms=said.at_ms)
    if hindrance is gap.Hindrance.CLOSED:
        gap.turn_away(tx, desk, checked, place_of(said), now_ms=now_ms)
        return
    asked = Asked(
        chat_id=said.chat_id,
        thread_id=said.thread_id,
        message_id=said.message_id,
        user_id=said.user_id,
        at_ms=said.at_ms,
        text=said.text,
    )
    (gap.doubt if hindrance else place)(tx, desk, checked, asked, now_ms=now_ms)


def _explain(tx: Tx, desk: Desk, said: Said, misread: Misread, now_ms: int) -> None:
    """Answer a slip with the right form; in a group only what was meant as an order."""
    slip = misread.slip
    if said.kind is not Kind.WRITTEN:
        if not misread.near:
            return
        slip = Slip.EDITED if said.kind is Kind.EDITED else Slip.FORWARDED
    if said.is_private or misread.near:
        notice = NotUnderstood(slip=slip, suggestion=(misread.suggestion or EXAMPLE)[:100])
        desk.say(tx, notice, place_of(said), at_ms=now_ms)


def _is_sn_reply(tx: Tx, desk: Desk, said: Said, now_ms: int) -> bool:
    """Take an admin's reply to the question for an SN as that SN."""
    sn = ruling.read_sn(said.text)
    if said.reply_to is None or said.kind is not Kind.WRITTEN or sn is None or sn.startswith("/"):
        return False
    answered = outbox.subject_of(tx, said.chat_id, said.reply_to)
    if answered is None or answered[0] != "SnQuestion":
        return False
    judge = ruling.Judge(
        admin_id=said.user_id, name=said.name, place=place_of(said), message_id=None, now_ms=now_ms
    )
    trxid = answered[1].removeprefix("order:")
    ruling.ask_again(tx, desk, trxid, Outcome.SUCCESS, sn, judge)
    return True


def take_press(tx: Tx, desk: Desk, pressed: Pressed, *, now_ms: int) -> Toast:
    """Take in one tap: all our buttons are for admins, and each works once."""
    if joining.role_of(tx, desk, pressed.user_id) is not Role.ADMIN:
        return Toast.NOT_ALLOWED
    button = inbox.press(tx, pressed.nonce, user_id=pressed.user_id, at_ms=now_ms)
    if button is None:
        return Toast.USED
    kind, _, name = button.subject.partition(":")
    if kind == "person":
        return _answer_asker(tx, desk, pressed, button.action, int(name), now_ms)
    judge = ruling.Judge(
        admin_id=pressed.user_id,
        name=pressed.name,
        place=Place(chat_id=pressed.chat_id, thread_id=pressed.thread_id),
        message_id=pressed.message_id,
        now_ms=now_ms,
    )
    if kind == "restore":
        gap.press(tx, desk, button.action, judge)
    else:
        _judge(tx, desk, judge, name, button)
    return Toast.DONE


def _answer_asker(tx: Tx, desk: Desk, pressed: Pressed, action: Action, user_id: int, now_ms: int) -> Toast:
    standing = Standing.APPROVED if action is Action.APPROVE else Standing.REJECTED
    was_first = joining.answer(
        tx, desk, user_id, standing, admin_id=pressed.user_id, admin_name=pressed.name, now_ms=now_ms
    )
    return Toast.DONE if was_first else Toast.USED


def _judge(tx: Tx, desk: Desk, judge: ruling.Judge, trxid: str, button: inbox.Pressed) -> None:
    match button.action:
        case Action.RULE_SUCCESS:
            ruling.ask_for_sn(tx, desk, trxid, judge)
        case Action.WITHOUT_SN:
            ruling.ask_again(tx, desk, trxid, Outcome.SUCCESS, None, judge)
        case Action.RULE_FAILURE:
            ruling.ask_again(tx, desk, trxid, Outcome.FAILURE, None, judge)
        case Action.CONFIRM_SUCCESS:
            ruling.rule(tx, desk, trxid, Outcome.SUCCESS, button.sn, judge)
        case Action.CONFIRM_FAILURE:
            ruling.rule(tx, desk, trxid, Outcome.FAILURE, None, judge)
        case Action.CANCEL:
            ruling.show_card(tx, desk, trxid, judge)
        case Action.APPROVE | Action.REJECT | Action.OPEN_COUNTER | Action.CONFIRM_OPEN:
            raise ValueError(f"{button.action} is no button of an order")
