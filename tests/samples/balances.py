"""A notice of each kind about the money of a shop."""

from bot.notices import balances, orders
from bot.notices.balances import BalanceLine
from bot.orders.model import ExpiryReason, FailureCause, Outcome
from tests.samples.facts import ABOUT, AT_MS, SELL_IDR

PAID = BalanceLine(amount_idr=-SELL_IDR, after_idr=100_000)
RETURNED = BalanceLine(amount_idr=SELL_IDR, after_idr=100_000)

TO_RESELLERS: tuple[balances.BalancesNotice | orders.OrderNotice, ...] = (
    *(
        balances.InsufficientBalance(
            code="s5",
            destination="081234567890",
            price_idr=SELL_IDR,
            available_idr=available_idr,
            credit_idr=credit_idr,
            missing_idr=900,
            takes_tickets=takes_tickets,
        )
        for available_idr, credit_idr in ((5_000, 0), (-495_000, 500_000))
        for takes_tickets in (False, True)
    ),
    balances.PriceMissing(code="s5", destination="081234567890"),
    orders.OrderReceived(**ABOUT, balance=PAID),
    orders.OrderSucceeded(**ABOUT, sn="1234-5678", balance=PAID),
    orders.OrderFailed(**ABOUT, reason="", failure_cause=FailureCause.OTHER, balance=RETURNED),
    orders.OrderExpired(**ABOUT, reason=ExpiryReason.TOO_OLD, balance=RETURNED),
    orders.OrderDisputed(**ABOUT, now=Outcome.SUCCESS, balance=PAID),
)
TO_ADMINS: tuple[balances.BalancesNotice, ...] = (balances.ProductWithoutPrice(code="s5", at_ms=AT_MS),)
