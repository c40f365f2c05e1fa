"""Caches the catalogue in memory, and reads it again when it has changed."""

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.diff import CatalogueDiff
from bot.catalogue.product import Product
from storage import catalogue
from storage.catalogue import CatalogueEdit, CatalogueVersion
from storage.transaction import Tx


class CatalogueCache:
    """The current catalogue; while it is unchanged, a unit of work reads only its version, once."""

    def __init__(self) -> None:
        # One value, so that no thread sees a version with the products of another.
        self._cached = (CatalogueVersion(), Catalogue())
        self._checked_in: Tx | None = None

    def get(self, tx: Tx) -> Catalogue:
        """Return the catalogue as `tx` sees it."""
        cached, products = self._cached
        if tx is self._checked_in:
            return products
        current = catalogue.current_version(tx)
        if current != cached:
            products = catalogue.load(tx)
            self._cached = (current, products)
        self._checked_in = tx
        return products

    def replace(
        self, tx: Tx, old: Catalogue, new: tuple[Product, ...], edit: CatalogueEdit
    ) -> CatalogueDiff | None:
        """Replace `old` with `new`; return None if `old` is no longer current."""
        self._checked_in = None
        return catalogue.replace(tx, old, new, edit)
