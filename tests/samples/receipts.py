"""A notice of each kind about receipts."""

from bot.notices import receipts as say
from bot.notices.receipts import ReceiptFacts
from tests.samples.facts import AT_MS, TOKEN_SN

SLIP = ReceiptFacts(
    shop_name="Budi Cell",
    product_code="pln20",
    product_name="Token PLN 20.000",
    destination="14444941364",
    at_ms=AT_MS,
    ref="22110111373985338",
    customer_name="BUDI SANTOSO",
    tariff="R1/1300VA",
    kwh="32,5",
    token="1234-5678-9012-3456-7890",
    sn=TOKEN_SN,
    customer_price_idr=22_500,
)
RECEIPT = say.Receipt(facts=SLIP)
OWN_PRICE = say.CustomerPrice(code="s5", price_idr=7000)
TO_RESELLERS: tuple[say.ReceiptsNotice, ...] = (
    say.ReceiptSettings(shop_name="Budi Cell", prices=(OWN_PRICE,), more=7, is_saved=True),
    say.ReceiptSettings(shop_name=None, prices=()),
    say.ReceiptSettingsInvalid(typed="s5 tujuh ribu"),
)
