"""Who may enter the desk on the web: links that let in once, and sessions. Both are stored as hashes only.

A session ends after `MAX_IDLE_MS` without a page, or after `MAX_SESSION_MS`.
"""

from hashlib import sha256

from msgspec import Struct

from storage.codec import from_row
from storage.transaction import Tx

LINK_MS = 5 * 60_000
MAX_IDLE_MS = 12 * 3_600_000
MAX_SESSION_MS = 7 * 24 * 3_600_000
TICKET_MS = 60_000
SEEN_EVERY_MS = 60_000
"""A page is no reason to write: the time of the last one is stored once a minute."""

MAX_SESSIONS = 20
"""Of one person: the oldest ends when another begins, so that the page shows all of them."""

MAX_DEVICE_CHARS = 120


class DeskSession(Struct, frozen=True, kw_only=True):
    """A signed-in browser; `device` is what it says of itself, `sign_in_method` how the person came in."""

    session_hash: str
    user_id: int
    sign_in_method: str
    device: str
    begun_at_ms: int
    seen_at_ms: int
    ends_at_ms: int


class SignedIn(Struct, frozen=True, kw_only=True):
    """A person with open sessions: how many, and when they loaded the last page."""

    user_id: int
    session_count: int
    seen_at_ms: int


def make_link(tx: Tx, token: str, *, user_id: int, at_ms: int) -> None:
    """Store a link that lets `user_id` in once; an earlier one of the same person no longer does."""
    tx.run("void_desk_links", user_id=user_id, at_ms=at_ms)
    tx.run("forget_desk_links", before_ms=at_ms - MAX_SESSION_MS)
    tx.run(
        "insert_desk_link",
        token_hash=_hash(token),
        user_id=user_id,
        at_ms=at_ms,
        expires_at_ms=at_ms + LINK_MS,
    )


def enter(
    tx: Tx, link_token: str, session_token: str, *, device: str, at_ms: int, instead_of: str = ""
) -> int | None:
    """Use a link up for a session; return whose it is, None if the link is unknown, used or too old.

    The session of the token `instead_of`, with which the browser came, ends.
    """
    row = tx.one("use_desk_link", token_hash=_hash(link_token), at_ms=at_ms)
    if row is None:
        return None
    user_id: int = row["user_id"]
    if instead_of:
        tx.run("end_any_desk_session", session_hash=_hash(instead_of), at_ms=at_ms)
    begin_session(tx, session_token, user_id=user_id, sign_in_method="link", device=device, at_ms=at_ms)
    return user_id


def begin_session(tx: Tx, token: str, *, user_id: int, sign_in_method: str, device: str, at_ms: int) -> None:
    tx.run("end_oldest_desk_sessions", user_id=user_id, at_ms=at_ms, kept=MAX_SESSIONS - 1)
    tx.run("forget_desk_sessions", before_ms=at_ms - MAX_SESSION_MS)
    tx.run(
        "begin_desk_session",
        session_hash=_hash(token),
        user_id=user_id,
        sign_in_method=sign_in_method,
        device=device[:MAX_DEVICE_CHARS],
        at_ms=at_ms,
        ends_at_ms=at_ms + MAX_SESSION_MS,
    )


def session(tx: Tx, token: str, *, at_ms: int) -> DeskSession | None:
    """Return the session of a token; None if there is none, or it has ended."""
    return _open_session(tx, _hash(token), at_ms)


def open_sessions(tx: Tx, *, at_ms: int) -> frozenset[str]:
    """Return the hashes of all sessions that have not ended."""
    rows = tx.all("open_desk_sessions", at_ms=at_ms, seen_after_ms=at_ms - MAX_IDLE_MS)
    return frozenset(row["session_hash"] for row in rows)


class DeskMarks(Struct, frozen=True):
    """What open pages show, as numbers that differ once it changed: a field for each topic."""

    orders: tuple[int | None, ...]
    messages: tuple[int | None, ...]
    money: tuple[int | None, ...]
    shop: tuple[int | None, ...]


