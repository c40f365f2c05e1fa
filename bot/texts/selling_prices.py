"""The words for admins about levels, and about products that cost more than they sell for."""

from typing import assert_never

from bot.catalogue.levels import MAX_MARKUP_BP, MAX_MARKUP_IDR, Markup
from bot.grammar.level_command import LevelError
from bot.notices.selling_prices import (
    BelowCostCard,
    BelowCostDecided,
    LevelChanged,
    LevelGiven,
    LevelList,
    LevelRejected,
    LevelRow,
    SellingPricesNotice,
)
from bot.texts.formatting import Clock, Row, Span, Text, bold, code, lines, rupiah, untrusted

MAX_LEVELS_SHOWN = 12
MAX_NAME_CHARS = 24

_HOW: tuple[Row, ...] = (
    ("Buat atau ubah: ", code("/level emas 200"), " atau ", code("/level emas 1,5%")),
    ("Beri ke reseller: ", code("/level @nama emas"), " · cabut: ", code("/level @nama biasa")),
)

_ERRORS = {
    LevelError.NO_MARKUP: "Selisihnya belum ada.",
    LevelError.MARKUP_UNCLEAR: "Selisihnya belum bisa dibaca. Tulis rupiah bulat, atau persen.",
    LevelError.MARKUP_NEGATIVE: (
        "Selisih tidak boleh minus. Untuk harga yang lebih murah, isi kolom harga level itu di daftar harga."
    ),
    LevelError.MARKUP_TOO_LARGE: (
        f"Selisihnya terlalu besar. Paling banyak {rupiah(MAX_MARKUP_IDR)} atau {MAX_MARKUP_BP // 100}%."
    ),
    LevelError.NAME_UNCLEAR: "Nama level: satu kata, 2 sampai 20 huruf atau angka, dengan huruf.",
    LevelError.NAME_TAKEN: "Kata itu punya arti lain di daftar harga. Pakai nama level yang lain.",
    LevelError.NO_SUCH_LEVEL: "Level itu belum ada.",
    LevelError.NO_LEVEL_NAMED: "Level mana? Sebut namanya di belakang reseller.",
    LevelError.IN_USE: "Level ini masih dipakai reseller. Beri mereka level lain dulu.",
}


def markup_words(markup: Markup) -> str:
    """Return `harga dasar + Rp200`, or the percentage, said to be rounded up."""
    if markup.basis_points:
        whole, part = divmod(markup.basis_points, 100)
        percent = f"{whole},{part:02d}".rstrip("0").rstrip(",") if part else str(whole)
        return f"harga dasar + {percent}%, dibulatkan ke atas"
    return f"harga dasar + {rupiah(markup.amount_idr)}" if markup.amount_idr else "sama dengan harga dasar"


def level_list(notice: LevelList) -> Text:
    head: Row = ("🏷 ", bold("Level harga"))
    if not notice.rows:
        return lines(head, "Belum ada level: semua reseller membayar harga di daftar.", *_HOW)
    rows = [_level(row) for row in notice.rows[:MAX_LEVELS_SHOWN]]
    more = len(notice.rows) - len(rows)
    return lines(head, *rows, *([f"dan {more} level lagi"] if more else []), "", *_HOW)


def _level(row: LevelRow) -> Row:
    listed = f", {row.listed_count} produk dengan harga sendiri" if row.listed_count else ""
    names: list[str | Span] = []
    for reseller in row.resellers:
        names += [", " if names else " ("]
        names.append(untrusted(reseller.name, MAX_NAME_CHARS))
    more = ", …" if row.reseller_count > len(row.resellers) else ""
    end = f"{more})" if names else ""
    count = f" · {row.reseller_count} reseller"
    return (bold(row.level), f": {markup_words(row.markup)}{listed}{count}", *names, end)


def level_changed(notice: LevelChanged) -> Text:
    by: Row = ("Oleh ", untrusted(notice.admin_name))
    if notice.after is None:
        return lines(("🏷 Level ", bold(notice.level), " dihapus."), by)
    rows: list[Row] = [("🏷 Level ", bold(notice.level), f": {markup_words(notice.after)}")]
    if notice.before is None:
        rows.append(("Level baru. Beri ke reseller: ", code(f"/level @nama {notice.level}")))
    else:
        rows.append(f"Sebelumnya {markup_words(notice.before)}. Dipakai {notice.reseller_count} reseller.")
    return lines(*rows, "Berlaku untuk pesanan berikutnya.", by)


def level_given(notice: LevelGiven) -> Text:
    level: Row = ("sekarang level ", bold(notice.level)) if notice.level else ("sekarang tanpa level",)
    return lines(
        ("🏷 ", untrusted(notice.name), f" ({notice.user_id}) ", *level, "."),
        "Berlaku untuk pesanan berikutnya.",
        ("Oleh ", untrusted(notice.admin_name)),
    )


def level_rejected(notice: LevelRejected) -> Text:
    rows: list[Row] = [f"🤔 {_ERRORS[notice.error]}"]
    if notice.typed:
        rows.append(("Yang diketik: ", untrusted(notice.typed, 60)))
    if notice.levels:
        rows.append(f"Level yang ada: {', '.join(notice.levels[:MAX_LEVELS_SHOWN])}")
    return lines(*rows, "Belum ada yang diubah.", *_HOW)


def below_cost_card(notice: BelowCostCard, clock: Clock) -> Text:
    return lines(
        ("⚠️ ", bold("Modal di atas harga jual"), " ", code(notice.code), " ", untrusted(notice.name)),
        f"Modal terakhir: {rupiah(notice.cost_idr)}",
        f"Harga jual{_of(notice.level)}: {rupiah(notice.price_idr)}",
        f"Rugi tiap pesanan: {rupiah(notice.cost_idr - notice.price_idr)}",
        "Seorang reseller ingin membelinya. Untuk reseller dengan saldo produk ini ditutup dulu.",
        "Ubah harganya di daftar harga, atau ketuk untuk tetap menjual dengan angka ini.",
        clock.moment(notice.at_ms),
    )


def below_cost_decided(notice: BelowCostDecided, clock: Clock) -> Text:
    return lines(
        ("☑️ ", code(notice.code), " tetap dijual di bawah modal oleh ", untrusted(notice.admin_name)),
        f"Harga jual{_of(notice.level)} {rupiah(notice.price_idr)}, modal {rupiah(notice.cost_idr)}.",
        "Berlaku sampai harga atau modalnya berubah.",
        clock.moment(notice.at_ms),
    )


def _of(level: str) -> str:
    return f" level {level}" if level else ""


def words(notice: SellingPricesNotice, clock: Clock) -> Text:
    match notice:
        case LevelList():
            return level_list(notice)
        case LevelChanged():
            return level_changed(notice)
        case LevelGiven():
            return level_given(notice)
        case LevelRejected():
            return level_rejected(notice)
        case BelowCostCard():
            return below_cost_card(notice, clock)
        case BelowCostDecided():
            return below_cost_decided(notice, clock)
        case _:
            assert_never(notice)
