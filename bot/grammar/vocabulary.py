"""The words that are never a product's code: commands, ours and other servers', and those of a complaint."""

import re

SHOWN_COMMANDS = (
    *("harga", "riwayat", "rekap", "komplain", "struk", "saldo", "bantuan", "daftar", "format"),
    *("reseller", "tertunda", "katalog", "bekukan", "aktifkan"),
)
"""What a mistyped word may have meant."""

FOREIGN_COMMANDS = frozenset(
    (
        # Their PIN, name and password, which a chat does not need.
        *("pin", "gp", "gpin", "gtp", "gantipin", "ganti", "gn", "gnama", "un", "pass", "gpass", "ubah"),
        # Numbers and messengers that may order.
        *("par", "paralel", "pararel", "hp", "hp2", "hhp", "hhp2", "thp", "tno", "hno", "tambah", "tambahhp"),
        *("hapushp", "delhp", "del", "ghp", "gh", "ym", "tym", "hym", "regym", "delym", "tgt", "tambahgt"),
        *("hapusgt", "jabber", "wa", "tele"),
        # Their downline and its prices.
        *("reg", "regmlm", "register", "unreg", "downline", "dl", "ldl", "sd", "na", "ul", "up", "upline"),
        *("markup", "mp", "komisi", "bonus", "tukar", "poin", "crbt", "ghall", "sh", "hu", "cekhp"),
        # Money between agents, and into the deposit.
        *("transfer", "trf", "trfblk", "trans", "tf", "ts", "td", "kirim", "add", "mt", "inject"),
        *("dep", "dp", "tik", "tiketbank", "untiket", "bank", "rekening", "topup"),
        # What is asked about: lists, status, bills.
        *("produk", "kode", "list", "center", "ppob", "kosong", "stok", "promo", "alamat", "cs2", "admin"),
        *("sta", "stat", "trx", "ctrx", "lastrx", "rkp", "btl", "cancel", "ref", "tag", "tagihan", "sn"),
        *("cekpln", "cekhadiah", "cekharga", "ceksaldo", "cektrx", "hargapln", "bayar", "byr", "pay"),
        *("r", "l", "p", "g", "d", "t", "a", "n", "c"),
    )
)
"""What other servers' resellers type and Loket has no word for: it never buys."""

COMPLAINTS = frozenset(("komplain", "komplen", "komplin", "kom", "k", "info", "help", "lapor", "tanya"))
"""What opens a complaint, which may quote whole orders in any line of it."""

COMMANDS = frozenset(
    (
        *SHOWN_COMMANDS,
        *FOREIGN_COMMANDS,
        *COMPLAINTS,
        *("start", "menu", "sal", "s", "cs", "hapus", "sukses", "gagal", "batal"),
        *("cek", "status", "harga", "hrg", "h", "ch", "riwayat", "last", "lap", "laporan", "rekap"),
        *("tiket", "deposit", "mutasi", "rek", "struk", "katalog", "buka", "tutup"),
    )
)
"""Words that are commands, with or without a slash, and so never product codes."""

OPENERS = frozenset(("i", "m", "multi", "isi", "beli", "order", "pesan", "pulsa", "tolong", "tlg"))
"""Words before an order, as other servers teach them or people say them; none is a code."""

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
"""Words that thank or agree, and ask for nothing."""

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
"""Words beside an order that tell of an earlier one, or take it back, as often as they ask for it."""

ABOUT_AN_ORDER_MARKS = ("?", ":(", ":-(", *"❌🚫⛔❓❔✖✅👎😡😠🤬😤😭😢⏳⌛⚠↩🛑")
"""Signs that do the same."""

MAX_CODE_CHARS = 20

MIXED = r"(?:[A-Za-z]+[0-9][A-Za-z0-9]*|[0-9]+[A-Za-z][A-Za-z0-9]*)"
"""A code that no word of talk looks like: letters and digits."""

NUMBER = r"\+?\(?[0-9](?:[\s\-.()/]*[0-9]){4,}"
"""Five digits or more, in groups or not."""

NOMINAL_PAIR = r"[1-9][0-9]{0,2}[.*#](?:\+?62|0)8[0-9]{8,}"
"""`5.0812…`: a nominal with a whole phone behind it."""

SPACED = r"(?P<letter>[SsTtAaXx])[\s.,*#]+(?P<nominal>[1-9][0-9]{0,2})[\s.,*#]+(?P<rest>(?:\+?62|0)8.*)"
"""`s 5.0812…`: a code of one letter, cut off from its nominal; the letter alone is a command."""

_IS_MIXED = re.compile(MIXED)


def is_thanks(typed: str) -> bool:
    """Tell whether `typed` only thanks or agrees, in words or by a sign."""
    words = re.findall(r"[a-z]+", typed.lower())
    if not words:
        return any(mark in typed for mark in "👍🙏👌😊")
    return THANKS.issuperset(words) and not any(char.isdigit() for char in typed)


def is_about_an_order(typed: str) -> bool:
    """Tell whether the words of `typed` speak of an order rather than ask for it."""
    words = (word.strip(".,:;!()\"'") for word in typed.lower().split())
    return any(mark in typed for mark in ABOUT_AN_ORDER_MARKS) or not ABOUT_AN_ORDER.isdisjoint(words)


def is_mixed(code: str) -> bool:
    """Tell whether `code` has letters and digits."""
    return bool(_IS_MIXED.fullmatch(code))
