"""The technical notes of alarms, in the admins' language: the log and the database keep them in English."""

import re

from bot.ledger import AccountKind
from bot.orders.model import Outcome, State

STATES = {
    State.PLACED: "menunggu giliran",
    State.SUBMITTING: "sedang dikirim",
    State.PENDING: "diproses biller",
    State.UNKNOWN: "belum pasti",
    State.SUCCEEDED: "SUKSES",
    State.FAILED: "GAGAL",
    State.EXPIRED: "tidak diproses",
    State.DISPUTED: "bertentangan",
}

OUTCOMES = {Outcome.SUCCESS: "SUKSES", Outcome.FAILURE: "GAGAL"}

ACCOUNTS = {
    AccountKind.AVAILABLE: "Saldo",
    AccountKind.HELD: "Dana tertahan",
    AccountKind.SALES: "Penjualan",
    AccountKind.DEPOSITS: "Setoran",
    AccountKind.ADJUSTMENTS: "Penyesuaian",
    AccountKind.SUSPENSE: "Dana belum dikenal",
}

_NOTES = {
    # Answers to a purchase
    "the answer is compressed": "jawabannya terkompresi",
    "HTTP {status}": "biller menjawab dengan status HTTP {status}",
    "the answer is too long": "jawabannya terlalu panjang",
    "the answer is not JSON": "jawabannya bukan JSON",
    "the answer does not fit the sheet: no object": "bentuk jawabannya salah",
    "the answer does not fit the sheet: {names}": "isian jawabannya salah: {names}",
    "the answer is about another destination": "jawabannya untuk nomor lain",
    "the answer is about another product": "jawabannya untuk produk lain",
    "the answer is for another user": "jawabannya untuk akun lain",
    "accepted by status, but not by reason": "status jawabannya diterima, alasannya tidak",
    "refused by status, but with a price charged": "status jawabannya ditolak, tetapi harganya ditagih",
    "refused by status, but not by reason": "status jawabannya ditolak, alasannya tidak",
    "no answer was stored": "jawabannya tidak tercatat",
    "unexpected error": "kesalahan tak terduga sewaktu mengirim",
    "stopped while sending": "loket berhenti sewaktu mengirim",
    "restored from a backup: it may have been posted since": (
        "dipulihkan dari cadangan, mungkin sudah dikirim setelah cadangan dibuat"
    ),
    "asked before the restore: it may have been bought under another Ref": (
        "dipesan sebelum pemulihan, mungkin sudah dibeli dengan Ref lain"
    ),
    # Reports of a result
    "status is neither 0 nor 1": "status bukan 0 atau 1",
    "refid is not 17 digits": "refid bukan 17 angka",
    "dest is empty": "dest kosong",
    "the query is too long": "isinya terlalu panjang",
    "the query has a broken escape": "ada tanda % yang rusak di isinya",
    "the query cannot be read": "isinya tidak terbaca",
    "a parameter is given twice": "ada isian yang ditulis dua kali",
    "missing: {names}": "tidak ada: {names}",
    "no order has this refid": "tidak ada pesanan dengan refid ini",
    "refid is another order's": "refid milik pesanan lain",
    "dest is not the order's": "dest bukan nomor pesanan ini",
    "neither product nor message names the order's code": "kode pesanan ini tidak disebut",
    "status says {outcome}, the message that there is no result yet": (
        "statusnya {outcome}, pesannya bilang belum ada hasil"
    ),
    "status says {outcome}, the message something else": "statusnya {outcome}, pesannya lain",
    # Findings of the audit
    "the same line of the same message also made {trxid}": "baris yang sama juga menjadi {trxid}",
    "claimed again while {state}": "diambil lagi selagi {state}",
    "the row differs from its events in {names}": "catatannya berbeda dari riwayatnya: {names}",
    "event {number} cannot be read": "riwayat ke-{number} tidak terbaca",
    "event {number} has state {state}, its replay {other_state}": (
        "riwayat ke-{number} tertulis {state}, seharusnya {other_state}"
    ),
    "the first event is missing": "awal riwayatnya hilang",
    "the row or an event cannot be read": "catatan atau riwayatnya tidak terbaca",
    "events without an order": "ada riwayat tanpa pesanan",
    "{state}, and no {kind} is in the outbox": "{state}, kabarnya tidak ada di antrean kirim",
    "{state}, and the admins have no card of it": "{state}, admin belum mendapat kartunya",
    "{state} for too long": "terlalu lama {state}",
    # Findings in the books
    "entry {entry} sums to {found}": "catatan {entry} berjumlah {found}, seharusnya 0",
    "entry {entry} sums to {found} instead of 0": "catatan {entry} berjumlah {found}, seharusnya 0",
    "all accounts together hold {found} instead of 0": ("semua akun berjumlah {found}, seharusnya 0"),
    "{account} shows {found}, its entries sum to {expected}": (
        "{account}: {found}, jumlah catatannya {expected}"
    ),
    "{account} shows {found} after entry {entry}, it should be {expected}": (
        "{account}: {found} sesudah catatan {entry}, seharusnya {expected}"
    ),
    "{account} shows {found} after entry {entry} instead of {expected}": (
        "{account}: {found} sesudah catatan {entry}, seharusnya {expected}"
    ),
    "{account} shows {found}, the prices of its open orders sum to {expected}": (
        "{account}: {found}, harga pesanan yang belum selesai {expected}"
    ),
    "{account} sums to {found}, the prices of succeeded orders to {expected}": (
        "{account}: {found}, harga pesanan yang sukses {expected}"
    ),
    "{expected} came in by deposits and adjustments, {found} became of it": (
        "masuk {expected} lewat setoran dan penyesuaian, yang terlihat {found}"
    ),
    "order {order} moved {account} by {found} instead of {expected}": (
        "pesanan {order} menggerakkan {account}: {found}, seharusnya {expected}"
    ),
    "entry {entry} moved {found}, no order with a price has made it": (
        "catatan {entry} sebesar {found} tanpa pesanan yang berharga"
    ),
    "{state}: {account} moved by {found} instead of {expected}": (
        "{state}: {account} bergerak {found}, seharusnya {expected}"
    ),
    "the totals differ from the orders: {names}": "jumlahnya berbeda dari pesanan: {names}",
    # Deliveries
    "its content could not be loaded": "isinya tidak bisa dimuat",
}
_GROUPS = {
    **dict.fromkeys(("state", "other_state", "outcome", "kind"), r"\w+"),
    **dict.fromkeys(("found", "expected"), r"-?[\d,]+"),
    **dict.fromkeys(("status", "trxid", "number"), r"\d+"),
}
"""What a part of a note consists of; any other part is any text."""


