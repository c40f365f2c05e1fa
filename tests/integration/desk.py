"""A browser at the desk: it follows links, keeps cookies and sends the forms that it was shown."""

import pickle
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx

from bot.desk.access import AccessPolicy
from bot.desk.app import open_desk
from bot.desk.health import HealthSource
from bot.desk.page_process import PageReader
from bot.leadership import SOLE_LEADER
from bot.notices.desk import DeskLink
from storage.catalogue import CatalogueCache
from storage.database import Database
from storage.transaction import Tx
from tests.integration.conftest import DEWI, RINA, Shop

T = TypeVar("T")

URL = "http://localhost:8080"
BOT_TOKEN = "123456:AAbbccddeeffgghhiijjkkllmmnnooppqqr"
STAFF = 7001

_FORM = re.compile(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r'<(?:input|textarea)[^>]*name="([^"]*)"(?:[^>]*value="([^"]*)")?')


class InlineReader:
    """Reads on a thread of the test what the page process would, and exchanges the same bytes with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, unit: Callable[..., T], *args: Any) -> T:
        sent = pickle.dumps((unit, args))

        def read(tx: Tx) -> bytes:
            unit, args = pickle.loads(sent)  # noqa: S301 - our own bytes
            return pickle.dumps(unit(tx, CatalogueCache(), *args))

        value: T = pickle.loads(await self._database.read_long(read))  # noqa: S301 - as above
        return value

    def close(self) -> None:
        """Do nothing: a thread ends by itself."""


class Desk:
    """The web server with the desk of a shop."""

    def __init__(self, shop: Shop, *, url: str = URL) -> None:
        self.shop, self.url = shop, url
        shop.starts(desk_url=url, desk_staff_ids=(STAFF,))
        self.woken = 0
        self.parts = {"storage": True, "agents": True, "telegram": True, "leader": True}
        self.health = HealthSource(
            readiness=self._readiness,
            workers=shop.runtime.workers,
            fence=SOLE_LEADER,
            keeper=None,
            audit=shop.auditor.stats,
            database_path=shop.path,
        )
        self.opens()

    def opens(
        self,
        *,
        owner_ids: tuple[int, ...] = (RINA, DEWI),
        new_token: Callable[[], str] | None = None,
        reader: PageReader | None = None,
    ) -> None:
        """Start the desk, as a new process with these settings would."""
        shop = self.shop
        self.app = open_desk(
            shop.disk,
            reader or InlineReader(shop.disk),
            shop.context,
            AccessPolicy(owner_ids=owner_ids, staff_ids=(STAFF,), bot_token=BOT_TOKEN),
            health=self.health,
            url=self.url,
            now_ms=shop.clock,
            wake=self._wake,
            new_token=new_token or shop.nonces,
            remote_of=lambda request: request.client.host if request.client else "",
            look_every_s=0.01,
        )

    async def _readiness(self) -> dict[str, bool]:
        return self.parts

    def _wake(self) -> None:
        self.woken += 1

    def browser(self, *, address: str = "127.0.0.1") -> "Browser":
        return Browser(self, address)

    async def link(self, user_id: int = RINA) -> str:
        """Ask for a link in the chat and return it."""
        await self.shop.says("/desk", by=user_id)
        notice = self.shop.last(user_id)
        assert isinstance(notice, DeskLink)
        return notice.url

    async def signed_in(self, user_id: int = RINA) -> "Browser":
        browser = self.browser()
        entered = await browser.enter(await self.link(user_id))
        assert entered.status_code == 303
        return browser


class Browser:
    """Keeps cookies, names its origin with a form as browsers do, and sends the fields of a page's form."""

    def __init__(self, desk: Desk, address: str) -> None:
        transport = httpx.ASGITransport(lambda *call: desk.app(*call), client=(address, 1))  # noqa: PLW0108 - it may start anew
        self.http = httpx.AsyncClient(transport=transport, base_url=desk.url)
        self._origin = desk.url
        self.page = ""

    async def get(self, path: str) -> httpx.Response:
        """Load a page, which `page` keeps as text."""
        response = await self.http.get(path)
        self.page = unescape(response.text)
        return response

    async def post(self, path: str, form: dict[str, str], *, origin: str | None = None) -> httpx.Response:
        response = await self.http.post(path, data=form, headers={"Origin": origin or self._origin})
        self.page = unescape(response.text)
        return response

    async def enter(self, link: str) -> httpx.Response:
        """Open a link and press its button."""
        await self.get(link.removeprefix(self._origin))
        return await self.post("/desk/enter", dict(parse_qsl(urlsplit(link).query)))

    async def submit(self, action: str, **typed: str) -> httpx.Response:
        """Send the form that goes to `action`, with what was typed into it, and follow its redirect."""
        form = next(fields for path, fields in self.forms() if path == action)
        response = await self.post(action, form | typed)
        return await self.get(response.headers["Location"]) if response.status_code == 303 else response

    def forms(self) -> Iterator[tuple[str, dict[str, str]]]:
        for action, inside in _FORM.findall(self.page):
            yield action, {name: unescape(value) for name, value in _FIELD.findall(inside)}
