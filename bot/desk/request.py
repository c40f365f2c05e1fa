"""A request to the desk and its response, in a form that two processes can exchange."""

from datetime import tzinfo
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.actors import Actor, Address, Role
from bot.desk.access import Visitor
from bot.desk.upload import UploadedFile
from bot.texts.desk_pages import Language
from bot.texts.formatting import Attachment

PREFIX = "/desk"

LANGUAGE_COOKIES = ("__Host-desk_language", "desk_language")
"""Over https and on this machine: there, browsers take no `__Host-` cookies."""

_FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class UnrenderedPage(Struct, frozen=True, kw_only=True):
    """An answer that is still to be rendered: a template, and its values."""

    template: str
    status: int = HTTPStatus.OK
    values: dict[str, Any]


DeskResponse = UnrenderedPage | Response


class DeskRequest(Struct, frozen=True, kw_only=True):
    """A request of a person who is signed in, and the time at which it came.

    `name` is the part of the path that `{name}` stands for, `form` has the fields of a form that our own page
    sent, and `file` is that of a page that takes one; None if none was chosen.
    """

    visitor: Visitor
    path: str
    name: str = ""
    params: dict[str, str]
    form: dict[str, str]
    file: UploadedFile | None = None
    language: Language
    now_ms: int
    zone: tzinfo

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
        return self.params.get(name, "").strip()[:limit]


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> UnrenderedPage:
    return UnrenderedPage(template=template, status=status, values=values)


def missing() -> UnrenderedPage:
    """Return the answer to what does not exist."""
    return page("missing.html", status=HTTPStatus.NOT_FOUND)


def language_of(request: Request) -> Language:
    """Return the language that the visitor switched to; Indonesian at first."""
    chosen = {request.cookies.get(name) for name in LANGUAGE_COOKIES}
    return Language.ENGLISH if "en" in chosen else Language.INDONESIAN


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
