"""Reads and renders pages, in the page process: functions that get everything as arguments."""

from collections.abc import Callable
from datetime import tzinfo
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import HTMLResponse, Response

from bot.desk.request import DeskRequest, DeskResponse, UnrenderedPage
from bot.texts.desk_pages import FILTERS, Language, translate
from bot.texts.formatting import Clock
from bot.unit_of_work import WorkContext
from storage.catalogue import CatalogueCache
from storage.transaction import Tx


class PageCall(Struct, frozen=True, kw_only=True):
    """A page that is to be read: `read(request, work, *args)` returns its answer.

    One that `is_shared` is rendered without anything of the visitor.
    """

    read: Callable[..., DeskResponse]
    args: tuple[Any, ...] = ()
    request: DeskRequest
    work: WorkContext
    menu: tuple[tuple[str, str], ...]
    is_shared: bool = False


def answer_call(tx: Tx, catalogue: CatalogueCache, call: PageCall) -> Response:
    """Read a page and render it."""
    request = call.request
    work = replace(call.work, catalogue_cache=catalogue).begin(tx, request.now_ms)
    answer = call.read(request, work, *call.args)
    if isinstance(answer, Response):
        return answer
    own = {} if call.is_shared else {"visitor": request.visitor, "path": request.path, "menu": call.menu}
    return _rendered(answer, request.language, request.zone, now_ms=request.now_ms, **own)


def render_for_stranger(
    _: Tx, __: CatalogueCache, page: UnrenderedPage, language: Language, zone: tzinfo
) -> Response:
    """Render a page that needs no session."""
    return _rendered(page, language, zone, visitor=None, menu=(), path="")


def _rendered(page: UnrenderedPage, language: Language, zone: tzinfo, **values: Any) -> Response:
    """Render a template with the words of a language and the times of the shop."""

    def say(english: str, **parts: object) -> str:
        return translate(english, language).format(**parts)

    template = _templates().get_template(page.template)
    html = template.render(_=say, language=language, clock=Clock(zone), **values, **page.values)
    return HTMLResponse(html, status_code=page.status)


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("bot.desk"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    templates.filters.update(FILTERS)
    return templates
