"""The parameters of a call: query, form, multipart with files, or JSON, all meaning the same."""

import email.policy
import json
from email.message import MIMEPart
from email.parser import BytesParser
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from sandbox.telegram.chats import Json
from sandbox.telegram.errors import RefusedError, ViolationError
from sandbox.telegram.files import LARGEST_UPLOAD, Upload

# Room for the other parameters beside the largest file.
_LARGEST_BODY: Final = LARGEST_UPLOAD + 1024 * 1024
_ATTACH: Final = "attach://"


async def parameters(request: Request) -> Json:
    """Return the parameters of the query and the body together, files as Upload.

    ViolationError if the body cannot be read, RefusedError (413) if it is too large.
    """
    values: Json = dict(request.query_params)
    body = await _body(request)
    kind = request.headers.get("content-type", "")
    try:
        if not body:
            return values
        if kind.startswith("application/json"):
            values |= json.loads(body)
        elif kind.startswith("multipart/form-data"):
            values |= _multipart(kind, body)
        else:
            values |= parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
    except (ValueError, TypeError):
        raise ViolationError("can't parse the request's body") from None
    return values


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _LARGEST_BODY:
            raise RefusedError(413, "Request Entity Too Large")
        parts.append(part)
    return b"".join(parts)


def _multipart(kind: str, body: bytes) -> Json:
    message = BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
    )
    if not message.is_multipart():
        raise ValueError("no parts")
    values: Json = {}
    for part in message.iter_parts():
        values[str(part.get_param("name", header="content-disposition"))] = _part(part)
    return _attached(values)


def _part(part: MIMEPart) -> str | Upload:
    content = bytes(part.get_payload(decode=True))
    name = part.get_filename()
    return content.decode() if name is None else Upload(name=name, content=content)


def _attached(values: Json) -> Json:
    """Put each file in the place where `attach://…` names it."""
    named = {name: value.removeprefix(_ATTACH) for name, value in values.items() if _names_a_part(value)}
    kept = {name: value for name, value in values.items() if name not in named.values()}
    return kept | {name: values[part] for name, part in named.items() if part in values}


def _names_a_part(value: object) -> bool:
    return isinstance(value, str) and value.startswith(_ATTACH)
