"""What admins read about the price list: every figure before it counts, every faulty row by its number."""

from typing import assert_never

from bot.catalogue.diff import ChangeKind
from bot.catalogue.price_list.cells import RULE_WORDS, Reason
from bot.catalogue.price_list.columns import HEADINGS
from bot.catalogue.price_list.grid import MAX_FILE_BYTES, MAX_ROWS, FileFault
from bot.catalogue.price_list.row import Problem
from bot.notices.price_list import (
    CatalogueChanged,
    CatalogueEmpty,
    CatalogueFile,
    CatalogueHistory,
    CatalogueNotice,
    ChangeShown,
    Count,
    ImportEnd,
    ImportEnded,
    ImportPreview,
    ImportReceived,
    ImportRefused,
    PastChange,
    ProductsSwitched,
    ProductSwitched,
    ProductTrouble,
    ProductUnknown,
)
from bot.texts import products
from bot.texts.formatting import MAX_UNITS, Clock, Row, Text, bold, code, length, lines, outside, rupiah

_KINDS = {
    ChangeKind.ADDED: ("🆕", "baru"),
    ChangeKind.REMOVED: ("🗑", "dihapus"),
    ChangeKind.PRICE_UP: ("🔺", "harga naik"),
    ChangeKind.PRICE_DOWN: ("🔻", "harga turun"),
    ChangeKind.PRICE_GIVEN: ("💰", "diberi harga"),
    ChangeKind.PRICE_TAKEN: ("⚠️", "harga dikosongkan"),
    ChangeKind.OPENED: ("🟢", "dibuka"),
    ChangeKind.CLOSED: ("🔴", "ditutup"),
    ChangeKind.OTHERWISE: ("✏️", "diubah lainnya"),
}

_REASONS = {
    Reason.MISSING: "kosong",
    Reason.TOO_LONG: "terlalu panjang",
    Reason.CODE_SIGNS: "hanya boleh huruf dan angka, tanpa spasi",
    Reason.CODE_SHORT: "minimal 2 huruf atau angka",
    Reason.CODE_NO_LETTER: "harus ada hurufnya",
    Reason.CODE_IS_COMMAND: "sudah dipakai sebagai perintah",
    Reason.CODE_TWICE: "kode yang sama ada di baris",
    Reason.UNREADABLE: "tidak terbaca",
    Reason.NEGATIVE: "tidak boleh minus",
    Reason.TOO_SMALL: "terlalu kecil. Kalau memang benar, tulis dengan Rp di depan",
    Reason.TOO_LARGE: "terlalu besar",
    Reason.UNKNOWN_WORD: "tidak dikenal",
    Reason.TOO_MANY_CELLS: "isi baris melebihi jumlah kolom, mungkin ada koma berlebih",
}

_FAULTS = {
    FileFault.TOO_LARGE: f"Filenya terlalu besar, paling banyak {MAX_FILE_BYTES // 1_000_000} MB.",
    FileFault.NOT_A_SHEET: "Ini bukan daftar harga. Simpan sebagai .xlsx atau .csv, lalu kirim lagi.",
    FileFault.DAMAGED: "Filenya rusak atau tidak lengkap. Simpan ulang sebagai .xlsx, lalu kirim lagi.",
    FileFault.NO_HEADING: "Judul kolom tidak ditemukan. Baris pertama harus memuat kode dan nama.",
    FileFault.COLUMN_TWICE: "Ada dua kolom untuk hal yang sama. Sisakan satu saja:",
    FileFault.TOO_MANY_ROWS: f"Barisnya terlalu banyak, paling banyak {MAX_ROWS:,}.".replace(",", "."),
    FileFault.EMPTY: "Di bawah judul kolom belum ada isinya.",
    FileFault.NOT_FETCHED: "File tidak bisa diambil dari Telegram. Coba kirim lagi.",
}

_ENDS = {
    ImportEnd.DISCARDED: "Daftar harga dibatalkan. Katalog tidak berubah.",
    ImportEnd.SUPERSEDED: "Diganti file yang lebih baru. Daftar ini tidak diterapkan.",
}


