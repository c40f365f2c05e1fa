"""A notice of each kind about orders that are looked up."""

from msgspec.structs import replace

from bot.notices import order_lookup as say
from bot.orders.model import ExpiryReason, FailureCause, State
from tests.samples.facts import ABOUT, AT_MS, SELL_IDR, TOKEN_SN

SHOWN = say.OrderDetails(
    **ABOUT,
    state=State.SUCCEEDED,
    placed_at_ms=AT_MS,
    price_idr=SELL_IDR,
    sn=TOKEN_SN,
    reason="",
    failure_cause=None,
    expiry=None,
)
ROW = say.OrderRow(
    trxid=ABOUT["trxid"],
    code=ABOUT["code"],
    destination=ABOUT["destination"],
    state=State.SUCCEEDED,
    placed_at_ms=AT_MS,
    sn=TOKEN_SN,
    reason="",
    failure_cause=None,
)
ROWS = (
    ROW,
    replace(ROW, state=State.FAILED, sn=None, reason="Nomor salah", failure_cause=FailureCause.DESTINATION),
    replace(ROW, state=State.FAILED, sn=None, reason="IP ditolak", failure_cause=FailureCause.ACCOUNT),
    replace(ROW, state=State.PENDING, sn=None),
)
TO_RESELLERS: tuple[say.OrderLookupNotice, ...] = (
    *(replace(SHOWN, state=state, sn=None) for state in State),
    replace(SHOWN, ordinal=2, price_idr=None),
    *(
        replace(SHOWN, state=State.FAILED, sn=None, reason="Alasan biller", failure_cause=failure_cause)
        for failure_cause in FailureCause
    ),
    *(replace(SHOWN, state=State.EXPIRED, sn=None, expiry=expiry) for expiry in ExpiryReason),
    say.OrdersToDestination(destination="081234567890", rows=ROWS),
    say.NoMatchingOrder(typed=""),
    say.NoMatchingOrder(typed="0812"),
    say.OrderHistory(rows=(), has_newer=False, has_older=False),
    say.OrderHistory(rows=ROWS, has_newer=True, has_older=True),
)
TO_ADMINS: tuple[say.OrderLookupNotice, ...] = (
    replace(SHOWN, user_id=7002, name="Budi"),
    replace(SHOWN, user_id=7002, name=""),
    say.OrdersToDestination(destination="081234567890", rows=(replace(ROW, name="Budi"),)),
)
