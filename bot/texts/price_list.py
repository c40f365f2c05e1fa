"""What admins read about the price list: every figure before it counts, every faulty row by its number."""

from typing import assert_never

from bot.catalogue.diff import ChangeKind
from bot.catalogue.price_list.cells import RULE_NAMES, CellError
from bot.catalogue.price_list.columns import COLUMN_TITLES
from bot.catalogue.price_list.grid import MAX_FILE_BYTES, MAX_ROWS, FileError
from bot.catalogue.price_list.row import CellProblem
from bot.notices.price_list import (
    CatalogueChanged,
    CatalogueEmpty,
    CatalogueFile,
    CatalogueHistory,
    ChangeCount,
    ChangeExample,
    ImportEnded,
    ImportEndReason,
    ImportPreview,
    ImportReceived,
    ImportRefused,
    PastChange,
    PriceListNotice,
    ProductFailing,
    ProductsSwitched,
    ProductSwitched,
    ProductUnknown,
)
from bot.texts import products
from bot.texts.formatting import MAX_UNITS, Clock, Row, Text, bold, code, length, lines, rupiah, untrusted

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
    CellError.MISSING: "kosong",
    CellError.TOO_LONG: "terlalu panjang",
    CellError.CODE_SIGNS: "hanya boleh huruf dan angka, tanpa spasi",
    CellError.CODE_SHORT: "minimal 2 huruf atau angka",
    CellError.CODE_NO_LETTER: "harus ada hurufnya",
    CellError.CODE_IS_COMMAND: "sudah dipakai sebagai perintah",
    CellError.CODE_TWICE: "kode yang sama ada di baris",
    CellError.UNREADABLE: "tidak terbaca",
    CellError.NEGATIVE: "tidak boleh minus",
    CellError.TOO_SMALL: "terlalu kecil. Kalau memang benar, tulis dengan Rp di depan",
    CellError.TOO_LARGE: "terlalu besar",
    CellError.UNKNOWN_WORD: "tidak dikenal",
    CellError.TOO_MANY_CELLS: "isi baris melebihi jumlah kolom, mungkin ada koma berlebih",
}

_FAULTS = {
    FileError.TOO_LARGE: f"Filenya terlalu besar, paling banyak {MAX_FILE_BYTES // 1_000_000} MB.",
    FileError.NOT_A_SHEET: "Ini bukan daftar harga. Simpan sebagai .xlsx atau .csv, lalu kirim lagi.",
    FileError.DAMAGED: "Filenya rusak atau tidak lengkap. Simpan ulang sebagai .xlsx, lalu kirim lagi.",
    FileError.NO_HEADING: "Judul kolom tidak ditemukan. Baris pertama harus memuat kode dan nama.",
    FileError.COLUMN_TWICE: "Ada dua kolom untuk hal yang sama. Sisakan satu saja:",
    FileError.TOO_MANY_ROWS: f"Barisnya terlalu banyak, paling banyak {MAX_ROWS:,}.".replace(",", "."),
    FileError.EMPTY: "Di bawah judul kolom belum ada isinya.",
    FileError.NOT_FETCHED: "File tidak bisa diambil dari Telegram. Coba kirim lagi.",
}

_ENDS = {
    ImportEndReason.DISCARDED: "Daftar harga dibatalkan. Katalog tidak berubah.",
    ImportEndReason.SUPERSEDED: "Diganti file yang lebih baru. Daftar ini tidak diterapkan.",
}


def received(notice: ImportReceived) -> Text:
    """Say that a file came in."""
    return lines(("📥 File diterima, sedang dibaca: ", untrusted(notice.file_name)))


def preview(notice: ImportPreview) -> Text:
    """Show what a list would change; what does not fit one message is counted."""
    shown = len(notice.problems)
    while length(text := _previewed(notice, shown)) > MAX_UNITS and shown:
        shown -= 1
    return text


