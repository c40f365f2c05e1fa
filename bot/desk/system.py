"""The page of the system: how the bot does, and who is signed in, which can be ended here."""

import logging
from importlib.metadata import version

from msgspec import Struct

from bot.desk.context import DeskContext, DeskPage
from bot.desk.health import SystemHealth
from bot.desk.visit import PREFIX, Answer, Visit, back_to, page
from bot.unit_of_work import UnitOfWork
from storage import desk as storage_desk
from storage import outbox, people, restores
from storage.desk import DeskSession, SignedIn
from storage.restores import Restore

_log = logging.getLogger(__name__)


class NamedSignedIn(Struct, frozen=True):
    """A person with open sessions, and their name."""

    person: SignedIn
    name: str


class SystemState(Struct, frozen=True, kw_only=True):
    """The state of the bot; `behind_ms` is by how much its clock is behind Telegram's.

    `signed_in` is everybody with a session, for owners only.
    """

    version: str
    held_since_ms: int | None
    is_closed: bool
    restore: Restore | None
    reopened_by: str
    behind_ms: int
    message_counts: dict[str, int]
    sessions: tuple[DeskSession, ...]
    signed_in: tuple[NamedSignedIn, ...]


async def _show(visit: Visit, desk: DeskContext) -> Answer:
    return await desk.read(visit, _show_with, await desk.health.read())


def _show_with(visit: Visit, work: UnitOfWork, health: SystemHealth) -> Answer:
    return page("system.html", system=_read(work, visit), health=health)


def _read(work: UnitOfWork, visit: Visit) -> SystemState:
    tx, visitor, restore = work.tx, visit.visitor, restores.latest(work.tx)
    everybody = storage_desk.signed_in(tx, at_ms=work.now_ms) if visitor.moves_money else []
    return SystemState(
        version=version("loket"),
        held_since_ms=work.context.held_since_ms(),
        is_closed=restores.in_quarantine(tx) is not None,
        restore=restore,
        reopened_by=people.name_or_id(tx, restore.released_by) if restore and restore.released_by else "",
        behind_ms=work.context.behind_ms(),
        message_counts=outbox.counts(tx),
        sessions=tuple(storage_desk.sessions_of(tx, visitor.user_id, at_ms=work.now_ms)),
        signed_in=tuple(NamedSignedIn(each, people.name_or_id(tx, each.user_id)) for each in everybody),
    )


async def _sign_out(visit: Visit, desk: DeskContext) -> Answer:
    """End this session; the browser drops the cookie, and the token that a Mini App keeps."""
    own, user_id = visit.visitor.session_hash, visit.visitor.user_id
    await desk.write(lambda work: storage_desk.end_session(work.tx, own, user_id=user_id, at_ms=work.now_ms))
    _log_ended(visit, "this one", user_id)
    response = back_to(f"{PREFIX}/enter")
    response.delete_cookie(desk.session_cookie, secure=desk.is_secure, httponly=True)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


async def _end_session(visit: Visit, desk: DeskContext) -> Answer:
    chosen, user_id = visit.form.get("session", ""), visit.visitor.user_id
    await desk.write(
        lambda work: storage_desk.end_session(work.tx, chosen, user_id=user_id, at_ms=work.now_ms)
    )
    _log_ended(visit, "one", user_id)
    return back_to(f"{PREFIX}/system")


async def _end_all_sessions(visit: Visit, desk: DeskContext) -> Answer:
    user_id = visit.visitor.user_id
    await desk.write(lambda work: storage_desk.end_sessions_of(work.tx, user_id, at_ms=work.now_ms))
    _log_ended(visit, "all", user_id)
    return back_to(f"{PREFIX}/enter")


async def _end_sessions_of_person(visit: Visit, desk: DeskContext) -> Answer:
    """End all sessions of another person, as an owner may: a phone was lost, or an assistant left."""
    typed = visit.form.get("person", "")
    if people.is_id(typed):
        await desk.write(lambda work: storage_desk.end_sessions_of(work.tx, int(typed), at_ms=work.now_ms))
        _log_ended(visit, "all", int(typed))
    return back_to(f"{PREFIX}/system")


def _log_ended(visit: Visit, which: str, whose: int) -> None:
    _log.info(
        "desk session ended", extra={"user": visit.visitor.user_id, "which": which, "session_of": whose}
    )


PAGES = (
    DeskPage(path="/system", handle=_show, title="System"),
    DeskPage(path="/sign-out", handle=_sign_out, method="POST"),
    DeskPage(path="/system/end", handle=_end_session, method="POST"),
    DeskPage(path="/system/end-all", handle=_end_all_sessions, method="POST"),
    DeskPage(path="/system/end-person", handle=_end_sessions_of_person, method="POST", owners_only=True),
)
