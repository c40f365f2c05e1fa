"""Texts for admins: balance, resolutions, alarms."""

from typing import assert_never, get_args

from bot.notices import Result
from bot.notices.alarms import (
    AlarmNotice,
    AuditFinding,
    BillerBalance,
    BillerReserveLow,
    BreakerClosed,
    BreakerOpened,
    ChatClosed,
    ClockWrong,
    DatabaseFoundDamaged,
    DatabaseLost,
    DeliveryFailed,
    HoldCause,
    Invariant,
    NothingToResolve,
    RefusalCause,
    ReversalQuarantined,
    ReversalRefused,
    UnknownTrxid,
)
from bot.notices.orders import (
    AboutOrder,
    BillerAccountAlarm,
    DisputeKind,
    OrderCard,
    OrderResolved,
    OrderResolvedByBiller,
    ResolutionQuestion,
    ResolutionRejected,
    SnQuestion,
)
from bot.orders.model import FailureCause, State
from bot.texts.formatting import (
    Clock,
    Row,
    Span,
    Text,
    bold,
    code,
    format_destination,
    lines,
    rupiah,
    untrusted,
)
from bot.texts.serial_numbers import biller_words
from bot.texts.technical_notes import ACCOUNTS, OUTCOMES, STATES, technical_note

HOLD_CAUSES = {
    HoldCause.UNCLEAR: "Banyak jawaban biller terputus atau tidak terbaca.",
    HoldCause.ACCOUNT: "Biller menolak akun, tanda tangan, atau IP berkali-kali.",
    HoldCause.UNREACHABLE: "Biller tidak bisa dihubungi.",
}

INVARIANTS = {
    Invariant.ONE_PURCHASE: "Pesanan ini mungkin dikirim lebih dari sekali.",
    Invariant.TOLD: "Hasil pesanan ini mungkin tidak dikabarkan.",
    Invariant.NOT_STUCK: "Pesanan ini macet.",
    Invariant.REPLAYED: "Catatan pesanan ini tidak cocok dengan riwayatnya.",
    Invariant.BALANCED: "Ada catatan uang yang jumlahnya tidak nol.",
    Invariant.RUNNING: "Saldo tidak cocok dengan catatan uangnya.",
    Invariant.TIED: "Catatan uang tidak cocok dengan pesanan.",
    Invariant.POSITION: "Uang pesanan ini tidak cocok dengan statusnya.",
    Invariant.SUMMED: "Jumlah di laporan tidak cocok dengan pesanannya.",
}

MONEY = (Invariant.BALANCED, Invariant.RUNNING, Invariant.TIED, Invariant.POSITION)

RESOLVABLE = (State.PENDING, State.UNKNOWN, State.DISPUTED)
"""The states in which an admin may set the result."""

_RESULTS = frozenset(kind.__name__ for kind in get_args(Result))

_DISPUTES = {
    DisputeKind.BILLER: "Biller melaporkan dua hasil yang bertentangan.",
    DisputeKind.ADMIN: "Laporan biller bertentangan dengan hasil yang ditetapkan admin.",
    DisputeKind.EXPIRY: "Biller melaporkan SUKSES, padahal pesanan ini dikabarkan tidak diproses.",
}


def _what(about: AboutOrder) -> Row:
    return (code(about.typed), " (", format_destination(about.destination), ")")


