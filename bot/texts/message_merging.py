"""What a chat that is behind reads: a line a notice, as many as one message holds."""

from collections.abc import Sequence
from typing import assert_never

from bot.notices import orders as say
from bot.orders.model import Outcome
from bot.orders.pln_token import pln_token_of
from bot.texts.formatting import (
    MAX_STYLED,
    MAX_UNITS,
    Clock,
    Span,
    Text,
    bold,
    code,
    length,
    lines,
    styled,
    untrusted,
)
from bot.texts.orders import told_reason

REASON_CHARS, SN_CHARS = 80, 500
ROOM_FOR_COUNT = 3
"""A message holds some hundred lines: so many digits more than one."""

_FOOT = "Angka di ujung baris: akhir Ref. Rincian: cek.NOMOR"


def merge_notices(notices: Sequence[say.ListableNotice], clock: Clock) -> tuple[Text, int]:
    """Join as many of `notices` as one message holds, at least one; give the words and how many they are."""
    rows: list[Span] = []
    count = 0
    whole = _frame(rows, notices[0], clock, count)
    units, runs = length(whole) + ROOM_FOR_COUNT, styled(whole)
    for notice in notices:
        row = lines(("\n", *_row(notice)))
        units, runs = units + length(row), runs + styled(row)
        if rows and (units > MAX_UNITS or runs > MAX_STYLED):
            break
        rows += row
        count += 1
    return _frame(rows, notices[count - 1], clock, count), count


def _frame(rows: list[Span], last: say.ListableNotice, clock: Clock, count: int) -> Text:
    head = lines(("📬 ", bold(f"{count} kabar")))
    return (*head, *rows, *lines("", clock.time(last.at_ms), _FOOT))


def _row(notice: say.ListableNotice) -> tuple[str | Span, ...]:
    mark, what = _told(notice)
    return (f"{mark} ", _typed(notice), *what, f" ·{notice.trxid[-5:]}")


def _typed(notice: say.ListableNotice) -> Span:
    """Give the order's text; a run of digits needs no style, of which a message holds only so many."""
    return Span(notice.typed) if notice.destination.isdigit() else untrusted(notice.typed)


def _told(notice: say.ListableNotice) -> tuple[str, tuple[str | Span, ...]]:
    match notice:
        case say.OrderReceived():
            return "⏳", (" diproses",)
        case say.OrderWaiting():
            return "⏳", (" antre, jangan kirim ulang",)
        case say.OrderOverdue():
            return "⏳", (" masih diproses, jangan kirim ulang",)
        case say.OrderSucceeded():
            return "✅", _proof(notice)
        case say.OrderFailed():
            reason = told_reason(notice.reason, notice.failure_cause)
            return "❌", (" gagal: ", untrusted(reason, REASON_CHARS)) if reason else (" gagal",)
        case say.OrderUnknown():
            return "❔", (" belum pasti, jangan kirim ulang",)
        case say.OrderExpired():
            return "⌛", (" tidak dibeli, kirim ulang bila masih perlu",)
        case say.OrderDisputed():
            now = "SUKSES" if notice.now is Outcome.SUCCESS else "GAGAL"
            return "⚠️", (f" hasil berubah, kini {now}: jangan kirim ulang",)
        case _:
            assert_never(notice)


def _proof(notice: say.OrderSucceeded) -> tuple[str | Span, ...]:
    if not notice.sn:
        return (" SN belum ada",)
    token = pln_token_of(notice.code, notice.destination, notice.sn)
    if token is None:
        return (" SN ", untrusted(notice.sn, SN_CHARS))
    if None in (token.name, token.tariff, token.kwh):
        return (" ", code(token.digits), " SN ", untrusted(notice.sn, SN_CHARS))
    return (" ", code(token.digits), " ", untrusted(f"{token.name} {token.tariff} {token.kwh} kWh"))
