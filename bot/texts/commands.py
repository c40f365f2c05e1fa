"""The commands that Telegram's own menu shows, with what they do."""

COMMANDS = {
    "bantuan": "Cara pesan",
    "daftar": "Minta jadi reseller",
}

ADMIN_COMMANDS = {
    "saldo": "Saldo biller terakhir",
    "tertunda": "Pesanan yang menunggu keputusan",
    "reseller": "Daftar reseller",
    "bantuan": "Cara pesan dan semua perintah",
}
