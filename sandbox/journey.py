"""Each order's way, told from what was seen outside the bot: messages, posts, answers, reversals."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final

from sandbox.biller.behaviour import Answer
from sandbox.biller.ledger import Entry
from sandbox.telegram.chats import Json, Message

# A code, a separator, and a rest that holds a destination; what the bot makes of it is its own affair.
_ORDER_LINE = re.compile(r"(?P<code>[a-z0-9]{1,14})\s*[.,*#\s]\s*(?P<rest>.+)", re.IGNORECASE)
# A phone number with blanks in it is not a nominal with a number.
_PHONE = re.compile(r"(?:0|62)[0-9]{9,12}|8[0-9]{8,10}")
_SHORTEST_DESTINATION: Final = 5
_LONGEST_NOMINAL: Final = 4
_TRXID = re.compile(r"(?<![0-9])[0-9]{17}(?![0-9])")
_EDITED_SINCE: Final = "Sejak itu pesannya diedit"
_ANSWERS: Final = {
    Answer.PENDING: "Diterima biller, sedang diproses",
    Answer.SLOW: "Diterima biller, jawabannya lambat",
    Answer.CUT: "Sambungan terputus tanpa jawaban",
    Answer.HTTP_500: "Biller menjawab galat 500",
    Answer.GARBAGE: "Jawaban biller tidak terbaca",
}


# A message with the chat it stands in.
Spoken = tuple[int, Message]


class StepName(StrEnum):
    """The stations of an order."""

    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    POSTED = "posted"
    ANSWERED = "answered"
    REVERSED = "reversed"
    TOLD = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One station passed."""

    name: StepName
    at_ms: int
    detail: str


@dataclass(slots=True, kw_only=True, eq=False)
class Journey:
    """One order line of a chat and what became of it."""

    chat_id: int
    message: Message
    line: str
    code: str
    digits: str
    entry: Entry | None = None
    answers: list[Message] = field(default_factory=list)

    def as_json(self) -> Json:
        """Return the order as the page shows it."""
        steps = sorted(self._steps(), key=lambda step: step.at_ms)
        return {
            "trxid": self.entry.trxid if self.entry else None,
            "chat_id": self.chat_id,
            "message_id": self.message.id,
            "text": self.line,
            "product": self.entry.product if self.entry else None,
            "destination": self.entry.destination if self.entry else None,
            "steps": [{"name": step.name, "at": step.at_ms, "detail": step.detail} for step in steps],
        }

    def _steps(self) -> Iterable[Step]:
        yield Step(name=StepName.ASKED, at_ms=self.message.at_ms, detail=self.line)
        if self.entry is not None:
            yield from _entry_steps(self.entry)
        for nth, said in enumerate(self.answers):
            words = self._words_in(said)
            name = StepName.TOLD if nth or self._settled_by(said.at_ms, words) else StepName.ACKNOWLEDGED
            first = words if said.edited_at_ms is None else _EDITED_SINCE
            yield Step(name=name, at_ms=said.at_ms, detail=first)
            if said.edited_at_ms is not None and self._settled_by(said.edited_at_ms, words):
                yield Step(name=StepName.TOLD, at_ms=said.edited_at_ms, detail=f"{words} (diedit)")

    def _settled_by(self, at_ms: int, words: str) -> bool:
        """Whether a result was known when these words were said; within one ms they decide themselves."""
        if self.entry is None:
            return False
        refused_at = self.entry.answered_at_ms if self.entry.answer is Answer.REFUSED else None
        known = [reversal.at_ms for reversal in self.entry.reversals] + ([refused_at] if refused_at else [])
        tells_result = "SUKSES" in words or "GAGAL" in words
        return any(known_ms < at_ms or (known_ms == at_ms and tells_result) for known_ms in known)

    def _words_in(self, said: Message) -> str:
        """Return the line about this order, which in a table is not the first."""
        lines = said.text.splitlines() or [""]
        return next((line for line in lines if self.core in _digits(line)), lines[0])

    @property
    def core(self) -> str:
        """The number without what people write before it, the bought one if it was bought."""
        return _core(self.entry.destination if self.entry else self.digits)


def _entry_steps(entry: Entry) -> Iterable[Step]:
    sent = "Dikirim ke biller" if entry.posts == 1 else f"Dikirim ke biller {entry.posts} kali"
    yield Step(name=StepName.POSTED, at_ms=entry.posted_at_ms, detail=sent)
    if entry.answer is not None and entry.answered_at_ms is not None:
        detail = entry.reason if entry.answer is Answer.REFUSED else _ANSWERS[entry.answer]
        yield Step(name=StepName.ANSWERED, at_ms=entry.answered_at_ms, detail=detail or "")
    for reversal in entry.reversals:
        result = f"SUKSES, SN {reversal.sn}" if reversal.status == "0" else "GAGAL"
        if reversal.status == "0" and reversal.sn is None:
            result = "status sukses, kata-katanya GAGAL"
        yield Step(name=StepName.REVERSED, at_ms=reversal.at_ms, detail=f"Biller melaporkan {result}")


