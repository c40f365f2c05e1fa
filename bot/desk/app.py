"""The ASGI application of the desk: signing in, its pages, and the rules that hold for every answer.

Every page passes the same guard: a session, a person who may still enter, and for a form the token of a page
of ours. A path that is not in `PAGES` does not exist.
"""

import logging
from collections.abc import Callable
from functools import cache, partial
from http import HTTPStatus
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

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
from bot.desk.access import AccessPolicy, DeskRole, Visitor
from bot.desk.context import DeskContext, DeskPage, Read
from bot.desk.health import HealthSource
from bot.desk.live import LOOK_EVERY_S, LiveUpdates
from bot.desk.load_limits import DeskBusyError
from bot.desk.page_process import PageReader, PagesUnavailableError
from bot.desk.rendering import render_for_stranger
from bot.desk.request import PREFIX, DeskRequest, back_to, language_of, page
from bot.desk.sign_in import SignIn
from bot.desk.upload import UploadedFile, read_form, read_upload
from bot.texts.desk_pages import BUSY, NOT_STORED, UNAVAILABLE, translate
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

FILE_PART_BYTES = 65_536

_STATIC_TYPES = {"css": "text/css", "js": "text/javascript"}


def open_desk(
    database: Database,
    reader: PageReader,
    work: WorkContext,
    policy: AccessPolicy,
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
        reader=reader,
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
        policy: AccessPolicy,
        *,
        url: str,
        remote_of: Callable[[Request], str],
    ) -> None:
        self._desk = desk
        self._sign_in = SignIn(desk, policy, url=url, remote_of=remote_of, show=self._show)
        self._pages = {(page.method, page.path): page for page in PAGES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = self._secured(request, await self._respond(request))
            if "Content-Disposition" in response.headers:
                with self._desk.limits.files_sent.take():
                    await response(scope, receive, partial(send_in_parts, send))
                return
        except DeskBusyError:
            response = self._refused(request, BUSY)
        except PagesUnavailableError:
            _log.exception("desk page failed")
            response = self._refused(request, UNAVAILABLE)
        except StorageError:
            response = self._refused(request, NOT_STORED)
        except Exception:  # noqa: BLE001 - a fault of one page must not show its inside to the caller
            _log.exception("desk page failed")
            response = self._secured(request, PlainTextResponse("Internal error", status_code=500))
        await response(scope, receive, send)

    def close(self) -> None:
        """End the streams of the open pages and the page process, which would delay a stop."""
        self._desk.live.close()
        self._desk.reader.close()

    def _refused(self, request: Request, why: str) -> Response:
        """Answer with a sentence, in text: desk.js shows it above the page."""
        words = translate(why, language_of(request))
        status, headers = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "5"}
        return self._secured(request, PlainTextResponse(words, status_code=status, headers=headers))

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
                return await self._sign_in.enter(request)
            case "GET", "/app":
                return await self._show("mini_app.html", request)
            case "POST", "/app":
                return await self._sign_in.enter_mini_app(request)
            case "GET", "/language":
                return self._switch_language(request)
            case "GET" | "HEAD", _ if path in FILES and "ticket" in request.query_params:
                return await self._send_file(request, path)
            case _:
                return await self._show_page(request, path)

    async def _show_page(self, request: Request, path: str) -> Response:
        asked, name = self._page(request.method, path)
        opened = await self._sign_in.session_of(request)
        visitor = await self._sign_in.visitor(opened) if opened else None
        if opened is None or visitor is None:
            return await self._show("signed_out.html", request, status=HTTPStatus.UNAUTHORIZED)
        if asked is None or (asked.owners_only and visitor.role is not DeskRole.OWNER):
            if asked:
                _log_refused(asked, visitor, "for owners only")
            return await self._show("missing.html", request, status=HTTPStatus.NOT_FOUND)
        form, file = await self._read_body(request, takes_file=asked.takes_file)
        if request.method == "POST" and not self._sign_in.is_own_form(request, form, opened.token):
            _log_refused(asked, visitor, "not a form of this session's pages")
            return await self._show("refused.html", request, status=HTTPStatus.FORBIDDEN)
        return await self._answer(asked, request, self._visit_of(request, visitor, name, form, file))

    def _visit_of(
        self,
        request: Request,
        visitor: Visitor,
        name: str = "",
        form: dict[str, str] | None = None,
        file: UploadedFile | None = None,
    ) -> DeskRequest:
        return DeskRequest(
            visitor=visitor,
            path=request.scope["path"],
            name=name,
            params=dict(request.query_params),
            form=form or {},
            file=file,
            language=language_of(request),
            now_ms=self._desk.now_ms(),
            zone=self._desk.zone,
        )

    async def _answer(self, asked: DeskPage, request: Request, desk_request: DeskRequest) -> Response:
        desk, read = self._desk, asked.read
        if asked.handle:
            return await desk.show(desk_request, await asked.handle(desk_request, desk))
        if read is None:
            raise LookupError(f"{asked.path} has no function")
        if asked.is_shared:
            make = partial(self._make_shared, read, desk_request)
            return HTMLResponse(await desk.live.shared((asked.path, desk_request.language), make))
        return await desk.read(desk_request, read, is_long=asked.is_long, has_left=request.is_disconnected)

    async def _make_shared(self, read: Read, desk_request: DeskRequest) -> bytes:
        """Read for all who ask, even if the visitor who asked first has left."""
        return bytes((await self._desk.read(desk_request, read, is_shared=True)).body)

    async def _send_file(self, request: Request, path: str) -> Response:
        """Answer an address with a ticket: its visitor is the person for whom the ticket was made."""
        asked, opened = self._pages["GET", path], await self._sign_in.session_of_ticket(request)
        visitor = await self._sign_in.visitor(opened) if opened else None
        if visitor is None or (asked.owners_only and visitor.role is not DeskRole.OWNER):
            return await self._show("signed_out.html", request, status=HTTPStatus.UNAUTHORIZED)
        response = await self._answer(asked, request, self._visit_of(request, visitor))
        # Telegram's web client saves only what it may read.
        response.headers["Access-Control-Allow-Origin"] = _TELEGRAM_FRAME
        return response

    def _page(self, method: str, path: str) -> tuple[DeskPage | None, str]:
        """Return the page of a path, and the part of the path that `{name}` stands for."""
        if found := self._pages.get((method, path)):
            return found, ""
        head, _, name = path.rpartition("/")
        return self._pages.get((method, f"{head}/{{name}}")), name

    async def _show(
        self, template: str, request: Request, *, status: int = HTTPStatus.OK, **values: object
    ) -> Response:
        """Render a page that needs no session."""
        shown, language = page(template, status=status, **values), language_of(request)
        async with self._desk.limits.strangers.hold(request.is_disconnected):
            return await self._desk.reader.run(render_for_stranger, shown, language, self._desk.zone)

    async def _read_body(
        self, request: Request, *, takes_file: bool
    ) -> tuple[dict[str, str], UploadedFile | None]:
        """Return the fields of a form and its file; nothing if it is too long, or no form."""
        if request.method != "POST":
            return {}, None
        if not takes_file:
            return await read_form(request), None
        with self._desk.limits.uploads.take():
            return await read_upload(request)

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


async def send_in_parts(send: Send, message: Message) -> None:
    """Send a file in parts, each once the reader has taken most of the last."""
    body: bytes = message.get("body", b"")
    last = max(0, len(body) - 1) // FILE_PART_BYTES * FILE_PART_BYTES
    for begin in range(0, last, FILE_PART_BYTES):
        part = body[begin : begin + FILE_PART_BYTES]
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({**message, "body": body[last:]})


def _static(name: str) -> Response:
    """Return one of our own files; names come from a list, so that no path leads elsewhere."""
    content = _static_files().get(name)
    if content is None:
        return PlainTextResponse("Not Found", status_code=404)
    kind = _STATIC_TYPES[name.rpartition(".")[2]]
    # The names of vendored files have their version; ours may change with the next Loket.
    return Response(content, media_type=kind, headers={"Cache-Control": "max-age=3600"})


@cache
def _static_files() -> dict[str, bytes]:
    """Return the files by name, read once: the event loop does not wait for the disk at each request."""
    return {file.name: file.read_bytes() for file in files("bot.desk").joinpath("static").iterdir()}


def _log_refused(page: DeskPage, visitor: Visitor, why: str) -> None:
    _log.warning("desk request refused", extra={"user": visitor.user_id, "page": page.path, "why": why})
