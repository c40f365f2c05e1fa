"""Messages for admins only: decisions, the balance, and alarms."""

from collections.abc import Iterator

from msgspec.structs import replace

from bot.ledger import AccountKind
from bot.notices import alarms, topups
from bot.notices.desk import DeskLink
from bot.orders.events import Accepted, Claimed, Failed, Refused, Succeeded, Unclear
from bot.orders.model import FailureCause, State
from bot.purchasing.notifications import order_card
from storage.desk import LINK_MS
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.scenes.results import PLN_SN
from tools.gallery.stage import RINA, Stage, messages_to


def play() -> Iterator[Scene]:
    """Decide unknown and disputed orders, and raise every alarm."""
    stage = Stage(*GOODS)
    yield from _settling(stage)
    yield from _rejected_decisions(stage)
    yield from _serial_numbers(stage)
    yield from _money(stage)
    yield from _topups(stage)
    yield from _drifts(stage)
    yield from _desk(stage)
    yield from _alarms(stage)


def _settling(stage: Stage) -> Iterator[Scene]:
    stage.send_text("s5.081234567890")
    messages = stage.apply(Claimed(), Unclear(why="ReadTimeout"))
    yield Scene(caption="An order whose result is unknown", messages=messages_to(RINA, messages))
    yield Scene(caption="✅ SUKSES is tapped", messages=stage.tap("✅ SUKSES", RINA))
    messages = stage.send_text("51203948571", RINA, reply_to="SnQuestion")
    yield Scene(caption="The admin replies with the SN", typed="51203948571", messages=messages)
    yield Scene(caption="The decision is confirmed", messages=stage.tap("Ya, SUKSES", RINA))
    stage.send_text("s10.081234567890")
    stage.accept()
    stage.apply(Succeeded(sn="51203948572"))
    messages = stage.apply(Failed(reason="", failure_cause=FailureCause.OTHER))
    yield Scene(caption="Two contradictory results", messages=messages_to(RINA, messages))
    yield Scene(caption="❌ GAGAL is tapped", messages=stage.tap("❌ GAGAL", RINA))
    yield Scene(caption="The decision is confirmed", messages=stage.tap("Ya, GAGAL", RINA))
    stage.send_text("s20.081234567890")
    stage.apply(Claimed(), Unclear(why="ReadTimeout"))
    messages = stage.apply(Succeeded(sn="51203948573"))
    yield Scene(
        caption="The report arrives before an admin has decided", messages=messages_to(RINA, messages)
    )


def _topups(stage: Stage) -> Iterator[Scene]:
    typed = "/topup 5000000"
    yield Scene(caption="A top-up at the biller", typed=typed, messages=stage.send_text(typed, RINA))
    yield Scene(caption="Ya, catat is tapped", messages=stage.tap("Ya, catat", RINA))
    yield Scene(
        caption="What the balance should be now", typed="/saldo", messages=stage.send_text("/saldo", RINA)
    )
    stage.send_text("/topup 5jt", RINA)
    yield Scene(caption="Another one is not confirmed", messages=stage.tap("Batal", RINA))
    typed = "/topup banyak"
    yield Scene(caption="An amount that is none", typed=typed, messages=stage.send_text(typed, RINA))


def _desk(stage: Stage) -> Iterator[Scene]:
    link = DeskLink(
        url="https://loket.example.com/desk/enter?token=q5yT0aV2kZ7nB4xC9mLw3g",
        until_ms=stage.now_ms + LINK_MS,
    )
    yield Scene(caption="A link to the desk on the web", typed="/desk", messages=stage.notify(link, to=RINA))
    yield Scene(caption="The desk is not set up", typed="/desk", messages=stage.send_text("/desk", RINA))


def _drifts(stage: Stage) -> Iterator[Scene]:
    spent_idr, since_ms = 5_200, stage.now_ms - 60_000
    for difference_idr, caption in (
        (-2_000, "The balance at the biller is lower than it should be"),
        (5_000_000, "The balance at the biller is higher than it should be"),
    ):
        drift = topups.BillerDrift(
            reported_idr=1_356_424 - spent_idr + difference_idr,
            checkpoint_idr=1_356_424,
            checkpoint_at_ms=since_ms,
            topup_idr=0,
            spent_idr=spent_idr,
            at_ms=stage.now_ms,
        )
        yield Scene(caption=caption, messages=stage.notify(drift, to=RINA))


