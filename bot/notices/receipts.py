"""What is told about receipts: one to pass on, and what a reseller has set for all of theirs."""

from msgspec import Struct

from bot.features.receipts.slip import Slip


class Receipt(Struct, frozen=True, kw_only=True):
    """A receipt for a customer: the picture is drawn as it leaves."""

    slip: Slip


class OwnPrice(Struct, frozen=True, kw_only=True):
    """What a reseller asks of customers for a product, in rupiah."""

    code: str
    asked_idr: int


class ShopShown(Struct, frozen=True, kw_only=True):
    """What stands on a reseller's receipts: `prices` by code, `more` are not shown; `kept` after a change."""

    shop_name: str | None
    prices: tuple[OwnPrice, ...]
    more: int = 0
    kept: bool = False


class ShopMisread(Struct, frozen=True, kw_only=True):
    """What a reseller typed sets neither a name nor a price."""

    typed: str


ReceiptsNotice = Receipt | ShopShown | ShopMisread
