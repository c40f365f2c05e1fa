"""Texts while the counter is closed after a restore, for admins and for resellers who order."""

from typing import assert_never

from bot.notices.restore_gate import (
    CounterClosed,
    CounterOpenAgain,
    CounterReopened,
    ReopenQuestion,
    RestoreCard,
    RestoreGateNotice,
)
from bot.texts.formatting import Clock, Text, bold, code, lines, untrusted

NOT_STORED = lines(
    ("⚠️ ", bold("Belum tercatat."), " Loket sedang gangguan."),
    (bold("Jangan kirim ulang."), " Begitu loket pulih, pesanan ini dibaca lagi sendiri."),
    "Kalau sudah terlalu lama, pesanan ini tidak dibeli dan Anda diberi tahu.",
)
"""Sent without the outbox to a chat whose order could not be stored: the outbox cannot be written either."""


def restore_card(notice: RestoreCard, clock: Clock) -> Text:
    since = "awal" if notice.backup_at_ms is None else clock.moment(notice.backup_at_ms)
    until = clock.moment(notice.gap_until_ms)
    return lines(
        ("🛑 ", bold("Loket dipulihkan dari cadangan dan masih ditutup")),
        f"Dipulihkan {clock.moment(notice.restored_at_ms)}. Catatan terakhir di cadangan: {since}.",
        (
            bold(f"Dari {since} sampai {until}"),
            " loket tidak tahu apa yang terjadi: pesanan, hasil, saldo, reseller.",
        ),
        "",
        "Sebelum dibuka:",
        "1. Lihat daftar transaksi biller untuk waktu itu. Yang tidak ada di loket: beri tahu resellernya.",
        f"2. /tertunda: {notice.waiting_count} pesanan menunggu keputusan. Tetapkan sesuai biller.",
        "3. /reseller: periksa siapa yang boleh memesan.",
        "4. Saldo reseller kembali seperti di cadangan. Cocokkan dengan mutasi bank dan daftar biller, lalu"
        " /tambah deposit dan /kurang pesanan yang tidak ada di loket.",
        "",
        "Sampai dibuka tidak ada yang dibeli. Pesanan baru ditolak dan tidak dicatat.",
    )


def reopen_question(notice: ReopenQuestion, clock: Clock) -> Text:
    since = "awal" if notice.backup_at_ms is None else clock.moment(notice.backup_at_ms)
    return lines(
        (bold("Buka loket sekarang?")),
        f"Daftar biller dan mutasi bank dari {since} sampai {clock.moment(notice.gap_until_ms)}"
        " sudah dicocokkan?",
        "Setelah dibuka, pesanan baru langsung dibeli.",
    )


def counter_reopened(notice: CounterReopened, clock: Clock) -> Text:
    by = (" oleh ", untrusted(notice.admin_name)) if notice.admin_name else ()
    return lines(
        ("☑️ ", bold("Loket dibuka lagi"), *by),
        f"{clock.moment(notice.at_ms)}, setelah pemulihan {clock.moment(notice.restored_at_ms)}",
    )


def counter_closed(notice: CounterClosed) -> Text:
    return lines(
        ("🛑 ", bold("TUTUP SEMENTARA"), " ", code(f"{notice.code}.{notice.destination}")),
        "Loket sedang ditutup sementara. Pesanan ini tidak dicatat, tidak ada yang dibeli.",
        "Kirim lagi setelah loket dibuka, kami beri tahu di sini.",
    )


def counter_open(_: CounterOpenAgain) -> Text:
    return lines("✅ Loket sudah dibuka lagi. Silakan kirim pesanan yang tadi ditolak.")


def words(notice: RestoreGateNotice, clock: Clock) -> Text:
    match notice:
        case RestoreCard():
            return restore_card(notice, clock)
        case ReopenQuestion():
            return reopen_question(notice, clock)
        case CounterReopened():
            return counter_reopened(notice, clock)
        case CounterClosed():
            return counter_closed(notice)
        case CounterOpenAgain():
            return counter_open(notice)
        case _:
            assert_never(notice)
