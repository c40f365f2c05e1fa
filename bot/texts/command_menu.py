"""The commands that Telegram's own menu shows, with what they do."""

COMMANDS = {
    "harga": "Kode dan harga",
    "cek": "Pesanan terakhir, atau menurut nomor",
    "riwayat": "Semua pesanan Anda",
    "lap": "Laporan hari ini",
    "rekap": "Laporan bulan ini",
    "struk": "Nama toko dan harga di struk",
    "komplain": "Tanyakan pesanan ke admin",
    "bantuan": "Cara pesan",
    "daftar": "Minta jadi reseller",
}

ADMIN_COMMANDS = {
    "saldo": "Saldo biller terakhir",
    "tertunda": "Pesanan yang menunggu keputusan",
    "komplain": "Komplain yang menunggu jawaban",
    "katalog": "Daftar harga sebagai file",
    "reseller": "Daftar reseller",
    "lap": "Laporan hari ini",
    "rekap": "Laporan bulan ini",
    "harga": "Kode dan harga",
    "cek": "Pesanan menurut nomor atau Ref",
    "riwayat": "Pesanan Anda sendiri",
    "bantuan": "Cara pesan dan semua perintah",
}
