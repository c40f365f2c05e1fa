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
    }
)
"""Each English phrase of these pages in Indonesian."""
