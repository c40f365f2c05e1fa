"""A notice of each kind about levels and products below their cost."""

from bot.catalogue.levels import Markup
from bot.grammar.level_command import LevelError
from bot.notices import selling_prices as say
from tests.samples.facts import AT_MS, PRICE_IDR, SELL_IDR

AMOUNT, PERCENT = Markup(amount_idr=200), Markup(basis_points=150)

TO_ADMINS: tuple[say.SellingPricesNotice, ...] = (
    say.LevelList(rows=()),
    say.LevelList(
        rows=(
            say.LevelRow(
                level="emas",
                markup=AMOUNT,
                reseller_count=7,
                resellers=(say.ResellerName(name="Sari"), say.ResellerName(name="Budi")),
                listed_count=12,
            ),
            say.LevelRow(level="perak", markup=PERCENT, reseller_count=0, resellers=(), listed_count=0),
        )
    ),
    *(
        say.LevelChanged(level="emas", before=before, after=after, reseller_count=2, admin_name="Rina")
        for before, after in ((None, AMOUNT), (AMOUNT, PERCENT), (PERCENT, None), (None, Markup()))
    ),
    *(say.LevelGiven(user_id=1001, name="Sari", level=level, admin_name="Rina") for level in ("emas", "")),
    *(say.LevelRejected(error=error, typed="emas murah", levels=("emas",)) for error in LevelError),
    say.LevelRejected(error=LevelError.NO_MARKUP, typed=""),
    *(
        say.BelowCostCard(
            code="s5",
            name="Simpati 5.000",
            level=level,
            level_key=level,
            price_idr=SELL_IDR,
            cost_idr=PRICE_IDR,
            at_ms=AT_MS,
        )
        for level in ("", "emas")
    ),
    *(
        say.BelowCostDecided(
            code="s5",
            level=level,
            price_idr=SELL_IDR,
            cost_idr=PRICE_IDR,
            admin_name="Rina",
            at_ms=AT_MS,
        )
        for level in ("", "emas")
    ),
)
