"""The words about the account of a shop: what it has and may spend, and what admins change of it."""

from typing import assert_never

from bot.grammar.money_commands import LimitKind
from bot.notices.accounts import (
    AccountsNotice,
    AdjustmentDone,
    AdjustmentQuestion,
    AdjustmentRefused,
    AdjustmentUnclear,
    BalanceAdjusted,
    ChangeCancelled,
    DailyLimitReached,
    LimitChanged,
    LimitQuestion,
    LimitUnclear,
    PrivateChatOnly,
    ShopBalance,
)
from bot.texts.balances import ASK_IN_PRIVATE
from bot.texts.formatting import Clock, Row, Span, Text, bold, code, lines, rupiah, untrusted

_LIMITS = {LimitKind.CREDIT: "Limit utang", LimitKind.DAILY: "Batas belanja sehari"}
_REASON_CHARS = 100


def shop_balance(notice: ShopBalance) -> Text:
    rows: list[Row] = [_whose(notice)] if notice.name else []
    if notice.credit_idr is None:
        rows.append(("💰 ", bold("Tanpa batas saldo")))
        if notice.available_idr:
            rows.append(f"Catatan: {rupiah(notice.available_idr)} (isi saldo dikurangi belanja)")
    else:
        rows.append(("💰 Saldo: ", bold(rupiah(notice.available_idr))))
    if notice.held_idr:
        rows.append(f"Ditahan untuk pesanan yang belum selesai: {rupiah(notice.held_idr)}")
    if notice.credit_idr:
        rows.append(f"Limit utang: {rupiah(notice.credit_idr)}")
    rows.append(_today(notice))
    if notice.spendable_idr is not None:
        rows.append(("Masih bisa belanja: ", bold(rupiah(notice.spendable_idr))))
    if notice.name:
        rows.append(("Rinciannya: ", code(f"mutasi {notice.user_id}")))
    else:
        rows.append(("Rinciannya: ", code("mutasi")))
    return lines(*rows)


def _whose(notice: ShopBalance) -> Row:
    return ("👤 ", untrusted(notice.name), f" · ID {notice.user_id}")


def _today(notice: ShopBalance) -> str:
    today = f"Belanja hari ini: {rupiah(notice.spent_today_idr)}"
    return today if notice.daily_limit_idr is None else f"{today} dari batas {rupiah(notice.daily_limit_idr)}"


def daily_limit_reached(notice: DailyLimitReached, clock: Clock) -> Text:
    title = ("🚫 ", bold("BATAS BELANJA HARIAN"), " ", code(f"{notice.code}.{notice.destination}"))
    price = f"Harga: {rupiah(notice.price_idr)}"
    if not notice.is_private:
        return lines(title, *([price] if notice.price_idr else []), "Belum dipesan.", ASK_IN_PRIVATE)
    return lines(
        title,
        price,
        f"Batas: {rupiah(notice.daily_limit_idr)} · terpakai: {rupiah(notice.spent_today_idr)}",
        ("Sisa hari ini: ", bold(rupiah(notice.left_idr))),
        f"Belum dipesan. Mulai lagi dari nol {clock.moment(notice.begins_at_ms)}.",
        "Perlu lebih? Hubungi admin.",
    )


def adjustment_unclear(notice: AdjustmentUnclear) -> Text:
    return lines(
        "🤔 Tulis siapa, berapa, dan alasannya.",
        ("Contoh: ", code(f"/{notice.word} @budi 100000 setor tunai")),
        "Boleh ID sebagai ganti @nama, dan 100rb atau 1,5jt. Siapa saja: /reseller",
    )


def adjustment_question(notice: AdjustmentQuestion, clock: Clock) -> Text:
    word = "Tambah" if notice.amount_idr > 0 else "Kurangi"
    same = f"⚠️ Jumlah yang sama sudah dicatat {clock.moment(notice.same_at_ms or 0)}."
    return lines(
        ("❓ ", bold(f"{word} {rupiah(abs(notice.amount_idr))}"), "?"),
        (untrusted(notice.name), f" · ID {notice.user_id}"),
        f"Saldo sekarang: {rupiah(notice.before_idr)}",
        ("Sesudahnya: ", bold(rupiah(notice.after_idr))),
        ("Alasan: ", untrusted(notice.reason, _REASON_CHARS)),
        "Alasan ini juga dibaca reseller.",
        *([same] if notice.same_at_ms else []),
    )


