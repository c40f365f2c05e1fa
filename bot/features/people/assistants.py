"""Assistants of a shop: its owner adds and removes them in private, and they order for the shop."""

import re

from msgspec.structs import replace

from bot.actors import Actor, Address, Role, Standing
from bot.features.people.directory import MAX_TYPED_CHARS, find_person, person_card, row_of
from bot.features.people.membership import Change, store_standing, unknown_person
from bot.grammar.parsed import Command
from bot.notices.accounts import PrivateChatOnly
from bot.notices.assistants import (
    AssistantAdded,
    AssistantChanged,
    AssistantError,
    AssistantLeft,
    AssistantList,
    AssistantQuestion,
    AssistantRejected,
    AssistantsOfResellersOnly,
    AssistantStatus,
    AssistantUnchanged,
    DismissalQuestion,
)
from bot.notices.buttons import Action
from bot.purchasing.payment import paying_account
from bot.routing import ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, MessageKind, SharedPerson, Toast
from storage import inbox, people
from storage.people import Person

MAX_ASSISTANTS = 20
"""Of one shop: enough for shifts, and too few to sell seats."""

SHARED_WITHIN_MS = 600_000
"""How long after `/staf` a contact or a forwarded message names an assistant without more words."""

_SUBJECT = "assistant"
"""The kind of the subject of a question about an assistant."""

_REMOVE = re.compile(r"(?:hapus|keluarkan|pecat|copot)[\s_]+(?P<who>.+)", re.IGNORECASE | re.DOTALL)
_ADD = re.compile(r"(?:tambah|masukkan|baru)[\s_]+(?P<who>.+)", re.IGNORECASE | re.DOTALL)
_LEAVE = frozenset(("keluar", "berhenti"))


