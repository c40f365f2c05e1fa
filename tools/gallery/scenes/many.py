"""Several orders in one message: one table that is rewritten as they move, and each result pushed."""

from collections.abc import Iterator

from bot.notices.placing import BatchSummary
from bot.orders.events import Claimed, Refused, Succeeded, Unclear
from bot.orders.model import FailureCause
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.scenes.results import PLN_SN
from tools.gallery.stage import SARI, Bubble, Stage, to

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
    """Send a list and let its results come in."""
    stage = Stage(*GOODS)
    yield Scene(when="Six lines at once", did=LIST, said=stage.says(LIST))
    first, second, third, fourth = (order.trxid for order in stage.orders())
    for trxid in (first, second, third):
        stage.takes(trxid)
    when = "The first result: the table moves, and the result is pushed"
    yield Scene(when=when, said=stage.hears(Succeeded(sn="51203948571"), trxid=first))
    stage.hears(Succeeded(sn=PLN_SN), trxid=third)
    stage.hears(Claimed(), Unclear(why="ReadTimeout"), trxid=fourth)
    said = stage.hears(
        Refused(reason="Nomor tujuan salah", failure_cause=FailureCause.DESTINATION), trxid=second
    )
    table = tuple(bubble for bubble in said if isinstance(bubble.notice, BatchSummary))
    yield Scene(when="The table when the last result is in", said=table)
    yield Scene(when="When Telegram slows the chat down: one list for all that waits", said=_behind())
    yield Scene(when="At the end of the day", did="lap", said=to(SARI, stage.says("lap")))


def _behind() -> tuple[Bubble, ...]:
    """Let results come in faster than Telegram lets a chat be told."""
    stage = Stage(*GOODS)
    for text in BUSY:
        stage.says(text)
    *bought, refused = (order.trxid for order in stage.orders())
    for trxid in (*bought, refused):
        stage.takes(trxid)
    for trxid, sn in zip(bought, SNS, strict=True):
        stage.is_told(Succeeded(sn=sn), trxid=trxid)
    stage.is_told(Refused(reason="Nomor tujuan salah", failure_cause=FailureCause.DESTINATION), trxid=refused)
    return stage.looks()
