"""Fetches files that people sent, and says what became of it; it remembers nothing and repeats nothing."""

from msgspec import Struct
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.telegram.client import ApiClient


class Fetched(Struct, frozen=True, kw_only=True):
    """The file, whole."""

    content: bytes


class FetchLater(Struct, frozen=True, kw_only=True):
    """It could not be fetched, which may pass."""

    why: str


class FileTooLarge(Struct, frozen=True, kw_only=True):
    """It is larger than was asked for."""


class FileLost(Struct, frozen=True, kw_only=True):
    """Telegram will never give it."""

    why: str


FetchResult = Fetched | FetchLater | FileTooLarge | FileLost


class FileDownloader:
    """Telegram's store of files, where each lies for at least an hour."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client

    async def fetch(self, file_id: str, *, max_bytes: int) -> FetchResult:
        """Fetch a file of at most `max_bytes`; never raises but when cancelled."""
        try:
            file = await self._client.get_file(file_id)
            if (file.file_size or 0) > max_bytes:
                return FileTooLarge()
            content = bytes(await file.download_as_bytearray())
        except BadRequest as error:
            return FileTooLarge() if "too big" in error.message.lower() else FileLost(why=error.message)
        except Forbidden as error:
            return FileLost(why=error.message)
        except TelegramError as error:
            return FetchLater(why=type(error).__name__)
        return Fetched(content=content) if len(content) <= max_bytes else FileTooLarge()
