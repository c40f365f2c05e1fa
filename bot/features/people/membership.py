"""People asking to be let in, and admins letting them in, freezing and removing them."""

from msgspec.structs import replace

from bot.actors import Role, Standing
from bot.notices.people import JoinAnswer, JoinCard, JoinDecided, PersonNotFound, StandingChanged
from bot.unit_of_work import Address, Desk
from storage import outbox, people
from storage.people import Person
from storage.transaction import Tx

ASK_AGAIN_MS = 24 * 3_600_000
"""Somebody sent away may ask again after a day: sooner would be a way to nag the admins."""

STRANGER_PAUSE_MS = 60_000
"""Strangers share Telegram's thirty messages a second with results: one answer a minute is enough."""

ALLOWED_CHANGES = {
    Standing.FROZEN: frozenset({Standing.APPROVED}),
    Standing.REMOVED: frozenset({Standing.ASKED, Standing.APPROVED, Standing.FROZEN}),
    Standing.APPROVED: frozenset({Standing.ASKED, Standing.REJECTED, Standing.FROZEN, Standing.REMOVED}),
}
"""What an admin may make of whom."""


def role_of(tx: Tx, desk: Desk, user_id: int) -> Role:
    """Tell what a person may do."""
    return role_for(desk, user_id, people.get(tx, user_id))


def role_for(desk: Desk, user_id: int, person: Person | None) -> Role:
    """Tell what somebody may do who is `person` in our books, None if they are not in them."""
    if user_id in desk.admins:
        return Role.ADMIN
    return Role.RESELLER if person and person.standing is Standing.APPROVED else Role.STRANGER


def approve_configured(tx: Tx, user_ids: tuple[int, ...], *, now_ms: int) -> None:
    """Let in whom the settings name, but none whom an admin froze or removed."""
    for user_id in user_ids:
        person = people.get(tx, user_id) or _unheard_of(user_id, now_ms)
        if person.standing in (Standing.ASKED, Standing.REJECTED):
            approved = replace(person, standing=Standing.APPROVED, changed_at_ms=now_ms)
            people.save(tx, approved, changed_by=None)


def _unheard_of(user_id: int, now_ms: int) -> Person:
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


def request_access(tx: Tx, desk: Desk, asker: Person, *, now_ms: int) -> None:
    """Bring somebody's wish to be let in to the admins; `asker` holds who and where."""
    known = people.get(tx, asker.user_id)
    place = Address(chat_id=asker.chat_id, thread_id=asker.thread_id, reply_to=asker.message_id)
    if known and not _may_ask(known, now_ms):
        tell_stranger(tx, desk, asker.user_id, place, now_ms=now_ms)
        return
    people.save(tx, asker, changed_by=asker.user_id)
    desk.say(tx, JoinAnswer(standing=Standing.ASKED, fresh=True), place, at_ms=now_ms)
    card = JoinCard(user_id=asker.user_id, name=asker.name, username=asker.username, at_ms=now_ms)
    desk.tell_admins(tx, card, at_ms=now_ms, subject=person_subject(asker.user_id))


def tell_stranger(tx: Tx, desk: Desk, user_id: int, place: Address, *, now_ms: int) -> None:
    """Tell somebody where they stand; a flood of theirs is not echoed."""
    subject = f"stranger:{place.chat_id}"
    if outbox.is_kind_waiting(tx, place.chat_id, JoinAnswer.__name__):
        return
    if not outbox.was_enqueued_since(tx, subject, since_ms=now_ms - STRANGER_PAUSE_MS + 1):
        person = people.get(tx, user_id)
        answer = JoinAnswer(standing=person.standing if person else None)
        desk.say(tx, answer, place, at_ms=now_ms, subject=subject)


def _may_ask(known: Person, now_ms: int) -> bool:
    sent_away = known.standing in (Standing.REJECTED, Standing.REMOVED)
    return sent_away and now_ms - known.changed_at_ms >= ASK_AGAIN_MS


def decide_request(
    tx: Tx, desk: Desk, user_id: int, standing: Standing, *, admin_id: int, admin_name: str, now_ms: int
) -> bool:
    """Let in or reject somebody who asked; False if another admin was first."""
    person = people.get(tx, user_id)
    if person is None or person.standing is not Standing.ASKED:
        return False
    _change(tx, desk, person, standing, admin_id=admin_id, now_ms=now_ms)
    decided = JoinDecided(user_id=user_id, name=person.name, standing=standing, admin_name=admin_name)
    desk.close_cards(tx, decided, at_ms=now_ms, subject=person_subject(user_id))
    return True


def change_standing(
    tx: Tx,
    desk: Desk,
    typed: str,
    standing: Standing,
    *,
    admin_id: int,
    admin_name: str,
    place: Address,
    now_ms: int,
) -> None:
    """Freeze, remove or let in the person whom an admin named by id or @name."""
    person = _find(tx, typed, standing, now_ms)
    if person is None or person.standing not in ALLOWED_CHANGES[standing]:
        desk.say(tx, PersonNotFound(typed=typed), place, at_ms=now_ms)
        return
    asked = person.standing is Standing.ASKED
    _change(tx, desk, person, standing, admin_id=admin_id, now_ms=now_ms)
    if asked:
        decided = JoinDecided(
            user_id=person.user_id, name=person.name, standing=standing, admin_name=admin_name
        )
        desk.close_cards(tx, decided, at_ms=now_ms, subject=person_subject(person.user_id))
    changed = StandingChanged(user_id=person.user_id, name=person.name, standing=standing)
    desk.say(tx, changed, place, at_ms=now_ms)


def _find(tx: Tx, typed: str, standing: Standing, now_ms: int) -> Person | None:
    if not (typed.isascii() and typed.isdigit()):
        return people.find(tx, typed) if typed else None
    known = people.get(tx, int(typed)) if len(typed) <= 15 else None  # noqa: PLR2004 - ids have at most 52 bits
    # An admin may let in somebody who never asked, if they know the id.
    return known or (_unheard_of(int(typed), now_ms) if standing is Standing.APPROVED else None)


def _change(tx: Tx, desk: Desk, person: Person, standing: Standing, *, admin_id: int, now_ms: int) -> None:
    people.save(tx, replace(person, standing=standing, changed_at_ms=now_ms), changed_by=admin_id)
    place = Address(chat_id=person.chat_id, thread_id=person.thread_id, reply_to=person.message_id)
    desk.say(tx, JoinAnswer(standing=standing, fresh=True), place, at_ms=now_ms)


def person_subject(user_id: int) -> str:
    """Give the name under which the cards about a person are found again."""
    return f"person:{user_id}"