def order_card(card: OrderCard, clock: Clock) -> Text:
    if card.state is State.DISPUTED:
        title, why = _DISPUTES[card.dispute], ""
    elif card.state is State.PENDING and card.report:
        title, why = "Laporan biller untuk pesanan ini tidak cocok.", ""
    elif card.state is State.PENDING:
        title, why = "Belum ada hasil dari biller.", ""
    else:
        title, why = "Belum pasti apakah pesanan ini dibeli.", card.why
    rows: list[Row] = [("❔ ", bold("Perlu keputusan")), title, _what(card)]
    rows.append(("Ref ", code(card.trxid)))
    rows.append((f"Dipesan {clock.moment(card.placed_at_ms)}\nOleh ", *_customer(card)))
    if card.biller_ref:
        rows.append(("Nomor biller ", untrusted(card.biller_ref)))
    if card.cost_idr is not None:
        rows.append(f"Modal {rupiah(card.cost_idr)}")
    rows += biller_words(card.raw)
    if card.report:
        rows.append(("Laporan yang tidak cocok: ", untrusted(card.report, 500)))
    if why:
        rows.append(("Catatan teknis: ", untrusted(technical_note(why), 200)))
    return lines(*rows, "Cek di biller, lalu tetapkan hasilnya:")


def _customer(card: OrderCard) -> tuple[str | Span, ...]:
    """Return the reseller, and the group they ordered in."""
    handle = (" ", untrusted(f"@{card.username}", 33)) if card.username else ()
    name: tuple[str | Span, ...] = (untrusted(card.name, 40), *handle, " · ") if card.name else ()
    of = (", asisten ", untrusted(card.owner_name, 40)) if card.owner_name else ()
    who = (*name, f"ID {card.user_id}", *of)
    if card.chat_id == card.user_id:
        return who
    group = untrusted(card.chat_title, 40) if card.chat_title else str(card.chat_id)
    return (*who, "\nDi grup ", group)


def sn_question(notice: SnQuestion) -> Text:
    return lines(
        ("✅ ", bold("SUKSES"), ": berapa SN-nya?"),
        _what(notice),
        ("Ref ", code(notice.trxid)),
        "Ketik SN-nya di sini, atau nanti balas pesan ini dengan SN.",
        ("Bisa juga ketik ", code(f"/sukses {notice.trxid} SN")),
    )


def resolution_question(notice: ResolutionQuestion) -> Text:
    sn = [("SN: ", untrusted(notice.sn, 500))] if notice.sn else []
    return lines(
        ("Tetapkan ", bold(OUTCOMES[notice.outcome]), "?"),
        _what(notice),
        ("Ref ", code(notice.trxid)),
        *sn,
        "Reseller langsung diberi tahu.",
    )


def order_resolved(notice: OrderResolved, clock: Clock) -> Text:
    sn = [("SN: ", untrusted(notice.sn, 500))] if notice.sn else []
    return lines(
        ("☑️ Ditetapkan ", bold(OUTCOMES[notice.outcome]), " oleh ", untrusted(notice.admin_name)),
        _what(notice),
        *sn,
        f"{clock.moment(notice.at_ms)} · Ref {notice.trxid}",
    )


def order_resolved_by_biller(notice: OrderResolvedByBiller, clock: Clock) -> Text:
    return lines(
        ("☑️ Selesai oleh laporan biller: ", bold(STATES[notice.state])),
        _what(notice),
        f"{clock.moment(notice.at_ms)} · Ref {notice.trxid}",
    )


def resolution_rejected(notice: ResolutionRejected) -> Text:
    return lines(
        ("Pesanan ini tidak perlu keputusan, statusnya ", bold(STATES[notice.state]), "."),
        _what(notice),
        f"Ref {notice.trxid}",
    )


def order_not_found(notice: UnknownTrxid) -> Text:
    return lines(
        ("Tidak ada pesanan dengan Ref ", untrusted(notice.trxid or "-"), "."),
        ("Ketik ", code("/sukses Ref SN"), " atau ", code("/gagal Ref"), ". Daftarnya: /tertunda"),
    )


def nothing_open(_: NothingToResolve) -> Text:
    return lines("👍 Tidak ada pesanan yang menunggu keputusan.")


