"""The only one who speaks: brings each chat its letters in order, at Telegram's pace, until they are told.

A letter is told at least once. It can arrive twice only where Telegram's own answer was lost; it is then
recognised by its Ref. Lanes go on beside each other: a chat that must wait holds up no other.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol, assert_never

from bot.flow import tables
from bot.flow.agent import Bell
from bot.flow.composing import Draft, choose, outdated_among, with_words
from bot.flow.desk import Desk
from bot.flow.filling import fill
from bot.flow.pace import Pace
from bot.notices import Errand, Result
from bot.notices.admins import DeliveryFailed
from bot.notices.ordering import OrderTable
from bot.telegram import outcomes as out
from bot.telegram.sender import Outgoing
from bot.texts import Clock
from storage import outbox
from storage.database import Database
from storage.errors import StorageError
from storage.outbox import Lane, Letter, Waiting
from storage.transaction import Tx

_log = logging.getLogger(__name__)

MERGE_AT_MOST = 50
MAX_TRIES_OF_A_POISON = 3
"""Telegram says the same each time; the second and third try are for a fault that only looked so."""

MAX_PAUSE_S = 300.0
IDLE_S = 30.0
LANES_AT_ONCE = 30
STORE_AGAIN_S = 0.5

UNSPEAKABLE = out.Impossible(why="no words could be found for it")
"""What becomes of a letter at which our own code fails."""


class Speaker(Protocol):
    """Whoever carries a message to Telegram."""

    async def send(self, outgoing: Outgoing) -> out.Outcome:
        """Send or edit once and say what became of it."""
        ...


class Messenger:
    """Empties the outbox. `tick` is a monotonic clock in seconds, `now_ms` the time of day."""

    def __init__(
        self,
        *,
        database: Database,
        desk: Desk,
        speaker: Speaker,
        pace: Pace,
        clock: Clock,
        now_ms: Callable[[], int],
        tick: Callable[[], float],
        bell: Bell,
    ) -> None:
        self._database = database
        self._desk = desk
        self._speaker = speaker
        self._pace = pace
        self._clock = clock
        self._now_ms = now_ms
        self._tick = tick
        self._bell = bell
        self._speaking: dict[int, asyncio.Task[None]] = {}
        self._one_by_one: set[int] = set()

    async def run_once(self) -> float:
        """Start whatever may be said now; give the seconds until more may be."""
        now_ms = self._now_ms()
        lanes, wake_ms = await self._database.read(
            lambda tx: (outbox.lanes(tx, now_ms=now_ms), outbox.next_wake_ms(tx, now_ms=now_ms))
        )
        pause_s = IDLE_S if wake_ms is None else min(IDLE_S, (wake_ms - now_ms) / 1000)
        for lane in lanes:
            if lane.chat_id in self._speaking or len(self._speaking) >= LANES_AT_ONCE:
                continue
            wait_s = max((lane.due_at_ms - now_ms) / 1000, self._pace.free_at(lane.chat_id) - self._tick())
            if wait_s > 0:
                pause_s = min(pause_s, wait_s)
                continue
            self._pace.note(lane.chat_id, self._tick())
            self._start(lane)
        return pause_s

    def _start(self, lane: Lane) -> None:
        task = asyncio.create_task(self._speak(lane.chat_id), name=f"speak {lane.chat_id}")
        self._speaking[lane.chat_id] = task
        task.add_done_callback(lambda done: self._spoken(lane.chat_id, done))

    def _spoken(self, chat_id: int, task: asyncio.Task[None]) -> None:
        self._speaking.pop(chat_id, None)
        self._bell.ring()
        if not task.cancelled() and task.exception():
            _log.error("a lane met a surprise", exc_info=task.exception(), extra={"chat_id": chat_id})

    async def _speak(self, chat_id: int) -> None:
        now_ms = self._now_ms()
        waiting = await self._database.read(
            lambda tx: outbox.waiting(tx, chat_id, now_ms=now_ms, limit=MERGE_AT_MOST)
        )
        if not waiting:
            return
        outdated = outdated_among(waiting)
        due = [entry for entry in waiting if entry not in outdated]
        if not due:
            await self._database.write(lambda tx: _drop(tx, outdated))
            return
        draft = choose(due, self._clock, one_by_one=chat_id in self._one_by_one)
        if draft.errand is not None:
            draft = await self._filled(draft, draft.errand)
        outcome = await self._speaker.send(draft.outgoing) if draft.outgoing else UNSPEAKABLE
        if not isinstance(outcome, out.Sent):
            _log.info(
                "a message was not taken", extra={"chat_id": chat_id, "outcome": type(outcome).__name__}
            )
        await self._store(draft, outdated, outcome)

    async def _filled(self, draft: Draft, errand: Errand) -> Draft:
        """Look up what an errand only names; a fault of our own there must not stop the lane."""
        try:
            filled = await self._database.gather(lambda tx: fill(tx, errand, self._clock))
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - told to the log and the admins; the letter is given up
            _log.exception("a letter could not be filled in", extra={"kind": type(errand).__name__})
            return draft
        return with_words(draft, filled.rendered, version=filled.version)

    async def _store(self, draft: Draft, outdated: list[Waiting], outcome: out.Outcome) -> None:
        """Store what became of a message, however long it takes: unstored, it would be sent again."""
        while True:
            try:
                await self._database.write(lambda tx: self._keep(tx, draft, outdated, outcome))
            except StorageError as error:
                _log.error("a message's outcome could not be stored yet: %s", error)
                await asyncio.sleep(STORE_AGAIN_S)
            else:
                return

    def _keep(self, tx: Tx, draft: Draft, outdated: list[Waiting], outcome: out.Outcome) -> None:
        """Store what became of a message, for every letter in it."""
        _drop(tx, outdated)
        batch, now_ms = draft.batch, self._now_ms()
        letter = batch[0].letter
        match outcome:
            case out.Sent(message_id=message_id):
                for entry in batch:
                    outbox.told(tx, entry.outbox_id, message_id=message_id, at_ms=now_ms)
                if isinstance(letter.notice, OrderTable):
                    tables.told(tx, letter.notice, letter.thread_id, version=draft.version, now_ms=now_ms)
            case out.Later(retry_after_s=wait_s):
                self._pace.hold(letter.chat_id, self._tick() + wait_s, self._tick())
                self._postpone(tx, batch, wait_s, why="429")
            case out.NotSent(why=why):
                self._postpone(tx, batch, _pause_s(batch[0].attempts), why=why)
            case out.Ambiguous(why=why):
                self._repeat(tx, batch, why)
            case out.Gone(why=why):
                outbox.park(tx, letter.chat_id, why=why, at_ms=now_ms)
                self._report(tx, letter, why)
            case out.MovedTo(new_chat_id=new_chat_id):
                outbox.move(tx, letter.chat_id, new_chat_id, at_ms=now_ms)
            case out.ThreadGone():
                outbox.leave_thread(tx, letter.chat_id, letter.thread_id or 0)
            case out.EditGone():
                outbox.detach(tx, batch[0].outbox_id)
            case out.Impossible(why=why):
                self._reject(tx, batch, why)
            case _:
                assert_never(outcome)

    def _postpone(self, tx: Tx, batch: list[Waiting], pause_s: float, *, why: str) -> None:
        due_at_ms = self._now_ms() + int(pause_s * 1000)
        for entry in batch:
            outbox.postpone(tx, entry.outbox_id, due_at_ms=due_at_ms, fault=why)

    def _repeat(self, tx: Tx, batch: list[Waiting], why: str) -> None:
        """Say a result again until it is surely told; anything else is repeated once at most."""
        due_at_ms = self._now_ms() + int(1000 * _pause_s(batch[0].ambiguous + 1))
        for entry in batch:
            if entry.ambiguous and not _must_arrive(entry.letter):
                outbox.told(tx, entry.outbox_id, message_id=None, at_ms=self._now_ms())
            else:
                outbox.postpone(tx, entry.outbox_id, due_at_ms=due_at_ms, ambiguous=True, fault=why)

    def _reject(self, tx: Tx, batch: list[Waiting], why: str) -> None:
        """Telegram takes no message like this: try its parts alone, then bury it and say so."""
        letter = batch[0].letter
        if len(batch) > 1:
            self._one_by_one.add(letter.chat_id)
        elif (tries := batch[0].rejections + 1) < MAX_TRIES_OF_A_POISON:
            due_at_ms = self._now_ms() + int(1000 * _pause_s(tries))
            outbox.postpone(tx, batch[0].outbox_id, due_at_ms=due_at_ms, rejected=True, fault=why)
        else:
            outbox.bury(tx, batch[0].outbox_id, fault=why)
            self._one_by_one.discard(letter.chat_id)
            self._report(tx, letter, why)

    def _report(self, tx: Tx, letter: Letter, why: str) -> None:
        # An alarm that cannot be delivered must not raise another.
        if letter.chat_id in self._desk.admins:
            return
        kind = type(letter.notice).__name__
        notice = DeliveryFailed(chat_id=letter.chat_id, kind=kind, why=why)
        self._desk.alert_admins(tx, notice, at_ms=self._now_ms(), topic=f"delivery:{letter.chat_id}")

    async def drain(self, timeout_s: float) -> None:
        """Wait for what is being said."""
        if self._speaking:
            await asyncio.wait(set(self._speaking.values()), timeout=timeout_s)

    async def close(self) -> None:
        """Stop speaking; what was cut off is said again at the next start."""
        tasks = list(self._speaking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _drop(tx: Tx, outdated: list[Waiting]) -> None:
    for entry in outdated:
        outbox.drop(tx, entry.outbox_id)


def _must_arrive(letter: Letter) -> bool:
    """Tell whether a letter is said until it surely was: results, tables, and edits, which leave no copy."""
    return isinstance(letter.notice, Result | OrderTable) or letter.edits is not None


def _pause_s(tries: int) -> float:
    """Give 1, 2, 4, 8 … seconds, at most five minutes."""
    return min(MAX_PAUSE_S, float(1 << min(tries, 9)))
