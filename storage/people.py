"""The people who asked for access or were let in; every change of a standing is stored with its author."""

import re

from msgspec import Struct

from bot.actors import Standing
from storage.codec import from_row
from storage.transaction import Tx

END_MS = 1 << 62

MAX_ID_DIGITS = 15
"""Telegram's ids have at most 52 bits."""

_LIKE_WILDCARD = re.compile(r"[\\%_]")


class Person(Struct, frozen=True, kw_only=True):
    """A person who asked for access or was let in; the address is where they asked.

    `owner_id` is the reseller for whose shop they order as an assistant. `note` is what admins wrote down;
    `save` does not change it.
    """

    user_id: int
    name: str
    username: str | None
    standing: Standing
    chat_id: int
    thread_id: int | None
    message_id: int | None
    changed_at_ms: int
    owner_id: int | None = None
    note: str = ""

    @property
    def shop_owner_id(self) -> int:
        """The owner of the shop that this person orders for: an assistant's owner, or the person."""
        return self.user_id if self.owner_id is None else self.owner_id


def shop_owner_id(tx: Tx, user_id: int) -> int:
    """Return the owner of the shop that a user orders for."""
    person = get(tx, user_id)
    return person.shop_owner_id if person else user_id


def get(tx: Tx, user_id: int) -> Person | None:
    row = tx.one("person_by_id", user_id=user_id)
    return from_row(Person, row) if row else None


def name_or_id(tx: Tx, user_id: int) -> str:
    """Return the name of a person, or their id if the database does not know them."""
    return name_of(tx, user_id) or str(user_id)


def name_of(tx: Tx, user_id: int) -> str:
    """Return the name of a reseller or an admin; empty if the database does not know them."""
    person = get(tx, user_id)
    if person:
        return person.name
    row = tx.one("admin_name", user_id=user_id)
    return row["name"] if row else ""


def note_admin_name(tx: Tx, user_id: int, name: str) -> None:
    """Note the name of a person who is in the settings; nothing is stored if it is known."""
    if name:
        tx.run("note_admin_name", user_id=user_id, name=name)


def is_id(typed: str) -> bool:
    """Return whether a text may be the id of a person."""
    return typed.isascii() and typed.isdigit() and len(typed) <= MAX_ID_DIGITS


def find(tx: Tx, typed: str) -> Person | None:
    """Find the person whom an admin named by id or by username, with or without @, in any letter case."""
    if is_id(typed):
        return get(tx, int(typed))
    row = tx.one("person_by_username", username=typed.removeprefix("@").lower())
    return from_row(Person, row) if row else None


def owner_of(tx: Tx, person: Person) -> Person:
    """Return the owner of the shop that a person orders for, who may be that person."""
    owner = get(tx, person.owner_id) if person.owner_id is not None else None
    return owner or person


def find_owner(tx: Tx, typed: str) -> Person | None:
    """Find the owner of the shop that the person named by id or by username orders for."""
    person = find(tx, typed)
    return owner_of(tx, person) if person else None


def matching(tx: Tx, typed: str, *, limit: int) -> list[Person]:
    """Return the person with this id or @username, or else those with this part of a name or username."""
    if exact := find(tx, typed) if is_id(typed) or typed.startswith("@") else None:
        return [exact]
    part = typed.removeprefix("@").lower()
    pattern = f"%{escape_like(part)}%"
    rows = tx.all("people_matching", pattern=pattern, limit=limit) if part else []
    return [from_row(Person, row) for row in rows]


def escape_like(part: str) -> str:
    """Return a text for LIKE, in which its wildcards stand for themselves."""
    return _LIKE_WILDCARD.sub(r"\\\g<0>", part)


def save(tx: Tx, person: Person, *, changed_by: int | None, invite_id: int | None = None) -> None:
    """Store a person, and an event with the new standing; `invite_id` is the link by which they came."""
    tx.run("release_username", username=person.username)
    tx.run(
        "save_person",
        user_id=person.user_id,
        name=person.name,
        username=person.username,
        standing=person.standing,
        owner_id=person.owner_id,
        chat_id=person.chat_id,
        thread_id=person.thread_id,
        message_id=person.message_id,
        at_ms=person.changed_at_ms,
        changed_by=changed_by,
    )
    tx.run(
        "append_person_event",
        user_id=person.user_id,
        standing=person.standing,
        owner_id=person.owner_id,
        invite_id=invite_id,
        at_ms=person.changed_at_ms,
        changed_by=changed_by,
    )


def rename(tx: Tx, user_id: int, *, name: str, username: str | None) -> None:
    tx.run("release_username", username=username)
    tx.run("rename_person", user_id=user_id, name=name, username=username)


Key = tuple[int, int]
"""Of a list by the latest change: the time of the change, and the user id."""


def listed_before(tx: Tx, key: Key | None, *, limit: int) -> list[Person]:
    """Return the people who are approved, frozen or have asked, latest change first, from behind `key` on."""
    at_ms, user_id = key or (END_MS, 0)
    rows = tx.all("people_listed_before", at_ms=at_ms, user_id=user_id, limit=limit)
    return [from_row(Person, row) for row in rows]


def listed_after(tx: Tx, key: Key, *, limit: int) -> list[Person]:
    """Return those of the same list that stand directly before `key`, latest change first."""
    rows = tx.all("people_listed_after", at_ms=key[0], user_id=key[1], limit=limit)
    return [from_row(Person, row) for row in reversed(rows)]


def assistants_of(tx: Tx, owner_id: int) -> list[Person]:
    """Return the assistants of a reseller, also those whom an admin froze, by name."""
    return [from_row(Person, row) for row in tx.all("people_of_owner", owner_id=owner_id)]


def count_assistants_of(tx: Tx, owner_id: int) -> int:
    row = tx.one("count_people_of_owner", owner_id=owner_id)
    return row["count"] if row else 0


def save_note(tx: Tx, user_id: int, note: str, *, noted_by: int, at_ms: int) -> None:
    """Store what an admin wrote down about a person, in place of the note before."""
    tx.run("save_note", user_id=user_id, note=note, noted_by=noted_by, at_ms=at_ms)


class Coming(Struct, frozen=True, kw_only=True):
    """When a person was last let in, and by which invite link, if it was by one."""

    at_ms: int
    changed_by: int | None
    invite_id: int | None
    created_by_name: str | None


def last_coming(tx: Tx, user_id: int) -> Coming | None:
    row = tx.one("last_coming", user_id=user_id)
    return from_row(Coming, row) if row else None


def asking(tx: Tx, *, limit: int) -> list[Person]:
    """Return the people whose access request is undecided, longest waiting first."""
    return [from_row(Person, row) for row in tx.all("people_asking", limit=limit)]


def count_asking(tx: Tx) -> int:
    """Return how many people `asking` returns without a limit."""
    row = tx.one("count_people_asking")
    return row["count"] if row else 0


def count_listed(tx: Tx) -> int:
    """Return how many people the list by the latest change has."""
    row = tx.one("count_people_listed")
    return row["count"] if row else 0
