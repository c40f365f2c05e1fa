"""What all pages share in the process of the orders, and the table row of a page."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import tzinfo
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace
from starlette.responses import Response

from bot.desk.health import HealthSource
from bot.desk.live import LiveUpdates
from bot.desk.load_limits import LoadLimits
from bot.desk.page_process import PageReader
from bot.desk.rendering import PageCall, answer_call
from bot.desk.request import LANGUAGE_COOKIES, DeskRequest, DeskResponse, UnrenderedPage
from bot.unit_of_work import UnitOfWork, WorkContext
from storage.catalogue import CatalogueCache
from storage.database import Database

T = TypeVar("T")

Read = Callable[[DeskRequest, UnitOfWork], DeskResponse]
Handle = Callable[[DeskRequest, "DeskContext"], Awaitable[DeskResponse]]


class DeskPage(Struct, frozen=True, kw_only=True):
    """A path of the desk, with the function that answers it; `title` puts it into the menu.

    `read` runs in the page process, and `is_long` if it takes seconds; `handle` runs in this one, and may
    write. What `is_shared` has nothing of the visitor, and is read once for all who ask. A page that
    `takes_file` reads forms with a file, and no others; one that `sends_file` opens with a ticket too.
    """

    path: str
    read: Read | None = None
    handle: Handle | None = None
    method: str = "GET"
    title: str = ""
    owners_only: bool = False
    takes_file: bool = False
    sends_file: bool = False
    is_long: bool = False
    is_shared: bool = False


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
    reader: PageReader
    work: WorkContext
    files: frozenset[str]
    is_secure: bool
    now_ms: Callable[[], int]
    wake: Callable[[], None]
    new_token: Callable[[], str]
    live: LiveUpdates
    limits: LoadLimits = field(default_factory=LoadLimits)
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
        return LANGUAGE_COOKIES[0] if self.is_secure else LANGUAGE_COOKIES[1]

    async def write(self, unit: Callable[[UnitOfWork], T]) -> T:
        """Run a change in a unit of work of its own, and wake the workers."""
        result = await self.database.write(lambda tx: unit(self.work.begin(tx, self.now_ms())))
        self.wake()
        return result

    async def read(
        self,
        request: DeskRequest,
        read: Callable[..., DeskResponse],
        *args: Any,
        is_long: bool = False,
        is_shared: bool = False,
        has_left: Callable[[], Awaitable[bool]] | None = None,
    ) -> Response:
        """Let the page process run `read(request, work, *args)` and render its answer.

        Raise DeskBusyError if too much waits, or the visitor has left meanwhile.
        """
        call = PageCall(
            read=read,
            args=args,
            request=request,
            work=_as_of_now(self.work),
            menu=self.menu,
            is_shared=is_shared,
        )
        lock = self.limits.long if is_long else self.limits.pages
        async with lock.hold(has_left):
            return await self.reader.run(answer_call, call)

    async def show(self, request: DeskRequest, answer: DeskResponse) -> Response:
        """Return an answer of this process, rendered by the page process."""
        return answer if isinstance(answer, Response) else await self.read(request, _as_it_is, answer)


def _as_it_is(_: DeskRequest, __: UnitOfWork, page: UnrenderedPage) -> UnrenderedPage:
    return page


def _as_of_now(work: WorkContext) -> WorkContext:
    """Return what another process can be given: the answers of this moment in the place of functions."""
    return replace(
        work,
        nonce=_refuse,
        random_suffix=_refuse,
        held_since_ms=partial(_same, work.held_since_ms()),
        behind_ms=partial(_same, work.behind_ms()),
        bot_username=partial(_same, work.bot_username()),
        catalogue_cache=CatalogueCache(),
    )


def _same(value: T) -> T:
    return value


def _refuse() -> Any:
    raise RuntimeError("a page that only reads draws nothing")
