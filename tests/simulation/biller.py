"""A biller that outlives the process; what its own ledger says is the truth that chats are held to."""

import asyncio
import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx

from bot.biller.client import NotLeading, classify_error, read_response
from bot.orders.events import Answer
from bot.orders.model import Order, Outcome
from bot.purchasing.reversals import ReversalResult
from storage import orders
from storage.sqlite import SqliteTx
from tests.simulation.outage import Outage

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.world import World

BAD_ANSWERS = ((502, b"Bad Gateway"), (200, b"<html>"), (200, b'{"status": tr'), (200, b"[]"))

OPENING_BALANCE_IDR = 100_000_000
COST_IDR, FINAL_COST_IDR = 5_000, 5_200
"""What an answer charges, and what a success charges instead."""

NO_ROUTE = "Produk tidak tersedia (ROUTE)"

RETRIES_S = (2.0, 10.0, 60.0, 300.0, 900.0)
"""When a report that got no 200 is sent again."""


@dataclass(slots=True)
class Entry:
    """One purchase in the biller's own book."""

    trxid: str
    product: str
    destination: str
    posts: int = 0
    refused: bool = False
    outcome: Outcome = Outcome.SUCCESS
    sn: str = ""
    reported: set[Outcome] = field(default_factory=set)
    stored: set[Outcome] = field(default_factory=set)
    contradicted: bool = False
    reason: str = ""
    speaks_of_product: bool = False

    @property
    def charged_idr(self) -> int:
        """What it costs so far."""
        if self.outcome is Outcome.FAILURE:
            return 0
        return FINAL_COST_IDR if Outcome.SUCCESS in self.reported else COST_IDR


class Biller:
    """Takes posts, answers them well or badly, and reports results in its own time."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.ledger: dict[str, Entry] = {}
        self.deposit_idr = OPENING_BALANCE_IDR
        self.done_at_s = 0.0

    def line(self, life: "Life") -> "Line":
        """Return one life's way to reach it."""
        return Line(self._world, life, self)

    @property
    def balance_idr(self) -> int:
        """What is left of the deposit; what fails has its money back."""
        return self.deposit_idr - sum(entry.charged_idr for entry in self.ledger.values())

    def receive(self, order: Order) -> Entry:
        """A post arrived."""
        world = self._world
        entry = self.ledger.setdefault(order.trxid, Entry(order.trxid, order.product_code, order.destination))
        entry.posts += 1
        if world.disk.connection.execute("SELECT 1 FROM restores WHERE released_at_ms IS NULL").fetchone():
            world.violate("W9", f"{order.trxid} was posted before the admin had opened the counter")
        if entry.posts > 1:
            world.violate("I1", f"{order.trxid} was posted {entry.posts} times")
            return entry
        world.low_funds.look_at_post(order.trxid)
        if not world.products.fail(entry):
            self._draw_outcome(entry)
        if entry.refused:
            return entry
        entry.sn = f"{world.rng.randrange(10**16):016d}/BUDI, S/R1"
        self._plan_reports(entry)
        return entry

    def _draw_outcome(self, entry: Entry) -> None:
        world = self._world
        if world.strikes(world.plan.refused):
            entry.refused, entry.reason, entry.speaks_of_product = True, NO_ROUTE, True
            entry.outcome = Outcome.FAILURE
        else:
            entry.outcome = Outcome.FAILURE if world.strikes(world.plan.failed) else Outcome.SUCCESS

    def _plan_reports(self, entry: Entry) -> None:
        world, plan = self._world, self._world.plan
        if world.strikes(plan.never):
            return
        delay_s = 0.0 if world.strikes(plan.early) else world.rng.uniform(1, 90)
        if world.strikes(plan.contradicting):
            world.timeline.after(delay_s, lambda: self._contradict(entry))
            delay_s += 5
        outcomes = [entry.outcome]
        if world.strikes(plan.opposite):
            outcomes.append(Outcome.FAILURE if entry.outcome is Outcome.SUCCESS else Outcome.SUCCESS)
        for outcome in outcomes:
            self.report(entry, outcome, delay_s)
            if world.strikes(plan.twice):
                # Soon, or when an admin has long had the last word.
                again_s = world.rng.choice((world.rng.uniform(0, 200), world.rng.uniform(700, 1500)))
                self.report(entry, outcome, delay_s + again_s, repeated=True)
            delay_s += world.rng.uniform(0, 200)
        if world.strikes(plan.forged):
            world.timeline.after(world.rng.uniform(0, 30), lambda: self._forge(entry))

    def report(self, entry: Entry, outcome: Outcome, delay_s: float, *, repeated: bool = False) -> None:
        """Report a result after a while, again and again until it is taken; `repeated` although it was."""
        self.done_at_s = max(self.done_at_s, self._world.timeline.now_s + delay_s)
        for tries_s in (0.0, *RETRIES_S):
            repeat = repeated and tries_s == 0
            self._world.timeline.after(
                delay_s + tries_s, partial(self._report, entry, outcome, repeated=repeat)
            )

    def _report(self, entry: Entry, outcome: Outcome, *, repeated: bool) -> None:
        world = self._world
        if outcome in entry.stored and not repeated:
            return
        if world.is_restored and orders.get(SqliteTx(world.disk.connection), entry.trxid) is None:
            return  # the admin finds it in the biller's list
        entry.reported.add(outcome)

        def heard(verdict: ReversalResult) -> None:
            if verdict is not ReversalResult.STORED:
                world.violate("I4", f"a true report of {entry.trxid} was not taken")
            entry.stored.add(outcome)

        query = query_of(entry, outcome, balance_idr=self.balance_idr)
        world.call_reversal(query, heard)

    def _contradict(self, entry: Entry) -> None:
        entry.contradicted = True
        query = query_of(entry, Outcome.SUCCESS).replace(b"status=0", b"status=1")
        self._world.call_reversal(query, lambda _: None)

    def _forge(self, entry: Entry) -> None:
        """Somebody who found the path tries a wrong number, an unknown id and a doubled status."""
        outcome = self._world.rng.choice((Outcome.SUCCESS, Outcome.FAILURE))
        forged = self._world.rng.choice(
            (
                query_of(entry, outcome, destination="089999999999"),
                query_of(entry, outcome, trxid="99999999999999999"),
                query_of(entry, outcome) + b"&status=0",
                query_of(entry, outcome, product="zz9"),
            )
        )

        def heard(verdict: ReversalResult) -> None:
            if verdict is ReversalResult.STORED:
                self._world.violate("I10", f"a forged report of {entry.trxid} was taken")

        self._world.call_reversal(forged, heard)


