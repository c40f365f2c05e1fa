"""Texts for admins about the catalogue: its changes, its file, its history."""

from typing import assert_never

from bot.catalogue.diff import ChangeKind
from bot.notices.catalogue import (
    CatalogueChanged,
    CatalogueEmpty,
    CatalogueFile,
    CatalogueHistory,
    CatalogueNotice,
    ChangeCount,
    PastChange,
    ProductClosedByFailures,
    ProductFailing,
    ProductKeptClosed,
    ProductsSwitched,
    ProductSwitched,
    ProductUnknown,
    ProductWorksAgain,
)
from bot.texts.formatting import MAX_UNITS, Clock, Row, Text, bold, code, length, lines, untrusted

MAX_CODES_CHARS = 1_000
"""Limits the codes in a row: three such rows fit one message."""

_KINDS = {
    ChangeKind.ADDED: ("🆕", "baru"),
    ChangeKind.REMOVED: ("🗑", "dihapus"),
    ChangeKind.PRICE_UP: ("🔺", "harga naik"),
    ChangeKind.PRICE_DOWN: ("🔻", "harga turun"),
    ChangeKind.PRICE_GIVEN: ("💰", "diberi harga"),
    ChangeKind.PRICE_TAKEN: ("⚠️", "harga dikosongkan"),
    ChangeKind.OPENED: ("🟢", "dibuka"),
    ChangeKind.CLOSED: ("🔴", "ditutup"),
    ChangeKind.LEVEL_PRICES: ("🏷", "harga level berubah"),
    ChangeKind.COST: ("🧾", "modal berubah"),
    ChangeKind.OTHERWISE: ("✏️", "diubah lainnya"),
}


def number(count: int) -> str:
    """Return a count with Indonesian grouping: `4.812`."""
    return f"{count:,}".replace(",", ".")


def change_count(counted: ChangeCount) -> Row:
    mark, word = _KINDS[counted.kind]
    return (f"{mark} ", bold(f"{number(counted.count)} {word}"))


def changed(notice: CatalogueChanged, clock: Clock) -> Text:
    rows: list[Row] = [
        ("✅ ", bold(f"Katalog diperbarui, versi {notice.version}")),
        f"{number(notice.product_count)} produk sekarang berlaku.",
        *(change_count(counted) for counted in notice.counts),
    ]
    if notice.omitted_count:
        rows.append(f"{number(notice.omitted_count)} baris salah dilewati, produknya tidak diubah.")
    rows.append((untrusted(notice.file_name), " oleh ", untrusted(notice.name)))
    return lines(*rows, clock.moment(notice.at_ms))


def file_words(version: int, count: int) -> Text:
    """Return the caption of the catalogue's file."""
    return lines(
        (bold(f"Katalog versi {version}"), f" · {number(count)} produk"),
        "Ubah seperlunya, lalu kirim file ini kembali ke sini.",
    )


def empty() -> Text:
    return lines(
        ("📋 ", bold("Katalog masih kosong")),
        "Sementara ini semua kode diteruskan apa adanya.",
        "",
        "Kirim file daftar harga (.xlsx, .xls, atau .csv) ke sini, apa adanya.",
        "Yang wajib hanya kolom kode. Judul kolom lain yang dikenali:",
        "nama, grup, harga, modal, status, tujuan, tutup, jaringan, nominal.",
        "",
        "Contoh isi CSV:",
        code("kode;nama;grup;harga"),
        code("s5;Simpati 5.000;Pulsa Telkomsel;5.900"),
    )


def history(notice: CatalogueHistory, clock: Clock) -> Text:
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
        rows.append((f"{mark} {number(counted.count)} {word}: ", code(counted.code), more))
    return rows


def switched(notice: ProductSwitched) -> Text:
    mark, word = ("🟢", "dibuka") if notice.is_open else ("🔴", "ditutup")
    already = "" if notice.fresh else "sudah "
    return lines((f"{mark} ", code(notice.code), " ", untrusted(notice.name), f" {already}{word}."))


