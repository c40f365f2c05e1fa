"""What stands on a receipt; the rest of the order is not the customer's business."""

from msgspec import Struct


class Slip(Struct, frozen=True, kw_only=True):
    """The facts of one receipt, as they were told; what nobody told is None.

    `destination` is the normalised number or account. `token` are a PLN token's twenty digits, grouped or
    not; with it `sn` is not shown. `price_idr` is what the reseller asks of the customer, `at_ms` when the
    order was placed, `ref` its trxid.
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
    price_idr: int | None = None
