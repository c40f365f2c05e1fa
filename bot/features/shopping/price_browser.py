"""Shows the catalogue: its groups, what fits some words or a number, and asks for the number of a choice.

What a button brings back names only what is listed; everything shown is looked up anew.
"""

import re
from zlib import crc32

from bot.catalogue.carriers import carrier_of
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import DestinationRule, Product
from bot.features.shopping import destination_prompt
from bot.grammar.destination.reader import read_destination
from bot.grammar.destination.reading import ParsedDestination
from bot.grammar.period import minute_of_day
from bot.notices.placing import ClosedReason
from bot.notices.shopping import (
    ChosenProductClosed,
    GroupRow,
    ListScope,
    NoCatalogue,
    NoPrices,
    PriceGroups,
    PriceListPage,
    PriceRow,
    ShoppingNotice,
)
from bot.orders.model import Intent
from bot.purchasing import placing
from bot.unit_of_work import Address, Desk
from storage.transaction import Tx

PRODUCTS_A_PAGE = 12
GROUPS_A_PAGE = 8
NEAR_SHOWN = 3

MAX_KEY_BYTES = 40
"""So many bytes of the words fit a button, beside what else it carries."""

_PAYLOAD = re.compile(r"([agwn])([0-9]{1,4})\|(.*)")


def show_prices(tx: Tx, desk: Desk, typed: str, place: Address, *, for_admin: bool, now_ms: int) -> None:
    """Answer `harga …`: the groups, or what fits the words or the number behind it."""
    words = " ".join(typed.casefold().split()).encode()[:MAX_KEY_BYTES].decode(errors="ignore")
    number = _read_number(typed)
    if words in ("", "semua"):
        scope, key = ListScope.ALL, ""
    else:
        scope, key = (ListScope.NUMBER, number) if number else (ListScope.WORDS, words)
    notice = _shown(tx, desk, scope, key, 0, now_ms)
    if isinstance(notice, NoCatalogue):
        notice = NoCatalogue(for_admin=for_admin)
    desk.say(tx, notice, place, at_ms=now_ms)


def show_page(tx: Tx, desk: Desk, payload: str, place: Address, *, edits: int, now_ms: int) -> bool:
    """Put another list in the place of our message `edits`; False if the payload is none of ours."""
    read = _PAYLOAD.fullmatch(payload)
    if read is None:
        return False
    scope, key = ListScope(read[1]), read[3]
    if scope is ListScope.NUMBER and _read_number(key) != key:
        return False
    desk.say(tx, _shown(tx, desk, scope, key, int(read[2]), now_ms), place, at_ms=now_ms, edits=edits)
    return True


def show_groups(tx: Tx, desk: Desk, place: Address, *, edits: int, now_ms: int) -> None:
    """Put the groups in the place of our message `edits`."""
    desk.say(tx, _shown(tx, desk, ListScope.ALL, "", 0, now_ms), place, at_ms=now_ms, edits=edits)


def choose_product(tx: Tx, desk: Desk, payload: str, place: Address, *, user_id: int, now_ms: int) -> bool:
    """Take the tap on a product: ask for its number, or show the order if that is known.

    False if the payload is none of ours, or of a product that is there no longer.
    """
    code, _, number = payload.partition("|")
    catalogue = desk.shelf.catalogue(tx)
    product = catalogue.find(code)
    if product is None:
        return False
    if number:
        return _choose_for(tx, desk, product, number, place, user_id=user_id, now_ms=now_ms)
    closure = _closure(product, desk, now_ms)
    if closure is not None:
        desk.say(tx, _shut(catalogue, product, closure, desk, now_ms), place, at_ms=now_ms)
        return True
    destination_prompt.ask_destination(tx, desk, product, place, now_ms=now_ms)
    return True


