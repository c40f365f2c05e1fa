"""Looking up orders: by number, by Ref, page by page, and reports of days and months."""

from collections.abc import Iterator

from bot.notices.recaps import DailyRecap
from bot.orders.events import Claimed, Refused, Succeeded
from bot.orders.model import FailureCause
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.scenes.results import PLN_SN
from tools.gallery.stage import RINA, SARI, Stage

DAY_S = 24 * 3_600
TODAY = "20261122-20261122"


def play() -> Iterator[Scene]:
    """Order on two days, and look up the orders."""
    yield Scene(caption="No orders yet", typed="riwayat", messages=Stage(*GOODS).send_text("riwayat"))
    stage = _busy_stage()
    number = "cek.081234567890"
    yield Scene(caption="Several orders to a number", typed=number, messages=stage.send_text(number))
    yield Scene(caption="One of them is tapped", messages=stage.tap("1"))
    number = "cek 0857 1234 5678"
    yield Scene(caption="The only order to a number", typed=number, messages=stage.send_text(number))
    yield Scene(
        caption="No order to a number", typed="cek.081311112222", messages=stage.send_text("cek.081311112222")
    )
    yield Scene(caption="All own orders", typed="riwayat", messages=stage.send_text("riwayat"))
    yield Scene(caption="Older orders", messages=stage.tap("Lebih lama"))
    for caption, typed in (
        ("Today", "lap"),
        ("Yesterday", "lap kemarin"),
        ("This month", "rekap"),
        ("Days that cannot be read", "lap 45/13"),
        ("A report of some days as a file", "lap 20/11-22/11 xlsx"),
    ):
        yield Scene(caption=caption, typed=typed, messages=stage.send_text(typed))
    ref = f"cek {stage.orders()[-1].trxid}"
    yield Scene(caption="An admin looks up a Ref", typed=ref, messages=stage.send_text(ref, RINA))
    yield Scene(
        caption="An admin's report: the whole shop, with costs",
        typed="lap",
        messages=stage.send_text("lap", RINA),
    )
    yield Scene(caption="The same by the hour", messages=stage.tap("Per jam", RINA))
    yield Scene(caption="And by reseller", messages=stage.tap("Per reseller", RINA))
    yield from _evening(stage)


def _evening(stage: Stage) -> Iterator[Scene]:
    """Send the recap of the day."""
    for caption, notice, to in (
        ("At RECAP_AT the admins get the day", DailyRecap(user_id=None, period=TODAY), RINA),
        ("A reseller who ordered gets their own", DailyRecap(user_id=SARI.user_id, period=TODAY), SARI),
    ):
        yield Scene(caption=caption, messages=stage.notify(notice, to=to))
    yield Scene(caption="A reseller wants none", messages=stage.tap("Matikan rekap"))
    typed = "lap kemarin gambar"
    yield Scene(
        caption="The recap of another day, by an admin", typed=typed, messages=stage.send_text(typed, RINA)
    )


def _busy_stage() -> Stage:
    stage = Stage(*GOODS)
    stage.advance(-DAY_S)
    for number in range(6):
        stage.send_text(f"s10.08134455660{number}")
        stage.apply(Claimed(), Succeeded(sn=f"5120394800{number}", cost_idr=10_600))
    stage.advance(DAY_S - 600)
    stage.send_text("s5.081234567890")
    stage.apply(Claimed(), Succeeded(sn="51203948571", cost_idr=5_750))
    stage.send_text("s10.081234567890")
    stage.apply(
        Claimed(),
        Refused(reason="Produk tidak tersedia (ROUTE)", failure_cause=FailureCause.PRODUCT_UNAVAILABLE),
    )
    stage.send_text("pln20.14444941364")
    stage.apply(Claimed(), Succeeded(sn=PLN_SN, cost_idr=20_250))
    stage.send_text("i10.085712345678")
    stage.accept()
    return stage