def received(notice: ImportReceived) -> Text:
    """Say that a file came in."""
    return lines(("📥 File diterima, sedang dibaca: ", outside(notice.file_name)))


def preview(notice: ImportPreview) -> Text:
    """Show what a list would change; what does not fit one message is counted."""
    shown = len(notice.problems)
    while length(text := _previewed(notice, shown)) > MAX_UNITS and shown:
        shown -= 1
    return text


def _previewed(notice: ImportPreview, problems_shown: int) -> Text:
    rows: list[Row] = [
        ("📋 ", bold("Pratinjau katalog"), " ", outside(notice.file_name)),
        f"{_number(notice.sound_count)} baris benar, katalog menjadi {_number(notice.product_count)} produk.",
    ]
    if notice.renewed:
        rows.append("Katalog berubah setelah pratinjau tadi, jadi dihitung ulang.")
    rows.extend(_changes_in(notice))
    rules = ", ".join(f"{RULE_WORDS[rule.rule][0]} {_number(rule.count)}" for rule in notice.rules)
    if rules:
        rows.extend(["", f"Jenis tujuan: {rules}"])
    if notice.stricter:
        rows.append(("Tetap wajib dengan server: ", outside(" ".join(notice.stricter), 200)))
    if notice.unused:
        rows.append(("Kolom tidak dipakai: ", outside(", ".join(notice.unused), 200)))
    rows.extend(_problems_in(notice, problems_shown))
    rows.extend(["", _question(notice)])
    return lines(*rows)


def _question(notice: ImportPreview) -> str:
    if not notice.has_changes:
        return "Tidak ada yang berubah."
    if notice.omitted_count:
        return (
            "Perbaiki filenya lalu kirim lagi, atau terapkan baris yang benar saja: yang salah tidak diubah."
        )
    return "Belum ada yang diubah. Terapkan?"


def _changes_in(notice: ImportPreview) -> list[Row]:
    rows: list[Row] = []
    for counted in notice.counts:
        rows.extend(["", _counted(counted)])
        rows.extend(_example(shown) for shown in notice.examples if shown.kind is counted.kind)
    if notice.has_changes and not notice.counts:
        rows.extend(["", "Hanya urutan produk yang berubah."])
    return rows


def _counted(counted: Count) -> Row:
    mark, word = _KINDS[counted.kind]
    return (f"{mark} ", bold(f"{_number(counted.count)} {word}"))


def _example(shown: ChangeShown) -> Row:
    before, after = _price(shown.before_idr), _price(shown.after_idr)
    match shown.kind:
        case ChangeKind.ADDED:
            price = f": {after}"
        case ChangeKind.REMOVED | ChangeKind.OPENED | ChangeKind.CLOSED | ChangeKind.OTHERWISE:
            price = ""
        case _:
            price = f": {before} → {after}"
    return ("   ", code(shown.code), " ", outside(shown.name, 40), price)


def _price(price_idr: int | None) -> str:
    return rupiah(price_idr) if price_idr is not None else "tanpa harga"


def _problems_in(notice: ImportPreview, shown: int) -> list[Row]:
    if not notice.problems:
        return []
    rows: list[Row] = ["", ("❗ ", bold(f"{_number(notice.omitted_count)} baris salah"))]
    rows.extend(_problem(problem) for problem in notice.problems[:shown])
    if left := notice.problem_count - shown:
        rows.append(f"… dan {_number(left)} kesalahan lagi")
    return rows


def _problem(problem: Problem) -> Row:
    where = f"Baris {problem.row}, {HEADINGS[problem.column][0]}"
    said = _REASONS[problem.reason]
    if problem.reason is Reason.CODE_TWICE:
        return (f"{where}: ", outside(problem.code, 24), f" {said} ", outside(problem.shown, 24))
    if problem.shown:
        return (f"{where}: ", outside(problem.shown, 24), f" {said}")
    return f"{where}: {said}"