def marks(tx: Tx) -> DeskMarks:
    row = tx.one("desk_marks")
    if row is None:
        raise LookupError("a statement without a condition found no row")
    return DeskMarks(
        orders=(row["order_event_id"], row["late_event_count"], row["reversal_id"]),
        messages=(row["outbox_id"], row["waiting_count"], row["parked_count"], row["failed_id"]),
        money=(
            *(row["ticket_id"], row["ticket_count"], row["evidence_count"]),
            *(row["mutation_id"], row["suspense_count"]),
        ),
        shop=(row["person_event_id"], row["topup_id"], row["quarantine_count"]),
    )


def note_seen(tx: Tx, found: DeskSession, *, at_ms: int) -> None:
    tx.run("see_desk_session", session_hash=found.session_hash, at_ms=at_ms)


def sessions_of(tx: Tx, user_id: int, *, at_ms: int) -> list[DeskSession]:
    """Return a person's open sessions, newest first."""
    rows = tx.all(
        "desk_sessions_of",
        user_id=user_id,
        at_ms=at_ms,
        seen_after_ms=at_ms - MAX_IDLE_MS,
        limit=MAX_SESSIONS,
    )
    return [from_row(DeskSession, row) for row in rows]


def signed_in(tx: Tx, *, at_ms: int) -> list[SignedIn]:
    """Return everybody with an open session, the last to load a page first."""
    rows = tx.all("desk_signed_in", at_ms=at_ms, seen_after_ms=at_ms - MAX_IDLE_MS)
    return [from_row(SignedIn, row) for row in rows]


def end_session(tx: Tx, session_hash: str, *, user_id: int, at_ms: int) -> bool:
    """End one of a person's own sessions; return False if there is none to end."""
    return tx.run("end_desk_session", session_hash=session_hash, user_id=user_id, at_ms=at_ms) > 0


def end_sessions_of(tx: Tx, user_id: int, *, at_ms: int) -> int:
    """End all sessions of a person; return how many there were."""
    return tx.run("end_desk_sessions_of", user_id=user_id, at_ms=at_ms)


def end_sessions_of_others(tx: Tx, allowed_ids: tuple[int, ...], *, at_ms: int) -> int:
    """End the sessions of people who may not enter any more; return how many there were."""
    holders = {row["user_id"] for row in tx.all("desk_session_holders")}
    return sum(end_sessions_of(tx, user_id, at_ms=at_ms) for user_id in holders - set(allowed_ids))


def make_ticket(tx: Tx, token: str, *, session_hash: str, address: str, at_ms: int) -> None:
    """Store a ticket that opens `address` once, as the person of a session, while that session is open."""
    tx.run("forget_desk_tickets", before_ms=at_ms - MAX_SESSION_MS)
    tx.run(
        "insert_desk_ticket",
        ticket_hash=_hash(token),
        session_hash=session_hash,
        address=address,
        at_ms=at_ms,
        expires_at_ms=at_ms + TICKET_MS,
    )


def use_ticket(tx: Tx, token: str, *, address: str, at_ms: int) -> DeskSession | None:
    """Use a ticket up; return the session that it stands for, None if it does not open this address now."""
    ticket = tx.one("use_desk_ticket", ticket_hash=_hash(token), address=address, at_ms=at_ms)
    return _open_session(tx, ticket["session_hash"], at_ms) if ticket else None


def session_of_ticket(tx: Tx, token: str, *, address: str, at_ms: int) -> DeskSession | None:
    """Return the same without using the ticket up."""
    ticket = tx.one("desk_ticket", ticket_hash=_hash(token), address=address, at_ms=at_ms)
    return _open_session(tx, ticket["session_hash"], at_ms) if ticket else None


def _open_session(tx: Tx, session_hash: str, at_ms: int) -> DeskSession | None:
    row = tx.one("desk_session", session_hash=session_hash, at_ms=at_ms, seen_after_ms=at_ms - MAX_IDLE_MS)
    return from_row(DeskSession, row) if row else None


def menu_buttons(tx: Tx) -> dict[int, str]:
    """Return in whose chat the button of Telegram's menu opens the desk, and at which address."""
    return {row["user_id"]: row["url"] for row in tx.all("desk_menu_buttons")}


def note_menu_button(tx: Tx, user_id: int, url: str) -> None:
    """Note that the menu button of a person may open the desk at `url`."""
    tx.run("note_desk_menu_button", user_id=user_id, url=url)


def forget_menu_button(tx: Tx, user_id: int) -> None:
    """Note that the menu button of a person is Telegram's own again."""
    tx.run("forget_desk_menu_button", user_id=user_id)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