def query_of(
    entry: Entry,
    outcome: Outcome,
    *,
    trxid: str = "",
    destination: str = "",
    product: str = "",
    balance_idr: int = OPENING_BALANCE_IDR,
) -> bytes:
    """Write a report as the biller's sheet shows it."""
    code, dest = product or entry.product, destination or entry.destination
    balance = f"Saldo: Rp{balance_idr:,}"
    if outcome is Outcome.SUCCESS:
        tail = f"{balance}, Harga: {FINAL_COST_IDR:,}, Tgl: 01/01"
        message = f"Transaksi {code}.{dest} SUKSES, SN: {entry.sn}, {tail}"
    else:
        why = f". {entry.reason}. " if entry.reason else ", "
        message = f"Transaksi {code}.{dest} GAGAL{why}{balance}, Tgl: 01/01 10:32:12"
    fields = {
        "status": "0" if outcome is Outcome.SUCCESS else "1",
        "refid": trxid or entry.trxid,
        "product": "banktrf",
        "qty": "1",
        "dest": dest,
        "message": message,
    }
    return urlencode(fields).encode()


class Line:
    """The submitter's biller: what `TrxClient` does over sockets, judged by the same functions."""

    def __init__(self, world: "World", life: "Life", biller: Biller) -> None:
        self._world = world
        self._life = life
        self._biller = biller

    def expect(self) -> None:
        pass

    async def buy(self, order: Order) -> Answer:
        """Post once; every fault of the network may strike, before and after the bytes left."""
        self._life.watch.begins(order.trxid)
        return self._life.watch.ends(order.trxid, await self._buy(order, self._world.outage))

    async def _buy(self, order: Order, outage: Outage | None) -> Answer:
        world, plan = self._world, self._world.plan
        await self._life.moment("before the post")
        if outage is Outage.SHUT or world.strikes(plan.not_sent):
            return classify_error(httpx.ConnectError("refused"))
        dark = outage is Outage.DARK
        if (dark and world.rng.random() < 0.5) or world.strikes(plan.bytes_lost):
            await self._wait(45)
            return classify_error(httpx.ReadTimeout("silence"))
        if not self._life.fence.is_leading():
            return classify_error(NotLeading())
        world.notice_post(self._life, order.trxid)
        entry = self._biller.receive(order)
        balance_idr = self._biller.balance_idr - (COST_IDR if entry.outcome is Outcome.FAILURE else 0)
        world.note(f"{order.trxid} reached the biller, which will say {entry.outcome}")
        await self._life.moment("after the post")
        await self._wait(world.rng.uniform(0.1, 3))
        if dark or world.strikes(plan.answer_lost):
            return classify_error(httpx.ReadError("reset"))
        if world.strikes(plan.answer_bad):
            status, body = world.rng.choice(BAD_ANSWERS)
            return read_response(status, body, order=order, user="u")
        answer = _answer(order, entry, balance_idr)
        return read_response(200, json.dumps(answer).encode(), order=order, user="u")

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._life.moment("waiting for the answer")


def _answer(order: Order, entry: Entry, balance_idr: int) -> dict[str, object]:
    common = {"user": "u", "kodeproduk": order.product_code, "tujuan": order.destination, "ftrxid": "2116"}
    what = f"Transaksi {order.product_code}.{order.destination}"
    if entry.refused:
        reason = f"{what} GAGAL {entry.reason}"
        return {**common, "total": 0, "status": False, "reason": reason}
    reason = f"{what} sedang diproses"
    return {**common, "total": COST_IDR, "status": True, "reason": reason, "saldo": str(balance_idr)}
