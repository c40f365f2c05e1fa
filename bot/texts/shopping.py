"""Texts that show the catalogue: groups, prices, and the prompt for a destination."""

from typing import assert_never

from bot.catalogue.product import Carrier, DestinationRule
from bot.grammar.parsed import InputError
from bot.notices.placing import ClosedReason
from bot.notices.shopping import (
    ChosenProductClosed,
    DestinationPrompt,
    ListScope,
    NoCatalogue,
    NoPrices,
    PriceGroups,
    PriceListPage,
    PriceRow,
    PromptCancelled,
    ShoppingNotice,
)
from bot.texts.formatting import (
    Layout,
    MessageTable,
    Row,
    Span,
    Text,
    bold,
    clean,
    code,
    grouped,
    lines,
    rupiah,
    untrusted,
)
from bot.texts.placing import trouble_advice

NAME_CHARS = 48
"""Limits a product's name in a list: twelve of them fit one message whatever they contain."""

CARRIERS = {
    Carrier.TELKOMSEL: "Telkomsel",
    Carrier.INDOSAT: "Indosat",
    Carrier.XL: "XL",
    Carrier.AXIS: "Axis",
    Carrier.TRI: "Tri",
    Carrier.SMARTFREN: "Smartfren",
}

_PROMPTS = {
    DestinationRule.PHONE: ("Ke nomor HP berapa?", "0812xxxx"),
    DestinationRule.METER: ("Ke nomor meter atau ID pelanggan berapa?", "14xxxxxxxxx"),
    DestinationRule.GAME: ("Ke ID game berapa?", "12345678"),
    DestinationRule.GAME_SERVER: ("Ke ID game dan server berapa?", "12345678(1234)"),
    DestinationRule.ACCOUNT: ("Ke nomor akun berapa?", "08xxxx"),
    DestinationRule.FREE: ("Ke tujuan mana?", ""),
}
"""For each destination rule the question, and the placeholder of its input field."""

_ERRORS = {
    InputError.TOO_SHORT: "Nomornya kurang angka.",
    InputError.TOO_LONG: "Nomornya kelebihan angka.",
    InputError.NOT_A_PHONE: "Itu bukan nomor HP.",
    InputError.FOREIGN_NUMBER: "Hanya nomor Indonesia (+62) yang bisa diisi.",
    InputError.NO_SERVER: "Servernya belum ada di belakang ID.",
}

_MARKS = {ClosedReason.CLOSED: "🚫", ClosedReason.RESTING: "🌙", ClosedReason.TROUBLE: "⚠️"}
_MEANINGS = {
    ClosedReason.CLOSED: "🚫 sedang ditutup",
    ClosedReason.RESTING: "🌙 sedang jam tutup",
    ClosedReason.TROUBLE: "⚠️ sedang gangguan",
}


def placeholder(notice: DestinationPrompt) -> str:
    """Return the placeholder of the input field; may be empty."""
    return _PROMPTS[notice.rule][1]


def no_catalogue(notice: NoCatalogue) -> Text:
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
    return lines(
        ("📋 ", bold("Daftar harga")),
        "Ketuk kelompoknya, atau cari:",
        (code("harga s"), " · ", code("harga pulsa 5"), " · ", code("harga 081234567890")),
        *([f"Halaman {notice.page + 1} dari {notice.pages}"] if notice.pages > 1 else []),
    )


def price_list(notice: PriceListPage) -> Text:
    rows = (_priced(row) for row in notice.rows)
    return lines(_headline(notice), "", *rows, "", *_notes(notice))


def price_layout(notice: PriceListPage) -> Layout:
    """Return the same page with its products in a table."""
    rows = tuple(
        (
            code(row.code),
            Span(clean(row.name, NAME_CHARS)),
            Span(rupiah(row.price_idr) if row.price_idr is not None else "-"),
            Span(_MARKS[row.closure] if row.closure else ""),
        )
        for row in notice.rows
    )
    # Without a closed product the column of the marks is left out.
    has_marks = any(row.closure for row in notice.rows)
    columns = ("Kode", "Produk", "Harga", "")
    shown = len(columns) if has_marks else len(columns) - 1
    table = MessageTable(columns=columns[:shown], rows=tuple(row[:shown] for row in rows), amounts=shown - 2)
    return (lines(_headline(notice)), table, lines(*_notes(notice)))


