"""Notices with what moved the balance of a shop in a period, as a message or as a file.

Both are rendered when they are sent. `period` is `20261101-20261121` (`bot/grammar/period.py`).
"""

from msgspec import Struct

from bot.notices.catalogue import FileFormat


class Statement(Struct, frozen=True, kw_only=True):
    """What moved the balance of a reseller's shop, the latest first.

    `before` and `after` are the adjacent periods, empty if there are none. `for_admin` adds whose it is.
    """

    user_id: int
    period: str
    before: str
    after: str
    for_admin: bool = False


class StatementFile(Struct, frozen=True, kw_only=True):
    """All that moved the balance of a reseller's shop in a period, as a spreadsheet file."""

    user_id: int
    period: str
    form: FileFormat


class StatementChoice(Struct, frozen=True, kw_only=True):
    """The word typed means a statement at some servers, and the sum of a day at others.

    `report_user_id` is whose orders the sum is of; None means those of all resellers.
    """

    user_id: int
    report_user_id: int | None
    period: str


class StatementPeriodUnclear(Struct, frozen=True, kw_only=True):
    """The period of a statement could not be parsed."""

    typed: str


StatementsNotice = Statement | StatementFile | StatementChoice | StatementPeriodUnclear
