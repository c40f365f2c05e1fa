"""Keeps the catalogue at hand: read from the database once, and again when it has changed."""

from bot.catalogue.catalogue import Catalogue
from storage import catalogue
from storage.catalogue import Edition
from storage.transaction import Tx


class Shelf:
    """The catalogue as it stands; asking for it costs one small look while nothing changed."""

    def __init__(self) -> None:
        # One value, so that the reading and the writing thread never see half of it.
        self._kept = (Edition(), Catalogue())

    def catalogue(self, tx: Tx) -> Catalogue:
        """Give the catalogue of the database that `tx` looks into."""
        edition = catalogue.edition(tx)
        kept, products = self._kept
        if edition != kept:
            products = catalogue.load(tx)
            self._kept = (edition, products)
        return products
