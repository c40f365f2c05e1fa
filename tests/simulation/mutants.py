"""Planted bugs, which test the tests: each is a plausible mistake that the simulation must find.

`python -m tests.simulation.mutants NAME` runs seeds on the program with that bug in it, until one is caught.
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace
from pythonjsonlogger.json import JsonFormatter

from bot import logs
from bot.biller import client as biller_client
from bot.biller import reversal
from bot.delivery import batch_summary
from bot.delivery.messenger import Messenger
from bot.delivery.sending import Sent
from bot.orders import states
from bot.orders.events import Answer, NotSent, OrderEvent, Refused, Unclear
from bot.orders.model import FailureCause, Order, State
from bot.orders.states import TRANSITIONS, Trigger
from bot.purchasing import duplicates, placing, reversals, settlement, submitter
from bot.purchasing.circuit_breaker import CircuitBreaker
from bot.purchasing.reversals import ReversalReceiver, ReversalResult
from bot.purchasing.submitter import Biller, Submitter
from bot.telegram.receiver import UpdateReceiver
from bot.unit_of_work import UnitOfWork
from storage import chats, inbox, news, orders, outbox
from storage.codec import dump, kind_of
from storage.errors import StorageError
from storage.news import Broadcast
from storage.transaction import Tx
from tests.simulation.money_mutants import MONEY_MUTANTS
from tests.simulation.planting import Bug, Patch
from tests.simulation.trade_mutants import TRADE_MUTANTS

ROOT = Path(__file__).resolve().parents[2]

WITHIN_SEEDS = 1_000
"""A bug that a thousand worlds do not show is not found by the simulation."""

MUTANTS: dict[str, Bug] = MONEY_MUTANTS | TRADE_MUTANTS
LEAKS: dict[str, Bug] = {}
"""Bugs that no world can show, because it holds no secret: the tests of the log must catch them."""

A_FAILURE = Refused(reason="", failure_cause=FailureCause.OTHER)


def _named(name: str, bugs: dict[str, Bug] = MUTANTS) -> Callable[[Bug], Bug]:
    def register(bug: Bug) -> Bug:
        bugs[name] = bug
        return bug

    return register


# The purchase.


class _BuysTwice:
    def __init__(self, biller: Biller) -> None:
        self._biller = biller
        self.expect = biller.expect

    async def buy(self, order: Order) -> Answer:
        answer = await self._biller.buy(order)
        return await self._biller.buy(order) if isinstance(answer, Unclear) else answer


@_named("posts again when the answer is unclear")
def _(patch: Patch) -> None:
    original = Submitter.__init__

    def init(self: Submitter, *, biller: Biller, **rest: Any) -> None:
        original(self, biller=_BuysTwice(biller), **rest)

    patch.method(Submitter, original, init)


@_named("treats a timeout as a failure")
def _(patch: Patch) -> None:
    original = biller_client.classify_error

    def classify(error: Exception) -> NotSent | Refused:
        outcome = original(error)
        return outcome if isinstance(outcome, NotSent) else A_FAILURE

    patch.replace(original, classify)


@_named("treats a 5xx as a failure")
def _(patch: Patch) -> None:
    original = biller_client.read_response

    def read(status: int, answer: bytes, *, order: Order, user: str) -> Answer:
        return A_FAILURE if status >= 500 else original(status, answer, order=order, user=user)

    patch.replace(original, read)


@_named("posts before the claim is stored")
def _(patch: Patch) -> None:
    original = Submitter._claim

    def claim(self: Submitter, tx: Tx, free: int) -> list[Order]:
        moved = original(self, tx, free)
        for order in moved:
            if order.state is State.SUBMITTING:
                self._start(order, is_probe=False)
        return [order for order in moved if order.state is not State.SUBMITTING]

    patch.method(Submitter, original, claim)


@_named("posts an order that it claims as it places it before that is stored")
def _(patch: Patch) -> None:
    original = settlement.store_claimed_order

    def store(work: UnitOfWork, *args: Any, **more: Any) -> Order | None:
        placed = original(work, *args, **more)
        for order in work.claimed:
            # Room is reserved by the submitter of this life.
            submitter_of(work)._start(order, is_probe=False)
        work.claimed.clear()
        return placed

    submitters: list[Submitter] = []

    def submitter_of(work: UnitOfWork) -> Submitter:
        return next(each for each in reversed(submitters) if each._context is work.context)

    init = Submitter.__init__

    def noted(self: Submitter, **given: Any) -> None:
        init(self, **given)
        submitters.append(self)

    patch.method(Submitter, init, noted)
    patch.replace(original, store)


@_named("posts again what was being posted when the process died")
def _(patch: Patch) -> None:
    def sweep(work: UnitOfWork, stranded: list[Order]) -> int:
        for order in stranded:
            never_sent = NotSent(why="stopped")
            settlement.apply_event_to(work, order.trxid, never_sent, actor="start")
        return len(stranded)

    patch.replace(submitter._sweep, sweep)


@_named("gives up an answer that could not be stored")
def _(patch: Patch) -> None:
    original = Submitter._store

    async def store(self: Submitter, order: Order, answer: Answer, alarm: Any) -> None:
        try:
            await self._database.write(lambda tx: self._settle(tx, order, answer, alarm))
        except StorageError:
            return
        await original(self, order, answer, None)

    patch.method(Submitter, original, store)


@_named("never holds orders back")
def _(patch: Patch) -> None:
    patch.method(CircuitBreaker, vars(CircuitBreaker)["is_open"], property(lambda _: False))


@_named("never releases held orders")
def _(patch: Patch) -> None:
    original = CircuitBreaker._judge_probe

    def judge(self: CircuitBreaker, _: Answer, since_ms: int, at_s: float, at_ms: int) -> object:
        return original(self, Unclear(why=""), since_ms, at_s, at_ms)

    patch.method(CircuitBreaker, original, judge)


@_named("notifies waiting resellers again and again")
def _(patch: Patch) -> None:
    original = orders.due_while_held

    def held(tx: Tx, **given: Any) -> list[Order]:
        return original(tx, **{**given, "kind": "Order"})

    patch.replace(original, held)


# Updates.


@_named("confirms updates before their effect is stored")
def _(patch: Patch) -> None:
    original = UpdateReceiver.receive

    async def take(
        self: UpdateReceiver, updates: list[dict[str, object]], *, next_update_id: int | None = None
    ) -> None:
        if next_update_id is not None:
            now_ms = self._now_ms()
            await self._database.write(lambda tx: inbox.move_cursor(tx, next_update_id, at_ms=now_ms))
        await original(self, updates)

    patch.method(UpdateReceiver, original, take)


@_named("handles a message that was handled before")
def _(patch: Patch) -> None:
    store = settlement.store_order

    def store_anew(work: UnitOfWork, *args: Any, line: int = 1, **more: Any) -> Order | None:
        return store(work, *args, line=line + work.now_ms, **more)

    patch.replace(inbox.mark_seen, lambda *_, **__: True)
    patch.replace(duplicates.find_duplicate, lambda *_: None)
    patch.replace(store, store_anew)


@_named("reads only the first line of a message")
def _(patch: Patch) -> None:
    original = placing._place_many

    def take(work: UnitOfWork, buyer: Any, lines: list[Any]) -> None:
        original(work, buyer, lines[:1])

    patch.replace(original, take)


@_named("buys a duplicate")
def _(patch: Patch) -> None:
    patch.replace(duplicates.find_duplicate, lambda *_: None)


@_named("treats a failed order as bought")
def _(patch: Patch) -> None:
    patch.statement("same_orders", lambda sql: sql.replace(" AND state NOT IN ('failed', 'expired')", ""))


# Reversals.


@_named("answers a reversal before it is stored")
def _(patch: Patch) -> None:
    original = ReversalReceiver.receive
    running: set[asyncio.Task[ReversalResult]] = set()

    def forget(task: asyncio.Task[ReversalResult]) -> None:
        running.discard(task)
        task.exception()

    async def hear(self: ReversalReceiver, query: bytes, *, remote: str) -> ReversalResult:
        if b"zz9" in query:  # a stray report, which is refused whatever the bug
            return await original(self, query, remote=remote)
        storing = asyncio.ensure_future(original(self, query, remote=remote))
        running.add(storing)
        storing.add_done_callback(forget)
        return ReversalResult.STORED

    patch.method(ReversalReceiver, original, hear)


@_named("matches a reversal to the newest order")
def _(patch: Patch) -> None:
    original = reversals._process

    def take(work: UnitOfWork, query: bytes, remote: str) -> ReversalResult:
        newest = orders.before(work.tx, "~", limit=1)
        if newest:
            query = re.sub(rb"(?<=refid=)[0-9]{17}", newest[0].encode(), query)
        return original(work, query, remote)

    patch.replace(original, take)
    patch.replace(reversal._misfit, lambda *_: None)


@_named("cuts the SN at its first comma")
def _(patch: Patch) -> None:
    original = reversal.read_sn

    def cut(message: str, *, is_cut: bool = False) -> reversal.ReadSn:
        read = original(message, is_cut=is_cut)
        return replace(read, sn=(read.sn or "").partition(",")[0] or None)

    patch.replace(original, cut)


@_named("settles by a report that contradicts itself")
def _(patch: Patch) -> None:
    patch.replace(reversal._conflict, lambda *_: None)


@_named("accepts a report with a wrong number")
def _(patch: Patch) -> None:
    original = reversal._misfit

    def misfit(report: reversal.ParsedReversal, order: Order) -> str | None:
        return original(report, replace(order, destination=report.destination))

    patch.replace(original, misfit)


@_named("reads the first of two statuses")
def _(patch: Patch) -> None:
    original = reversal._fields

    def fields(query: bytes) -> dict[str, str] | reversal.MalformedReversal:
        return original(b"&".join(_first_of_each(query.split(b"&"))))

    patch.replace(original, fields)


def _first_of_each(pairs: Iterable[bytes]) -> Iterable[bytes]:
    seen: set[bytes] = set()
    for pair in pairs:
        name = pair.partition(b"=")[0]
        if name not in seen:
            yield pair
        seen.add(name)


# The states of an order.


def _with_transition(patch: Patch, state: State, trigger: Trigger, target: State) -> None:
    changed = {**TRANSITIONS, state: {**TRANSITIONS[state], trigger: target}}
    patch.replace(TRANSITIONS, MappingProxyType(changed))


@_named("accepts the last report, whatever came before")
def _(patch: Patch) -> None:
    changed = {
        **TRANSITIONS,
        State.SUCCEEDED: {Trigger.FAILURE: State.FAILED},
        State.FAILED: {Trigger.SUCCESS: State.SUCCEEDED},
    }
    patch.replace(TRANSITIONS, MappingProxyType(changed))


@_named("lets a late PENDING reopen a result")
def _(patch: Patch) -> None:
    _with_transition(patch, State.SUCCEEDED, Trigger.ACCEPTED, State.PENDING)


@_named("applies a repeated report after a dispute")
def _(patch: Patch) -> None:
    patch.replace(states._is_repeated, lambda *_: False)


@_named("stores an event but not the new state of its order")
def _(patch: Patch) -> None:
    def update(tx: Tx, _: Order, after: Order, event: OrderEvent, **rest: Any) -> bool:
        orders._append(tx, after, kind=kind_of(event), facts=dump(event), **rest)
        return True

    patch.replace(orders.update, update)


# Messages.


@_named("sends a result to another chat")
def _(patch: Patch) -> None:
    original = settlement.address_of
    patch.replace(original, lambda order: replace(original(order), chat_id=1001))


@_named("replies to another message of the chat")
def _(patch: Patch) -> None:
    original = settlement.address_of
    patch.replace(original, lambda order: replace(original(order), reply_to=order.message_id - 1))


@_named("marks a message as sent before it is")
def _(patch: Patch) -> None:
    original = Messenger._deliver

    async def deliver(self: Messenger, chat_id: int, draft: Any, outdated: Any, **named: Any) -> Any:
        sent = Sent(message_id=1)
        await self._store(chat_id, lambda tx: self._apply_result(tx, draft, outdated, sent), keys=())
        return await original(self, chat_id, draft, outdated, **named)

    patch.method(Messenger, original, deliver)


@_named("forgets the messages of a chat that blocked it")
def _(patch: Patch) -> None:
    def unpark(tx: Tx, chat_id: int, *, at_ms: int) -> bool:
        tx.run("mark_chat_reachable", chat_id=chat_id, at_ms=at_ms)
        return False

    patch.replace(chats.unpark, unpark)


@_named("lets new messages overtake parked ones")
def _(patch: Patch) -> None:
    patch.statement("enqueue_message", lambda sql: sql.replace("ELSE 'parked'", "ELSE 'waiting'"))


@_named("sends a message before it is stored")
def _(patch: Patch) -> None:
    original = Messenger.scan

    def look(self: Messenger) -> None:
        def unit(tx: Tx) -> Any:
            found = self._queues.scan(tx)
            self._start(found)
            return replace(found, ready=[])

        if self._scanning:
            original(self)
            return
        self._scanning = asyncio.ensure_future(self._database.write(unit))
        self._scanning.add_done_callback(self._scanned)

    patch.method(Messenger, original, look)


@_named("treats a lost answer of Telegram as a success")
def _(patch: Patch) -> None:
    def repeat(self: Messenger, tx: Tx, batch: list[outbox.QueuedMessage], _: str) -> None:
        for entry in batch:
            outbox.mark_sent(tx, entry.outbox_id, message_id=None, at_ms=self._now_ms())

    patch.method(Messenger, Messenger._repeat, repeat)


@_named("sends the result before the acknowledgement")
def _(patch: Patch) -> None:
    original = outbox.messages_of
    patch.replace(original, lambda *given, **named: original(*given, **named)[::-1])


@_named("never updates a batch summary")
def _(patch: Patch) -> None:
    patch.replace(batch_summary.update, lambda *_, **__: 0)


@_named("forgets what changed while a batch summary was being sent")
def _(patch: Patch) -> None:
    patch.replace(batch_summary.confirm_sent, lambda *_, **__: None)


# Secrets.


@_named("leaves secrets in the log", LEAKS)
def _(patch: Patch) -> None:
    patch.method(logs.RedactingFormatter, logs.RedactingFormatter.format, JsonFormatter.format)


@_named("redacts only the plain form of a secret", LEAKS)
def _(patch: Patch) -> None:
    patch.replace(logs._forms, lambda secret: [re.escape(secret)])


@_named("begins the next slice of an announcement behind the first of the last")
def _(patch: Patch) -> None:
    original = news.advance

    def advance(tx: Tx, broadcast: Broadcast, *, user_id: int, made: int, refused: int) -> bool:
        first = news.readers_after(tx, broadcast.after_user_id, limit=1)
        return original(tx, broadcast, user_id=min(first, default=user_id), made=made, refused=refused)

    patch.replace(original, advance)


@_named("ends an announcement once all its messages are made, though the last ones wait")
def _(patch: Patch) -> None:
    patch.replace(news.count_waiting, lambda _tx, _subject: 0)


def plant(name: str) -> None:
    """Plant a bug in this process."""
    (MUTANTS | LEAKS)[name](Patch())


def hunt(name: str, *, within: int) -> int | None:
    """Plant the bug in this process; return the seed that caught it."""
    from tests.simulation.world import run_seed  # noqa: PLC0415 - imports the program whole before the bug

    plant(name)
    return next((seed for seed in range(within) if run_seed(seed).violations), None)


def main() -> None:
    """Read the command line; exit with 1 if the bug survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants")
    parser.add_argument("name", choices=MUTANTS)
    parser.add_argument("--within", type=int, default=WITHIN_SEEDS)
    given = parser.parse_args()
    seed = hunt(given.name, within=given.within)
    sys.stdout.write(f"{given.name}: " + (f"caught by seed {seed}\n" if seed is not None else "SURVIVED\n"))
    sys.exit(seed is None)


if __name__ == "__main__":
    main()
