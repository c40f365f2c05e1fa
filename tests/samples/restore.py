"""A notice of each kind after a restore."""

from bot.notices import restore_gate as say
from tests.samples.facts import AT_MS

TO_RESELLERS: tuple[say.RestoreGateNotice, ...] = (
    say.CounterClosed(code="s5", destination="081234567890"),
    say.CounterOpenAgain(),
)
TO_ADMINS: tuple[say.RestoreGateNotice, ...] = (
    *(
        say.RestoreCard(backup_at_ms=at, gap_until_ms=AT_MS, restored_at_ms=AT_MS, waiting_count=3)
        for at in (AT_MS, None)
    ),
    *(say.ReopenQuestion(backup_at_ms=at, gap_until_ms=AT_MS) for at in (AT_MS, None)),
    *(say.CounterReopened(restored_at_ms=AT_MS, admin_name=name, at_ms=AT_MS) for name in ("Ani", "")),
)
