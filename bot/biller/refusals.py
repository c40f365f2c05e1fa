"""The phrases by which billers refuse, and the trouble that each of them names.

A phrase is written in words of `wording.plain` after `SPELLINGS`: `a|b` is either word, `~` up to two of the
words that may stand between. Whose account or balance is meant is told by whole phrases alone: a customer's
wallet has an "akun" and a "saldo" too.
"""

import re
from collections.abc import Sequence
from types import MappingProxyType

from bot.biller.clauses import Clause
from bot.biller.wording import plain
from bot.orders.model import FailureCause

_SPELLINGS = {
    "tidak": "tdk tak ga gak gk nggak ngga enggak bukan not isnt cannot tidk",
    "belum": "blm blum belom",
    "sudah": "sdh udh udah telah already",
    "nomor": "nomer number numbers nmr norek hp msisdn",
    "salah": "wrong incorrect slh keliru",
    "invalid": "unvalid inval",
    "valid": "sesuai cocok match matched dikenal dikenali terdaftar registered recognized ditemukan found"
    " exist exists tersimpan benar",
    "produk": "product prod barang denom denominasi item",
    "tersedia": "available tersedianya",
    "gangguan": "ganguan gangguann trouble disturbance bermasalah problem",
    "kosong": "habis abis sold empty",
    "tutup": "ditutup closed close tertutup",
    "saldo": "balance deposit depo sld fund funds",
    "cukup": "mencukupi memadai enough sufficient",
    "kurang": "insufficient insuficient minus",
    "pelanggan": "customer subscriber plgn konsumen idpel",
    "tujuan": "destination target dest",
    "sign": "signature sgn signatur",
    "password": "pass passwd pwd sandi",
    "blokir": "diblokir terblokir blocked diblok blacklist blacklisted suspended suspend disuspend dibekukan"
    " banned dibanned ditangguhkan frozen",
    "aktif": "active aktip",
    "diizinkan": "diijinkan diperbolehkan",
    "nonaktif": "inactive nonactive disabled dinonaktifkan",
    "limit": "batas kuota limitnya quota",
}
_BETWEEN = (
    "anda kami member h2h server utama reseler akun di pada ini yang yg tsb tersebut atau dan or and is"
    " are was kode id nya sedang sdg masih lagi untuk pulsa paket data voucher provider operator isi"
    " ulang sama sekali sudah telah"
)

