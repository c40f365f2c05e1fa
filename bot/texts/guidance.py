"""Texts that welcome, explain how to order, and answer input that is no order."""

from typing import assert_never

from bot.actors import Role
from bot.grammar.destination.formats import EXAMPLE_METER
from bot.grammar.parsed import EXAMPLE, InputError
from bot.notices.guidance import (
    NOTHING_BOUGHT,
    AdminsOnly,
    GroupWelcome,
    GuidanceNotice,
    Help,
    NotUnderstood,
    Welcome,
)
from bot.texts.formatting import Row, Text, bold, code, lines, untrusted

_ERRORS = {
    InputError.NOT_AN_ORDER: "Pesan ini belum bisa dibaca sebagai pesanan.",
    InputError.ABOUT_ORDER: (
        "Pesan ini tidak diproses sebagai pesanan. Ada masalah? Cek dulu, atau ketik komplain."
    ),
    InputError.NO_CANCEL: "Pesanan tidak bisa dibatalkan. Cek dulu hasilnya.",
    InputError.NO_DESTINATION: "Nomornya belum ada.",
    InputError.NO_CODE: "Kode di depan nomornya belum ada.",
    InputError.NO_SERVER: "Server gamenya belum ada di belakang ID.",
    InputError.TOO_SHORT: "Nomornya kurang angka.",
    InputError.TOO_LONG: "Nomornya kelebihan angka.",
    InputError.NOT_DIGITS: "Nomornya hanya boleh angka.",
    InputError.NOT_PLAIN: "Tujuannya tidak boleh memakai spasi atau tanda lain.",
    InputError.NOT_A_PHONE: "Nomor ini bukan nomor HP.",
    InputError.FOREIGN_NUMBER: "Hanya nomor Indonesia (+62) yang bisa diisi.",
    InputError.TOO_MANY_PARTS: "Ada bagian lain di samping kode dan nomor.",
    InputError.UNKNOWN_CODE: "Kode ini tidak ada di daftar harga.",
    InputError.NEAR_COMMAND: "Mungkin maksudnya perintah ini?",
    InputError.SEVERAL_ORDERS: (
        "Beberapa pesanan tertulis menyambung. Pisahkan per baris, atau dengan titik koma."
    ),
    InputError.TOO_MANY_ORDERS: "Paling banyak 100 pesanan dalam satu pesan. Bagi dulu, lalu kirim lagi.",
    InputError.TEXT_TOO_LONG: (
        "Pesan ini terlalu panjang untuk dibaca. Tulis satu pesanan per baris, paling banyak 100."
    ),
    InputError.NEEDS_SEPARATOR: "Beri titik di antara kode dan nomor.",
    InputError.THANKS: "Siap, sama-sama.",
    InputError.CUT_OFF: "Nomornya belum lengkap? Ketik semua angkanya.",
    InputError.FORWARDED: "Pesan terusan tidak diproses. Ketik sendiri pesanannya.",
    InputError.CAPTIONED: "Pesanan di keterangan foto atau file tidak diproses. Ketik sebagai pesan biasa.",
    InputError.SENT_AS_CHAT: (
        "Pesan atas nama grup atau channel tidak diproses. Kirim dari akun Anda sendiri."
    ),
    InputError.EDITED: "Pesan yang diubah tidak diproses. Kirim sebagai pesan baru.",
}

_EXAMPLES = (EXAMPLE, f"pln20.{EXAMPLE_METER}")
"""Shown without a catalogue."""


def not_understood(notice: NotUnderstood) -> Text:
    shown = "Contoh:" if notice.is_example or notice.suggestion == EXAMPLE else "Ketik:"
    typed: list[Row] = [("Yang diketik: ", untrusted(notice.typed, 100))] if notice.typed else []
    if notice.input_error is InputError.THANKS:
        return lines(f"🙏 {_ERRORS[notice.input_error]}")
    bought = ["Dari pesan ini belum ada yang dibeli."] if notice.input_error in NOTHING_BOUGHT else []
    return lines(
        f"🤔 {_ERRORS[notice.input_error]}",
        *typed,
        *bought,
        (f"{shown} ", untrusted(notice.suggestion, 100)),
        "Cara lengkap: /bantuan",
    )