def _pattern_of(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    groups = [
        f"(?P<{part}>{_GROUPS.get(part, '.+?')})" if index % 2 else re.escape(part)
        for index, part in enumerate(parts)
    ]
    return re.compile("".join(groups))


_PATTERNS = tuple((_pattern_of(template), words) for template, words in _NOTES.items())
_NAMES: dict[str, dict[str, str]] = {
    "state": {str(state): words for state, words in STATES.items()},
    "other_state": {str(state): words for state, words in STATES.items()},
    "outcome": {str(outcome): words for outcome, words in OUTCOMES.items()},
}
_EXCEPTION = re.compile(r"[A-Z]\w+")
_ACCOUNT = re.compile(
    r"(?:account )?(?P<kind>\w+)(?: of shop (?P<shop>\d+))?(?: \(reseller (?P<owner>\d+)\))?"
)


def technical_note(note: str) -> str:
    """Return a note in Indonesian; the name of an exception stays, as a name to search for."""
    for pattern, words in _PATTERNS:
        if found := pattern.fullmatch(note):
            return words.format(**{name: _part(name, part) for name, part in found.groupdict().items()})
    if _EXCEPTION.fullmatch(note):
        return f"sambungan putus atau tidak dijawab ({note})"
    return note


def _part(name: str, part: str) -> str:
    """Return the part of a note that a group of its pattern found."""
    if name == "account":
        return _account(part)
    return _NAMES.get(name, {}).get(part, part)


def _account(named: str) -> str:
    found = _ACCOUNT.fullmatch(named)
    if found is None or found["kind"] not in list(AccountKind):
        return named
    owner = f", reseller {found['owner']}" if found["owner"] else ""
    shop = f" toko {found['shop']}" if found["shop"] else ""
    return f"{ACCOUNTS[AccountKind(found['kind'])]}{shop}{owner}"
