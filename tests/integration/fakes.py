"""Programmable fakes: a biller, Telegram, a clock, and randomness."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.delivery import sending as out
from bot.delivery.sending import OutgoingMessage
from bot.features.price_list.import_worker import Fetched, FetchLater, FetchResult, FileLost, FileTooLarge
from bot.orders.events import Accepted, Answer, NotSent, Refused, Unclear
from bot.orders.model import FailureCause, Order

START_MS = 1_790_000_000_000
"""A Monday evening in Jakarta: 21/09/2026 21:13:20."""


class FakeClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ms = START_MS
        self._jumped_ms = 0

    def __call__(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return (self.ms - self._jumped_ms) / 1000

    def jumps(self, seconds: float) -> None:
        """Be set forward, or back, while no time passes."""
        self.ms += int(seconds * 1000)
        self._jumped_ms += int(seconds * 1000)

    def passes(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


class Nonces:
    """Returns `nonce-1`, `nonce-2` and so on."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> str:
        self._count += 1
        return f"nonce-{self._count}"


class Chance:
    """Returns the numbers set by `next_are`, then counts up, so that no number repeats."""

    def __init__(self) -> None:
        self.drawn = 0
        self._next: list[int] = []

    def next_are(self, *numbers: int) -> None:
        self._next = list(numbers)

    def __call__(self) -> int:
        self.drawn += 1
        return self._next.pop(0) if self._next else 50_000 + self.drawn


class FakeBiller:
    """Answers every purchase in the way that was set last, and records the orders."""

    def __init__(self) -> None:
        self.posts: list[Order] = []
        self.expected = 0
        self.sees: Callable[[Order], None] = lambda _: None
        self._answer: Answer | Exception = Accepted(cost_idr=5_000)
        self._gate = asyncio.Event()
        self._gate.set()

    @property
    def trxids(self) -> list[str]:
        return [order.trxid for order in self.posts]

    def accepts(self, *, cost_idr: int = 5_000, balance_idr: int | None = None) -> None:
        self._answer = Accepted(cost_idr=cost_idr, balance_idr=balance_idr, biller_ref="ft-1")

    def refuses(
        self,
        reason: str = "Produk tidak Aktif",
        failure_cause: FailureCause = FailureCause.PRODUCT_INACTIVE,
        *,
        raw: str = "",
    ) -> None:
        self._answer = Refused(reason=reason, failure_cause=failure_cause, raw=raw)

    def cuts(self) -> None:
        self._answer = Unclear(why="ReadError")

    def never_connects(self) -> None:
        self._answer = NotSent(why="ConnectError")

    def stumbles(self) -> None:
        self._answer = RuntimeError("a bug in the client")

    def hangs(self) -> None:
        self._gate.clear()

    def release(self) -> None:
        self._gate.set()

    def expect(self) -> None:
        self.expected += 1

    async def buy(self, order: Order) -> Answer:
        self.posts.append(order)
        self.sees(order)
        await self._gate.wait()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as its chat shows it; an edit has the id of the message that it replaced."""

    message_id: int
    outgoing: OutgoingMessage

    @property
    def chat_id(self) -> int:
        return self.outgoing.chat_id

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.outgoing.text)


@dataclass(slots=True)
class FakeSpeaker:
    """Telegram as the messenger sees it: `messages` were accepted, `tries` are all attempts."""

    messages: list[Message] = field(default_factory=list)
    tries: list[OutgoingMessage] = field(default_factory=list)
    table_answer: out.TableAnswer = out.TableAnswer.SHOWN
    ephemeral_answer: out.EphemeralAnswer = out.EphemeralAnswer.SHOWN
    _outcomes: dict[int, out.SendResult] = field(default_factory=dict)
    _answers_to_lose: int = 0
    _outcome_of_all: out.SendResult | None = None
    _gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._gate.set()

    def to(self, chat_id: int) -> list[Message]:
        return [message for message in self.messages if message.chat_id == chat_id]

    def takes(self) -> None:
        self._outcomes.clear()
        self._outcome_of_all = None
        self._answers_to_lose = 0

    def says_later(self, chat_id: int, seconds: float) -> None:
        self._outcomes[chat_id] = out.RetryLater(retry_after_s=seconds)

    def loses_answers(self, times: int = 1_000_000) -> None:
        """Accept the messages, but lose the answers to them."""
        self._answers_to_lose = times

    def swallows(self) -> None:
        """Take no message, and leave that open."""
        self._outcome_of_all = out.Ambiguous(why="TimedOut")

    def never_connects(self) -> None:
        self._outcome_of_all = out.NotConnected(why="ConnectError")

    def blocks(self, chat_id: int) -> None:
        self._outcomes[chat_id] = out.ChatUnreachable(why="Forbidden: bot was blocked by the user")

    def moves(self, chat_id: int, to: int) -> None:
        self._outcomes[chat_id] = out.ChatUpgraded(new_chat_id=to)

    def rejects(self, chat_id: int) -> None:
        self._outcomes[chat_id] = out.Rejected(why="Message is too strange")

    def loses_topic(self, chat_id: int) -> None:
        self._outcomes[chat_id] = out.TopicDeleted()

    def loses_edited(self, chat_id: int) -> None:
        self._outcomes[chat_id] = out.EditTargetGone()

    def hangs(self) -> None:
        self._gate.clear()

    def release(self) -> None:
        self._gate.set()

    async def send(self, outgoing: OutgoingMessage) -> out.SendResult:
        self.tries.append(outgoing)
        await self._gate.wait()
        if (fault := self._fault_of(outgoing)) is not None:
            return fault
        message_id = outgoing.edits if outgoing.edits is not None else 100_000 + len(self.messages)
        if outgoing.only_for is not None and self.ephemeral_answer is out.EphemeralAnswer.SHOWN:
            message_id = -abs(message_id)
        self.messages.append(Message(message_id=message_id, outgoing=outgoing))
        if self._answers_to_lose:
            self._answers_to_lose -= 1
            return out.Ambiguous(why="TimedOut")
        if outgoing.only_for is not None:
            return out.Sent(message_id=message_id, ephemeral=self.ephemeral_answer)
        return out.Sent(message_id=message_id, tables=self.table_answer if outgoing.layout else None)

    def _fault_of(self, outgoing: OutgoingMessage) -> out.SendResult | None:
        fault = self._outcomes.get(outgoing.chat_id, self._outcome_of_all)
        if isinstance(fault, out.TopicDeleted) and outgoing.thread_id is None:
            return None
        return None if isinstance(fault, out.EditTargetGone) and outgoing.edits is None else fault


class FakeFiles:
    """Telegram's file storage as the importer sees it; a test chooses the ids of the files."""

    def __init__(self) -> None:
        self.fetched: list[str] = []
        self._contents: dict[str, bytes] = {}
        self._is_down = False

    def keeps(self, file_id: str, content: bytes) -> None:
        self._contents[file_id] = content

    def goes_down(self) -> None:
        self._is_down = True

    def comes_back(self) -> None:
        self._is_down = False

    async def fetch(self, file_id: str, *, max_bytes: int) -> FetchResult:
        self.fetched.append(file_id)
        if self._is_down:
            return FetchLater(why="TimedOut")
        if file_id not in self._contents:
            return FileLost(why="wrong file_id")
        content = self._contents[file_id]
        return Fetched(content=content) if len(content) <= max_bytes else FileTooLarge()


