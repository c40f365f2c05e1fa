"""The words of the desk's pages about money and the books: English as in the templates, and Indonesian."""

from types import MappingProxyType

MONEY_WORDS = MappingProxyType(
    {
        # Pages of money.
        "Money": "Uang",
        "To the money": "Ke halaman uang",
        "Done. Everybody concerned is told in the chat.": (
            "Selesai. Semua yang bersangkutan dikabari lewat chat."
        ),
        "Nothing was moved now: this was confirmed or decided before.": (
            "Tidak ada yang dipindahkan sekarang: ini sudah dikonfirmasi atau diputuskan sebelumnya."
        ),
        "Deposits": "Deposit",
        "Deposits to confirm": "Deposit yang menunggu konfirmasi",
        "Look for the exact amount in the account first. A picture is no proof of money.": (
            "Cari dulu jumlah yang tepat di mutasi rekening. Foto bukan tanda uang masuk."
        ),
        "Ticket": "Tiket",
        "Exact amount": "Jumlah tepat",
        "Paid to": "Ke",
        "Asked, valid until": "Diminta, berlaku sampai",
        "Received": "Diterima",
        "{count} in the chat": "{count} foto di chat",
        "Amount received for ticket {number}": "Jumlah yang diterima untuk tiket {number}",
        "Money came in": "Uang masuk",
        "Not yet": "Belum ada",
        "More tickets": "Tiket berikutnya",
        "No ticket waits for its money.": "Tidak ada tiket yang menunggu uang.",
        "Money without a ticket": "Uang masuk tanpa tiket",
        "It was reported by the bank and credits nobody by itself. Credit it to its reseller, or take it "
        "out if it is no deposit.": (
            "Uang ini dilaporkan bank dan tidak dikreditkan sendiri. Kreditkan ke resellernya, atau "
            "keluarkan jika bukan deposit."
        ),
        "No ticket has this amount.": "Tidak ada tiket dengan jumlah ini.",
        "This account is not in DEPOSIT_ACCOUNTS: make sure that the money is yours.": (
            "Rekening ini tidak ada di DEPOSIT_ACCOUNTS. Pastikan uangnya milik loket."
        ),
        "A backup was restored lately: a ticket that was lost may have the same amount.": (
            "Loket baru dipulihkan dari cadangan: tiket yang hilang bisa bernominal sama."
        ),
        "Another reseller was given this amount lately too.": (
            "Reseller lain belum lama ini juga mendapat nominal ini."
        ),
        "Reported": "Dilaporkan",
        "Amount": "Jumlah",
        "Account and note": "Rekening dan berita",
        "Similar tickets": "Tiket yang mirip",
        "Whose it is": "Milik siapa",
        "@name or ID": "@nama atau ID",
        "Reseller for payment {number}, by @name or ID": (
            "Reseller untuk uang masuk {number}, dengan @nama atau ID"
        ),
        "Credit": "Kreditkan",
        "No deposit": "Bukan deposit",
        "More payments": "Uang masuk berikutnya",
        "All reported money has found its ticket.": "Semua uang yang dilaporkan sudah ada tiketnya.",
        "waits for its money": "menunggu uang",
        "credited": "sudah dikreditkan",
        "money not found": "ditandai belum ada",
        "cancelled": "dibatalkan",
        "over time": "lewat waktu",
        # Ledger.
        "Ledger of a shop": "Buku satu toko",
        "Statement, adjustments and limits of one reseller.": "Mutasi, koreksi, dan limit satu reseller.",
        "Reseller: a part of the name, @name or ID": "Reseller: potongan nama, @nama, atau ID",
        "No reseller is found by {typed}. Type a part of the name, @name or ID.": (
            "Tidak ada reseller yang cocok dengan {typed}. Ketik potongan nama, @nama, atau ID."
        ),
        "No money has moved for this shop yet.": "Belum ada uang yang bergerak di toko ini.",
        "Balance": "Saldo",
        "Held for orders": "Ditahan untuk pesanan",
        "May owe": "Boleh utang",
        "Spent today": "Belanja hari ini",
        "a day: {limit}": "batas sehari: {limit}",
        "no limit": "tanpa batas",
        "Statement": "Mutasi",
        "These days cannot be shown: the first day comes first, and a year is the most. Here are the last "
        "days.": (
            "Tanggal itu tidak bisa ditampilkan: yang awal dulu, dan paling lama satu tahun. Ini hari-hari "
            "terakhir."
        ),
        "From": "Dari",
        "until": "sampai",
        "Show": "Tampilkan",
        "Yesterday": "Kemarin",
        "This month": "Bulan ini",
        "{count} entries. Balance before them {opening}, after them {closing}.": (
            "{count} mutasi. Saldo awal {opening}, akhir {closing}."
        ),
        "Download:": "Unduh:",
        "A file has the first {count} entries: choose fewer days.": (
            "Satu file hanya memuat {count} mutasi pertama: pilih waktu yang lebih pendek."
        ),
        "What moved": "Mutasi apa",
        "Before": "Sebelum",
        "After": "Sesudah",
        "Money back": "Dana kembali",
        "Deposit": "Isi saldo",
        "Adjustment": "Koreksi admin",
        "Transfer": "Transfer",
        "Nothing moved on these days.": "Tidak ada mutasi di hari-hari ini.",
        "Adjust the balance": "Koreksi saldo",
        "The reseller reads the reason too. The next page shows the balance before and after, and asks "
        "once more.": (
            "Alasannya juga dibaca reseller. Halaman berikut menunjukkan saldo sebelum dan sesudahnya, dan "
            "bertanya sekali lagi."
        ),
        "Add": "Tambah",
        "Deduct": "Kurangi",
        "Limits": "Limit",
        "Limit": "Limit",
        "An amount, 0 for paying first, or bebas for no limit.": (
            "Tulis jumlahnya, 0 untuk bayar dulu, atau bebas untuk tanpa batas."
        ),
        "May spend in a day": "Boleh belanja sehari",
        # Two steps.
        "Confirm": "Konfirmasi",
        "Nothing was moved yet: something changed since, or ten minutes are over. Look once more.": (
            "Belum ada yang dipindahkan: ada yang berubah, atau sudah lewat sepuluh menit. Periksa sekali "
            "lagi."
        ),
        "Credit {amount} to {name}?": "Kreditkan {amount} ke {name}?",
        "{amount} more than the ticket": "lebih {amount} dari tiketnya",
        "{amount} less than the ticket": "kurang {amount} dari tiketnya",
        "Balance before": "Saldo sekarang",
        "Balance after": "Saldo sesudahnya",
        "It is taken from the money that was reported without a ticket.": (
            "Diambil dari uang masuk yang belum bertuan."
        ),
        "The same amount was already entered for this shop at {time}. Look whether another admin was "
        "first.": (
            "Jumlah yang sama sudah dicatat untuk toko ini {time}. Periksa apakah admin lain sudah lebih "
            "dulu."
        ),
        "Say that the money of {name} is not there?": "Tandai uang {name} belum ada?",
        "Ticket #{number} of {amount} ends, and the reseller is told. If the money comes later, reply to "
        "its card in the chat within seven days.": (
            "Tiket #{number} sebesar {amount} selesai, dan resellernya dikabari. Kalau uangnya masuk "
            "belakangan, balas kartunya di chat dalam tujuh hari."
        ),
        "The open ticket #{number} of {amount} is closed with it.": (
            "Tiket #{number} sebesar {amount} yang masih terbuka ikut ditutup."
        ),
        "Take {amount} out of the books?": "Keluarkan {amount} dari pembukuan?",
        "Only if it is no deposit of a reseller. It cannot be credited afterwards.": (
            "Hanya jika bukan deposit reseller. Sesudahnya tidak bisa dikreditkan lagi."
        ),
        "Change what {name} may owe?": "Ubah batas utang {name}?",
        "Change what {name} may spend in a day?": "Ubah batas belanja harian {name}?",
        "Add {amount} for {name}?": "Tambah {amount} untuk {name}?",
        "Deduct {amount} from {name}?": "Kurangi {amount} dari {name}?",
        "Yes, do it": "Ya, lakukan",
        "Nothing was moved": "Tidak ada yang dipindahkan",
        "The amount cannot be read. Type it like 100000, 100.000 or 100rb.": (
            "Jumlahnya belum terbaca. Tulis misalnya 100000, 100.000, atau 100rb."
        ),
        "The reason is missing: the reseller and the books need one.": (
            "Alasannya belum ada: reseller dan pembukuan memerlukannya."
        ),
        "The limit cannot be read. Type an amount like 500rb, or bebas; 0 is for what may be owed only.": (
            "Limitnya belum terbaca. Tulis misalnya 500rb, atau bebas; 0 hanya untuk batas utang."
        ),
        "No reseller is known by this @name or ID.": "Tidak ada reseller dengan @nama atau ID ini.",
        "The ticket ended more than seven days ago. Find the shop and add the money with a reason.": (
            "Tiketnya sudah lebih dari tujuh hari. Cari tokonya, lalu tambah saldonya dengan alasan."
        ),
        "The balance would fall below what the shop may owe. At most {amount} can be deducted.": (
            "Saldonya akan melewati batas utang. Paling banyak {amount} yang bisa dikurangi."
        ),
        "It was decided before, perhaps by another admin.": (
            "Ini sudah diputuskan sebelumnya, mungkin oleh admin lain."
        ),
        # Books of the shop.
        "Books": "Pembukuan",
        "Every balance is computed again from its entries, every entry from its order. It only reads, and "
        "takes some seconds where there are millions of entries.": (
            "Setiap saldo dihitung ulang dari mutasinya, setiap mutasi dari pesanannya. Hanya membaca, dan "
            "perlu beberapa detik jika ada jutaan mutasi."
        ),
        "Check the books": "Periksa pembukuan",
        "The books are being checked already. Try again in a minute.": (
            "Pembukuan sedang diperiksa. Coba lagi sebentar."
        ),
        "The books tie: all figures agree.": "Pembukuan cocok: semua angka sesuai.",
        "The books do not tie: these figures differ.": "Pembukuan tidak cocok: angka-angka ini berbeda.",
        "+ adjustments": "+ koreksi",
        "= balances of all shops": "= saldo semua toko",
        "+ held for orders": "+ ditahan untuk pesanan",
        "+ sold": "+ terjual",
        "+ money without a ticket": "+ uang masuk tanpa tiket",
        "Difference": "Selisih",
        "Checked: {entries} entries, {orders} orders, {shops} shops.": (
            "Diperiksa: {entries} mutasi, {orders} pesanan, {shops} toko."
        ),
        "Findings": "Temuan",
        "Finding": "Temuan",
        "Where": "Di mana",
        "Expected": "Seharusnya",
        "Found": "Ditemukan",
        "entry {number}": "mutasi {number}",
        "account {name}": "akun {name}",
        "shop of {number}": "toko {number}",
        "{count} more of: {finding}": "{count} lagi: {finding}",
        "An entry does not sum to zero": "Mutasi yang jumlahnya bukan nol",
        "All accounts together do not sum to zero": "Jumlah semua akun bukan nol",
        "A balance is not the sum of its entries": "Saldo bukan jumlah mutasinya",
        "A balance does not follow the one before": "Saldo tidak melanjutkan yang sebelumnya",
        "What is held differs from the open orders": "Yang ditahan beda dari pesanan terbuka",
        "What was sold differs from the succeeded orders": "Yang terjual beda dari pesanan sukses",
        "What came in differs from what became of it": "Yang masuk beda dari pemakaiannya",
        "An order moved another amount than its price": "Pesanan memindahkan jumlah yang bukan harganya",
        "An entry that no order has made": "Mutasi tanpa pesanan",
    }
)
