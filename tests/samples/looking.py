"""A notice of each kind about orders that are looked up."""

from msgspec.structs import replace

from bot.notices import order_lookup as say
from bot.orders.model import ExpiryReason, State, Trouble
from tests.samples.facts import ABOUT, AT_MS, SELL_IDR, TOKEN_SN

SHOWN = say.OrderShown(
    **ABOUT,
    state=State.SUCCEEDED,
    placed_at_ms=AT_MS,
    sell_idr=SELL_IDR,
    sn=TOKEN_SN,
    reason="",
    trouble=None,
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
    trouble=None,
)
ROWS = (
    ROW,
    replace(ROW, state=State.FAILED, sn=None, reason="Nomor salah", trouble=Trouble.DESTINATION),
    replace(ROW, state=State.FAILED, sn=None, reason="IP ditolak", trouble=Trouble.ACCOUNT),
    replace(ROW, state=State.PENDING, sn=None),
)
TO_RESELLERS: tuple[say.LookingNotice, ...] = (
    *(replace(SHOWN, state=state, sn=None) for state in State),
    replace(SHOWN, ordinal=2, sell_idr=None),
    *(
        replace(SHOWN, state=State.FAILED, sn=None, reason="Alasan biller", trouble=trouble)
        for trouble in Trouble
    ),
    *(replace(SHOWN, state=State.EXPIRED, sn=None, expiry=expiry) for expiry in ExpiryReason),
    say.OrdersTo(destination="081234567890", rows=ROWS),
    say.NoSuchOrder(typed=""),
    say.NoSuchOrder(typed="0812"),
    say.History(rows=(), has_newer=False, has_older=False),
    say.History(rows=ROWS, has_newer=True, has_older=True),
)
TO_ADMINS: tuple[say.LookingNotice, ...] = (
    replace(SHOWN, user_id=7002, name="Budi"),
    replace(SHOWN, user_id=7002, name=""),
    say.OrdersTo(destination="081234567890", rows=(replace(ROW, name="Budi"),)),
)
