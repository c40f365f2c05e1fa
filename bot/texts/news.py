"""The words of news, of what admins see of it, and of who wants none."""

import unicodedata
from typing import assert_never

from bot.notices.news import (
    BroadcastCancelled,
    BroadcastCard,
    BroadcastEnded,
    BroadcastError,
    BroadcastNews,
    BroadcastPreview,
    BroadcastProgress,
    BroadcastRejected,
    NewsChoice,
    NewsNotice,
    PriceDigest,
    PriceDigestSent,
    PriceMove,
)
from bot.texts.formatting import MAX_UNITS, Clock, Row, Text, bold, code, length, lines, rupiah, untrusted

MAX_CAPTION_UNITS = 1024
"""Telegram's limit for the text under a picture, in UTF-16 units."""

MAX_NAME_CHARS = 24

_JOINERS = "\u200c\u200d"
"""Parts of emoji and of words, which look like nothing alone."""


def broadcast_body(typed: str) -> str:
    """Return the text of a broadcast as it is sent: its lines without controls and direction marks."""
    rows = ("".join(map(_visible, row)).rstrip() for row in typed.replace("\r\n", "\n").split("\n"))
    return "\n".join(rows).strip()


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Zs" or char == "\t":
        return " "
    return "" if category[0] == "C" and category != "Co" and char not in _JOINERS else char


def broadcast(body: str) -> Text:
    """Return a broadcast as people see it; all in it is plain text, whatever an admin typed."""
    return lines(("📢 ", bold("Pengumuman")), *((body,) if body else ()))


def max_body_units(*, has_picture: bool) -> int:
    """Return how long the text of a broadcast may be, in UTF-16 units."""
    return (MAX_CAPTION_UNITS if has_picture else MAX_UNITS) - length(broadcast("")) - 1


def broadcast_rejected(notice: BroadcastRejected) -> Text:
    example: Row = ("Contoh: ", code("/umumkan Besok loket tutup jam 20.00"))
    match notice.error:
        case BroadcastError.EMPTY:
            return lines(
                "🤔 Teks pengumumannya belum ada.",
                example,
                "Atau balas pesan atau foto yang mau diumumkan dengan /umumkan",
            )
        case BroadcastError.TOO_LONG:
            return lines(
                f"🤔 Pengumuman ini terlalu panjang: {_number(notice.units)} karakter.",
                f"Paling banyak {_number(notice.max_units)} karakter, di bawah foto"
                f" {_number(max_body_units(has_picture=True))}.",
                "Singkatkan, lalu kirim lagi.",
            )
        case BroadcastError.NOBODY:
            return lines(
                "🤔 Belum ada reseller yang menerima pengumuman.", "Lihat siapa yang terdaftar: /reseller"
            )
        case _:
            assert_never(notice.error)


def broadcast_card(notice: BroadcastCard) -> Text:
    people = f"{_number(notice.people_count)} orang"
    if notice.is_chosen:
        return lines(
            ("📢 ", bold(f"Yakin kirim ke {people}?")), "Yang sudah terkirim tidak bisa ditarik lagi."
        )
    return lines(
        ("📢 ", bold("Kirim pengumuman di atas?")),
        f"Penerima: {people}, semua reseller aktif yang mau menerima info.",
        "Belum ada yang dikirim.",
    )


def broadcast_progress(notice: BroadcastProgress) -> Text:
    headline = "Pengumuman dihentikan …" if notice.is_stopping else "Pengumuman sedang dikirim"
    return lines(
        ("📢 ", bold(headline)),
        f"Terkirim {_number(notice.sent_count)} dari {_number(notice.people_count)} orang",
        *_not_taken(notice.refused_count, notice.failed_count),
        *(() if notice.is_stopping else ("Hasil pesanan tetap didahulukan.",)),
        ("Oleh ", untrusted(notice.admin_name)),
    )


def broadcast_ended(notice: BroadcastEnded, clock: Clock) -> Text:
    headline = "🛑 ", bold("Pengumuman dihentikan")
    unsent = [f"Tidak dikirim: {_number(notice.unsent_count)} orang"] if notice.unsent_count else []
    return lines(
        headline if notice.is_stopped else ("☑️ ", bold("Pengumuman selesai dikirim")),
        f"Terkirim: {_number(notice.sent_count)} orang",
        *_not_taken(notice.refused_count, notice.failed_count),
        *unsent,
        ("Oleh ", untrusted(notice.admin_name)),
        clock.moment(notice.at_ms),
    )


def _not_taken(refused: int, failed: int) -> list[str]:
    return [
        *([f"Bot diblokir: {_number(refused)} orang"] if refused else []),
        *([f"Tidak diterima Telegram: {_number(failed)} orang"] if failed else []),
    ]


def news_choice(notice: NewsChoice) -> Text:
    if notice.wants_news:
        return lines(
            "🔔 Pengumuman dan kabar harga dikirim ke Anda.",
            ("Tidak mau lagi? Ketik ", code("berhenti info")),
        )
    return lines(
        "🔕 Pengumuman dan kabar harga tidak dikirim lagi ke Anda.",
        "Hasil pesanan tetap dikirim.",
        ("Mau lagi? Ketik ", code("mulai info")),
    )


def price_digest(notice: PriceDigest, clock: Clock) -> Text:
    more: list[Row] = []
    if notice.more_count:
        more = [(f"… dan {_number(notice.more_count)} lagi. Semua harga: ", code("harga"))]
    return lines(
        ("🏷 ", bold("Harga berubah")),
        "Produk yang Anda beli 30 hari terakhir:",
        *(_move(move) for move in notice.moves),
        *more,
        clock.moment(notice.at_ms),
    )


def _move(move: PriceMove) -> Row:
    mark = "🔺" if move.price_idr > move.old_price_idr else "🔻"
    name = (" ", untrusted(move.name, MAX_NAME_CHARS)) if move.name else ()
    return (
        f"{mark} ",
        code(move.code),
        *name,
        f": {rupiah(move.old_price_idr)} → ",
        bold(rupiah(move.price_idr)),
    )


def price_digest_sent(notice: PriceDigestSent, clock: Clock) -> Text:
    return lines(
        f"🏷 Kabar harga dikirim ke {_number(notice.people_count)} reseller yang membeli produknya"
        " 30 hari terakhir.",
        clock.moment(notice.at_ms),
    )


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def words(notice: NewsNotice, clock: Clock) -> Text:
    match notice:
        case BroadcastRejected():
            return broadcast_rejected(notice)
        case BroadcastCard():
            return broadcast_card(notice)
        case BroadcastCancelled():
            return lines("Pengumuman di atas tidak dikirim.")
        case BroadcastProgress():
            return broadcast_progress(notice)
        case BroadcastEnded():
            return broadcast_ended(notice, clock)
        case NewsChoice():
            return news_choice(notice)
        case PriceDigest():
            return price_digest(notice, clock)
        case PriceDigestSent():
            return price_digest_sent(notice, clock)
        case BroadcastNews() | BroadcastPreview():
            raise LookupError("a broadcast is rendered with its content")
        case _:
            assert_never(notice)
