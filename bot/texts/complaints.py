"""Texts about complaints, for the reseller who made one and for the admins who answer."""

from typing import assert_never

from bot.notices.complaints import (
    ComplaintCard,
    ComplaintClosed,
    ComplaintHelp,
    ComplaintsNotice,
    ComplaintStage,
    ComplaintUpdate,
    NoComplaints,
    TooManyComplaints,
)
from bot.notices.orders import AboutOrder
from bot.texts.formatting import Clock, Row, Text, bold, code, format_destination, lines, untrusted
from bot.texts.serial_numbers import biller_words
from bot.texts.technical_notes import STATES

DELIVERED = "Menurut server, pesanan ini sudah terkirim."


def _head(mark: str, word: str, about: AboutOrder) -> Row:
    return (f"{mark} ", bold(word), " ", code(about.typed))


def _answer(answer: str | None) -> Row:
    return ("Jawaban admin: ", untrusted(answer, 500)) if answer else DELIVERED


def update(notice: ComplaintUpdate, clock: Clock) -> Text:
    number, ref = ("Nomor: ", format_destination(notice.destination)), f"Ref {notice.trxid}"
    match notice.stage:
        case ComplaintStage.OPEN:
            head = _head("📣", "KOMPLAIN DITERIMA", notice)
            rows: tuple[Row, ...] = ("Admin sudah diberi tahu. Jawabannya dikirim ke sini.",)
        case ComplaintStage.CHECKING:
            head = _head("🔎", "KOMPLAIN DICEK", notice)
            rows = ("Admin sedang mengeceknya. Jawabannya dikirim ke sini.",)
        case ComplaintStage.ANSWERED:
            head = _head("💬", "KOMPLAIN DIJAWAB", notice)
            shows_sn = notice.sn and not notice.answer
            rows = (
                _answer(notice.answer),
                *([("SN: ", untrusted(notice.sn or "", 500))] if shows_sn else []),
            )
        case _:
            assert_never(notice.stage)
    return lines(head, number, *rows, f"{clock.time(notice.at_ms)}\n{ref}")


def card(notice: ComplaintCard, clock: Clock) -> Text:
    who = untrusted(notice.name) if notice.name else "tanpa nama"
    of = (", asisten ", untrusted(notice.owner_name, 40)) if notice.owner_name else ()
    stage = "sedang dicek" if notice.stage is ComplaintStage.CHECKING else "belum dijawab"
    rows: list[Row] = [
        ("📣 ", bold("Komplain"), f" ({stage})"),
        (code(notice.typed), " (", format_destination(notice.destination), ")"),
        ("Pemesan: ", who, " ", code(str(notice.user_id)), *of),
    ]
    if notice.note:
        rows.append(("Pesan: ", untrusted(notice.note, 300)))
    rows.append(f"Status: {STATES[notice.state]}")
    if notice.sn:
        rows.append(("SN: ", untrusted(notice.sn, 500)))
    if notice.reason and not notice.raw:
        rows.append(("Alasan: ", untrusted(notice.reason, 200)))
    rows += biller_words(notice.raw)
    rows.append(f"Dipesan {clock.moment(notice.placed_at_ms)}, komplain {clock.moment(notice.at_ms)}")
    if notice.biller_ref:
        rows.append(("Nomor biller ", untrusted(notice.biller_ref)))
    rows += [("Ref ", code(notice.trxid)), "Balas pesan ini untuk menjawab."]
    return lines(*rows)


def closed(notice: ComplaintClosed, clock: Clock) -> Text:
    by = (" oleh ", untrusted(notice.admin_name)) if notice.admin_name else ()
    return lines(
        ("☑️ ", bold("Komplain dijawab"), *by),
        (code(notice.typed), " (", format_destination(notice.destination), ")"),
        _answer(notice.answer),
        f"{clock.moment(notice.at_ms)}\nRef {notice.trxid}",
    )


def complaint_help(notice: ComplaintHelp) -> Text:
    rows: list[Row] = []
    if notice.typed:
        rows.append(("Pesanan untuk ", untrusted(notice.typed), " tidak ditemukan."))
    return lines(
        ("📣 ", bold("Komplain")),
        *rows,
        "Ketuk Komplain di bawah hasilnya, atau ketik dengan nomornya:",
        code("komplain 081234567890 belum masuk"),
    )


def too_many(notice: TooManyComplaints) -> Text:
    return lines(
        f"📣 Masih ada {notice.count} komplain Anda yang menunggu jawaban admin.",
        "Yang ini belum dikirim. Coba lagi setelah ada jawaban.",
    )


def words(notice: ComplaintsNotice, clock: Clock) -> Text:
    match notice:
        case ComplaintUpdate():
            return update(notice, clock)
        case ComplaintCard():
            return card(notice, clock)
        case ComplaintClosed():
            return closed(notice, clock)
        case ComplaintHelp():
            return complaint_help(notice)
        case TooManyComplaints():
            return too_many(notice)
        case NoComplaints():
            return lines("Tidak ada komplain yang menunggu jawaban.")
        case _:
            assert_never(notice)
