"""A notice of each kind about reports and statements that is no errand."""

from bot.notices import reports as say
from bot.notices.recaps import RecapsNotice, RecapSwitched
from bot.notices.statements import StatementChoice, StatementPeriodUnclear, StatementsNotice

TO_RESELLERS: tuple[say.ReportsNotice | StatementsNotice | RecapsNotice, ...] = (
    say.ReportPeriodUnclear(typed="32/13"),
    StatementPeriodUnclear(typed="32/13"),
    StatementChoice(user_id=7002, report_user_id=7002, period="20261122-20261122"),
    say.ReportPeriodUnclear(typed="32/13", command="/laba"),
    RecapSwitched(is_wanted=False, at_minute=1260),
    RecapSwitched(is_wanted=True, at_minute=1260),
    RecapSwitched(is_wanted=True, at_minute=None),
)
