"""What admins do with the catalogue by a command: have it sent, look back, open and close a product."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from bot.catalogue.product import Product
from bot.catalogue.search_query import split_terms
from bot.notices.price_list import (
    CatalogueEmpty,
    CatalogueFile,
    CatalogueHistory,
    FileFormat,
    PastChange,
    PastChangeCount,
    ProductsSwitched,
    ProductSwitched,
    ProductUnknown,
)
from bot.unit_of_work import Address, Desk
from storage import catalogue
from storage.catalogue import CatalogueEdit
from storage.transaction import Tx

MAX_PAST_SHOWN = 10


class Keeper(Struct, frozen=True, kw_only=True):
    """Which admin asks, and where the answer goes."""

    user_id: int
    name: str
    place: Address


BY_COMMAND = "chat"
"""The source of a change that one command made."""


def send_catalogue(tx: Tx, desk: Desk, rest: str, keeper: Keeper, *, now_ms: int) -> None:
    """Do what stands behind `/katalog`: `riwayat` looks back, `csv` sends a CSV, anything else an XLSX."""
    match rest.lower():
        case "riwayat" | "history":
            desk.say(tx, _history(tx), keeper.place, at_ms=now_ms)
        case _ if not desk.shelf.catalogue(tx):
            desk.say(tx, CatalogueEmpty(), keeper.place, at_ms=now_ms)
        case form:
            wanted = FileFormat.CSV if form == FileFormat.CSV else FileFormat.XLSX
            desk.say(tx, CatalogueFile(form=wanted), keeper.place, at_ms=now_ms)


def switch_products(tx: Tx, desk: Desk, typed: str, keeper: Keeper, *, is_open: bool, now_ms: int) -> None:
    """Open or close the product that an admin named, or several at once, and say so."""
    shown = desk.shelf.catalogue(tx)
    parts = tuple(dict.fromkeys(part.casefold() for part in split_terms(typed)))
    named = tuple(product for part in parts if (product := shown.find(part)))
    if not named:
        similar = tuple(found.code for found in shown.similar(typed)) if typed else ()
        desk.say(tx, ProductUnknown(typed=typed[:64], similar=similar), keeper.place, at_ms=now_ms)
        return
    fresh = tuple(product for product in named if product.is_open is not is_open)
    if fresh:
        _set_open(tx, desk, fresh, keeper, is_open=is_open, now_ms=now_ms)
    (product, *more) = named
    if len(parts) == 1 and not more:
        one = ProductSwitched(code=product.code, name=product.name, is_open=is_open, fresh=bool(fresh))
        desk.say(tx, one, keeper.place, at_ms=now_ms)
        return
    several = ProductsSwitched(
        is_open=is_open,
        codes=tuple(each.code for each in fresh),
        already=tuple(each.code for each in named if each not in fresh),
        unknown=tuple(part for part in parts if shown.find(part) is None),
    )
    desk.say(tx, several, keeper.place, at_ms=now_ms)


def _set_open(
    tx: Tx, desk: Desk, products: Sequence[Product], keeper: Keeper, *, is_open: bool, now_ms: int
) -> None:
    """Open or close products of the catalogue as one change of it."""
    old = desk.shelf.catalogue(tx)
    chosen = frozenset(products)
    new = tuple(replace(one, is_open=is_open) if one in chosen else one for one in old)
    edit = CatalogueEdit(
        stamp=desk.nonce(), at_ms=now_ms, user_id=keeper.user_id, name=keeper.name, source=BY_COMMAND
    )
    desk.shelf.replace(tx, old, new, edit)


def _history(tx: Tx) -> CatalogueHistory:
    return CatalogueHistory(
        rows=tuple(
            PastChange(
                version=past.version,
                at_ms=past.at_ms,
                name=past.name,
                source=past.source,
                counts=tuple(PastChangeCount(kind=kind, count=n, code=code) for kind, n, code in past.counts),
            )
            for past in catalogue.history(tx, limit=MAX_PAST_SHOWN)
        )
    )
