"""When the biller has not got a product: others are offered in its place, and the admins may close it."""

from msgspec.structs import replace

from bot.notices.orders import OrderFailed, OrderNotice
from bot.notices.price_list import ProductFailing
from bot.orders.model import FailureCause, Intent, Order
from bot.unit_of_work import Desk
from storage.transaction import Tx

OUT_OF_STOCK = (FailureCause.PRODUCT_UNAVAILABLE, FailureCause.PRODUCT_INACTIVE)
OTHERS_OFFERED = 3


def with_substitutes(tx: Tx, desk: Desk, order: Order, notice: OrderNotice) -> OrderNotice:
    """Give a failure with what could be bought for the same destination; any other notice as it is."""
    if not isinstance(notice, OrderFailed) or notice.failure_cause not in OUT_OF_STOCK:
        return notice
    shown = desk.shelf.catalogue(tx)
    product = shown.find(order.product_code)
    others = tuple(
        Intent(product_code=other.code, destination=order.destination)
        for other in (shown.substitutes(product) if product else ())
    )
    return replace(notice, others=others[:OTHERS_OFFERED], user_id=order.user_id)


def alert_product_failing(tx: Tx, desk: Desk, order: Order, notice: OrderNotice, *, at_ms: int) -> None:
    """Let the admins close an open product that the biller has not got."""
    if not isinstance(notice, OrderFailed) or notice.failure_cause not in OUT_OF_STOCK:
        return
    product = desk.shelf.catalogue(tx).find(order.product_code)
    if product and product.is_open:
        failure_cause = ProductFailing(
            code=product.code, name=product.name, reason=order.reason or "", at_ms=at_ms
        )
        desk.alert_admins(tx, failure_cause, at_ms=at_ms, topic=f"product:{product.code}")