def journeys(messages: list[Spoken], entries: list[Entry]) -> list[Journey]:
    """Return every order, newest first; `messages` are all chats' with their chat's id."""
    found = [
        journey
        for chat_id, message in messages
        if not message.from_bot
        for journey in _orders_in(chat_id, message)
    ]
    found.sort(key=lambda journey: (journey.message.at_ms, journey.chat_id, journey.message.id))
    said = [(chat_id, message) for chat_id, message in messages if message.from_bot]
    found += list(_match(entries, found, messages, said))
    by_message: dict[tuple[int, int], list[Journey]] = {}
    for journey in found:
        by_message.setdefault((journey.chat_id, journey.message.id), []).append(journey)
    by_trxid = {journey.entry.trxid: journey for journey in found if journey.entry}
    for chat_id, message in said:
        for journey in _meant(chat_id, message, by_message, by_trxid):
            journey.answers.append(message)
    # `cek 0812…` looks like an order too: a word without a number is one only if something was bought.
    return [one for one in reversed(found) if one.entry is not None or not one.code.isalpha()]


def _orders_in(chat_id: int, message: Message) -> Iterable[Journey]:
    for line in message.text.splitlines():
        plain = unicodedata.normalize("NFKC", line).strip()
        shape = _ORDER_LINE.fullmatch(plain)
        if shape is None or len(digits := _digits(shape["rest"])) < _SHORTEST_DESTINATION:
            continue
        code = shape["code"].lower()
        if not code.isdecimal() or (len(code) <= _LONGEST_NOMINAL and not _PHONE.fullmatch(_digits(plain))):
            yield Journey(chat_id=chat_id, message=message, line=line.strip(), code=code, digits=digits)


def _match(
    entries: list[Entry],
    found: list[Journey],
    messages: list[Spoken],
    said: list[Spoken],
) -> Iterable[Journey]:
    """Give each entry to the order the bot itself named with its trxid, else to the oldest that fits.

    What was bought without a line of its own (by a button, or beside another order) comes as a new order.
    """
    free, replied = list(found), _replied_by_trxid(said)
    typed = sorted((one for one in messages if not one[1].from_bot), key=lambda one: one[1].at_ms)
    for entry in entries:
        named = replied.get(entry.trxid, set())
        fitting = (one for one in free if _fits(one, entry))
        best = next(fitting, None)
        if named and best is not None:
            best = next((one for one in (best, *fitting) if (one.chat_id, one.message.id) in named), best)
        if best is not None:
            best.entry = entry
            free.remove(best)
        elif (asked := _asked_elsewhere(entry, typed)) is not None:
            yield asked


def _replied_by_trxid(said: list[Spoken]) -> dict[str, set[tuple[int, int]]]:
    """Return the messages that the bot replied to in naming each trxid."""
    replied: dict[str, set[tuple[int, int]]] = {}
    for chat_id, message in said:
        if message.reply_to is not None:
            for trxid in _TRXID.findall(message.text):
                replied.setdefault(trxid, set()).add((chat_id, message.reply_to.id))
    return replied


def _fits(journey: Journey, entry: Entry) -> bool:
    """Whether the order could have made this post: same number (country code apart), asked before it."""
    if journey.code != entry.product.lower() and not journey.code.isdecimal():
        return False
    core = _core(entry.destination)
    return bool(core) and core in journey.digits and journey.message.at_ms <= entry.posted_at_ms


def _asked_elsewhere(entry: Entry, typed: list[Spoken]) -> Journey | None:
    """Return an order from the latest words of a person that hold the number."""
    core = _core(entry.destination)
    for chat_id, message in reversed(typed):
        if core and core in _digits(message.text) and message.at_ms <= entry.posted_at_ms:
            lines = message.text.splitlines()
            line = next((line for line in lines if core in _digits(line)), lines[0]).strip()
            code = entry.product.lower()
            return Journey(chat_id=chat_id, message=message, line=line, code=code, digits=core, entry=entry)
    return None


def _meant(
    chat_id: int,
    message: Message,
    by_message: dict[tuple[int, int], list[Journey]],
    by_trxid: dict[str, Journey],
) -> list[Journey]:
    """Return the orders a message of the bot speaks of: those it names, else those it replies to."""
    named = [by_trxid[trxid] for trxid in _TRXID.findall(message.text) if trxid in by_trxid]
    named = [journey for journey in named if journey.chat_id == chat_id]
    if named:
        return named
    replied = by_message.get((chat_id, message.reply_to.id), []) if message.reply_to else []
    if len(replied) > 1:
        digits = _digits(message.text)
        return [one for one in replied if one.core in digits] or replied
    return replied


def _core(number: str) -> str:
    return _digits(number).removeprefix("0")


@lru_cache(maxsize=16_384)  # the same lines are read anew at each look
def _digits(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter in "0123456789")