def _headline(notice: PriceListPage) -> Row:
    page = f" · halaman {notice.page + 1} dari {notice.pages}" if notice.pages > 1 else ""
    return (*_title(notice), page)


def _notes(notice: PriceListPage) -> list[Row]:
    how: Row = "Ketuk kodenya." if notice.number else ("Ketuk kodenya, atau ketik ", code("kode.nomor"))
    hidden = ["Harga khusus Anda hanya di chat pribadi dengan bot."] if notice.hides_prices else []
    return [*_legend(notice), *hidden, how]


def _title(notice: PriceListPage) -> tuple[str | Span, ...]:
    if notice.scope is not ListScope.NUMBER:
        return ("📋 ", bold("Harga"), " ", untrusted(notice.title))
    carrier = CARRIERS[notice.carrier] if notice.carrier else "operator belum dikenali"
    return ("📋 ", bold("Harga"), f" untuk {grouped(notice.number)} ({carrier})")


def _priced(row: PriceRow) -> Row:
    price = f" · {rupiah(row.price_idr)}" if row.price_idr is not None else ""
    mark = f" {_MARKS[row.closure]}" if row.closure else ""
    return (code(row.code), " ", untrusted(row.name, NAME_CHARS), f"{price}{mark}")


def _legend(notice: PriceListPage) -> list[str]:
    closures = {row.closure for row in notice.rows}
    meanings = [meaning for closure, meaning in _MEANINGS.items() if closure in closures]
    return [" · ".join(meanings)] if meanings else []


def no_prices(notice: NoPrices) -> Text:
    rows: list[Row] = [("🤔 Tidak ada produk ", untrusted(notice.typed), ".")]
    if notice.similar:
        rows += ["Mungkin maksudnya:", *(_priced(row) for row in notice.similar)]
    return lines(*rows, ("Cari dengan kode, nama, atau nomor, misalnya ", code("harga pulsa 5")))


def destination_prompt(notice: DestinationPrompt) -> Text:
    price = f" · {rupiah(notice.price_idr)}" if notice.price_idr is not None else ""
    question, _ = _PROMPTS[notice.rule]
    error = (
        [f"🤔 {_ERRORS.get(notice.input_error, 'Nomornya belum bisa dibaca.')}"] if notice.input_error else []
    )
    return lines(
        *error,
        ("🛒 ", code(notice.code), " ", untrusted(notice.name), price),
        bold(question),
        "Balas pesan ini dengan nomornya. Pesanannya ditunjukkan dulu sebelum dibeli.",
        ("Tidak jadi? Ketik ", code("batal")),
    )


def prompt_cancelled() -> Text:
    return lines("Baik, tidak jadi. Tidak ada yang dibeli.")


def chosen_product_closed(notice: ChosenProductClosed) -> Text:
    match notice.closure:
        case ClosedReason.RESTING:
            minute = notice.opens_minute or 0
            why = f"sedang jam tutup, buka lagi pukul {minute // 60:02d}:{minute % 60:02d}."
        case ClosedReason.CLOSED:
            why = "sedang ditutup."
        case ClosedReason.TROUBLE:
            why = "sedang gangguan di server."
        case _:
            assert_never(notice.closure)
    rows: list[Row] = [("🚫 ", code(notice.code), " ", untrusted(notice.name), f" {why}")]
    if notice.closure is ClosedReason.TROUBLE:
        rows.append(trouble_advice(has_others=bool(notice.others)))
    if notice.others:
        rows += ["Pilihan lain:", *(_priced(row) for row in notice.others)]
    return lines(*rows)


def words(notice: ShoppingNotice) -> Text:
    match notice:
        case NoCatalogue():
            return no_catalogue(notice)
        case PriceGroups():
            return price_groups(notice)
        case PriceListPage():
            return price_list(notice)
        case NoPrices():
            return no_prices(notice)
        case DestinationPrompt():
            return destination_prompt(notice)
        case PromptCancelled():
            return prompt_cancelled()
        case ChosenProductClosed():
            return chosen_product_closed(notice)
        case _:
            assert_never(notice)
