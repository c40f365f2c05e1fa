"""A product that the biller has not got: others are one tap away, and so is closing it."""

from bot.catalogue.product import Carrier, DestinationRule, Product
from bot.notices.buttons import Action
from bot.notices.catalogue import ProductFailing, ProductSwitched
from bot.notices.orders import OrderFailed
from bot.notices.placing import ProductClosed
from bot.orders.model import FailureCause, Order
from tests.integration.conftest import DEWI, RINA, SARI, Shop


def telkomsel(code: str, price: int, *, is_open: bool = True) -> Product:
    return Product(
        code=code,
        name=f"Simpati {code}",
        group="Telkomsel",
        rule=DestinationRule.PHONE,
        price_idr=price,
        carrier=Carrier.TELKOMSEL,
        is_open=is_open,
    )


async def refused(shop: Shop, text: str, failure_cause: FailureCause) -> Order:
    """Let an order be refused by the biller."""
    shop.biller.refuses(failure_cause=failure_cause)
    order = await shop.asks(text)
    await shop.posts()
    return await shop.order(order.trxid)


async def test_a_failure_for_want_of_the_product_offers_its_open_siblings(shop: Shop) -> None:
    await shop.sells(
        telkomsel("s5", 6_500), telkomsel("s10", 11_000), telkomsel("s20", 21_000, is_open=False)
    )
    await refused(shop, "s5.081234567890", FailureCause.PRODUCT_INACTIVE)
    told = shop.last(SARI)
    assert isinstance(told, OrderFailed)
    assert [other.product_code for other in told.others] == ["s10"]
    await shop.presses(shop.buttons(SARI)[Action.BUY], by=SARI, message_id=77)
    assert shop.rows("SELECT product_code, destination FROM orders WHERE message_id = 77") == [
        {"product_code": "s10", "destination": "081234567890"}
    ]


async def test_an_admin_closes_it_by_one_tap_and_nobody_orders_it_any_more(shop: Shop) -> None:
    await shop.sells(telkomsel("s5", 6_500), telkomsel("s10", 11_000))
    await refused(shop, "s5.081234567890", FailureCause.PRODUCT_UNAVAILABLE)
    for admin in (RINA, DEWI):
        assert isinstance(shop.last(admin), ProductFailing)
    await shop.presses(shop.buttons(RINA)[Action.CLOSE_PRODUCT], by=RINA)
    switched = shop.last(RINA)
    assert isinstance(switched, ProductSwitched)
    assert not switched.is_open
    await shop.says("s5.081234567891")
    assert isinstance(shop.last(SARI), ProductClosed)


async def test_other_failures_offer_nothing_and_wake_nobody_about_a_product(shop: Shop) -> None:
    await shop.sells(telkomsel("s5", 6_500), telkomsel("s10", 11_000))
    await refused(shop, "s5.081234567890", FailureCause.DESTINATION)
    told = shop.last(SARI)
    assert isinstance(told, OrderFailed)
    assert told.others == ()
    assert "ProductFailing" not in shop.kinds(RINA)


async def test_without_a_catalogue_a_missing_product_offers_nothing(shop: Shop) -> None:
    await refused(shop, "s5.081234567890", FailureCause.PRODUCT_INACTIVE)
    told = shop.last(SARI)
    assert isinstance(told, OrderFailed)
    assert told.others == ()
    assert "ProductFailing" not in shop.kinds(RINA)
