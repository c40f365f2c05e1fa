"""What must hold of money that came in: W7 and W8, and W9 of reports after a restore."""

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from tests.simulation.bank import EARLIER_OWNER, OTHER_NUMBERS, TICKETS_IDR, UNUSED

if TYPE_CHECKING:
    from tests.simulation.invariants import Ledgers
    from tests.simulation.world import World

TOLD = re.compile(r"^Saldo: (-?Rp[\d.]+) ([+-]) (Rp[\d.]+) = (-?Rp[\d.]+)$", re.MULTILINE)


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


def nobody_is_credited_what_another_paid(world: "World", _: "Ledgers") -> None:
    """W7: a shop has no amount more often than its owner paid it."""
    paid = Counter((t.owner_id, t.amount_idr) for t in world.deposits.transfers.values() if t.has_arrived)
    for (owner_id, amount_idr), count in world.deposits.credited().items():
        if count > paid[owner_id, amount_idr]:
            world.violate("W7", f"{owner_id} was credited {amount_idr} and did not pay it so often")


def doubtful_money_waits_for_an_admin(world: "World", _: "Ledgers") -> None:
    """W7, W9: what came to another account, or after a restore, credits nobody by itself."""
    rows = world.disk.connection.execute(
        "SELECT service_ref FROM mutations"
        " WHERE state = 'linked' OR (state = 'credited' AND decided_by IS NULL)"
    ).fetchall()
    for (ref,) in rows:
        transfer = world.deposits.transfers.get(ref)
        if transfer and transfer.numbers is OTHER_NUMBERS:
            world.violate("W7", f"{ref} came to another account and was taken for that of a ticket")
    if world.is_restored:
        sql = (
            "SELECT service_ref FROM mutations WHERE state = 'credited' AND decided_by IS NULL AND at_ms >= ?"
        )
        late = [ref for (ref,) in world.disk.connection.execute(sql, (world.restored_at_ms,))]
        if late:
            world.violate("W9", f"{late} were credited by themselves after a restore")


def unused_amounts_are_drawn_first(world: "World", _: "Ledgers") -> None:
    """W7: an amount for which another shop may still pay is given out only when there is no other."""
    if not world.deposits.is_crowded:
        return
    sql = "SELECT exact_idr FROM tickets WHERE user_id <> ? AND requested_idr = ? ORDER BY ticket_id"
    drawn = [idr for (idr,) in world.disk.connection.execute(sql, (EARLIER_OWNER, TICKETS_IDR[0]))]
    if any(exact_idr < TICKETS_IDR[0] + 1_000 - UNUSED for exact_idr in drawn[:UNUSED]):
        world.violate("W7", f"{drawn} were drawn although others were unused")


def unreadable_rows_are_kept_and_told_once(world: "World", _: "Ledgers") -> None:
    """W7: what nobody can read refuses nothing else; the admins have it before them, once."""
    kept = {
        str(json.loads(body)["id"])
        for (body,) in world.disk.connection.execute("SELECT body FROM unreadable_mutations")
    }
    if missing := world.deposits.unreadable - kept:
        world.violate("W7", f"{missing} were answered and not kept")
    told = Counter(
        (chat_id, row)
        for chat_id, facts in world.disk.connection.execute(
            "SELECT chat_id, facts FROM outbox WHERE kind = 'MutationRowsUnreadable'"
        )
        for row in re.findall(r"odd-\d", facts)
    )
    for admin_id in world.admins:
        for row in kept:
            if told[admin_id, row] != 1:
                world.violate("W7", f"{admin_id} was told {told[admin_id, row]} times of {row}")


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
