"""A notice of each kind about top-ups and drift at the biller."""

from msgspec.structs import replace

from bot.notices import topups as say
from tests.samples.facts import AT_MS, BALANCE_IDR, PRICE_IDR, SUM_IDR

DRIFT = say.BillerDrift(
    reported_idr=BALANCE_IDR - PRICE_IDR - 2_000,
    checkpoint_idr=BALANCE_IDR,
    checkpoint_at_ms=AT_MS,
    topup_idr=0,
    spent_idr=PRICE_IDR,
    at_ms=AT_MS,
)
TO_ADMINS: tuple[say.TopUpNotice, ...] = (
    say.TopUpUnclear(typed="banyak"),
    say.TopUpUnclear(typed=""),
    say.TopUpQuestion(amount_idr=SUM_IDR, last_idr=None, last_at_ms=None),
    say.TopUpQuestion(amount_idr=SUM_IDR, last_idr=BALANCE_IDR, last_at_ms=AT_MS),
    say.TopUpNoted(amount_idr=SUM_IDR, expected_idr=BALANCE_IDR, admin_name="Rina", at_ms=AT_MS),
    say.TopUpNoted(amount_idr=SUM_IDR, expected_idr=None, admin_name="Rina", at_ms=AT_MS),
    say.TopUpCancelled(amount_idr=SUM_IDR),
    DRIFT,
    replace(DRIFT, topup_idr=SUM_IDR),
    replace(DRIFT, reported_idr=SUM_IDR, spent_idr=0),
    replace(DRIFT, spent_idr=-PRICE_IDR),
)