_PHRASES: tuple[tuple[FailureCause, tuple[str, ...]], ...] = (
    (
        # ROUTE is the sheet's own word for a product that no supplier sells just now.
        FailureCause.PRODUCT_UNAVAILABLE,
        ("route", "sku ~ tidak valid"),
    ),
    (
        FailureCause.ACCOUNT,
        (
            "sign|apikey ~ salah|invalid|expired|mismatch|mismatched|failed|gagal|eror|required",
            "sign|apikey ~ tidak valid|alowed",
            "salah|invalid ~ sign|apikey|ip",
            "salah|invalid ~ api key",
            "user|username|userid ~ password ~ salah|invalid",
            "user|username|userid ~ password ~ tidak valid",
            "ip ~ tidak|belum ~ valid|alowed|whitelist|whitelisted|diizinkan|authorized",
            "ip ~ adres ~ tidak|belum ~ valid|alowed|whitelist|whitelisted|diizinkan|authorized",
            "ip|ipadres ~ salah|invalid|ditolak|blokir|unregistered|unauthorized|asing",
            "ip ~ adres ~ salah|invalid|ditolak|blokir|unregistered|unauthorized",
            "unauthorized|unregistered|unknown ~ ip|partner|member|client|h2h",
            "member|partner|mitra|reseler|client|terminal|merchant|h2h ~ tidak|belum ~ valid|aktif",
            "member|partner|mitra|reseler|client|terminal|h2h ~ blokir|nonaktif|invalid|expired",
            "akun|account ~ h2h|member|partner|mitra|reseler ~ blokir|nonaktif|limit|expired",
            "akun|account ~ h2h|member|partner|mitra|reseler ~ tidak|belum ~ valid|aktif",
            "akses ~ ditolak|blokir",
            "acces ~ denied|forbidden",
            "unauthorized",
        ),
    ),
    (
        FailureCause.DESTINATION,
        (
            "nomor|no|tujuan|pelanggan|meter|rekening ~ salah|invalid|blokir|nonaktif|hangus|mati",
            "nomor|no|tujuan|pelanggan|meter|rekening ~ tidak|belum ~ valid|aktif|ada",
            "nomor|no ~ tujuan|pelanggan|meter|rekening ~ salah|invalid|blokir|nonaktif",
            "nomor|no ~ tujuan|pelanggan|meter|rekening ~ tidak|belum ~ valid|aktif",
            "nomor|no ~ kurang|kelebihan|kepanjangan|kependekan",
            "nomor|no ~ tujuan ~ kurang|kelebihan",
            "salah|invalid|unknown ~ nomor|no|tujuan|pelanggan|meter|rekening|player|zone",
            "kurang|kelebihan ~ digit",
            "digit ~ kurang|kelebihan|salah",
            "user|player|game|zone|userid|role|nickname|nick|karakter|character|server ~ tidak valid|ada",
            "user|player|game|zone|userid|nickname|nick ~ salah|invalid",
            "id ~ salah|invalid",
            "id ~ tidak valid|ada",
            "id ~ pelanggan|game|player|meter|tujuan ~ salah|invalid",
            "id ~ pelanggan|game|player|meter|tujuan ~ tidak valid",
            "kartu ~ tidak aktif",
            "kartu ~ nonaktif|hangus|mati|blokir|tenggang",
            "masa ~ tenggang",
            "masa aktif ~ kosong|berakhir|lewat",
            "salah ~ operator|provider",
        ),
    ),
    (
        # DEDUCT is the sheet's own word for an order that our deposit could not pay.
        FailureCause.DEPOSIT,
        (
            "deduct",
            "saldo ~ tidak|belum ~ cukup",
            "saldo ~ kurang|kosong|rendah|low",
            "saldo ~ saldo ~ tidak cukup",
            "tidak ~ cukup ~ saldo",
            "kurang|low ~ saldo",
            "kosong ~ saldo",
        ),
    ),
    (
        FailureCause.PRODUCT_INACTIVE,
        (
            "produk ~ tidak aktif",
            "produk ~ belum aktif",
            "produk ~ nonaktif|tutup|dihapus|dihentikan|discontinued",
            "layanan|service|paket|kode ~ tidak aktif",
            "tutup ~ sementara",
        ),
    ),
    (
        FailureCause.PRODUCT_UNAVAILABLE,
        (
            "produk|layanan|service|stok|stock|paket|voucher ~ tidak|belum ~ tersedia|valid|ada",
            "kode|sku|nominal ~ tidak|belum ~ tersedia|valid|ada",
            "produk|layanan|service|stok|stock|paket|voucher ~ kosong|gangguan|unavailable|maintenance|out",
            "kode|produk|sku ~ salah|invalid",
            "salah|invalid|unknown ~ produk|kode|sku|nominal",
            "out of stock",
            "sold out",
            "tidak tersedia",
            "stok|stock ~ tidak cukup",
        ),
    ),
)

_OUR_ACCOUNT = (
    "akun|account|user|username ~ blokir",
    "account ~ nonaktif",
    "username|user ~ tidak aktif",
    "password|pin|token|key|credential|credentials|auth|authentication ~ salah|invalid|expired|failed|gagal",
    "password|pin|token|key|credential|credentials ~ tidak valid",
    "salah|invalid ~ password|pin|token|credential|credentials|auth",
)
"""Of an order that was just refused these are ours; of one that was accepted, its customer's."""

_OTHERS = (
    "gangguan",
    "tutup",
    "tidak ~ aktif|valid|tersedia|diizinkan|diijinkan|alowed|boleh|bisa|dapat|support|didukung|permited",
    "belum ~ aktif|valid|tersedia|upgrade|premium|verifikasi|terverifikasi|bayar|dibuka",
    "nonaktif|blokir|salah|invalid|kosong|unavailable|maintenance|offline|cutof|expired|kadaluarsa|kedaluwarsa",
    "unauthorized|forbidden|unregistered|unsupported|discontinued|hangus|tenggang",
    "cut of",
    "melebihi|melampaui|mencapai|over|exceed|exceeds|exceded|max|maksimal|overlimit",
    "sudah ~ limit|lunas|terbayar|dibayar|penuh|full|paid",
    "kena|terkena ~ limit",
    "limit ~ kosong|penuh|terlampaui|tercapai|exceded|reached",
    "saldo ~ penuh|limit",
    "tagihan ~ tidak|belum ~ tersedia|valid",
    "kurang ~ digit|nominal",
    "rusak",
    "bad request",
    "internal server",
)
"""Refusals that name none of the troubles above."""

