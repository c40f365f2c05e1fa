"""Signing in to the desk: the link of the chat, the Mini App, their sessions, and a limit on guesses.

A session's token is in a cookie of a browser; a Mini App keeps no cookies, and sends it as a header.
"""

import logging
from collections import deque
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.desk.access import AccessPolicy, Visitor, form_token, is_form_token, read_init_data
from bot.desk.context import DeskContext
from bot.desk.request import PREFIX
from bot.desk.upload import read_form
from storage import desk as storage_desk
from storage import people
from storage.transaction import Tx

_log = logging.getLogger(__name__)

MAX_FAILURES, FAILURES_WITHIN_MS = 20, 300_000
"""Wrong links or Mini App data from one address, before it must wait."""

MAX_ADDRESSES = 1_000

Show = Callable[..., Awaitable[Response]]


class OpenSession(Struct, frozen=True):
    """A session, and the token that a request brought for it."""

    token: str
    session: storage_desk.DeskSession


class SignIn:
    """Lets people in; `remote_of` returns the address of a caller, `show` a page that needs no session."""

    def __init__(
        self,
        desk: DeskContext,
        policy: AccessPolicy,
        *,
        url: str,
        remote_of: Callable[[Request], str],
        show: Show,
    ) -> None:
        self._desk = desk
        self._policy = policy
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        self._remote_of = remote_of
        self._show = show
        self._failures: dict[str, deque[int]] = {}

    async def session_of(self, request: Request) -> OpenSession | None:
        token = self._token_of(request)
        if not token:
            return None
        now_ms = self._desk.now_ms()
        found = await self._desk.database.read(lambda tx: storage_desk.session(tx, token, at_ms=now_ms))
        if found and now_ms - found.seen_at_ms > storage_desk.SEEN_EVERY_MS:
            session = found
            await self._desk.database.write(lambda tx: storage_desk.note_seen(tx, session, at_ms=now_ms))
        return OpenSession(token, found) if found else None

    async def session_of_ticket(self, request: Request) -> OpenSession | None:
        """Return the session of the ticket at the end of the address, which GET uses up.

        HEAD does not: Telegram's apps ask so for a file's size before they load it.
        """
        query = request.scope["query_string"].decode("latin-1")
        address, _, token = f"{request.scope['path']}?{query}".rpartition("&ticket=")
        database, now_ms = self._desk.database, self._desk.now_ms()
        if request.method == "HEAD":
            found = await database.read(
                lambda tx: storage_desk.session_of_ticket(tx, token, address=address, at_ms=now_ms)
            )
        else:
            found = await database.write(
                lambda tx: storage_desk.use_ticket(tx, token, address=address, at_ms=now_ms)
            )
        return OpenSession("", found) if found else None

    async def visitor(self, opened: OpenSession) -> Visitor | None:
        """Return who is signed in; None if they were removed from the settings since."""
        user_id = opened.session.user_id
        role = self._policy.role_of(user_id)
        if role is None:
            return None
        name = await self._desk.database.read(lambda tx: people.name_of(tx, user_id))
        return Visitor(
            user_id=user_id,
            name=name or f"ID {user_id}",
            role=role,
            session_hash=opened.session.session_hash,
            form_token=form_token(opened.token),
        )

    def is_own_form(self, request: Request, form: dict[str, str], token: str) -> bool:
        return self.is_own_origin(request) and is_form_token(form.get("form_token", ""), token)

    def is_own_origin(self, request: Request) -> bool:
        """Return whether a page of ours sent this: every browser names the origin of a form."""
        return request.headers.get("Origin") == self._origin

    async def enter(self, request: Request) -> Response:
        """Use up a link. The page before it only shows a button: previews of links fetch them."""
        form = await read_form(request)
        if not self.is_own_origin(request) or self._must_wait(request):
            self._log_refused(request, "another origin, or too many attempts")
            return await self._show("refused.html", request, status=HTTPStatus.FORBIDDEN)
        token, now_ms = self._desk.new_token(), self._desk.now_ms()
        device, before = request.headers.get("User-Agent", ""), self._token_of(request)
        user_id = await self._desk.database.write(
            lambda tx: storage_desk.enter(
                tx, form.get("token", ""), token, device=device, at_ms=now_ms, instead_of=before
            )
        )
        if user_id is None or self._policy.role_of(user_id) is None:
            self._note_failure(request)
            return await self._show("link_used.html", request, status=HTTPStatus.FORBIDDEN)
        self._log_begun(request, user_id, "link")
        response = RedirectResponse(PREFIX, status_code=HTTPStatus.SEE_OTHER)
        response.set_cookie(
            self._desk.session_cookie,
            token,
            max_age=storage_desk.MAX_SESSION_MS // 1000,
            secure=self._desk.is_secure,
            httponly=True,
            samesite="strict",
        )
        return response

    async def enter_mini_app(self, request: Request) -> Response:
        """Exchange what Telegram signed for a token, which the page sends as an Authorization header."""
        form = await read_form(request)
        now_ms = self._desk.now_ms()
        user = read_init_data(form.get("init_data", ""), self._policy.bot_token, now_s=now_ms // 1000)
        is_let_in = user is not None and self._policy.role_of(user.user_id) is not None
        if user is None or not is_let_in or not self.is_own_origin(request) or self._must_wait(request):
            self._note_failure(request)
            return JSONResponse({"error": "refused"}, status_code=HTTPStatus.FORBIDDEN)
        token, user_id, name = self._desk.new_token(), user.user_id, user.name
        device = request.headers.get("User-Agent", "")

        def begin(tx: Tx) -> None:
            people.note_admin_name(tx, user_id, name)
            storage_desk.begin_session(
                tx, token, user_id=user_id, sign_in_method="mini_app", device=device, at_ms=now_ms
            )

        await self._desk.database.write(begin)
        self._log_begun(request, user_id, "mini app")
        return JSONResponse({"token": token})

    def _token_of(self, request: Request) -> str:
        header = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return request.cookies.get(self._desk.session_cookie) or header

    def _must_wait(self, request: Request) -> bool:
        failures = self._failures.get(self._remote_of(request), ())
        since_ms = self._desk.now_ms() - FAILURES_WITHIN_MS
        return sum(at_ms > since_ms for at_ms in failures) >= MAX_FAILURES

    def _note_failure(self, request: Request) -> None:
        self._log_refused(request, "no valid link or signature of a person who may enter")
        remote = self._remote_of(request)
        if remote not in self._failures and len(self._failures) >= MAX_ADDRESSES:
            del self._failures[next(iter(self._failures))]
        self._failures.setdefault(remote, deque(maxlen=MAX_FAILURES)).append(self._desk.now_ms())

    def _log_begun(self, request: Request, user_id: int, sign_in_method: str) -> None:
        _log.info(
            "desk session begun",
            extra={"user": user_id, "sign_in_method": sign_in_method, "remote": self._remote_of(request)},
        )

    def _log_refused(self, request: Request, why: str) -> None:
        _log.warning("desk sign-in refused", extra={"remote": self._remote_of(request), "why": why})