def _answer_assistants(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `/staf …`, by the role of who asks: an admin, an assistant, or the owner of a shop."""
    if not actor.is_private:
        work.notify(PrivateChatOnly(), actor.address)
        return
    person = people.get(work.tx, actor.user_id)
    if actor.role is Role.ADMIN:
        _show_to_admin(work, actor, command)
    elif person and person.owner_id is not None:
        _answer_assistant(work, actor, person, command)
    elif found := _REMOVE.fullmatch(command.rest):
        _ask_to_dismiss(work, actor, found["who"])
    elif command.rest:
        added = _ADD.fullmatch(command.rest)
        _ask_to_add(work, actor, added["who"] if added else command.rest)
    else:
        _show_assistants(work, actor)


def _show_to_admin(work: UnitOfWork, admin: Actor, command: Command) -> None:
    if not command.rest:
        work.notify(AssistantsOfResellersOnly(), admin.address)
    elif person := find_person(work, admin, command.rest, command=command.word):
        work.notify(person_card(work, person), admin.address)


def _answer_assistant(work: UnitOfWork, actor: Actor, person: Person, command: Command) -> None:
    """Answer an assistant with whose shop it is, or let them leave it."""
    if command.rest.lower() in _LEAVE:
        _dismiss(work, person, Change(by=actor.user_id, by_name=person.name))
    else:
        owner = people.owner_of(work.tx, person)
        work.notify(AssistantStatus(owner_name=owner.name), actor.address)


def _show_assistants(work: UnitOfWork, actor: Actor) -> None:
    rows = tuple(row_of(person) for person in people.assistants_of(work.tx, actor.user_id))
    shown = AssistantList(user_id=actor.user_id, rows=rows, max_count=MAX_ASSISTANTS)
    work.notify(shown, actor.address, subject=_list_subject(actor.user_id))


def _list_subject(owner_id: int) -> str:
    return f"assistant-list:{owner_id}"


def _ask_to_add(work: UnitOfWork, actor: Actor, typed: str) -> None:
    """Ask the owner about the person whom they named by id or @name, if Loket knows one."""
    person = people.find(work.tx, typed.strip())
    if person is None:
        _reject(work, actor, AssistantError.UNKNOWN, typed)
        return
    shared = SharedPerson(user_id=person.user_id, name=person.name, username=person.username)
    _ask_about(work, actor, shared)


def _ask_about(work: UnitOfWork, actor: Actor, shared: SharedPerson) -> None:
    if shared.user_id is None:
        _reject(work, actor, AssistantError.NO_ACCOUNT, shared.name)
    elif error := assistant_error(work, shared.user_id, owner_id=actor.user_id):
        _reject(work, actor, error, shared.name)
    else:
        question = AssistantQuestion(
            owner_id=actor.user_id, user_id=shared.user_id, name=shared.name, username=shared.username
        )
        work.notify(question, actor.address, subject=f"{_SUBJECT}:{work.nonce()}")


def _reject(work: UnitOfWork, actor: Actor, error: AssistantError, typed: str) -> None:
    work.notify(AssistantRejected(error=error, typed=typed[:MAX_TYPED_CHARS]), actor.address)


def assistant_error(work: UnitOfWork, user_id: int, *, owner_id: int) -> AssistantError | None:
    """Return why a person cannot become an assistant of a shop; None if they can."""
    if user_id == owner_id:
        return AssistantError.SELF
    if user_id in work.admin_ids:
        return AssistantError.ADMIN
    person = people.get(work.tx, user_id)
    match person.standing if person else None:
        case Standing.APPROVED:
            return AssistantError.RESELLER
        case Standing.ASSISTANT:
            is_own = person is not None and person.owner_id == owner_id
            return AssistantError.ALREADY if is_own else AssistantError.OTHER_SHOP
        case Standing.FROZEN | Standing.REMOVED:
            return AssistantError.BARRED  # an admin's word is taken back by an admin
        case None | Standing.ASKED | Standing.REJECTED | Standing.DISMISSED:
            is_full = people.count_assistants_of(work.tx, owner_id) >= MAX_ASSISTANTS
            return AssistantError.FULL if is_full else None


def add_assistant(work: UnitOfWork, owner: Person, joining: Person, change: Change) -> None:
    """Make a person an assistant of a shop, and tell the admins; `assistant_error` was asked before."""
    before = people.get(work.tx, joining.user_id) or unknown_person(joining.user_id, work.now_ms)
    paying_account(work, owner.user_id)  # the shop is there before somebody orders for it
    assistant = replace(joining, standing=Standing.ASSISTANT, owner_id=owner.user_id)
    store_standing(work, before, assistant, change)
    _tell(work, assistant, owner, change, is_added=True)


def _dismiss(work: UnitOfWork, person: Person, change: Change) -> None:
    """Let an assistant go; whom an admin froze stays out."""
    owner = people.owner_of(work.tx, person)
    standing = Standing.REMOVED if person.standing is Standing.FROZEN else Standing.DISMISSED
    store_standing(work, person, replace(person, standing=standing, owner_id=None), change)
    _tell(work, person, owner, change, is_added=False)


def _tell(work: UnitOfWork, person: Person, owner: Person, change: Change, *, is_added: bool) -> None:
    """Notify the admins that an assistant came or left, and the owner if another person did it."""
    changed = AssistantChanged(
        user_id=person.user_id,
        name=person.name,
        username=person.username,
        owner_id=owner.user_id,
        owner_name=owner.name,
        is_added=is_added,
        by_link=change.invite_id is not None,
    )
    work.notify_admins(changed, subject=f"assistants-of:{owner.user_id}")
    if change.by != owner.user_id or change.invite_id is not None:
        work.notify(changed, Address(chat_id=owner.user_id))


def _ask_to_dismiss(work: UnitOfWork, actor: Actor, typed: str) -> None:
    person = people.find(work.tx, typed.strip())
    if person is None or person.owner_id != actor.user_id:
        _reject(work, actor, AssistantError.UNKNOWN, typed)
        return
    question = DismissalQuestion(
        owner_id=actor.user_id, user_id=person.user_id, name=person.name, username=person.username
    )
    work.notify(question, actor.address, subject=f"{_SUBJECT}:{work.nonce()}")


def accept_shared_person(work: UnitOfWork, actor: Actor, message: IncomingMessage, typed: object) -> bool:
    """Ask an owner about the person of a contact or a forwarded message; return False if none is meant.

    Meant is the one to whose message `/staf` replies, or who is shared soon after `/staf`.
    """
    if message.shared is None or not actor.is_private or actor.role is not Role.RESELLER:
        return False
    is_command = isinstance(typed, Command) and typed.word == "staf" and not typed.rest
    is_shared = message.kind is MessageKind.FORWARDED or not message.text
    is_awaited = is_shared and work.was_enqueued_within(_list_subject(actor.user_id), SHARED_WITHIN_MS)
    if not (is_command or is_awaited) or people.shop_owner_id(work.tx, actor.user_id) != actor.user_id:
        return False
    _ask_about(work, actor, message.shared)
    return True


def _decide(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Add or let go the assistant of a question, whose other button works no more."""
    owner = people.get(work.tx, actor.user_id)
    if owner is None or owner.standing is not Standing.APPROVED:
        return Toast.NOT_ALLOWED
    inbox.retire_buttons(
        work.tx, tap.subject, created_at_ms=tap.offered_at_ms, user_id=actor.user_id, at_ms=work.now_ms
    )
    user_id, _, rest = tap.payload.partition(" ")
    username, _, name = rest.partition(" ")
    person = people.get(work.tx, int(user_id))
    match tap.action:
        case Action.CONFIRM_ASSISTANT:
            joining = person or replace(
                unknown_person(int(user_id), work.now_ms),
                name=name,
                username=None if username == "-" else username,
            )
            return _add(work, actor, owner, joining)
        case Action.CONFIRM_DISMISSAL if person and person.owner_id == actor.user_id:
            _dismiss(work, person, Change(by=actor.user_id, by_name=owner.name))
            work.answer(actor, AssistantLeft(name=person.name, username=person.username))
        case _:
            work.answer(actor, AssistantUnchanged(name=person.name if person else name))
    return Toast.DONE


def _add(work: UnitOfWork, actor: Actor, owner: Person, joining: Person) -> Toast:
    if error := assistant_error(work, joining.user_id, owner_id=owner.user_id):
        work.answer(actor, AssistantRejected(error=error, typed=joining.name))
        return Toast.REFUSED
    private = replace(joining, chat_id=joining.user_id, thread_id=None, message_id=None)
    add_assistant(work, owner, private, Change(by=owner.user_id, by_name=owner.name))
    work.answer(actor, AssistantAdded(name=joining.name, username=joining.username))
    return Toast.DONE


ROUTES = Routes(
    commands=(CommandRoute(("staf", "staff"), _answer_assistants),),
    buttons=(
        ButtonRoute(
            actions=(Action.CONFIRM_ASSISTANT, Action.CONFIRM_DISMISSAL, Action.CANCEL),
            handle=_decide,
            subject_kind=_SUBJECT,
        ),
    ),
)
