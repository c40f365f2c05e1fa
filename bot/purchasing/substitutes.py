"""When the biller has not got a product: others are offered in its place, and the admins may close it."""

from msgspec.structs import replace

from bot.notices.orders import OrderFailed, OrderNotice
from bot.notices.products import ProductFailing
from bot.orders.model import FailureCause, Intent, Order
from bot.unit_of_work import UnitOfWork

OUT_OF_STOCK = (FailureCause.PRODUCT_UNAVAILABLE, FailureCause.PRODUCT_INACTIVE)
OTHERS_OFFERED = 3


def with_substitutes(work: UnitOfWork, order: Order, notice: OrderNotice) -> OrderNotice:
    """Give a failure with what could be bought for the same destination; any other notice as it is."""
    if not isinstance(notice, OrderFailed) or notice.failure_cause not in OUT_OF_STOCK:
        return notice
    shown = work.catalogue
    product = shown.find(order.product_code)
    others = tuple(
        Intent(product_code=other.code, destination=order.destination)
        for other in (shown.substitutes(product) if product else ())
    )
    return replace(notice, others=others[:OTHERS_OFFERED], user_id=order.user_id)


def alert_product_failing(work: UnitOfWork, order: Order, notice: OrderNotice, *, raw: str) -> None:
    """Let the admins close an open product that the biller has not got."""
    if not isinstance(notice, OrderFailed) or notice.failure_cause not in OUT_OF_STOCK:
        return
    product = work.catalogue.find(order.product_code)
    if product and product.is_open:
        failure_cause = ProductFailing(
            code=product.code, name=product.name, reason=raw or order.reason or "", at_ms=work.now_ms
        )
        work.alert_admins(failure_cause, topic=f"product:{product.code}")
