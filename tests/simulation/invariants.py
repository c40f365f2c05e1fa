"""I1 to I12: the biller's ledger, our database and what the chats were told, compared at a seed's end."""

import json
import re
from collections import Counter
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from msgspec.structs import fields, replace

from bot.grammar.period import day_of
from bot.orders.model import Order, Outcome, State
from bot.orders.states import decide
from bot.purchasing.totals import mismatches
from storage import orders
from storage.codec import from_row
from storage.sqlite import SqliteTx
from tests.lists import Told, lines_in
from tests.simulation import money
from tests.simulation.announcements import (
    announcements_come_once,
    announcements_end_with_true_figures,
)
from tests.simulation.life import JAKARTA
from tests.simulation.low_funds import low_funds_hold_and_release
from tests.simulation.people import STRANGER, Line
from tests.simulation.products import a_product_closes_only_for_its_failures

if TYPE_CHECKING:
    from tests.simulation.world import World

TITLES = {
    "DIPROSES": None,
    "ANTRE": None,
    "MASIH DIPROSES": None,
    "BELUM PASTI": State.UNKNOWN,
    "SUKSES": State.SUCCEEDED,
    "GAGAL": State.FAILED,
    "TIDAK DIPROSES": State.EXPIRED,
    "HASIL BERUBAH": State.DISPUTED,
}
"""The first words of each notice of an order, and the state it tells."""

_NOTICE = re.compile(r"^\S+ (?P<title>[A-Z ]+?) s5\.(?:\d{1,2}\.)?(?P<dest>\d+)$")


class Ledgers:
    """The three ledgers, side by side."""

    def __init__(self, world: "World") -> None:
        self.world = world
        tx = SqliteTx(world.disk.connection)
        rows = world.disk.connection.execute("SELECT * FROM orders ORDER BY trxid").fetchall()
        self.orders = [from_row(Order, row) for row in rows]
        self.history = {order.trxid: orders.history(tx, order.trxid) for order in self.orders}
        self.told = {order.trxid: self._told(order) for order in self.orders}
        firsts = world.disk.connection.execute("SELECT trxid, min(event_id) FROM order_events GROUP BY trxid")
        self.place_of: dict[str, int] = dict(firsts)

    def _told(self, order: Order) -> list[str]:
        """Return the titles that the order's chat read about it, in order."""
        titles = []
        for message in self.world.telegram.chat(order.chat_id).told:
            lines = message.text.split("\n")
            found = _NOTICE.match(lines[0])
            if found and found["dest"] == order.destination and f"Ref {order.trxid}" in lines[-1]:
                titles.append(found["title"])
            titles += [line.title for line in lines_in(message.text) if _is_of(line, order)]
        return titles


def _is_of(line: Told, order: Order) -> bool:
    return line.destination == order.destination and order.trxid.endswith(line.tail)


def examine(world: "World") -> None:
    """Hold every invariant against the ledgers."""
    ledgers = Ledgers(world)
    world.operator.look()
    for of_books in money.OF_THE_BOOKS:
        of_books(world, ledgers)
    if world.is_restored:
        # What the disk has lost, the others know: the promises of a whole memory do not hold.
        return
    for invariant in (
        *money.OF_WHAT_WAS_TOLD,
        one_post_an_order,
        one_order_a_line,
        the_same_is_bought_once,
        tables_end_true,
        only_the_invited_order,
        no_result_without_evidence,
        no_needless_doubt,
        stored_reports_count,
        everything_ends_told,
        copies_are_bounded,
        disputes_are_told_once,
        acknowledged_before_results,
        afterwards_nothing_waits,
        the_audit_finds_nothing,
        the_balance_does_not_drift,
        events_replay_to_the_same_orders,
        totals_are_sums_of_orders,
        results_answer_the_right_message,
        announcements_come_once,
        announcements_end_with_true_figures,
        a_product_closes_only_for_its_failures,
        low_funds_hold_and_release,
    ):
        invariant(world, ledgers)


def totals_are_sums_of_orders(world: "World", ledgers: Ledgers) -> None:
    """T1: the totals of each day and month are the sums over their orders, wherever the worker is."""
    tx, zone = SqliteTx(world.disk.connection), JAKARTA
    for day in {day_of(order.placed_at_ms, zone) for order in ledgers.orders}:
        for name in mismatches(tx, zone, day):
            world.violate("T1", f"the totals differ from the orders: {name}")


