"""What only admins read: decisions, alarms and their money."""

from collections.abc import Iterator

from bot.notices import alarms as say
from bot.orders.events import Accepted, Claimed, Failed, Refused, Succeeded, Unclear
from bot.orders.model import FailureCause, State
from bot.purchasing.notifications import order_card
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.scenes.results import PLN_SN
from tools.gallery.stage import RINA, Stage, to


def play() -> Iterator[Scene]:
    """Settle what nobody knows, and raise every alarm."""
    stage = Stage(*GOODS)
    yield from _settling(stage)
    yield from _too_late(stage)
    yield from _serial_numbers(stage)
    yield from _money(stage)
    yield from _alarms(stage)


def _settling(stage: Stage) -> Iterator[Scene]:
    stage.says("s5.081234567890")
    said = stage.hears(Claimed(), Unclear(why="ReadTimeout"))
    yield Scene(when="An order that nobody knows about", said=to(RINA, said))
    yield Scene(when="✅ SUKSES is tapped", said=stage.taps("✅ SUKSES", RINA))
    said = stage.says("51203948571", RINA, to="SnQuestion")
    yield Scene(when="The SN comes as a reply", did="51203948571", said=said)
    yield Scene(when="And is confirmed", said=stage.taps("Ya, SUKSES", RINA))
    stage.says("s10.081234567890")
    stage.takes()
    stage.hears(Succeeded(sn="51203948572"))
    said = stage.hears(Failed(reason="", failure_cause=FailureCause.OTHER))
    yield Scene(when="Two results that contradict each other", said=to(RINA, said))
    yield Scene(when="❌ GAGAL is tapped", said=stage.taps("❌ GAGAL", RINA))
    yield Scene(when="And confirmed", said=stage.taps("Ya, GAGAL", RINA))
    stage.says("s20.081234567890")
    stage.hears(Claimed(), Unclear(why="ReadTimeout"))
    said = stage.hears(Succeeded(sn="51203948573"))
    yield Scene(when="The report comes after all, before anybody decided", said=to(RINA, said))


def _too_late(stage: Stage) -> Iterator[Scene]:
    typed = f"/gagal {stage.orders()[-1].trxid}"
    yield Scene(when="A word that comes too late", did=typed, said=stage.says(typed, RINA))
    typed = "/sukses 123"
    yield Scene(when="No such order", did=typed, said=stage.says(typed, RINA))
    yield Scene(when="Nothing waits", did="/tertunda", said=stage.says("/tertunda", RINA))


def _serial_numbers(stage: Stage) -> Iterator[Scene]:
    stage.says("pln20.14444941364")
    stage.takes()
    raw = f"Transaksi pln20.14444941364 SUKSES. SN: {PLN_SN}. Trx lancar. Saldo: Rp1.350.992"
    said = stage.hears(Succeeded(doubtful_sn=PLN_SN, raw=raw))
    yield Scene(when="SUKSES, but the SN was not surely read", said=said)
    yield Scene(when="📤 Teruskan SN is tapped", said=stage.taps("Teruskan SN", RINA))
    stage.says("pln50.14444941364")
    stage.takes()
    stage.hears(Succeeded(doubtful_sn="", raw="Transaksi pln50.14444941364 SUKSES. Cek struk"))
    unread = stage.orders()[-1].trxid
    yield Scene(when="✏️ Ketik SN is tapped", said=stage.taps("Ketik SN", RINA))
    stage.hears(Failed(reason="", failure_cause=FailureCause.OTHER))
    said = stage.says("51203948571", RINA, to="SnPrompt")
    yield Scene(when="The SN comes when the order is no success any more", did="51203948571", said=said)
    stage.says(f"/gagal {unread}", RINA)
    stage.taps("Ya, GAGAL", RINA)
    stage.says("s5.081234567899")
    stage.takes()
    stage.hears(Succeeded(sn="51203948574"))
    raw = "Transaksi s5.081234567899 SUKSES, SN: 77001122334, Saldo: Rp1.350.992"
    said = stage.hears(Succeeded(sn="77001122334", raw=raw))
    yield Scene(when="The biller reports the same success with another SN", said=to(RINA, said))


def _money(stage: Stage) -> Iterator[Scene]:
    yield Scene(when="Before the biller has told any balance", did="saldo", said=Stage().says("saldo", RINA))
    stage.says("s50.081234567890")
    stage.hears(Claimed(), Accepted(cost_idr=49_900, balance_idr=1_234_567, biller_ref="21160325359742"))
    yield Scene(when="The balance", did="saldo", said=stage.says("saldo", RINA))
    for number, failure_cause, reason in (
        (1, FailureCause.DEPOSIT, "silakan coba lagi (DEDUCT)"),
        (2, FailureCause.ACCOUNT, "IP tidak terdaftar"),
    ):
        stage.says(f"s5.08123456780{number}")
        said = stage.hears(Claimed(), Refused(reason=reason, failure_cause=failure_cause))
        yield Scene(when="A refusal that only the operator can mend", said=to(RINA, said))


def _alarms(stage: Stage) -> Iterator[Scene]:
    since_ms, trxid = stage.now_ms, stage.orders()[-1].trxid
    for cause in say.HoldCause:
        opened = say.BreakerOpened(cause=cause, at_ms=stage.now_ms)
        yield Scene(when="Orders are held back", said=stage.tells(opened, to=RINA))
    closed = say.BreakerClosed(opened_at_ms=since_ms, at_ms=stage.now_ms)
    yield Scene(when="And go on", said=stage.tells(closed, to=RINA))
    quarantined = say.ReversalQuarantined(why="no order has this refid", at_ms=stage.now_ms)
    yield Scene(when="A report that fits no order", said=stage.tells(quarantined, to=RINA))
    pending = next(order for order in stage.orders() if order.state is State.PENDING)
    card = order_card(pending, stage.now_ms, report=f"status=0&refid={pending.trxid}&refid={pending.trxid}")
    quarantined = say.ReversalQuarantined(why="a parameter is given twice", at_ms=stage.now_ms, order=card)
    when = "A report that names an order, and does not fit it"
    yield Scene(when=when, said=stage.tells(quarantined, to=RINA))
    for cause in say.RefusalCause:
        refused = say.ReversalRefused(cause=cause, remote="198.51.100.9", at_ms=stage.now_ms)
        yield Scene(when="A report with the right secret is not let in", said=stage.tells(refused, to=RINA))
    damaged = say.DatabaseFoundDamaged(at_ms=stage.now_ms)
    yield Scene(when="The database is found damaged while the bot runs", said=stage.tells(damaged, to=RINA))
    failed = say.DeliveryFailed(chat_id=1001, kind="OrderSucceeded", why="bot was blocked by the user")
    yield Scene(when="A chat that cannot be told", said=stage.tells(failed, to=RINA))
    for invariant in say.Invariant:
        finding = say.AuditFinding(
            invariant=invariant, trxid=trxid, what="posted 2 times", more=0, at_ms=stage.now_ms
        )
        yield Scene(when="The books contradict themselves", said=stage.tells(finding, to=RINA))
