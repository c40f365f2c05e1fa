"""Texts about orders that were not placed at once: questions, offers, duplicates, closed products."""

from typing import assert_never

from bot.grammar.parsed import Ambiguity, InputError, order_text
from bot.notices.placing import (
    BatchSummary,
    ClosedReason,
    MessageOrders,
    OrderOffer,
    OrderProposal,
    OrderQuestion,
    OrderRepeated,
    OrderState,
    PlacingNotice,
    ProductClosed,
)
from bot.orders.model import State
from bot.texts.batch_summary import MARKS
from bot.texts.formatting import Clock, Row, Text, bold, code, format_destination, lines, rupiah, untrusted

_QUESTIONS = {
    Ambiguity.SKIPPED: "Urutan pembeliannya terlewat. Yang berikutnya hari ini:",
    Ambiguity.NOMINAL: "Produk yang mana untuk nominal ini?",
    Ambiguity.CARRIER: "Nomor ini bukan dari operator produknya.",
    Ambiguity.ORDINAL: "Angka pendeknya: pembelian keberapa, atau bagian nomor?",
    Ambiguity.NUMBER: "Nomor ini bisa dibaca dua cara.",
    Ambiguity.PARTS: "Ada bagian lain di samping kode dan nomor.",
    Ambiguity.PIN: "Ada bagian lain di samping kode dan nomor. PIN tidak perlu diketik.",
    Ambiguity.UNKNOWN_CODE: "Kode ini tidak ada di daftar harga. Mungkin maksudnya:",
    Ambiguity.SERVER: "Pastikan ID dan servernya.",
    Ambiguity.LETTERS: "Ada huruf di dalam nomor.",
    Ambiguity.SWAPPED: "Nomornya tertulis di depan kode.",
    Ambiguity.GLUED: "Kode dan nomornya tersambung.",
    Ambiguity.TALK: "Ini pesanan atau obrolan?",
}

_ONE_READING = {
    Ambiguity.NOMINAL: "Kodenya belum diketik. Maksudnya yang ini?",
    Ambiguity.ORDINAL: "Ada angka pendek di samping nomor. Maksudnya yang ini?",
    Ambiguity.NUMBER: "Nomornya tidak biasa. Sudah benar?",
}
"""The questions that would name more readings than the only one offered."""

_OTHER_CARRIER = "⚠️ Nomor ini bukan dari operator produknya."

_STATES = {
    State.PLACED: "sedang diproses",
    State.SUBMITTING: "sedang diproses",
    State.PENDING: "sedang diproses",
    State.UNKNOWN: "belum pasti hasilnya",
    State.SUCCEEDED: "sudah sukses",
    State.FAILED: "gagal",
    State.EXPIRED: "tidak diproses",
    State.DISPUTED: "sedang diperiksa admin",
}


_NOT_READ = {
    InputError.EDITED: "Pesan yang diubah tidak diproses.",
    InputError.FORWARDED: "Pesan terusan tidak diproses.",
    InputError.CAPTIONED: "Pesanan di keterangan foto atau file tidak diproses.",
}


def _offered(offer: OrderOffer) -> Row:
    price = f" · {rupiah(offer.price_idr)}" if offer.price_idr is not None else ""
    name = (" ", untrusted(offer.name)) if offer.name else ()
    return (code(order_text(offer.intent)), *name, price)


def _warned(offer: OrderOffer) -> tuple[Row, ...]:
    """Return an offer, with a warning if its number belongs to another carrier."""
    warning = (_OTHER_CARRIER,) if offer.is_other_carrier else ()
    return (_offered(offer), *warning)


def _question(notice: OrderQuestion) -> str:
    """Return a question that names no reading without an offer."""
    destinations = {offer.intent.destination for offer in notice.offers}
    if len(notice.offers) == 1 and notice.ambiguity in _ONE_READING:
        return _ONE_READING[notice.ambiguity]
    if notice.ambiguity is Ambiguity.ORDINAL and len(destinations) == 1:
        return "Angka pendeknya bisa dibaca beberapa cara."
    if notice.ambiguity is Ambiguity.NUMBER and len(notice.offers) > 2:  # noqa: PLR2004 - two readings
        return "Nomor ini bisa dibaca beberapa cara."
    return _QUESTIONS[notice.ambiguity]


def order_question(notice: OrderQuestion) -> Text:
    ask = "Ketuk untuk membeli, atau ketik ulang." if len(notice.offers) == 1 else "Ketuk yang dimaksud."
    # One offer of the carrier question is warned of by its question.
    is_warned = notice.ambiguity is Ambiguity.CARRIER and len(notice.offers) == 1
    return lines(
        f"🤔 {_question(notice)}",
        *(row for offer in notice.offers for row in ((_offered(offer),) if is_warned else _warned(offer))),
        f"{ask} Belum ada yang dibeli.",
    )