def one_post_an_order(world: "World", ledgers: Ledgers) -> None:
    """I1: at most one post a trxid (counted as they arrive), and a line of a message."""
    posted = Counter(line_of(order) for order in ledgers.orders if order.trxid in world.biller.ledger)
    for line, count in posted.items():
        if count > 1:
            world.violate("I1", f"line {line} was bought {count} times")
    for trxid in world.biller.ledger.keys() - {order.trxid for order in ledgers.orders}:
        world.violate("I1", f"{trxid} was posted and is not in the database")


def line_of(order: Order) -> Line:
    """Return where an order was asked."""
    return (order.chat_id, order.message_id, order.line)


def one_order_a_line(world: "World", ledgers: Ledgers) -> None:
    """I2: every line that Telegram was told we have has one order for its number, unless it repeats one."""
    made = {line_of(order): order for order in ledgers.orders}
    wanted = Counter((chat_id, wish.destination) for (chat_id, _, _), wish in world.people.orders.items())
    for line, wish in world.people.orders.items():
        is_refused = wanted[line[0], wish.destination] > 1 or _was_refused(world, line, wish.destination)
        if wish.update_id in world.telegram.confirmed and line not in made and not is_refused:
            world.violate("I2", f"line {line} was taken and has no order")
        if line in made and made[line].destination != wish.destination:
            world.violate("I2", f"line {line} asked for {wish.destination}")


def the_same_is_bought_once(world: "World", ledgers: Ledgers) -> None:
    """The same again is not bought while an earlier one may have been; once that has failed, it is.

    Without an ordinal an order is the same as any, with one as that one alone.
    """
    orders_of: dict[tuple[int, str], list[Order]] = {}
    for order in ledgers.orders:
        orders_of.setdefault((order.user_id, order.destination), []).append(order)
    for what, found in orders_of.items():
        for earlier, later in combinations(sorted(found, key=lambda order: ledgers.place_of[order.trxid]), 2):
            if later.ordinal not in (1, earlier.ordinal):
                continue
            if _stood(world, earlier, ledgers.place_of[later.trxid]) not in (State.FAILED, State.EXPIRED):
                world.violate("repeat", f"{what} was bought again as {later.trxid}")
    bought = {(order.chat_id, order.destination) for order in ledgers.orders}
    for line, wish in world.people.orders.items():
        chat_id, message_id, _ = line
        if (chat_id, wish.destination) in bought or _was_refused(world, line, wish.destination):
            continue
        if wish.update_id in world.telegram.confirmed:
            world.violate("repeat", f"{wish.destination} of message {message_id} was never bought")

    for chat in world.telegram.chats.values():
        for message in chat.told:
            if message.text.startswith(("↩️ ❌", "↩️ ⌛")):
                world.violate("repeat", f"chat {chat.chat_id} was refused for one that came to nothing")


def _was_refused(world: "World", line: Line, destination: str) -> bool:
    """Return whether a line was answered, alone or in a table, that nothing can be bought.

    The balance is too low, or the product has closed by itself.
    """
    chat_id, message_id, number = line
    answers = [m.text for m in world.telegram.chat(chat_id).told if m.reply_to == message_id]
    alone, rows = [f"💳 SALDO TIDAK CUKUP s5.{destination}\n"], [f"\n{number}. 💳 "]
    if world.products.is_watched:
        alone.append("🚫 s5 Pulsa 5 sedang gangguan")
        rows.append(f"\n{number}. 🚫 ")
    return any(text.startswith(tuple(alone)) or any(row in text for row in rows) for text in answers)


def _stood(world: "World", order: Order, event_id: int) -> State:
    """Return how an order stood when an event was kept: by the order of commits, since clocks may jump."""
    sql = "SELECT state_after FROM order_events WHERE trxid = ? AND event_id < ? ORDER BY event_id DESC"
    return State(world.disk.connection.execute(sql, (order.trxid, event_id)).fetchone()[0])


def only_the_invited_order(world: "World", ledgers: Ledgers) -> None:
    """Nobody gets in: every order belongs to a line, or to a tap, of a reseller that asked for it."""
    for order in ledgers.orders:
        typed = line_of(order) in world.people.orders
        tapped = world.people.taps.get((order.chat_id, order.message_id)) == order.destination
        if not (typed or tapped) or order.user_id == STRANGER:
            world.violate("door", f"{order.trxid} was asked by nobody")


