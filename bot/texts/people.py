"""What people read who ask, who slip, or who come and go."""

from typing import assert_never

from bot.notices import BalanceWithheld, Help, JoinAnswer, NotUnderstood
from bot.order.parse import EXAMPLE, Slip
from bot.people import Role, Standing
from bot.texts.form import Text, bold, code, lines, outside

_SLIPS = {
    Slip.NOT_AN_ORDER: "Pesan ini belum bisa dibaca sebagai pesanan.",
    Slip.NO_DESTINATION: "Nomor tujuannya belum ada.",
    Slip.NO_CODE: "Kode produknya belum ada di depan nomor.",
    Slip.TOO_SHORT: "Nomornya kurang digit.",
    Slip.TOO_LONG: "Nomornya kelebihan digit.",
    Slip.NOT_DIGITS: "Nomor tujuan hanya boleh angka.",
    Slip.FOREIGN_NUMBER: "Hanya nomor Indonesia (+62) yang bisa diisi.",
    Slip.TOO_MANY_PARTS: "Ada bagian yang tidak dikenal di belakang kode atau nomor.",
    Slip.NEAR_COMMAND: "Mungkin maksudnya perintah ini?",
    Slip.SEVERAL_ORDERS: "Satu pesan untuk satu pesanan. Belum ada yang diproses, kirim satu per satu.",
    Slip.NEEDS_SEPARATOR: "Beri titik di antara kode dan nomor.",
    Slip.FORWARDED: "Pesan terusan tidak diproses. Ketik sendiri pesanannya.",
    Slip.EDITED: "Pesan yang diubah tidak diproses. Kirim sebagai pesan baru.",
}


def not_understood(notice: NotUnderstood) -> Text:
    """Say what is amiss and show the nearest right form."""
    shown = "Ketik:" if notice.suggestion != EXAMPLE else "Contoh:"
    return lines(
        f"🤔 {_SLIPS[notice.slip]}", (f"{shown} ", outside(notice.suggestion, 100)), "Cara lengkap: /bantuan"
    )


def join_answer(notice: JoinAnswer) -> Text:
    """Tell somebody where they stand."""
    match notice.standing:
        case None:
            return lines("Anda belum terdaftar di loket ini.", "Ketik /daftar untuk minta izin ke admin.")
        case Standing.ASKED if notice.fresh:
            return lines(
                ("👋 ", bold("Permintaan terkirim.")),
                "Admin akan menyetujui atau menolak, jawabannya dikirim ke sini.",
            )
        case Standing.ASKED:
            return lines("Permintaan Anda masih menunggu jawaban admin.")
        case Standing.APPROVED:
            return lines(
                ("🎉 ", bold("Anda sudah terdaftar sebagai reseller.")),
                ("Cara pesan: ", code(EXAMPLE), " (kode, titik, nomor)."),
                "Selengkapnya: /bantuan",
            )
        case Standing.REJECTED:
            return lines("Permintaan Anda belum disetujui admin.", "Anda bisa /daftar lagi setelah 24 jam.")
        case Standing.FROZEN:
            return lines("Akun Anda dibekukan sementara. Hubungi admin untuk mengaktifkannya.")
        case Standing.REMOVED:
            return lines("Anda tidak lagi terdaftar di loket ini.", "Anda bisa /daftar lagi setelah 24 jam.")
        case _:
            assert_never(notice.standing)


def help_for(notice: Help) -> Text:
    """Say how to order and what else can be typed."""
    order = (
        bold("Cara pesan"),
        ("Ketik ", code("kode.nomor"), ", misalnya:"),
        code("s5.081234567890"),
        ("Huruf besar atau kecil sama saja. Nomor boleh +62, spasi, atau strip."),
        "Satu pesan untuk satu pesanan. Hasilnya dikirim sebagai balasan.",
    )
    if notice.role is not Role.ADMIN:
        return lines(*order, "", "Belum ada hasil? Tunggu saja, jangan kirim ulang.")
    return lines(
        *order,
        "",
        bold("Untuk admin"),
        "/saldo: saldo biller terakhir",
        "/tertunda: pesanan yang menunggu keputusan",
        "/reseller: daftar reseller",
        "/bekukan, /aktifkan, /hapus: diikuti id atau @nama",
        ("/sukses ", code("Ref SN"), " dan /gagal ", code("Ref"), ": tetapkan hasil"),
    )


def balance_withheld(_: BalanceWithheld) -> Text:
    """Say that the biller balance is the operator's."""
    return lines("Saldo biller hanya untuk admin, di chat pribadi.", "Untuk pesan: ketik /bantuan")
