"""Compares the three ledgers of a batch: the biller's, the database, and the messages in the chats."""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import httpx

from bot.orders.model import Order, Outcome, State
from sandbox.biller.behaviour import Behaviour
from sandbox.biller.ledger import Entry
from sandbox.world import World
from storage import orders
from storage.books import check_books
from storage.sqlite import SqliteTx
from tests.acceptance.shop import RINA
from tests.lists import lines_in, notices_in
from tests.simulation import invariants, money
from tests.simulation.invariants import TITLES, Ledgers
from tests.simulation.life import ADMIN
from tests.simulation.people import Line, Wish

if TYPE_CHECKING:
    from sandbox.telegram.chats import Message
    from tests.simulation.world import World as SimulatedWorld

Place = tuple[int, int]

SHARED = (
    invariants.one_post_an_order,
    invariants.one_order_a_line,
    invariants.only_the_invited_order,
    invariants.no_result_without_evidence,
    invariants.no_needless_doubt,
    invariants.stored_reports_count,
    invariants.disputes_are_told_once,
    invariants.acknowledged_before_results,
    invariants.events_replay_to_the_same_orders,
    invariants.results_answer_the_right_message,
)
"""Invariants of the simulation that apply here without a change."""

CREDIT_IDR = 1_000_000_000
OF_MONEY = (
    money.money_is_where_the_operators_book_has_it,
    money.every_entry_is_of_one_event,
    money.no_floor_was_passed,
    money.balances_were_told_as_the_books_had_them,
    money.results_say_the_balance,
)

