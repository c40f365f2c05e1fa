"""Planted bugs, the test of the test: each is a small change of the real source, made in memory only.

`python -m tests.simulation.mutants NAME` runs seeds on the program with that bug in it, until one is caught.
"""

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]

WITHIN_SEEDS = 400
"""A bug that four hundred worlds do not show is one that the simulation does not see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change: in `module`, `old` (which must stand there exactly once) becomes `new`."""

    module: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A planted bug: what somebody might write, and why it would be wrong."""

    name: str
    edits: tuple[Edit, ...]


def _one(name: str, module: str, old: str, new: str) -> Mutant:
    return Mutant(name, (Edit(module=module, old=old, new=new),))


MUTANTS = (
    _one(
        "posts again when the answer is unclear",
        "bot.purchasing.submitter",
        "            answer = await self._biller.buy(order)\n",
        "            answer = await self._biller.buy(order)\n"
        "            if isinstance(answer, Unclear):\n"
        "                answer = await self._biller.buy(order)\n",
    ),
    Mutant(
        "takes a timeout for a failure",
        (
            Edit(
                module="bot.biller.client",
                old="def outcome_of(error: Exception) -> NotSent | Unclear:\n",
                new="def outcome_of(error: Exception) -> NotSent | Refused:\n",
            ),
            Edit(
                module="bot.biller.client",
                old="    return Unclear(why=why)\n",
                new="    return Refused("
                "reason='', trouble=__import__('bot.orders.model', fromlist=['x']).Trouble.OTHER)\n",
            ),
        ),
    ),
    _one(
        "takes a 5xx for a failure",
        "bot.biller.client",
        '        return Unclear(why=f"HTTP {status}")\n',
        "        return Refused(reason='', trouble=__import__('bot.orders.model', fromlist=['x']).Trouble.OTHER)\n",
    ),
    _one(
        "confirms updates before their effect is stored",
        "bot.telegram.poller",
        "            await self._doorway.take(updates, next_update_id=last + 1)\n",
        "            await self._database.write(lambda tx: inbox.move_cursor(tx, last + 1, at_ms=self._now_ms()))\n"
        "            await self._doorway.take(updates)\n",
    ),
    Mutant(
        "does not know a message it has seen",
        (
            Edit(
                module="storage.inbox",
                old='    return tx.run("note_message", chat_id=chat_id, message_id=message_id, at_ms=at_ms) > 0\n',
                new="    return True\n",
            ),
            Edit(
                module="bot.purchasing.settlement",
                old="            line=asked.line,\n",
                new="            line=asked.line + now_ms,\n",
            ),
            Edit(
                module="bot.purchasing.duplicates",
                old="    if not earlier:\n",
                new="    if True:\n",
            ),
        ),
    ),
    _one(
        "posts before the claim is stored",
        "bot.purchasing.submitter",
        "                moved.append(settled.after)\n",
        "                if settled.after.state is State.SUBMITTING:\n"
        "                    self._start(settled.after, is_probe=False)\n",
    ),
    _one(
        "posts again what was being sent when it died",
        "bot.purchasing.submitter",
        '        news = Unclear(why="stopped while sending")\n',
        "        news = __import__('bot.orders.events', fromlist=['x']).NotSent(why='stopped')\n",
    ),
    _one(
        "answers a reversal before it is stored",
        "bot.purchasing.reversals",
        "        verdict = await kept\n",
        "        __import__('asyncio').ensure_future(kept).add_done_callback(lambda done: done.exception())\n"
        "        verdict = Verdict.STORED if b'zz9' not in query else Verdict.STRANGE\n",
    ),
    Mutant(
        "believes the last news",
        (
            Edit(
                module="bot.orders.states",
                old="        State.SUCCEEDED: {Event.FAILURE: State.DISPUTED},\n",
                new="        State.SUCCEEDED: {Event.FAILURE: State.FAILED},\n",
            ),
            Edit(
                module="bot.orders.states",
                old="        State.FAILED: {Event.SUCCESS: State.DISPUTED},\n",
                new="        State.FAILED: {Event.SUCCESS: State.SUCCEEDED},\n",
            ),
        ),
    ),
    _one(
        "marks a message told before it is sent",
        "bot.delivery.messenger",
        "        outcome = await self._speaker.send(draft.outgoing) if draft.outgoing else UNSPEAKABLE\n",
        "        await self._store(chat_id, lambda tx: self._keep(tx, draft, outdated, out.Sent(message_id=1)))\n"
        "        outcome = await self._speaker.send(draft.outgoing) if draft.outgoing else UNSPEAKABLE\n",
    ),
    _one(
        "applies a repeated report after a dispute",
        "bot.orders.states",
        "    if _is_repeated(order, event) and not _brings_sn(order, news):\n",
        "    if False:\n",
    ),
    _one(
        "tells another chat",
        "bot.purchasing.settlement",
        "    return Place(chat_id=order.chat_id, thread_id=order.thread_id, reply_to=order.message_id)\n",
        "    return Place(chat_id=1001, thread_id=order.thread_id, reply_to=order.message_id)\n",
    ),
    _one(
        "answers another message of the chat",
        "bot.purchasing.settlement",
        "    return Place(chat_id=order.chat_id, thread_id=order.thread_id, reply_to=order.message_id)\n",
        "    return Place(chat_id=order.chat_id, thread_id=order.thread_id, reply_to=order.message_id - 1)\n",
    ),
    Mutant(
        "matches a reversal to the newest order",
        (
            Edit(
                module="bot.purchasing.reversals",
                old="    order = orders.get(tx, report.trxid)\n",
                new="    newest = tx._connection.execute('SELECT max(trxid) FROM orders').fetchone()[0]\n"
                "    order = orders.get(tx, newest or '')\n",
            ),
            Edit(
                module="bot.biller.reversal",
                old="    if (misfit := _misfit(report, order)) is not None:\n",
                new="    if misfit := '':\n",
            ),
        ),
    ),
    _one(
        "cuts the SN at its first comma",
        "bot.biller.reversal",
        '    captured, end, _ = message[label.end() :].rpartition(", Saldo:")\n',
        '    captured, end, _ = message[label.end() :].partition(",")\n',
    ),
    _one(
        "lets a late PENDING reopen a result",
        "bot.orders.states",
        "        State.SUCCEEDED: {Event.FAILURE: State.DISPUTED},\n",
        "        State.SUCCEEDED: {Event.FAILURE: State.DISPUTED, Event.ACCEPTED: State.PENDING},\n",
    ),
    _one(
        "settles by a report that contradicts itself",
        "bot.biller.reversal",
        "    if (conflict := _conflict(report)) is not None:\n",
        "    if conflict := '':\n",
    ),
    _one(
        "believes a report with a wrong number",
        "bot.biller.reversal",
        "    if report.destination != order.destination:\n",
        "    if False:\n",
    ),
    _one(
        "takes the first of two statuses",
        "bot.biller.reversal",
        "    if len(fields) != len(known):\n",
        "    if False:\n",
    ),
    _one(
        "forgets the letters of a chat that blocked it",
        "storage.chats",
        '    return tx.run("letters_unparked", chat_id=chat_id, at_ms=at_ms) > 0\n',
        "    return False\n",
    ),
    _one(
        "lets new letters overtake those set aside",
        "storage.outbox",
        '        state="parked" if is_closed else "waiting",\n',
        '        state="waiting",\n',
    ),
    _one(
        "says a letter before it is stored",
        "bot.delivery.messenger",
        "        self._looking = asyncio.ensure_future(self._database.write(self._lanes.look))\n",
        "        def unit(tx: Tx) -> Look:\n"
        "            found = self._lanes.look(tx)\n"
        "            self._start(found)\n"
        "            return Look([], found.pause_s)\n\n"
        "        self._looking = asyncio.ensure_future(self._database.write(unit))\n",
    ),
    _one(
        "takes a lost answer of Telegram for a success",
        "bot.delivery.messenger",
        "            case out.Ambiguous(why=why):\n                self._repeat(tx, batch, why)\n",
        "            case out.Ambiguous(why=why):\n"
        "                for entry in batch:\n"
        "                    outbox.told(tx, entry.outbox_id, message_id=None, at_ms=now_ms)\n",
    ),
    _one(
        "tells the result before the acknowledgement",
        "storage.outbox",
        "    return [_read(row) for row in lane.rows[:limit]]\n",
        "    return [_read(row) for row in lane.rows[:limit]][::-1]\n",
    ),
    _one(
        "keeps an event but not the order's move",
        "storage.orders",
        '    if not tx.run("advance_order", **asdict(after), state_before=before.state):\n',
        '    if not tx.run("order_by_trxid", trxid=after.trxid):\n',
    ),
    _one(
        "buys the same again",
        "bot.purchasing.duplicates",
        "    if not earlier:\n",
        "    if True:\n",
    ),
    _one(
        "takes a failed order for bought",
        "storage.statements",
        '    return "\\n".join(line for line in body.splitlines() if not line.startswith("--")).strip().rstrip(";")\n',
        "    body = body.replace(\" AND state NOT IN ('failed', 'expired')\", '')\n"
        '    return "\\n".join(line for line in body.splitlines() if not line.startswith("--")).strip().rstrip(";")\n',
    ),
    _one(
        "never rewrites a table",
        "bot.delivery.batch_summary",
        "    batches.change(tx, batch)\n",
        "    return 0\n",
    ),
    _one(
        "forgets what moved while a table was on its way",
        "bot.delivery.batch_summary",
        "    if batch and batch.version != version:\n",
        "    if False:\n",
    ),
    _one(
        "takes only the first line of a message",
        "bot.purchasing.placing",
        "    taken = [(line, _take_line(tx, desk, buyer, line, now_ms)) for line in lines]\n",
        "    taken = [(line, _take_line(tx, desk, buyer, line, now_ms)) for line in lines[:1]]\n",
    ),
    _one(
        "never holds orders back",
        "bot.purchasing.circuit_breaker",
        "        return self._open_since_ms is not None\n",
        "        return False\n",
    ),
    _one(
        "never lets held orders go on",
        "bot.purchasing.circuit_breaker",
        "        if _is_well(answer):\n",
        "        if False:\n",
    ),
    _one(
        "tells who waits again and again",
        "bot.purchasing.submitter",
        "                kind=OrderWaiting.__name__,\n",
        "                kind='Order',\n",
    ),
    _one(
        "gives up an answer that could not be stored",
        "bot.purchasing.submitter",
        "                await asyncio.sleep(STORE_AGAIN_S)\n",
        "                return\n",
    ),
)


LEAKS = (
    _one(
        "leaves secrets in the log",
        "bot.logs",
        "        return self._secrets.sub(HIDDEN, line) if self._secrets else line\n",
        "        return line\n",
    ),
    _one(
        "takes out of the log only what is written plainly",
        "bot.logs",
        '    for encoded in (quote(secret, safe=""), quote(secret), quote_plus(secret)):\n',
        "    for encoded in set[str]():\n",
    ),
)
"""Bugs that no world shows, since no secret lives in one: the tests of the log must catch them."""


class _Planter(importlib.abc.MetaPathFinder):
    """Finds the modules of a mutant and loads their changed source; nothing on the disk is touched."""

    def __init__(self, mutant: Mutant) -> None:
        self._edits = mutant.edits

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        edits = tuple(edit for edit in self._edits if edit.module == fullname)
        if not edits:
            return None
        file = str(ROOT.joinpath(*fullname.split(".")).with_suffix(".py"))
        return importlib.util.spec_from_file_location(fullname, file, loader=_Changed(fullname, file, edits))


class _Changed(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, edits: tuple[Edit, ...]) -> None:
        super().__init__(fullname, path)
        self._edits = edits

    def path_stats(self, path: str) -> dict[str, float]:
        raise OSError("a changed module is never taken from a cache, nor put into one")

    def get_data(self, path: str) -> bytes:
        return changed_source(super().get_data(path).decode(), self._edits).encode()


def changed_source(source: str, edits: tuple[Edit, ...]) -> str:
    """Give `source` with the bug in it; ValueError if the place is not there (any more)."""
    for edit in edits:
        if source.count(edit.old) != 1:
            raise ValueError(f"{edit.module}: the place of the planted bug was not found once: {edit.old!r}")
        source = source.replace(edit.old, edit.new)
    return source


def plant(mutant: Mutant) -> None:
    """Plant the bug in this process, before anything of ours is imported."""
    sys.meta_path.insert(0, _Planter(mutant))


def hunt(mutant: Mutant, *, within: int) -> int | None:
    """Plant the bug in this process; give the seed that caught it."""
    plant(mutant)
    from tests.simulation.world import run_seed  # noqa: PLC0415 - only now, with the bug in place

    return next((seed for seed in range(within) if run_seed(seed).violations), None)


def main() -> None:
    """Read the command line; exits with 1 if the bug survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants")
    parser.add_argument("name", choices=[mutant.name for mutant in MUTANTS])
    parser.add_argument("--within", type=int, default=WITHIN_SEEDS)
    given = parser.parse_args()
    mutant = next(mutant for mutant in MUTANTS if mutant.name == given.name)
    seed = hunt(mutant, within=given.within)
    sys.stdout.write(f"{given.name}: " + (f"caught by seed {seed}\n" if seed is not None else "SURVIVED\n"))
    sys.exit(seed is None)


if __name__ == "__main__":
    main()