def tables_end_true(world: "World", ledgers: Ledgers) -> None:
    """The table of a message with several orders, as it stands at last, shows how each of them ended."""
    marks = {State.SUCCEEDED: "✅", State.FAILED: "❌", State.EXPIRED: "⌛"}
    batches = world.disk.connection.execute("SELECT chat_id, message_id FROM batches").fetchall()
    for chat_id, message_id in batches:
        told = [m for m in world.telegram.chat(chat_id).told if m.reply_to == message_id and "📋" in m.text]
        if not told:
            world.violate("table", f"message {message_id} in chat {chat_id} was never answered with a table")
            continue
        for order in ledgers.orders:
            if (order.chat_id, order.message_id) != (chat_id, message_id):
                continue
            row = f"{order.line}. {marks.get(order.state)} s5.{order.destination}"
            if row not in told[-1].text:
                world.violate("table", f"{order.trxid} is {order.state}, its table says {told[-1].text!r}")


def no_result_without_evidence(world: "World", ledgers: Ledgers) -> None:
    """I3: an order moves by the biller's words only as far as the biller said them; GAGAL needs a word."""
    for order in ledgers.orders:
        entry = world.biller.ledger.get(order.trxid)
        reported = entry.reported if entry else set()
        kinds = {event.kind for event in ledgers.history[order.trxid]}
        invented = (
            ("Failed" in kinds and Outcome.FAILURE not in reported)
            or ("Succeeded" in kinds and Outcome.SUCCESS not in reported)
            or ("Refused" in kinds and not (entry and entry.refused))
        )
        if invented:
            world.violate("I3", f"{order.trxid} moved by {kinds}, the biller said {reported}")
        if "GAGAL" in ledgers.told[order.trxid] and not kinds & {"Failed", "Refused", "Resolved"}:
            world.violate("I3", f"{order.trxid} was told GAGAL without evidence")


def no_needless_doubt(world: "World", ledgers: Ledgers) -> None:
    """Without a power cut no answer gets lost between the biller and the disk, however full that was."""
    for order in ledgers.orders:
        lost = any(
            event.actor in ("watchdog", "start") and event.kind == "Unclear"
            for event in ledgers.history[order.trxid]
        )
        if lost and not world.crashes:
            world.violate("doubt", f"the answer to {order.trxid} was lost without a power cut")


def stored_reports_count(world: "World", ledgers: Ledgers) -> None:
    """I4: a report that was answered 200 is in the database."""
    for order in ledgers.orders:
        entry = world.biller.ledger.get(order.trxid)
        stored = entry.stored if entry else set()
        if (Outcome.SUCCESS in stored and not order.success_reported) or (
            Outcome.FAILURE in stored and not order.failure_reported
        ):
            world.violate("I4", f"a stored report of {order.trxid} is not in the database")


def everything_ends_told(world: "World", ledgers: Ledgers) -> None:
    """I5, I6, I8: every order ends, and what its chat heard last is its state, with its SN."""
    for order in ledgers.orders:
        told = ledgers.told[order.trxid]
        last = TITLES.get(told[-1]) if told else None
        if order.state not in (State.SUCCEEDED, State.FAILED, State.EXPIRED):
            world.violate("I6", f"{order.trxid} ends {order.state}")
        elif last is not order.state:
            world.violate("I8", f"{order.trxid} is {order.state}, its chat heard last {told[-1:]}")
        entry = world.biller.ledger.get(order.trxid)
        if order.state is State.SUCCEEDED and order.success_reported and entry:
            texts = [m.text for m in world.telegram.chat(order.chat_id).told]
            alone = any(order.trxid in text and f"SN: {entry.sn}\n" in text for text in texts)
            listed = [line for text in texts for line in lines_in(text) if _is_of(line, order)]
            if not alone and not any(line.what == f"SN {entry.sn}" for line in listed):
                world.violate("I8", f"the SN of {order.trxid} was not told whole")


def copies_are_bounded(world: "World", ledgers: Ledgers) -> None:
    """I7: a copy of a message exists only where Telegram's answer was lost or the power went."""
    for order in ledgers.orders:
        chat = world.telegram.chat(order.chat_id)
        allowed = 1 + chat.ambiguous + world.crashes
        for title, count in Counter(ledgers.told[order.trxid]).items():
            moves = _moves_into(ledgers, order, title)
            if count > moves * allowed:
                world.violate("I7", f"{order.trxid} was told {title} {count} times, {moves} moves, {allowed}")


def _moves_into(ledgers: Ledgers, order: Order, title: str) -> int:
    """Return how often the order's history gave reason to tell `title`."""
    state = TITLES[title]
    history = ledgers.history[order.trxid]
    moves, before = 0, None
    for event in history:
        moves += event.state_after is state and (before is not state or event.kind == "Succeeded")
        before = event.state_after
    return max(1, moves)


