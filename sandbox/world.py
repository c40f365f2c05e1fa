"""The environment of one bot: an emulated Telegram, biller and bank, and a feed of their changes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from sandbox.bank import Bank
from sandbox.biller.emulator import Biller
from sandbox.feed import Feed
from sandbox.moments import Moments
from sandbox.telegram.emulator import Telegram

if TYPE_CHECKING:
    from sandbox.bot_database import BotDatabase
    from sandbox.clock import Clock

_FIRST_UPDATE_ID = 730_000_001


def wall_clock_ms() -> int:
    """Return the time in ms since the epoch."""
    return time.time_ns() // 1_000_000


class DayState(StrEnum):
    """Whether the day that follows the story can be played: once, in the demo."""

    UNAVAILABLE = "unavailable"
    READY = "ready"
    PLAYING = "playing"
    PLAYED = "played"


class World:
    """Everything outside the bot. `now_ms` and `sleep` let a test shorten waits; the defaults are real time.

    With `enforce_limits`, a bot that sends faster than Telegram allows gets 429.

    In the demo, `clock` is the world's and its bot's, `bot_database` is the bot's, `restart` requests a new
    bot and an empty world, and `is_starting` is true until the bot is ready and the story has been played;
    `day` says whether the day after it can be played.
    """

    def __init__(
        self,
        *,
        reversal_url: str | None = None,
        biller_user: str = "demo",
        biller_password: str = "demo-sandi-biller",  # noqa: S107  # the emulated biller's, not a secret
        enforce_limits: bool = False,
        first_update_id: int = _FIRST_UPDATE_ID,
        now_ms: Callable[[], int] = wall_clock_ms,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.feed = Feed()
        self.moments = Moments()
        self.now_ms = now_ms
        self.clock: Clock | None = None
        self.bot_database: BotDatabase | None = None
        self.restart: asyncio.Event | None = None
        self.is_starting = False
        self.day = DayState.UNAVAILABLE
        self.telegram = Telegram(
            feed=self.feed,
            moments=self.moments,
            now_ms=now_ms,
            sleep=sleep,
            first_update_id=first_update_id,
            enforce_limits=enforce_limits,
        )
        self.bank = Bank(now_ms=now_ms)
        self.biller = Biller(
            feed=self.feed,
            moments=self.moments,
            now_ms=now_ms,
            sleep=sleep,
            user=biller_user,
            password=biller_password,
            reversal_url=reversal_url,
        )

    def reset(self, *, settings: bool = False) -> None:
        """Delete messages, orders and pending faults, and on request the biller's settings; keep users."""
        self.day = DayState.UNAVAILABLE
        self.telegram.reset()
        self.biller.reset(settings=settings)

    async def aclose(self) -> None:
        """Release all waiting calls and end all tasks."""
        self.feed.close()
        await self.telegram.aclose()
        await self.biller.aclose()
        await self.bank.aclose()
