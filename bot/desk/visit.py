"""One request to the desk: who asks, what they sent, and how a page is read, written and rendered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import tzinfo
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from msgspec import Struct, field
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.actors import Actor, Address, Role
from bot.desk.access import Visitor
from bot.desk.health import HealthSource
from bot.desk.live import LiveUpdates
from bot.desk.upload import UploadedFile
from bot.texts.desk_pages import FILTERS, Language, translate
from bot.texts.formatting import Attachment, Clock
from bot.unit_of_work import UnitOfWork, WorkContext
from storage.catalogue import CatalogueCache
from storage.database import Database

T = TypeVar("T")

PREFIX = "/desk"

_LANGUAGE_COOKIES = ("__Host-desk_language", "desk_language")
"""Over https and on this machine: there, browsers take no `__Host-` cookies."""

_FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_TEMPLATES = Environment(
    loader=PackageLoader("bot.desk"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_TEMPLATES.filters.update(FILTERS)


class DeskContext(Struct, frozen=True, kw_only=True):
    """What all pages share.

    `menu` has paths and titles, `wake` wakes the workers after a change, `new_token` returns an unguessable
    text, and `live` says to open pages what changed. `reading_file` is held while an uploaded file is read,
    `checking_books` while the books are checked.
    `is_secure` is whether browsers come over https, `files` has the paths that answer with a file.
    """

    menu: tuple[tuple[str, str], ...]
    health: HealthSource
    database: Database
    work: WorkContext
    files: frozenset[str]
    is_secure: bool
    now_ms: Callable[[], int]
    wake: Callable[[], None]
    new_token: Callable[[], str]
    live: LiveUpdates
    reading_file: asyncio.Lock = field(default_factory=asyncio.Lock)
    checking_books: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def zone(self) -> tzinfo:
        return self.work.zone

    @property
    def session_cookie(self) -> str:
        return "__Host-desk" if self.is_secure else "desk"

    @property
    def language_cookie(self) -> str:
        return _LANGUAGE_COOKIES[0] if self.is_secure else _LANGUAGE_COOKIES[1]


class Visit(Struct, frozen=True, kw_only=True):
    """A request of a person who is signed in; `form` has the fields of a form that our own page sent.

    `file` is that of a page that takes one; None if none was chosen.
    """

    desk: DeskContext
    request: Request
    visitor: Visitor
    form: dict[str, str]
    file: UploadedFile | None = None

    @property
    def actor(self) -> Actor:
        """The visitor as the functions behind the chat know an admin; answers go to the private chat."""
        visitor = self.visitor
        address = Address(chat_id=visitor.user_id)
        return Actor(
            user_id=visitor.user_id, name=visitor.name, role=Role.ADMIN, address=address, is_private=True
        )

    def query(self, name: str, limit: int = 100) -> str:
        """Return a value of the address, stripped and shortened; empty if it is missing."""
        return self.request.query_params.get(name, "").strip()[:limit]

    async def read(self, unit: Callable[[UnitOfWork], T]) -> T:
        """Read on one of the threads for long reads, so that no order waits for a page."""
        desk = self.desk
        # That of the orders belongs to the thread of the event loop.
        context = replace(desk.work, catalogue_cache=CatalogueCache())
        return await desk.database.read_long(lambda tx: unit(context.begin(tx, desk.now_ms())))

    async def write(self, unit: Callable[[UnitOfWork], T]) -> T:
        """Run a change in a unit of work of its own, and wake the workers."""
        desk = self.desk
        result = await desk.database.write(lambda tx: unit(desk.work.begin(tx, desk.now_ms())))
        desk.wake()
        return result

    async def page(self, template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
        """Render a template on a thread: a table of a hundred rows takes some milliseconds."""
        language = language_of(self.request)
        shared = {
            "visitor": self.visitor,
            "path": self.request.scope["path"],
            "menu": self.desk.menu,
            "now_ms": self.desk.now_ms(),
        }
        html = await asyncio.to_thread(render, template, language, self.desk.zone, **shared, **values)
        return HTMLResponse(html, status_code=status)

    async def shared_part(self, template: str, read: Callable[[UnitOfWork], Mapping[str, Any]]) -> Response:
        """Answer with a part of a page that has nothing of the visitor: it is read once for all who ask.

        `read` returns the values of the template.
        """
        language = language_of(self.request)

        async def make() -> str:
            values = await self.read(read)
            return await asyncio.to_thread(
                render, template, language, self.desk.zone, now_ms=self.desk.now_ms(), **values
            )

        return HTMLResponse(await self.desk.live.shared((template, language), make))


Handle = Callable[[Visit], Awaitable[Response]]


class DeskPage(Struct, frozen=True, kw_only=True):
    """A path of the desk, with the function that answers it; `title` puts it into the menu.

    A page that `takes_file` reads forms with a file, and no others; one that `sends_file` opens with a ticket
    too.
    """

    path: str
    handle: Handle
    method: str = "GET"
    title: str = ""
    owners_only: bool = False
    takes_file: bool = False
    sends_file: bool = False


def language_of(request: Request) -> Language:
    """Return the language that the visitor switched to; Indonesian at first."""
    chosen = {request.cookies.get(name) for name in _LANGUAGE_COOKIES}
    return Language.ENGLISH if "en" in chosen else Language.INDONESIAN


def render(template: str, language: Language, zone: tzinfo, **values: Any) -> str:
    """Render a template with the words of a language and the times of the shop."""

    def say(english: str, **parts: object) -> str:
        return translate(english, language).format(**parts)

    found = _TEMPLATES.get_template(template)
    return found.render(_=say, language=language, clock=Clock(zone), **values)


def attachment_response(attachment: Attachment | None) -> Response:
    """Answer with a file that the chat sends too."""
    if attachment is None:
        raise LookupError("a notice with a file has none")
    kind = _FILE_TYPES[attachment.name.rpartition(".")[2]]
    disposition = f'attachment; filename="{quote(attachment.name)}"'
    return Response(attachment.content, media_type=kind, headers={"Content-Disposition": disposition})


def back_to(path: str) -> Response:
    """Answer a form that was carried out: the browser loads `path` anew, and cannot send the form again."""
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)
