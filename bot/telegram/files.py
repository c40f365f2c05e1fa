"""Fetches files that people sent, and says what became of it; it remembers nothing and repeats nothing."""

from msgspec import Struct
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.telegram.client import ApiClient


class Fetched(Struct, frozen=True, kw_only=True):
    """The file, whole."""

    content: bytes


class NotNow(Struct, frozen=True, kw_only=True):
    """It could not be fetched, which may pass."""

    why: str


class TooLarge(Struct, frozen=True, kw_only=True):
    """It is larger than was asked for."""


class Lost(Struct, frozen=True, kw_only=True):
    """Telegram will never give it."""

    why: str


Fetching = Fetched | NotNow | TooLarge | Lost


class FileStore:
    """Telegram's store of files, where each lies for at least an hour."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client

    async def fetch(self, file_id: str, *, max_bytes: int) -> Fetching:
        """Fetch a file of at most `max_bytes`; never raises but when cancelled."""
        try:
            file = await self._client.get_file(file_id)
            if (file.file_size or 0) > max_bytes:
                return TooLarge()
            content = bytes(await file.download_as_bytearray())
        except BadRequest as error:
            return TooLarge() if "too big" in error.message.lower() else Lost(why=error.message)
        except Forbidden as error:
            return Lost(why=error.message)
        except TelegramError as error:
            return NotNow(why=type(error).__name__)
        return Fetched(content=content) if len(content) <= max_bytes else TooLarge()