def _rejected_decisions(stage: Stage) -> Iterator[Scene]:
    typed = f"/gagal {stage.orders()[-1].trxid}"
    yield Scene(caption="A decision that comes too late", typed=typed, messages=stage.send_text(typed, RINA))
    typed = "/sukses 123"
    yield Scene(caption="No such order", typed=typed, messages=stage.send_text(typed, RINA))
    yield Scene(
        caption="No order needs a decision", typed="/tertunda", messages=stage.send_text("/tertunda", RINA)
    )


def _serial_numbers(stage: Stage) -> Iterator[Scene]:
    stage.send_text("pln20.14444941364")
    stage.accept()
    raw = f"Transaksi pln20.14444941364 SUKSES. SN: {PLN_SN}. Trx lancar. Saldo: Rp1.350.992"
    messages = stage.apply(Succeeded(doubtful_sn=PLN_SN, raw=raw))
    yield Scene(caption="SUKSES with an SN that may be wrong", messages=messages)
    yield Scene(caption="📤 Teruskan SN is tapped", messages=stage.tap("Teruskan SN", RINA))
    stage.send_text("pln50.14444941364")
    stage.accept()
    stage.apply(Succeeded(doubtful_sn="", raw="Transaksi pln50.14444941364 SUKSES. Cek struk"))
    unread = stage.orders()[-1].trxid
    yield Scene(caption="✏️ Ketik SN is tapped", messages=stage.tap("Ketik SN", RINA))
    stage.apply(Failed(reason="", failure_cause=FailureCause.OTHER))
    messages = stage.send_text("51203948571", RINA, reply_to="SnPrompt")
    yield Scene(
        caption="The admin sends an SN after the result has changed", typed="51203948571", messages=messages
    )
    stage.send_text(f"/gagal {unread}", RINA)
    stage.tap("Ya, GAGAL", RINA)
    stage.send_text("s5.081234567899")
    stage.accept()
    stage.apply(Succeeded(sn="51203948574"))
    raw = "Transaksi s5.081234567899 SUKSES, SN: 77001122334, Saldo: Rp1.350.992"
    messages = stage.apply(Succeeded(sn="77001122334", raw=raw))
    yield Scene(
        caption="The biller reports the success again with another SN", messages=messages_to(RINA, messages)
    )


def _money(stage: Stage) -> Iterator[Scene]:
    yield Scene(
        caption="Before the biller has reported a balance",
        typed="saldo",
        messages=Stage().send_text("saldo", RINA),
    )
    stage.send_text("s50.081234567890")
    stage.apply(Claimed(), Accepted(cost_idr=49_900, balance_idr=1_234_567, biller_ref="21160325359742"))
    yield Scene(caption="The balance", typed="saldo", messages=stage.send_text("saldo", RINA))
    for number, failure_cause, reason in (
        (1, FailureCause.DEPOSIT, "silakan coba lagi (DEDUCT)"),
        (2, FailureCause.ACCOUNT, "IP tidak terdaftar"),
    ):
        stage.send_text(f"s5.08123456780{number}")
        messages = stage.apply(Claimed(), Refused(reason=reason, failure_cause=failure_cause))
        yield Scene(
            caption="A refusal that only the operator can resolve", messages=messages_to(RINA, messages)
        )


