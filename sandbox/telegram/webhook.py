"""Delivers updates to the bot's webhook: one at a time per queue, with retries until it responds 2xx."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import httpx

from sandbox.background import Background
from sandbox.listen import loopback_client
from sandbox.moments import Moments
from sandbox.telegram.chats import Json
from sandbox.telegram.updates import Update, Updates

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # a header's name
_MAX_PAUSE_S: Final = 60.0
_RESPONSE_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """The parameters of setWebhook."""

    url: str
    secret: str | None
    max_connections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The bot accepted the update; its response may contain one call of the Bot API."""

    call: Json | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """The bot did not accept the update."""

    reason: str
    retry_after_s: float | None


def pause_s(failures: int, retry_after_s: float | None) -> float:
    """Return the pause in seconds after this many failures in a row: 0, then 2, 4, 8 … 60."""
    if retry_after_s is not None:
        return retry_after_s
    return 0.0 if failures == 1 else min(2.0 ** (failures - 1), _MAX_PAUSE_S)


class Webhook:
    """The delivery to one URL, until `aclose`."""

    def __init__(
        self,
        hook: Hook,
        updates: Updates,
        *,
        moments: Moments,
        sleep: Callable[[float], Awaitable[None]],
        call: Callable[[Json], Awaitable[None]],
        now_ms: Callable[[], int],
    ) -> None:
        self.hook = hook
        self.last_error: tuple[int, str] | None = None
        self.posts = 0
        self._updates = updates
        self._moments = moments
        self._sleep = sleep
        self._call = call
        self._now_ms = now_ms
        self._active_queues: set[tuple[bool, int]] = set()
        self._slots = asyncio.Semaphore(hook.max_connections)
        self._tasks = Background()
        self._client = loopback_client(_RESPONSE_TIMEOUT_S)

    def kick(self) -> None:
        """Start a task for every queue with waiting updates that has none."""
        for queue in {update.queue for update in self._updates.waiting} - self._active_queues:
            self._active_queues.add(queue)
            self._tasks.spawn(self._deliver_queue(queue))

    async def aclose(self) -> None:
        """Stop the delivery; updates that were not accepted keep waiting."""
        await self._tasks.aclose()
        await self._client.aclose()

    def info(self) -> Json:
        """Return the fields of WebhookInfo about the delivery."""
        body: Json = {"url": self.hook.url, "max_connections": self.hook.max_connections}
        if self.last_error is not None:
            at_ms, reason = self.last_error
            body |= {"last_error_date": at_ms // 1000, "last_error_message": reason}
        return body

    async def _deliver_queue(self, queue: tuple[bool, int]) -> None:
        failures = 0
        while (update := self._head(queue)) is not None:
            async with self._slots:
                outcome = await self._post(update)
            match outcome:
                case Delivered(call=call):
                    failures = 0
                    self._remove(update)
                    if call is not None:
                        await self._call(call)
                case NotTaken(reason=reason, retry_after_s=retry_after_s):
                    failures += 1
                    self.last_error = self._now_ms(), reason
                    await self._sleep(pause_s(failures, retry_after_s))
        self._active_queues.discard(queue)

    def _head(self, queue: tuple[bool, int]) -> Update | None:
        self._updates.drop_expired()
        return next((update for update in self._updates.waiting if update.queue == queue), None)

    def _remove(self, update: Update) -> None:
        self._updates.waiting = [one for one in self._updates.waiting if one.id != update.id]

    async def _post(self, update: Update) -> Delivered | NotTaken:
        self.posts += 1
        headers = {SECRET_HEADER: self.hook.secret} if self.hook.secret else {}
        try:
            response = await self._client.post(
                self.hook.url,
                json=update.as_json(),
                headers=headers,
                extensions=self._moments.extensions("webhook"),
            )
        except httpx.HTTPError as error:
            return NotTaken(reason=f"Connection failed: {type(error).__name__}", retry_after_s=None)
        if response.is_success:
            return Delivered(call=_call_in(response))
        reason = f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"
        retry_after = response.headers.get("Retry-After", "")
        return NotTaken(reason=reason, retry_after_s=float(retry_after) if retry_after.isdecimal() else None)


def _call_in(response: httpx.Response) -> Json | None:
    """Return the Bot API call in a webhook's response, None if there is none."""
    try:
        body = response.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) and isinstance(body.get("method"), str) else None
