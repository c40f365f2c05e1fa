"""A notice of each kind about an order."""

from msgspec.structs import replace

from bot.notices import orders as say
from bot.orders.model import ExpiryReason, FailureCause, Intent, Outcome, State, UnknownCause
from tests.samples.facts import ABOUT, AT_MS, PRICE_IDR, SELL_IDR, TOKEN_SN

METER = {"code": "pln20", "destination": "14444941364"}

TO_RESELLERS: tuple[say.OrderNotice, ...] = (
    say.OrderReceived(**ABOUT),
    *(
        result
        for group in ("Grup Konter", "-1001234567890")
        for result in (
            say.OrderSucceeded(**ABOUT, sn=TOKEN_SN, closed_group=group),
            say.OrderFailed(
                **ABOUT, reason="Alasan biller", failure_cause=FailureCause.OTHER, closed_group=group
            ),
            say.OrderUnknown(**ABOUT, closed_group=group),
            say.OrderExpired(**ABOUT, reason=ExpiryReason.TOO_OLD, closed_group=group),
            say.OrderDisputed(**ABOUT, now=Outcome.SUCCESS, closed_group=group),
        )
    ),
    say.OrderReceived(**ABOUT, price_idr=SELL_IDR),
    say.OrderSucceeded(**ABOUT, sn=TOKEN_SN, price_idr=SELL_IDR),
    say.OrderWaiting(**ABOUT),
    say.OrderWaiting(**ABOUT, is_for_funds=True),
    say.OrderSucceeded(**ABOUT, sn=TOKEN_SN),
    say.OrderSucceeded(**ABOUT, sn=None),
    say.OrderSucceeded(**ABOUT, sn=None, is_sn_unread=True),
    say.OrderSucceeded(**ABOUT, sn="51203948571", is_sn_new=True),
    say.OrderSucceeded(**ABOUT | METER, sn=TOKEN_SN),
    say.OrderSucceeded(**ABOUT | METER, sn="12345678901234567890/BUDI"),
    *(
        say.OrderFailed(**ABOUT, reason="Alasan biller", failure_cause=failure_cause)
        for failure_cause in FailureCause
    ),
    say.OrderFailed(**ABOUT, reason="", failure_cause=FailureCause.OTHER),
    say.OrderFailed(
        **ABOUT,
        reason="Produk tidak Aktif",
        failure_cause=FailureCause.PRODUCT_INACTIVE,
        others=(Intent(product_code="s10", destination="081234567890"),),
        user_id=7001,
    ),
    *(say.OrdersPossibleAgain(**ABOUT, refused_count=count) for count in (1, 4)),
    *(say.OrderUnknown(**ABOUT, cause=cause) for cause in UnknownCause),
    say.OrderOverdue(**ABOUT),
    *(say.OrderExpired(**ABOUT, reason=reason) for reason in ExpiryReason),
    *(say.OrderDisputed(**ABOUT, now=outcome) for outcome in Outcome),
)
CARD = say.OrderCard(
    **ABOUT,
    state=State.UNKNOWN,
    chat_id=-1001234567890,
    user_id=7001,
    placed_at_ms=AT_MS,
    cost_idr=PRICE_IDR,
    biller_ref="21160325359742",
    why="ReadTimeout",
)
TO_ADMINS: tuple[say.OrderNotice, ...] = (
    *(replace(CARD, state=state) for state in State),
    replace(CARD, name="Sari", username="sari_cell", chat_title="Reseller Maju"),
    replace(CARD, chat_id=7001, name="Sari"),
    *(replace(CARD, state=State.DISPUTED, dispute=kind) for kind in say.DisputeKind),
    replace(CARD, cost_idr=None, biller_ref=None, why=""),
    replace(CARD, state=State.PENDING, report="status=0&refid=22110111373985338&dest=0812"),
    replace(CARD, raw="Transaksi s5.081234567890 BELUM SUKSES, Saldo: Rp1.234.567"),
    say.SnQuestion(**ABOUT),
    *(say.ResolutionQuestion(**ABOUT, outcome=outcome, sn=TOKEN_SN) for outcome in Outcome),
    say.ResolutionQuestion(**ABOUT, outcome=Outcome.SUCCESS, sn=None),
    say.OrderResolved(**ABOUT, outcome=Outcome.SUCCESS, sn=TOKEN_SN, admin_name="Ani"),
    say.OrderResolved(**ABOUT, outcome=Outcome.FAILURE, sn=None, admin_name="Ani"),
    *(say.OrderResolvedByBiller(**ABOUT, state=state) for state in State),
    *(say.ResolutionRejected(**ABOUT, state=state) for state in State),
    *(
        say.BillerAccountAlarm(**ABOUT, failure_cause=failure_cause, reason="IP ditolak")
        for failure_cause in FailureCause
    ),
)
