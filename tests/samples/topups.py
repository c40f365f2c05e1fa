"""A notice of each kind about top-ups at the biller."""

from bot.notices import topups as say
from tests.samples.facts import AT_MS, BALANCE_IDR, SUM_IDR

TO_ADMINS: tuple[say.TopUpNotice, ...] = (
    say.TopUpUnclear(typed="banyak"),
    say.TopUpUnclear(typed=""),
    say.TopUpQuestion(amount_idr=SUM_IDR, last_idr=None, last_at_ms=None),
    say.TopUpQuestion(amount_idr=SUM_IDR, last_idr=BALANCE_IDR, last_at_ms=AT_MS),
    say.TopUpNoted(amount_idr=SUM_IDR, expected_idr=BALANCE_IDR, admin_name="Rina", at_ms=AT_MS),
    say.TopUpNoted(amount_idr=SUM_IDR, expected_idr=None, admin_name="Rina", at_ms=AT_MS),
    say.TopUpCancelled(amount_idr=SUM_IDR),
)