def _previewed(notice: ImportPreview, problems_shown: int) -> Text:
    rows: list[Row] = [
        ("📋 ", bold("Pratinjau katalog"), " ", untrusted(notice.file_name)),
        f"{_number(notice.sound_count)} baris benar, katalog menjadi {_number(notice.product_count)} produk.",
    ]
    if notice.renewed:
        rows.append("Katalog berubah setelah pratinjau tadi, jadi dihitung ulang.")
    rows.extend(_changes_in(notice))
    rules = ", ".join(f"{RULE_NAMES[rule.rule][0]} {_number(rule.count)}" for rule in notice.rules)
    if rules:
        rows.extend(["", f"Jenis tujuan: {rules}"])
    if notice.stricter:
        rows.append(("Tetap wajib dengan server: ", untrusted(" ".join(notice.stricter), 200)))
    if notice.unused:
        rows.append(("Kolom tidak dipakai: ", untrusted(", ".join(notice.unused), 200)))
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


def _counted(counted: ChangeCount) -> Row:
    mark, word = _KINDS[counted.kind]
    return (f"{mark} ", bold(f"{_number(counted.count)} {word}"))


def _example(shown: ChangeExample) -> Row:
    before, after = _price(shown.before_idr), _price(shown.after_idr)
    match shown.kind:
        case ChangeKind.ADDED:
            price = f": {after}"
        case ChangeKind.REMOVED | ChangeKind.OPENED | ChangeKind.CLOSED | ChangeKind.OTHERWISE:
            price = ""
        case _:
            price = f": {before} → {after}"
    return ("   ", code(shown.code), " ", untrusted(shown.name, 40), price)


def _price(cost_idr: int | None) -> str:
    return rupiah(cost_idr) if cost_idr is not None else "tanpa harga"


def _problems_in(notice: ImportPreview, shown: int) -> list[Row]:
    if not notice.problems:
        return []
    rows: list[Row] = ["", ("❗ ", bold(f"{_number(notice.omitted_count)} baris salah"))]
    rows.extend(_problem(problem) for problem in notice.problems[:shown])
    if left := notice.problem_count - shown:
        rows.append(f"… dan {_number(left)} kesalahan lagi")
    return rows


def _problem(problem: CellProblem) -> Row:
    where = f"Baris {problem.row}, {COLUMN_TITLES[problem.column][0]}"
    said = _REASONS[problem.reason]
    if problem.reason is CellError.CODE_TWICE:
        return (f"{where}: ", untrusted(problem.code, 24), f" {said} ", untrusted(problem.shown, 24))
    if problem.shown:
        return (f"{where}: ", untrusted(problem.shown, 24), f" {said}")
    return f"{where}: {said}"


def refused(notice: ImportRefused) -> Text:
    """Say why a file is no price list, and what to do."""
    detail = (" ", untrusted(notice.detail)) if notice.detail else ()
    return lines(
        ("❗ ", bold("File tidak bisa dipakai"), " ", untrusted(notice.file_name)),
        (_FAULTS[notice.fault], *detail),
        "Katalog tidak berubah. Contoh bentuknya: /katalog",
    )


def ended(notice: ImportEnded) -> Text:
    """Say that a list is not applied."""
    return lines((untrusted(notice.file_name), ": ", _ENDS[notice.end]))


def changed(notice: CatalogueChanged, clock: Clock) -> Text:
    """Say what the catalogue has become."""
    rows: list[Row] = [
        ("✅ ", bold(f"Katalog diperbarui, versi {notice.version}")),
        f"{_number(notice.product_count)} produk sekarang berlaku.",
        *(_counted(counted) for counted in notice.counts),
    ]
    if notice.omitted_count:
        rows.append(f"{_number(notice.omitted_count)} baris salah dilewati, produknya tidak diubah.")
    rows.append((untrusted(notice.file_name), " oleh ", untrusted(notice.name)))
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
    by = (" oleh ", untrusted(past.name)) if past.name else ()
    rows: list[Row] = [
        (bold(f"Versi {past.version}"), f" · {clock.moment(past.at_ms)}"),
        (untrusted(past.source), *by),
    ]
    for counted in past.counts:
        mark, word = _KINDS[counted.kind]
        more = "" if counted.count == 1 else " dan lainnya"
        rows.append((f"{mark} {_number(counted.count)} {word}: ", code(counted.code), more))
    return rows


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def words(notice: PriceListNotice, clock: Clock) -> Text:
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
        case ProductSwitched() | ProductsSwitched() | ProductUnknown() | ProductFailing():
            return products.words(notice, clock)
        case CatalogueFile():
            raise LookupError("a catalogue is filled in from the books")
        case _:
            assert_never(notice)
