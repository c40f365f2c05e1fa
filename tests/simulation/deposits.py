"""Money that comes in by the ways of the program: tickets, the bank's reports, taps of two admins.

W7: what really arrived counts once, however often it is reported, confirmed and tapped.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

import zxingcpp
from PIL import Image

from bot.deposits.mutations import MutationPost
from bot.features.deposits.mutations import MutationResult
from bot.notices.buttons import Action
from storage.sqlite import SqliteTx
from tests.simulation.bank import (
    ACCOUNT,
    CROWDED,
    EARLIER_OWNER,
    MERCHANT_NUMBER,
    OTHER_NUMBERS,
    OWN_NUMBERS,
    SIGNING_KEY,
    TICKETS_IDR,
    UNUSED,
    BankService,
    crowd,
)
from tests.simulation.plan import TROUBLE_S

if TYPE_CHECKING:
    from tests.simulation.world import World

SECOND_ADMIN = 9002
MISPAID, UNREADABLE = 0.1, 0.1
OPEN = 1 / 2
"""How many of the worlds whose shops have a floor take deposits by these ways."""

CASH_IDR = (5_900, 20_000)
AGAIN_AFTER_S = 20.0
LATE_S = TROUBLE_S + 60.0
"""Some payments are reported only when all is calm; until then an admin's tap is all that credits them."""

RETYPE_AFTER_S = 120.0

Buttons = Mapping[Action, str]
"""The buttons of a message, with what a tap on each sends."""

ABOUT_DEPOSITS = frozenset(
    {
        *(Action.TICKET_CANCEL, Action.TICKET_PAID, Action.SUSPENSE_REJECT, Action.CONFIRM_ADD),
        *(Action.TICKET_CREDIT, Action.SUSPENSE_CREDIT, Action.CONFIRM_SUSPENSE_REJECT),
    }
)