def refused(notice: ImportRefused) -> Text:
    """Say why a file is no price list, and what to do."""
    detail = (" ", outside(notice.detail)) if notice.detail else ()
    return lines(
        ("❗ ", bold("File tidak bisa dipakai"), " ", outside(notice.file_name)),
        (_FAULTS[notice.fault], *detail),
        "Katalog tidak berubah. Contoh bentuknya: /katalog",
    )


def ended(notice: ImportEnded) -> Text:
    """Say that a list is not applied."""
    return lines((outside(notice.file_name), ": ", _ENDS[notice.end]))


def changed(notice: CatalogueChanged, clock: Clock) -> Text:
    """Say what the catalogue has become."""
    rows: list[Row] = [
        ("✅ ", bold(f"Katalog diperbarui, versi {notice.version}")),
        f"{_number(notice.product_count)} produk sekarang berlaku.",
        *(_counted(counted) for counted in notice.counts),
    ]
    if notice.omitted_count:
        rows.append(f"{_number(notice.omitted_count)} baris salah dilewati, produknya tidak diubah.")
    rows.append((outside(notice.file_name), " oleh ", outside(notice.name)))
    return lines(*rows, clock.moment(notice.at_ms))


def file_words(version: int, count: int) -> Text:
    """Say, under a catalogue that is sent, what can be done with it."""
    return lines(
        (bold(f"Katalog versi {version}"), f" · {_number(count)} produk"),
        "Ubah seperlunya, lalu kirim file ini kembali ke sini.",
    )


def empty() -> Text:
    """Say how to bring a catalogue."""
    return lines(
        ("📋 ", bold("Katalog masih kosong")),
        "Sementara ini semua kode diteruskan apa adanya.",
        "",
        "Kirim file .xlsx atau .csv ke sini. Kolom yang wajib: kode dan nama.",
        "Boleh juga: grup, tujuan, harga, status, tutup, operator, nominal.",
        "",
        "Contoh isi CSV:",
        code("kode;nama;grup;harga"),
        code("s5;Simpati 5.000;Pulsa Telkomsel;5.900"),
    )


def history(notice: CatalogueHistory, clock: Clock) -> Text:
    """Show the last changes."""
    if not notice.rows:
        return lines("Katalog belum pernah diubah.")
    shown = len(notice.rows)
    while length(text := _listed(notice.rows[:shown], clock)) > MAX_UNITS:
        shown -= 1
    return text


def _listed(past: tuple[PastChange, ...], clock: Clock) -> Text:
    rows: list[Row] = [("🕘 ", bold("Riwayat katalog"))]
    for change in past:
        rows.extend(["", *_past(change, clock)])
    return lines(*rows)


def _past(past: PastChange, clock: Clock) -> list[Row]:
    by = (" oleh ", outside(past.name)) if past.name else ()
    rows: list[Row] = [
        (bold(f"Versi {past.version}"), f" · {clock.moment(past.at_ms)}"),
        (outside(past.source), *by),
    ]
    for counted in past.counts:
        mark, word = _KINDS[counted.kind]
        more = "" if counted.count == 1 else " dan lainnya"
        rows.append((f"{mark} {_number(counted.count)} {word}: ", code(counted.code), more))
    return rows


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def words(notice: CatalogueNotice, clock: Clock) -> Text:
    """Give the words for a notice of this room."""
    match notice:
        case ImportReceived():
            return received(notice)
        case ImportPreview():
            return preview(notice)
        case ImportRefused():
            return refused(notice)
        case ImportEnded():
            return ended(notice)
        case CatalogueChanged():
            return changed(notice, clock)
        case CatalogueEmpty():
            return empty()
        case CatalogueHistory():
            return history(notice, clock)
        case ProductSwitched() | ProductsSwitched() | ProductUnknown() | ProductTrouble():
            return products.words(notice, clock)
        case CatalogueFile():
            raise LookupError("a catalogue is filled in from the books")
        case _:
            assert_never(notice)
