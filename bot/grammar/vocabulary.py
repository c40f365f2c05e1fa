"""Words that are never a product code, and the patterns of codes and numbers."""

import re

SHOWN_COMMANDS = (
    *("harga", "riwayat", "rekap", "komplain", "struk", "saldo", "mutasi", "bantuan", "daftar", "format"),
    "tiket",
    *("reseller", "tertunda", "katalog", "bekukan", "aktifkan"),
)
"""The commands that are suggested for a mistyped word."""

FOREIGN_COMMANDS = frozenset(
    (
        # The PIN, name and password of an account.
        *("pin", "gp", "gpin", "gtp", "gantipin", "ganti", "gn", "gnama", "un", "pass", "gpass", "ubah"),
        # Phone numbers and messengers from which a reseller may order.
        *("par", "paralel", "pararel", "hp", "hp2", "hhp", "hhp2", "thp", "tno", "hno", "tambah", "tambahhp"),
        *("hapushp", "delhp", "del", "ghp", "gh", "ym", "tym", "hym", "regym", "delym", "tgt", "tambahgt"),
        *("hapusgt", "jabber", "wa", "tele"),
        # The downline and its prices.
        *("reg", "regmlm", "register", "unreg", "downline", "dl", "ldl", "sd", "na", "ul", "up", "upline"),
        *("markup", "mp", "komisi", "bonus", "tukar", "poin", "crbt", "ghall", "sh", "hu", "cekhp"),
        # Transfers between resellers, and deposits.
        *("transfer", "trf", "trfblk", "trans", "tf", "ts", "td", "kirim", "add", "mt", "inject"),
        *("tiketbank", "topup", "desk"),
        # Queries: lists, status, bills.
        *("produk", "kode", "list", "center", "ppob", "kosong", "stok", "promo", "alamat", "cs2", "admin"),
        *("sta", "stat", "trx", "ctrx", "lastrx", "rkp", "btl", "cancel", "ref", "tag", "tagihan", "sn"),
        *("cekpln", "cekhadiah", "cekharga", "ceksaldo", "cektrx", "hargapln", "bayar", "byr", "pay"),
        *("r", "l", "p", "g", "d", "t", "a", "n", "c"),
    )
)
"""Commands of other pulsa servers. Most are not implemented here, and none may be read as an order."""

COMPLAINTS = frozenset(("komplain", "komplen", "komplin", "kom", "k", "info", "help", "lapor", "tanya"))
"""Words that start a complaint, whose lines may quote whole orders."""

COMMANDS = frozenset(
    (
        *SHOWN_COMMANDS,
        *FOREIGN_COMMANDS,
        *COMPLAINTS,
        *("start", "menu", "sal", "s", "cs", "hapus", "sukses", "gagal", "batal"),
        *("cek", "status", "harga", "hrg", "h", "ch", "riwayat", "last", "lap", "laporan", "rekap"),
        *("tiket", "tik", "untiket", "deposit", "dep", "dp", "bank", "rekening", "mutasi", "rek", "struk"),
        *("staf", "staff", "undang", "catatan"),
        *("katalog", "buka", "tutup", "level", "laba", "berhenti", "mulai"),
    )
)
"""Words that are commands with or without a slash."""

SLASH_COMMANDS = frozenset(("kurang", "limit", "umumkan"))
"""Words that are commands only with a slash: without one they may be the code of a product."""

OPENERS = frozenset(("i", "m", "multi", "isi", "beli", "order", "pesan", "pulsa", "tolong", "tlg"))
"""Words that may precede an order, by habit or on other pulsa servers; none is a code."""

THANKS = frozenset(
    (
        *("ok", "oke", "okey", "okay", "okk", "siap", "sip", "sipp", "mantap", "baik", "ya", "iya", "y"),
        *("makasih", "makasi", "mksh", "mksih", "terimakasih", "terima", "kasih", "tq", "thx", "thanks"),
        *(
            "trims",
            "trimakasih",
            "nuhun",
            "suwun",
            "kak",
            "bos",
            "bang",
            "mas",
            "mbak",
            "min",
            "gan",
            "pak",
            "bu",
        ),
    )
)
"""Words of thanks or agreement, which request nothing."""

ABOUT_AN_ORDER = frozenset(
    (
        *("belum", "belom", "blm", "blom", "lom", "masuk", "msk", "gagal", "sukses", "pending", "proses"),
        *("batal", "batalkan", "cancel", "refund", "salah", "jangan", "jgn", "bukan", "tidak", "tdk", "gak"),
        *("ga", "nggak", "ngga", "kagak", "stop", "komplain", "komplen", "komplin", "cek", "status", "mana"),
        *("gimana", "kenapa", "knp", "kok", "kapan", "kemarin", "kmrn", "kemaren", "tadi", "sudah", "sdh"),
        *(
            "udah",
            "udh",
            "dah",
            "telah",
            "lama",
            "nyangkut",
            "ganti",
            "ralat",
            "hapus",
            "sn",
            "tgl",
            "contoh",
        ),
        *("misal", "misalnya", "format", "apa", "berapa", "brp", "info", "help", "tanya", "kalau", "kalo"),
    )
)
"""Words around an order that refer to an earlier one, or withdraw it, as often as they request it."""

ABOUT_AN_ORDER_MARKS = ("?", ":(", ":-(", *"❌🚫⛔❓❔✖✅👎😡😠🤬😤😭😢⏳⌛⚠↩🛑")
"""Signs and emoji with the same meaning as `ABOUT_AN_ORDER`."""

MAX_CODE_CHARS = 20

MIXED = r"(?:[A-Za-z]+[0-9][A-Za-z0-9]*|[0-9]+[A-Za-z][A-Za-z0-9]*)"
"""A code of letters and digits, which no word of talk looks like."""

NUMBER = r"\+?\(?[0-9](?:[\s\-.()/]*[0-9]){4,}"
"""Five digits or more, with or without grouping marks."""

NOMINAL_PAIR = r"[1-9][0-9]{0,2}[.*#](?:\+?62|0)8[0-9]{8,}"
"""`5.0812…`: a nominal with a complete phone number."""

SPACED = r"(?P<letter>[SsTtAaXx])[\s.,*#]+(?P<nominal>[1-9][0-9]{0,2})[\s.,*#]+(?P<rest>(?:\+?62|0)8.*)"
"""`s 5.0812…`: a code of a letter and a nominal, split in two. The letter alone is a command."""

_IS_MIXED = re.compile(MIXED)


def is_thanks(typed: str) -> bool:
    """Return whether `typed` is only thanks or agreement, in words or by an emoji."""
    words = re.findall(r"[a-z]+", typed.lower())
    if not words:
        return any(mark in typed for mark in "👍🙏👌😊")
    return THANKS.issuperset(words) and not any(char.isdigit() for char in typed)


def is_about_an_order(typed: str) -> bool:
    """Return whether `typed` has a word or sign that refers to an order instead of requesting it."""
    words = (word.strip(".,:;!()\"'") for word in typed.lower().split())
    return any(mark in typed for mark in ABOUT_AN_ORDER_MARKS) or not ABOUT_AN_ORDER.isdisjoint(words)


def is_mixed(code: str) -> bool:
    return bool(_IS_MIXED.fullmatch(code))
