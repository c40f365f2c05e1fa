"""The text of several notices merged into one message, one line for each."""

from collections.abc import Sequence
from typing import assert_never

from bot.notices.orders import (
    ListableNotice,
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderOverdue,
    OrderReceived,
    OrderSucceeded,
    OrderUnknown,
    OrderWaiting,
)
from bot.orders.model import ExpiryReason, Outcome
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
from bot.texts.orders import shown_reason

REASON_CHARS, SN_CHARS = 80, 500
ROOM_FOR_COUNT = 3
"""A message holds about a hundred lines: the count has up to three more digits than 0."""

_FOOT = "Angka di ujung baris: akhir Ref. Rincian: cek.NOMOR"


def merge_notices(notices: Sequence[ListableNotice], clock: Clock) -> tuple[Text, int]:
    """Merge as many of `notices` as fit one message, at least one; return the text and their number."""
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


def _frame(rows: list[Span], last: ListableNotice, clock: Clock, count: int) -> Text:
    head = lines(("📬 ", bold(f"{count} kabar")))
    return (*head, *rows, *lines("", clock.time(last.at_ms), _FOOT))


def _row(notice: ListableNotice) -> tuple[str | Span, ...]:
    mark, what = _mark_and_state(notice)
    return (f"{mark} ", _typed(notice), *what, f" ·{notice.trxid[-5:]}")


def _typed(notice: ListableNotice) -> Span:
    """Return the order's text, digits without a style: a message may have only so many styled spans."""
    return Span(notice.typed) if notice.destination.isdigit() else untrusted(notice.typed)


def _mark_and_state(notice: ListableNotice) -> tuple[str, tuple[str | Span, ...]]:
    match notice:
        case OrderReceived():
            return "⏳", (" diproses",)
        case OrderWaiting():
            return "⏳", (" antre, jangan kirim ulang",)
        case OrderOverdue():
            return "⏳", (" masih diproses, jangan kirim ulang",)
        case OrderSucceeded():
            return "✅", _proof(notice)
        case OrderFailed():
            reason = shown_reason(notice.reason, notice.failure_cause)
            return "❌", (" gagal: ", untrusted(reason, REASON_CHARS)) if reason else (" gagal",)
        case OrderUnknown():
            return "❔", (" belum pasti, jangan kirim ulang",)
        case OrderExpired(reason=ExpiryReason.NO_ACCESS):
            return "⌛", (" tidak dibeli, akses dihentikan",)
        case OrderExpired():
            return "⌛", (" tidak dibeli, kirim ulang bila masih perlu",)
        case OrderDisputed():
            now = "SUKSES" if notice.now is Outcome.SUCCESS else "GAGAL"
            return "⚠️", (f" hasil berubah, kini {now}: jangan kirim ulang",)
        case _:
            assert_never(notice)


def _proof(notice: OrderSucceeded) -> tuple[str | Span, ...]:
    if not notice.sn:
        return (" SN belum ada",)
    token = pln_token_of(notice.code, notice.destination, notice.sn)
    if token is None:
        return (" SN ", untrusted(notice.sn, SN_CHARS))
    if None in (token.name, token.tariff, token.kwh):
        return (" ", code(token.digits), " SN ", untrusted(notice.sn, SN_CHARS))
    return (" ", code(token.digits), " ", untrusted(f"{token.name} {token.tariff} {token.kwh} kWh"))
