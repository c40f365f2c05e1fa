"""Everything Loket can say, as names and facts; the words are in `texts/`.

A notice is stored with its facts and rendered when it leaves, so that a wording can be mended while
messages wait. Each room of this package holds the notices of one matter; those of an order itself are in
`order/notices.py`.
"""

from bot.notices.alarms import AlarmNotice
from bot.notices.catalogue import CatalogueFile, CatalogueNotice
from bot.notices.complaints import ComplaintsNotice
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
from bot.notices.people import PeopleNotice
from bot.notices.placing import BatchSummary, PlacingNotice
from bot.notices.price_list import PriceListNotice, RemovalFile
from bot.notices.receipts import Receipt, ReceiptsNotice
from bot.notices.reports import ReportsNotice, SalesReport, SalesReportFile
from bot.notices.restore_gate import RestoreGateNotice
from bot.notices.serial_numbers import SerialNumberNotice
from bot.notices.shopping import ShoppingNotice

Notice = (
    OrderNotice
    | PlacingNotice
    | ShoppingNotice
    | OrderLookupNotice
    | ReportsNotice
    | PriceListNotice
    | CatalogueNotice
    | ReceiptsNotice
    | SerialNumberNotice
    | ComplaintsNotice
    | AlarmNotice
    | RestoreGateNotice
    | PeopleNotice
    | GuidanceNotice
)

LazyNotice = BatchSummary | Receipt | CatalogueFile | RemovalFile | SalesReport | SalesReportFile
"""Notices that name something only: what they say is looked up at the moment they leave."""

Result = OrderSucceeded | OrderFailed | OrderUnknown | OrderExpired | OrderDisputed
"""Notices that tell a chat how its order stands: these are told until Telegram has surely taken them."""
