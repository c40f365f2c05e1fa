"""Renders lazy notices when they are sent, so that they show the state at that moment."""

from msgspec.structs import replace

from bot.delivery.messenger import LazyContent
from bot.features.accounts import statements
from bot.features.deposits.qr_picture import draw_qr
from bot.features.history import profits, recap, reports
from bot.features.news.broadcasts import render_broadcast
from bot.features.people import membership
from bot.features.price_list.catalogue_file import catalogue_csv, catalogue_xlsx, render_removals
from bot.features.receipts.picture import draw_receipt
from bot.notices import LazyNotice
from bot.notices.catalogue import CatalogueFile, FileFormat
from bot.notices.deposits import TicketIssued
from bot.notices.news import BroadcastNews, BroadcastPreview
from bot.notices.people import JoinRequests
from bot.notices.placing import BatchSummary
from bot.notices.price_list import RemovalFile
from bot.notices.recaps import DailyRecap
from bot.notices.receipts import Receipt
from bot.notices.reports import ProfitFile, ProfitReport, SalesReport, SalesReportFile
from bot.notices.statements import Statement, StatementFile
from bot.texts.batch_summary import order_layout, order_table
from bot.texts.catalogue import file_words
from bot.texts.deposits import ticket_issued
from bot.texts.formatting import Attachment, AttachmentKind, Clock
from bot.texts.receipts import caption
from bot.texts.render import RenderedMessage
from storage import batches, catalogue, levels, orders
from storage.transaction import Tx


def load_content(tx: Tx, notice: LazyNotice, clock: Clock) -> LazyContent:  # noqa: PLR0912 - one flat table
    """Render a lazy notice; LookupError if the database lacks its subject."""
    match notice:
        case BatchSummary():
            return _batch_summary(tx, notice, clock)
        case TicketIssued():
            return LazyContent(rendered=_ticket(notice, clock))
        case CatalogueFile():
            return _catalogue(tx, notice)
        case RemovalFile():
            return LazyContent(rendered=render_removals(tx, notice))
        case Receipt():
            return LazyContent(rendered=_receipt(notice, clock))
        case SalesReport():
            return LazyContent(rendered=reports.render_report(tx, notice, clock))
        case JoinRequests():
            return LazyContent(rendered=membership.render_requests(tx))
        case SalesReportFile():
            return LazyContent(rendered=reports.render_file(tx, notice, clock))
        case Statement():
            return LazyContent(rendered=statements.render_statement(tx, notice, clock))
        case StatementFile():
            return LazyContent(rendered=statements.render_statement_file(tx, notice, clock))
        case ProfitReport():
            return LazyContent(rendered=profits.render_report(tx, notice, clock))
        case BroadcastNews(broadcast_id=broadcast_id) | BroadcastPreview(broadcast_id=broadcast_id):
            return LazyContent(rendered=render_broadcast(tx, broadcast_id))
        case ProfitFile():
            return LazyContent(rendered=profits.render_file(tx, notice, clock))
        case DailyRecap():
            return LazyContent(rendered=recap.render_recap(tx, notice, clock))


def _batch_summary(tx: Tx, notice: BatchSummary, clock: Clock) -> LazyContent:
    batch = batches.find(tx, notice.chat_id, notice.message_id)
    if batch is None:
        raise LookupError(f"no batch of message {notice.message_id} in chat {notice.chat_id}")
    placed = orders.of_message(tx, notice.chat_id, notice.message_id)
    if notice.chat_id < 0:  # a group: from a sum the price of a reseller's level follows
        placed = [replace(order, price_idr=None) for order in placed]
    rendered = RenderedMessage(
        text=order_table(batch, placed, clock), layout=order_layout(batch, placed, clock)
    )
    return LazyContent(rendered=rendered, version=batch.version)


def _receipt(notice: Receipt, clock: Clock) -> RenderedMessage:
    """Draw the picture of a receipt, which takes too long for the event loop."""
    name = f"struk-{notice.facts.ref}.png"
    attachment = Attachment(form=AttachmentKind.PICTURE, name=name, content=draw_receipt(notice.facts, clock))
    return RenderedMessage(text=caption(notice), attachment=attachment)


def _ticket(notice: TicketIssued, clock: Clock) -> RenderedMessage:
    """Draw the QR code of a ticket, if it has one; the text is then its caption."""
    text = ticket_issued(notice, clock)
    if notice.qris is None:
        return RenderedMessage(text=text)
    picture = Attachment(
        form=AttachmentKind.PICTURE, name=f"qris-{notice.ticket_id}.png", content=draw_qr(notice.qris)
    )
    return RenderedMessage(text=text, attachment=picture)


def _catalogue(tx: Tx, notice: CatalogueFile) -> LazyContent:
    current = catalogue.load(tx)
    write = catalogue_csv if notice.form is FileFormat.CSV else catalogue_xlsx
    content = write(current, levels.listed(tx))
    name = f"katalog-v{current.version}.{notice.form}"
    return LazyContent(
        rendered=RenderedMessage(
            text=file_words(current.version, len(current.products)),
            attachment=Attachment(form=AttachmentKind.FILE, name=name, content=content),
        )
    )