def disputes_are_told_once(world: "World", ledgers: Ledgers) -> None:
    """I9: opposite results make the order disputed, and the chat hears of it."""
    for order in ledgers.orders:
        states = [event.state_after for event in ledgers.history[order.trxid]]
        disputes = sum(a is not b and b is State.DISPUTED for a, b in pairwise(states))
        disputed = disputes > 0
        if disputes > 1:
            world.violate("I9", f"{order.trxid} was disputed {disputes} times")
        both = order.success_reported and order.failure_reported
        if both and not disputed:
            world.violate("I9", f"{order.trxid} heard both results and was never disputed")
        if disputed != ("HASIL BERUBAH" in ledgers.told[order.trxid]):
            world.violate("I9", f"{order.trxid}: disputed is {disputed}, told {ledgers.told[order.trxid]}")


def acknowledged_before_results(world: "World", ledgers: Ledgers) -> None:
    """I11: no acknowledgement comes after a result."""
    for order in ledgers.orders:
        told = ledgers.told[order.trxid]
        results = [index for index, title in enumerate(told) if TITLES[title] is not None]
        acknowledged = [index for index, title in enumerate(told) if title in ("DIPROSES", "ANTRE")]
        if results and acknowledged and min(results) < max(acknowledged):
            world.violate("I11", f"{order.trxid} was acknowledged after its result: {told}")


def afterwards_nothing_waits(world: "World", ledgers: Ledgers) -> None:
    """When the biller has long been back, an order's turn comes at once, and nobody is told to wait."""
    for order in ledgers.orders:
        if (order.chat_id, order.message_id) not in world.people.asked_afterwards:
            continue
        placed, *moves = ledgers.history[order.trxid]
        is_late = not moves or moves[0].at_ms - placed.at_ms > 10_000
        if is_late or "ANTRE" in ledgers.told[order.trxid]:
            world.violate("breaker", f"{order.trxid} waited although the biller was back")


def the_audit_finds_nothing(world: "World", ledgers: Ledgers) -> None:
    """Whatever misfortune there is, the books agree with themselves: an alarm would be a false one."""
    for (facts,) in world.disk.connection.execute("SELECT facts FROM outbox WHERE kind = 'AuditFinding'"):
        world.violate("audit", f"a false alarm: {facts}")


def the_balance_does_not_drift(world: "World", ledgers: Ledgers) -> None:
    """The biller here takes no fee: an alarm would be a false one, unless it failed what it had sold."""
    if any(entry.reported - {entry.outcome} for entry in world.biller.ledger.values()):
        return
    if world.low_funds.is_drawn:
        return  # between a top-up and its note the balance is another than is known
    for (facts,) in world.disk.connection.execute("SELECT facts FROM outbox WHERE kind = 'BillerDrift'"):
        world.violate("drift", f"a false alarm: {facts}")


def events_replay_to_the_same_orders(world: "World", ledgers: Ledgers) -> None:
    """I12: the row is what its events add up to."""
    for order in ledgers.orders:
        first, *rest = ledgers.history[order.trxid]
        replayed = _placed(json.loads(first.facts))
        for recorded in rest:
            assert recorded.event is not None
            replayed = decide(replayed, recorded.event, recorded.at_ms).order
        if replayed != order:
            differing = [f.name for f in fields(order) if getattr(order, f.name) != getattr(replayed, f.name)]
            world.violate("I12", f"{order.trxid} replays differently in {differing}")


def _placed(facts: dict[str, object]) -> Order:
    return replace(Order(**facts), state=State(facts["state"]))  # type: ignore[arg-type]


def results_answer_the_right_message(world: "World", ledgers: Ledgers) -> None:
    """The right chat: nobody reads of another's order, and a reply answers the message that asked."""
    places = {order.trxid: (order.chat_id, order.message_id) for order in ledgers.orders}
    for chat in world.telegram.chats.values():
        if chat.chat_id in world.admins:
            continue
        for message in chat.told:
            for trxid in re.findall(r"Ref (\d{17})", message.text):
                chat_id, message_id = places.get(trxid, (None, None))
                if chat_id != chat.chat_id:
                    world.violate("chat", f"chat {chat.chat_id} read of {trxid}")
                elif message.reply_to not in (None, message_id) and not message.text.startswith("↩️"):
                    world.violate("chat", f"{trxid} was told under message {message.reply_to}")
            own = [order for order in ledgers.orders if order.chat_id == chat.chat_id]
            for line in lines_in(message.text):
                if not any(_is_of(line, order) for order in own):
                    world.violate("chat", f"chat {chat.chat_id} read of {line}")
