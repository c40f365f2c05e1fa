"""The texts of buttons, and of the toasts shown after a tap."""

from bot.notices.buttons import Action
from bot.notices.reports import ReportView

COPY = "📋 Salin SN"
"""A tap on it copies the SN without a request to the bot."""

LABELS: dict[Action, str] = {
    Action.APPROVE: "✅ Setujui",
    Action.REJECT: "❌ Tolak",
    Action.CONFIRM_REMOVE: "Ya, hapus",
    Action.RESOLVE_SUCCESS: "✅ SUKSES",
    Action.RESOLVE_FAILURE: "❌ GAGAL",
    Action.WITHOUT_SN: "Tanpa SN",
    Action.CONFIRM_SUCCESS: "Ya, SUKSES",
    Action.CONFIRM_FAILURE: "Ya, GAGAL",
    Action.OPEN_COUNTER: "Buka loket",
    Action.CONFIRM_OPEN: "Ya, buka loket",
    Action.CANCEL: "Batal",
    Action.TICKET_PAID: "✅ Uang masuk",
    Action.TICKET_ABSENT: "❌ Belum ada",
    Action.TICKET_CREDIT: "Ya, kreditkan {}",
    Action.TICKET_CANCEL: "Batalkan tiket",
    Action.TICKET_REPLACE: "Ganti jadi {}",
    Action.SUSPENSE_CREDIT: "Ya, kreditkan {}",
    Action.SUSPENSE_REJECT: "❌ Bukan deposit",
    Action.CONFIRM_SUSPENSE_REJECT: "Ya, bukan deposit",
    Action.APPLY_IMPORT: "✅ Terapkan",
    Action.APPLY_SOUND: "✅ Terapkan {} baris",
    Action.UPDATE_IMPORT: "✅ Perbarui saja",
    Action.REPLACE_IMPORT: "♻️ Ganti semua",
    Action.CONFIRM_REPLACE: "🗑 Ya, hapus {}",
    Action.CHOOSE_PRICE: "💰 {}",
    Action.DISCARD_IMPORT: "Batal",
    Action.CLOSE_PRODUCT: "🔴 Tutup {}",
    Action.BUY: "🛒 {}",
    Action.AGAIN: "🔁 Ulangi",
    Action.RECEIPT: "🧾 Struk",
    Action.COMPLAIN: "📣 Komplain",
    Action.COMPLAINT_CHECKING: "🔎 Sedang dicek",
    Action.COMPLAINT_DELIVERED: "✅ Sudah terkirim",
    Action.FORWARD_SN: "📤 Teruskan SN",
    Action.TYPE_SN: "✏️ Ketik SN",
    Action.PRICES: "{}",
    Action.ALL_PRICES: "📋 Semua harga",
    Action.PRODUCT: "{}",
    Action.ORDER: "{}",
    Action.NEWER: "« Lebih baru",
    Action.OLDER: "Lebih lama »",
    Action.CONFIRM_ADD: "Ya, tambah {}",
    Action.CONFIRM_DEDUCT: "Ya, kurangi {}",
    Action.CONFIRM_LIMIT: "Ya, naikkan",
    Action.REPORT: "{}",
    Action.REPORT_FILE: "📄 Unduh {}",
    Action.OPEN_REPORT: "📊 Laporan",
    Action.STATEMENT: "{}",
    Action.STATEMENT_FILE: "📄 Unduh {}",
    Action.OPEN_STATEMENT: "📒 Mutasi",
    Action.SELL_BELOW_COST: "Tetap jual {}",
    Action.CONFIRM_TOPUP: "Ya, catat",
    Action.PROFIT: "{}",
    Action.PROFIT_FILE: "📄 Unduh {}",
    Action.RECAP_OFF: "🔕 Matikan rekap",
}
"""`{}` is replaced by the label of the button."""

TOASTS = {
    "done": "Selesai. Lihat jawabannya di chat ini.",
    "asked": "Belum dijalankan. Jawab dulu pertanyaan di chat ini.",
    "already": "Sudah tercatat sebelumnya. Lihat pesan di chat ini.",
    "refused": "Tidak dijalankan. Sebabnya tertulis di chat ini.",
    "changed": "Tidak dijalankan, keadaannya sudah berubah. Lihat pesan di chat ini.",
    "used": "Tombol ini sudah dipakai atau tidak berlaku lagi.",
    "not_allowed": "Tombol ini hanya untuk admin.",
    "not_yours": "Tombol ini milik orang lain.",
    "resellers_only": "Tombol ini hanya untuk reseller.",
    "soon": "Sebentar, jawaban tadi masih dikirim.",
}


