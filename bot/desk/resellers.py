"""The pages of people: who asks to be let in, the resellers, a card of each, and the open invite links.

A change is shown before it is made, and made by the functions of the chat. The form of the second step names
what the visitor saw: if somebody changed the person since, nothing is done.
"""

from enum import StrEnum

from msgspec import Struct

from bot.actors import Standing
from bot.catalogue.levels import Level
from bot.desk.context import DeskContext, DeskPage
from bot.desk.request import DeskRequest, DeskResponse, back_to, missing, page
from bot.features.people.directory import MAX_NOTE_CHARS, key_of, parse_key, person_card, write_note
from bot.features.people.invites import list_invites
from bot.features.people.membership import (
    ALLOWED_CHANGES,
    change_standing,
    decide_request,
    remove_person,
)
from bot.features.people.price_levels import give_level
from bot.grammar.level_command import GiveLevel
from bot.grammar.parse import normalize
from bot.notices.people import PersonCard
from bot.unit_of_work import UnitOfWork
from storage import levels, people
from storage.people import Key, Person

ROWS_SHOWN_OF_PEOPLE = 50
MAX_ASKING = 50
MAX_INVITES = 100


class PersonChange(StrEnum):
    """What a form changes."""

    APPROVE = "approve"
    REJECT = "reject"
    FREEZE = "freeze"
    ACTIVATE = "activate"
    REMOVE = "remove"
    LEVEL = "level"


_STANDING_AFTER = {
    PersonChange.APPROVE: Standing.APPROVED,
    PersonChange.REJECT: Standing.REJECTED,
    PersonChange.FREEZE: Standing.FROZEN,
    PersonChange.ACTIVATE: Standing.APPROVED,
    PersonChange.REMOVE: Standing.REMOVED,
}

_WITH_A_LEVEL = (Standing.APPROVED, Standing.FROZEN)


class ResellerTableRow(Struct, frozen=True, kw_only=True):
    """A person in the list; the balance is None before their shop has one."""

    person: Person
    balance_idr: int | None
    level: str


class ListedPeople(Struct, frozen=True, kw_only=True):
    """A page of the list, or what a search found; `after` is the key of the next page.

    `has_more` if a search left some out.
    """

    rows: tuple[ResellerTableRow, ...]
    after: str = ""
    has_more: bool = False
    asking: tuple[Person, ...] = ()
    asking_count: int = 0
    total: int = 0


class PersonInFull(Struct, frozen=True, kw_only=True):
    """A person, with the changes that are possible now; `seen` changes when one is made."""

    card: PersonCard
    changes: tuple[PersonChange, ...]
    levels: tuple[Level, ...]
    level_key: str
    seen: str


class AskedChange(Struct, frozen=True, kw_only=True):
    """A change that waits for its confirmation; `level` is the name of the new one, empty for none."""

    found: PersonInFull
    change: PersonChange
    level_key: str = ""
    level: str = ""


