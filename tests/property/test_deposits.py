"""Whatever is asked, tapped, replied and reported, in any order: each payment is credited at most once."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from bot.deposits.accounts import DepositAccount
from bot.deposits.mutations import MutationReport, Service
from bot.features.deposits.suspense import take_mutation
from bot.features.deposits.tickets import end_ticket
from bot.features.people import membership
from bot.handlers import callbacks, messages
from bot.notices.buttons import VIEW_ACTIONS, Action
from bot.notices.deposits import TicketState
from bot.unit_of_work import UnitOfWork, WorkContext
from bot.updates import ButtonPress, IncomingMessage, MessageKind
from storage import deposits
from storage.schema import migrate
from storage.sqlite import SqliteTx

SHOPS, ADMINS = (1001, 1002), (9001, 9002)
ACCOUNTS = (DepositAccount(bank="BCA", number="1234567890", holder="Sari"),)
START_MS = 1_790_000_000_000
STEPS = 150


class Card(Struct, frozen=True):
    """A message that the bot sent."""

    chat_id: int
    message_id: int
    kind: str


class Counter:
    """The bot on a database in memory, where every message arrives at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.tx = SqliteTx(connection)
        self.now_ms = START_MS
        self.numbers = count(1)
        self.context = WorkContext(
            admin_ids=ADMINS,
            zone=ZoneInfo("Asia/Jakarta"),
            nonce=lambda: f"nonce-{next(self.numbers)}",
            # Few amounts, so that they collide.
            random_suffix=lambda: next(self.numbers) % 3,
            reseller_floor_idr=0,
            deposit_accounts=ACCOUNTS,
        )
        membership.approve_configured(self.tx, SHOPS, now_ms=self.now_ms)
        self.cards: list[Card] = []

    def work(self) -> UnitOfWork:
        return self.context.begin(self.tx, self.now_ms)

    def say(self, text: str, by: int, *, reply_to: int | None = None) -> None:
        message = IncomingMessage(
            chat_id=by,
            is_private=True,
            thread_id=None,
            message_id=next(self.numbers),
            user_id=by,
            name=f"Name {by}",
            username=None,
            text=text,
            at_ms=self.now_ms,
            kind=MessageKind.WRITTEN,
            reply_to=reply_to,
        )
        messages.handle_message(self.work(), message)
        self.deliver()

    def tap(self, choice: int) -> None:
        """Tap one of the last buttons that were offered, used or not, as its owner or as some admin."""
        rows = self.all("SELECT nonce, owner_id, action FROM buttons ORDER BY rowid")
        if not rows:
            return
        nonce, owner_id, action = rows[-1 - choice % len(rows)]
        assert Action(action) not in VIEW_ACTIONS
        by = owner_id or ADMINS[choice % 2]
        press = ButtonPress(
            callback_id="1",
            chat_id=by,
            thread_id=None,
            message_id=1,
            user_id=by,
            name=f"Name {by}",
            data=nonce,
        )
        callbacks.handle_callback(self.work(), press)
        self.deliver()

    def reply(self, choice: int, text: str) -> None:
        """Reply to one of the bot's last messages, as its reader."""
        if self.cards:
            card = self.cards[-1 - choice % len(self.cards)]
            self.say(text, card.chat_id, reply_to=card.message_id)

    def report(self, ref: int, choice: int, amount_idr: int) -> None:
        """Report money: that of a ticket, or another amount; the id may have been reported before."""
        exact = [row[0] for row in self.all("SELECT exact_idr FROM tickets ORDER BY ticket_id DESC LIMIT 3")]
        amounts = [*exact, amount_idr]
        found = MutationReport(
            service_ref=str(ref),
            amount_idr=amounts[choice % len(amounts)],
            account_number=ACCOUNTS[0].number if ref % 5 else "999",
            description="",
        )
        take_mutation(self.work(), Service.MOOTA, found)
        self.deliver()

    def wait(self, hours: int) -> None:
        """Let time pass, and do what the worker does."""
        self.now_ms += hours * 3_600_000
        for ticket in deposits.due(self.tx, now_ms=self.now_ms, limit=100):
            end_ticket(self.work(), ticket, TicketState.EXPIRED)
        deposits.release(self.tx, now_ms=self.now_ms, limit=100)
        self.deliver()

    def deliver(self) -> None:
        waiting = self.all("SELECT outbox_id, chat_id, kind, edits FROM outbox WHERE state = 'waiting'")
        for outbox_id, chat_id, kind, edits in waiting:
            message_id = edits or next(self.numbers)
            self.connection.execute(
                "UPDATE outbox SET state = 'sent', message_id = ?, sent_at_ms = 1 WHERE outbox_id = ?",
                (message_id, outbox_id),
            )
            self.cards.append(Card(chat_id, message_id, kind))

    def all(self, statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.connection.execute(statement)]

    def one(self, statement: str) -> Any:
        return self.all(statement)[0][0]

    def check(self) -> None:
        """Check that the books tie, and that no payment is in them twice."""
        assert self.all("SELECT 1 FROM legs GROUP BY entry_id HAVING sum(amount_idr) <> 0") == []
        assert (
            self.all(
                "SELECT 1 FROM accounts WHERE shop_id > 0 AND balance_idr <>"
                " (SELECT coalesce(sum(amount_idr), 0) FROM legs WHERE legs.account_id = accounts.account_id)"
            )
            == []
        )
        credited = self.one("SELECT coalesce(sum(balance_idr), 0) FROM accounts WHERE kind = 'available'")
        reported = self.one("SELECT coalesce(sum(amount_idr), 0) FROM mutations WHERE state = 'credited'")
        tapped = self.one(
            "SELECT coalesce(sum(credited_idr), 0) FROM tickets LEFT JOIN mutations USING (mutation_id)"
            " WHERE tickets.state = 'confirmed' AND (mutation_id IS NULL OR mutations.state = 'linked')"
        )
        assert credited == reported + tapped
        in_suspense = self.one("SELECT coalesce(sum(amount_idr), 0) FROM mutations WHERE state = 'suspense'")
        booked = (
            "SELECT coalesce(sum(amount_idr), 0) FROM legs JOIN accounts USING (account_id) WHERE kind = '{}'"
        )
        assert self.one(booked.format("suspense")) == in_suspense
        assert -self.one(booked.format("deposits")) == credited + in_suspense
        assert self.all("SELECT 1 FROM mutations WHERE state = 'new'") == []
        confirmed = self.one("SELECT count(*) FROM tickets WHERE state = 'confirmed'")
        assert self.one("SELECT count(*) FROM entries WHERE source LIKE 'ticket:%'") == confirmed
        assert (
            self.all("SELECT 1 FROM tickets WHERE state = 'open' GROUP BY shop_id HAVING count(*) > 1") == []
        )


