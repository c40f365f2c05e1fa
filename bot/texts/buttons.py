"""The texts of buttons, and of the toasts shown after a tap."""

from bot.notices.buttons import Action

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
}
"""`{}` is replaced by the label of the button."""

TOASTS = {
    "done": "Baik.",
    "used": "Tombol ini sudah tidak berlaku.",
    "not_allowed": "Tombol ini hanya untuk admin.",
    "not_yours": "Tombol ini milik orang lain.",
    "resellers_only": "Tombol ini hanya untuk reseller.",
    "soon": "Sebentar, jawaban tadi masih dikirim.",
}


def label_of(action: Action, label: str) -> str:
    return LABELS[action].replace("{}", label)


def toast_text(toast: str) -> str:
    return TOASTS[toast]
