"""The words of the desk's pages about people, products and reports: in English, and in Indonesian."""

from types import MappingProxyType

SHOP_WORDS = MappingProxyType(
    {
        # Resellers.
        "Resellers": "Reseller",
        "{count} ask to be let in": "{count} orang minta akses",
        "{count} in all, the latest change first. Assistants are on the cards of their shops.": (
            "{count} semuanya, yang terakhir berubah di atas. Asisten ada di kartu tokonya."
        ),
        "Name": "Nama",
        "Standing": "Status",
        "Level": "Level",
        "Note": "Catatan",
        "There are more: type more of the name.": "Masih ada lagi: ketik namanya lebih lengkap.",
        "No reseller yet. Send /undang to the bot: it answers with an invite link.": (
            "Belum ada reseller. Kirim /undang ke bot: bot menjawab dengan tautan undangan."
        ),
        "To the beginning of the list": "Ke awal daftar",
        "Asks to be let in": "Minta akses",
        "Active": "Aktif",
        "Rejected": "Ditolak",
        "Frozen": "Dibekukan",
        "Removed": "Dihapus",
        "Assistant": "Asisten",
        "No assistant any more": "Bukan asisten lagi",
        "Changed. Everybody concerned is told in the chat.": (
            "Sudah diubah. Semua yang bersangkutan dikabari lewat chat."
        ),
        "The note is stored.": "Catatan sudah disimpan.",
        "Nothing was changed: it was changed before, or it is not possible any more. Look once more.": (
            "Tidak ada yang berubah: sudah diubah sebelumnya, atau tidak bisa lagi. Lihat sekali lagi."
        ),
        "Name in Telegram": "Nama di Telegram",
        "Assistant of": "Asisten dari",
        "none: the usual prices": "tidak ada: harga biasa",
        "Let in": "Terima",
        "by invite link {number} of {name}": "lewat tautan undangan {number} dari {name}",
        "Assistants": "Asisten di toko",
        "To the resellers": "Ke daftar reseller",
        "Change": "Ubah",
        "The next page shows what happens, and asks once more.": (
            "Halaman berikut menunjukkan akibatnya, dan bertanya sekali lagi."
        ),
        "Reject": "Tolak",
        "Freeze": "Bekukan",
        "Activate": "Aktifkan",
        "Remove": "Hapus",
        "Set the level": "Pasang level",
        "For admins only; empty deletes it": "Hanya untuk admin; kosongkan untuk menghapus",
        "Store": "Simpan",
        "Let {name} in?": "Terima {name}?",
        "{name} can order from now on, and is told.": "{name} bisa pesan mulai sekarang, dan dikabari.",
        "Reject {name}?": "Tolak {name}?",
        "{name} is told, and may ask again after a day.": (
            "{name} dikabari, dan boleh minta lagi setelah sehari."
        ),
        "Freeze {name}?": "Bekukan {name}?",
        "{name} cannot order any more, until activated again, and is told. Orders that were not sent to the "
        "biller yet are given up; the others still get their results.": (
            "{name} tidak bisa pesan sampai diaktifkan lagi, dan dikabari. Pesanan yang belum dikirim ke "
            "biller dihentikan; yang lain tetap dapat hasilnya."
        ),
        "The assistants of the shop cannot order either.": "Asisten di tokonya juga tidak bisa pesan.",
        "Activate {name}?": "Aktifkan {name}?",
        "{name} can order again as an assistant, and is told.": (
            "{name} bisa pesan lagi sebagai asisten, dan dikabari."
        ),
        "Remove {name}?": "Hapus {name}?",
        "{name} cannot order any more, and is told. Orders that were not sent to the biller yet are given "
        "up; the others still get their results. The balance stays in the books.": (
            "{name} tidak bisa pesan lagi, dan dikabari. Pesanan yang belum dikirim ke biller dihentikan; "
            "yang lain tetap dapat hasilnya. Saldonya tetap tercatat di pembukuan."
        ),
        "Change the level of {name}?": "Ubah level {name}?",
        "It holds for the next order of the shop.": "Berlaku untuk pesanan berikutnya dari toko ini.",
        "Open invite links": "Tautan undangan yang berlaku",
        "Each lets people in without asking. To close one, send to the bot:": (
            "Setiap tautan menerima orang tanpa bertanya. Untuk menutupnya, kirim ke bot:"
        ),
        "Number": "Nomor",
        "Made by": "Dibuat oleh",
        "For": "Untuk",
        "Used": "Dipakai",
        "Valid until": "Berlaku sampai",
        "Link": "Tautan",
        "an assistant of {name}": "asisten dari {name}",
        "resellers of level {level}": "reseller level {level}",
        "resellers": "reseller",
        "{used} of {most}": "{used} dari {most}",
        "and {count} more": "dan {count} lagi",
        "No invite link is open. Send /undang to the bot: it answers with one.": (
            "Tidak ada tautan yang berlaku. Kirim /undang ke bot: bot menjawab dengan tautan."
        ),
    }
)
"""Each English phrase of these pages in Indonesian."""