DONE: dict[Action, str] = {
    Action.APPROVE: "Disetujui. Orangnya diberi tahu.",
    Action.REJECT: "Ditolak. Orangnya diberi tahu.",
    Action.CONFIRM_REMOVE: "Dihapus. Orangnya diberi tahu.",
    Action.RESOLVE_SUCCESS: "Belum ditetapkan. Kirim SN-nya dulu.",
    Action.RESOLVE_FAILURE: "Belum ditetapkan. Pastikan dulu di pesan ini.",
    Action.WITHOUT_SN: "Belum ditetapkan. Pastikan dulu di pesan ini.",
    Action.CONFIRM_SUCCESS: "Ditetapkan SUKSES. Reseller diberi tahu.",
    Action.CONFIRM_FAILURE: "Ditetapkan GAGAL. Reseller diberi tahu.",
    Action.OPEN_COUNTER: "Belum dibuka. Pastikan dulu di pesan ini.",
    Action.CONFIRM_OPEN: "Loket dibuka.",
    Action.CANCEL: "Batal. Tidak ada yang diubah.",
    Action.TICKET_PAID: "Dikreditkan. Reseller diberi tahu.",
    Action.TICKET_ABSENT: "Tiket ditandai belum ada uangnya. Reseller diberi tahu.",
    Action.TICKET_CREDIT: "Dikreditkan. Reseller diberi tahu.",
    Action.TICKET_CANCEL: "Tiket dibatalkan.",
    Action.TICKET_REPLACE: "Tiket lama dibatalkan. Lihat penggantinya di chat ini.",
    Action.SUSPENSE_CREDIT: "Dikreditkan. Reseller diberi tahu.",
    Action.SUSPENSE_REJECT: "Belum ditandai. Pastikan dulu di pesan ini.",
    Action.CONFIRM_SUSPENSE_REJECT: "Ditandai bukan deposit.",
    Action.APPLY_IMPORT: "Daftar harga diterapkan.",
    Action.APPLY_SOUND: "Baris yang benar diterapkan.",
    Action.UPDATE_IMPORT: "Daftar harga diterapkan, yang lain tetap dijual.",
    Action.REPLACE_IMPORT: "Katalog diganti dengan daftar ini.",
    Action.CONFIRM_REPLACE: "Katalog diganti dengan daftar ini.",
    Action.CHOOSE_PRICE: "Kolom harga dipilih. Belum diterapkan, periksa dulu hasilnya.",
    Action.DISCARD_IMPORT: "Daftar dibatalkan. Katalog tidak berubah.",
    Action.CLOSE_PRODUCT: "Produk ditutup.",
    Action.BUY: "Pesanan diterima. Kabarnya dikirim ke chat ini.",
    Action.AGAIN: "Belum dibeli. Periksa dulu di pesan yang dikirim.",
    Action.RECEIPT: "Struk dikirim ke chat ini.",
    Action.COMPLAIN: "Komplain dikirim ke admin.",
    Action.COMPLAINT_CHECKING: "Ditandai sedang dicek.",
    Action.COMPLAINT_DELIVERED: "Ditandai sudah terkirim.",
    Action.FORWARD_SN: "SN diteruskan ke reseller.",
    Action.TYPE_SN: "Belum diteruskan. Balas pesan yang dikirim dengan SN-nya.",
    Action.PRICES: "Daftar harga ditampilkan.",
    Action.ALL_PRICES: "Semua kelompok harga ditampilkan.",
    Action.PRODUCT: "Belum dibeli. Lihat pesan yang dikirim.",
    Action.ORDER: "Rincian pesanan dikirim.",
    Action.NEWER: "Pesanan yang lebih baru ditampilkan.",
    Action.OLDER: "Pesanan yang lebih lama ditampilkan.",
    Action.CONFIRM_ADD: "Saldo ditambah. Reseller diberi tahu.",
    Action.CONFIRM_DEDUCT: "Saldo dikurangi. Reseller diberi tahu.",
    Action.CONFIRM_LIMIT: "Limit diubah.",
    Action.REPORT: "Laporan ditampilkan.",
    Action.REPORT_FILE: "File laporan dikirim ke chat ini.",
    Action.OPEN_REPORT: "Laporan ditampilkan.",
    Action.STATEMENT: "Mutasi ditampilkan.",
    Action.STATEMENT_FILE: "File mutasi dikirim ke chat ini.",
    Action.OPEN_STATEMENT: "Mutasi ditampilkan.",
    Action.SELL_BELOW_COST: "Tetap dijual dengan harga ini.",
    Action.CONFIRM_TOPUP: "Top-up dicatat.",
    Action.PROFIT: "Laba ditampilkan.",
    Action.PROFIT_FILE: "File laba dikirim ke chat ini.",
    Action.RECAP_OFF: "Rekap harian dimatikan.",
}
"""What a tap did if its toast is `done`."""


VIEWS: dict[str, str] = {
    ReportView.SUMMARY: "Ringkas",
    ReportView.PRODUCT: "Per produk",
    ReportView.RESELLER: "Per reseller",
    ReportView.HOUR: "Per jam",
}


def label_of(action: Action, label: str) -> str:
    return LABELS[action].replace("{}", VIEWS.get(label, label))


def toast_text(toast: str, action: Action | None = None) -> str:
    """Return what a tap did, or why it did nothing."""
    return DONE[action] if toast == "done" and action else TOASTS[toast]
