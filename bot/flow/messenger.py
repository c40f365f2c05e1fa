"""The only one who speaks: brings each chat its letters in order, at Telegram's pace, until they are told.

A letter is told at least once. It can arrive twice only where Telegram's own answer was lost; it is then
recognised by its Ref. Lanes go on beside each other: a chat that must wait holds up no other.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol, assert_never

from bot.flow.agent import Bell
from bot.flow.desk import Desk
from bot.flow.pace import Pace
from bot.notices import DeliveryFailed, Notice, Result
from bot.order.notices import OrderOverdue, OrderReceived, OrderWaiting
from bot.telegram import outcomes as out
from bot.telegram.sender import Outgoing
from bot.texts import Clock, merge, render
from storage import outbox
from storage.database import Database
from storage.errors import StorageError
from storage.outbox import Lane, Letter, Waiting
from storage.transaction import Tx

_log = logging.getLogger(__name__)

MERGE_ABOVE = 3
"""Up to three waiting letters keep their own bubble and reply; a longer queue is read faster as one."""

MERGE_AT_MOST = 50
MAX_TRIES_OF_A_POISON = 3
"""Telegram says the same each time; the second and third try are for a fault that only looked so."""

MAX_PAUSE_S = 300.0
IDLE_S = 30.0
LANES_AT_ONCE = 30
STORE_AGAIN_S = 0.5


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
        lanes = await self._database.read(outbox.lanes)
        now_ms, pause_s = self._now_ms(), IDLE_S
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
        waiting = await self._database.read(lambda tx: outbox.waiting(tx, chat_id, limit=MERGE_AT_MOST))
        if not waiting:
            return
        outdated = _outdated(waiting)
        due = [entry for entry in waiting if entry not in outdated]
        if not due:
            await self._database.write(lambda tx: _drop(tx, outdated))
            return
        batch, outgoing = self._compose(due)
        outcome = await self._speaker.send(outgoing)
        if not isinstance(outcome, out.Sent):
            _log.info(
                "a message was not taken", extra={"chat_id": chat_id, "outcome": type(outcome).__name__}
            )
        await self._store(batch, outdated, outcome)

    async def _store(self, batch: list[Waiting], outdated: list[Waiting], outcome: out.Outcome) -> None:
        """Store what became of a message, however long it takes: unstored, it would be sent again."""
        while True:
            try:
                await self._database.write(lambda tx: self._keep(tx, batch, outdated, outcome))
            except StorageError as error:
                _log.error("a message's outcome could not be stored yet: %s", error)
                await asyncio.sleep(STORE_AGAIN_S)
            else:
                return

    def _compose(self, waiting: list[Waiting]) -> tuple[list[Waiting], Outgoing]:
        """Choose the letters of one message, and its words; a lane that is behind gets several in one."""
        first = waiting[0].letter
        run = _mergeable_run(waiting)
        if len(run) > MERGE_ABOVE and first.chat_id not in self._one_by_one:
            text, count = merge([entry.letter.notice for entry in run], self._clock)
            batch = run[:count]
            return batch, Outgoing(chat_id=first.chat_id, thread_id=first.thread_id, text=text)
        rendered = render(first.notice, self._clock)
        outgoing = Outgoing(
            chat_id=first.chat_id,
            thread_id=first.thread_id,
            reply_to=first.reply_to,
            edits=first.edits,
            text=rendered.text,
            copy=rendered.copy,
            keyboard=first.keyboard,
        )
        return waiting[:1], outgoing

    def _keep(self, tx: Tx, batch: list[Waiting], outdated: list[Waiting], outcome: out.Outcome) -> None:
        """Store what became of a message, for every letter in it."""
        _drop(tx, outdated)
        letter, now_ms = batch[0].letter, self._now_ms()
        match outcome:
            case out.Sent(message_id=message_id):
                for entry in batch:
                    outbox.told(tx, entry.outbox_id, message_id=message_id, at_ms=now_ms)
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
        due_at_ms = self._now_ms() + int(1000 * _pause_s(2 * batch[0].ambiguous + 1))
        for entry in batch:
            if entry.ambiguous and not _must_arrive(entry.letter.notice):
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


def _outdated(waiting: list[Waiting]) -> list[Waiting]:
    """Give what need not be said: acknowledgements whose result waits behind them, corrections of nothing.

    The result says more than the acknowledgement, and must come last.
    """
    results = {entry.letter.notice.trxid for entry in waiting if isinstance(entry.letter.notice, Result)}
    return [
        entry
        for entry in waiting
        if entry.is_void
        or (
            isinstance(entry.letter.notice, OrderReceived | OrderWaiting)
            and entry.letter.notice.trxid in results
        )
    ]


def _mergeable_run(waiting: list[Waiting]) -> list[Waiting]:
    """Give the letters from the first on that may share a message: of orders, new, without buttons."""
    run: list[Waiting] = []
    for entry in waiting:
        letter = entry.letter
        of_order = isinstance(letter.notice, Result | OrderReceived | OrderWaiting | OrderOverdue)
        same_place = letter.thread_id == waiting[0].letter.thread_id
        if not of_order or letter.keyboard or letter.edits is not None or not same_place:
            break
        run.append(entry)
    return run


def _must_arrive(notice: Notice) -> bool:
    return isinstance(notice, Result)


def _pause_s(tries: int) -> float:
    """Give 1, 2, 4, 8 … seconds, at most five minutes."""
    return min(MAX_PAUSE_S, float(1 << min(tries, 9)))
