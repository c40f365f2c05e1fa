"""Everything Loket can say, as names and facts; the words are in `texts/`.

A notice is stored with its facts and rendered when it leaves, so that a wording can be mended while
messages wait. Each room of this package holds the notices of one matter; those of an order itself are in
`order/notices.py`.
"""

from bot.notices.alarms import AdminsNotice
from bot.notices.complaints import ComplaintsNotice
from bot.notices.guidance import TalkNotice
from bot.notices.order_lookup import LookingNotice
from bot.notices.orders import (
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderNotice,
    OrderSucceeded,
    OrderUnknown,
)
from bot.notices.people import PeopleNotice
from bot.notices.placing import OrderingNotice, OrderTable
from bot.notices.price_list import CatalogueFile, CatalogueNotice
from bot.notices.receipts import Receipt, ReceiptsNotice
from bot.notices.reports import Report, ReportFile, ReportsNotice
from bot.notices.restore_gate import RestoreNotice
from bot.notices.shopping import PricesNotice

Notice = (
    OrderNotice
    | OrderingNotice
    | PricesNotice
    | LookingNotice
    | ReportsNotice
    | CatalogueNotice
    | ReceiptsNotice
    | ComplaintsNotice
    | AdminsNotice
    | RestoreNotice
    | PeopleNotice
    | TalkNotice
)

Errand = OrderTable | Receipt | CatalogueFile | Report | ReportFile
"""Notices that name something only: what they say is looked up at the moment they leave."""

Result = OrderSucceeded | OrderFailed | OrderUnknown | OrderExpired | OrderDisputed
"""Notices that tell a chat how its order stands: these are told until Telegram has surely taken them."""
