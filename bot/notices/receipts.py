"""What is told about receipts: one to pass on, and what a reseller has set for all of theirs."""

from msgspec import Struct


class ReceiptFacts(Struct, frozen=True, kw_only=True):
    """The facts of one receipt; those that are not known are None.

    `destination` is the normalised number or account. `token` holds a PLN token's twenty digits, grouped or
    not; with it `sn` is not shown. `customer_price_idr` is what the reseller asks of the customer, `at_ms`
    when the order was placed, `ref` its trxid.
    """

    product_code: str
    destination: str
    at_ms: int
    ref: str
    shop_name: str | None = None
    product_name: str | None = None
    customer_name: str | None = None
    tariff: str | None = None
    kwh: str | None = None
    token: str | None = None
    sn: str | None = None
    customer_price_idr: int | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """A receipt for a customer: the picture is drawn as it leaves."""

    facts: ReceiptFacts


class CustomerPrice(Struct, frozen=True, kw_only=True):
    """What a reseller asks of customers for a product, in rupiah."""

    code: str
    price_idr: int


class ReceiptSettings(Struct, frozen=True, kw_only=True):
    """What stands on a reseller's receipts: `prices` by code, `more` are not shown; `kept` after a change."""

    shop_name: str | None
    prices: tuple[CustomerPrice, ...]
    more: int = 0
    kept: bool = False


class ReceiptSettingsInvalid(Struct, frozen=True, kw_only=True):
    """What a reseller typed sets neither a name nor a price."""

    typed: str


ReceiptsNotice = Receipt | ReceiptSettings | ReceiptSettingsInvalid
