"""Money that comes in by the ways of the program: tickets, the bank's reports, taps of two admins.

W7: what really arrived counts once, however often it is reported, confirmed and tapped.
"""

import hmac
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

from bot.deposits.accounts import DepositAccount
from bot.deposits.mutations import MutationPost
from bot.features.deposits.receiver import MutationResult
from bot.notices.buttons import Action
from tests.simulation.plan import TROUBLE_S

if TYPE_CHECKING:
    from tests.simulation.invariants import Ledgers
    from tests.simulation.world import World

SECOND_ADMIN = 9002
ACCOUNT = DepositAccount(bank="BCA", number="1234567890", holder="Loket")
SIGNING_KEY = "the key of operator and bank service"

OPEN = 1 / 2
"""How many of the worlds whose shops have a floor take deposits by these ways."""

TICKETS_IDR, CASH_IDR = (10_000, 30_000), (5_900, 20_000)
AGAIN_AFTER_S = 20.0
LATE_S = TROUBLE_S + 60.0
"""Some payments are reported only when all is calm; until then an admin's tap is all that credits them."""

RETYPE_AFTER_S = 120.0

Buttons = Mapping[Action, str]
"""The buttons of a message, with what a tap on each sends."""

ABOUT_DEPOSITS = frozenset(
    {
        *(Action.TICKET_CANCEL, Action.TICKET_PAID, Action.SUSPENSE_REJECT, Action.CONFIRM_ADD),
        *(Action.SUSPENSE_CREDIT, Action.CONFIRM_SUSPENSE_REJECT),
    }
)
TOLD = re.compile(r"^Saldo: (-?Rp[\d.]+) ([+-]) (Rp[\d.]+) = (-?Rp[\d.]+)$", re.MULTILINE)


@dataclass(slots=True)
class Transfer:
    """Money that a reseller sends to the bank account; `is_reported` once a report of it was answered."""

    ref: str
    owner_id: int
    amount_idr: int
    has_arrived: bool = False
    is_reported: bool = False


@dataclass(slots=True)
class Cash:
    """Money that a reseller hands to an admin, who enters it by `/tambah` with its number as the reason."""

    number: int
    owner_id: int
    amount_idr: int
    typed_at_s: float = 0.0

    @property
    def reason(self) -> str:
        return f"setor {self.number}"


