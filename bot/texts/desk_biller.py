"""The words of the desk's pages *biller*, *messages* and *system* in Indonesian."""

from types import MappingProxyType

BILLER_WORDS = MappingProxyType(
    {
        "Biller": "Biller",
        "The top-up is noted. The other admins are told.": "Topup sudah dicatat. Admin lain dikabari.",
        "Nothing was noted: this form was sent before. The list below shows what is noted.": (
            "Tidak ada yang dicatat: formulir ini sudah pernah dikirim. Daftar di bawah menunjukkan "
            "yang tercatat."
        ),
        "The balance is below the reserve of {amount}.": "Saldo di bawah cadangan {amount}.",
        "Last reported balance": "Saldo terakhir dilaporkan",
        "Expected now": "Perkiraan sekarang",
        "Top-ups since the report": "Topup sejak laporan itu",
        "Reserve": "Cadangan",
        "Gaps in 24 hours": "Selisih dalam 24 jam",
        "together {amount}": "jumlahnya {amount}",
        "Purchases": "Pembelian",
        "held": "ditahan",
        "go on": "jalan",
        "The next report is compared with {amount} of {time}.": (
            "Laporan berikut dibandingkan dengan {amount} dari {time}."
        ),
        "The cost of {count} orders since then is not known.": (
            "Modal {count} pesanan sejak itu belum diketahui."
        ),
        "With what moved since, it should say {amount}.": "Dengan yang terjadi sejak itu, harusnya {amount}.",
        "Reported balances of the last 24 hours": "Saldo yang dilaporkan 24 jam terakhir",
        "Each balance minus the costs that follow, plus top-ups, must give the next. While several "
        "orders are in "
        "flight, the time until all have ended is judged as a whole.": (
            "Setiap saldo dikurangi modal sesudahnya, ditambah topup, harus sama dengan saldo "
            "berikutnya. Selama "
            "beberapa pesanan berjalan bersamaan, waktunya dinilai sebagai satu bagian sampai "
            "semuanya selesai."
        ),
        "Show all": "Tampilkan semua",
        "Show the gaps only": "Tampilkan selisih saja",
        "There is no gap.": "Tidak ada selisih.",
        "Before": "Sebelum",
        "Top-ups": "Topup",
        "Costs": "Modal",
        "Expected": "Perkiraan",
        "Reported": "Dilaporkan",
        "Difference": "Selisih",
        "Gap: {amount}": "Selisih: {amount}",
        "the figure stands still": "angkanya tidak bergerak",
        "a cost is not known": "ada modal yang belum diketahui",
        "fits": "cocok",
        "and {count} more": "dan {count} lagi",
        "There are no two reports to compare yet.": "Belum ada dua laporan yang bisa dibandingkan.",
        "What was paid in at the biller": "Yang disetor ke biller",
        "Note it": "Catat",
        "Amount": "Jumlah",
        "Noted by": "Dicatat oleh",
        "No top-up is noted yet.": "Belum ada topup yang dicatat.",
        "Note a top-up of {amount}?": "Catat topup {amount}?",
        "Only if it was really paid in at the biller: the expected balance rises by it. No money moves.": (
            "Hanya kalau benar sudah disetor ke biller: perkiraan saldo naik sebesar itu. Tidak ada "
            "uang berpindah."
        ),
        "The last one was {amount}, noted {time}.": "Yang terakhir {amount}, dicatat {time}.",
        "Yes, note it": "Ya, catat",
        "“{typed}” is no amount. Type it like 5000000, 5.000.000 or 5jt.": (
            "“{typed}” bukan jumlah. Ketik seperti 5000000, 5.000.000, atau 5jt."
        ),
        "Back": "Kembali",
        # Reconciliation.
        "Reconcile with the biller's list": "Cocokkan dengan daftar biller",
        "Export the list of transactions at the biller, and choose the file here. Every difference "
        "is shown with its order. Nothing is changed.": (
            "Ekspor daftar transaksi di biller, lalu pilih berkasnya di sini. Setiap selisih "
            "ditampilkan dengan "
            "pesanannya. Tidak ada yang diubah."
        ),
        "The biller's list": "Daftar dari biller",
        "Compare": "Cocokkan",
        "No file was chosen.": "Belum ada berkas yang dipilih.",
        "The file is larger than {max} MB. Export fewer days.": (
            "Berkasnya lebih dari {max} MB. Ekspor hari yang lebih sedikit."
        ),
        "The file has more than {max} rows. Export fewer days.": (
            "Berkasnya lebih dari {max} baris. Ekspor hari yang lebih sedikit."
        ),
        "The file has a password. Save it without one.": (
            "Berkasnya memakai kata sandi. Simpan tanpa kata sandi."
        ),
        "No headings were found. One row must name the trxid (trxid, ref, id transaksi) and the "
        "price (harga, price) or the state (status).": (
            "Judul kolom tidak ditemukan. Satu baris harus menyebut trxid (trxid, ref, id transaksi) "
            "dan harga "
            "(harga, price) atau status."
        ),
        "Below the headings there are no transactions with a trxid.": (
            "Di bawah judul kolom tidak ada transaksi dengan trxid."
        ),
        "The cells are formulas without results. Open the file in a spreadsheet, save it and send it "
        "again.": (
            "Isinya rumus tanpa hasil. Buka berkasnya di aplikasi spreadsheet, simpan, lalu kirim lagi."
        ),
        "This is no table. Export the list as CSV or XLSX.": (
            "Ini bukan tabel. Ekspor daftarnya sebagai CSV atau XLSX."
        ),
        "The file is damaged or cannot be read. Export the list as CSV or XLSX again.": (
            "Berkasnya rusak atau tidak bisa dibaca. Ekspor lagi daftarnya sebagai CSV atau XLSX."
        ),
        "CSV or XLSX up to {max_mb} MB and {max_rows} rows, with headings for the trxid, and the "
        "price or the state; product, number and time help.": (
            "CSV atau XLSX sampai {max_mb} MB dan {max_rows} baris, dengan judul kolom trxid serta "
            "harga atau status; "
            "produk, tujuan, dan tanggal membantu."
        ),
        "missing here": "tidak ada di sini",
        "missing there": "tidak ada di biller",
        "other state": "status lain",
        "other price": "harga lain",
        "charged twice": "ditagih dua kali",
        "other number": "nomor lain",
        "no known state": "status tidak dikenal",
        "{first} until {last}": "{first} sampai {last}",
        "Transactions in the list": "Transaksi di daftar",
        "The same": "Sama",
        "Charged in the list": "Ditagih di daftar",
        "Charged by our orders": "Ditagih menurut pesanan kita",
        "The biller took more": "Biller mengambil lebih",
        "The list shows no times that could be read, and none of our orders: orders that are missing "
        "there cannot be found.": (
            "Daftarnya tidak memuat waktu yang terbaca, dan tidak satu pun pesanan kita: pesanan "
            "yang tidak ada di "
            "biller tidak bisa dicari."
        ),
        "The list spans too many orders: only the first were looked at. Export fewer days.": (
            "Rentang daftarnya memuat terlalu banyak pesanan: hanya yang pertama yang diperiksa. "
            "Ekspor hari yang "
            "lebih sedikit."
        ),
        "{count} transactions of the list have no readable price and are not in the totals.": (
            "{count} transaksi di daftar tidak punya harga yang terbaca dan tidak ikut dijumlahkan."
        ),
        "{count} orders of ours have no known cost and are not in the totals.": (
            "{count} pesanan kita belum diketahui modalnya dan tidak ikut dijumlahkan."
        ),
        "{count} rows have no readable trxid and were left out: row {rows}. A spreadsheet may have "
        "shortened them: export again, with the trxid as text.": (
            "{count} baris tidak punya trxid yang terbaca dan dilewati: baris {rows}. Mungkin "
            "dipotong aplikasi "
            "spreadsheet: ekspor lagi dengan trxid sebagai teks."
        ),
        "Differences, the largest first": "Selisih, yang terbesar dulu",
        "In the list": "Di daftar",
        "Here": "Di sini",
        "row {number}": "baris {number}",
        "These are the largest {count} of {all}. For all of them choose the file again:": (
            "Ini {count} terbesar dari {all}. Untuk semuanya, pilih lagi berkasnya:"
        ),
        "All differences as CSV": "Semua selisih sebagai CSV",
        "The list and our orders say the same.": "Daftar dan pesanan kita sama.",
        "Another list": "Daftar lain",
        # Messages.
        "Messages": "Pesan",
        "Message": "Pesan",
        "Chat": "Chat",
        "Oldest": "Tertua",
        "Waiting to be sent": "Menunggu dikirim",
        "No message waits.": "Tidak ada pesan yang menunggu.",
        "Chats that cannot be reached": "Chat yang tidak bisa dijangkau",
        "These messages are sent in their order as soon as somebody writes to the bot there.": (
            "Pesan-pesan ini dikirim berurutan begitu ada yang menulis ke bot di sana."
        ),
        "More waiting chats": "Chat lain yang menunggu",
        "More unreachable chats": "Chat lain yang tidak terjangkau",
        "All chats can be reached.": "Semua chat bisa dijangkau.",
        "Given up": "Dihentikan",
        "Telegram refused these, and they are not sent again. Tell the reseller the result that the "
        "order shows.": (
            "Telegram menolak pesan ini, dan tidak dikirim lagi. Kabari reseller hasil yang ada di "
            "pesanannya."
        ),
        "No message was given up.": "Tidak ada pesan yang dihentikan.",
    }
)
"""Each English phrase of these pages in Indonesian."""