_TROUBLE = "gangguan|maintenance|unavailable|offline|cutof|tutup"
_WHOLE = "server|sistem|system|host|koneksi|jaringan|network|bank|api|h2h|biller"
_CUSTOMER = "nomor|no|tujuan|pelanggan|meter|rekening|kartu|akun|account|tagihan|user|player|id"
_PRODUCT_TROUBLE = (_TROUBLE, "cut of")
_NOT_OF_A_PRODUCT = (
    f"{_WHOLE} ~ {_TROUBLE}|kosong|down|eror",
    f"gangguan|maintenance ~ {_WHOLE}",
    f"{_CUSTOMER}|saldo|limit ~ {_TROUBLE}|kosong",
    f"{_CUSTOMER} ~ tidak|belum ~ tersedia|aktif|valid|ada|suport|suported|didukung",
)
"""Trouble of the biller as a whole, or of one customer: both say nothing about a product."""


def _canonical() -> MappingProxyType[str, str]:
    return MappingProxyType(
        {plain(each): plain(word) for word, variants in _SPELLINGS.items() for each in variants.split()}
    )


_CANONICAL = _canonical()
_GAP = rf"(?: (?:{'|'.join(map(plain, _BETWEEN.split()))}|[0-9]+)){{0,2}}"


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(_phrase, phrases)))


def _phrase(phrase: str) -> str:
    parts = [
        _GAP if part == "~" else f" (?:{'|'.join(plain(word) for word in part.split('|'))})"
        for part in phrase.split()
    ]
    return f"{''.join(parts)}(?= )"


_CAUSES = tuple((_pattern(phrases), cause) for cause, phrases in _PHRASES)
_OURS = _pattern(_OUR_ACCOUNT)
_TROUBLED, _ELSEWHERE = _pattern(_PRODUCT_TROUBLE), _pattern(_NOT_OF_A_PRODUCT)
_OF_PRODUCTS = (FailureCause.PRODUCT_UNAVAILABLE, FailureCause.PRODUCT_INACTIVE, FailureCause.OTHER)
_REFUSAL = _pattern((*(phrase for _, phrases in _PHRASES for phrase in phrases), *_OUR_ACCOUNT, *_OTHERS))


_FIRST_WORDS = frozenset(
    plain(word)
    for phrase in (*(phrase for _, phrases in _PHRASES for phrase in phrases), *_OUR_ACCOUNT, *_OTHERS)
    for word in phrase.split()[0].split("|")
)
"""The words with which a refusal begins: most clauses have none."""


def cause_in(clauses: Sequence[Clause], *, after_acceptance: bool) -> FailureCause:
    """Return the trouble that the words surely name; OTHER where they may mean somebody else's."""
    said = " . ".join(map(_text, clauses))
    for pattern, cause in _CAUSES:
        if pattern.search(said):
            return cause
    return FailureCause.ACCOUNT if not after_acceptance and _OURS.search(said) else FailureCause.OTHER


def speaks_of_product(clauses: Sequence[Clause], failure_cause: FailureCause) -> bool:
    """Return whether a failure would meet every other customer of its product too."""
    said = " . ".join(map(_text, clauses))
    if failure_cause not in _OF_PRODUCTS or _ELSEWHERE.search(said):
        return False
    return failure_cause is not FailureCause.OTHER or _TROUBLED.search(said) is not None


def refusal_at(clause: Clause) -> int | None:
    """Return before which word of the clause a known refusal begins."""
    words = _canonical_words(clause)
    if _FIRST_WORDS.isdisjoint(words):
        return None
    said = f" {' '.join(words)} "
    found = _REFUSAL.search(said)
    return said.count(" ", 0, found.start()) if found else None


def _text(clause: Clause) -> str:
    """Return the words of a clause with a blank before and behind each."""
    return f" {' '.join(_canonical_words(clause))} "


def _canonical_words(clause: Clause) -> list[str]:
    return [_CANONICAL.get(word, word) for word in clause.words if word not in (":", "=")]