def _alarms(stage: Stage) -> Iterator[Scene]:
    since_ms, trxid = stage.now_ms, stage.orders()[-1].trxid
    for cause in alarms.HoldCause:
        opened = alarms.BreakerOpened(cause=cause, at_ms=stage.now_ms)
        yield Scene(caption="Orders are held back", messages=stage.notify(opened, to=RINA))
    closed = alarms.BreakerClosed(opened_at_ms=since_ms, at_ms=stage.now_ms)
    yield Scene(caption="Orders continue", messages=stage.notify(closed, to=RINA))
    quarantined = alarms.ReversalQuarantined(why="no order has this refid", at_ms=stage.now_ms)
    yield Scene(caption="A report that matches no order", messages=stage.notify(quarantined, to=RINA))
    pending = next(order for order in stage.orders() if order.state is State.PENDING)
    card = order_card(pending, stage.now_ms, report=f"status=0&refid={pending.trxid}&refid={pending.trxid}")
    quarantined = alarms.ReversalQuarantined(why="a parameter is given twice", at_ms=stage.now_ms, order=card)
    caption = "A report that names an order but does not match it"
    yield Scene(caption=caption, messages=stage.notify(quarantined, to=RINA))
    for why in alarms.RefusalCause:
        refused = alarms.ReversalRefused(cause=why, remote="198.51.100.9", at_ms=stage.now_ms)
        yield Scene(
            caption="A report with the right secret is refused", messages=stage.notify(refused, to=RINA)
        )
    low = alarms.BillerReserveLow(balance_idr=480_000, reserve_idr=500_000, at_ms=stage.now_ms)
    yield Scene(caption="The balance at the biller runs low", messages=stage.notify(low, to=RINA))
    mean = replace(low, is_mean=True, is_held=True)
    caption = "It runs low, no reserve is set, and orders are held"
    yield Scene(caption=caption, messages=stage.notify(mean, to=RINA))
    short = replace(low, balance_idr=8_000, short_of_idr=10_300, is_held=True)
    caption = "It cannot pay for an order, which is held"
    yield Scene(caption=caption, messages=stage.notify(short, to=RINA))
    damaged = alarms.DatabaseFoundDamaged(at_ms=stage.now_ms)
    yield Scene(
        caption="The database is found damaged while the bot runs", messages=stage.notify(damaged, to=RINA)
    )
    lost = alarms.DatabaseLost(at_ms=stage.now_ms)
    yield Scene(caption="The database file is moved while the bot runs", messages=stage.notify(lost, to=RINA))
    wrong = alarms.ClockWrong(ahead_ms=7 * 3_600_000, at_ms=stage.now_ms)
    yield Scene(caption="The machine's clock is wrong", messages=stage.notify(wrong, to=RINA))
    failed = alarms.DeliveryFailed(chat_id=1001, kind="OrderSucceeded", why="bot was blocked by the user")
    yield Scene(caption="A chat that cannot be reached", messages=stage.notify(failed, to=RINA))
    for is_private, title, caption in (
        (True, "Sari", "A reseller blocks the bot"),
        (False, "Grup Konter", "A group with orders removes the bot"),
    ):
        closed_chat = alarms.ChatClosed(is_private=is_private, title=title, by_name="Budi")
        yield Scene(caption=caption, messages=stage.notify(closed_chat, to=RINA))
    for finding in _findings(trxid, stage.now_ms):
        yield Scene(caption="The database contradicts itself", messages=stage.notify(finding, to=RINA))


def _findings(trxid: str, at_ms: int) -> Iterator[alarms.AuditFinding]:
    for invariant, what in (
        (alarms.Invariant.ONE_PURCHASE, "claimed again while pending"),
        (alarms.Invariant.TOLD, "succeeded, and no OrderSucceeded is in the outbox"),
        (alarms.Invariant.NOT_STUCK, "placed for too long"),
        (alarms.Invariant.REPLAYED, "the row differs from its events in sn"),
        (alarms.Invariant.POSITION, "succeeded: held of shop 3 moved by 5900 instead of 0"),
    ):
        yield alarms.AuditFinding(invariant=invariant, trxid=trxid, what=what, more=0, at_ms=at_ms)
    for invariant, account, what in (
        (alarms.Invariant.BALANCED, None, "entry 7 (deposit:7) sums to 100 instead of 0"),
        (alarms.Invariant.RUNNING, AccountKind.AVAILABLE, "shows 94,100, its entries sum to 100,000"),
        (alarms.Invariant.TIED, AccountKind.HELD, "shows 5,900, the prices of its open orders sum to 0"),
    ):
        yield alarms.AuditFinding(
            invariant=invariant,
            trxid="",
            what=f"account {account} of shop 3 (reseller 1001) {what}" if account else what,
            more=0,
            at_ms=at_ms,
            account=account,
            owner_id=1001 if account else None,
        )