def success_of(order: Order, sn: str = "1") -> bytes:
    """Return the query of a reversal that reports success of `order` with this SN."""
    text = f"{order.product_code}.{order.destination}"
    message = f"Transaksi+{text}+SUKSES,+SN:+{sn},+Saldo:+Rp9,999,+Harga:+5,100,+Tgl:+01/01+10:32:12"
    fields = f"refid={order.trxid}&product={order.product_code}&qty=1&dest={order.destination}"
    return f"status=0&{fields}&message={message}".encode()


def order_text(number: int) -> str:
    """Return an order text for phone `number`: a second order for the same phone would be a duplicate."""
    return f"s5.0812{34567890 + number:08d}"


def a_message(update_id: int, text: object = ..., **more: Any) -> dict[str, Any]:
    """Return an update from Telegram with a message of user 1001; the message id is the update id.

    Without `text` it is an order, for another phone each time.
    """
    sender = {"id": 1001, "is_bot": False, "first_name": "Sari", "username": "tokosari"}
    message = {
        "message_id": update_id,
        "date": START_MS // 1000,
        "chat": {"id": 1001, "type": "private"},
        "from": sender,
        "text": order_text(update_id) if text is ... else text,
    }
    return {"update_id": update_id, "message": {**message, **more}}


async def eventually(condition: Callable[[], bool], *, timeout_s: float = 30.0) -> None:
    """Wait until `condition` holds; raise TimeoutError if it does not within `timeout_s`."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - any condition, with or without an event
            await asyncio.sleep(0.005)