def biller_account_alarm(notice: BillerAccountAlarm, clock: Clock) -> Text:
    what = (
        "Saldo di biller tidak cukup?"
        if notice.failure_cause is FailureCause.DEPOSIT
        else "Akun, tanda tangan, atau IP ditolak?"
    )
    return lines(
        ("🚨 ", bold("Biller menolak pesanan")),
        what,
        ("Alasan: ", untrusted(notice.reason or "-", 500)),
        _what(notice),
        f"{clock.moment(notice.at_ms)} · Ref {notice.trxid}",
    )


def reversal_quarantined(notice: ReversalQuarantined, clock: Clock) -> Text:
    order = notice.order
    rows: tuple[Row, ...] = ()
    if order:
        rows = (
            _what(order),
            ("Ref ", code(order.trxid)),
            f"Status: {STATES[order.state]}",
            ("Laporan: ", untrusted(order.report, 500)),
        )
    can_be_resolved = order is not None and order.state in RESOLVABLE
    return lines(
        ("⚠️ ", bold("Laporan biller tidak cocok")),
        *rows,
        "Tidak ada hasil yang ditetapkan. Laporannya disimpan untuk diperiksa.",
        *(("Cek di biller, lalu tetapkan hasilnya lewat /tertunda",) if can_be_resolved else ()),
        ("Catatan teknis: ", untrusted(technical_note(notice.why), 200)),
        clock.moment(notice.at_ms),
    )


def reversal_refused(notice: ReversalRefused, clock: Clock) -> Text:
    """Return the alarm of a report with the right secret that was not read."""
    if notice.cause is RefusalCause.PATH:
        why = (
            "URL-nya tidak persis seperti di pengaturan, jadi tidak dibaca. Dari ",
            code(notice.remote or "-"),
        )
        advice = "Jika itu biller: minta URL-nya persis /reversal/ lalu REVERSAL_SECRET, tanpa tambahan."
    elif notice.cause is RefusalCause.METHOD:
        why = ("Permintaannya bukan GET, jadi tidak dibaca. Dari ", code(notice.remote or "-"))
        advice = "Jika itu biller: minta laporan dikirim dengan GET."
    else:
        why = ("Alamatnya tidak ada di REVERSAL_ALLOWED_IPS: ", code(notice.remote or "tidak terbaca"))
        advice = "Jika itu biller atau proxy Anda: tambahkan alamatnya di pengaturan, lalu mulai ulang."
    return lines(
        ("🚨 ", bold("Laporan biller ditolak")),
        "Kata rahasianya benar, tetapi laporannya tidak dibaca. Hasil pesanan tidak masuk lewat jalan ini.",
        why,
        advice,
        "Jika bukan: REVERSAL_SECRET bocor, ganti segera.",
        clock.moment(notice.at_ms),
    )


def delivery_failed(notice: DeliveryFailed) -> Text:
    note = technical_note(notice.why)
    label = "Kata Telegram" if note == notice.why else "Catatan teknis"
    what = "Hasil pesanan" if notice.kind in _RESULTS else "Pesan"
    return lines(
        ("⚠️ ", bold("Pesan tidak sampai")),
        f"{what} untuk chat {notice.chat_id} tidak bisa dikirim.",
        (f"{label}: ", untrusted(note, 200)),
    )


def chat_closed(notice: ChatClosed) -> Text:
    if notice.is_private:
        what: Row = (untrusted(notice.title), " memblokir bot ini.")
    else:
        what = (
            "Grup ",
            untrusted(notice.title),
            ": bot dikeluarkan atau dibisukan oleh ",
            untrusted(notice.by_name),
            ".",
        )
    return lines(
        ("🔕 ", bold("Chat tertutup untuk bot")),
        what,
        "Pesan untuk chat itu disimpan, dan dikirim kalau bot bisa menulis lagi di sana.",
    )


def breaker_opened(notice: BreakerOpened, clock: Clock) -> Text:
    return lines(
        ("🚨 ", bold("Pesanan ditahan")),
        HOLD_CAUSES[notice.cause],
        "Pesanan baru antre dan dicoba satu per satu. Yang terlalu lama menunggu tidak dibeli.",
        clock.moment(notice.at_ms),
    )