ENDS = (State.SUCCEEDED, State.FAILED)
FOR_ADMINS = (State.UNKNOWN, State.DISPUTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An order as it was typed."""

    destination: str
    update_id: int


@dataclass(frozen=True, slots=True)
class Lives:
    """The last message id of each chat at the end of each process, oldest first."""

    ends: list[dict[int, int]]

    def of(self, chat_id: int, message_id: int) -> int:
        """Return the number of the process that sent a message."""
        return sum(end[chat_id] < message_id for end in self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that is compared; `kills` of the processes were killed.

    `lives` is None where several processes ran at once: then each kill may double one message of a chat.
    """

    world: World
    database: Path
    asked: dict[Place, Asked]
    lives: Lives | None
    kills: int


def examine(evidence: Evidence) -> list[str]:
    """Compare the ledgers; return every broken promise."""
    with closing(sqlite3.connect(f"file:{evidence.database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        scene = _Scene(evidence, connection)
        # The scene has every attribute of the simulation's world that these invariants read.
        world = cast("SimulatedWorld", scene)
        ledgers = Ledgers(world)
        for invariant in (*SHARED, *OF_MONEY):
            invariant(world, ledgers)
        for check in (
            _one_post,
            _settled_and_notified,
            _duplicates_follow_a_kill,
            _intact_file,
            _books_tie,
            _no_violation,
        ):
            check(evidence, scene, ledgers)
    return scene.violations


def describe_orders(evidence: Evidence, violations: list[str]) -> list[str]:
    """Return the history at the biller, in the database and in chats of each order named in `violations`."""
    named = sorted({trxid for violation in violations for trxid in re.findall(r"\b\d{17}\b", violation)})
    with closing(sqlite3.connect(f"file:{evidence.database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        history = {trxid: orders.history(SqliteTx(connection), trxid) for trxid in named}
    lines: list[str] = []
    for trxid in named:
        lines += [f"{trxid} at the biller: {evidence.world.biller.entries.get(trxid)}"]
        lines += [f"  {e.at_ms} {e.actor}: {e.kind} {e.facts} -> {e.state_after}" for e in history[trxid]]
        lines += [
            f"  {message.at_ms} chat {chat_id} received message {message.id}: {message.text!r}"
            for chat_id in evidence.world.telegram.chats.chats
            for message in evidence.world.telegram.bot_messages(chat_id)
            if trxid in message.text
        ]
    return lines


def _one_post(evidence: Evidence, scene: "_Scene", _: Ledgers) -> None:
    for entry in evidence.world.biller.entries.values():
        if entry.posts > 1:
            scene.violate("I1", f"{entry.trxid} was posted {entry.posts} times")
        if not entry.sign_ok:
            scene.violate("sign", f"{entry.trxid} has a wrong signature")


def _settled_and_notified(evidence: Evidence, scene: "_Scene", ledgers: Ledgers) -> None:
    """I5, I6, I8: every order is final or in the admins' list, and its chat's last notice has its state."""
    listed = {order.trxid for order in orders.for_admins(SqliteTx(scene.disk.connection), limit=10_000)}
    cards = "\n".join(message.text for message in evidence.world.telegram.bot_messages(RINA))
    for order in ledgers.orders:
        titles = ledgers.told[order.trxid]
        if not titles or TITLES[titles[-1]] is not order.state:
            scene.violate("I8", f"{order.trxid} is {order.state}, its chat received {titles}")
        if order.state in FOR_ADMINS and (order.trxid not in listed or order.trxid not in cards):
            scene.violate("I6", f"{order.trxid} is {order.state} and no admin was notified")
        if order.state not in (*ENDS, *FOR_ADMINS):
            scene.violate("I6", f"{order.trxid} ends {order.state}")
        if order.state is State.SUCCEEDED and not _has_its_sn(evidence, order):
            scene.violate("I8", f"the SN of {order.trxid} was not sent in full")


def _has_its_sn(evidence: Evidence, order: Order) -> bool:
    entry = evidence.world.biller.entries[order.trxid]
    sns = [record.sn for record in entry.reversals if record.sn]
    texts = [m.text for m in evidence.world.telegram.bot_messages(order.chat_id)]
    alone = [text for text in texts if order.trxid in text]
    listed = [line for text in texts for line in lines_in(text) if order.trxid.endswith(line.tail)]
    return any(
        any(f"SN: {sn}\n" in text for text in alone) or any(line.what == f"SN {sn}" for line in listed)
        for sn in sns
    )


def _doubled_messages(messages: "list[Message]") -> int:
    """Return how many messages contain only notices that an earlier one had."""
    seen: set[str] = set()
    count = 0
    for message in messages:
        notices = set(notices_in(message.text))
        count += bool(notices) and notices <= seen
        seen |= notices
    return count


def _duplicates_follow_a_kill(evidence: Evidence, scene: "_Scene", _: Ledgers) -> None:
    """I7: only the last message of a killed process in a chat is sent again: it was not stored as sent."""
    if evidence.lives is None:
        for chat_id in evidence.world.telegram.chats.chats:
            sent = evidence.world.telegram.bot_messages(chat_id)
            doubled = _doubled_messages([message for message in sent if message.edited_at_ms is None])
            if doubled > evidence.kills:
                scene.violate("I7", f"chat {chat_id} received {doubled} messages twice")
        return
    for chat_id in evidence.world.telegram.chats.chats:
        sent = evidence.world.telegram.bot_messages(chat_id)
        messages = [message for message in sent if message.edited_at_ms is None]
        last = {evidence.lives.of(chat_id, message.id): message.id for message in sent}
        latest: dict[str, Message] = {}
        for message in messages:
            for notice in notices_in(message.text):
                before = latest.get(notice)
                life = evidence.lives.of(chat_id, before.id) if before else -1
                is_its_last = before is not None and before.id == last[life]
                is_later = life < evidence.lives.of(chat_id, message.id)
                if before and not (evidence.kills and is_its_last and is_later):
                    scene.violate("I7", f"chat {chat_id} received twice without a kill: {notice!r}")
                latest[notice] = message


def _intact_file(_: Evidence, scene: "_Scene", __: Ledgers) -> None:
    findings = [row[0] for row in scene.disk.connection.execute("PRAGMA integrity_check")]
    findings += [str(tuple(row)) for row in scene.disk.connection.execute("PRAGMA foreign_key_check")]
    if findings != ["ok"]:
        scene.violate("file", f"SQLite reports {findings}")


def _books_tie(_: Evidence, scene: "_Scene", __: Ledgers) -> None:
    for finding in check_books(SqliteTx(scene.disk.connection)).findings:
        scene.violate("W1-W4", finding.words)


def _no_violation(evidence: Evidence, scene: "_Scene", _: Ledgers) -> None:
    for violation in evidence.world.telegram.violations:
        scene.violate("Bot API", str(violation))


@dataclass(slots=True)
class _BotMessage:
    """A message of the bot in the format of the simulation."""

    text: str
    reply_to: int | None


@dataclass(slots=True)
class _Chat:
    chat_id: int
    told: list[_BotMessage]
    ambiguous: int = 0


@dataclass(slots=True)
class _Purchase:
    """An entry of the biller's ledger in the format of the simulation."""

    refused: bool
    reported: set[Outcome]
    stored: set[Outcome]


@dataclass(slots=True)
class _Disk:
    connection: sqlite3.Connection


@dataclass(slots=True)
class _Biller:
    ledger: dict[str, _Purchase]


@dataclass(slots=True)
class _Telegram:
    chats: dict[int, _Chat]
    confirmed: set[int]

    def chat(self, chat_id: int) -> _Chat:
        return self.chats[chat_id]


@dataclass(slots=True)
class _People:
    orders: dict[Line, Wish]
    taps: dict[Place, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Plan:
    floor_idr: int | None = -CREDIT_IDR


@dataclass(frozen=True, slots=True)
class _Products:
    """No product closes by itself here."""

    is_watched: bool = False


@dataclass(frozen=True, slots=True)
class _NoMoney:
    """Nobody pays in here: orders are placed on credit."""

    def paid_in_idr(self, _: int) -> int:
        return 0


@dataclass(slots=True)
class _Scene:
    """The sandbox's world and a real file in the format of the simulation's invariants."""

    disk: _Disk
    biller: _Biller
    telegram: _Telegram
    people: _People
    crashes: int
    plan: _Plan
    products: _Products
    operator: _NoMoney
    deposits: _NoMoney
    admins: tuple[int, ...]
    violations: list[str] = field(default_factory=list)

    def __init__(self, evidence: Evidence, connection: sqlite3.Connection) -> None:
        telegram = evidence.world.telegram
        waiting = {update.id for update in telegram.updates.waiting}
        typed = {
            (*place, 1): Wish(asked.destination, asked.update_id) for place, asked in evidence.asked.items()
        }
        self.disk = _Disk(connection)
        self.biller = _Biller({t: _purchase(entry) for t, entry in evidence.world.biller.entries.items()})
        self.telegram = _Telegram(
            chats={
                chat_id: _Chat(chat_id, _bot_messages(evidence.world, chat_id))
                for chat_id in telegram.chats.chats
            },
            confirmed={asked.update_id for asked in evidence.asked.values()} - waiting,
        )
        self.people = _People(typed)
        self.crashes = evidence.kills
        self.plan, self.products, self.admins = _Plan(), _Products(), (ADMIN,)
        self.operator = self.deposits = _NoMoney()
        self.violations = []

    def violate(self, invariant: str, what: str) -> None:
        self.violations.append(f"{invariant}: {what}")


def _bot_messages(world: World, chat_id: int) -> list[_BotMessage]:
    return [
        _BotMessage(message.text, message.reply_to.id if message.reply_to else None)
        for message in world.telegram.bot_messages(chat_id)
    ]


def _purchase(entry: Entry) -> _Purchase:
    outcomes = {"0": Outcome.SUCCESS, "1": Outcome.FAILURE}
    # A report that contradicts itself has no outcome.
    records = [] if entry.behaviour is Behaviour.CONTRADICTING else entry.reversals
    return _Purchase(
        refused=entry.reason is not None,
        reported={outcomes[record.status] for record in records},
        stored={outcomes[record.status] for record in records if record.http_status == httpx.codes.OK},
    )