@contextmanager
def counter() -> Iterator[Counter]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection)
        connection.execute("BEGIN")
        yield Counter(connection)


def step(shop: Counter, chance: Random) -> None:
    """Do one thing at random; what was offered last is chosen most."""
    choice = min(chance.randrange(8), chance.randrange(8))
    match chance.choices(("say", "tap", "reply", "report", "wait"), (3, 5, 4, 3, 1))[0]:
        case "say":
            typed = chance.choice(["tiket 100000", "tiket 100000", "batal tiket"])
            shop.say(typed, chance.choice(SHOPS))
        case "tap":
            shop.tap(choice)
        case "reply":
            shop.reply(choice, chance.choice(["98000", "98000", "100001", "1001", "1002"]))
        case "report":
            shop.report(chance.randrange(40), choice, chance.choice([98_000, 98_000, 250_000]))
        case _:
            shop.wait(chance.choice([1, 12, 30, 100]))


@settings(max_examples=25, database=None)
@given(seed=st.integers(0, 1 << 32))
def test_each_payment_is_credited_at_most_once_and_the_books_tie(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - a walk, no secret
    with counter() as shop:
        for _ in range(STEPS):
            step(shop, chance)
            shop.check()


def test_the_steps_reach_every_end() -> None:
    """One walk by hand through report, suspense, reply and tap, so that the property is about something."""
    with counter() as shop:
        shop.say("tiket 100000", SHOPS[0])
        shop.report(1, 0, 1)
        shop.report(2, 0, 1)
        shop.say("tiket 100000", SHOPS[1])
        keyboards = [json.loads(str(row[0])) for row in shop.all("SELECT keyboard FROM outbox")]
        assert any(keyboards)
        card = next(card for card in reversed(shop.cards) if card.kind == "SuspenseCard")
        shop.say(str(SHOPS[1]), card.chat_id, reply_to=card.message_id)
        actions = [row[0] for row in shop.all("SELECT action FROM buttons ORDER BY rowid DESC")]
        shop.tap(actions.index(Action.SUSPENSE_CREDIT))
        shop.check()
        states = {row[0] for row in shop.all("SELECT state FROM mutations")}
        assert states == {"credited"}
        confirmed = shop.one("SELECT count(*) FROM tickets WHERE state = 'confirmed'")
        assert confirmed == len(SHOPS)