def welcome(notice: Welcome) -> Text:
    first, *others = _shown(notice.examples)
    more: list[Row] = [("   Ada juga: ", *_listed(others))] if others else []
    if notice.role is Role.ADMIN:
        return lines(
            ("👋 ", bold("Selamat datang, loket sudah jalan.")),
            "Tiga langkah pertama untuk admin:",
            "1. Kirim daftar harga (file XLSX atau CSV) ke sini. Contohnya: /katalog",
            "2. Ajak reseller mengetik /daftar di bot ini, lalu setujui.",
            ("3. Coba satu pesanan: ", code(first)),
            "Semua perintah: /bantuan",
        )
    return lines(
        ("👋 ", bold("Selamat datang di loket.")),
        "Tiga hal untuk dicoba:",
        ("1. Lihat kode dan harga: ", code("harga")),
        ("2. Pesan dengan kode, titik, nomor: ", code(first)),
        *more,
        ("3. Lihat pesanan Anda: ", code("riwayat")),
        "Cara lengkap: /bantuan",
    )


def group_welcome(notice: GroupWelcome) -> Text:
    return lines(
        ("👋 ", bold("Loket ada di grup ini.")),
        ("Reseller memesan dengan kode, titik, nomor: ", code(_shown(notice.examples)[0])),
        "Hasilnya dibalas di sini, dan terbaca oleh semua anggota grup.",
        "Belum terdaftar? Ketik /daftar. Cara lengkap: /bantuan",
        "Pesanan tidak dibalas? Jadikan bot ini admin grup.",
    )


def help_for(notice: Help) -> Text:
    first, *others = _shown(notice.examples)
    also: list[Row] = [("Juga: ", *_listed(others))] if others else []
    nominal: list[Row] = [("Pulsa boleh tanpa kode: ", code(notice.nominal))] if notice.nominal else []
    is_admin = notice.role is Role.ADMIN
    assistants: list[Row] = [] if is_admin else [("Pegawai yang ikut memesan: ", code("/staf"))]
    order: tuple[Row, ...] = (
        ("🛒 ", bold("Cara pesan")),
        ("Ketik ", code("kode.nomor"), ", misalnya ", code(first)),
        *also,
        "Titik boleh diganti spasi, koma, * atau #. Nomor boleh +62, spasi, atau strip.",
        "Banyak pesanan: satu baris satu pesanan, paling banyak 100.",
        *nominal,
        ("Sekali lagi ke nomor yang sama hari ini: ", code(_second(first))),
        "",
        ("🔎 ", bold("Lihat")),
        (code("harga"), ", ", code("harga telkomsel"), ", ", code("harga 081234567890")),
        (code("cek.081234567890"), ": hasil pesanan ke nomor itu"),
        (code("riwayat"), ": pesanan Anda · ", code("lap"), ": hari ini · ", code("rekap"), ": bulan ini"),
        *_money(notice),
        "",
        ("🧾 ", bold("Sesudahnya")),
        "Di bawah hasil ada tombol Struk, Komplain, dan Ulangi.",
        ("Nama toko dan harga jual di struk: ", code("struk")),
        *assistants,
    )
    if not is_admin:
        no_news: Row = ("Tanpa pengumuman dan kabar harga: ", code("berhenti info"))
        return lines(*order, no_news, "", "Belum ada hasil? Tunggu saja, jangan kirim ulang.")
    return lines(*order, "", *_FOR_ADMINS)


def _money(notice: Help) -> list[Row]:
    """Return how resellers see and raise their balance; `saldo` shows an admin that of the biller."""
    if notice.role is Role.ADMIN:
        return []
    rows: list[Row] = [(code("saldo"), ": yang bisa dibelanjakan · ", code("mutasi"), ": gerak saldo")]
    if notice.takes_tickets:
        rows.append((code("tiket 100000"), ": isi saldo · ", code("bank"), ": rekeningnya"))
    return rows


