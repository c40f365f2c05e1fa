"""The ASGI application of the desk: its doors, its pages, and the rules that hold for every answer.

Every page passes the same guard: a session, a person who may still enter, and for a form the token of a page
of ours. A path that is not in `PAGES` does not exist.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from importlib.resources import files
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from bot.desk import (
    biller,
    books,
    decisions,
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
from bot.desk.access import DeskRole, DoorPolicy, Visitor, form_token, is_form_token, read_init_data
from bot.desk.live import LOOK_EVERY_S, LiveUpdates
from bot.desk.upload import UploadedFile, read_upload
from bot.desk.visit import LANGUAGE_COOKIE, DeskContext, DeskPage, Visit, back_to, language_of, render
from bot.unit_of_work import WorkContext
from storage import desk as storage_desk
from storage import people
from storage.database import Database
from storage.errors import StorageError

_log = logging.getLogger(__name__)

PREFIX = "/desk"

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
)

MENU = tuple((page.path, page.title) for page in PAGES if page.title)

MAX_FORM_BYTES = 16_384

MAX_FAILURES, FAILURES_WITHIN_MS = 20, 300_000
"""Wrong links or Mini App data from one address, before it must wait."""

MAX_ADDRESSES = 1_000

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


class _Signed(Struct, frozen=True):
    token: str
    session: storage_desk.DeskSession


def open_desk(
    database: Database,
    work: WorkContext,
    policy: DoorPolicy,
    *,
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
        menu=MENU, database=database, work=work, now_ms=now_ms, wake=wake, new_token=new_token, live=live
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
        self._policy = policy
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        self._is_secure = url.startswith("https://")
        self._cookie = "__Host-desk" if self._is_secure else "desk"
        self._remote_of = remote_of
        self._failures: dict[str, deque[int]] = {}
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
        if self._is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response

    async def _respond(self, request: Request) -> Response:
        path = request.scope["path"].removeprefix(PREFIX) or "/"
        if path.startswith("/static/"):
            return _static(path.removeprefix("/static/"))
        match request.method, path:
            case "GET", "/enter":
                return await self._show("enter.html", request, token=request.query_params.get("token", ""))
            case "POST", "/enter":
                return await self._enter(request)
            case "GET", "/app":
                return await self._show("mini_app.html", request)
            case "POST", "/app":
                return await self._enter_mini_app(request)
            case "GET", "/language":
                return _switch_language(request)
            case _:
                return await self._visit(request, path)

    async def _visit(self, request: Request, path: str) -> Response:
        page, trxid = self._page(request.method, path)
        signed = await self._signed(request)
        visitor = await self._visitor(signed) if signed else None
        if signed is None or visitor is None:
            return await self._show("signed_out.html", request, status=HTTPStatus.UNAUTHORIZED)
        if page is None or (page.owners_only and visitor.role is not DeskRole.OWNER):
            return await self._show("missing.html", request, status=HTTPStatus.NOT_FOUND)
        form, file = await _read_body(request, takes_file=page.takes_file)
        if request.method == "POST" and not self._is_own_form(request, form, signed.token):
            return await self._show("refused.html", request, status=HTTPStatus.FORBIDDEN)
        request.scope["path_params"] = {"name": trxid}
        return await page.handle(
            Visit(desk=self._desk, request=request, visitor=visitor, form=form, file=file)
        )

    def _page(self, method: str, path: str) -> tuple[DeskPage | None, str]:
        """Return the page of a path, and the part of the path that `{name}` stands for."""
        if page := self._pages.get((method, path)):
            return page, ""
        head, _, name = path.rpartition("/")
        return self._pages.get((method, f"{head}/{{name}}")), name

    async def _signed(self, request: Request) -> _Signed | None:
        token = request.cookies.get(self._cookie) or request.headers.get("Authorization", "").removeprefix(
            "Bearer "
        )
        if not token:
            return None
        now_ms = self._desk.now_ms()
        found = await self._desk.database.read(lambda tx: storage_desk.session(tx, token, at_ms=now_ms))
        if found and now_ms - found.seen_at_ms > storage_desk.SEEN_EVERY_MS:
            session = found
            await self._desk.database.write(lambda tx: storage_desk.note_seen(tx, session, at_ms=now_ms))
        return _Signed(token, found) if found else None

    async def _visitor(self, signed: _Signed) -> Visitor | None:
        """Return who is signed in; None if they were removed from the settings since."""
        user_id = signed.session.user_id
        role = self._policy.role_of(user_id)
        if role is None:
            return None
        person = await self._desk.database.read(lambda tx: people.get(tx, user_id))
        return Visitor(
            user_id=user_id,
            name=person.name if person else f"ID {user_id}",
            role=role,
            session_hash=signed.session.session_hash,
            form_token=form_token(signed.token),
        )

    def _is_own_form(self, request: Request, form: dict[str, str], token: str) -> bool:
        return self._is_own_origin(request) and is_form_token(form.get("form_token", ""), token)

    def _is_own_origin(self, request: Request) -> bool:
        """Return whether a page of ours sent this: every browser names the origin of a form."""
        return request.headers.get("Origin") == self._origin

    async def _enter(self, request: Request) -> Response:
        """Use up a link. The page before it only shows a button: previews of links fetch them."""
        form = await _read_form(request)
        if not self._is_own_origin(request) or self._must_wait(request):
            return await self._show("refused.html", request, status=HTTPStatus.FORBIDDEN)
        token, now_ms = self._desk.new_token(), self._desk.now_ms()
        device = request.headers.get("User-Agent", "")
        user_id = await self._desk.database.write(
            lambda tx: storage_desk.enter(tx, form.get("token", ""), token, device=device, at_ms=now_ms)
        )
        if user_id is None or self._policy.role_of(user_id) is None:
            self._note_failure(request)
            return await self._show("link_used.html", request, status=HTTPStatus.FORBIDDEN)
        _log.info("desk session begun", extra={"user": user_id, "door": "link"})
        response = RedirectResponse(PREFIX, status_code=HTTPStatus.SEE_OTHER)
        response.set_cookie(
            self._cookie,
            token,
            max_age=storage_desk.MAX_SESSION_MS // 1000,
            secure=self._is_secure,
            httponly=True,
            samesite="strict",
        )
        return response

    async def _enter_mini_app(self, request: Request) -> Response:
        """Exchange what Telegram signed for a token, which the page sends as an Authorization header."""
        form = await _read_form(request)
        now_ms = self._desk.now_ms()
        user = read_init_data(form.get("init_data", ""), self._policy.bot_token, now_s=now_ms // 1000)
        if self._must_wait(request) or user is None or self._policy.role_of(user.user_id) is None:
            self._note_failure(request)
            return JSONResponse({"error": "refused"}, status_code=HTTPStatus.FORBIDDEN)
        token, user_id = self._desk.new_token(), user.user_id
        device = request.headers.get("User-Agent", "")
        await self._desk.database.write(
            lambda tx: storage_desk.begin_session(
                tx, token, user_id=user_id, door="mini_app", device=device, at_ms=now_ms
            )
        )
        _log.info("desk session begun", extra={"user": user_id, "door": "mini app"})
        return JSONResponse({"token": token})

    def _must_wait(self, request: Request) -> bool:
        failures = self._failures.get(self._remote_of(request), ())
        since_ms = self._desk.now_ms() - FAILURES_WITHIN_MS
        return sum(at_ms > since_ms for at_ms in failures) >= MAX_FAILURES

    def _note_failure(self, request: Request) -> None:
        remote = self._remote_of(request)
        _log.warning("desk sign-in refused", extra={"remote": remote})
        if remote not in self._failures and len(self._failures) >= MAX_ADDRESSES:
            del self._failures[next(iter(self._failures))]
        self._failures.setdefault(remote, deque(maxlen=MAX_FAILURES)).append(self._desk.now_ms())

    async def _show(
        self, template: str, request: Request, *, status: int = HTTPStatus.OK, **values: object
    ) -> Response:
        """Render a page that needs no session."""
        language = language_of(request)
        html = await asyncio.to_thread(
            render, template, language, self._desk.zone, visitor=None, menu=(), path="", **values
        )
        return HTMLResponse(html, status_code=status)


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


def _switch_language(request: Request) -> Response:
    language = "en" if request.query_params.get("to") == "en" else "id"
    response = back_to(PREFIX)
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=31_536_000, httponly=True, samesite="lax")
    return response


async def _read_body(request: Request, *, takes_file: bool) -> tuple[dict[str, str], UploadedFile | None]:
    """Return the fields of a form and its file; nothing if it is too long, or no form."""
    if request.method != "POST":
        return {}, None
    if takes_file:
        return await read_upload(request)
    return await _read_form(request), None


async def _read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form; empty if it is too long, or no form."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM_BYTES:
            return {}
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return {}
