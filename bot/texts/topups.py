"""The words about what admins paid in at the biller, and a balance there that it does not explain."""

from typing import assert_never

from bot.notices.topups import (
    BillerDrift,
    TopUpCancelled,
    TopUpNoted,
    TopUpNotice,
    TopUpQuestion,
    TopUpUnclear,
)
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


LOWER = (
    "Mungkin: biaya biller, pembelian di luar Loket, salah potong, pesanan yang ditetapkan GAGAL"
    " padahal dibeli, atau top-up yang dicatat tetapi belum masuk."
)
HIGHER = "Mungkin: top-up yang belum dicatat, atau uang yang dikembalikan biller."


def biller_drift(notice: BillerDrift, clock: Clock) -> Text:
    reported, since = rupiah(notice.reported_idr), clock.moment(notice.checkpoint_at_ms)
    difference_idr = notice.reported_idr - notice.expected_idr
    is_higher = difference_idr > 0
    next_one: Row = ("Top-up berikutnya catat begitu masuk: ", code("/topup 5000000"))
    return lines(
        ("🚨 ", bold("Saldo biller tidak cocok")),
        ("Dilaporkan ", bold(reported), ", hitungan Loket ", bold(rupiah(notice.expected_idr))),
        f"{'Lebih' if is_higher else 'Kurang'} {rupiah(abs(difference_idr))}. {_moves(notice, since)}",
        HIGHER if is_higher else LOWER,
        f"Cocokkan dengan mutasi di biller sejak {since}.",
        f"Selanjutnya dihitung dari {reported}: top-up yang sudah masuk tidak perlu dicatat lagi.",
        *((next_one,) if is_higher else ()),
        clock.moment(notice.at_ms),
    )


def _moves(notice: BillerDrift, since: str) -> str:
    """Return how the expected balance came about."""
    topup = f" + top-up {rupiah(notice.topup_idr)}" if notice.topup_idr else ""
    sign, what = ("+", "modal kembali") if notice.spent_idr < 0 else ("-", "modal pesanan")
    spent = f" {sign} {what} {rupiah(abs(notice.spent_idr))}" if notice.spent_idr else ""
    return f"Hitungannya: {rupiah(notice.checkpoint_idr)} pada {since}{topup}{spent}."


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
        case BillerDrift():
            return biller_drift(notice, clock)
        case _:
            assert_never(notice)
