"""Looking up orders: by number, by Ref, page by page, and what days and months add up to."""

from collections.abc import Iterator

from bot.orders.events import Claimed, Refused, Succeeded
from bot.orders.model import FailureCause
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.scenes.results import PLN_SN
from tools.gallery.stage import RINA, Stage

DAY_S = 24 * 3_600


def play() -> Iterator[Scene]:
    """Order something on two days, and look it all up."""
    yield Scene(when="Nothing was ordered yet", did="riwayat", said=Stage(*GOODS).says("riwayat"))
    stage = _busy()
    number = "cek.081234567890"
    yield Scene(when="Several orders to a number", did=number, said=stage.says(number))
    yield Scene(when="One of them is tapped", said=stage.taps("1"))
    number = "cek 0857 1234 5678"
    yield Scene(when="The only order to a number", did=number, said=stage.says(number))
    yield Scene(when="No order to it", did="cek.081311112222", said=stage.says("cek.081311112222"))
    yield Scene(when="All of one's own", did="riwayat", said=stage.says("riwayat"))
    yield Scene(when="Older ones", said=stage.taps("Lebih lama"))
    for when, typed in (
        ("Today", "lap"),
        ("Yesterday", "lap kemarin"),
        ("This month", "rekap"),
        ("Days that cannot be read", "lap 45/13"),
        ("A file of some days", "lap 20/11-22/11 xlsx"),
    ):
        yield Scene(when=when, did=typed, said=stage.says(typed))
    ref = f"cek {stage.orders()[-1].trxid}"
    yield Scene(when="An admin looks up a Ref", did=ref, said=stage.says(ref, RINA))
    yield Scene(
        when="An admin's day: the whole shop, with what it cost", did="lap", said=stage.says("lap", RINA)
    )


def _busy() -> Stage:
    stage = Stage(*GOODS)
    stage.passes(-DAY_S)
    for number in range(6):
        stage.says(f"s10.08134455660{number}")
        stage.hears(Claimed(), Succeeded(sn=f"5120394800{number}", cost_idr=10_600))
    stage.passes(DAY_S - 600)
    stage.says("s5.081234567890")
    stage.hears(Claimed(), Succeeded(sn="51203948571", cost_idr=5_750))
    stage.says("s10.081234567890")
    stage.hears(
        Claimed(),
        Refused(reason="Produk tidak tersedia (ROUTE)", failure_cause=FailureCause.PRODUCT_UNAVAILABLE),
    )
    stage.says("pln20.14444941364")
    stage.hears(Claimed(), Succeeded(sn=PLN_SN, cost_idr=20_250))
    stage.says("i10.085712345678")
    stage.takes()
    return stage
