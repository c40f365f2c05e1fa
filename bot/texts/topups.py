"""The words about what admins paid in at the biller."""

from typing import assert_never

from bot.notices.topups import TopUpCancelled, TopUpNoted, TopUpNotice, TopUpQuestion, TopUpUnclear
from bot.texts.formatting import Clock, Row, Text, bold, code, lines, rupiah, untrusted


def topup_unclear(notice: TopUpUnclear) -> Text:
    typed: list[Row] = [("Yang diketik: ", untrusted(notice.typed, 60))] if notice.typed else []
    return lines(
        "🤔 Jumlah top-up belum bisa dibaca. Tulis rupiah bulat.",
        *typed,
        ("Contoh: ", code("/topup 5000000"), " atau ", code("/topup 5jt")),
    )


def topup_question(notice: TopUpQuestion, clock: Clock) -> Text:
    last: list[Row] = []
    if notice.last_idr is not None and notice.last_at_ms is not None:
        last = [f"Terakhir dicatat: {rupiah(notice.last_idr)}, {clock.moment(notice.last_at_ms)}"]
    return lines(
        ("💰 Catat top-up ke biller ", bold(rupiah(notice.amount_idr)), "?"),
        *last,
        "Yang dicatat di sini hanya memperkirakan saldo biller. Tidak ada uang yang dikirim.",
    )


def topup_noted(notice: TopUpNoted, clock: Clock) -> Text:
    expected: Row = "Saldo biller belum pernah dilaporkan."
    if notice.expected_idr is not None:
        expected = ("Perkiraan saldo biller: ", bold(rupiah(notice.expected_idr)))
    return lines(
        (
            "☑️ Top-up ",
            bold(rupiah(notice.amount_idr)),
            " dicatat oleh ",
            untrusted(notice.admin_name),
        ),
        expected,
        clock.moment(notice.at_ms),
    )


def words(notice: TopUpNotice, clock: Clock) -> Text:
    match notice:
        case TopUpUnclear():
            return topup_unclear(notice)
        case TopUpQuestion():
            return topup_question(notice, clock)
        case TopUpNoted():
            return topup_noted(notice, clock)
        case TopUpCancelled():
            return lines(f"Top-up {rupiah(notice.amount_idr)} tidak dicatat.")
        case _:
            assert_never(notice)
