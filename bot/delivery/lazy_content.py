"""Fills in what a letter only names, at the moment it leaves: it says how things stand then."""

from msgspec import Struct

from bot.catalogue.price_list.writer import catalogue_csv, catalogue_xlsx
from bot.features.history import report_content
from bot.features.receipts.picture import picture
from bot.notices import Errand
from bot.notices.placing import OrderTable
from bot.notices.price_list import CatalogueFile, FileForm
from bot.notices.receipts import Receipt
from bot.notices.reports import Report, ReportFile
from bot.texts import Clock, Rendered
from bot.texts.batch_summary import order_table
from bot.texts.message import Attachment, Form
from bot.texts.price_list import file_words
from bot.texts.receipts import caption
from storage import batches, catalogue, orders
from storage.transaction import Tx


class Filled(Struct, frozen=True, kw_only=True):
    """A message made from the books as they stood; `version` is that of its table, 0 for all else."""

    rendered: Rendered
    version: int = 0


def fill(tx: Tx, notice: Errand, clock: Clock) -> Filled:
    """Look up what `notice` names; LookupError if the books do not hold it."""
    match notice:
        case OrderTable():
            return _table(tx, notice, clock)
        case CatalogueFile():
            return _catalogue(tx, notice)
        case Receipt():
            return Filled(rendered=_receipt(notice, clock))
        case Report():
            return Filled(rendered=report_content.report(tx, notice, clock))
        case ReportFile():
            return Filled(rendered=report_content.file(tx, notice, clock))


def _table(tx: Tx, notice: OrderTable, clock: Clock) -> Filled:
    batch = batches.find(tx, notice.chat_id, notice.message_id)
    if batch is None:
        raise LookupError(f"no batch of message {notice.message_id} in chat {notice.chat_id}")
    placed = orders.of_message(tx, notice.chat_id, notice.message_id)
    return Filled(rendered=Rendered(text=order_table(batch, placed, clock)), version=batch.version)


def _receipt(notice: Receipt, clock: Clock) -> Rendered:
    """Draw the picture of a receipt, which is too much work for the thread that everybody shares."""
    name = f"struk-{notice.slip.ref}.png"
    attachment = Attachment(form=Form.PICTURE, name=name, content=picture(notice.slip, clock))
    return Rendered(text=caption(notice), attachment=attachment)


def _catalogue(tx: Tx, notice: CatalogueFile) -> Filled:
    shown = catalogue.load(tx)
    content = catalogue_csv(shown) if notice.form is FileForm.CSV else catalogue_xlsx(shown)
    name = f"katalog-v{shown.version}.{notice.form}"
    return Filled(
        rendered=Rendered(
            text=file_words(shown.version, len(shown.products)),
            attachment=Attachment(form=Form.FILE, name=name, content=content),
        )
    )
