"""Notices with the totals of a period, as a message or as a file; both are rendered when they are sent.

`period` is `20261101-20261121` (`bot/grammar/period.py`). `user_id` is the reseller; None means all
resellers, with costs, for admins in their private chats only.
"""

from enum import StrEnum

from msgspec import Struct

from bot.notices.catalogue import FileFormat


class ReportView(StrEnum):
    """What a report lists; `SUMMARY` is the usual list."""

    SUMMARY = "summary"
    PRODUCT = "product"
    RESELLER = "reseller"
    HOUR = "hour"


class SalesReport(Struct, frozen=True, kw_only=True):
    """The totals of a day by product, or of several days by day, or as `view` says.

    `before` and `after` are the adjacent periods, empty if there are none. `name` is the reseller's, if it is
    an admin who looks. `hides_amounts` is set in a group, where everybody reads along.
    """

    user_id: int | None
    period: str
    before: str
    after: str
    is_today: bool
    name: str = ""
    view: ReportView = ReportView.SUMMARY
    hides_amounts: bool = False


class SalesReportFile(Struct, frozen=True, kw_only=True):
    """The orders of a period as a spreadsheet file, one per row."""

    user_id: int | None
    period: str
    form: FileFormat


class ProfitReport(Struct, frozen=True, kw_only=True):
    """The profit of a period by product and by reseller, or as `view` says, for admins."""

    period: str
    before: str
    after: str
    is_today: bool
    view: ReportView = ReportView.SUMMARY


class ProfitFile(Struct, frozen=True, kw_only=True):
    """The profit of a period as a spreadsheet file, one row for each product of each reseller."""

    period: str
    form: FileFormat


class ReportPeriodUnclear(Struct, frozen=True, kw_only=True):
    """The period of a report could not be parsed; `command` is the one that was typed."""

    typed: str
    command: str = "lap"


ReportsNotice = SalesReport | SalesReportFile | ProfitReport | ProfitFile | ReportPeriodUnclear
