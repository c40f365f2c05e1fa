"""What a period's orders add up to, as a message or as a file; both are made as they leave.

`period` is `20261101-20261121` (order/period.py). `user_id` is whose orders they are; None means those of
the whole shop with what they cost, which only admins ask for, in their private chats.
"""

from msgspec import Struct

from bot.notices.catalogue import FileFormat


class SalesReport(Struct, frozen=True, kw_only=True):
    """The sums of a day by product, or of several days day by day.

    `before` and `after` are the periods around, empty where there is none.
    """

    user_id: int | None
    period: str
    before: str
    after: str
    is_today: bool


class SalesReportFile(Struct, frozen=True, kw_only=True):
    """The orders of a period, a row each, for a spreadsheet."""

    user_id: int | None
    period: str
    form: FileFormat


class ReportPeriodUnclear(Struct, frozen=True, kw_only=True):
    """A report was asked for, of days that could not be read."""

    typed: str


ReportsNotice = SalesReport | SalesReportFile | ReportPeriodUnclear
