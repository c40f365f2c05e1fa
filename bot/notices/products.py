"""What admins are told of single products: opened, closed, unknown, or not to be had at the biller."""

from msgspec import Struct


class ProductSwitched(Struct, frozen=True, kw_only=True):
    """A product was opened or closed; `fresh` is False where it was so before."""

    code: str
    name: str
    is_open: bool
    fresh: bool


class ProductsSwitched(Struct, frozen=True, kw_only=True):
    """Several codes were named: `codes` are now open or closed, `already` were before, `unknown` are none."""

    is_open: bool
    codes: tuple[str, ...]
    already: tuple[str, ...]
    unknown: tuple[str, ...]


class ProductUnknown(Struct, frozen=True, kw_only=True):
    """No product has this code; `similar` are codes spelled nearly so."""

    typed: str
    similar: tuple[str, ...]


class ProductFailing(Struct, frozen=True, kw_only=True):
    """The biller has not got a product that is open here: an admin may close it; `reason` is the biller's."""

    code: str
    name: str
    reason: str
    at_ms: int


ProductNotice = ProductSwitched | ProductsSwitched | ProductUnknown | ProductFailing
