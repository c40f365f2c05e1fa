"""Each order's steps, from the bot's records, the biller's ledger and the chats.

An order is one that the bot has stored. A typed line that looks like an order but is not stored is shown as
waiting until the bot has processed its message, and as not bought afterwards.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from sandbox.biller.ledger import Entry
from sandbox.bot_database import BotRecords, Event, MessageKey, StoredOrder
from sandbox.telegram.chats import Chat, Json, Message

# A code, a separator, and a rest with a destination; the bot's own grammar knows far more.
_ORDER_LINE = re.compile(r"(?P<code>[a-z0-9]{1,14})\s*[.,*#\s]\s*(?P<rest>.+)", re.IGNORECASE)
# A phone number with spaces in it must not be read as a nominal with a number.
_PHONE = re.compile(r"(?:0|62)[0-9]{9,12}|8[0-9]{8,10}")
_SHORTEST_DESTINATION: Final = 5
_LONGEST_NOMINAL: Final = 4

# States that are final until the biller reports the opposite or an admin decides.
_SETTLED: Final = frozenset({"succeeded", "failed", "expired", "disputed"})


class Unstored(StrEnum):
    """The state of a line without a stored order; a stored order has the bot's own state."""

    UNTAKEN = "untaken"  # the bot has not processed the message yet
    UNBOUGHT = "unbought"  # processed without an order: a question, a duplicate, an input error …


class StepName(StrEnum):
    """The steps of an order, in the order in which they are drawn."""

    ORDERED = "ordered"
    RECORDED = "recorded"
    SENT = "sent"
    ANSWERED = "answered"
    SETTLED = "settled"
    NOTIFIED = "notified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step that has happened, with facts that the page puts into words."""

    name: StepName
    at_ms: int
    facts: Json

    def as_json(self) -> Json:
        return {"name": self.name, "at": self.at_ms} | self.facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One order, or a line that looks like one, and its steps."""

    chat_id: int
    message_id: int
    line: int
    text: str
    state: str
    at_ms: int
    steps: tuple[Step, ...]
    order: StoredOrder | None = None

    def as_json(self) -> Json:
        order = self.order
        return {
            "chat_id": self.chat_id,
            "message_id": self.message_id,
            "line": self.line,
            "text": self.text,
            "state": self.state,
            "trxid": order.trxid if order else None,
            "destination": order.destination if order else None,
            "overdue": order is not None and order.overdue,
            "by_admin": order is not None and _was_settled_by_admin(order),
            "steps": [step.as_json() for step in self.steps],
        }


def journeys(chats: Iterable[Chat], entries: Mapping[str, Entry], records: BotRecords) -> list[Journey]:
    """Return every order and every line that looks like one, the newest first."""
    by_id = {chat.id: chat for chat in chats}
    all_journeys = [
        _of_stored(order, by_id.get(order.chat_id), entries.get(order.trxid)) for order in records.orders
    ]
    for chat in by_id.values():
        all_journeys += _not_stored(chat, records)
    return sorted(all_journeys, key=lambda one: (-one.at_ms, one.chat_id, one.message_id, one.line))


def _of_stored(order: StoredOrder, chat: Chat | None, entry: Entry | None) -> Journey:
    origin = chat.messages.get(order.message_id) if chat else None
    by_button = origin is not None and origin.from_bot
    steps = list(_ordered(order, chat, origin))
    steps.append(Step(name=StepName.RECORDED, at_ms=order.placed_at_ms, facts={}))
    steps += _at_biller(entry) if entry else ()
    steps += (_settled(event) for event in _settling(order))
    steps += _notified(order, chat)
    return Journey(
        chat_id=order.chat_id,
        message_id=order.message_id,
        line=order.line,
        text=order.typed if order.typed and not by_button else _canonical_text(order),
        state=order.state,
        at_ms=steps[0].at_ms,
        steps=tuple(steps),
        order=order,
    )


def _ordered(order: StoredOrder, chat: Chat | None, origin: Message | None) -> Iterator[Step]:
    """Yield when the order was typed or its button tapped; nothing if its message is no longer there."""
    if chat is None or origin is None:
        return
    if not origin.from_bot:
        yield Step(name=StepName.ORDERED, at_ms=origin.at_ms, facts={"by_button": False})
        return
    taps = [tap.at_ms for tap in chat.taps if tap.message_id == origin.id]
    if before := [at_ms for at_ms in taps if at_ms <= order.placed_at_ms]:
        yield Step(name=StepName.ORDERED, at_ms=before[-1], facts={"by_button": True})


def _at_biller(entry: Entry) -> Iterator[Step]:
    yield Step(name=StepName.SENT, at_ms=entry.posted_at_ms, facts={"posts": entry.posts})
    if entry.answer is not None and entry.answered_at_ms is not None:
        facts: Json = {"answer": entry.answer, "reason": entry.reason}
        yield Step(name=StepName.ANSWERED, at_ms=entry.answered_at_ms, facts=facts)


def _settling(order: StoredOrder) -> Iterator[Event]:
    """Yield the events that moved the order into a settled state, or from one into another."""
    before = None
    for event in order.events:
        if event.state in _SETTLED and event.state != before:
            yield event
        before = event.state


def _settled(event: Event) -> Step:
    return Step(
        name=StepName.SETTLED, at_ms=event.at_ms, facts={"state": event.state, "by_admin": event.by_admin}
    )


def _was_settled_by_admin(order: StoredOrder) -> bool:
    """Return whether an admin's decision led to the order's present state."""
    events = list(_settling(order))
    return bool(events) and events[-1].by_admin and events[-1].state == order.state


def _notified(order: StoredOrder, chat: Chat | None) -> Iterator[Step]:
    """Yield each notice that was sent to the chat; it is the result if created once the order was settled."""
    settled_at_ms = max((event.at_ms for event in _settling(order)), default=None)
    for notice in order.sent_notices:
        message = chat.messages.get(notice.message_id or 0) if chat else None
        facts = {
            "words": _words_about(order, message) if message else None,
            "is_result": settled_at_ms is not None and notice.created_at_ms >= settled_at_ms,
        }
        at_ms = message.at_ms if message else notice.sent_at_ms
        yield Step(name=StepName.NOTIFIED, at_ms=at_ms, facts=facts)


def _words_about(order: StoredOrder, message: Message) -> str:
    """Return the order's line in a message that lists several orders by Ref; else the first line."""
    listed = (line for line in message.text.splitlines() if line.endswith(f"·{order.trxid[-5:]}"))
    return next(listed, _first_line(message))


