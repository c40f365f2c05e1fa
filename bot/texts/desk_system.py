"""The words of the page of the system, in Indonesian."""

from types import MappingProxyType

SYSTEM_WORDS = MappingProxyType(
    {
        "Version": "Versi",
        "Counter": "Loket",
        "open": "buka",
        "closed since a restore": "tutup sejak cadangan dipulihkan",
        "opened again by {name}": "dibuka lagi oleh {name}",
        "Last restore of a backup": "Cadangan terakhir dipulihkan",
        "Clock": "Jam",
        "right": "tepat",
        "{seconds} seconds behind": "terlambat {seconds} detik",
        "{waiting} waiting, {parked} parked, {failed} given up": (
            "{waiting} menunggu, {parked} tertahan, {failed} dihentikan"
        ),
        # Who leads.
        "Leader": "Pemimpin",
        "this process, the only one on its database": "proses ini, satu-satunya di database-nya",
        "this process": "proses ini",
        "nobody at the moment": "belum ada saat ini",
        "term {term}, since {time}": "masa ke-{term}, sejak {time}",
        # Parts and workers.
        "Storage": "Penyimpanan",
        "writes": "bisa menulis",
        "cannot write: orders are not taken": "tidak bisa menulis: pesanan tidak diterima",
        "connected": "terhubung",
        "not connected: the log says why": "tidak terhubung: sebabnya ada di log",
        "Workers": "Pekerja",
        "Worker": "Pekerja",
        "runs": "jalan",
        "rests: another process leads": "istirahat: proses lain yang memimpin",
        "fails, and is tried again every second: the log says why": (
            "gagal, dan dicoba lagi tiap detik: sebabnya ada di log"
        ),
        "Purchases at the biller": "Pembelian di biller",
        "Sending of messages": "Pengiriman pesan",
        "Price lists": "Pembacaan daftar harga",
        "Orders without a result": "Pesanan tanpa hasil",
        "Deposits and bank mutations": "Deposit dan mutasi bank",
        "Broadcasts and price notices": "Pengumuman dan kabar harga",
        "Audit": "Audit",
        "Sums of the reports": "Jumlah untuk laporan",
        "Recap of the day": "Rekap harian",
        "Clock of this machine": "Jam mesin ini",
        "Updates from Telegram": "Pesan masuk dari Telegram",
        # Database and backups.
        "Database": "Database",
        "Size": "Ukuran",
        "Free on its disk": "Sisa di disknya",
        "Last backup": "Cadangan terakhir",
        "not known here: a PostgreSQL server keeps it": "tidak diketahui di sini: disimpan server PostgreSQL",
        "cannot be read": "tidak bisa dibaca",
        "none is known: loket backup notes each one beside the database": (
            "belum ada yang diketahui: loket backup mencatat tiap cadangan di samping database"
        ),
        "that is long ago": "itu sudah lama",
        "that is little": "itu sedikit",
        # The audit.
        "Last check of orders": "Pemeriksaan pesanan terakhir",
        "Last check of all books": "Pemeriksaan semua pembukuan terakhir",
        "not since the start": "belum sejak mulai",
        "{count} orders since the start": "{count} pesanan sejak mulai",
        "Findings since the start": "Temuan sejak mulai",
        "none": "tidak ada",
        "An order may have been sent more than once": "Ada pesanan yang mungkin dikirim lebih dari sekali",
        "A result may not have been told": "Ada hasil yang mungkin tidak dikabarkan",
        "An order is stuck": "Ada pesanan yang macet",
        "An order does not fit its history": "Ada pesanan yang tidak cocok dengan riwayatnya",
        "An entry does not sum to zero": "Ada catatan uang yang jumlahnya tidak nol",
        "A balance does not fit its entries": "Ada saldo yang tidak cocok dengan catatan uangnya",
        "Entries do not fit their orders": "Ada catatan uang yang tidak cocok dengan pesanan",
        "The money of an order does not fit its state": "Ada uang pesanan yang tidak cocok dengan statusnya",
        "Sums of reports do not fit the orders": "Ada jumlah di laporan yang tidak cocok dengan pesanannya",
        # Sessions.
        "Where you are signed in": "Tempat Anda masuk",
        "Since": "Sejak",
        "Last page": "Halaman terakhir",
        "Device": "Perangkat",
        "this one": "yang ini",
        "End": "Akhiri",
        "End all, this one too": "Akhiri semua, yang ini juga",
        "Who is signed in": "Siapa yang masuk",
        "Person": "Orang",
        "Sessions": "Sesi",
        "End all of theirs": "Akhiri semuanya",
    }
)
"""Each English phrase of this page in Indonesian."""