def _list(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    typed, key = request.query("q"), parse_key(request.query("after"))
    listed = _matching(work, typed) if typed else _page_of_people(work, key)
    return page("resellers.html", listed=listed, typed=typed, is_first=key is None)


def _page_of_people(work: UnitOfWork, key: Key | None) -> ListedPeople:
    tx = work.tx
    found = people.listed_before(tx, key, limit=ROWS_SHOWN_OF_PEOPLE + 1)
    shown = found[:ROWS_SHOWN_OF_PEOPLE]
    return ListedPeople(
        rows=tuple(_row(work, person) for person in shown),
        after=key_of(shown[-1]) if len(found) > len(shown) else "",
        asking=tuple(people.asking(tx, limit=MAX_ASKING)) if key is None else (),
        asking_count=people.count_asking(tx),
        total=people.count_listed(tx),
    )


def _matching(work: UnitOfWork, typed: str) -> ListedPeople:
    found = people.matching(work.tx, typed, limit=ROWS_SHOWN_OF_PEOPLE + 1)
    rows = tuple(_row(work, person) for person in found[:ROWS_SHOWN_OF_PEOPLE])
    return ListedPeople(rows=rows, has_more=len(found) > len(rows))


def _row(work: UnitOfWork, person: Person) -> ResellerTableRow:
    buyer = work.buyer(person.user_id)
    return ResellerTableRow(
        person=person,
        balance_idr=buyer.account.balance_idr if buyer.account else None,
        level=buyer.level.name if buyer.level else "",
    )


def _show(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    found = _in_full(work, request.name)
    if found is None:
        return missing()
    return page("reseller.html", found=found, changed=request.query("changed"), max_note_chars=MAX_NOTE_CHARS)


def _in_full(work: UnitOfWork, whose: str) -> PersonInFull | None:
    person = people.get(work.tx, int(whose)) if people.is_id(whose) else None
    if person is None:
        return None
    level = work.buyer(person.user_id).level
    level_key = level.key if level else ""
    return PersonInFull(
        card=person_card(work, person),
        changes=_possible(person),
        levels=levels.listed(work.tx),
        level_key=level_key,
        seen=f"{person.standing}.{person.changed_at_ms}.{level_key}",
    )


def _possible(person: Person) -> tuple[PersonChange, ...]:
    """Return the changes that the chat allows too, in the order of their buttons."""
    standing = person.standing
    if standing is Standing.ASKED:
        return (PersonChange.APPROVE, PersonChange.REJECT)
    possible = [
        change
        for change in (PersonChange.FREEZE, PersonChange.ACTIVATE, PersonChange.REMOVE)
        if standing in ALLOWED_CHANGES[_STANDING_AFTER[change]]
    ]
    has_level = standing in _WITH_A_LEVEL and person.owner_id is None
    return (*possible, PersonChange.LEVEL) if has_level else tuple(possible)


def _ask(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    asked = _read_change(work, request)
    if asked is None:
        return missing()
    if not _is_possible(asked):
        return back_to(f"/desk/resellers/{asked.found.card.user_id}?changed=no")
    return page("reseller_confirm.html", asked=asked)


def _read_change(work: UnitOfWork, request: DeskRequest) -> AskedChange | None:
    """Return what the form asks for; None if no page shows such a form."""
    found = _in_full(work, request.form.get("user", ""))
    name, level_key = request.form.get("change", ""), request.form.get("level", "")
    change = next((change for change in PersonChange if change == name), None)
    if found is None or change is None:
        return None
    if change is not PersonChange.LEVEL:
        return AskedChange(found=found, change=change)
    level = next((level for level in found.levels if level.key == level_key), None)
    if level is None and level_key:
        return None
    return AskedChange(found=found, change=change, level_key=level_key, level=level.name if level else "")


def _is_possible(asked: AskedChange) -> bool:
    is_same = asked.change is PersonChange.LEVEL and asked.level_key == asked.found.level_key
    return asked.change in asked.found.changes and not is_same


async def _begin_anew(_: DeskRequest, __: DeskContext) -> DeskResponse:
    """Answer a reload of a question, which is no page of its own."""
    return back_to("/desk/resellers")


async def _confirm(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    user_id = request.form.get("user", "")
    if not people.is_id(user_id):
        return missing()
    was_changed = await desk.write(lambda work: _change(work, request))
    return back_to(f"/desk/resellers/{int(user_id)}?changed={'yes' if was_changed else 'no'}")


def _change(work: UnitOfWork, request: DeskRequest) -> bool:
    """Make a change, unless the person is not as the visitor saw them any more."""
    asked = _read_change(work, request)
    if asked is None or not _is_possible(asked) or asked.found.seen != request.form.get("seen", ""):
        return False
    person, admin = people.get(work.tx, asked.found.card.user_id), request.actor
    if person is None:
        return False
    match asked.change:
        case PersonChange.APPROVE | PersonChange.REJECT:
            return decide_request(work, admin, person.user_id, _STANDING_AFTER[asked.change])
        case PersonChange.FREEZE | PersonChange.ACTIVATE:
            change_standing(work, admin, str(person.user_id), _STANDING_AFTER[asked.change])
        case PersonChange.REMOVE:
            work.notify(remove_person(work, admin, person), admin.address)
        case PersonChange.LEVEL:
            gift = GiveLevel(person=str(person.user_id), key=asked.level_key or None)
            give_level(work, admin, gift, asked.level)
    return True


async def _save_note(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    """Store a note at once, as the chat does, unless another admin wrote one since."""
    user_id = request.form.get("user", "")
    if not people.is_id(user_id):
        return missing()
    was_saved = await desk.write(lambda work: _write_note(work, request, int(user_id)))
    return back_to(f"/desk/resellers/{int(user_id)}?changed={'noted' if was_saved else 'no'}")


def _write_note(work: UnitOfWork, request: DeskRequest, user_id: int) -> bool:
    person = people.get(work.tx, user_id)
    written = " ".join(normalize(request.form.get("note", "")).split())
    note = "".join(char for char in written if char.isprintable())
    if person is None or person.note != request.form.get("before", "") or len(note) > MAX_NOTE_CHARS:
        return False
    if note != person.note:
        write_note(work, request.actor, person, note)
    return True


def _show_invites(_: DeskRequest, work: UnitOfWork) -> DeskResponse:
    return page("invites.html", invites=list_invites(work, limit=MAX_INVITES))


PAGES = (
    DeskPage(path="/resellers", read=_list, title="Resellers"),
    DeskPage(path="/resellers/{name}", read=_show),
    DeskPage(path="/resellers/ask", handle=_begin_anew),
    DeskPage(path="/resellers/ask", read=_ask, method="POST", owners_only=True),
    DeskPage(path="/resellers/confirm", handle=_begin_anew),
    DeskPage(path="/resellers/confirm", handle=_confirm, method="POST", owners_only=True),
    DeskPage(path="/resellers/note", handle=_save_note, method="POST", owners_only=True),
    DeskPage(path="/resellers/invites", read=_show_invites),
)
