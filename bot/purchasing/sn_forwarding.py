"""Forwards the SN of a success that an admin supplies, by a tap or a reply, to the chat of the order."""

import re

from bot.actors import Actor, Role
from bot.catalogue.catalogue import Catalogue
from bot.grammar.parse import Parsed, normalize
from bot.grammar.parsed import Command, InputError, InvalidInput, OrderLine, OrderLines, OrderRequest
from bot.grammar.resolve.resolver import resolve
from bot.notices.buttons import Action
from bot.notices.serial_numbers import SnForwarded, SnPrompt, SnRejected
from bot.orders.events import SnSupplied
from bot.orders.model import State
from bot.purchasing.notifications import facts_of
from bot.purchasing.settlement import apply_event, sn_subject
from bot.routing import Audience, ButtonRoute, ReplyRoute, Routes, Tap
from bot.unit_of_work import CLOCK_TOLERANCE_MS, UnitOfWork
from bot.updates import IncomingMessage, Toast
from storage import orders, outbox

MAX_SN_CHARS = 500
"""A PLN token with name, tariff and kWh has about 80; anything much longer is not an SN."""


SN_AWAITED_MS = 600_000
"""How long a text without a reply counts as the SN that was asked for."""

_SN_LIKE = frozenset(
    {
        InputError.NOT_AN_ORDER,
        InputError.NO_CODE,
        InputError.NO_DESTINATION,
        InputError.CUT_OFF,
        InputError.TOO_MANY_PARTS,
    }
)
"""The input errors of SNs; talk and commands nearly written have others."""

_LABEL = re.compile(r"sn\s*[:=]\s*", re.IGNORECASE)
_HAS_DIGITS = re.compile(r"(?:[0-9][^0-9]*){4}")
_PHONE = re.compile(r"\+?(?:62|0)?[\s\-.]*8(?:[\s\-.]*[0-9]){8,11}")


def parse_typed_sn(typed: str) -> str | None:
    """Return the SN that an admin typed, on one line; None if the text is empty or too long to be one."""
    sn = _LABEL.sub("", " ".join(normalize(typed).split()))
    return sn if 0 < len(sn) <= MAX_SN_CHARS else None


def is_bare_sn(typed: str, parsed: Parsed, catalogue: Catalogue) -> bool:
    """Check whether a text without a reply can only be an SN: no order, command, phone number or thanks."""
    if not _HAS_DIGITS.search(typed) or _PHONE.fullmatch(_LABEL.sub("", typed)):
        return False
    match parsed:
        case Command(word="sn", slash=False):
            return _LABEL.match(typed) is not None
        case InvalidInput(input_error=input_error):
            return input_error in _SN_LIKE
        case OrderLines(lines=(OrderLine(parsed=OrderRequest() as request),)):
            unknown = resolve(request, catalogue)
            return isinstance(unknown, InvalidInput) and unknown.input_error is InputError.UNKNOWN_CODE
        case _:
            return False


def awaited_sn(
    work: UnitOfWork, admin: Actor, message: IncomingMessage, parsed: Parsed
) -> tuple[str, str] | None:
    """Return (kind, subject) of the question that a text without a reply answers with an SN; None if none.

    A later question for a destination takes the text instead.
    """
    typed = normalize(message.text)
    is_asked = admin.role is Role.ADMIN and admin.is_private
    if not is_asked or not is_bare_sn(typed, parsed, work.catalogue):
        return None
    since_ms, until_ms = work.now_ms - SN_AWAITED_MS, work.now_ms + CLOCK_TOLERANCE_MS
    question = outbox.last_open_sn_question(work.tx, message.chat_id, since_ms=since_ms, until_ms=until_ms)
    prompt = outbox.last_destination_prompt(work.tx, message.chat_id)
    if question is None or (prompt and prompt[1] > question[2]):
        return None
    return question[0], question[1]


def forward_sn(work: UnitOfWork, admin: Actor, trxid: str, sn: str) -> bool:
    """Forward an SN and close its cards; return False for an order that is no success.

    The chat is not notified of an SN that it already has.
    """
    order = orders.get(work.tx, trxid)
    if order is None or order.state is not State.SUCCEEDED:
        work.notify(SnRejected(trxid=trxid[:40]), admin.address)
        return False
    supplied = SnSupplied(sn=sn, admin_id=admin.user_id)
    apply_event(work, order, supplied, actor=f"admin:{admin.user_id}")
    closed = SnForwarded(**facts_of(order, work.now_ms), sn=sn, admin_name=admin.name)
    work.replace_cards(closed, subject=sn_subject(trxid))
    return True


def ask_for_sn_to_forward(work: UnitOfWork, admin: Actor, trxid: str) -> bool:
    """Ask an admin for the SN to forward, only for a success."""
    order = orders.get(work.tx, trxid)
    if order is None or order.state is not State.SUCCEEDED:
        work.notify(SnRejected(trxid=trxid[:40]), admin.address)
        return False
    prompt = SnPrompt(**facts_of(order, work.now_ms))
    work.notify(prompt, admin.address, subject=sn_subject(trxid))
    return True


def _tap(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    trxid, _, sn = tap.payload.partition(" ")
    if tap.action is Action.FORWARD_SN and sn:
        return Toast.DONE if forward_sn(work, admin, trxid, sn) else Toast.REFUSED
    if not ask_for_sn_to_forward(work, admin, trxid):
        return Toast.REFUSED
    return Toast.DONE if tap.action is Action.TYPE_SN else Toast.ASKED


def _reply(work: UnitOfWork, admin: Actor, message: IncomingMessage, subject: str) -> bool:
    """Use an admin's reply to the question for an SN as the SN; return False if it cannot be one."""
    sn = parse_typed_sn(message.text)
    if sn is None or sn.startswith("/"):
        return False
    forward_sn(work, admin, subject.removeprefix("sn:"), sn)
    return True


ROUTES = Routes(
    buttons=(ButtonRoute(actions=(Action.FORWARD_SN, Action.TYPE_SN), handle=_tap),),
    replies=(ReplyRoute(to=(SnPrompt,), handle=_reply, audience=Audience.ADMINS),),
)
