"""The page of the system: how the bot does, and who is signed in, which can be ended here."""

import logging

from msgspec import Struct

from bot import __version__
from bot.desk.context import DeskContext, DeskPage
from bot.desk.health import SystemHealth
from bot.desk.request import PREFIX, DeskRequest, DeskResponse, back_to, page
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


async def _show(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    return await desk.read(request, _show_with, await desk.health.read())


def _show_with(request: DeskRequest, work: UnitOfWork, health: SystemHealth) -> DeskResponse:
    return page("system.html", system=_read(work, request), health=health)


def _read(work: UnitOfWork, request: DeskRequest) -> SystemState:
    tx, visitor, restore = work.tx, request.visitor, restores.latest(work.tx)
    everybody = storage_desk.signed_in(tx, at_ms=work.now_ms) if visitor.moves_money else []
    return SystemState(
        version=__version__,
        held_since_ms=work.context.held_since_ms(),
        is_closed=restores.in_quarantine(tx) is not None,
        restore=restore,
        reopened_by=people.name_or_id(tx, restore.released_by) if restore and restore.released_by else "",
        behind_ms=work.context.behind_ms(),
        message_counts=outbox.counts(tx),
        sessions=tuple(storage_desk.sessions_of(tx, visitor.user_id, at_ms=work.now_ms)),
        signed_in=tuple(NamedSignedIn(each, people.name_or_id(tx, each.user_id)) for each in everybody),
    )


async def _sign_out(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    """End this session; the browser drops the cookie, and the token that a Mini App keeps."""
    own, user_id = request.visitor.session_hash, request.visitor.user_id
    await desk.write(lambda work: storage_desk.end_session(work.tx, own, user_id=user_id, at_ms=work.now_ms))
    _log_ended(request, "this one", user_id)
    response = back_to(f"{PREFIX}/enter")
    response.delete_cookie(desk.session_cookie, secure=desk.is_secure, httponly=True)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


async def _end_session(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    chosen, user_id = request.form.get("session", ""), request.visitor.user_id
    await desk.write(
        lambda work: storage_desk.end_session(work.tx, chosen, user_id=user_id, at_ms=work.now_ms)
    )
    _log_ended(request, "one", user_id)
    return back_to(f"{PREFIX}/system")


async def _end_all_sessions(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    user_id = request.visitor.user_id
    await desk.write(lambda work: storage_desk.end_sessions_of(work.tx, user_id, at_ms=work.now_ms))
    _log_ended(request, "all", user_id)
    return back_to(f"{PREFIX}/enter")


async def _end_sessions_of_person(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    """End all sessions of another person, as an owner may: a phone was lost, or an assistant left."""
    typed = request.form.get("person", "")
    if people.is_id(typed):
        await desk.write(lambda work: storage_desk.end_sessions_of(work.tx, int(typed), at_ms=work.now_ms))
        _log_ended(request, "all", int(typed))
    return back_to(f"{PREFIX}/system")


def _log_ended(request: DeskRequest, which: str, whose: int) -> None:
    _log.info(
        "desk session ended", extra={"user": request.visitor.user_id, "which": which, "session_of": whose}
    )


PAGES = (
    DeskPage(path="/system", handle=_show, title="System"),
    DeskPage(path="/sign-out", handle=_sign_out, method="POST"),
    DeskPage(path="/system/end", handle=_end_session, method="POST"),
    DeskPage(path="/system/end-all", handle=_end_all_sessions, method="POST"),
    DeskPage(path="/system/end-person", handle=_end_sessions_of_person, method="POST", owners_only=True),
)
