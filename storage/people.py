"""The people who asked for access, with their standing; every change is stored with its author."""

import re

from msgspec import Struct

from bot.actors import Standing
from storage.codec import from_row
from storage.transaction import Tx

MAX_ID_DIGITS = 15
"""Telegram's ids have at most 52 bits."""

_LIKE_WILDCARD = re.compile(r"[\\%_]")


class Person(Struct, frozen=True, kw_only=True):
    """A person who asked for access or was approved by the settings; the address is where they asked."""

    user_id: int
    name: str
    username: str | None
    standing: Standing
    chat_id: int
    thread_id: int | None
    message_id: int | None
    changed_at_ms: int


def get(tx: Tx, user_id: int) -> Person | None:
    row = tx.one("person_by_id", user_id=user_id)
    return from_row(Person, row) if row else None


def is_id(typed: str) -> bool:
    """Return whether a text may be the id of a person."""
    return typed.isascii() and typed.isdigit() and len(typed) <= MAX_ID_DIGITS


def find(tx: Tx, typed: str) -> Person | None:
    """Find the person whom an admin named by id or by username, with or without @, in any letter case."""
    if is_id(typed):
        return get(tx, int(typed))
    row = tx.one("person_by_username", username=typed.removeprefix("@").lower())
    return from_row(Person, row) if row else None


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


def save(tx: Tx, person: Person, *, changed_by: int | None) -> None:
    """Store a person, and an event with the new standing."""
    tx.run("release_username", username=person.username)
    tx.run(
        "save_person",
        user_id=person.user_id,
        name=person.name,
        username=person.username,
        standing=person.standing,
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
        at_ms=person.changed_at_ms,
        changed_by=changed_by,
    )


def rename(tx: Tx, user_id: int, *, name: str, username: str | None) -> None:
    tx.run("release_username", username=username)
    tx.run("rename_person", user_id=user_id, name=name, username=username)


def listed(tx: Tx, *, limit: int) -> list[Person]:
    """Return the people who are approved, frozen or have asked, latest change first."""
    return [from_row(Person, row) for row in tx.all("people_listed", limit=limit)]


def asking(tx: Tx, *, limit: int) -> list[Person]:
    """Return the people whose access request is undecided, longest waiting first."""
    return [from_row(Person, row) for row in tx.all("people_asking", limit=limit)]


def count_asking(tx: Tx) -> int:
    """Return how many people `asking` returns without a limit."""
    row = tx.one("count_people_asking")
    return row["count"] if row else 0


def count_listed(tx: Tx) -> int:
    """Return how many people `listed` returns without a limit."""
    row = tx.one("count_people_listed")
    return row["count"] if row else 0
