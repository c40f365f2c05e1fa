"""The page of the system: its state, and the visitor's open sessions, each of which can be ended here."""

import logging
from importlib.metadata import version

from msgspec import Struct
from starlette.responses import Response

from bot.desk.visit import PREFIX, DeskPage, Visit, back_to
from bot.unit_of_work import UnitOfWork
from storage import desk, outbox, restores
from storage.desk import DeskSession
from storage.restores import Restore

_log = logging.getLogger(__name__)


class SystemState(Struct, frozen=True, kw_only=True):
    """The state of the bot; `behind_ms` is by how much its clock is behind Telegram's."""

    version: str
    held_since_ms: int | None
    is_closed: bool
    restore: Restore | None
    behind_ms: int
    message_counts: dict[str, int]
    sessions: tuple[DeskSession, ...]


async def _show(visit: Visit) -> Response:
    return await visit.page("system.html", system=await visit.read(lambda work: _read(work, visit)))


def _read(work: UnitOfWork, visit: Visit) -> SystemState:
    tx, user_id = work.tx, visit.visitor.user_id
    return SystemState(
        version=version("loket"),
        held_since_ms=work.context.held_since_ms(),
        is_closed=restores.in_quarantine(tx) is not None,
        restore=restores.latest(tx),
        behind_ms=work.context.behind_ms(),
        message_counts=outbox.counts(tx),
        sessions=tuple(desk.sessions_of(tx, user_id, at_ms=work.now_ms)),
    )


async def _sign_out(visit: Visit) -> Response:
    """End this session; the browser drops the cookie, and the token that a Mini App keeps."""
    own, user_id = visit.visitor.session_hash, visit.visitor.user_id
    await visit.write(lambda work: desk.end_session(work.tx, own, user_id=user_id, at_ms=work.now_ms))
    _log_ended(user_id, "signed out")
    response = back_to(f"{PREFIX}/enter")
    response.delete_cookie(visit.desk.session_cookie, secure=visit.desk.is_secure, httponly=True)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


async def _end_session(visit: Visit) -> Response:
    chosen, user_id = visit.form.get("session", ""), visit.visitor.user_id
    await visit.write(lambda work: desk.end_session(work.tx, chosen, user_id=user_id, at_ms=work.now_ms))
    _log_ended(user_id, "one of the own")
    return back_to("/desk/system")


async def _end_all_sessions(visit: Visit) -> Response:
    user_id = visit.visitor.user_id
    await visit.write(lambda work: desk.end_sessions_of(work.tx, user_id, at_ms=work.now_ms))
    _log_ended(user_id, "all of the own")
    return back_to(f"{PREFIX}/enter")


def _log_ended(user_id: int, which: str) -> None:
    _log.info("desk session ended", extra={"user": user_id, "which": which})


PAGES = (
    DeskPage(path="/system", handle=_show, title="System"),
    DeskPage(path="/sign-out", handle=_sign_out, method="POST"),
    DeskPage(path="/system/end", handle=_end_session, method="POST"),
    DeskPage(path="/system/end-all", handle=_end_all_sessions, method="POST"),
)
