"""Several orders in one message: one table that is updated as they change, and each result as a message."""

from collections.abc import Iterator

from bot.notices.placing import BatchSummary
from bot.orders.events import Claimed, Refused, Succeeded, Unclear
from bot.orders.model import FailureCause
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.scenes.results import PLN_SN
from tools.gallery.stage import SARI, Bubble, Stage, messages_to

LIST = """\
s5.081234567890
i10 0857-1234-5678
pln20.14444941364
s10.081298765432
x5.0812
s25.081211223344"""

BUSY = ("s5.081234567890", "i10.085712345678", "pln20.14444941364", "s10.081298765432", "s20.081211223344")
SNS = ("51203948571", "0425112614032871", PLN_SN, "51203948602")


def play() -> Iterator[Scene]:
    """Send a list and report its results."""
    stage = Stage(*GOODS)
    yield Scene(caption="Six lines at once", typed=LIST, messages=stage.send_text(LIST))
    first, second, third, fourth = (order.trxid for order in stage.orders())
    for trxid in (first, second, third):
        stage.accept(trxid)
    caption = "The first result: the table is updated, and the result is sent"
    yield Scene(caption=caption, messages=stage.apply(Succeeded(sn="51203948571"), trxid=first))
    stage.apply(Succeeded(sn=PLN_SN), trxid=third)
    stage.apply(Claimed(), Unclear(why="ReadTimeout"), trxid=fourth)
    messages = stage.apply(
        Refused(reason="Nomor tujuan salah", failure_cause=FailureCause.DESTINATION), trxid=second
    )
    table = tuple(bubble for bubble in messages if isinstance(bubble.notice, BatchSummary))
    yield Scene(caption="The table after the last result", messages=table)
    yield Scene(
        caption="When results come faster than Telegram allows: one list of all", messages=_merged_results()
    )
    yield Scene(
        caption="At the end of the day", typed="lap", messages=messages_to(SARI, stage.send_text("lap"))
    )


def _merged_results() -> tuple[Bubble, ...]:
    """Report results faster than Telegram lets a chat receive them."""
    stage = Stage(*GOODS)
    for text in BUSY:
        stage.send_text(text)
    *bought, refused = (order.trxid for order in stage.orders())
    for trxid in (*bought, refused):
        stage.accept(trxid)
    for trxid, sn in zip(bought, SNS, strict=True):
        stage.record(Succeeded(sn=sn), trxid=trxid)
    stage.record(Refused(reason="Nomor tujuan salah", failure_cause=FailureCause.DESTINATION), trxid=refused)
    return stage.new_messages()
