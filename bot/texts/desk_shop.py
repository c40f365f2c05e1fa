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
        "Was let in": "Diterima",
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
        # Products.
        "Products": "Produk",
        "Code or name": "Kode atau nama",
        "Which": "Yang mana",
        "All": "Semua",
        "Below cost": "Di bawah modal",
        "Not sold now": "Tidak dijual sekarang",
        "Change the file, and send it to the bot in your private chat: it shows what would change.": (
            "Ubah filenya, lalu kirim ke bot di chat pribadi: bot menunjukkan apa yang akan berubah."
        ),
        "{count} products, version {version} of the price list.": (
            "{count} produk, daftar harga versi {version}."
        ),
        "Code": "Kode",
        "Margin": "Selisih",
        "below cost": "di bawah modal",
        "a level is below cost": "ada level di bawah modal",
        "Closed by failures": "Ditutup karena gagal",
        "Open": "Buka",
        "Closed": "Tutup",
        "Next": "Berikutnya",
        "No product is found.": "Tidak ada produk yang cocok.",
        "All products": "Semua produk",
        "There is no price list yet. Send it to the bot as a file in your private chat.": (
            "Belum ada daftar harga. Kirim filenya ke bot di chat pribadi."
        ),
        "Last changes": "Perubahan terakhir",
        "Version {version}": "Versi {version}",
        "new": "baru",
        "removed": "dihapus",
        "dearer": "harga naik",
        "cheaper": "harga turun",
        "given a price": "diberi harga",
        "without a price": "tanpa harga",
        "opened": "dibuka",
        "closed": "ditutup",
        "prices of levels": "harga level",
        "cost": "modal",
        "changed otherwise": "ubahan lain",
        "Group": "Grup",
        "Price of level {level}": "Harga level {level}",
        "Orders for {count} numbers failed in a row. From {time} on, one order at a time tries whether it "
        "works again.": (
            "Pesanan ke {count} nomor gagal berturut-turut. Mulai {time}, satu per satu pesanan mencoba "
            "apakah produknya sudah bisa."
        ),
        "Open it": "Buka produk",
        "Close it": "Tutup produk",
        "New price": "Harga baru",
        "Set the price": "Ubah harga",
        "Open {code}?": "Buka {code}?",
        "Resellers can order it from now on.": "Reseller bisa memesannya mulai sekarang.",
        "Failures had closed it: their count begins anew.": (
            "Produk ini ditutup karena gagal: hitungannya mulai dari awal."
        ),
        "Close {code}?": "Tutup {code}?",
        "New orders of it are refused until an admin opens it. Orders that were taken go on.": (
            "Pesanan baru ditolak sampai admin membukanya. Pesanan yang sudah dicatat tetap jalan."
        ),
        "Change the price of {code}?": "Ubah harga {code}?",
        "That is {amount} below the cost: every order would lose money.": (
            "Itu {amount} di bawah modal: setiap pesanan rugi."
        ),
        "It holds for orders from now on, also at levels that add to this price. Those who bought it lately "
        "are told.": (
            "Berlaku untuk pesanan mulai sekarang, juga di level yang dihitung dari harga ini. Yang "
            "belakangan membelinya dikabari."
        ),
        # Reports.
        "Reports": "Laporan",
        "Day": "Hari",
        "Product": "Produk",
        "Hour": "Jam",
        "By": "Per",
        "Last month": "Bulan lalu",
        "These days cannot be shown: the first day comes first, and a year is the most. Here is today.": (
            "Tanggal ini tidak bisa ditampilkan: tanggal awal lebih dulu, dan paling lama satu tahun. Ini "
            "hari ini."
        ),
        "The cost of {count} sold orders is not known: they are not in the profit.": (
            "{count} pesanan sukses belum diketahui modalnya, tidak ikut di laba."
        ),
        "{count} sold orders have no price: they are not in the sales.": (
            "{count} pesanan sukses tanpa harga, tidak ikut di penjualan."
        ),
        "{count} have the last cost that was known when they were ordered.": (
            "{count} memakai modal terakhir yang diketahui saat dipesan."
        ),
        "orders": "pesanan",
        "profit by reseller and product": "laba per reseller dan produk",
        "Orders and success": "Pesanan dan keberhasilan",
        "Orders and success by hour": "Pesanan dan keberhasilan per jam",
        "The numbers": "Angkanya",
        "{count} more are in the file.": "{count} lagi ada di file.",
        "No order on these days.": "Tidak ada pesanan di hari-hari itu.",
    }
)
"""Each English phrase of these pages in Indonesian."""
