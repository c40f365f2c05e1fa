"""The words of the desk's pages: written in English in the templates, and here in Indonesian."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from bot.orders.model import State
from bot.texts.desk_biller import BILLER_WORDS
from bot.texts.desk_money import MONEY_WORDS
from bot.texts.desk_shop import SHOP_WORDS
from bot.texts.desk_system import SYSTEM_WORDS
from bot.texts.formatting import clean, rupiah


class Language(StrEnum):
    INDONESIAN = "id"
    ENGLISH = "en"


def translate(english: str, language: Language) -> str:
    """Return words in a language; a test holds that none is missing."""
    return english if language is Language.ENGLISH else INDONESIAN.get(english, english)


def _state_name(state: State) -> str:
    return STATES[state]


def _event_name(kind: str) -> str:
    return EVENTS.get(kind, kind)


def _rupiah_or_dash(amount_idr: int | None) -> str:
    return "-" if amount_idr is None else rupiah(amount_idr)


def _visible(text: object, limit: int = 64) -> str:
    """Return text of others as one line of visible characters."""
    return clean(str(text), limit)


def _megabytes(size_bytes: int) -> str:
    """Return `1.234 MB`, at least 1 MB."""
    return f"{max(1, size_bytes // 1_000_000):,} MB".replace(",", ".")


FILTERS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "rupiah": rupiah,
        "rupiah_or_dash": _rupiah_or_dash,
        "megabytes": _megabytes,
        "visible": _visible,
        "state_name": _state_name,
        "event_name": _event_name,
    }
)
"""What the templates call to format a value."""

BUSY = "The desk is busy: wait some seconds, then load this page again."
UNAVAILABLE = "The desk cannot show its pages now, orders go on. Try again in a moment."
NOT_STORED = "The database cannot be used now. Try again in some seconds."

STATES = MappingProxyType(
    {
        State.PLACED: "Waits to be sent",
        State.SUBMITTING: "Being sent",
        State.PENDING: "Accepted",
        State.UNKNOWN: "Unclear",
        State.SUCCEEDED: "Succeeded",
        State.FAILED: "Failed",
        State.EXPIRED: "Not bought",
        State.DISPUTED: "Disputed",
    }
)

EVENTS = MappingProxyType(
    {
        "Placed": "Order taken",
        "Claimed": "Sent to the biller",
        "NotSent": "Could not be sent",
        "Accepted": "Accepted by the biller",
        "Refused": "Refused by the biller",
        "Unclear": "The answer is unclear",
        "Succeeded": "The biller reports success",
        "Failed": "The biller reports failure",
        "Contradiction": "A report contradicts itself",
        "Expired": "Given up, nothing was bought",
        "Overdue": "Waits too long for its result",
        "Resolved": "Settled by an admin",
        "SnSupplied": "SN added",
        "ClockSetBack": "The clock was set back",
    }
)

INDONESIAN = MappingProxyType(
    {
        # Pages.
        "Desk": "Meja admin",
        "Pages": "Halaman",
        "To the content": "Langsung ke isi",
        "Today": "Hari ini",
        "Orders": "Pesanan",
        "Decisions": "Keputusan",
        "System": "Sistem",
        "Not found": "Tidak ada",
        "There is no such page": "Halaman ini tidak ada",
        "To the desk": "Ke meja admin",
        # Signing in.
        "Sign in": "Masuk",
        "Sign out": "Keluar",
        "Sign in to the desk": "Masuk ke meja admin",
        "This link lets you in once. Continue only if you asked for it yourself with /desk.": (
            "Tautan ini berlaku sekali. Lanjutkan hanya jika Anda sendiri yang memintanya dengan /desk."
        ),
        "Send /desk to the bot in your private chat: it answers with a link.": (
            "Kirim /desk ke bot di chat pribadi Anda: bot menjawab dengan tautan."
        ),
        "Link no longer valid": "Tautan tidak berlaku lagi",
        "This link no longer lets anybody in": "Tautan ini tidak berlaku lagi",
        "A link works once, for five minutes. Send /desk to the bot again: it answers with a new one.": (
            "Tautan berlaku sekali, selama lima menit. Kirim /desk lagi ke bot untuk tautan baru."
        ),
        "Signed out": "Belum masuk",
        "You are not signed in": "Anda belum masuk",
        "Refused": "Ditolak",
        "Nothing was done": "Tidak ada yang dilakukan",
        "The form did not come from a page of this desk, or there were too many attempts. Load the page "
        "again and repeat; after many attempts wait five minutes.": (
            "Formulir itu bukan dari halaman meja ini, atau terlalu banyak percobaan. Muat ulang halamannya "
            "lalu ulangi; setelah banyak percobaan tunggu lima menit."
        ),
        "Telegram does not vouch for you here. Close this window and open the desk from the bot again.": (
            "Telegram tidak mengenali Anda di sini. Tutup jendela ini dan buka lagi mejanya dari bot."
        ),
        "One moment …": "Sebentar …",
        # Figures.
        "The counter is closed since a backup was restored. Open it in the chat with /buka.": (
            "Loket tutup sejak cadangan dipulihkan. Buka lewat chat dengan /buka."
        ),
        "Purchases are held: the biller does not answer since {time}.": (
            "Pembelian ditahan: biller tidak menjawab sejak {time}."
        ),
        "Sold": "Terjual",
        "Failed": "Gagal",
        "Success": "Berhasil",
        "Sales": "Penjualan",
        "Profit": "Laba",
        "In progress": "Diproses",
        "Wait for a decision": "Menunggu keputusan",
        "Ask to be let in": "Minta akses",
        "Messages to send": "Pesan belum terkirim",
        "Balance at the biller": "Saldo di biller",
        "Last orders": "Pesanan terakhir",
        "No order yet.": "Belum ada pesanan.",
        "How long orders take": "Lama pesanan diproses",
        "Of the orders of {hour}.00 half were sent to the biller within {sent} and had their result within "
        "{result}; 95 of 100 within {slow_sent} and {slow_result}.": (
            "Pesanan jam {hour}.00: separuhnya dikirim ke biller dalam {sent} dan ada hasilnya dalam "
            "{result}; 95 dari 100 dalam {slow_sent} dan {slow_result}."
        ),
        "half of the orders": "separuh pesanan",
        "95 of 100": "95 dari 100",
        "Until it is sent to the biller, in seconds, by hour": "Sampai dikirim ke biller, detik, per jam",
        "Until its result, in seconds, by hour": "Sampai ada hasil, detik, per jam",
        "Balance at the biller by hour, as reported": "Saldo di biller per jam, menurut laporannya",
        "Times and balance in numbers": "Waktu dan saldo dalam angka",
        "Of each hour the last {count} orders are timed.": (
            "Dari tiap jam dihitung {count} pesanan terakhir."
        ),
        "Sent, half within": "Dikirim, separuh dalam",
        "Sent, 95 of 100 within": "Dikirim, 95 dari 100 dalam",
        "Result, half within": "Hasil, separuh dalam",
        "Result, 95 of 100 within": "Hasil, 95 dari 100 dalam",
        # Orders.
        "Number, Ref or reseller": "Nomor, Ref, atau reseller",
        "Search": "Cari",
        "Older": "Lebih lama",
        "Nothing was found for {typed}. A number, a Ref of 17 digits, or a part of a name can be searched.": (
            "Tidak ada yang cocok dengan {typed}. Yang bisa dicari: nomor, Ref 17 angka, atau potongan nama."
        ),
        "Time": "Waktu",
        "Order": "Pesanan",
        "Reseller": "Reseller",
        "Price": "Harga",
        "State": "Status",
        "SN or reason": "SN atau alasan",
        "Ordered": "Dipesan",
        "Last change": "Kabar terakhir",
        "Cost": "Modal",
        "expected: {amount}": "perkiraan: {amount}",
        "Reason": "Alasan",
        "Why it is unclear": "Mengapa belum pasti",
        "Biller's reference": "Referensi biller",
        "Biller's last words": "Kata terakhir biller",
        "What happened": "Riwayat",
        "Evidence": "Bukti",
        "Reports that did not fit the order": "Laporan yang tidak cocok dengan pesanan",
        "Waits to be sent": "Menunggu dikirim",
        "Being sent": "Sedang dikirim",
        "Accepted": "Diterima biller",
        "Unclear": "Belum pasti",
        "Succeeded": "Sukses",
        "Not bought": "Tidak diproses",
        "Disputed": "Diperiksa",
        "Order taken": "Pesanan dicatat",
        "Sent to the biller": "Dikirim ke biller",
        "Could not be sent": "Tidak bisa dikirim",
        "Accepted by the biller": "Diterima biller",
        "Refused by the biller": "Ditolak biller",
        "The answer is unclear": "Jawabannya tidak jelas",
        "The biller reports success": "Biller melaporkan sukses",
        "The biller reports failure": "Biller melaporkan gagal",
        "A report contradicts itself": "Laporan bertentangan sendiri",
        "Given up, nothing was bought": "Dihentikan, tidak ada yang dibeli",
        "Waits too long for its result": "Terlalu lama menunggu hasil",
        "Settled by an admin": "Ditetapkan admin",
        "SN added": "SN ditambahkan",
        "The clock was set back": "Jam dimundurkan",
        # Decisions.
        "Of these orders it is not known whether the biller sold them. Look each up at the biller, then open "
        "it here.": (
            "Belum diketahui apakah pesanan-pesanan ini terjual di biller. Cek satu per satu di biller, lalu "
            "buka di sini."
        ),
        "No order waits for a decision.": "Tidak ada pesanan yang menunggu keputusan.",
        "Your decision": "Keputusan Anda",
        "Look the order up at the biller first. The next page shows what happens, and asks once more.": (
            "Cek dulu pesanannya di biller. Halaman berikut menunjukkan akibatnya, dan bertanya sekali lagi."
        ),
        "SN, if the biller names one": "SN, jika ada di biller",
        "It succeeded": "Sukses",
        "It failed": "Gagal",
        "This SN is too long to be one. Copy it from the biller again.": (
            "SN ini terlalu panjang. Salin lagi dari biller."
        ),
        "{name} is told SUKSES, and the price of {price} stays paid.": (
            "{name} dikabari SUKSES, dan harga {price} tetap terbayar."
        ),
        "Without an SN.": "Tanpa SN.",
        "{name} is told GAGAL, and gets back what was held or paid. The order may be typed again.": (
            "{name} dikabari GAGAL, dan yang ditahan atau dibayar kembali. Pesanannya boleh dikirim ulang."
        ),
        "Yes, it succeeded": "Ya, SUKSES",
        "Yes, it failed": "Ya, GAGAL",
        "Cancel": "Batal",
        "To the order": "Ke pesanannya",
        "Settled. The reseller is told.": "Sudah ditetapkan. Reseller dikabari.",
        "Nothing was changed: the order no longer waits for a decision.": (
            "Tidak ada yang berubah: pesanan ini tidak lagi menunggu keputusan."
        ),
        # Instead of a page.
        BUSY: "Meja sedang ramai: tunggu beberapa detik, lalu muat halaman ini lagi.",
        UNAVAILABLE: "Halaman meja belum bisa ditampilkan, pesanan tetap jalan. Coba lagi sebentar lagi.",
        NOT_STORED: "Database belum bisa dipakai. Coba lagi beberapa detik lagi.",
        **BILLER_WORDS,
        **MONEY_WORDS,
        **SHOP_WORDS,
        **SYSTEM_WORDS,
    }
)
"""Each English phrase of the pages in Indonesian."""
