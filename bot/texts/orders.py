"""What a chat reads about its orders: the same facts in the same order, and always what to do next."""

from typing import assert_never

from bot.order.model import ExpiryReason, Outcome, Trouble
from bot.order.notices import (
    AboutOrder,
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderOverdue,
    OrderReceived,
    OrderSucceeded,
    OrderUnknown,
    OrderWaiting,
)
from bot.texts.form import Clock, Row, Text, bold, code, grouped, lines, outside

_NEXT_STEP = {
    Trouble.PRODUCT_UNAVAILABLE: "Coba kode lain, atau ulangi nanti.",
    Trouble.PRODUCT_INACTIVE: "Produk sedang ditutup. Coba kode lain, atau ulangi nanti.",
    Trouble.DEPOSIT: "Server belum bisa memproses. Tunggu sebentar, lalu kirim ulang.",
    Trouble.ACCOUNT: "Server sedang gangguan, admin sudah diberi tahu. Coba lagi nanti.",
    Trouble.DESTINATION: "Periksa nomornya, lalu ketik ulang.",
    Trouble.OTHER: "Periksa kode dan nomornya, atau coba lagi nanti.",
}

# Such a reason names the operator's own user or address, which is not the reseller's business.
_REASON_WITHHELD = frozenset({Trouble.ACCOUNT})


def _head(mark: str, word: str, about: AboutOrder) -> Row:
    return (f"{mark} ", bold(word), " ", code(f"{about.code}.{about.destination}"))


def _number(about: AboutOrder) -> str:
    return f"Nomor: {grouped(about.destination)}"


def _foot(about: AboutOrder, clock: Clock) -> str:
    return f"{clock.time(about.at_ms)}\nRef {about.trxid}"


def received(notice: OrderReceived, clock: Clock) -> Text:
    """Say that the order is kept and on its way."""
    return lines(
        _head("⏳", "DIPROSES", notice),
        _number(notice),
        "Mohon tunggu, hasilnya dikirim ke sini.",
        _foot(notice, clock),
    )


def waiting(notice: OrderWaiting, clock: Clock) -> Text:
    """Say that the order keeps its place, and that sending it again would only make two of it."""
    return lines(
        _head("⏳", "ANTRE", notice),
        _number(notice),
        (bold("Jangan kirim ulang."), " Server sedang gangguan, pesanan ini menunggu giliran."),
        "Belum ada yang terbeli. Hasilnya dikirim ke sini.",
        _foot(notice, clock),
    )


def succeeded(notice: OrderSucceeded, clock: Clock) -> Text:
    """Say that it is delivered, with the SN as the biller gave it."""
    sn = (
        ("SN: ", outside(notice.sn, 500))
        if notice.sn
        else "SN: belum ada. Bila perlu, tanyakan ke admin dengan Ref ini."
    )
    return lines(_head("✅", "SUKSES", notice), _number(notice), sn, _foot(notice, clock))


def failed(notice: OrderFailed, clock: Clock) -> Text:
    """Say that it failed, why, and what to do."""
    reason = "" if notice.trouble in _REASON_WITHHELD else notice.reason
    rows: list[Row] = [_head("❌", "GAGAL", notice), _number(notice)]
    if reason:
        rows.append(("Alasan: ", outside(reason, 200)))
    return lines(*rows, _NEXT_STEP[notice.trouble], _foot(notice, clock))


def unknown(notice: OrderUnknown, clock: Clock) -> Text:
    """Say that nobody knows yet, and that sending again would be a risk."""
    return lines(
        _head("❔", "BELUM PASTI", notice),
        _number(notice),
        (bold("Jangan kirim ulang."), " Jawaban server terputus, pesanan mungkin sudah berjalan."),
        "Admin sudah diberi tahu. Kepastiannya dikirim ke sini.",
        _foot(notice, clock),
    )


def overdue(notice: OrderOverdue, clock: Clock) -> Text:
    """Say that a late result is being watched."""
    return lines(
        _head("⏳", "MASIH DIPROSES", notice),
        _number(notice),
        (bold("Jangan kirim ulang."), " Hasilnya lebih lama dari biasanya dan sedang dipantau admin."),
        _foot(notice, clock),
    )


def expired(notice: OrderExpired, clock: Clock) -> Text:
    """Say that nothing was bought, so that sending again is safe."""
    match notice.reason:
        case ExpiryReason.TOO_OLD:
            why = "Pesanan ini terlambat kami terima, jadi tidak kami belikan."
        case ExpiryReason.NEVER_SENT:
            why = "Server tidak bisa dihubungi, pesanan tidak terkirim."
        case _:
            assert_never(notice.reason)
    return lines(
        _head("⌛", "TIDAK DIPROSES", notice),
        _number(notice),
        why,
        "Tidak ada yang terbeli. Bila masih perlu, kirim ulang.",
        _foot(notice, clock),
    )


def disputed(notice: OrderDisputed, clock: Clock) -> Text:
    """Say that the biller took its word back."""
    now = "SUKSES" if notice.now is Outcome.SUCCESS else "GAGAL"
    return lines(
        _head("⚠️", "HASIL BERUBAH", notice),
        _number(notice),
        f"Server sekarang melaporkan {now}, berbeda dari kabar sebelumnya.",
        (bold("Jangan kirim ulang."), " Admin sedang memeriksa, kepastiannya dikirim ke sini."),
        _foot(notice, clock),
    )
