"""Texts for a chat about its orders: the same facts in the same order, and what to do next."""

import re
from collections.abc import Iterator
from typing import assert_never

from bot.notices.order_lookup import OrderDetails
from bot.notices.orders import (
    AboutOrder,
    AboutResult,
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderOverdue,
    OrderReceived,
    OrdersPossibleAgain,
    OrderSucceeded,
    OrderUnknown,
    OrderWaiting,
)
from bot.orders.model import ExpiryReason, FailureCause, Outcome, UnknownCause
from bot.orders.pln_token import PlnToken, pln_token_of
from bot.texts.balances import balance_rows
from bot.texts.formatting import Clock, Row, Text, bold, code, format_destination, lines, rupiah, untrusted

_NEXT_STEP = {
    FailureCause.PRODUCT_UNAVAILABLE: "Pakai kode lain, atau coba lagi nanti.",
    FailureCause.PRODUCT_INACTIVE: "Produk sedang ditutup. Pakai kode lain, atau coba lagi nanti.",
    FailureCause.DEPOSIT: (
        "Jangan kirim ulang dulu. Admin sudah diberi tahu, kabarnya dikirim ke sini begitu bisa lagi."
    ),
    FailureCause.ACCOUNT: "Server sedang gangguan, admin sudah diberi tahu. Coba lagi nanti.",
    FailureCause.DESTINATION: "Periksa nomornya, lalu ketik ulang.",
    FailureCause.OTHER: "Periksa kode dan nomornya, atau coba lagi nanti.",
}

_UNKNOWN = {
    UnknownCause.NO_ANSWER: "Jawaban server tidak sampai utuh, pesanan mungkin sudah berjalan.",
    UnknownCause.UNREADABLE_ANSWER: "Jawaban server tidak bisa dibaca, pesanan mungkin sudah berjalan.",
    UnknownCause.OTHER_ORDER: "Jawaban server tidak cocok dengan pesanan ini, mungkin sudah berjalan.",
    UnknownCause.CONTRADICTORY_ANSWER: "Jawaban server bertentangan, pesanan mungkin sudah berjalan.",
    UnknownCause.NOT_STORED: "Loket terganggu sewaktu mengirimnya, pesanan mungkin sudah berjalan.",
    UnknownCause.RESTORED: "Loket dipulihkan dari cadangan, pesanan ini mungkin sudah pernah dibeli.",
    UnknownCause.CONTRADICTORY_REPORT: "Laporan hasil dari server bertentangan, jadi hasilnya belum jelas.",
}

# Such a reason may contain the operator's user or address, which resellers must not see.
REASON_WITHHELD = frozenset({FailureCause.ACCOUNT})


# The biller's DEDUCT asks to try again, but every retry fails until the operator has paid the deposit.
_RETRY = re.compile(
    r"(?:(?:silakan|silahkan|mohon|harap)\s+)?(?:coba|dicoba|ulangi|kirim)\s+(?:lagi|ulang|kembali)",
    re.IGNORECASE,
)
_ONLY_A_CODE = re.compile(r"\W*(?:\w+\W*)?")


def shown_reason(reason: str, failure_cause: FailureCause | None) -> str:
    """Return the part of the biller's reason that a reseller may see."""
    if failure_cause in REASON_WITHHELD:
        return ""
    if failure_cause is not FailureCause.DEPOSIT:
        return reason
    shown = _RETRY.sub("", reason).strip(" ,.;:-")
    return "" if _ONLY_A_CODE.fullmatch(shown) else shown


def _head(mark: str, word: str, about: AboutOrder) -> Row:
    return (f"{mark} ", bold(word), " ", code(about.typed))


def _number(about: AboutOrder) -> Row:
    return ("Nomor: ", format_destination(about.destination))


def _foot(about: AboutOrder, clock: Clock) -> Row:
    foot = _time_and_ref(about, clock)
    if not isinstance(about, AboutResult) or not about.closed_group:
        return foot
    group = untrusted(about.closed_group, 60)
    return ("Dipesan di grup ", group, ", yang tidak menerima pesan bot lagi.\n", foot)


def _time_and_ref(about: AboutOrder, clock: Clock) -> str:
    return f"{clock.time(about.at_ms)}\nRef {about.trxid}"


def _price(notice: OrderReceived | OrderSucceeded) -> tuple[Row, ...]:
    """Return the balance, in which the price is; or else the price, if the order has one."""
    if notice.balance is None and notice.price_idr is not None:
        return (f"Harga: {rupiah(notice.price_idr)}",)
    return balance_rows(notice.balance)


def received(notice: OrderReceived, clock: Clock) -> Text:
    return lines(
        _head("⏳", "DIPROSES", notice),
        _number(notice),
        "Mohon tunggu, hasilnya dikirim ke sini.",
        *_price(notice),
        _foot(notice, clock),
    )


def waiting(notice: OrderWaiting, clock: Clock) -> Text:
    why = "Pesanan ini" if notice.is_for_funds else "Server sedang gangguan, pesanan ini"
    then = " Admin sudah diberi tahu." if notice.is_for_funds else ""
    return lines(
        _head("⏳", "ANTRE", notice),
        _number(notice),
        (bold("Jangan kirim ulang."), f" {why} menunggu giliran.{then}"),
        "Belum ada yang dibeli. Hasilnya dikirim ke sini.",
        _foot(notice, clock),
    )


