"""Exports the catalogue in a format that an import reads without loss."""

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.inference import infer_traits
from bot.catalogue.price_list import cells
from bot.catalogue.price_list.columns import COLUMN_TITLES, EXPORTED_COLUMNS, Column
from bot.catalogue.price_list.list_merge import merge_list
from bot.catalogue.product import DailyHours, Product
from bot.notices.price_list import RemovalFile
from bot.spreadsheets import Cell, csv_bytes, xlsx_bytes
from bot.texts.formatting import Attachment, AttachmentKind
from bot.texts.price_list import removal_outdated, removal_words
from bot.texts.render import RenderedMessage
from storage import catalogue, imports
from storage.transaction import Tx

_WIDTHS = {
    Column.CODE: 12,
    Column.NAME: 36,
    Column.GROUP: 22,
    Column.RULE: 14,
    Column.PRICE: 12,
    Column.STATUS: 9,
    Column.CUT_OFF: 14,
    Column.CARRIER: 12,
    Column.NOMINAL: 10,
}
_HEADER = [COLUMN_TITLES[column] for column in EXPORTED_COLUMNS]


def catalogue_xlsx(catalogue: Catalogue) -> bytes:
    return xlsx_bytes(
        _HEADER, (_row(product) for product in catalogue), [_WIDTHS[column] for column in EXPORTED_COLUMNS]
    )


def catalogue_csv(catalogue: Catalogue) -> bytes:
    return csv_bytes(_HEADER, (_row(product) for product in catalogue))


def _row(product: Product) -> list[Cell]:
    inferred = infer_traits(
        code=product.code,
        name=product.name,
        group=product.group,
        price_idr=product.price_idr,
        rule=product.rule,
    )
    written: dict[Column, Cell] = {
        Column.CODE: product.code,
        Column.NAME: product.name,
        Column.GROUP: product.group,
        Column.RULE: cells.RULE_NAMES[product.rule][0],
        Column.PRICE: _price(product.price_idr),
        Column.STATUS: cells.OPEN_WORDS[0] if product.is_open else cells.CLOSED_WORDS[0],
        Column.CUT_OFF: _hours(product.cut_off),
        # A blank cell means "infer it": where inference would be wrong, the cell must say that there is none.
        Column.CARRIER: cells.CARRIER_WORDS[product.carrier][0]
        if product.carrier
        else _none(inferred.carrier),
        Column.NOMINAL: product.nominal * 1000 if product.nominal else _none(inferred.nominal),
    }
    return [written[column] for column in EXPORTED_COLUMNS]


def _none(inferred: object) -> Cell:
    return cells.NONE if inferred is not None else None


def _price(price_idr: int | None) -> Cell:
    if price_idr is None:
        return cells.NONE
    if price_idr >= cells.MIN_BARE_PRICE_IDR:
        return price_idr
    return f"Rp{price_idr}"


def _hours(hours: DailyHours | None) -> str | None:
    return f"{_clock(hours.from_minute)}-{_clock(hours.until_minute)}" if hours else None


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


FILE_NAME = "produk-dihapus.xlsx"


def render_removals(tx: Tx, notice: RemovalFile) -> RenderedMessage:
    """Render the file of products to be removed, or a text if the list was decided meanwhile."""
    found = imports.parsed_list(tx, notice.import_id)
    if found is None:
        return RenderedMessage(text=removal_outdated())
    removed = merge_list(found, catalogue.load(tx), price=notice.price).removed
    content = catalogue_xlsx(Catalogue(products=removed))
    return RenderedMessage(
        text=removal_words(notice.file_name, len(removed)),
        attachment=Attachment(form=AttachmentKind.FILE, name=FILE_NAME, content=content),
    )
