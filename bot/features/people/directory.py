"""The people whom admins look up: by a part of a name, in pages, on a card with the shop, and their notes."""

import re

from bot.actors import Actor
from bot.grammar.parsed import Command
from bot.notices.buttons import Action
from bot.notices.people import (
    NoteHelp,
    NoteSaved,
    PeopleMatching,
    PersonCard,
    PersonNotFound,
    Relation,
    ResellerList,
    ResellerRow,
)
from bot.routing import Audience, ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import people
from storage.people import Key, Person

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


ROWS_A_PAGE = 10
MAX_NOTE_CHARS = 300

DELETE_NOTE = ("hapus", "-")
"""What is typed in the place of a note to delete the last one."""

_KEY = re.compile(r"(?P<at_ms>[0-9]{1,18})\.(?P<user_id>[0-9]{1,15})", re.ASCII)
_NAMED = re.compile(r"(?P<person>@\w+|[0-9]+)\s*(?P<note>.*)", re.DOTALL | re.ASCII)


def _show_resellers(work: UnitOfWork, admin: Actor, command: Command) -> None:
    """Answer `/reseller` with the first page, or `/reseller sari` with those of that name."""
    if command.rest:
        _show_matching(work, admin, command.rest)
    else:
        work.notify(_page_behind(work, None), admin.address)


def _show_matching(work: UnitOfWork, admin: Actor, typed: str) -> None:
    found = people.matching(work.tx, typed, limit=ROWS_A_PAGE + 1)
    if len(found) == 1:
        work.notify(person_card(work, found[0]), admin.address)
    elif found:
        rows = tuple(row_of(person) for person in found[:ROWS_A_PAGE])
        searched = ResellerList(rows=rows, has_more=len(found) > ROWS_A_PAGE, typed=typed[:MAX_TYPED_CHARS])
        work.notify(searched, admin.address)
    else:
        work.notify(PersonNotFound(typed=typed[:MAX_TYPED_CHARS]), admin.address)


def _turn_page(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Replace the tapped page of the list with the one before or after it."""
    key = parse_key(tap.payload)
    if key is None or not actor.sees_all:
        return Toast.USED
    page = _page_behind(work, key) if tap.action is Action.OLDER_PEOPLE else _page_before(work, key)
    work.notify(page, actor.chat, edits=actor.card_id)
    return Toast.DONE


def _page_behind(work: UnitOfWork, key: Key | None) -> ResellerList:
    found = people.listed_before(work.tx, key, limit=ROWS_A_PAGE + 1)
    rows, has_older = found[:ROWS_A_PAGE], len(found) > ROWS_A_PAGE
    return _page(work, rows, has_newer=key is not None, has_older=has_older)


def _page_before(work: UnitOfWork, key: Key) -> ResellerList:
    found = people.listed_after(work.tx, key, limit=ROWS_A_PAGE + 1)
    if len(found) <= ROWS_A_PAGE:
        return _page_behind(work, None)  # the first page, and full
    return _page(work, found[-ROWS_A_PAGE:], has_newer=True, has_older=True)


def _page(work: UnitOfWork, rows: list[Person], *, has_newer: bool, has_older: bool) -> ResellerList:
    return ResellerList(
        rows=tuple(row_of(person) for person in rows),
        total=people.count_listed(work.tx),
        newer_key=key_of(rows[0]) if has_newer and rows else "",
        older_key=key_of(rows[-1]) if has_older else "",
    )


def key_of(person: Person) -> str:
    """Return the place of a person in the list by the latest change, as `parse_key` reads it."""
    return f"{person.changed_at_ms}.{person.user_id}"


def parse_key(text: str) -> Key | None:
    found = _KEY.fullmatch(text)
    return (int(found["at_ms"]), int(found["user_id"])) if found else None


def person_card(work: UnitOfWork, person: Person) -> PersonCard:
    """Return all that admins may know of a person."""
    tx = work.tx
    buyer = work.buyer(person.user_id)
    coming, owner = people.last_coming(tx, person.user_id), people.owner_of(tx, person)
    is_link = coming is not None and coming.invite_id is not None
    return PersonCard(
        user_id=person.user_id,
        name=person.name,
        username=person.username,
        standing=person.standing,
        balance_idr=buyer.account.balance_idr if buyer.account else None,
        level=buyer.level.name if buyer.level else "",
        note=person.note,
        came_at_ms=coming.at_ms if coming else None,
        invite_id=coming.invite_id if coming else None,
        invited_by=(coming.created_by_name or "") if coming and is_link else "",
        owner=_relation(owner) if owner.user_id != person.user_id else None,
        assistants=tuple(_relation(one) for one in people.assistants_of(tx, person.user_id)),
    )


def _relation(person: Person) -> Relation:
    return Relation(user_id=person.user_id, name=person.name, username=person.username)


def _answer_note(work: UnitOfWork, admin: Actor, command: Command) -> None:
    """Answer `/catatan @sari bayar tiap Jumat`: store the note, or show the card without one."""
    found = _NAMED.fullmatch(command.rest)
    if found is None:
        work.notify(NoteHelp(max_chars=MAX_NOTE_CHARS), admin.address)
        return
    note = " ".join(found["note"].split())
    if len(note) > MAX_NOTE_CHARS:
        work.notify(NoteHelp(max_chars=MAX_NOTE_CHARS, is_too_long=True), admin.address)
        return
    person = find_person(work, admin, found["person"], command=command.word, rest=note)
    if person is None:
        return
    if not note:
        work.notify(person_card(work, person), admin.address)
        return
    write_note(work, admin, person, "" if note.lower() in DELETE_NOTE else note)


def write_note(work: UnitOfWork, admin: Actor, person: Person, note: str) -> None:
    """Store a note in place of the one before; an empty one deletes it."""
    people.save_note(work.tx, person.user_id, note, noted_by=admin.user_id, at_ms=work.now_ms)
    work.notify(NoteSaved(user_id=person.user_id, name=person.name, note=note), admin.address)


ROUTES = Routes(
    commands=(
        CommandRoute(("reseller",), _show_resellers, Audience.ADMINS),
        CommandRoute(("catatan",), _answer_note, Audience.ADMINS),
    ),
    buttons=(
        ButtonRoute(
            actions=(Action.NEWER_PEOPLE, Action.OLDER_PEOPLE), handle=_turn_page, under=(ResellerList,)
        ),
    ),
)
