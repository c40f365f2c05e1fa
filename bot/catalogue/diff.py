"""What a new price list would change: the difference between the products there are and those to come."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Product


class ChangeKind(StrEnum):
    """How a product changes; what touches money comes first where several hold."""

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
    """One product before and after; `before` is None for a new one, `after` for one that goes."""

    kind: ChangeKind
    before: Product | None
    after: Product | None

    @property
    def code(self) -> str:
        """The code, as it is spelled from now on."""
        product = self.after or self.before
        return product.code if product else ""


class CatalogueDiff(Struct, frozen=True, kw_only=True):
    """All that changes, in the order of the new list, what goes last; `reordered` if places change too."""

    changes: tuple[ProductChange, ...]
    reordered: bool

    def __bool__(self) -> bool:
        """Return whether there is anything to apply."""
        return bool(self.changes) or self.reordered

    def counts(self) -> tuple[tuple[ChangeKind, int], ...]:
        """Return how many products change in which way, in the order of the kinds."""
        found = Counter(change.kind for change in self.changes)
        return tuple((kind, found[kind]) for kind in ChangeKind if found[kind])

    def of_kind(self, kind: ChangeKind) -> tuple[ProductChange, ...]:
        """Return the changes of one kind, in order."""
        return tuple(change for change in self.changes if change.kind is kind)


def diff_catalogue(old: Catalogue, new: Sequence[Product]) -> CatalogueDiff:
    """Return what would change if `new` took the place of `old`."""
    staying = {product.code.casefold() for product in new}
    changes = [
        ProductChange(kind=kind, before=before, after=after)
        for after in new
        if (kind := _kind(before := old.find(after.code), after))
    ]
    gone = [product for product in old if product.code.casefold() not in staying]
    changes.extend(ProductChange(kind=ChangeKind.REMOVED, before=product, after=None) for product in gone)
    before_order = [product.code.casefold() for product in old if product.code.casefold() in staying]
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
