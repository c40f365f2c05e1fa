"""What a reseller reads of the catalogue: groups, prices, and the question for the number."""

from typing import assert_never

from bot.catalogue.product import Operator, Rule
from bot.grammar.parsed import Slip
from bot.notices.placing import Closure
from bot.notices.shopping import (
    ChoiceDropped,
    NoCatalogue,
    NoPrices,
    NumberQuestion,
    PriceGroups,
    PriceList,
    PriceRow,
    PricesNotice,
    ProductShut,
    Scope,
)
from bot.texts.formatting import Row, Span, Text, bold, code, grouped, lines, outside, rupiah

NAME_CHARS = 48
"""A product's name in a list; twelve of them fit one message whatever they hold."""

OPERATORS = {
    Operator.TELKOMSEL: "Telkomsel",
    Operator.INDOSAT: "Indosat",
    Operator.XL: "XL",
    Operator.AXIS: "Axis",
    Operator.TRI: "Tri",
    Operator.SMARTFREN: "Smartfren",
}

_ASKED = {
    Rule.PHONE: ("Ke nomor HP berapa?", "0812xxxx"),
    Rule.METER: ("Ke nomor meter atau ID pelanggan berapa?", "14xxxxxxxxx"),
    Rule.GAME: ("Ke ID game berapa?", "12345678"),
    Rule.GAME_SERVER: ("Ke ID game dan server berapa?", "12345678(1234)"),
    Rule.ACCOUNT: ("Ke nomor akun berapa?", "08xxxx"),
    Rule.FREE: ("Ke tujuan mana?", ""),
}
"""For each kind of destination the question, and what its field shows before anything is typed."""

_AMISS = {
    Slip.TOO_SHORT: "Nomornya kurang angka.",
    Slip.TOO_LONG: "Nomornya kelebihan angka.",
    Slip.NOT_A_PHONE: "Itu bukan nomor HP.",
    Slip.FOREIGN_NUMBER: "Hanya nomor Indonesia (+62) yang bisa diisi.",
    Slip.NO_SERVER: "Servernya belum ada di belakang ID.",
}

_MARKS = {Closure.CLOSED: "🚫", Closure.RESTING: "🌙"}
_MEANINGS = {Closure.CLOSED: "🚫 sedang ditutup", Closure.RESTING: "🌙 sedang jam tutup"}


def placeholder(notice: NumberQuestion) -> str:
    """Give what the field for the answer shows before anything is typed; may be empty."""
    return _ASKED[notice.rule][1]


def no_catalogue(notice: NoCatalogue) -> Text:
    """Say that orders need no list, and to an admin how to bring one."""
    if notice.for_admin:
        return lines(
            "Daftar harga belum ada di sini. Kirim filenya (XLSX atau CSV) ke chat ini.",
            "Contoh filenya: /katalog",
        )
    return lines(
        "Daftar harga belum ada di sini. Tanyakan harga ke admin.",
        ("Pesan tetap bisa, ketik ", code("kode.nomor"), ", misalnya ", code("s5.081234567890")),
    )


def price_groups(notice: PriceGroups) -> Text:
    """Ask for a group, or for words."""
    return lines(
        ("📋 ", bold("Daftar harga")),
        "Ketuk kelompoknya, atau cari:",
        (code("harga s"), " · ", code("harga pulsa 5"), " · ", code("harga 081234567890")),
        *([f"Halaman {notice.page + 1} dari {notice.pages}"] if notice.pages > 1 else []),
    )


def price_list(notice: PriceList) -> Text:
    """Show products with their prices, and how to order one."""
    page = f" · halaman {notice.page + 1} dari {notice.pages}" if notice.pages > 1 else ""
    how = "Ketuk kodenya." if notice.number else ("Ketuk kodenya, atau ketik ", code("kode.nomor"))
    rows = (_priced(row) for row in notice.rows)
    return lines((*_title(notice), page), "", *rows, "", *_legend(notice), how)


def _title(notice: PriceList) -> tuple[str | Span, ...]:
    if notice.scope is not Scope.NUMBER:
        return ("📋 ", bold("Harga"), " ", outside(notice.title))
    operator = OPERATORS[notice.operator] if notice.operator else "operator belum dikenali"
    return ("📋 ", bold("Harga"), f" untuk {grouped(notice.number)} ({operator})")


def _priced(row: PriceRow) -> Row:
    price = f" · {rupiah(row.sell_idr)}" if row.sell_idr is not None else ""
    mark = f" {_MARKS[row.closure]}" if row.closure else ""
    return (code(row.code), " ", outside(row.name, NAME_CHARS), f"{price}{mark}")


def _legend(notice: PriceList) -> list[str]:
    met = {row.closure for row in notice.rows}
    meanings = [meaning for closure, meaning in _MEANINGS.items() if closure in met]
    return [" · ".join(meanings)] if meanings else []


def no_prices(notice: NoPrices) -> Text:
    """Say that nothing is called so, and what may have been meant."""
    rows: list[Row] = [("🤔 Tidak ada produk ", outside(notice.typed), ".")]
    if notice.near:
        rows += ["Mungkin maksudnya:", *(_priced(row) for row in notice.near)]
    return lines(*rows, ("Cari dengan kode, nama, atau nomor, misalnya ", code("harga pulsa 5")))


def number_question(notice: NumberQuestion) -> Text:
    """Ask for the number; nothing is bought by the answer alone."""
    price = f" · {rupiah(notice.sell_idr)}" if notice.sell_idr is not None else ""
    question, _ = _ASKED[notice.rule]
    amiss = [f"🤔 {_AMISS.get(notice.slip, 'Nomornya belum bisa dibaca.')}"] if notice.slip else []
    return lines(
        *amiss,
        ("🛒 ", code(notice.code), " ", outside(notice.name), price),
        bold(question),
        "Balas pesan ini dengan nomornya. Pesanannya ditunjukkan dulu sebelum dibeli.",
        ("Tidak jadi? Ketik ", code("batal")),
    )


def choice_dropped() -> Text:
    """Say that nothing is asked any more, and nothing was bought."""
    return lines("Baik, tidak jadi. Tidak ada yang dibeli.")


def product_shut(notice: ProductShut) -> Text:
    """Say that the product cannot be bought now, until when, and what could be."""
    match notice.closure:
        case Closure.RESTING:
            minute = notice.opens_minute or 0
            why = f"sedang jam tutup, buka lagi pukul {minute // 60:02d}:{minute % 60:02d}."
        case Closure.CLOSED:
            why = "sedang ditutup."
        case _:
            assert_never(notice.closure)
    rows: list[Row] = [("🚫 ", code(notice.code), " ", outside(notice.name), f" {why}")]
    if notice.others:
        rows += ["Pilihan lain:", *(_priced(row) for row in notice.others)]
    return lines(*rows)


def words(notice: PricesNotice) -> Text:
    """Give the words for a notice of this room."""
    match notice:
        case NoCatalogue():
            return no_catalogue(notice)
        case PriceGroups():
            return price_groups(notice)
        case PriceList():
            return price_list(notice)
        case NoPrices():
            return no_prices(notice)
        case NumberQuestion():
            return number_question(notice)
        case ChoiceDropped():
            return choice_dropped()
        case ProductShut():
            return product_shut(notice)
        case _:
            assert_never(notice)