def _first_line(message: Message) -> str:
    return next(iter(message.text.splitlines()), "")


def _canonical_text(order: StoredOrder) -> str:
    ordinal = f".{order.ordinal}" if order.ordinal > 1 else ""
    return f"{order.product}{ordinal}.{order.destination}"


def _not_stored(chat: Chat, records: BotRecords) -> Iterator[Journey]:
    """Yield the lines of a chat that look like orders but are not stored, unless a button bought them."""
    stored = {(one.chat_id, one.message_id) for one in records.orders}
    bought_by_button = _bought_by_button(chat, records)
    answers = _first_replies(chat)
    for message in chat.messages.values():
        key = (chat.id, message.id)
        lines: Iterable[tuple[int, str]] = ()
        bought = bought_by_button.get(message.id, [])
        if key in records.unplaced:
            unplaced = [(one.line, one.typed) for one in records.unplaced[key]]
            lines = [
                (line, text)
                for line, text in unplaced
                if not any(number in _digits(text) for number in bought)
            ]
        elif not message.from_bot and key not in stored and not bought:
            lines = _order_lines(message)
        for line, text in lines:
            answer = answers.get(message.id)
            yield _unstored(key, line, text, message, answer, is_processed=key in records.seen)


def _unstored(
    key: MessageKey, line: int, text: str, message: Message, answer: Message | None, *, is_processed: bool
) -> Journey:
    steps = [Step(name=StepName.ORDERED, at_ms=message.at_ms, facts={"by_button": False})]
    if answer is not None:
        rows = (row for row in answer.text.splitlines() if row.startswith(f"{line}. "))
        facts = {"words": next(rows, _first_line(answer)), "is_result": False}
        steps.append(Step(name=StepName.NOTIFIED, at_ms=answer.at_ms, facts=facts))
    return Journey(
        chat_id=key[0],
        message_id=key[1],
        line=line,
        text=text,
        state=Unstored.UNBOUGHT if is_processed else Unstored.UNTAKEN,
        at_ms=message.at_ms,
        steps=tuple(steps),
    )


def _first_replies(chat: Chat) -> dict[int, Message]:
    """Return the bot's first reply to each message."""
    replies: dict[int, Message] = {}
    for message in chat.messages.values():
        if message.from_bot and message.reply_to is not None:
            replies.setdefault(message.reply_to.id, message)
    return replies


def _bought_by_button(chat: Chat, records: BotRecords) -> dict[int, list[str]]:
    """Return, by message, the destinations of orders bought by a button under the bot's reply to it.

    Buttons under results are left out: they buy another order, not the line that the bot asked about.
    """
    in_chat = (order for order in records.orders if order.chat_id == chat.id)
    results = {notice.message_id for order in in_chat for notice in order.sent_notices}
    bought: dict[int, list[str]] = {}
    for order in records.orders:
        origin = chat.messages.get(order.message_id) if order.chat_id == chat.id else None
        if origin is None or not origin.from_bot or origin.reply_to is None or origin.id in results:
            continue
        bought.setdefault(origin.reply_to.id, []).append(_digits(order.destination).removeprefix("0"))
    return bought


def _order_lines(message: Message) -> Iterator[tuple[int, str]]:
    """Yield each line of a message that looks like an order, with its number from 1."""
    if message.reply_to is not None and message.reply_to.from_bot:
        return  # an answer to a question of the bot: a destination or a serial number
    for number, line in enumerate(message.text.splitlines(), start=1):
        plain = unicodedata.normalize("NFKC", line).strip()
        shape = _ORDER_LINE.fullmatch(plain)
        if shape is None or len(_digits(shape["rest"])) < _SHORTEST_DESTINATION:
            continue
        code = shape["code"].lower()
        # `cek 0812…` has the same shape: a code without a digit is a command.
        if code.isalpha() or (code.isdecimal() and (len(code) > _LONGEST_NOMINAL or _is_phone(plain))):
            continue
        yield number, line.strip()


def _is_phone(text: str) -> bool:
    return _PHONE.fullmatch(_digits(text)) is not None


@lru_cache(maxsize=16_384)  # each snapshot parses the same lines again
def _digits(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char in "0123456789")
