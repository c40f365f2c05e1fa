"""The ASGI application of the desk: its doors, its pages, and the rules that hold for every answer.

Every page passes the same guard: a session, a person who may still enter, and for a form the token of a page
of ours. A path that is not in `PAGES` does not exist.
"""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bot.desk import (
    biller,
    books,
    decisions,
    downloads,
    messages,
    money,
    money_moves,
    orders,
    products,
    reconciliation,
    reports,
    resellers,
    system,
    today,
)
from bot.desk.access import DeskRole, DoorPolicy, Visitor
from bot.desk.doors import Doors
from bot.desk.health import HealthSource
from bot.desk.live import LOOK_EVERY_S, LiveUpdates
from bot.desk.upload import UploadedFile, read_form, read_upload
from bot.desk.visit import PREFIX, DeskContext, DeskPage, Visit, back_to, language_of, render
from bot.unit_of_work import WorkContext
from storage.database import Database
from storage.errors import StorageError

_log = logging.getLogger(__name__)

PAGES: tuple[DeskPage, ...] = (
    *today.PAGES,
    *orders.PAGES,
    *decisions.PAGES,
    *resellers.PAGES,
    *products.PAGES,
    *biller.PAGES,
    *reconciliation.PAGES,
    *messages.PAGES,
    *money.PAGES,
    *money_moves.PAGES,
    *books.PAGES,
    *reports.PAGES,
    *system.PAGES,
    *downloads.PAGES,
)

FILES = frozenset(page.path for page in PAGES if page.sends_file)

MENU = tuple((page.path, page.title) for page in PAGES if page.title)

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    # With no-referrer, browsers would send a form of our own with the origin "null".
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

_TELEGRAM_FRAME = "https://web.telegram.org"
"""Telegram's own web client shows a Mini App in a frame."""

_STATIC_TYPES = {"css": "text/css", "js": "text/javascript"}


def open_desk(
    database: Database,
    work: WorkContext,
    policy: DoorPolicy,
    *,
    health: HealthSource,
    url: str,
    now_ms: Callable[[], int],
    wake: Callable[[], None],
    new_token: Callable[[], str],
    remote_of: Callable[[Request], str],
    look_every_s: float = LOOK_EVERY_S,
) -> "DeskApp":
    """Return the desk with all its pages, at the address `url`; open pages show changes `look_every_s`."""
    live = LiveUpdates(database, now_ms=now_ms, held_since_ms=work.held_since_ms, look_every_s=look_every_s)
    desk = DeskContext(
        menu=MENU,
        health=health,
        database=database,
        work=work,
        files=FILES,
        is_secure=url.startswith("https://"),
        now_ms=now_ms,
        wake=wake,
        new_token=new_token,
        live=live,
    )
    return DeskApp(desk, policy, url=url, remote_of=remote_of)


