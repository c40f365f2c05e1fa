"""Texts that show orders: one in full, the orders to a number, a page of the history."""

from typing import assert_never

from bot.grammar.parsed import EXAMPLE
from bot.notices.order_lookup import (
    NoMatchingOrder,
    OrderDetails,
    OrderHistory,
    OrderLookupNotice,
    OrderRow,
    OrdersToDestination,
)
from bot.orders.model import ExpiryReason, State
from bot.texts.batch_summary import MARKS
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
from bot.texts.orders import shown_reason

STATES = {
    State.PLACED: "Diproses",
    State.SUBMITTING: "Diproses",
    State.PENDING: "Diproses",
    State.UNKNOWN: "Belum pasti",
    State.SUCCEEDED: "Sukses",
    State.FAILED: "Gagal",
    State.EXPIRED: "Tidak diproses",
    State.DISPUTED: "Diperiksa admin",
}

_EXPIRIES = {
    ExpiryReason.TOO_OLD: "Terlambat kami terima, tidak ada yang dibeli.",
    ExpiryReason.NEVER_SENT: "Server tidak bisa dihubungi, tidak ada yang dibeli.",
    ExpiryReason.CLOCK_CHANGED: "Jam server berubah selagi menunggu, tidak ada yang dibeli.",
    ExpiryReason.NO_ACCESS: "Akses dihentikan, tidak ada yang dibeli.",
}

LIST_SN_CHARS, LIST_REASON_CHARS = 60, 60


def order_details(notice: OrderDetails, clock: Clock) -> Text:
    rows: list[Row] = [
        (
            f"{MARKS[notice.state]} ",
            bold(STATES[notice.state].upper()),
            " ",
            code(notice.typed),
        ),
        ("Nomor: ", format_destination(notice.destination)),
        f"Dipesan {clock.moment(notice.placed_at_ms)}",
    ]
    if notice.ordinal > 1:
        rows.append(f"Pembelian ke-{notice.ordinal} hari itu")
    if notice.user_id is not None:
        of = (", asisten ", untrusted(notice.owner_name, 40)) if notice.owner_name else ()
        rows.append(("Pemesan: ", untrusted(notice.name), f" ({notice.user_id})", *of))
    elif notice.name:
        rows.append(("Diketik oleh ", untrusted(notice.name, 40)))
    if notice.price_idr is not None:
        rows.append(f"Harga: {rupiah(notice.price_idr)}")
    rows.extend(["Cek di biller, lalu tetapkan hasilnya."] if notice.is_undecided else _proof(notice))
    return lines(*rows, f"Kabar terakhir {clock.moment(notice.at_ms)}\nRef {notice.trxid}")


def _proof(notice: OrderDetails) -> list[Row]:
    """Return the SN, the reason of a failure, or the warning not to send again."""
    match notice.state:
        case State.SUCCEEDED:
            return [("SN: ", untrusted(notice.sn, 500)) if notice.sn else "SN: belum ada"]
        case State.FAILED:
            reason = shown_reason(notice.reason, notice.failure_cause)
            return [("Alasan: ", untrusted(reason, 200))] if reason else []
        case State.EXPIRED:
            return [_EXPIRIES[notice.expiry]] if notice.expiry else []
        case State.UNKNOWN | State.DISPUTED:
            return [(bold("Jangan kirim ulang."), " Admin sudah diberi tahu, kepastiannya dikirim ke sini.")]
        case State.PLACED | State.SUBMITTING | State.PENDING:
            return [(bold("Jangan kirim ulang."), " Hasilnya dikirim begitu ada.")]
        case _:
            assert_never(notice.state)


def _listed(number: int, row: OrderRow, clock: Clock, *, with_number: bool) -> tuple[Row, Row]:
    named = code(f"{row.code}.{row.destination}") if with_number else code(row.code)
    proof: tuple[str | Span, ...] = ()
    reason = shown_reason(row.reason, row.failure_cause)
    if row.state is State.SUCCEEDED and row.sn:
        proof = (" · SN ", untrusted(row.sn, LIST_SN_CHARS))
    elif row.state is State.FAILED and reason:
        proof = (" · ", untrusted(reason, LIST_REASON_CHARS))
    who: tuple[str | Span, ...] = (" · ", untrusted(row.name, 30)) if row.name else ()
    return (
        (f"{number}. {MARKS[row.state]} ", named, f" {STATES[row.state].lower()}"),
        (f"    {clock.moment(row.placed_at_ms)}", *who, *proof),
    )


def orders_to(notice: OrdersToDestination, clock: Clock) -> Text:
    rows = [
        each
        for number, row in enumerate(notice.rows, start=1)
        for each in _listed(number, row, clock, with_number=False)
    ]
    return lines(
        ("🔎 ", bold("Pesanan ke"), " ", format_destination(notice.destination)),
        *rows,
        "Ketuk angkanya untuk rincian.",
    )


def no_matching_order(notice: NoMatchingOrder) -> Text:
    if not notice.typed:
        return lines(
            "🔎 Belum ada pesanan.", ("Pesan dengan ", code("kode.nomor"), ", misalnya ", code(EXAMPLE))
        )
    return lines(
        ("🔎 Tidak ada pesanan untuk ", untrusted(notice.typed), "."),
        (
            "Periksa nomornya. Contoh: ",
            code("cek.081234567890"),
            ", atau ",
            code("cek"),
            " dengan Ref-nya.",
        ),
        "Semua pesanan: /riwayat",
    )


def history(notice: OrderHistory, clock: Clock) -> Text:
    if not notice.rows and notice.name:
        return lines(("🧾 ", untrusted(notice.name, 40), " belum punya pesanan."))
    if not notice.rows:
        return lines(
            "🧾 Belum ada pesanan.", ("Pesan dengan ", code("kode.nomor"), ", misalnya ", code(EXAMPLE))
        )
    rows = [
        each
        for number, row in enumerate(notice.rows, start=1)
        for each in _listed(number, row, clock, with_number=True)
    ]
    of = (" ", untrusted(notice.name, 40)) if notice.name else ()
    return lines(("🧾 ", bold("Riwayat pesanan"), *of), *rows, "Ketuk angkanya untuk rincian.")


def words(notice: OrderLookupNotice, clock: Clock) -> Text:
    match notice:
        case OrderDetails():
            return order_details(notice, clock)
        case OrdersToDestination():
            return orders_to(notice, clock)
        case NoMatchingOrder():
            return no_matching_order(notice)
        case OrderHistory():
            return history(notice, clock)
        case _:
            assert_never(notice)
