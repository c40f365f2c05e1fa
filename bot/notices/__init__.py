"""The messages that Loket sends, as structs of facts; their words are in `bot/texts/`.

A notice is stored with its facts and rendered when it is sent, so that a corrected wording applies to
messages in the queue. Each module holds the notices of one subject, and has a module of the same name in
`bot/texts/`.
"""

from collections.abc import Callable

from msgspec.structs import replace

from bot.actors import Standing
from bot.notices.accounts import AccountsNotice, DailyLimitReached, PrivateChatOnly
from bot.notices.alarms import AlarmNotice, DeliveryFailed
from bot.notices.assistants import AssistantsNotice
from bot.notices.balances import BalancesNotice, InsufficientBalance
from bot.notices.catalogue import CatalogueFile, CatalogueNotice
from bot.notices.complaints import ComplaintsNotice
from bot.notices.deposits import DepositsNotice, TicketIssued
from bot.notices.desk import DeskNotice
from bot.notices.guidance import (
    NOTHING_BOUGHT,
    ORDER_KEPT,
    AdminsOnly,
    GuidanceNotice,
    Help,
    NotUnderstood,
    Welcome,
)
from bot.notices.news import BroadcastNews, BroadcastPreview, NewsNotice, PriceDigest
from bot.notices.order_lookup import OrderDetails, OrderLookupNotice
from bot.notices.orders import (
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderNotice,
    OrderReceived,
    OrderSucceeded,
    OrderUnknown,
)
from bot.notices.people import JoinAnswer, JoinCard, JoinRequests, PeopleNotice
from bot.notices.placing import (
    BatchSummary,
    OrderOffer,
    OrderProposal,
    OrderQuestion,
    OrderRepeated,
    PlacingNotice,
    ProductClosed,
)
from bot.notices.price_list import PriceListNotice, RemovalFile
from bot.notices.recaps import DailyRecap, RecapsNotice
from bot.notices.receipts import Receipt, ReceiptsNotice
from bot.notices.reports import (
    ProfitFile,
    ProfitReport,
    ReportPeriodUnclear,
    ReportsNotice,
    SalesReport,
    SalesReportFile,
)
from bot.notices.restore_gate import RestoreGateNotice
from bot.notices.selling_prices import SellingPricesNotice
from bot.notices.serial_numbers import SerialNumberNotice
from bot.notices.shopping import (
    ChosenProductClosed,
    DestinationPrompt,
    NoCatalogue,
    NoPrices,
    PriceGroups,
    PriceListPage,
    PriceRow,
    ShoppingNotice,
)
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
    | RecapsNotice
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
    | AssistantsNotice
    | NewsNotice
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
    | BroadcastNews
    | BroadcastPreview
    | DailyRecap
)
"""Notices that hold a reference only: their content is read from the database when they are sent."""

Result = OrderSucceeded | OrderFailed | OrderUnknown | OrderExpired | OrderDisputed
"""Notices with the state of an order: these are sent again until Telegram has surely accepted them."""


NEWS_PRIORITY = 2
"""News leaves after everything else."""


def priority_of(notice: Notice) -> int:
    """Return 0, or 1 for what many get at once or a crowd can cause: it leaves after results and doubts.

    News comes last, with 2.
    """
    match notice:
        case BroadcastNews() | PriceDigest():
            return NEWS_PRIORITY
        case JoinCard() | JoinRequests() | DeliveryFailed() | DailyRecap():
            return 1
        case JoinAnswer(standing=standing):
            return 0 if standing in (Standing.APPROVED, Standing.ASSISTANT) else 1
        case _:
            return 0


def is_hint(notice: Notice) -> bool:
    """Check for help with typing, or prices, which may get lost: it says nothing of orders or money."""
    match notice:
        case NotUnderstood(input_error=error):
            return error not in NOTHING_BOUGHT and error not in ORDER_KEPT
        case Help() | Welcome() | AdminsOnly() | PrivateChatOnly() | ReportPeriodUnclear():
            return True
        case PriceGroups() | PriceListPage() | NoPrices() | NoCatalogue():
            return True
        case _:
            return False


def without_level_prices(notice: Notice, base_price: Callable[[str], int | None]) -> Notice:
    """Return a notice as everybody in a group may read it: only the prices of the list without a level.

    Sums of a reseller's orders are left out, since their price follows from them.
    """

    def public(code: str, price_idr: int | None) -> int | None:
        return price_idr if price_idr is not None and price_idr == base_price(code) else None

    def rows(listed: tuple[PriceRow, ...]) -> tuple[PriceRow, ...]:
        return tuple(replace(row, price_idr=public(row.code, row.price_idr)) for row in listed)

    def offer(made: OrderOffer) -> OrderOffer:
        return replace(made, price_idr=public(made.intent.product_code, made.price_idr))

    match notice:
        case OrderReceived() | OrderSucceeded() | OrderDetails() | DestinationPrompt():
            shown = public(notice.code, notice.price_idr)
            return notice if shown == notice.price_idr else replace(notice, price_idr=shown)
        case InsufficientBalance() | DailyLimitReached():
            return replace(notice, price_idr=public(notice.code, notice.price_idr) or 0)
        case OrderFailed() | OrderExpired() | OrderDisputed():
            refund = notice.balance
            is_public = refund is None or public(notice.code, refund.amount_idr) == refund.amount_idr
            return notice if is_public else replace(notice, balance=None)
        case SalesReport():
            return replace(notice, hides_amounts=True)
        case ProductClosed():
            return replace(notice, others=tuple(offer(made) for made in notice.others))
        case OrderRepeated():
            return replace(notice, again=offer(notice.again) if notice.again else None)
        case OrderQuestion():
            return replace(notice, offers=tuple(offer(made) for made in notice.offers))
        case OrderProposal():
            return replace(notice, offer=offer(notice.offer))
        case PriceListPage():
            shown_rows = rows(notice.rows)
            return replace(notice, rows=shown_rows, hides_prices=shown_rows != notice.rows)
        case NoPrices():
            return replace(notice, similar=rows(notice.similar))
        case ChosenProductClosed():
            return replace(notice, others=rows(notice.others))
        case _:
            return notice
