"""Texts for admins about SNs that could not be read with certainty, or that changed."""

from typing import assert_never

from bot.notices.orders import AboutOrder
from bot.notices.serial_numbers import (
    OtherSnReported,
    SerialNumberNotice,
    SnForwarded,
    SnPrompt,
    SnRejected,
    SnUnread,
)
from bot.texts.formatting import Clock, Row, Text, bold, code, format_destination, lines, untrusted


def _what(about: AboutOrder) -> Row:
    return (code(about.typed), " (", format_destination(about.destination), ")")


def biller_words(raw: str) -> tuple[Row, ...]:
    """Return a row with the biller's text; none if it is empty."""
    return (("Kata biller: ", untrusted(raw, 500)),) if raw else ()


def unread(notice: SnUnread, clock: Clock) -> Text:
    candidate: tuple[Row, ...] = ()
    if notice.candidate:
        candidate = (("Mungkin ini: ", untrusted(notice.candidate, 500)),)
    return lines(
        ("🔎 ", bold("SUKSES, tetapi SN belum terbaca")),
        _what(notice),
        ("Ref ", code(notice.trxid)),
        *biller_words(notice.raw),
        *candidate,
        "Teruskan SN-nya ke reseller:"
        if notice.candidate
        else "Ketuk Ketik SN untuk meneruskannya ke reseller.",
        clock.moment(notice.at_ms),
    )


def other_reported(notice: OtherSnReported, clock: Clock) -> Text:
    return lines(
        ("⚠️ ", bold("Biller mengirim SN lain")),
        _what(notice),
        ("Ref ", code(notice.trxid)),
        ("SN yang sudah dikirim: ", untrusted(notice.sn, 500)),
        ("SN yang baru: ", untrusted(notice.other_sn, 500)),
        *biller_words(notice.raw),
        "Cek di biller. Kalau yang baru yang benar, teruskan ke reseller:",
        clock.moment(notice.at_ms),
    )


def words(notice: SerialNumberNotice, clock: Clock) -> Text:
    match notice:
        case SnUnread():
            return unread(notice, clock)
        case OtherSnReported():
            return other_reported(notice, clock)
        case SnPrompt():
            return lines(
                ("✏️ ", bold("SN yang mana?")),
                _what(notice),
                ("Ref ", code(notice.trxid)),
                "Ketik SN-nya di sini, atau nanti balas pesan ini.",
                "SN itu langsung dikirim ke reseller.",
            )
        case SnForwarded():
            by = (" oleh ", untrusted(notice.admin_name)) if notice.admin_name else (" oleh biller",)
            return lines(
                ("☑️ ", bold("SN diteruskan"), *by),
                _what(notice),
                ("SN: ", untrusted(notice.sn, 500)),
                f"{clock.moment(notice.at_ms)} · Ref {notice.trxid}",
            )
        case SnRejected():
            return lines(("Pesanan dengan Ref ", untrusted(notice.trxid or "-"), " tidak berstatus SUKSES."))
        case _:
            assert_never(notice)
