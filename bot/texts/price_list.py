"""Texts for admins about a price list that they sent: its changes, prices first, and its errors."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from bot.catalogue.diff import ChangeKind
from bot.catalogue.price_list.cells import RULE_NAMES, CellError
from bot.catalogue.price_list.columns import COLUMN_TITLES, MappedColumn, normalized_key
from bot.catalogue.price_list.row import CellProblem
from bot.catalogue.price_list.sheets import MAX_FILE_BYTES, MAX_ROWS, FileError
from bot.notices.catalogue import ChangeCount
from bot.notices.price_list import (
    ChangeExample,
    FileText,
    ImportEnded,
    ImportEndReason,
    ImportPreview,
    ImportReceived,
    ImportRefused,
    PriceListNotice,
    ReadingReport,
    RemovalFile,
    ReplaceQuestion,
)
from bot.texts.catalogue import change_count, number
from bot.texts.formatting import (
    MAX_STYLED,
    MAX_UNITS,
    Row,
    Span,
    Text,
    bold,
    code,
    length,
    lines,
    rupiah,
    styled,
    untrusted,
)

MAX_TITLE_CHARS = 24
MAX_CODES_CHARS = 200

_REASONS = {
    CellError.MISSING: "kosong",
    CellError.TOO_LONG: "terlalu panjang",
    CellError.CODE_SIGNS: "hanya boleh huruf dan angka, tanpa spasi",
    CellError.CODE_SHORT: "minimal 2 huruf atau angka",
    CellError.CODE_NO_LETTER: "harus ada hurufnya",
    CellError.CODE_IS_COMMAND: "sudah dipakai sebagai perintah",
    CellError.CODE_TWICE: "ditulis lagi di baris",
    CellError.UNREADABLE: "tidak terbaca",
    CellError.NEGATIVE: "tidak boleh minus",
    CellError.TOO_SMALL: "terlalu kecil. Tulis lengkap tanpa titik (10250), atau dengan Rp kalau benar",
    CellError.TOO_LARGE: "terlalu besar",
    CellError.UNKNOWN_WORD: "tidak dikenal",
    CellError.TOO_MANY_CELLS: "isi baris melebihi jumlah kolom, mungkin ada koma berlebih",
    CellError.UNCALCULATED: "rumusnya belum dihitung. Buka filenya di Excel, simpan, lalu kirim lagi",
}

_FILE_ERRORS = {
    FileError.TOO_LARGE: f"Filenya terlalu besar, paling banyak {MAX_FILE_BYTES // 1_000_000} MB.",
    FileError.NOT_A_SHEET: (
        "Ini bukan daftar harga. Foto, PDF, dan surat tidak bisa dibaca: kirim file Excel atau .csv."
    ),
    FileError.DAMAGED: "Filenya rusak atau tidak lengkap. Simpan ulang sebagai .xlsx, lalu kirim lagi.",
    FileError.PASSWORD: "Filenya dikunci kata sandi. Buka, hapus kata sandinya, simpan, lalu kirim lagi.",
    FileError.OTHER_FORMAT: (
        "Bentuk file ini belum bisa dibaca. Buka di aplikasinya, simpan sebagai .xlsx, lalu kirim lagi."
    ),
    FileError.NO_HEADING: "Judul kolom tidak ditemukan. Tulis paling atas, misalnya: kode, nama, harga.",
    FileError.NO_CODE: "Kolom kode tidak ditemukan. Beri judul Kode di atas kode produknya, lalu kirim lagi.",
    FileError.TOO_MANY_ROWS: f"Barisnya terlalu banyak, paling banyak {number(MAX_ROWS)}.",
    FileError.EMPTY: "Di bawah judul kolom belum ada isinya.",
    FileError.UNCALCULATED: "Isinya rumus yang belum dihitung. Buka di Excel, simpan, lalu kirim lagi.",
    FileError.NOT_FETCHED: "File tidak bisa diambil dari Telegram. Coba kirim lagi.",
}

_ENDS = {
    ImportEndReason.DISCARDED: "Daftar harga dibatalkan. Katalog tidak berubah.",
    ImportEndReason.SUPERSEDED: "Diganti file yang lebih baru. Daftar ini tidak diterapkan.",
}

_IN_SHORT = (
    ("harga berubah", (ChangeKind.PRICE_UP, ChangeKind.PRICE_DOWN, ChangeKind.PRICE_GIVEN)),
    ("harga dikosongkan", (ChangeKind.PRICE_TAKEN,)),
    ("baru", (ChangeKind.ADDED,)),
    ("dibuka", (ChangeKind.OPENED,)),
    ("ditutup", (ChangeKind.CLOSED,)),
    ("diubah lainnya", (ChangeKind.OTHERWISE,)),
    ("dihapus", (ChangeKind.REMOVED,)),
)


def received(notice: ImportReceived) -> Text:
    return lines(("📥 File diterima, sedang dibaca: ", untrusted(notice.file_name)))


def preview(notice: ImportPreview) -> Text:
    """Return the preview; problems that do not fit one message are only counted."""
    for shown in reversed(range(len(notice.problems) + 1)):
        text = _preview(notice, shown)
        if length(text) <= MAX_UNITS and styled(text) <= MAX_STYLED:
            return text
    return _preview(replace(notice, examples=()), 0)


def _preview(notice: ImportPreview, problems_shown: int) -> Text:
    rows: list[Row] = [*_headlines(notice), *_reading(notice)]
    if notice.renewed:
        rows.append("Katalog berubah setelah pratinjau tadi, jadi dihitung ulang.")
    if not notice.is_price_sure:
        return lines(*rows, *_choices_in(notice))
    rows.extend(_changes_in(notice))
    if notice.stricter:
        codes = untrusted(" ".join(notice.stricter), MAX_CODES_CHARS)
        rows.extend(["", ("Tetap wajib dengan server: ", codes)])
    rows.extend(_problems_in(notice, problems_shown))
    rows.extend(_removals_in(notice))
    question = _question(notice)
    return lines(*rows, *(("", question) if question else ()))


def _headlines(notice: ImportPreview) -> list[Row]:
    """Return the warning about prices, if any, and the number of changes."""
    warning = _warning(notice)
    summary = f"{number(notice.listed_count)} produk: {_in_short(notice.counts)}"
    if not notice.is_price_sure:
        return [("⚠️ ", bold(warning))]
    if warning:
        return [("⚠️ ", bold(warning)), summary]
    if not notice.has_changes and not notice.removed_count:
        return [("✅ ", bold("Sama dengan katalog, tidak ada yang berubah"))]
    return [("📋 ", bold(summary))]


def _warning(notice: ImportPreview) -> str:
    if not notice.is_price_sure:
        return "Ada beberapa kolom harga. Mana yang dibayar reseller?"
    if not notice.has_price:
        kept = "harga lama tetap" if notice.old_count else "produk baru tanpa harga"
        return f"Daftar ini tanpa kolom harga: {kept}"
    if notice.emptied_count:
        return f"{number(notice.emptied_count)} produk kehilangan harganya"
    if notice.unpriced_count:
        return f"{number(notice.unpriced_count)} produk baru belum ada harganya"
    return ""


def _in_short(counts: Sequence[ChangeCount]) -> str:
    by_kind = {counted.kind: counted.count for counted in counts}
    counted = [(sum(by_kind.get(kind, 0) for kind in kinds), word) for word, kinds in _IN_SHORT]
    return (
        ", ".join(f"{number(count)} {word}" for count, word in counted if count) or "tidak ada yang berubah"
    )


def _reading(notice: ImportPreview) -> list[Row]:
    """Return the name of the file, and how its columns were read."""
    reading = notice.reading
    sheets = (", lembar ", *_joined(reading.sheets)) if reading.sheets else ()
    rows: list[Row] = [
        (untrusted(notice.file_name, 40), *sheets),
        ("Kolom: ", *_mapping(reading.columns)),
    ]
    rows.extend(_left_out(reading))
    return rows


def _mapping(columns: Sequence[MappedColumn]) -> list[str | Span]:
    parts: list[str | Span] = []
    for column in columns:
        ours = COLUMN_TITLES[column.column]
        is_ours = normalized_key(column.title) == ours
        parts += [", "] if parts else []
        parts += [_title(column.title), "" if is_ours else f" → {ours}"]
    return parts


def _left_out(reading: ReadingReport) -> list[Row]:
    rows: list[Row] = []
    if reading.unused:
        more = reading.unused_count - len(reading.unused)
        rows.append(
            ("Belum dipakai: ", *_joined(reading.unused), f" dan {number(more)} lagi" if more else "")
        )
    if reading.sheets_left:
        rows.append(("Lembar yang tidak dibaca: ", *_joined(reading.sheets_left)))
    if reading.note_rows:
        more = reading.note_count - len(reading.note_rows)
        rows.append(
            ("Bukan produk: baris ", *_joined(reading.note_rows), f" dan {number(more)} lagi" if more else "")
        )
    return rows


def _joined(texts: Sequence[FileText]) -> list[str | Span]:
    parts: list[str | Span] = []
    for text in texts:
        parts += [", "] if parts else []
        parts.append(_title(text.title))
    return parts


def _title(title: str) -> Span:
    return untrusted(title, MAX_TITLE_CHARS)


def _choices_in(notice: ImportPreview) -> list[Row]:
    """Return the price columns to choose from, each with an example."""
    rows: list[Row] = [""]
    for choice in notice.choices:
        example = (": ", code(choice.code), f" {_price(choice.price_idr)}") if choice.code else ()
        rows.append(("💰 ", _title(choice.title), *example))
    return [*rows, "", "Ketuk kolom harga yang dipakai. Belum ada yang diubah."]


def _changes_in(notice: ImportPreview) -> list[Row]:
    rows: list[Row] = []
    for counted in notice.counts:
        rows.extend(["", change_count(counted)])
        rows.extend(_example(shown) for shown in notice.examples if shown.kind is counted.kind)
        if counted.kind is ChangeKind.ADDED and notice.rules:
            rules = ", ".join(f"{RULE_NAMES[rule.rule][0]} {number(rule.count)}" for rule in notice.rules)
            rows.append(f"   Jenis tujuan: {rules}")
    if notice.has_changes and not notice.counts:
        rows.extend(["", "Hanya urutan produk yang berubah."])
    return rows


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


def _price(price_idr: int | None) -> str:
    return rupiah(price_idr) if price_idr is not None else "tanpa harga"


def _problems_in(notice: ImportPreview, shown: int) -> list[Row]:
    if not notice.problems:
        return []
    rows: list[Row] = ["", ("❗ ", bold(f"{number(notice.omitted_count)} baris salah, tidak dipakai"))]
    rows.extend(_problem(problem) for problem in notice.problems[:shown])
    if left := notice.problem_count - shown:
        rows.append(f"… dan {number(left)} kesalahan lagi")
    return rows


def _problem(problem: CellProblem) -> Row:
    where: tuple[str | Span, ...] = (f"Baris {problem.row}",)
    if problem.sheet:
        where = (*where, " di ", _title(problem.sheet))
    title = _title(problem.title) if problem.title else COLUMN_TITLES[problem.column]
    reason = _REASONS[problem.reason]
    if problem.reason is CellError.CODE_TWICE:
        differing: tuple[str | Span, ...] = (": ", untrusted(problem.detail, 40)) if problem.detail else ()
        return (
            *where,
            ": ",
            untrusted(problem.code, 24),
            f" {reason} ",
            untrusted(problem.shown, 40),
            *differing,
        )
    if problem.shown:
        return (*where, ", ", title, ": ", untrusted(problem.shown, 24), f" {reason}")
    return (*where, ", ", title, f": {reason}")


def _removals_in(notice: ImportPreview) -> list[Row]:
    if not notice.removed_count:
        return []
    count = number(notice.removed_count)
    return [
        "",
        ("🗑 ", bold(f"{count} produk di katalog tidak ada di daftar ini")),
        ("   ", _codes(notice.removed, notice.removed_count)),
    ]


def _codes(shown: Sequence[str], count: int) -> Span:
    """Return codes as one span, with an ellipsis if there are more."""
    return untrusted(" ".join(shown) + (" …" if count > len(shown) else ""), MAX_CODES_CHARS)


def _question(notice: ImportPreview) -> str:
    if notice.removed_count:
        count = number(notice.removed_count)
        keep = f"Perbarui saja: {count} produk itu tetap dijual. " if notice.has_changes else ""
        return f"{keep}Ganti semua: {count} produk itu dihapus."
    if not notice.has_changes:
        return ""
    if notice.omitted_count:
        return "Perbaiki filenya lalu kirim lagi, atau terapkan baris yang benar saja."
    return "Belum ada yang diubah. Terapkan?"


def replace_question(notice: ReplaceQuestion) -> Text:
    removed, old = number(notice.removed_count), number(notice.old_count)
    return lines(
        ("🗑 ", bold(f"Benar hapus {removed} dari {old} produk?")),
        (untrusted(notice.file_name, 40), " tidak memuat ", _codes(notice.removed, notice.removed_count)),
        "Semuanya disebut di file yang menyusul ini.",
        "",
        "Kalau daftar itu hanya sebagian, ketuk Perbarui saja: yang lain tetap dijual.",
    )


def removal_words(file_name: str, count: int) -> Text:
    """Return the caption of the file of products to be removed."""
    return lines(
        ("🗑 ", bold(f"{number(count)} produk yang akan dihapus"), " oleh ", untrusted(file_name, 40)),
        "Simpan file ini: kirim kembali ke sini kalau produknya ingin dijual lagi.",
    )


def removal_outdated() -> Text:
    """Return the text that replaces that file if the list was decided meanwhile."""
    return lines("Daftar harga itu sudah diputuskan, jadi file produk yang dihapus tidak dibuat lagi.")


def refused(notice: ImportRefused) -> Text:
    rows: list[Row] = [
        ("❗ ", bold("File tidak bisa dipakai"), " ", untrusted(notice.file_name)),
        _FILE_ERRORS[notice.fault],
    ]
    if notice.detail:
        rows.append(("Yang terbaca: ", untrusted(notice.detail, 200)))
    return lines(*rows, "Katalog tidak berubah. Contoh bentuknya: /katalog")


def ended(notice: ImportEnded) -> Text:
    return lines((untrusted(notice.file_name), ": ", _ENDS[notice.end]))


def words(notice: PriceListNotice) -> Text:
    match notice:
        case ImportReceived():
            return received(notice)
        case ImportPreview():
            return preview(notice)
        case ReplaceQuestion():
            return replace_question(notice)
        case ImportRefused():
            return refused(notice)
        case ImportEnded():
            return ended(notice)
        case RemovalFile():
            raise LookupError("a removal file is rendered with its content")
        case _:
            assert_never(notice)