def succeeded(notice: OrderSucceeded, clock: Clock) -> Text:
    """Return the text with the whole SN, or with the PLN token in it."""
    token = pln_token_of(notice.code, notice.destination, notice.sn)
    proof = _token(token, notice.sn or "") if token else (_sn(notice.sn, is_unread=notice.is_sn_unread),)
    new = ("SN ini menggantikan SN sebelumnya.",) if notice.is_sn_new else ()
    return lines(
        _head("✅", "SUKSES", notice),
        _number(notice),
        *proof,
        *new,
        *_price(notice),
        _foot(notice, clock),
    )


def to_copy(notice: OrderSucceeded | OrderDetails) -> str | None:
    """Return the text of the copy button: the token that the customer enters, or the SN."""
    token = pln_token_of(notice.code, notice.destination, notice.sn)
    return token.digits if token else notice.sn


def _sn(sn: str | None, *, is_unread: bool = False) -> Row:
    if is_unread and not sn:
        return "SN: belum terbaca. Admin sudah diberi tahu, SN-nya dikirim ke sini."
    if not sn:
        return "SN: belum ada. Kalau perlu, ketuk Komplain."
    return ("SN: ", untrusted(sn, 500))


def _token(token: PlnToken, sn: str) -> Iterator[Row]:
    """Yield the token with its details; also the whole SN if a part of it could not be parsed."""
    yield ("Token: ", code(token.digits))
    for label, part in (("Nama", token.name), ("Tarif", token.tariff), ("kWh", token.kwh)):
        if part:
            yield (f"{label}: ", untrusted(part))
    if None in (token.name, token.tariff, token.kwh):
        yield _sn(sn)


def failed(notice: OrderFailed, clock: Clock) -> Text:
    reason = shown_reason(notice.reason, notice.failure_cause)
    rows: list[Row] = [_head("❌", "GAGAL", notice), _number(notice)]
    if reason:
        rows.append(("Alasan: ", untrusted(reason, 200)))
    next_step = _NEXT_STEP[notice.failure_cause]
    if notice.others:
        next_step = "Pilih produk lain di bawah, atau coba lagi nanti."
    return lines(*rows, next_step, *balance_rows(notice.balance), _foot(notice, clock))


def possible_again(notice: OrdersPossibleAgain, clock: Clock) -> Text:
    more = f", bersama {notice.refused_count - 1} pesanan lain" if notice.refused_count > 1 else ""
    return lines(
        _head("🔔", "SUDAH BISA LAGI", notice),
        _number(notice),
        f"Tadi gagal{more}. Server sudah menerima pesanan lagi.",
        "Kalau masih perlu, ketuk Ulangi atau kirim ulang.",
        _foot(notice, clock),
    )


def unknown(notice: OrderUnknown, clock: Clock) -> Text:
    return lines(
        _head("❔", "BELUM PASTI", notice),
        _number(notice),
        (bold("Jangan kirim ulang."), f" {_UNKNOWN[notice.cause]}"),
        "Admin sudah diberi tahu. Kepastiannya dikirim ke sini.",
        _foot(notice, clock),
    )


def overdue(notice: OrderOverdue, clock: Clock) -> Text:
    return lines(
        _head("⏳", "MASIH DIPROSES", notice),
        _number(notice),
        (bold("Jangan kirim ulang."), " Hasilnya lebih lama dari biasanya dan sedang dipantau admin."),
        _foot(notice, clock),
    )


def expired(notice: OrderExpired, clock: Clock) -> Text:
    then = "Kalau masih perlu, kirim ulang."
    match notice.reason:
        case ExpiryReason.TOO_OLD:
            why = "Pesanan ini terlambat kami terima."
        case ExpiryReason.NEVER_SENT:
            why = "Server tidak bisa dihubungi, pesanan tidak terkirim."
        case ExpiryReason.CLOCK_CHANGED:
            why = "Jam server berubah selagi pesanan ini menunggu."
        case ExpiryReason.NO_ACCESS:
            why = "Akses Anda dihentikan sebelum pesanan ini dikirim."
            then = "Tanyakan dulu ke admin."
        case _:
            assert_never(notice.reason)
    return lines(
        _head("⌛", "TIDAK DIPROSES", notice),
        _number(notice),
        why,
        f"Tidak ada yang dibeli. {then}",
        *balance_rows(notice.balance),
        _foot(notice, clock),
    )


def disputed(notice: OrderDisputed, clock: Clock) -> Text:
    now = "SUKSES" if notice.now is Outcome.SUCCESS else "GAGAL"
    return lines(
        _head("⚠️", "HASIL BERUBAH", notice),
        _number(notice),
        f"Server sekarang melaporkan {now}, berbeda dari kabar sebelumnya.",
        (bold("Jangan kirim ulang."), " Admin sedang memeriksa, kepastiannya dikirim ke sini."),
        *balance_rows(notice.balance),
        _foot(notice, clock),
    )