def _choose_for(
    tx: Tx, desk: Desk, product: Product, number: str, place: Address, *, user_id: int, now_ms: int
) -> bool:
    if product.rule is not DestinationRule.PHONE or _read_number(number) != number:
        return False
    intent = Intent(product_code=product.code, destination=number)
    catalogue = desk.shelf.catalogue(tx)
    if closed := placing.product_closed(desk, catalogue, product, intent, user_id, now_ms):
        desk.say(tx, closed, place, at_ms=now_ms)
    else:
        placing.propose_order(tx, desk, intent, place, user_id=user_id, now_ms=now_ms)
    return True


def _shown(tx: Tx, desk: Desk, scope: ListScope, key: str, page: int, now_ms: int) -> ShoppingNotice:
    catalogue = desk.shelf.catalogue(tx)
    if not catalogue:
        return NoCatalogue()
    if scope is ListScope.ALL:
        return _groups(catalogue, page)
    title, products = _listed(catalogue, scope, key)
    if not products:
        similar = catalogue.similar(key, NEAR_SHOWN) if scope is ListScope.WORDS else ()
        return NoPrices(typed=title, similar=tuple(_row(product, desk, now_ms) for product in similar))
    pages = -(-len(products) // PRODUCTS_A_PAGE)
    page = min(page, pages - 1)
    shown = products[page * PRODUCTS_A_PAGE : (page + 1) * PRODUCTS_A_PAGE]
    return PriceListPage(
        scope=scope,
        key=key,
        title=title,
        rows=tuple(_row(product, desk, now_ms) for product in shown),
        page=page,
        pages=pages,
        number=key if scope is ListScope.NUMBER else "",
        carrier=carrier_of(key) if scope is ListScope.NUMBER else None,
    )


def _groups(catalogue: Catalogue, page: int) -> PriceGroups:
    pages = -(-len(catalogue.groups) // GROUPS_A_PAGE)
    page = min(page, pages - 1)
    shown = catalogue.groups[page * GROUPS_A_PAGE : (page + 1) * GROUPS_A_PAGE]
    rows = tuple(
        GroupRow(name=group, key=_key_of(group), count=len(catalogue.in_group(group))) for group in shown
    )
    return PriceGroups(rows=rows, page=page, pages=pages)


def _listed(catalogue: Catalogue, scope: ListScope, key: str) -> tuple[str, tuple[Product, ...]]:
    """Give what a list is of, and its products."""
    if scope is ListScope.GROUP:
        group = next((group for group in catalogue.groups if _key_of(group) == key), "")
        return group or key, catalogue.in_group(group)
    if scope is ListScope.WORDS:
        return key, catalogue.search(key)
    carrier = carrier_of(key)
    if carrier is None:
        return key, tuple(product for product in catalogue if product.rule is DestinationRule.PHONE)
    return key, catalogue.for_carrier(carrier)


def _key_of(group: str) -> str:
    """Give a short name for a group: the long one would not fit a button."""
    return f"{crc32(group.encode()):08x}"


def _read_number(typed: str) -> str | None:
    """Give a phone number as 08…, or None where `typed` is none for sure."""
    match read_destination(typed, DestinationRule.PHONE):
        case ParsedDestination(destination=destination, ordinal=1):
            return destination
        case _:
            return None


def _row(product: Product, desk: Desk, now_ms: int) -> PriceRow:
    return PriceRow(
        code=product.code,
        name=product.name,
        price_idr=product.price_idr,
        closure=_closure(product, desk, now_ms),
    )


def _closure(product: Product, desk: Desk, now_ms: int) -> ClosedReason | None:
    if not product.is_open:
        return ClosedReason.CLOSED
    return ClosedReason.RESTING if product.is_in_cut_off(minute_of_day(now_ms, desk.zone)) else None


def _shut(
    catalogue: Catalogue, product: Product, closure: ClosedReason, desk: Desk, now_ms: int
) -> ChosenProductClosed:
    others = (_row(other, desk, now_ms) for other in catalogue.substitutes(product))
    is_in_cut_off = closure is ClosedReason.RESTING and product.cut_off is not None
    return ChosenProductClosed(
        code=product.code,
        name=product.name,
        closure=closure,
        opens_minute=product.cut_off.until_minute if is_in_cut_off and product.cut_off else None,
        others=tuple(row for row in others if row.closure is None),
    )