@dataclass(slots=True)
class Transfer:
    """Money that a reseller sends to the bank account; `is_reported` once a report of it was answered."""

    ref: str
    owner_id: int
    amount_idr: int
    numbers: tuple[object, ...] = OWN_NUMBERS
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
        self.takes_qris = self.is_open and self._random.random() < 0.5
        self.is_crowded = self.is_open and self._random.random() < CROWDED
        self._service = BankService(self._random)
        self.transfers: dict[str, Transfer] = {}
        self.unreadable: set[str] = set()
        """The rows that nobody can read, of reports that were answered."""

        self._cards: dict[tuple[int, int], int] = {}
        """The cards of tickets in the admins' chats, by chat and exact amount."""

        self.cash: list[Cash] = []
        self._seen: set[tuple[int, int]] = set()
        self._planned_taps = 0

    def arrive(self) -> None:
        """Plan the day: who asks for tickets, and who brings cash."""
        if not self.is_open:
            return
        if self.is_crowded:
            crowd(SqliteTx(self._world.disk.connection), now_ms=self._world.now_ms())
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
        credited = sum(idr * count for (owner, idr), count in self.credited().items() if owner == owner_id)
        return credited + sum(cash.amount_idr for cash in self.cash if cash.owner_id == owner_id)

    def credited(self) -> Counter[tuple[int, int]]:
        """Return how often each owner was credited which amount: of equal ones any may be booked."""
        rows = self._world.disk.connection.execute(
            "SELECT owner_id, amount_idr FROM mutations JOIN shops USING (shop_id)"
            " WHERE state IN ('credited', 'linked')"
        )
        return Counter((owner_id, amount_idr) for owner_id, amount_idr in rows)

    def look_after_restore(self) -> None:
        """Have the service report again what it reported before: the disk may have lost it."""
        self.unreadable.clear()
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
            self._read_ticket(chat_id, text, buttons, tap)
        elif Action.TICKET_PAID in buttons:
            exact_idr, owner_id = (
                int(_found(r"Jumlah: (\d+)", text)),
                int(_found(r"Reseller: .* (\d+)", text)),
            )
            self._cards[chat_id, owner_id] = message_id
            for _ in range(self._random.randint(0, 2)):
                self._later(1, 300, partial(self._look_for_money, owner_id, exact_idr, tap))
        elif Action.TICKET_CREDIT in buttons:
            # Only money that was reported, and that the shop does not have yet.
            is_there = "Diambil dari uang masuk" in text and "sudah dikreditkan" not in text.partition("⚠️")[2]
            for _ in range(self._random.randint(1, 2)):
                tap(Action.TICKET_CREDIT if is_there else Action.CANCEL, 1, 20)
        elif Action.CONFIRM_ADD in buttons:
            tap(Action.CONFIRM_ADD, 1, 20)
            if self._random.random() < 0.6:
                tap(self._random.choice((Action.CONFIRM_ADD, Action.CONFIRM_ADD, Action.CANCEL)), 1, 20)
        elif Action.SUSPENSE_CREDIT in buttons:
            likely = (Action.CANCEL,) if "⚠️" in text else (Action.SUSPENSE_CREDIT,) * 4 + (Action.CANCEL,)
            for _ in range(self._random.randint(0, 2)):
                tap(self._random.choice(likely), 1, 20)
        elif Action.SUSPENSE_REJECT in buttons and self._random.random() < 0.4:
            self._later(1, 60, partial(self._name_owner, chat_id, message_id, text))
        return True

    def _name_owner(self, admin_id: int, card_id: int, text: str) -> None:
        """An admin finds whose money it is, by the bank's words, and replies to its card with the owner.

        Or to the card of the owner's ticket with the amount, unless another one may be meant.
        """
        transfer = self.transfers[_found(r"Berita: .*(m-\d+)", text)]
        equal = {t.owner_id for t in self.transfers.values() if t.amount_idr == transfer.amount_idr}
        ticket_card = self._cards.get((admin_id, transfer.owner_id))
        if ticket_card and len(equal) == 1 and self._random.random() < 0.5:
            self._world.people.say(admin_id, str(transfer.amount_idr), reply_to=ticket_card)
        else:
            self._world.people.say(admin_id, str(transfer.owner_id), reply_to=card_id)

    def look_at_picture(self, text: str, picture: bytes) -> None:
        """A reseller scans the code of a ticket: it must carry the amount of the ticket."""
        amount = _found(r"Bayar tepat: (\d+)", text)
        with Image.open(BytesIO(picture)) as image:
            found = zxingcpp.read_barcodes(image)
        if [f"54{len(amount):02d}{amount}" in code.text for code in found] != [True]:
            self._world.violate("W7", f"the code of {text!r} reads {[code.text for code in found]}")

    def _read_ticket(
        self, chat_id: int, text: str, buttons: Buttons, tap: Callable[[Action, float, float], None]
    ) -> None:
        """A reseller pays his ticket, or not, or twice, or a round sum, and may have cancelled it."""
        exact_idr = int(_found(r"Bayar tepat: (\d+)", text))
        if Action.TICKET_REPLACE in buttons and self._random.random() < 0.5:
            tap(Action.TICKET_REPLACE, 1, 30)
        if (chat_id, exact_idr) in self._seen:
            return
        self._seen.add((chat_id, exact_idr))
        numbers: tuple[object, ...] = OWN_NUMBERS if ACCOUNT.number in text else (MERCHANT_NUMBER,)
        payers = [chat_id] * self._random.choice((0, 1, 1, 1, 2))
        if self.is_crowded and TICKETS_IDR[0] < exact_idr < TICKETS_IDR[0] + 1_000 - UNUSED:
            payers.append(EARLIER_OWNER)
        for payer in payers:
            amount_idr = exact_idr if self._random.random() < 0.9 else exact_idr // 1_000 * 1_000
            number = f"m-{len(self.transfers) + 1}"
            is_mispaid = numbers is OWN_NUMBERS and self._random.random() < MISPAID
            transfer = Transfer(number, payer, amount_idr, OTHER_NUMBERS if is_mispaid else numbers)
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
        bank = " qris" if self.takes_qris and self._random.random() < 0.3 else ""
        self._world.people.say(owner_id, f"tiket {amount_idr}{bank}")

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
        rows = [self._service.row(other.ref, other.amount_idr, other.numbers) for other in reported]
        unreadable = f"odd-{self._random.randint(1, 3)}" if self._random.random() < UNREADABLE else ""
        if unreadable:
            row: dict[str, object] = {
                "id": unreadable,
                "mutation_id": unreadable,
                "type": "CR",
                "amount": "?",
            }
            rows.insert(self._random.randint(0, len(rows)), row)

        def heard(result: MutationResult) -> None:
            self._world.note(f"a report of {transfer.ref} is answered {result.name}")
            if result is not MutationResult.STORED:
                self._world.violate("W7", f"a report of {transfer.ref} was refused: {result.name}")
                return
            if unreadable:
                self.unreadable.add(unreadable)
            for other in reported:
                other.is_reported = True

        def again() -> None:
            if not transfer.is_reported:
                self._report(transfer)

        self._world.call_bank_report(self._signed(rows, SIGNING_KEY), heard)
        self._world.timeline.after(AGAIN_AFTER_S, again)
        if self._random.random() < 0.1:
            forged = self._signed(
                [self._service.row("forged", transfer.amount_idr, OWN_NUMBERS)], "another key"
            )
            self._world.call_bank_report(forged, lambda _: None)

    def _signed(self, rows: list[dict[str, object]], key: str) -> MutationPost:
        """Return a post of the service; its clock and that of the process agree here."""
        return self._service.signed(rows, key, at_ms=self._world.now_ms())

    def _look_for_money(
        self, owner_id: int, exact_idr: int, tap: Callable[[Action, float, float], None]
    ) -> None:
        """An admin confirms what the reseller has sent, and does not see whether somebody else did."""
        arrived = [t for t in self.transfers.values() if t.has_arrived and t.owner_id == owner_id]
        if any(t.amount_idr == exact_idr and t.numbers is not OTHER_NUMBERS for t in arrived):
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
