"""Files that were sent: told apart by id, downloaded by path, kept while there is room for them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from mimetypes import MimeTypes
from typing import Final

from PIL import Image, UnidentifiedImageError

from sandbox.telegram.errors import RefusedError, ViolationError, bad_request

LARGEST_UPLOAD: Final = 50 * 1024 * 1024
"""Telegram takes no larger file from a bot, in bytes."""

_LARGEST_PHOTO: Final = 10 * 1024 * 1024
_LARGEST_DOWNLOAD: Final = 20 * 1024 * 1024
# Telegram keeps files for good; a demo left open for days should not.
_ROOM: Final = 4 * LARGEST_UPLOAD
_LONGEST_SIDES: Final = 10_000  # width and height together
_STEEPEST: Final = 20

_TYPES: Final = MimeTypes()
_TYPES.add_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it was handed over."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What is known of a file; size in bytes. Equal contents share their `unique_id`."""

    id: str
    unique_id: str
    path: str
    name: str
    mime_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture shown in the chat; sides in pixels."""

    file: File
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file to be downloaded."""

    file: File


Attachment = Photo | Document


class Files:
    """All files, the oldest given up when there are too many bytes."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[File, bytes]] = {}
        self._count = 0

    def document(self, given: Upload | str) -> Document:
        """Keep a document, or take up the one with this file id again."""
        file = self._keep(given, "documents") if isinstance(given, Upload) else self._known(given)
        return Document(file=file)

    def photo(self, given: Upload | str) -> Photo:
        """Keep a picture, or take up the one with this file id again; ViolationError if it is none."""
        if isinstance(given, str):
            width, height = _sides(self.content(self._known(given)) or b"")
            return Photo(file=self._known(given), width=width, height=height)
        width, height = _sides(given.content)
        return Photo(file=self._keep(given, "photos"), width=width, height=height)

    def downloadable(self, file_id: str) -> File:
        """Return the file that a bot asks for; refused if there is none such, or it is over 20 MB."""
        file = self._known(file_id)
        if file.size > _LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        return file

    def find(self, *, path: str | None = None, unique_id: str | None = None) -> File | None:
        """Return the file at this path, or with these contents; None if it is not (or no longer) kept."""
        return next((one for one in self._newest() if path == one.path or unique_id == one.unique_id), None)

    def content(self, file: File) -> bytes | None:
        """Return the bytes, None if they were given up."""
        kept = self._kept.get(file.id)
        return kept[1] if kept else None

    def clear(self) -> None:
        """Forget all files; ids go on rising."""
        self._kept.clear()

    def _newest(self) -> Iterator[File]:
        return (file for file, _ in reversed(self._kept.values()))

    def _known(self, file_id: str) -> File:
        if file_id.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")  # the sandbox has no internet
        if file_id not in self._kept:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return self._kept[file_id][0]

    def _keep(self, given: Upload, folder: str) -> File:
        if not given.content:
            raise ViolationError("file must be non-empty")
        if len(given.content) > LARGEST_UPLOAD:
            raise RefusedError(413, "Request Entity Too Large")
        self._count += 1
        digest = hashlib.sha256(given.content).hexdigest()
        ending = given.name.rpartition(".")[2]
        file = File(
            id=f"BQACAgUAAxkBAAI{self._count:06}{digest[:12]}",
            unique_id=f"AgAD{digest[:16]}",
            path=f"{folder}/file_{self._count}.{ending if ending.isalnum() else 'bin'}",
            name=given.name,
            mime_type=_TYPES.guess_type(given.name)[0] or "application/octet-stream",
            size=len(given.content),
        )
        self._kept[file.id] = file, given.content
        self._make_room()
        return file

    def _make_room(self) -> None:
        while sum(file.size for file in self._newest()) > _ROOM:
            del self._kept[next(iter(self._kept))]


def _sides(content: bytes) -> tuple[int, int]:
    """Return width and height, held to Telegram's rules for pictures."""
    if len(content) > _LARGEST_PHOTO:
        raise ViolationError("file is too big")
    try:
        with Image.open(BytesIO(content)) as image:
            width, height = image.size
            if width + height > _LONGEST_SIDES or max(width, height) > _STEEPEST * min(width, height):
                raise ViolationError("PHOTO_INVALID_DIMENSIONS")
            image.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise ViolationError("IMAGE_PROCESS_FAILED") from None
    return width, height
