"""A notice of each kind about the account of a shop."""

from msgspec.structs import replace

from bot.grammar.money_commands import LimitKind
from bot.notices import accounts as say
from tests.samples.facts import AT_MS, SELL_IDR

BALANCE = say.ShopBalance(
    user_id=7002,
    available_idr=94_100,
    held_idr=SELL_IDR,
    credit_idr=0,
    spent_today_idr=41_000,
    daily_limit_idr=None,
    spendable_idr=94_100,
)
BALANCES = (
    BALANCE,
    replace(BALANCE, held_idr=0, available_idr=-400_000, credit_idr=500_000, spendable_idr=100_000),
    replace(BALANCE, daily_limit_idr=50_000, spendable_idr=9_000),
    replace(BALANCE, credit_idr=None, available_idr=-41_000, spendable_idr=None),
    replace(BALANCE, credit_idr=None, daily_limit_idr=50_000, spendable_idr=9_000),
)
QUESTION = say.AdjustmentQuestion(
    user_id=7002, name="Budi", amount_idr=100_000, before_idr=5_000, reason="setor tunai"
)
DONE = say.AdjustmentDone(
    admin_name="Ani",
    user_id=7002,
    name="Budi",
    amount_idr=100_000,
    after_idr=105_000,
    reason="setor tunai",
    at_ms=AT_MS,
)
CHANGES = ((0, 500_000), (500_000, None), (None, None))

TO_RESELLERS: tuple[say.AccountsNotice, ...] = (
    *BALANCES,
    say.PrivateChatOnly(),
    say.DailyLimitReached(
        code="s5",
        destination="081234567890",
        price_idr=SELL_IDR,
        daily_limit_idr=50_000,
        spent_today_idr=47_000,
        left_idr=3_000,
        begins_at_ms=AT_MS,
    ),
    say.BalanceAdjusted(amount_idr=100_000, after_idr=105_000, reason="setor tunai"),
    say.BalanceAdjusted(amount_idr=-5_000, after_idr=100_000, reason="salah isi"),
)
TO_ADMINS: tuple[say.AccountsNotice, ...] = (
    *(replace(balance, name="Budi") for balance in BALANCES),
    *(say.AdjustmentUnclear(word=word) for word in ("tambah", "kurang")),
    QUESTION,
    replace(QUESTION, amount_idr=-5_000, same_at_ms=AT_MS),
    DONE,
    replace(DONE, amount_idr=-5_000, after_idr=0),
    *(
        say.AdjustmentRefused(
            user_id=7002,
            name="Budi",
            amount_idr=200_000,
            available_idr=available_idr,
            credit_idr=credit_idr,
            most_idr=most_idr,
        )
        for available_idr, credit_idr, most_idr in ((5_000, 0, 5_000), (-500_000, 500_000, 0))
    ),
    say.ChangeCancelled(name="Budi"),
    say.LimitUnclear(),
    *(
        say.LimitQuestion(user_id=7002, name="Budi", limit=limit, before_idr=before, after_idr=after)
        for limit in LimitKind
        for before, after in CHANGES
    ),
    *(
        say.LimitChanged(
            admin_name="Ani",
            user_id=7002,
            name="Budi",
            limit=limit,
            before_idr=before,
            after_idr=after,
            at_ms=AT_MS,
        )
        for limit in LimitKind
        for before, after in CHANGES
    ),
)
