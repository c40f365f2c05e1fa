"""Files in chats: found by id or path, stored up to a limit in bytes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from mimetypes import MimeTypes
from typing import Final

from PIL import Image, UnidentifiedImageError

from sandbox.telegram.errors import RefusedError, ViolationError, bad_request

LARGEST_UPLOAD: Final = 50 * 1024 * 1024
"""Telegram's limit for a file from a bot, in bytes."""

_LARGEST_PHOTO: Final = 10 * 1024 * 1024
_LARGEST_DOWNLOAD: Final = 20 * 1024 * 1024
# Telegram stores files for ever; a demo that runs for days must not. In bytes.
_CAPACITY: Final = 4 * LARGEST_UPLOAD
_MAX_SIDES_PX: Final = 10_000  # width and height together
_MAX_RATIO: Final = 20  # of the longer side to the shorter one

_TYPES: Final = MimeTypes()
_TYPES.add_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A stored file; size in bytes. Equal contents have the same `unique_id`."""

    id: str
    unique_id: str
    path: str
    name: str
    mime_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture in a chat; width and height in pixels."""

    file: File
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that the chat offers as a download."""

    file: File


Attachment = Photo | Document


class Files:
    """All files; the oldest are deleted when the total exceeds the capacity."""

    def __init__(self) -> None:
        self._stored: dict[str, tuple[File, bytes]] = {}
        self._count = 0

    def document(self, source: Upload | str) -> Document:
        """Store a document, or reuse the file with this id."""
        file = self._store(source, "documents") if isinstance(source, Upload) else self._known(source)
        return Document(file=file)

    def photo(self, source: Upload | str) -> Photo:
        """Store a picture, or reuse the file with this id; ViolationError if it is not a picture."""
        if isinstance(source, str):
            width, height = _sides(self.content(self._known(source)) or b"")
            return Photo(file=self._known(source), width=width, height=height)
        width, height = _sides(source.content)
        return Photo(file=self._store(source, "photos"), width=width, height=height)

    def downloadable(self, file_id: str) -> File:
        """Return the file with this id; RefusedError if there is none or it is over 20 MB."""
        file = self._known(file_id)
        if file.size > _LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        return file

    def find(self, *, path: str | None = None, unique_id: str | None = None) -> File | None:
        """Return the newest file with this path or these contents; None if none is stored."""
        return next((one for one in self._newest() if path == one.path or unique_id == one.unique_id), None)

    def content(self, file: File) -> bytes | None:
        """Return the bytes, None if they were deleted."""
        stored = self._stored.get(file.id)
        return stored[1] if stored else None

    def clear(self) -> None:
        """Delete all files; ids go on increasing."""
        self._stored.clear()

    def _newest(self) -> Iterator[File]:
        return (file for file, _ in reversed(self._stored.values()))

    def _known(self, file_id: str) -> File:
        if file_id.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")  # the sandbox does not use the internet
        if file_id not in self._stored:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return self._stored[file_id][0]

    def _store(self, upload: Upload, folder: str) -> File:
        if not upload.content:
            raise ViolationError("file must be non-empty")
        if len(upload.content) > LARGEST_UPLOAD:
            raise RefusedError(413, "Request Entity Too Large")
        self._count += 1
        digest = hashlib.sha256(upload.content).hexdigest()
        ending = upload.name.rpartition(".")[2]
        file = File(
            id=f"BQACAgUAAxkBAAI{self._count:06}{digest[:12]}",
            unique_id=f"AgAD{digest[:16]}",
            path=f"{folder}/file_{self._count}.{ending if ending.isalnum() else 'bin'}",
            name=upload.name,
            mime_type=_TYPES.guess_type(upload.name)[0] or "application/octet-stream",
            size=len(upload.content),
        )
        self._stored[file.id] = file, upload.content
        self._make_room()
        return file

    def _make_room(self) -> None:
        while sum(file.size for file in self._newest()) > _CAPACITY:
            del self._stored[next(iter(self._stored))]


def _sides(content: bytes) -> tuple[int, int]:
    """Return width and height; ViolationError for a picture that Telegram does not accept."""
    if len(content) > _LARGEST_PHOTO:
        raise ViolationError("file is too big")
    try:
        with Image.open(BytesIO(content)) as image:
            width, height = image.size
            if width + height > _MAX_SIDES_PX or max(width, height) > _MAX_RATIO * min(width, height):
                raise ViolationError("PHOTO_INVALID_DIMENSIONS")
            image.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise ViolationError("IMAGE_PROCESS_FAILED") from None
    return width, height