class Deposits:
    """Resellers who pay, the bank, its service, and the admins; its draws are its own."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._random = Random(f"incoming {world.seed}")  # noqa: S311 - a seed must give the same story
        self.is_open = world.plan.floor_idr is not None and self._random.random() < OPEN
        self.transfers: dict[str, Transfer] = {}
        self.cash: list[Cash] = []
        self._seen: set[tuple[int, int]] = set()
        self._planned_taps = 0

    def arrive(self) -> None:
        """Plan the day: who asks for tickets, and who brings cash."""
        if not self.is_open:
            return
        for owner_id in self._world.people.resellers:
            for _ in range(self._random.randint(1, 2)):
                self._later(0, TROUBLE_S * 0.7, partial(self._ask_for_ticket, owner_id))
            if self._random.random() < 0.5:
                cash = Cash(len(self.cash) + 1, owner_id, self._random.choice(CASH_IDR))
                self.cash.append(cash)
                self._later(0, TROUBLE_S * 0.9, partial(self._type, cash))
        self._world.timeline.after(LATE_S + RETYPE_AFTER_S, self._type_again)

    @property
    def is_done(self) -> bool:
        """Return whether the books have everything that came in."""
        states = self.states()
        is_booked = all(states.get(ref) in ("credited", "linked", "suspense") for ref in self.transfers)
        return is_booked and self.entered().keys() >= {cash.reason for cash in self.cash}

    def states(self) -> dict[str, str]:
        """Return what the program made of each transfer that was reported."""
        rows = self._world.disk.connection.execute("SELECT service_ref, state FROM mutations")
        return {ref: state for ref, state in rows}  # noqa: C416 - a row is no pair

    def entered(self) -> Counter[str]:
        """Return how often the ledger has each reason of an adjustment."""
        sql = "SELECT reason FROM entries WHERE source LIKE 'adjustment:%'"
        return Counter(row["reason"] for row in self._world.disk.connection.execute(sql))

    def paid_in_idr(self, owner_id: int) -> int:
        """Return what a reseller has really paid in, without what stands in suspense."""
        states = self.states()
        own = [transfer for transfer in self.transfers.values() if transfer.owner_id == owner_id]
        credited = [t.amount_idr for t in own if t.has_arrived and states.get(t.ref) != "suspense"]
        return sum(credited) + sum(cash.amount_idr for cash in self.cash if cash.owner_id == owner_id)

    def look_after_restore(self) -> None:
        """Have the service report again what it reported before: the disk may have lost it."""
        for transfer in self.transfers.values():
            if transfer.has_arrived:
                transfer.is_reported = False
                self._later(1, 30, partial(self._report, transfer))

    def read(self, chat_id: int, message_id: int, text: str, buttons: Buttons) -> bool:
        """Act on a message about deposits; return False if it is about something else."""
        if not buttons.keys() & ABOUT_DEPOSITS:
            return chat_id == SECOND_ADMIN  # who leaves orders to the first
        tap = partial(self._tap, chat_id, message_id, buttons)
        if Action.TICKET_CANCEL in buttons:
            self._read_ticket(chat_id, int(_found(r"Bayar tepat: (\d+)", text)), buttons, tap)
        elif Action.TICKET_PAID in buttons:
            exact_idr = int(_found(r"Jumlah: (\d+)", text))
            for _ in range(self._random.randint(0, 2)):
                self._later(1, 300, partial(self._look_for_money, exact_idr, tap))
        elif Action.CONFIRM_ADD in buttons:
            tap(Action.CONFIRM_ADD, 1, 20)
            if self._random.random() < 0.6:
                tap(self._random.choice((Action.CONFIRM_ADD, Action.CONFIRM_ADD, Action.CANCEL)), 1, 20)
        elif Action.SUSPENSE_CREDIT in buttons:
            for _ in range(self._random.randint(0, 2)):
                tap(self._random.choice((Action.SUSPENSE_CREDIT,) * 4 + (Action.CANCEL,)), 1, 20)
        elif Action.SUSPENSE_REJECT in buttons and self._random.random() < 0.4:
            self._later(1, 60, partial(self._name_owner, chat_id, message_id, text))
        return True

    def _name_owner(self, admin_id: int, card_id: int, text: str) -> None:
        """An admin finds whose money it is, by the bank's words, and replies to its card with the owner."""
        transfer = self.transfers[_found(r"Berita: .*(m-\d+)", text)]
        self._world.people.say(admin_id, str(transfer.owner_id), reply_to=card_id)

    def _read_ticket(
        self, chat_id: int, exact_idr: int, buttons: Buttons, tap: Callable[[Action, float, float], None]
    ) -> None:
        """A reseller pays his ticket, or not, or twice, or a round sum, and may have cancelled it."""
        if Action.TICKET_REPLACE in buttons and self._random.random() < 0.5:
            tap(Action.TICKET_REPLACE, 1, 30)
        if (chat_id, exact_idr) in self._seen:
            return
        self._seen.add((chat_id, exact_idr))
        for _ in range(self._random.choice((0, 1, 1, 1, 2))):
            amount_idr = exact_idr if self._random.random() < 0.9 else exact_idr // 1_000 * 1_000
            transfer = Transfer(f"m-{len(self.transfers) + 1}", chat_id, amount_idr)
            self.transfers[transfer.ref] = transfer
            self._later(2, 150, partial(self._pay, transfer))
        drawn = self._random.random()
        if drawn < 0.2:
            self._later(1, 200, lambda: self._world.people.say(chat_id, "batal tiket"))
        elif drawn < 0.35:
            tap(Action.TICKET_CANCEL, 1, 200)
        elif drawn < 0.5:
            self._later(1, 200, partial(self._expire, chat_id, exact_idr))

    def _ask_for_ticket(self, owner_id: int) -> None:
        amount_idr = self._random.choice(TICKETS_IDR)
        if self._world.plan.restore:
            # Which amounts are taken is lost with the disk: no two shops may pay the same one then.
            amount_idr += 1_000 * (owner_id % 10)
        self._world.people.say(owner_id, f"tiket {amount_idr}")

    def _pay(self, transfer: Transfer) -> None:
        """The money is in the bank; its service reports it soon or late, once or several times."""
        world = self._world
        transfer.has_arrived = True
        world.note(f"{transfer.owner_id} transfers {transfer.amount_idr} as {transfer.ref}")
        at_s = self._random.uniform(0, 100)
        if self._random.random() < 0.4:
            at_s = max(at_s, world.seconds_until(LATE_S) + at_s / 2)
        for _ in range(self._random.randint(1, 3)):
            world.timeline.after(at_s + self._random.choice((0, 0, 30)), partial(self._report, transfer))

    def _report(self, transfer: Transfer) -> None:
        """Report a transfer, perhaps with an earlier one, again and again until it is answered."""
        known = [other for other in self.transfers.values() if other.has_arrived]
        reported = [transfer, *self._random.sample(known, self._random.randint(0, 1))]
        rows = [_row(other.ref, other.amount_idr) for other in reported]

        def heard(result: MutationResult) -> None:
            self._world.note(f"a report of {transfer.ref} is answered {result.name}")
            for other in reported:
                other.is_reported = other.is_reported or result is MutationResult.STORED

        def again() -> None:
            if not transfer.is_reported:
                self._report(transfer)

        self._world.call_bank_report(_signed(rows, SIGNING_KEY), heard)
        self._world.timeline.after(AGAIN_AFTER_S, again)
        if self._random.random() < 0.1:
            forged = _signed([_row("forged", transfer.amount_idr)], "another key")
            self._world.call_bank_report(forged, lambda _: None)

    def _look_for_money(self, exact_idr: int, tap: Callable[[Action, float, float], None]) -> None:
        """An admin confirms what is in the bank, and does not see whether somebody else did."""
        if any(t.has_arrived and t.amount_idr == exact_idr for t in self.transfers.values()):
            for _ in range(self._random.randint(1, 2)):
                tap(Action.TICKET_PAID, 0, 2)
        elif self._random.random() < 0.2:
            tap(Action.TICKET_ABSENT, 0, 2)

    def _expire(self, owner_id: int, exact_idr: int) -> None:
        """Half a day is over for a ticket: so long no world lives."""
        connection = self._world.disk.connection
        if connection.in_transaction:
            self._world.timeline.after(0.5, partial(self._expire, owner_id, exact_idr))
            return
        sql = "UPDATE tickets SET expires_at_ms = ? WHERE user_id = ? AND exact_idr = ? AND state = 'open'"
        connection.execute(sql, (self._world.now_ms(), owner_id, exact_idr))

    def _type(self, cash: Cash) -> None:
        cash.typed_at_s = self._world.timeline.now_s
        admin_id = self._random.choice(self._world.admins)
        self._world.people.say(admin_id, f"/tambah {cash.owner_id} {cash.amount_idr} {cash.reason}")

    def _type_again(self) -> None:
        """When all is quiet, an admin enters what he does not find in the ledger."""
        world, entered = self._world, self.entered()
        waiting = world.disk.connection.execute("SELECT 1 FROM outbox WHERE state = 'waiting'").fetchone()
        if not (waiting or world.telegram.has_unread() or self._planned_taps):
            for cash in self.cash:
                is_due = world.timeline.now_s - cash.typed_at_s >= RETYPE_AFTER_S
                if cash.reason not in entered and is_due:
                    self._type(cash)
        world.timeline.after(RETYPE_AFTER_S, self._type_again)

    def _tap(
        self, chat_id: int, message_id: int, buttons: Buttons, action: Action, from_s: float, until_s: float
    ) -> None:
        def tap() -> None:
            self._planned_taps -= 1
            self._world.people.tap(chat_id, message_id, action, buttons[action])

        self._planned_taps += 1
        self._later(from_s, until_s, tap)

    def _later(self, from_s: float, until_s: float, event: Callable[[], object]) -> None:
        self._world.timeline.after(self._random.uniform(from_s, until_s), event)


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1]


