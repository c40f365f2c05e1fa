"""Reads forms, with a file or without, with limits on their parts.

A file stays in memory and is never stored. A form in which a field stands twice could be read in two ways: it
is none of ours, and is read as empty.
"""

from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from bot.catalogue.price_list.sheets import MAX_FILE_BYTES

MAX_FORM_BYTES = 16_384
MAX_FIELD_BYTES = 16_384
MAX_FIELDS = 20

MAX_BODY_BYTES = MAX_FILE_BYTES + 100_000
"""The file with the other fields: a longer body is read to its end, and not kept."""

MAX_NAME_CHARS = 100


class UploadedFile(Struct, frozen=True, kw_only=True):
    """A file that a visitor chose; `is_too_large` if its content was left out for its size."""

    name: str
    content: bytes
    is_too_large: bool = False


class _InMemory(MultiPartParser):
    spool_max_size = MAX_BODY_BYTES


class _TooLongError(Exception):
    """The body is longer than the limit."""


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form; empty if it is too long, or no form."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM_BYTES:
            return {}
    try:
        return _unique(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return {}


def _unique(fields: list[tuple[str, str]]) -> dict[str, str]:
    form = dict(fields)
    return form if len(form) == len(fields) else {}


async def read_upload(request: Request) -> tuple[dict[str, str], UploadedFile | None]:
    """Return the fields and the file of a form; no fields if it is malformed."""
    if not request.headers.get("Content-Type", "").startswith("multipart/form-data"):
        return {}, None
    parser = _InMemory(
        request.headers,
        _limited(request),
        max_files=1,
        max_fields=MAX_FIELDS,
        max_part_size=MAX_FIELD_BYTES,
    )
    try:
        parsed = await parser.parse()
    except _TooLongError:
        # The fields in front of the file are whole: they show whose form it is.
        named = [(name, value) for name, value in parser.items if isinstance(value, str)]
        return _unique(named), UploadedFile(name="", content=b"", is_too_large=True)
    except (MultiPartException, ClientDisconnect):
        return {}, None
    return await _taken(parsed)


async def _taken(parsed: FormData) -> tuple[dict[str, str], UploadedFile | None]:
    fields: list[tuple[str, str]] = []
    file: UploadedFile | None = None
    try:
        for name, value in parsed.multi_items():
            if isinstance(value, str):
                fields.append((name, value))
            elif value.filename:
                content = await value.read()
                file = UploadedFile(
                    name=value.filename[:MAX_NAME_CHARS],
                    content=b"" if len(content) > MAX_FILE_BYTES else content,
                    is_too_large=len(content) > MAX_FILE_BYTES,
                )
    finally:
        await parsed.close()
    return _unique(fields), file


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    """Yield the body, and raise _TooLongError at the end of one that is too long."""
    length = 0
    async for part in request.stream():
        length += len(part)
        if length <= MAX_BODY_BYTES:
            yield part
    if length > MAX_BODY_BYTES:
        raise _TooLongError