_FOR_ADMINS: tuple[Row, ...] = (
    ("🔑 ", bold("Untuk admin")),
    "/saldo · /topup · /laba · /level · /tertunda · /tiket · /komplain · /reseller · /undang · /umumkan",
    ("/katalog", ": unduh daftar harga; kirim file untuk mengubahnya"),
    ("/buka ", code("kode"), " · /tutup ", code("kode"), ": satu produk atau lebih"),
    "Diikuti ID atau @nama: /saldo · /mutasi · /tambah · /kurang · /limit · /catatan",
    "juga /bekukan · /aktifkan · /hapus",
    ("/sukses ", code("Ref SN"), " · /gagal ", code("Ref"), ": tetapkan hasil"),
)


def _shown(examples: tuple[str, ...]) -> tuple[str, ...]:
    return examples or _EXAMPLES


def _listed(texts: list[str]) -> Row:
    first, *others = (untrusted(text) for text in texts)
    return (first, *(part for other in others for part in (", ", other)))


def _second(example: str) -> str:
    """Return the text that orders the same a second time."""
    product_code, _, destination = example.partition(".")
    return f"{product_code}.2.{destination}"


def admins_only() -> Text:
    return lines("Perintah ini hanya untuk admin, di chat pribadi.", "Cara lengkap: /bantuan")


def words(notice: GuidanceNotice) -> Text:
    match notice:
        case Welcome():
            return welcome(notice)
        case GroupWelcome():
            return group_welcome(notice)
        case Help():
            return help_for(notice)
        case NotUnderstood():
            return not_understood(notice)
        case AdminsOnly():
            return admins_only()
        case _:
            assert_never(notice)


ADMIN_REACHED = lines(
    ("🔎 ", bold("Cek loket")),
    "Pesan untuk admin sampai di chat ini. Tidak perlu dibalas.",
)
"""Sent to every admin by `loket check`."""

SHORT_DESCRIPTION = "Loket pulsa, paket data, token PLN, dan tagihan untuk reseller. Ketik kode.nomor"
"""On the bot's profile, and with its link when it is shared; at most 120 characters."""

DESCRIPTION = f"""Loket pulsa, paket data, token PLN, dan tagihan untuk reseller.

Pesan dengan kode, titik, nomor. Contoh: {EXAMPLE}
Hasilnya dibalas di sini: SUKSES dengan SN, atau GAGAL dengan alasannya.

Tekan Mulai. Belum terdaftar? Ketik /daftar, lalu tunggu jawaban admin."""
"""In the empty chat, before a person presses Start; at most 512 characters."""

COMMANDS = {
    "harga": "Kode dan harga",
    "cek": "Pesanan terakhir, atau menurut nomor",
    "riwayat": "Semua pesanan Anda",
    "lap": "Laporan hari ini",
    "rekap": "Laporan bulan ini",
    "saldo": "Saldo Anda",
    "mutasi": "Gerak saldo hari ini",
    "struk": "Nama toko dan harga di struk",
    "komplain": "Tanyakan pesanan ke admin",
    "tiket": "Isi saldo",
    "staf": "Asisten toko Anda",
    "bantuan": "Cara pesan",
    "daftar": "Minta jadi reseller",
}

ADMIN_COMMANDS = {
    "saldo": "Saldo biller terakhir",
    "tertunda": "Pesanan yang menunggu keputusan",
    "komplain": "Komplain yang menunggu jawaban",
    "tiket": "Tiket deposit dan uang tanpa tiket",
    "katalog": "Daftar harga sebagai file",
    "reseller": "Cari reseller, dan kartunya",
    "undang": "Link undangan reseller",
    "tambah": "Tambah saldo reseller",
    "limit": "Limit utang dan belanja reseller",
    "lap": "Laporan hari ini",
    "rekap": "Laporan bulan ini",
    "laba": "Penjualan, modal, dan laba",
    "umumkan": "Pengumuman ke semua reseller",
    "level": "Level harga reseller",
    "harga": "Kode dan harga",
    "cek": "Pesanan menurut nomor atau Ref",
    "riwayat": "Pesanan Anda sendiri",
    "bantuan": "Cara pesan dan semua perintah",
}
