"""A notice of each kind by which admins are woken, and the balance they ask for."""

from msgspec.structs import replace

from bot.ledger import AccountKind
from bot.notices import alarms as say
from bot.orders.model import State
from tests.samples.facts import AT_MS, BALANCE_IDR, PRICE_IDR, SUM_IDR
from tests.samples.orders import CARD

BALANCE = say.BillerBalance(
    balance_idr=BALANCE_IDR,
    reported_at_ms=AT_MS,
    source="answer",
    open_count=3,
    open_cost_idr=PRICE_IDR,
    open_uncosted_count=0,
    today_count=41,
    today_cost_idr=SUM_IDR,
    today_uncosted_count=2,
    waiting_count=2,
)
TO_ADMINS: tuple[say.AlarmNotice, ...] = (
    say.UnknownTrxid(trxid="123"),
    say.UnknownTrxid(trxid=""),
    say.NothingToResolve(),
    say.ReversalQuarantined(why="no order has this refid", at_ms=AT_MS),
    *(
        say.ReversalQuarantined(
            why="dest is not the order's",
            at_ms=AT_MS,
            order=replace(CARD, state=state, report="status=0&refid=22110111373985338&dest=0812"),
        )
        for state in State
    ),
    *(say.ReversalRefused(cause=cause, remote="198.51.100.9", at_ms=AT_MS) for cause in say.RefusalCause),
    say.ReversalRefused(cause=say.RefusalCause.ADDRESS, remote="", at_ms=AT_MS),
    say.DeliveryFailed(chat_id=-100, kind="OrderSucceeded", why="bot was blocked by the user"),
    *(say.ChatClosed(is_private=one, title="Sari", by_name="Budi") for one in (True, False)),
    *(say.BreakerOpened(cause=cause, at_ms=AT_MS) for cause in say.HoldCause),
    say.BreakerClosed(opened_at_ms=AT_MS, at_ms=AT_MS),
    *(
        say.AuditFinding(invariant=invariant, trxid="22110111373985338", what="x", more=more, at_ms=AT_MS)
        for invariant in say.Invariant
        for more in (0, 7)
    ),
    *(
        say.AuditFinding(
            invariant=say.Invariant.TIED,
            trxid="",
            what="x",
            more=7,
            at_ms=AT_MS,
            account=account,
            owner_id=owner_id,
        )
        for account in AccountKind
        for owner_id in (None, 1001)
    ),
    say.DatabaseFoundDamaged(at_ms=AT_MS),
    say.BillerReserveLow(balance_idr=BALANCE_IDR, reserve_idr=PRICE_IDR, at_ms=AT_MS),
    say.BillerReserveLow(
        balance_idr=BALANCE_IDR, reserve_idr=PRICE_IDR, at_ms=AT_MS, is_mean=True, is_held=True
    ),
    say.BillerReserveLow(
        balance_idr=BALANCE_IDR, reserve_idr=None, at_ms=AT_MS, short_of_idr=PRICE_IDR, is_held=True
    ),
    say.DatabaseLost(at_ms=AT_MS),
    say.ClockWrong(ahead_ms=25_200_000, at_ms=AT_MS),
    say.ClockWrong(ahead_ms=-180_000, at_ms=AT_MS),
    BALANCE,
    replace(BALANCE, held_since_ms=AT_MS),
    replace(BALANCE, reserve_idr=SUM_IDR, is_low_held=True),
    replace(BALANCE, topup_idr=SUM_IDR),
    replace(BALANCE, accepted_count=2, accepted_cost_idr=PRICE_IDR, accepted_uncosted_count=1),
    replace(BALANCE, balance_idr=None, reported_at_ms=None, source=None, waiting_count=0),
)
