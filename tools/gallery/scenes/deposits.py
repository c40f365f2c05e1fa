"""Deposits: tickets, their confirmation, and money that does not fit them."""

from collections.abc import Iterator

from bot.deposits.mutations import MutationReport, Service, UnreadableRow
from bot.deposits.qris import Field, crc16
from bot.features.deposits.crediting import LATE_MS
from bot.features.deposits.suspense import keep_unreadable, take_mutation
from bot.features.deposits.tickets import TICKET_MS, end_ticket
from bot.notices.deposits import TicketState
from storage import deposits
from storage.mutations import StoredPost
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import RINA, SARI, Stage, messages_to


def merchant_code() -> str:
    """Return a static QRIS code of a merchant that does not exist."""
    fields = {
        "00": "01",
        "01": "11",
        "26": "0014ID.CO.CONTOH.WWW0118936009150000000000",
        "52": "5411",
        "53": "360",
        "58": "ID",
        "59": "LOKET CONTOH",
        "60": "JAKARTA",
    }
    body = "".join(str(Field(tag, value)) for tag, value in fields.items()) + "6304"
    return body + crc16(body)


def play() -> Iterator[Scene]:
    """Play tickets that are paid exactly, late, short, or not at all."""
    stage = Stage(*GOODS, floor_idr=0, qris=merchant_code())
    yield _said(stage, "Where to pay", "bank")
    yield _said(stage, "An amount below the least", "tiket 100")
    yield _said(stage, "A ticket", "tiket 100rb")
    yield _said(stage, "Another one while it is open", "tiket.200000")
    yield Scene(
        caption="A picture of the transfer is evidence, never a credit",
        messages=stage.send_picture(reply_to="TicketIssued"),
    )
    yield Scene(caption="The money is there: one tap", messages=stage.tap("Uang masuk", by=RINA))
    stage.send_text("dep.bca.50000")
    yield Scene(
        caption="Less was received: the admin replies with the amount",
        typed="48000",
        messages=stage.send_text("48000", by=RINA, reply_to="TicketCard"),
    )
    yield Scene(caption="Exactly that is credited", messages=stage.tap("Ya, kreditkan", by=RINA))
    stage.send_text("dep.bca.75000")
    yield Scene(
        caption="The reply is no amount",
        typed="sudah",
        messages=stage.send_text("sudah", by=RINA, reply_to="TicketCard"),
    )
    yield Scene(caption="No money was found", messages=stage.tap("Belum ada", by=RINA))
    stage.send_text("tiket 80000")
    yield _said(stage, "Cancelled", "batal tiket")
    yield _said(stage, "There is none to cancel", "batal tiket")
    yield from _late(stage)
    yield from _reported(Stage(*GOODS, floor_idr=0))


def _late(stage: Stage) -> Iterator[Scene]:
    stage.send_text("dep.bca.60000")
    stage.advance(TICKET_MS / 1000)
    unit = stage.context.begin(stage.tx, stage.now_ms)
    for ticket in deposits.due(stage.tx, now_ms=stage.now_ms, limit=1):
        end_ticket(unit, ticket, TicketState.EXPIRED)
    yield Scene(caption="Nobody paid in time", messages=messages_to(SARI, stage.new_messages()))
    stage.advance(LATE_MS / 1000)
    yield Scene(
        caption="A week later it is booked without the ticket",
        typed="60000",
        messages=stage.send_text("60000", by=RINA, reply_to="TicketClosed"),
    )


def _reported(stage: Stage) -> Iterator[Scene]:
    """Play money that a bank-mutation service reports."""
    stage.send_text("tiket 100000")
    ticket = deposits.open_of(stage.tx, 1)
    exact_idr = ticket.exact_idr if ticket else 0
    yield _report(stage, "A service reports the exact amount: credited without a tap", exact_idr)
    yield _report(stage, "It reports money that fits no ticket", 75_000)
    yield Scene(
        caption="The admin names no reseller",
        typed="@siapa",
        messages=stage.send_text("@siapa", by=RINA, reply_to="SuspenseCard"),
    )
    yield Scene(
        caption="The admin names the reseller",
        typed=str(SARI.user_id),
        messages=stage.send_text(str(SARI.user_id), by=RINA, reply_to="SuspenseCard"),
    )
    yield Scene(caption="One more tap credits it", messages=stage.tap("Ya, kreditkan", by=RINA))
    yield Scene(
        caption="An admin asks what is open", typed="/tiket", messages=stage.send_text("/tiket", by=RINA)
    )
    yield _report(stage, "It reports a part of a rupiah", None)
    stage.send_text("tiket 50000")
    ticket = deposits.open_of(stage.tx, 1)
    other = ticket.exact_idr if ticket else 0
    yield _report(stage, "The exact amount of a ticket on another account", other, account="xxxxxx4321")
    row = UnreadableRow(why="", summary='{"amount": "", "mutation_id": "a81", "type": "CR"}', text="")
    post = StoredPost(post_id=1, at_ms=stage.now_ms, service=Service.MOOTA, body="")
    keep_unreadable(stage.context.begin(stage.tx, stage.now_ms), post, (row,))
    yield Scene(caption="It reports a row that cannot be read", messages=stage.new_messages())


def _report(stage: Stage, caption: str, amount_idr: int | None, account: str = "1234567890") -> Scene:
    report = MutationReport(
        service_ref=str(stage.now_ms),
        amount_idr=amount_idr,
        account_number=account,
        description="TRSF E-BANKING CR" if amount_idr else "1234.56 BUNGA",
    )
    take_mutation(stage.context.begin(stage.tx, stage.now_ms), Service.MOOTA, report)
    return Scene(caption=caption, messages=stage.new_messages())


def _said(stage: Stage, caption: str, typed: str) -> Scene:
    return Scene(caption=caption, typed=typed, messages=stage.send_text(typed))
