"""Access requests of strangers, and the approval, freezing and removal of resellers by admins."""

from msgspec import Struct
from msgspec.structs import replace

from bot.actors import Actor, Address, Role, Standing
from bot.features.people.directory import row_of
from bot.grammar.lines import mentions_order
from bot.grammar.parse import parse_command
from bot.grammar.parsed import EXAMPLE, Command, InputError
from bot.notices.buttons import Action
from bot.notices.guidance import NotUnderstood
from bot.notices.people import (
    JoinAnswer,
    JoinCard,
    JoinDecided,
    JoinRequests,
    PersonNotFound,
    RemovalCancelled,
    RemovalQuestion,
    StandingChanged,
)
from bot.purchasing.settlement import LOST_ACCESS, expire_waiting_orders, is_shop_open
from bot.routing import Audience, ButtonRoute, CommandRoute, Routes, Tap
from bot.texts.people import join_requests
from bot.texts.render import RenderedMessage
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, MessageKind, Toast
from storage import inbox, outbox, people
from storage.people import Person
from storage.transaction import Tx

ASK_AGAIN_MS = 24 * 3_600_000
"""A rejected or removed person may ask again after a day: sooner would let them flood the admins."""

STRANGER_PAUSE_MS = 60_000
"""Answers to strangers share the limit of 30 messages per second with results: one a minute suffices."""

ALLOWED_CHANGES = {
    Standing.FROZEN: frozenset({Standing.APPROVED, Standing.ASSISTANT}),
    Standing.REMOVED: frozenset(
        {Standing.ASKED, Standing.APPROVED, Standing.FROZEN, Standing.ASSISTANT, Standing.DISMISSED}
    ),
    Standing.APPROVED: frozenset(
        {Standing.ASKED, Standing.REJECTED, Standing.FROZEN, Standing.REMOVED, Standing.DISMISSED}
    ),
}
"""By new standing: the standings that an admin may change to it."""

MAX_WAITING_CARDS = 3
"""So many requests that wait to be sent get a card each; of more, one list takes their place."""

MAX_REQUESTS_SHOWN = 30

MAX_CHARS_READ = 300
"""Of a stranger's text: enough for a command or an order, and cheap however it is made."""

REMOVAL = "removal"
"""The kind of the subject of a question whether a person is removed."""

_ACCESS_WORDS = ("start", "daftar")
_STANDINGS = {"bekukan": Standing.FROZEN, "hapus": Standing.REMOVED, "aktifkan": Standing.APPROVED}


def role_of(work: UnitOfWork, user_id: int) -> Role:
    return role_for(work, user_id, people.get(work.tx, user_id))


def role_for(work: UnitOfWork, user_id: int, person: Person | None) -> Role:
    """Return the role of a user; `person` is None if the database has no such user."""
    if user_id in work.admin_ids:
        return Role.ADMIN
    if person and person.standing is Standing.ASSISTANT and person.owner_id is not None:
        return Role.RESELLER if is_shop_open(work, person.owner_id) else Role.STRANGER
    return Role.RESELLER if person and person.standing is Standing.APPROVED else Role.STRANGER


def approve_configured(tx: Tx, user_ids: tuple[int, ...], *, now_ms: int) -> None:
    """Approve the resellers of the settings, except those that an admin has frozen or removed."""
    for user_id in user_ids:
        person = people.get(tx, user_id) or unknown_person(user_id, now_ms)
        if person.standing in (Standing.ASKED, Standing.REJECTED, Standing.DISMISSED):
            approved = replace(person, standing=Standing.APPROVED, changed_at_ms=now_ms)
            people.save(tx, approved, changed_by=None)


def dismiss_admins(tx: Tx, admin_ids: tuple[int, ...], *, now_ms: int) -> None:
    """Take the admins of the settings out of the shops whose assistants they were."""
    for admin_id in admin_ids:
        person = people.get(tx, admin_id)
        if person and person.owner_id is not None:
            dismissed = replace(person, standing=Standing.DISMISSED, owner_id=None, changed_at_ms=now_ms)
            people.save(tx, dismissed, changed_by=None)


def unknown_person(user_id: int, now_ms: int) -> Person:
    return Person(
        user_id=user_id,
        name=str(user_id),
        username=None,
        standing=Standing.ASKED,
        chat_id=user_id,
        thread_id=None,
        message_id=None,
        changed_at_ms=now_ms,
    )


def handle_stranger(work: UnitOfWork, actor: Actor, message: IncomingMessage) -> None:
    """Handle a message of a stranger, who may request access and nothing else: no order is parsed."""
    if message.kind not in (MessageKind.WRITTEN, MessageKind.CAPTIONED):
        return
    text = message.text[:MAX_CHARS_READ]
    if _requests_access(text, is_private=actor.is_private):
        request_access(work, _applicant(message, work.now_ms))
    elif actor.is_private or mentions_order(text):
        answer_stranger(work, actor.user_id, actor.address)


