"""What is told about receipts: one to pass on, and what a reseller has set for all of theirs."""

from dataclasses import dataclass

from bot.receipt.slip import Slip


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt for a customer: the picture is drawn as it leaves."""

    slip: Slip


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPrice:
    """What a reseller asks of customers for a product, in rupiah."""

    code: str
    asked_idr: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopShown:
    """What stands on a reseller's receipts: `prices` by code, `more` are not shown; `kept` after a change."""

    shop_name: str | None
    prices: tuple[OwnPrice, ...]
    more: int = 0
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopMisread:
    """What a reseller typed sets neither a name nor a price."""

    typed: str


ReceiptsNotice = Receipt | ShopShown | ShopMisread
