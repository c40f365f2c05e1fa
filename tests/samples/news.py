"""A notice of each kind about news."""

from bot.notices import news as say
from tests.samples.facts import AT_MS, PRICE_IDR

MOVE = say.PriceMove(
    code="s5", name="Telkomsel 5.000", old_price_idr=PRICE_IDR - 100_000, price_idr=PRICE_IDR
)
DEARER_AND_CHEAPER = (
    MOVE,
    say.PriceMove(code="pln20", name="", old_price_idr=PRICE_IDR, price_idr=PRICE_IDR - 100_000),
)
TO_RESELLERS: tuple[say.NewsNotice, ...] = (
    say.NewsChoice(wants_news=True),
    say.NewsChoice(wants_news=False),
    say.PriceDigest(moves=DEARER_AND_CHEAPER, more_count=0, at_ms=AT_MS),
    say.PriceDigest(moves=(MOVE,) * 10, more_count=17, at_ms=AT_MS),
)
TO_ADMINS: tuple[say.NewsNotice, ...] = (
    say.BroadcastRejected(error=say.BroadcastError.EMPTY),
    say.BroadcastRejected(error=say.BroadcastError.TOO_LONG, units=5_000, max_units=1_009),
    say.BroadcastRejected(error=say.BroadcastError.NOBODY),
    say.BroadcastCard(broadcast_id=1, people_count=5_000),
    say.BroadcastCard(broadcast_id=1, people_count=5_000, is_chosen=True),
    say.BroadcastCancelled(),
    *(
        say.BroadcastProgress(
            broadcast_id=1,
            admin_name="Rina",
            people_count=5_000,
            sent_count=1_200,
            refused_count=refused,
            failed_count=failed,
            is_stopping=is_stopping,
        )
        for refused, failed, is_stopping in ((0, 0, False), (7, 1, True))
    ),
    *(
        say.BroadcastEnded(
            admin_name="Rina",
            is_stopped=is_stopped,
            sent_count=4_900,
            refused_count=refused,
            failed_count=failed,
            unsent_count=unsent,
            at_ms=AT_MS,
        )
        for is_stopped, refused, failed, unsent in ((False, 0, 0, 0), (True, 60, 3, 37))
    ),
    say.PriceDigestSent(people_count=1_234, at_ms=AT_MS),
)
