"""Keeps the catalogue at hand: read from the database once, and again when it has changed."""

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.diff import CatalogueDiff
from bot.catalogue.product import Product
from storage import catalogue
from storage.catalogue import CatalogueEdit, CatalogueVersion
from storage.transaction import Tx


class CatalogueCache:
    """The catalogue as it stands; asking for it costs one small look a unit of work while nothing changed."""

    def __init__(self) -> None:
        # One value, so that the reading and the writing thread never see half of it.
        self._kept = (CatalogueVersion(), Catalogue())
        self._shown_to: Tx | None = None

    def get(self, tx: Tx) -> Catalogue:
        """Give the catalogue of the database that `tx` looks into."""
        kept, products = self._kept
        if tx is self._shown_to:
            return products
        edition = catalogue.current_version(tx)
        if edition != kept:
            products = catalogue.load(tx)
            self._kept = (edition, products)
        self._shown_to = tx
        return products

    def replace(
        self, tx: Tx, old: Catalogue, new: tuple[Product, ...], edit: CatalogueEdit
    ) -> CatalogueDiff | None:
        """Put `new` in the place of `old`; None if `old` is no longer what holds."""
        self._shown_to = None
        return catalogue.replace(tx, old, new, edit)