def answer_chat(work: UnitOfWork, actor: Actor, message: IncomingMessage) -> None:
    """Say why an order or command in the name of a group or channel is not handled, at most once a minute."""
    text = message.text[:MAX_CHARS_READ]
    command = parse_command(text)
    is_meant = command.slash if command else mentions_order(text)
    subject = f"as chat:{actor.address.chat_id}:{actor.user_id}"
    since_ms = work.now_ms - STRANGER_PAUSE_MS + 1
    if not is_meant or outbox.was_enqueued_since(work.tx, subject, since_ms=since_ms):
        return
    answer = NotUnderstood(input_error=InputError.SENT_AS_CHAT, suggestion=EXAMPLE, is_example=True)
    work.notify(answer, actor.address, subject=subject)


def _requests_access(text: str, *, is_private: bool) -> bool:
    command = parse_command(text)
    return command is not None and command.word in _ACCESS_WORDS and (is_private or command.slash)


def _applicant(message: IncomingMessage, now_ms: int) -> Person:
    return Person(
        user_id=message.user_id,
        name=message.name,
        username=message.username,
        standing=Standing.ASKED,
        chat_id=message.chat_id,
        thread_id=message.thread_id,
        message_id=message.message_id,
        changed_at_ms=now_ms,
    )


def request_access(work: UnitOfWork, applicant: Person) -> None:
    """Store an access request and send it to the admins."""
    known = people.get(work.tx, applicant.user_id)
    address = Address(chat_id=applicant.chat_id, thread_id=applicant.thread_id, reply_to=applicant.message_id)
    if known and not _may_ask(known, work.now_ms):
        answer_stranger(work, applicant.user_id, address, is_request=True)
        return
    people.save(work.tx, applicant, changed_by=applicant.user_id)
    answer = JoinAnswer(standing=Standing.ASKED, fresh=True)
    work.notify(answer, address, subject=_answer_subject(applicant.user_id))
    for admin_id in work.admin_ids:
        _notify_admin(work, admin_id, applicant)


def _notify_admin(work: UnitOfWork, admin_id: int, applicant: Person) -> None:
    """Send an access request to an admin: a card, or a list of all once several cards wait to be sent."""
    if outbox.is_kind_waiting(work.tx, admin_id, JoinRequests.__name__):
        return
    if outbox.count_waiting(work.tx, admin_id, JoinCard.__name__) < MAX_WAITING_CARDS:
        card = JoinCard(
            user_id=applicant.user_id, name=applicant.name, username=applicant.username, at_ms=work.now_ms
        )
        work.notify(card, Address(chat_id=admin_id), subject=person_subject(applicant.user_id))
        return
    outbox.drop_waiting(work.tx, admin_id, JoinCard.__name__)
    work.notify(JoinRequests(), Address(chat_id=admin_id))


def render_requests(tx: Tx) -> RenderedMessage:
    """Render the list of the people whose access requests are undecided."""
    rows = [row_of(person) for person in people.asking(tx, limit=MAX_REQUESTS_SHOWN)]
    return RenderedMessage(text=join_requests(rows, people.count_asking(tx)))


def answer_stranger(work: UnitOfWork, user_id: int, address: Address, *, is_request: bool = False) -> None:
    """Send a stranger their standing, at most once in `STRANGER_PAUSE_MS`.

    An access request has a pause of its own: the answer to a greeting just before does not silence it.
    """
    subject = f"{'request' if is_request else 'stranger'}:{address.chat_id}"
    if outbox.is_kind_waiting(work.tx, address.chat_id, JoinAnswer.__name__):
        return
    if not work.was_enqueued_within(subject, STRANGER_PAUSE_MS - 1):
        person = people.get(work.tx, user_id)
        owner = people.get(work.tx, person.shop_owner_id) if person and person.owner_id else None
        answer = JoinAnswer(
            standing=person.standing if person else None, owner_name=owner.name if owner else ""
        )
        work.notify(answer, address, subject=subject)


def _may_ask(known: Person, now_ms: int) -> bool:
    if known.standing is Standing.DISMISSED:
        return True
    is_refused = known.standing in (Standing.REJECTED, Standing.REMOVED)
    return is_refused and now_ms - known.changed_at_ms >= ASK_AGAIN_MS


def decide_request(work: UnitOfWork, admin: Actor, user_id: int, standing: Standing) -> bool:
    """Approve or reject an access request; return False if another admin has decided it."""
    person = people.get(work.tx, user_id)
    if person is None or person.standing is not Standing.ASKED:
        return False
    change = Change(by=admin.user_id, by_name=admin.name)
    store_standing(work, person, replace(person, standing=standing), change)
    return True


