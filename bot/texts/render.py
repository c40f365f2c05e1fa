"""Renders any notice as a message."""

from typing import assert_never

from msgspec import Struct

from bot.notices import Notice
from bot.notices.accounts import AccountsNotice
from bot.notices.alarms import AlarmNotice
from bot.notices.assistants import AssistantsNotice
from bot.notices.balances import BalancesNotice
from bot.notices.catalogue import CatalogueNotice
from bot.notices.complaints import ComplaintsNotice
from bot.notices.deposits import DepositsNotice, TicketEvidence
from bot.notices.desk import DeskNotice
from bot.notices.guidance import GuidanceNotice
from bot.notices.news import NewsNotice
from bot.notices.order_lookup import OrderDetails, OrderLookupNotice
from bot.notices.orders import (
    BillerAccountAlarm,
    OrderCard,
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderNotice,
    OrderOverdue,
    OrderReceived,
    OrderResolved,
    OrderResolvedByBiller,
    OrdersPossibleAgain,
    OrderSucceeded,
    OrderUnknown,
    OrderWaiting,
    ResolutionQuestion,
    ResolutionRejected,
    SnQuestion,
)
from bot.notices.people import PeopleNotice
from bot.notices.placing import PlacingNotice
from bot.notices.price_list import PriceListNotice
from bot.notices.recaps import RecapsNotice
from bot.notices.receipts import ReceiptsNotice
from bot.notices.reports import ReportsNotice
from bot.notices.restore_gate import RestoreGateNotice
from bot.notices.selling_prices import SellingPricesNotice
from bot.notices.serial_numbers import SerialNumberNotice
from bot.notices.shopping import DestinationPrompt, PriceListPage, ShoppingNotice
from bot.notices.statements import StatementsNotice
from bot.notices.topups import TopUpNotice
from bot.orders.model import State
from bot.texts import (
    accounts,
    alarms,
    assistants,
    balances,
    catalogue,
    complaints,
    deposits,
    desk,
    guidance,
    news,
    order_lookup,
    orders,
    people,
    placing,
    price_list,
    recaps,
    receipts,
    reports,
    restore_gate,
    selling_prices,
    serial_numbers,
    shopping,
    statements,
    topups,
)
from bot.texts.formatting import Attachment, AttachmentKind, Clock, Layout, ReceivedFile, Text

MAX_COPY_CHARS = 256
"""Telegram's limit for the text of a copy button."""


class RenderedMessage(Struct, frozen=True, kw_only=True):
    """A message ready to send: its text, the text of its copy button, and its attachment.

    `layout` is the same message with tables, empty if it has none. `received_file` is passed on instead of an
    attachment. `asks` is the placeholder of the input field for an
    answer, None if no answer is expected.
    """

    text: Text
    layout: Layout = ()
    copy: str | None = None
    attachment: Attachment | None = None
    received_file: ReceivedFile | None = None
    asks: str | None = None


def render(notice: Notice, clock: Clock) -> RenderedMessage:
    copy = _copy(notice)
    return RenderedMessage(
        text=_words(notice, clock),
        layout=shopping.price_layout(notice) if isinstance(notice, PriceListPage) else (),
        copy=copy if copy and len(copy) <= MAX_COPY_CHARS else None,
        received_file=_received_file(notice),
        asks=shopping.placeholder(notice) if isinstance(notice, DestinationPrompt) else None,
    )


def _received_file(notice: Notice) -> ReceivedFile | None:
    if not isinstance(notice, TicketEvidence):
        return None
    form = AttachmentKind.FILE if notice.is_file else AttachmentKind.PICTURE
    return ReceivedFile(form=form, file_id=notice.file_id)


def _copy(notice: Notice) -> str | None:
    match notice:
        case OrderSucceeded() | OrderDetails(state=State.SUCCEEDED):
            return orders.to_copy(notice)
        case _:
            return None


def _words(notice: Notice, clock: Clock) -> Text:  # noqa: C901, PLR0912 - one flat table
    if isinstance(notice, PlacingNotice):
        return placing.words(notice, clock)
    if isinstance(notice, BalancesNotice):
        return balances.words(notice, clock)
    if isinstance(notice, AccountsNotice):
        return accounts.words(notice, clock)
    if isinstance(notice, DepositsNotice):
        return deposits.words(notice, clock)
    if isinstance(notice, PriceListNotice):
        return price_list.words(notice)
    if isinstance(notice, SellingPricesNotice):
        return selling_prices.words(notice, clock)
    if isinstance(notice, CatalogueNotice):
        return catalogue.words(notice, clock)
    if isinstance(notice, ShoppingNotice):
        return shopping.words(notice)
    if isinstance(notice, OrderLookupNotice):
        return order_lookup.words(notice, clock)
    if isinstance(notice, ReportsNotice):
        return reports.words(notice)
    if isinstance(notice, RecapsNotice):
        return recaps.words(notice)
    if isinstance(notice, StatementsNotice):
        return statements.words(notice)
    if isinstance(notice, ReceiptsNotice):
        return receipts.words(notice)
    if isinstance(notice, SerialNumberNotice):
        return serial_numbers.words(notice, clock)
    if isinstance(notice, ComplaintsNotice):
        return complaints.words(notice, clock)
    if isinstance(notice, AlarmNotice):
        return alarms.words(notice, clock)
    if isinstance(notice, TopUpNotice):
        return topups.words(notice, clock)
    if isinstance(notice, RestoreGateNotice):
        return restore_gate.words(notice, clock)
    if isinstance(notice, PeopleNotice):
        return people.words(notice, clock)
    if isinstance(notice, AssistantsNotice):
        return assistants.words(notice, clock)
    if isinstance(notice, NewsNotice):
        return news.words(notice, clock)
    if isinstance(notice, GuidanceNotice):
        return guidance.words(notice)
    if isinstance(notice, DeskNotice):
        return desk.words(notice, clock)
    return _words_of_order(notice, clock)


def _words_of_order(notice: OrderNotice, clock: Clock) -> Text:  # noqa: C901, PLR0912 - one flat table
    match notice:
        case OrderReceived():
            return orders.received(notice, clock)
        case OrderWaiting():
            return orders.waiting(notice, clock)
        case OrderSucceeded():
            return orders.succeeded(notice, clock)
        case OrderFailed():
            return orders.failed(notice, clock)
        case OrdersPossibleAgain():
            return orders.possible_again(notice, clock)
        case OrderUnknown():
            return orders.unknown(notice, clock)
        case OrderOverdue():
            return orders.overdue(notice, clock)
        case OrderExpired():
            return orders.expired(notice, clock)
        case OrderDisputed():
            return orders.disputed(notice, clock)
        case OrderCard():
            return alarms.order_card(notice, clock)
        case SnQuestion():
            return alarms.sn_question(notice)
        case ResolutionQuestion():
            return alarms.resolution_question(notice)
        case OrderResolved():
            return alarms.order_resolved(notice, clock)
        case OrderResolvedByBiller():
            return alarms.order_resolved_by_biller(notice, clock)
        case ResolutionRejected():
            return alarms.resolution_rejected(notice)
        case BillerAccountAlarm():
            return alarms.biller_account_alarm(notice, clock)
        case _:
            assert_never(notice)
