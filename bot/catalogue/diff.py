"""The difference between two versions of the catalogue."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Product


class ChangeKind(StrEnum):
    """How a product changes; a change of the price takes precedence over others."""

    ADDED = "added"
    REMOVED = "removed"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    PRICE_GIVEN = "price_given"
    PRICE_TAKEN = "price_taken"
    OPENED = "opened"
    CLOSED = "closed"
    OTHERWISE = "otherwise"


class ProductChange(Struct, frozen=True, kw_only=True):
    """One product before and after; `before` is None for a new one, `after` for a removed one."""

    kind: ChangeKind
    before: Product | None
    after: Product | None

    @property
    def code(self) -> str:
        """The code in its new spelling."""
        product = self.after or self.before
        return product.code if product else ""


class CatalogueDiff(Struct, frozen=True, kw_only=True):
    """All changes in the order of the new list, removed products last; `reordered` if the order changes."""

    changes: tuple[ProductChange, ...]
    reordered: bool

    def __bool__(self) -> bool:
        """Return whether there is anything to apply."""
        return bool(self.changes) or self.reordered

    def counts(self) -> tuple[tuple[ChangeKind, int], ...]:
        """Return the number of changes of each kind, in the order of the kinds."""
        found = Counter(change.kind for change in self.changes)
        return tuple((kind, found[kind]) for kind in ChangeKind if found[kind])

    def of_kind(self, kind: ChangeKind) -> tuple[ProductChange, ...]:
        return tuple(change for change in self.changes if change.kind is kind)


def diff_catalogue(old: Catalogue, new: Sequence[Product]) -> CatalogueDiff:
    """Return the changes that turn `old` into `new`."""
    new_codes = {product.code.casefold() for product in new}
    changes = [
        ProductChange(kind=kind, before=before, after=after)
        for after in new
        if (kind := _kind(before := old.find(after.code), after))
    ]
    removed = [product for product in old if product.code.casefold() not in new_codes]
    changes.extend(ProductChange(kind=ChangeKind.REMOVED, before=product, after=None) for product in removed)
    before_order = [product.code.casefold() for product in old if product.code.casefold() in new_codes]
    after_order = [product.code.casefold() for product in new if old.find(product.code)]
    return CatalogueDiff(changes=tuple(changes), reordered=before_order != after_order)


def _kind(before: Product | None, after: Product) -> ChangeKind | None:
    if before is None:
        return ChangeKind.ADDED
    if before == after:
        return None
    if before.price_idr != after.price_idr:
        return _price_kind(before.price_idr, after.price_idr)
    if before.is_open != after.is_open:
        return ChangeKind.OPENED if after.is_open else ChangeKind.CLOSED
    return ChangeKind.OTHERWISE


def _price_kind(before_idr: int | None, after_idr: int | None) -> ChangeKind:
    if before_idr is None:
        return ChangeKind.PRICE_GIVEN
    if after_idr is None:
        return ChangeKind.PRICE_TAKEN
    return ChangeKind.PRICE_UP if after_idr > before_idr else ChangeKind.PRICE_DOWN
