"""The messages that Loket sends, as structs of facts; their words are in `bot/texts/`.

A notice is stored with its facts and rendered when it is sent, so that a corrected wording applies to
messages in the queue. Each module holds the notices of one subject, and has a module of the same name in
`bot/texts/`.
"""

from bot.actors import Standing
from bot.notices.accounts import AccountsNotice
from bot.notices.alarms import AlarmNotice, DeliveryFailed
from bot.notices.balances import BalancesNotice
from bot.notices.catalogue import CatalogueFile, CatalogueNotice
from bot.notices.complaints import ComplaintsNotice
from bot.notices.deposits import DepositsNotice, TicketIssued
from bot.notices.desk import DeskNotice
from bot.notices.guidance import GuidanceNotice
from bot.notices.order_lookup import OrderLookupNotice
from bot.notices.orders import (
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderNotice,
    OrderSucceeded,
    OrderUnknown,
)
from bot.notices.people import JoinAnswer, JoinCard, JoinRequests, PeopleNotice
from bot.notices.placing import BatchSummary, PlacingNotice
from bot.notices.price_list import PriceListNotice, RemovalFile
from bot.notices.receipts import Receipt, ReceiptsNotice
from bot.notices.reports import ProfitFile, ProfitReport, ReportsNotice, SalesReport, SalesReportFile
from bot.notices.restore_gate import RestoreGateNotice
from bot.notices.selling_prices import SellingPricesNotice
from bot.notices.serial_numbers import SerialNumberNotice
from bot.notices.shopping import ShoppingNotice
from bot.notices.statements import Statement, StatementFile, StatementsNotice
from bot.notices.topups import TopUpNotice

Notice = (
    OrderNotice
    | PlacingNotice
    | BalancesNotice
    | AccountsNotice
    | StatementsNotice
    | DepositsNotice
    | ShoppingNotice
    | OrderLookupNotice
    | ReportsNotice
    | PriceListNotice
    | SellingPricesNotice
    | CatalogueNotice
    | ReceiptsNotice
    | SerialNumberNotice
    | ComplaintsNotice
    | AlarmNotice
    | TopUpNotice
    | RestoreGateNotice
    | PeopleNotice
    | GuidanceNotice
    | DeskNotice
)

LazyNotice = (
    BatchSummary
    | Receipt
    | TicketIssued
    | CatalogueFile
    | RemovalFile
    | SalesReport
    | SalesReportFile
    | Statement
    | StatementFile
    | JoinRequests
    | ProfitReport
    | ProfitFile
)
"""Notices that hold a reference only: their content is read from the database when they are sent."""

Result = OrderSucceeded | OrderFailed | OrderUnknown | OrderExpired | OrderDisputed
"""Notices with the state of an order: these are sent again until Telegram has surely accepted them."""


def priority_of(notice: Notice) -> int:
    """Return 0, or 1 for what a crowd of strangers can cause: it leaves after results and orders in doubt."""
    match notice:
        case JoinCard() | JoinRequests() | DeliveryFailed():
            return 1
        case JoinAnswer(standing=standing):
            return 0 if standing is Standing.APPROVED else 1
        case _:
            return 0
