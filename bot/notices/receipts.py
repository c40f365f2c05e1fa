"""Notices about receipts: a receipt for a customer, and a reseller's settings for receipts."""

from msgspec import Struct


class ReceiptFacts(Struct, frozen=True, kw_only=True):
    """The facts of one receipt; those that are not known are None.

    `destination` is the normalised number or account. `token` is the twenty digits of a PLN token, grouped or
    not; `sn` is not shown with it. `customer_price_idr` is the price for the customer, `at_ms` when the order
    was placed, `ref` its trxid.
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
    """A receipt for a customer; the picture is drawn when it is sent."""

    facts: ReceiptFacts


class CustomerPrice(Struct, frozen=True, kw_only=True):
    """A reseller's price of a product for customers, in rupiah."""

    code: str
    price_idr: int


class ReceiptSettings(Struct, frozen=True, kw_only=True):
    """A reseller's settings for receipts; `more` prices are not shown, `is_saved` is set after a change."""

    shop_name: str | None
    prices: tuple[CustomerPrice, ...]
    more: int = 0
    is_saved: bool = False


class ReceiptSettingsInvalid(Struct, frozen=True, kw_only=True):
    """The text sets neither a name nor a price."""

    typed: str


ReceiptsNotice = Receipt | ReceiptSettings | ReceiptSettingsInvalid
