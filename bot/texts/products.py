"""What admins read about single products: opened, closed, unknown, or not to be had at the biller."""

from typing import assert_never

from bot.notices.products import (
    ProductFailing,
    ProductNotice,
    ProductsSwitched,
    ProductSwitched,
    ProductUnknown,
)
from bot.texts.formatting import Clock, Row, Text, bold, code, lines, untrusted

MAX_CODES_CHARS = 1_000
"""Of the codes of one command so much is shown: three such rows fit one message."""


def switched(notice: ProductSwitched) -> Text:
    mark, word = ("🟢", "dibuka") if notice.is_open else ("🔴", "ditutup")
    already = "" if notice.fresh else "sudah "
    return lines((f"{mark} ", code(notice.code), " ", untrusted(notice.name), f" {already}{word}."))


def switched_several(notice: ProductsSwitched) -> Text:
    mark, word = ("🟢", "dibuka") if notice.is_open else ("🔴", "ditutup")
    told = (
        (f"{mark} {word.capitalize()}: ", notice.codes),
        (f"{mark} Sudah {word}: ", notice.already),
        ("❗ Tidak ada di katalog: ", notice.unknown),
    )
    return lines(*((label, untrusted(" ".join(codes), MAX_CODES_CHARS)) for label, codes in told if codes))


def unknown(notice: ProductUnknown) -> Text:
    if not notice.typed:
        return lines("Ketik kodenya di belakang, misalnya:", code("/tutup s5"))
    similar = tuple(part for one in notice.similar for part in (" ", code(one)))
    rows: list[Row] = [("Tidak ada produk dengan kode ", untrusted(notice.typed), ".")]
    if similar:
        rows.append(("Mungkin:", *similar))
    return lines(*rows)


def trouble(notice: ProductFailing, clock: Clock) -> Text:
    rows: list[Row] = [
        ("⚠️ ", bold("Produk gangguan di biller")),
        (code(notice.code), " ", untrusted(notice.name)),
    ]
    if notice.reason:
        rows.append(("Alasan: ", untrusted(notice.reason, 200)))
    return lines(
        *rows, clock.moment(notice.at_ms), "Tutup dulu supaya tidak dipesan? Buka lagi dengan /buka."
    )


def words(notice: ProductNotice, clock: Clock) -> Text:
    """Return the words for a notice about products."""
    match notice:
        case ProductSwitched():
            return switched(notice)
        case ProductsSwitched():
            return switched_several(notice)
        case ProductUnknown():
            return unknown(notice)
        case ProductFailing():
            return trouble(notice, clock)
        case _:
            assert_never(notice)