def adjustment_done(notice: AdjustmentDone, clock: Clock) -> Text:
    word = "ditambah" if notice.amount_idr > 0 else "dikurangi"
    return lines(
        ("☑️ Saldo ", untrusted(notice.name), f" {word} ", bold(rupiah(abs(notice.amount_idr)))),
        f"ID {notice.user_id} · saldo sekarang {rupiah(notice.after_idr)}",
        ("Alasan: ", untrusted(notice.reason, _REASON_CHARS)),
        ("Oleh ", untrusted(notice.admin_name), f" · {clock.moment(notice.at_ms)}"),
    )


def adjustment_refused(notice: AdjustmentRefused) -> Text:
    limit = f" · limit utang: {rupiah(notice.credit_idr)}" if notice.credit_idr else ""
    most: Row = (
        ("Paling banyak: ", code(f"/kurang {notice.user_id} {notice.most_idr} alasan"))
        if notice.most_idr
        else "Tidak ada yang bisa dikurangi."
    )
    return lines(
        ("🚫 Saldo ", untrusted(notice.name), f" tidak bisa dikurangi {rupiah(notice.amount_idr)}."),
        f"Saldo: {rupiah(notice.available_idr)}{limit}",
        most,
    )


def balance_adjusted(notice: BalanceAdjusted) -> Text:
    word, sign = ("ditambah", "+") if notice.amount_idr > 0 else ("dikurangi", "-")
    amount = rupiah(abs(notice.amount_idr))
    return lines(
        ("💰 Saldo Anda ", word, " admin: ", bold(amount)),
        f"Saldo: {rupiah(notice.before_idr)} {sign} {amount} = {rupiah(notice.after_idr)}",
        ("Alasan: ", untrusted(notice.reason, _REASON_CHARS)),
    )


def limit_unclear() -> Text:
    return lines(
        "🤔 Tulis siapa dan berapa limitnya.",
        ("Boleh utang: ", code("/limit @budi 500000"), " · bayar dulu: ", code("/limit @budi 0")),
        ("Tanpa batas: ", code("/limit @budi bebas")),
        ("Belanja sehari: ", code("/limit @budi harian 2jt"), " · ", code("/limit @budi harian bebas")),
        "Boleh ID sebagai ganti @nama. Siapa saja: /reseller",
    )


def limit_question(notice: LimitQuestion) -> Text:
    return lines(
        ("❓ ", bold(f"{_LIMITS[notice.limit]} dinaikkan"), "?"),
        (untrusted(notice.name), f" · ID {notice.user_id}"),
        _change(notice.before_idr, notice.after_idr),
    )


def limit_changed(notice: LimitChanged, clock: Clock) -> Text:
    return lines(
        (f"☑️ {_LIMITS[notice.limit]} ", untrusted(notice.name), f" · ID {notice.user_id}"),
        _change(notice.before_idr, notice.after_idr),
        ("Oleh ", untrusted(notice.admin_name), f" · {clock.moment(notice.at_ms)}"),
    )


def _change(before_idr: int | None, after_idr: int | None) -> tuple[str | Span, ...]:
    if before_idr == after_idr:
        return ("Tetap ", bold(limit_words(after_idr)))
    return (f"Dari {limit_words(before_idr)} menjadi ", bold(limit_words(after_idr)))


def limit_words(limit_idr: int | None) -> str:
    """Return a limit, or that there is none."""
    return "tanpa batas" if limit_idr is None else rupiah(limit_idr)


def words(notice: AccountsNotice, clock: Clock) -> Text:  # noqa: PLR0912 - one flat table
    """Return the words for a notice about an account."""
    match notice:
        case ShopBalance():
            return shop_balance(notice)
        case PrivateChatOnly():
            return lines("Saldo, mutasi, dan file laporan hanya ditampilkan di chat pribadi dengan bot.")
        case DailyLimitReached():
            return daily_limit_reached(notice, clock)
        case AdjustmentUnclear():
            return adjustment_unclear(notice)
        case AdjustmentQuestion():
            return adjustment_question(notice, clock)
        case AdjustmentDone():
            return adjustment_done(notice, clock)
        case AdjustmentRefused():
            return adjustment_refused(notice)
        case ChangeCancelled():
            return lines(("Batal. Tidak ada yang diubah untuk ", untrusted(notice.name), "."))
        case BalanceAdjusted():
            return balance_adjusted(notice)
        case LimitUnclear():
            return limit_unclear()
        case LimitQuestion():
            return limit_question(notice)
        case LimitChanged():
            return limit_changed(notice, clock)
        case _:
            assert_never(notice)