def switched_several(notice: ProductsSwitched) -> Text:
    mark, word = ("🟢", "dibuka") if notice.is_open else ("🔴", "ditutup")
    labelled = (
        (f"{mark} {word.capitalize()}: ", notice.codes),
        (f"{mark} Sudah {word}: ", notice.already),
        ("❗ Tidak ada di katalog: ", notice.unknown),
    )
    return lines(
        *((label, untrusted(" ".join(codes), MAX_CODES_CHARS)) for label, codes in labelled if codes)
    )


def unknown(notice: ProductUnknown) -> Text:
    if not notice.typed:
        return lines("Ketik kodenya di belakang, misalnya:", code("/tutup s5"))
    similar = tuple(part for one in notice.similar for part in (" ", code(one)))
    rows: list[Row] = [("Tidak ada produk dengan kode ", untrusted(notice.typed), ".")]
    if similar:
        rows.append(("Mungkin:", *similar))
    return lines(*rows)


def failing(notice: ProductFailing, clock: Clock) -> Text:
    rows: list[Row] = [
        ("⚠️ ", bold("Produk gangguan di biller")),
        (code(notice.code), " ", untrusted(notice.name)),
    ]
    if notice.reason:
        rows.append(("Alasan: ", untrusted(notice.reason, 200)))
    return lines(
        *rows, clock.moment(notice.at_ms), "Tutup dulu supaya tidak dipesan? Buka lagi dengan /buka."
    )


def closed_by_failures(notice: ProductClosedByFailures, clock: Clock) -> Text:
    rows: list[Row] = [
        ("🔴 ", bold("Produk tutup sendiri")),
        (code(notice.code), " ", untrusted(notice.name)),
        f"{notice.failure_count} pesanan berturut-turut ke nomor berbeda digagalkan biller.",
    ]
    if notice.reason:
        rows.append(("Alasan terakhir: ", untrusted(notice.reason, 200)))
    return lines(
        *rows,
        f"Mulai {clock.time(notice.probe_at_ms)} satu pesanan mencobanya lagi. Kalau sukses, produk dibuka.",
        clock.moment(notice.at_ms),
    )


def works_again(notice: ProductWorksAgain, clock: Clock) -> Text:
    by: Row = ("Dibuka oleh ", untrusted(notice.admin_name))
    return lines(
        ("🟢 ", bold("Produk dibuka lagi")),
        (code(notice.code), " ", untrusted(notice.name)),
        by if notice.admin_name else "Pesanan percobaan sukses.",
        f"Tutup {clock.moment(notice.closed_at_ms)} sampai {clock.moment(notice.at_ms)}",
    )


def kept_closed(notice: ProductKeptClosed, clock: Clock) -> Text:
    return lines(
        (
            "🔴 ",
            code(notice.code),
            " ",
            untrusted(notice.name),
            " ditutup oleh ",
            untrusted(notice.admin_name),
        ),
        ("Tetap tutup sampai dibuka dengan ", code(f"/buka {notice.code}")),
        clock.moment(notice.at_ms),
    )


def words(notice: CatalogueNotice, clock: Clock) -> Text:
    match notice:
        case CatalogueChanged():
            return changed(notice, clock)
        case CatalogueEmpty():
            return empty()
        case CatalogueHistory():
            return history(notice, clock)
        case ProductSwitched():
            return switched(notice)
        case ProductsSwitched():
            return switched_several(notice)
        case ProductUnknown():
            return unknown(notice)
        case ProductFailing():
            return failing(notice, clock)
        case ProductClosedByFailures():
            return closed_by_failures(notice, clock)
        case ProductWorksAgain():
            return works_again(notice, clock)
        case ProductKeptClosed():
            return kept_closed(notice, clock)
        case CatalogueFile():
            raise LookupError("a catalogue file is rendered with its content")
        case _:
            assert_never(notice)