def breaker_closed(notice: BreakerClosed, clock: Clock) -> Text:
    return lines(
        ("✅ ", bold("Biller menjawab lagi")),
        "Pesanan yang antre sedang dikirim.",
        f"Ditahan {clock.moment(notice.opened_at_ms)} sampai {clock.moment(notice.at_ms)}",
    )


def database_found_damaged(notice: DatabaseFoundDamaged, clock: Clock) -> Text:
    return lines(
        ("🛑 ", bold("Loket berhenti: basis data rusak")),
        "Tidak ada yang dibeli sampai cadangan dipulihkan di server:",
        code("loket restore FILE"),
        clock.moment(notice.at_ms),
    )


def database_lost(notice: DatabaseLost, clock: Clock) -> Text:
    return lines(
        ("🛑 ", bold("Loket berhenti: basis data hilang")),
        "File basis data dipindah, dihapus, atau diganti saat Loket berjalan.",
        "Tidak ada yang dibeli sampai file itu dikembalikan, atau cadangan dipulihkan di server:",
        code("loket restore FILE"),
        clock.moment(notice.at_ms),
    )


def clock_wrong(notice: ClockWrong, clock: Clock) -> Text:
    by = "lebih cepat" if notice.ahead_ms > 0 else "terlambat"
    return lines(
        ("🚨 ", bold("Jam server salah")),
        f"Jam server {by} {_duration(abs(notice.ahead_ms))} dari jam Telegram.",
        "Pesanan bisa dianggap terlambat dan tidak dibeli, atau tercatat di waktu yang salah.",
        "Betulkan jam server (NTP).",
        f"Menurut jam server: {clock.moment(notice.at_ms)}",
    )


def _duration(ms: int) -> str:
    for unit_ms, unit in ((86_400_000, "hari"), (3_600_000, "jam")):
        if ms >= 2 * unit_ms:
            return f"{ms // unit_ms} {unit}"
    return f"{max(1, ms // 60_000)} menit"


def audit_finding(notice: AuditFinding, clock: Clock) -> Text:
    is_of_order = bool(notice.trxid)
    about: list[Row] = [("Ref ", code(notice.trxid))] if is_of_order else []
    if notice.account:
        owner = "" if notice.owner_id is None else f", reseller {notice.owner_id}"
        about.append(f"Akun: {ACCOUNTS[notice.account]}{owner}")
    more = [f"Dan {notice.more} {'pesanan' if is_of_order else 'temuan'} lain."] if notice.more else []
    advice: Row = "Cek pesanan ini di biller sebelum memutuskan apa pun."
    if notice.invariant in MONEY:
        advice = ("Periksa semuanya di server: ", code("loket books"))
    elif notice.invariant is Invariant.SUMMED:
        advice = ("Pesanan dan saldo tidak terpengaruh. Hitung dari file pesanan: ", code("lap kemarin xlsx"))
    return lines(
        ("🚨 ", bold(f"Temuan audit {notice.invariant}")),
        INVARIANTS[notice.invariant],
        *about,
        ("Catatan teknis: ", untrusted(technical_note(notice.what), 200)),
        *more,
        advice,
        clock.moment(notice.at_ms),
    )


def biller_balance(notice: BillerBalance, clock: Clock) -> Text:
    waiting = [f"Menunggu keputusan: {notice.waiting_count}, lihat /tertunda"] if notice.waiting_count else []
    held = [f"🚨 Pesanan ditahan sejak {clock.moment(notice.held_since_ms)}"] if notice.held_since_ms else []
    if notice.is_low_held:
        held.append("🚨 Saldo di bawah batas, pesanan ditahan")
    reserve = [f"Batas peringatan: {rupiah(notice.reserve_idr)}"] if notice.reserve_idr is not None else []
    return lines(
        *_last_balance(notice, clock),
        *_expected_balance(notice),
        *reserve,
        *held,
        "Belum selesai: " + _cost(notice.open_count, notice.open_cost_idr, notice.open_uncosted_count),
        "Hari ini sukses: " + _cost(notice.today_count, notice.today_cost_idr, notice.today_uncosted_count),
        *waiting,
    )


