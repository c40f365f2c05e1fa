"""Finds the person whom an admin names by a part of their name, or answers that none or several match."""

from bot.actors import Actor
from bot.notices.people import PeopleMatching, PersonNotFound, ResellerRow
from bot.unit_of_work import UnitOfWork
from storage import people
from storage.people import Person

MAX_MATCHES = 8
MAX_TYPED_CHARS = 60


def find_person(work: UnitOfWork, admin: Actor, typed: str, *, command: str, rest: str = "") -> Person | None:
    """Return the only person who matches; None after an answer that none or several do."""
    found = people.matching(work.tx, typed, limit=MAX_MATCHES)
    if len(found) == 1:
        return found[0]
    if not found:
        work.notify(PersonNotFound(typed=typed[:MAX_TYPED_CHARS]), admin.address)
        return None
    rows = tuple(row_of(person) for person in found)
    several = PeopleMatching(typed=typed[:MAX_TYPED_CHARS], command=command, rest=rest, rows=rows)
    work.notify(several, admin.address)
    return None


def find_owner(work: UnitOfWork, admin: Actor, typed: str, *, command: str, rest: str = "") -> Person | None:
    """Return the owner of the shop that the only matching person orders for; None after an answer."""
    person = find_person(work, admin, typed, command=command, rest=rest)
    return people.owner_of(work.tx, person) if person else None


def row_of(person: Person) -> ResellerRow:
    return ResellerRow(
        user_id=person.user_id, name=person.name, username=person.username, standing=person.standing
    )
