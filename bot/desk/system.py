"""The page of the system: the visitor's open sessions, each of which can be ended here."""

from starlette.responses import Response

from bot.desk.visit import DeskPage, Visit, back_to
from storage import desk


async def _show(visit: Visit) -> Response:
    user_id, now_ms = visit.visitor.user_id, visit.desk.now_ms()
    sessions = await visit.read(lambda work: desk.sessions_of(work.tx, user_id, at_ms=now_ms))
    return await visit.page("system.html", sessions=sessions)


async def _end_session(visit: Visit) -> Response:
    chosen, user_id = visit.form.get("session", ""), visit.visitor.user_id
    await visit.write(lambda work: desk.end_session(work.tx, chosen, user_id=user_id, at_ms=work.now_ms))
    return back_to("/desk/system")


async def _end_all_sessions(visit: Visit) -> Response:
    user_id = visit.visitor.user_id
    await visit.write(lambda work: desk.end_sessions_of(work.tx, user_id, at_ms=work.now_ms))
    return back_to("/desk")


PAGES = (
    DeskPage(path="/system", handle=_show, title="System"),
    DeskPage(path="/system/end", handle=_end_session, method="POST"),
    DeskPage(path="/system/end-all", handle=_end_all_sessions, method="POST"),
)