def _row(ref: str, amount_idr: int) -> dict[str, object]:
    return {"mutation_id": ref, "type": "CR", "amount": amount_idr, "description": f"TRSF {ref}"}


def _signed(rows: list[dict[str, object]], key: str) -> MutationPost:
    body = json.dumps(rows).encode()
    return MutationPost(body=body, moota_signature=hmac.new(key.encode(), body, sha256).hexdigest())


def what_arrived_counts_once(world: "World", _: "Ledgers") -> None:
    """W7: nothing is booked that did not arrive, and suspense holds what was credited to nobody."""
    states, transfers = world.deposits.states(), world.deposits.transfers
    for ref in states.keys() - transfers.keys():
        world.violate("W7", f"{ref} was booked and never arrived")
    expected_idr = sum(t.amount_idr for t in transfers.values() if states.get(t.ref) == "suspense")
    (found_idr,) = world.disk.connection.execute(
        "SELECT coalesce(sum(amount_idr), 0) FROM legs JOIN accounts USING (account_id)"
        " WHERE kind = 'suspense'"
    ).fetchone()
    if found_idr != expected_idr:
        world.violate("W7", f"suspense holds {found_idr}, what nobody was credited sums to {expected_idr}")
    (entered,) = world.disk.connection.execute(
        "SELECT count(*) FROM entries WHERE source LIKE 'ticket:%' OR source LIKE 'mutation:%:credit'"
    ).fetchone()
    booked = sum(state in ("credited", "linked") for state in states.values())
    if entered != booked:
        world.violate("W7", f"{booked} transfers were credited by {entered} entries")


def a_card_enters_once(world: "World", _: "Ledgers") -> None:
    """W7: however often the card of an adjustment is tapped, the ledger has it once."""
    for reason, count in world.deposits.entered().items():
        if count > 1:
            world.violate("W7", f"{reason!r} was entered {count} times")


def deposits_were_told_as_the_books_had_them(world: "World", _: "Ledgers") -> None:
    """W8: what a message says of money that came in is one of the entries of its shop."""
    for owner_id in world.people.resellers:
        rows = world.disk.connection.execute(
            "SELECT amount_idr, balance_after_idr FROM legs JOIN accounts USING (account_id)"
            " JOIN shops USING (shop_id) WHERE kind = 'available' AND owner_id = ?",
            (owner_id,),
        )
        moves = {(amount_idr, after_idr) for amount_idr, after_idr in rows}
        for message in world.telegram.chat(owner_id).told:
            if message.text.startswith(("✅ DEPOSIT MASUK", "💰 Saldo Anda")):
                line = TOLD.search(message.text)
                told = (_idr(line[3]), _idr(line[4])) if line else None
                if told not in moves:
                    world.violate("W8", f"{owner_id} was told {message.text!r}")


def _idr(text: str) -> int:
    return int(text.replace("Rp", "").replace(".", ""))
