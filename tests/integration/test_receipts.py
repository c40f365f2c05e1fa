"""A receipt shows what a customer may see of a purchase, and what the reseller has set for it."""

from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot.catalogue.product import DestinationRule, Product
from bot.features.lazy_content import load_content
from bot.features.receipts.receipts import MAX_PRICES_SHOWN
from bot.notices.receipts import CustomerPrice, Receipt, ReceiptFacts, ReceiptSettings, ReceiptSettingsInvalid
from bot.orders.model import Order
from bot.texts.formatting import MAX_STYLED, AttachmentKind, Clock, Style, styled
from bot.texts.render import render
from bot.updates import Toast
from storage.database import SqliteDatabase
from tests.integration.conftest import BUDI, RINA, SARI, STRANGER, Shop
from tests.integration.fakes import success_of
from tests.samples.receipts import RECEIPT

PLN = Product(
    code="PLN20", name="Token PLN 20.000", group="PLN", rule=DestinationRule.METER, price_idr=20_500
)
PULSA = Product(
    code="S5", name="Telkomsel 5.000", group="Telkomsel", rule=DestinationRule.PHONE, price_idr=5_400
)
TOKEN_SN = b"1234-5678-9012-3456-7890/BUDI+SANTOSO/R1/1300VA/32,5"


async def sold(shop: Shop, text: str = "s5.081234567890", sn: bytes = b"0312345") -> Order:
    order = await shop.asks(text)
    await shop.posts()
    await shop.reversals.receive(success_of(order).replace(b"SN:+1,", b"SN:+" + sn + b","), remote="1.2.3.4")
    return await shop.order(order.trxid)


async def receipt_of(shop: Shop, order: Order, *, by: int = SARI) -> ReceiptFacts:
    assert await shop.presses(f"receipt:{order.trxid}", by=by) is Toast.DONE
    notice = shop.last(by)
    assert isinstance(notice, Receipt)
    return notice.facts


async def shown(shop: Shop, text: str) -> ReceiptSettings:
    await shop.says(text)
    notice = shop.last(SARI)
    assert isinstance(notice, ReceiptSettings)
    return notice


async def test_a_success_carries_a_button_for_its_receipt(shop: Shop) -> None:
    order = await sold(shop)
    assert shop.buttons(SARI)["receipt"] == f"receipt:{order.trxid}"


async def test_a_receipt_holds_what_was_bought_and_what_the_reseller_set(shop: Shop) -> None:
    await shop.sells(PLN, PULSA)
    await shop.says("struk nama Budi Cell")
    await shop.says("struk s5 7.000")
    order = await sold(shop)
    assert await receipt_of(shop, order) == ReceiptFacts(
        shop_name="Budi Cell",
        product_code="S5",
        product_name="Telkomsel 5.000",
        destination="081234567890",
        at_ms=order.placed_at_ms,
        ref=order.trxid,
        sn="0312345",
        customer_price_idr=7000,
    )


@pytest.mark.parametrize("has_catalogue", [True, False])
async def test_a_token_is_shown_with_name_tariff_and_kwh(shop: Shop, has_catalogue: bool) -> None:  # noqa: FBT001 - a case
    if has_catalogue:
        await shop.sells(PLN)
    facts = await receipt_of(shop, await sold(shop, "pln20.14444941364", TOKEN_SN))
    assert (facts.token, facts.customer_name) == ("1234-5678-9012-3456-7890", "BUDI SANTOSO")
    assert (facts.tariff, facts.kwh) == ("R1/1300VA", "32,5")


async def test_a_customer_never_sees_what_the_operator_asks_or_pays(shop: Shop) -> None:
    await shop.sells(PULSA)
    order = await sold(shop)
    assert (order.price_idr, order.cost_idr is None) == (5_400, False)
    assert (await receipt_of(shop, order)).customer_price_idr is None


async def test_there_is_no_receipt_before_there_is_success(shop: Shop) -> None:
    order = await shop.asks()
    await shop.posts()
    assert await shop.presses(f"receipt:{order.trxid}", by=SARI) is Toast.USED
    assert "Receipt" not in shop.kinds(SARI)


async def test_a_receipt_is_only_for_whose_order_it_is_and_for_admins(shop: Shop) -> None:
    await shop.says("struk nama Budi Cell")
    order = await sold(shop)
    assert await shop.presses(f"receipt:{order.trxid}", by=BUDI) is Toast.NOT_YOURS
    assert await shop.presses(f"receipt:{order.trxid}", by=STRANGER) is Toast.RESELLERS_ONLY
    assert await shop.presses("receipt:../../etc", by=SARI) is Toast.USED
    assert "Receipt" not in shop.kinds(BUDI) + shop.kinds(STRANGER)
    # An admin sees it as the reseller's customer does.
    assert (await receipt_of(shop, order, by=RINA)).shop_name == "Budi Cell"


