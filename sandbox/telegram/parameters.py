"""Reads the parameters of a call from the query and a form, multipart or JSON body."""

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

# 1 MB for the other parameters.
_LARGEST_BODY: Final = LARGEST_UPLOAD + 1024 * 1024
_ATTACH: Final = "attach://"


async def parameters(request: Request) -> Json:
    """Return the parameters of the query and the body, files as Upload.

    ViolationError if the body cannot be parsed, RefusedError (413) if it is too large.
    """
    values: Json = dict(request.query_params)
    body = await _body(request)
    content_type = request.headers.get("content-type", "")
    try:
        if not body:
            return values
        if content_type.startswith("application/json"):
            values |= json.loads(body)
        elif content_type.startswith("multipart/form-data"):
            values |= _multipart(content_type, body)
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


def _multipart(content_type: str, body: bytes) -> Json:
    message = BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body
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
    """Replace each `attach://name` by the file in the part of that name."""
    references = {name: value.removeprefix(_ATTACH) for name, value in values.items() if _is_reference(value)}
    rest = {name: value for name, value in values.items() if name not in references.values()}
    return rest | {name: values[part] for name, part in references.items() if part in values}


def _is_reference(value: object) -> bool:
    return isinstance(value, str) and value.startswith(_ATTACH)