def order_proposal(notice: OrderProposal) -> Text:
    intent, name = notice.offer.intent, notice.offer.name
    rows: list[Row] = [("🛒 ", bold("Beli ini?"))]
    if name:
        rows.append((untrusted(name),))
    rows.append(("Kode: ", code(intent.product_code)))
    rows.append(("Nomor: ", format_destination(intent.destination)))
    if intent.ordinal > 1:
        rows.append(f"Pembelian ke-{intent.ordinal} hari ini")
    if notice.offer.price_idr is not None:
        rows.append(f"Harga: {rupiah(notice.offer.price_idr)}")
    if notice.offer.is_other_carrier:
        rows.append(_OTHER_CARRIER)
    return lines(*rows, "Belum ada yang dibeli. Ketuk tombolnya untuk membeli.")


def order_repeated(notice: OrderRepeated, clock: Clock) -> Text:
    rows: list[Row] = [
        (f"↩️ {MARKS[notice.state]} ", code(notice.typed), " ", _STATES[notice.state]),
        ("Nomor: ", format_destination(notice.destination)),
    ]
    if notice.sn:
        rows.append(("SN: ", untrusted(notice.sn, 500)))
    rows.append(f"Dipesan {clock.moment(notice.at_ms)}\nRef {notice.trxid}")
    if notice.again is None:
        return lines(*rows, "Sudah 99 kali hari ini, tidak bisa ditambah lagi.")
    is_over = notice.state is State.SUCCEEDED
    held = "Tidak dibeli lagi." if is_over else "Tidak dibeli lagi, tunggu hasilnya."
    return lines(*rows, (f"{held} Kalau memang mau satu lagi, ketik ", code(order_text(notice.again.intent))))


def message_orders(notice: MessageOrders) -> Text:
    rows: list[Row] = [f"🤔 {_NOT_READ[notice.input_error]}"]
    if notice.own:
        rows += ["Pesanan dari pesan ini tidak berubah:", *map(_order_state, notice.own)]
    else:
        rows.append("Dari pesan ini tidak ada yang dibeli.")
    if more := notice.own_count - len(notice.own):
        rows.append(f"dan {more} pesanan lain. Semuanya: ketik riwayat")
    if notice.same:
        rows += ["Pesanan yang sama sudah ada:", *map(_order_state, notice.same)]
    if notice.suggestion:
        rows.append(("Belum dibeli, kirim sebagai pesan baru: ", untrusted(notice.suggestion, 100)))
    return lines(*rows)


def _order_state(order: OrderState) -> Row:
    return (
        *(f"{MARKS[order.state]} ", code(order.typed), f" {_STATES[order.state]}"),
        f"\nRef {order.trxid}",
    )


def trouble_advice(*, has_others: bool) -> Row:
    """Return what to do about a product that fails for everybody."""
    if has_others:
        return "Pakai yang lain di bawah, atau coba lagi nanti."
    return ("Coba lagi nanti, atau cari yang lain: ketik ", code("harga"))


def product_closed(notice: ProductClosed) -> Text:
    match notice.closure:
        case ClosedReason.RESTING:
            minute = notice.opens_minute or 0
            why = f"sedang jam tutup, buka lagi pukul {minute // 60:02d}:{minute % 60:02d}."
        case ClosedReason.CLOSED:
            why = "sedang ditutup."
        case ClosedReason.TROUBLE:
            why = "sedang gangguan di server."
        case _:
            assert_never(notice.closure)
    rows: list[Row] = [
        ("🚫 ", code(notice.code), " ", untrusted(notice.name), f" {why}"),
        "Belum ada yang dibeli.",
    ]
    if notice.closure is ClosedReason.TROUBLE:
        rows.append(trouble_advice(has_others=bool(notice.others)))
    if notice.others:
        rows.append("Pilihan lain:")
        rows.extend(row for offer in notice.others for row in _warned(offer))
    return lines(*rows)


def words(notice: PlacingNotice, clock: Clock) -> Text:
    match notice:
        case OrderQuestion():
            return order_question(notice)
        case OrderProposal():
            return order_proposal(notice)
        case OrderRepeated():
            return order_repeated(notice, clock)
        case ProductClosed():
            return product_closed(notice)
        case MessageOrders():
            return message_orders(notice)
        case BatchSummary():
            raise LookupError("a batch summary is rendered with its content")
        case _:
            assert_never(notice)