async def test_the_picture_leaves_with_words_that_can_be_copied(database: SqliteDatabase) -> None:
    clock = Clock(ZoneInfo("Asia/Jakarta"))
    filled = await database.read(lambda tx: load_content(tx, RECEIPT, clock))
    attachment = filled.rendered.attachment
    assert attachment
    assert (attachment.form, attachment.name) == (AttachmentKind.PICTURE, "struk-22110111373985338.png")
    assert Image.open(BytesIO(attachment.content)).format == "PNG"
    assert [span.text for span in filled.rendered.text if span.style is Style.CODE] == [
        "Token PLN 20.000",
        "1234-5678-9012-3456-7890",
    ]


async def test_the_picture_reaches_the_chat(shop: Shop) -> None:
    order = await sold(shop)
    await receipt_of(shop, order)
    await shop.speaks()
    sent = shop.sender.to(SARI)[-1].outgoing
    assert sent.attachment
    assert sent.attachment.name == f"struk-{order.trxid}.png"


async def test_a_reseller_sees_and_changes_what_stands_on_receipts(shop: Shop) -> None:
    assert await shown(shop, "struk") == ReceiptSettings(shop_name=None, prices=())
    assert (await shown(shop, "struk nama  Toko   Sinar Jaya ")).shop_name == "Toko Sinar Jaya"
    kept = await shown(shop, "struk S5 Rp7.000")
    assert kept.prices == (CustomerPrice(code="s5", price_idr=7000),)
    assert kept.is_saved
    assert (await shown(shop, "struk.s5.7500")).prices == (CustomerPrice(code="s5", price_idr=7500),)
    assert (await shown(shop, "struk s5 0")).prices == ()
    assert (await shown(shop, "/struk nama Budi Cell")).shop_name == "Budi Cell"


async def test_what_one_reseller_sets_is_not_anothers(shop: Shop) -> None:
    await shop.says("struk nama Budi Cell", by=BUDI)
    await shop.says("struk s5 9000", by=BUDI)
    facts = await receipt_of(shop, await sold(shop))
    assert (facts.shop_name, facts.customer_price_idr) == (None, None)


@pytest.mark.parametrize(
    "typed",
    [
        "struk nama",
        "struk nama " + "x" * 41,
        "struk s5",
        "struk s5 tujuh ribu",
        "struk s5 7.00",
        "struk 7000",
    ],
)
async def test_what_is_neither_a_name_nor_a_price_changes_nothing(shop: Shop, typed: str) -> None:
    await shop.says(typed)
    assert isinstance(shop.last(SARI), ReceiptSettingsInvalid)
    assert shop.rows("SELECT * FROM receipt_settings") + shop.rows("SELECT * FROM customer_prices") == []


async def test_a_price_is_only_for_what_is_sold_and_is_kept_in_its_spelling(shop: Shop) -> None:
    await shop.sells(PULSA)
    await shop.says("struk s6 7000")
    assert isinstance(shop.last(SARI), ReceiptSettingsInvalid)
    assert (await shown(shop, "struk s5 7000")).prices == (CustomerPrice(code="S5", price_idr=7000),)


async def test_many_prices_are_counted_where_they_do_not_fit(shop: Shop) -> None:
    for number in range(MAX_PRICES_SHOWN + 3):
        await shop.says(f"struk s{number + 1} 7000")
    notice = shop.last(SARI)
    assert isinstance(notice, ReceiptSettings)
    assert (len(notice.prices), notice.more) == (MAX_PRICES_SHOWN, 3)


async def test_every_price_that_is_shown_can_be_copied(shop: Shop) -> None:
    """Telegram forgets the styles of what goes beyond a hundred runs."""
    await shop.says("struk nama Budi Cell")
    for number in range(MAX_PRICES_SHOWN + 3):
        await shop.says(f"struk s{number + 1} 7000")
    text = render(shop.last(SARI), Clock(ZoneInfo("Asia/Jakarta"))).text
    assert styled(text) <= MAX_STYLED


async def test_of_many_taps_for_a_receipt_one_picture_waits(shop: Shop) -> None:
    order = await sold(shop)
    await shop.speaks()
    toasts = [await shop.presses(f"receipt:{order.trxid}", by=SARI) for _ in range(3)]
    assert toasts == [Toast.DONE, Toast.SOON, Toast.SOON]
    assert shop.kinds(SARI).count("Receipt") == 1


async def test_setting_up_receipts_never_buys(shop: Shop) -> None:
    for text in ("struk s5 7000", "struk.s5.081234567890", "struk s5 081234567890"):
        await shop.says(text)
    assert shop.rows("SELECT * FROM orders") == []
    assert shop.kinds(RINA) == []
