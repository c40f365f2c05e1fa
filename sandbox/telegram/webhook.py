"""Deliver updates to the bot's webhook: one at a time per lane, again and again until it says 2xx."""

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
_LONGEST_PAUSE_S: Final = 60.0
_ANSWER_WITHIN_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """What setWebhook was told."""

    url: str
    secret: str | None
    max_connections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The bot took it; the body may carry one call of the Bot API."""

    call: Json | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """The bot did not take it."""

    why: str
    retry_after_s: float | None


def pause_s(failures: int, retry_after_s: float | None) -> float:
    """Return how long to wait after so many failures in a row: at once, then 2, 4, 8 … 60 seconds."""
    if retry_after_s is not None:
        return retry_after_s
    return 0.0 if failures == 1 else min(2.0 ** (failures - 1), _LONGEST_PAUSE_S)


class Webhook:
    """The delivery to one URL; ends with `aclose`."""

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
        self._updates = updates
        self._moments = moments
        self._sleep = sleep
        self._call = call
        self._now_ms = now_ms
        self._lanes: set[tuple[bool, int]] = set()
        self._slots = asyncio.Semaphore(hook.max_connections)
        self._tasks = Background()
        self._client = loopback_client(_ANSWER_WITHIN_S)

    def kick(self) -> None:
        """Start work on every lane where something waits and no task is at work."""
        for lane in {update.lane for update in self._updates.waiting} - self._lanes:
            self._lanes.add(lane)
            self._tasks.spawn(self._work(lane))

    async def aclose(self) -> None:
        """Stop delivering; what was not taken keeps waiting."""
        await self._tasks.aclose()
        await self._client.aclose()

    def info(self) -> Json:
        """Return the fields of WebhookInfo that speak of the delivery."""
        body: Json = {"url": self.hook.url, "max_connections": self.hook.max_connections}
        if self.last_error is not None:
            at_ms, why = self.last_error
            body |= {"last_error_date": at_ms // 1000, "last_error_message": why}
        return body

    async def _work(self, lane: tuple[bool, int]) -> None:
        failures = 0
        while (update := self._head(lane)) is not None:
            async with self._slots:
                outcome = await self._post(update)
            match outcome:
                case Delivered(call=call):
                    failures = 0
                    self._forget(update)
                    if call is not None:
                        await self._call(call)
                case NotTaken(why=why, retry_after_s=retry_after_s):
                    failures += 1
                    self.last_error = self._now_ms(), why
                    await self._sleep(pause_s(failures, retry_after_s))
        self._lanes.discard(lane)

    def _head(self, lane: tuple[bool, int]) -> Update | None:
        self._updates.drop_expired()
        return next((update for update in self._updates.waiting if update.lane == lane), None)

    def _forget(self, update: Update) -> None:
        self._updates.waiting = [one for one in self._updates.waiting if one.id != update.id]

    async def _post(self, update: Update) -> Delivered | NotTaken:
        headers = {SECRET_HEADER: self.hook.secret} if self.hook.secret else {}
        try:
            answer = await self._client.post(
                self.hook.url,
                json=update.as_json(),
                headers=headers,
                extensions=self._moments.extensions("webhook"),
            )
        except httpx.HTTPError as error:
            return NotTaken(why=f"Connection failed: {type(error).__name__}", retry_after_s=None)
        if answer.is_success:
            return Delivered(call=_call_in(answer))
        why = f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
        asked = answer.headers.get("Retry-After", "")
        return NotTaken(why=why, retry_after_s=float(asked) if asked.isdecimal() else None)


def _call_in(answer: httpx.Response) -> Json | None:
    """Return the Bot API call the webhook's answer may carry."""
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) and isinstance(body.get("method"), str) else None
