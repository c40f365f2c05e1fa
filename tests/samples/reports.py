"""A notice of each kind about reports that is no errand."""

from bot.notices import reports as say

TO_RESELLERS: tuple[say.ReportsNotice, ...] = (
    say.ReportPeriodUnclear(typed="32/13"),
    say.ReportPeriodUnclear(typed="32/13", command="/laba"),
)