class DeskApp:
    """Answers all requests to `/desk`; `remote_of` returns the address of a caller, behind proxies too."""

    def __init__(
        self,
        desk: DeskContext,
        policy: DoorPolicy,
        *,
        url: str,
        remote_of: Callable[[Request], str],
    ) -> None:
        self._desk = desk
        self._doors = Doors(desk, policy, url=url, remote_of=remote_of, show=self._show)
        self._pages = {(page.method, page.path): page for page in PAGES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except StorageError:
            response = PlainTextResponse("Try again", status_code=503, headers={"Retry-After": "5"})
        except Exception:  # noqa: BLE001 - a fault of one page must not show its inside to the caller
            _log.exception("desk page failed")
            response = PlainTextResponse("Internal error", status_code=500)
        await self._secured(request, response)(scope, receive, send)

    def close(self) -> None:
        """End the streams of the open pages, which would delay a stop."""
        self._desk.live.close()

    def _secured(self, request: Request, response: Response) -> Response:
        in_frame = request.scope["path"] == f"{PREFIX}/app" or "Authorization" in request.headers
        ancestors = _TELEGRAM_FRAME if in_frame else "'none'"
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value.format(ancestors=ancestors))
        if self._desk.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response

    async def _respond(self, request: Request) -> Response:
        path = request.scope["path"].removeprefix(PREFIX) or "/"
        if path.startswith("/static/"):
            return _static(path.removeprefix("/static/"))
        match request.method, path:
            case "GET", "/enter":
                return await self._show("enter.html", request, token=request.query_params.get("token", ""))
            case "POST", "/enter":
                return await self._doors.enter(request)
            case "GET", "/app":
                return await self._show("mini_app.html", request)
            case "POST", "/app":
                return await self._doors.enter_mini_app(request)
            case "GET", "/language":
                return self._switch_language(request)
            case "GET" | "HEAD", _ if path in FILES and "ticket" in request.query_params:
                return await self._send_file(request, path)
            case _:
                return await self._visit(request, path)

    async def _visit(self, request: Request, path: str) -> Response:
        page, trxid = self._page(request.method, path)
        opened = await self._doors.session_of(request)
        visitor = await self._doors.visitor(opened) if opened else None
        if opened is None or visitor is None:
            return await self._show("signed_out.html", request, status=HTTPStatus.UNAUTHORIZED)
        if page is None or (page.owners_only and visitor.role is not DeskRole.OWNER):
            if page:
                _log_refused(page, visitor, "for owners only")
            return await self._show("missing.html", request, status=HTTPStatus.NOT_FOUND)
        form, file = await _read_body(request, takes_file=page.takes_file)
        if request.method == "POST" and not self._doors.is_own_form(request, form, opened.token):
            _log_refused(page, visitor, "not a form of this session's pages")
            return await self._show("refused.html", request, status=HTTPStatus.FORBIDDEN)
        request.scope["path_params"] = {"name": trxid}
        return await page.handle(
            Visit(desk=self._desk, request=request, visitor=visitor, form=form, file=file)
        )

    async def _send_file(self, request: Request, path: str) -> Response:
        """Answer an address with a ticket: its visitor is the person for whom the ticket was made."""
        page, opened = self._pages["GET", path], await self._doors.session_of_ticket(request)
        visitor = await self._doors.visitor(opened) if opened else None
        if visitor is None or (page.owners_only and visitor.role is not DeskRole.OWNER):
            return await self._show("signed_out.html", request, status=HTTPStatus.UNAUTHORIZED)
        response = await page.handle(Visit(desk=self._desk, request=request, visitor=visitor, form={}))
        # Telegram's web client saves only what it may read.
        response.headers["Access-Control-Allow-Origin"] = _TELEGRAM_FRAME
        return response

    def _page(self, method: str, path: str) -> tuple[DeskPage | None, str]:
        """Return the page of a path, and the part of the path that `{name}` stands for."""
        if page := self._pages.get((method, path)):
            return page, ""
        head, _, name = path.rpartition("/")
        return self._pages.get((method, f"{head}/{{name}}")), name

    async def _show(
        self, template: str, request: Request, *, status: int = HTTPStatus.OK, **values: object
    ) -> Response:
        """Render a page that needs no session."""
        language = language_of(request)
        html = await asyncio.to_thread(
            render, template, language, self._desk.zone, visitor=None, menu=(), path="", **values
        )
        return HTMLResponse(html, status_code=status)

    def _switch_language(self, request: Request) -> Response:
        language = "en" if request.query_params.get("to") == "en" else "id"
        response = back_to(PREFIX)
        response.set_cookie(
            self._desk.language_cookie,
            language,
            max_age=31_536_000,
            secure=self._desk.is_secure,
            httponly=True,
            samesite="lax",
        )
        return response


def _static(name: str) -> Response:
    """Return one of our own files; names come from a list, so that no path leads elsewhere."""
    folder = files("bot.desk").joinpath("static")
    if name not in {file.name for file in folder.iterdir()}:
        return PlainTextResponse("Not Found", status_code=404)
    kind = _STATIC_TYPES[name.rpartition(".")[2]]
    # The names of vendored files have their version; ours may change with the next Loket.
    return Response(
        folder.joinpath(name).read_bytes(), media_type=kind, headers={"Cache-Control": "max-age=3600"}
    )


def _log_refused(page: DeskPage, visitor: Visitor, why: str) -> None:
    _log.warning("desk request refused", extra={"user": visitor.user_id, "page": page.path, "why": why})


async def _read_body(request: Request, *, takes_file: bool) -> tuple[dict[str, str], UploadedFile | None]:
    """Return the fields of a form and its file; nothing if it is too long, or no form."""
    if request.method != "POST":
        return {}, None
    if takes_file:
        return await read_upload(request)
    return await read_form(request), None