def biller_reserve_low(notice: BillerReserveLow, clock: Clock) -> Text:
    rows: list[Row] = []
    if notice.short_of_idr is not None:
        rows.append(f"Sekarang {rupiah(notice.balance_idr)}, tidak cukup untuk pesanan yang menunggu.")
    elif notice.reserve_idr is not None:
        mean = " (penjualan dua jam, rata-rata)" if notice.is_mean else ""
        rows.append(f"Sekarang {rupiah(notice.balance_idr)}, batasnya {rupiah(notice.reserve_idr)}{mean}.")
    if notice.is_held:
        rows.append("Pesanan antre dulu, dan dikirim sendiri begitu saldonya cukup lagi.")
    return lines(
        ("🚨 ", bold("Saldo biller menipis")),
        *rows,
        ("Isi saldo di biller, lalu catat: ", code("/topup 5000000")),
        clock.moment(notice.at_ms),
    )


def _cost(count: int, cost_idr: int, uncosted_count: int) -> str:
    unknown = f" ({uncosted_count} belum diketahui)" if uncosted_count else ""
    return f"{count} pesanan, modal {rupiah(cost_idr)}{unknown}"


def _last_balance(notice: BillerBalance, clock: Clock) -> tuple[Row, ...]:
    if notice.balance_idr is None or notice.reported_at_ms is None:
        return (
            ("💰 ", bold("Saldo biller belum diketahui")),
            "Biller melaporkan saldo bersama jawaban dan hasil pesanan pertama.",
        )
    source = "jawaban pesanan" if notice.source == "answer" else "laporan hasil"
    return (
        ("💰 Saldo biller ", bold(rupiah(notice.balance_idr))),
        f"Menurut {source}, {clock.moment(notice.reported_at_ms)}",
    )


def _expected_balance(notice: BillerBalance) -> tuple[Row, ...]:
    """Return the balance that is expected now, where anything moved it since the report."""
    if notice.expected_idr is None or not (notice.topup_idr or notice.accepted_count):
        return ()
    topup = f" + top-up {rupiah(notice.topup_idr)}" if notice.topup_idr else ""
    accepted = (
        f" - {_cost(notice.accepted_count, notice.accepted_cost_idr, notice.accepted_uncosted_count)}"
        if notice.accepted_count
        else ""
    )
    return (
        ("Perkiraan sekarang ", bold(rupiah(notice.expected_idr))),
        f"Sejak laporan itu:{topup}{accepted}",
    )


def words(notice: AlarmNotice, clock: Clock) -> Text:  # noqa: PLR0912 - one flat table
    match notice:
        case UnknownTrxid():
            return order_not_found(notice)
        case NothingToResolve():
            return nothing_open(notice)
        case ReversalQuarantined():
            return reversal_quarantined(notice, clock)
        case ChatClosed():
            return chat_closed(notice)
        case ReversalRefused():
            return reversal_refused(notice, clock)
        case DeliveryFailed():
            return delivery_failed(notice)
        case DatabaseFoundDamaged():
            return database_found_damaged(notice, clock)
        case DatabaseLost():
            return database_lost(notice, clock)
        case ClockWrong():
            return clock_wrong(notice, clock)
        case BreakerOpened():
            return breaker_opened(notice, clock)
        case BreakerClosed():
            return breaker_closed(notice, clock)
        case AuditFinding():
            return audit_finding(notice, clock)
        case BillerBalance():
            return biller_balance(notice, clock)
        case BillerReserveLow():
            return biller_reserve_low(notice, clock)
        case _:
            assert_never(notice)