def change_standing(work: UnitOfWork, admin: Actor, typed: str, standing: Standing) -> None:
    """Freeze or approve the person that an admin named by id or @name; removing is asked about first."""
    person = _find(work.tx, typed, standing, work.now_ms)
    if person is None or person.standing not in ALLOWED_CHANGES[standing]:
        work.notify(PersonNotFound(typed=typed), admin.address)
        return
    if standing is Standing.REMOVED:
        question = RemovalQuestion(
            user_id=person.user_id, name=person.name, username=person.username, standing=person.standing
        )
        work.notify(question, admin.address, subject=f"{REMOVAL}:{work.nonce()}")
        return
    if standing is Standing.APPROVED and person.owner_id is not None:
        standing = Standing.ASSISTANT  # they come back as what they were
    change = Change(by=admin.user_id, by_name=admin.name)
    store_standing(work, person, replace(person, standing=standing), change)
    changed = StandingChanged(user_id=person.user_id, name=person.name, standing=standing)
    work.notify(changed, admin.address)


def _confirm_removal(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    """Remove the person after the second tap, or leave them."""
    person = people.get(work.tx, int(tap.payload))
    if person is None:
        return Toast.USED
    # One tap decides: the other button of the card works no more.
    inbox.retire_buttons(
        work.tx, tap.subject, created_at_ms=tap.offered_at_ms, user_id=admin.user_id, at_ms=work.now_ms
    )
    outcome = _kept(person) if tap.action is Action.CANCEL else remove_person(work, admin, person)
    work.replace_cards(outcome, subject=tap.subject)
    return Toast.DONE


def remove_person(work: UnitOfWork, admin: Actor, person: Person) -> StandingChanged | RemovalCancelled:
    """Remove a person after an admin has confirmed it, unless it is not possible any more."""
    if person.standing not in ALLOWED_CHANGES[Standing.REMOVED]:
        return _kept(person)
    change = Change(by=admin.user_id, by_name=admin.name)
    store_standing(work, person, replace(person, standing=Standing.REMOVED), change)
    return StandingChanged(user_id=person.user_id, name=person.name, standing=Standing.REMOVED)


def _kept(person: Person) -> RemovalCancelled:
    return RemovalCancelled(user_id=person.user_id, name=person.name, standing=person.standing)


def _find(tx: Tx, typed: str, standing: Standing, now_ms: int) -> Person | None:
    known = people.find(tx, typed)
    # An admin may approve a person who never asked, by their id.
    if known is None and standing is Standing.APPROVED and people.is_id(typed):
        return unknown_person(int(typed), now_ms)
    return known


class Change(Struct, frozen=True, kw_only=True):
    """Who changes a standing, and the invite link that did it, if it was one."""

    by: int
    by_name: str
    invite_id: int | None = None


def store_standing(work: UnitOfWork, before: Person, after: Person, change: Change) -> None:
    """Store a new standing, notify the person, and close the cards of their access request."""
    stored = replace(after, changed_at_ms=work.now_ms)
    people.save(work.tx, stored, changed_by=change.by, invite_id=change.invite_id)
    work.forget_buyer(after.user_id)
    if after.standing in LOST_ACCESS and after.user_id not in work.admin_ids:
        expire_waiting_orders(work, after.user_id)
    address = Address(chat_id=after.chat_id, thread_id=after.thread_id, reply_to=after.message_id)
    # An answer with the old standing must not come behind the new one.
    outbox.drop_waiting_about(work.tx, _answer_subject(after.user_id))
    if after.chat_id == after.user_id:
        outbox.drop_waiting(work.tx, after.chat_id, JoinAnswer.__name__)
    owner_id = before.owner_id if after.owner_id is None else after.owner_id
    owner = people.get(work.tx, owner_id) if owner_id is not None else None
    answer = JoinAnswer(standing=after.standing, fresh=True, owner_name=owner.name if owner else "")
    work.notify(answer, address, subject=_answer_subject(after.user_id))
    if before.standing is Standing.ASKED:
        decided = JoinDecided(
            user_id=after.user_id, name=after.name, standing=after.standing, admin_name=change.by_name
        )
        work.replace_cards(decided, subject=person_subject(after.user_id))


def person_subject(user_id: int) -> str:
    """Return the outbox subject of the cards about a person."""
    return f"person:{user_id}"


def _answer_subject(user_id: int) -> str:
    """Return the outbox subject of the answers to a person."""
    return f"answer:{user_id}"


def _decide(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    standing = Standing.APPROVED if tap.action is Action.APPROVE else Standing.REJECTED
    was_first = decide_request(work, admin, int(tap.subject_id), standing)
    return Toast.DONE if was_first else Toast.USED


def _change_by_command(work: UnitOfWork, admin: Actor, command: Command) -> None:
    change_standing(work, admin, command.rest, _STANDINGS[command.word])


ROUTES = Routes(
    commands=(CommandRoute(tuple(_STANDINGS), _change_by_command, Audience.ADMINS),),
    buttons=(
        ButtonRoute(actions=(Action.APPROVE, Action.REJECT), handle=_decide, subject_kind="person"),
        ButtonRoute(
            actions=(Action.CONFIRM_REMOVE, Action.CANCEL), handle=_confirm_removal, subject_kind=REMOVAL
        ),
    ),
)
