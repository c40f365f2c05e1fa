"""Downloads files that users sent; it retries nothing."""

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.features.price_list.import_worker import Fetched, FetchLater, FetchResult, FileLost, FileTooLarge
from bot.telegram.client import ApiClient


class FileDownloader:
    """Downloads files from Telegram, whose download links are valid for at least an hour."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client

    async def fetch(self, file_id: str, *, max_bytes: int) -> FetchResult:
        """Fetch a file of at most `max_bytes`; return every TelegramError as a result."""
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
