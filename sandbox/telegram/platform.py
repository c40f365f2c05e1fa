"""The state of Telegram's servers, and the operations that the Bot API's methods share."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from sandbox.feed import Feed
from sandbox.moments import Moments
from sandbox.telegram.cast import BOT_TOKEN, fresh_chats
from sandbox.telegram.chats import Chat, Json, Message, Toast
from sandbox.telegram.errors import QUERY_TOO_OLD, ViolationError, bad_request, conflict
from sandbox.telegram.faults import Faults
from sandbox.telegram.files import Files
from sandbox.telegram.pace import Pace
from sandbox.telegram.payloads import message_json
from sandbox.telegram.updates import Updates
from sandbox.telegram.webhook import Hook, Webhook

# Telegram accepts the answer to a callback query for this long.
_PRESS_LIFETIME_MS: Final = 150 * 1000
_WEBHOOK_IS_SET = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A callback query that is not answered yet."""

    chat_id: int
    user_id: int
    at_ms: int


class Platform:
    """The state of one Bot API server with one bot."""

    def __init__(
        self,
        *,
        feed: Feed,
        moments: Moments,
        now_ms: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]],
        first_update_id: int,
        enforce_limits: bool,
    ) -> None:
        self.token = BOT_TOKEN
        self.chats = fresh_chats()
        self.updates = Updates(next_id=first_update_id, now_ms=now_ms)
        self.faults = Faults()
        self.files = Files()
        self.pace = Pace() if enforce_limits else None
        self.commands: dict[str, list[Json]] = {}
        self.descriptions: dict[str, str] = {}
        self.menu_buttons: dict[int, Json] = {}
        self.presses: dict[str, Press] = {}
        self.calls: Counter[str] = Counter()
        self.violations: list[Json] = []
        self.last_seen_ms: int | None = None
        self.last_poll_ms: int | None = None
        self.webhook: Webhook | None = None
        self.now_ms = now_ms
        self.sleep = sleep
        self.feed = feed
        self.moments = moments
        self.presses_made = 0
        self.unknown_methods: set[str] = set()
        self.knows_ephemeral = True

    def count_call(self, method: str) -> None:
        self.calls[method] += 1
        self.last_seen_ms = self.now_ms()
        if method == "getUpdates":
            self.last_poll_ms = self.last_seen_ms
        self.feed.changed()

    def record_violation(self, method: str, violation: ViolationError) -> None:
        """Record a request that breaks the Bot API's rules."""
        self.violations.append({"method": method, "why": violation.reason, "at": self.now_ms()})
        self.feed.changed()

    def put(self, chat: Chat, message: Message) -> Json:
        """Store a message, new or edited; return the Message object."""
        chat.messages[message.id] = message
        self.feed.changed()
        return message_json(message, chat, self.chats.users)

    def answer_press(self, callback_id: str, text: str, *, alert: bool) -> None:
        """Show the answer to a callback query; RefusedError after 150 s, and for a second answer."""
        press = self.presses.pop(callback_id, None)
        now = self.now_ms()
        if press is None or now - press.at_ms > _PRESS_LIFETIME_MS:
            raise bad_request(QUERY_TOO_OLD)
        toast = Toast(callback_id=callback_id, user_id=press.user_id, text=text, alert=alert, at_ms=now)
        self.chats.find(press.chat_id).toasts.append(toast)
        self.feed.changed()

    async def poll(self, offset: int, limit: int, timeout_s: int) -> list[Json]:
        """Return updates; 409 if a webhook is set."""
        if self.webhook is not None:
            raise conflict(_WEBHOOK_IS_SET)
        try:
            return await self.updates.poll(offset=offset, limit=limit, timeout_s=timeout_s)
        finally:
            self.last_poll_ms = self.now_ms()

    async def set_webhook(self, hook: Hook | None, call: Callable[[Json], Awaitable[None]]) -> None:
        """Deliver to this webhook from now on; None returns to polling."""
        old, self.webhook = self.webhook, None
        if old is not None:
            await old.aclose()
        if hook is not None:
            self.updates.end_poll("terminated by setWebhook request")
            self.webhook = Webhook(
                hook, self.updates, moments=self.moments, sleep=self._pause, call=call, now_ms=self.now_ms
            )
            self.deliver()
        self.feed.changed()

    async def _pause(self, seconds: float) -> None:
        """Sleep by `self.sleep`, which may be replaced while a webhook is set."""
        await self.sleep(seconds)

    def reset(self) -> None:
        """Delete messages, files, faults and pending updates; ids go on increasing and the webhook stays."""
        for chat in self.chats.chats.values():
            chat.clear()
        self.files.clear()
        self.updates.waiting.clear()
        self.faults.pending.clear()
        self.presses.clear()
        self.calls.clear()
        self.violations.clear()
        self.feed.changed()

    async def aclose(self) -> None:
        """Release a held poll and stop the webhook."""
        self.updates.close()
        if self.webhook is not None:
            await self.webhook.aclose()

    def deliver(self) -> None:
        """Wake the webhook, since updates may be waiting."""
        if self.webhook is not None:
            self.webhook.kick()
        self.feed.changed()
