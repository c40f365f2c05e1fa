"""Shows the catalogue: its groups, what fits some words or a number, and asks for the number of a choice.

What a button brings back names only what is listed; everything shown is looked up anew.
"""

import re
from zlib import crc32

from bot.catalogue.carriers import operator_of
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Product, Rule
from bot.features.shopping import destination_prompt
from bot.grammar.destination.reader import read_destination
from bot.grammar.destination.reading import Goal
from bot.grammar.period import minute_of_day
from bot.notices.placing import Closure
from bot.notices.shopping import (
    GroupRow,
    NoCatalogue,
    NoPrices,
    PriceGroups,
    PriceList,
    PriceRow,
    PricesNotice,
    ProductShut,
    Scope,
)
from bot.orders.model import Intent
from bot.purchasing import placing
from bot.unit_of_work import Desk, Place
from storage.transaction import Tx

PRODUCTS_A_PAGE = 12
GROUPS_A_PAGE = 8
NEAR_SHOWN = 3

MAX_KEY_BYTES = 40
"""So many bytes of the words fit a button, beside what else it carries."""

_PAYLOAD = re.compile(r"([agwn])([0-9]{1,4})\|(.*)")


def ask(tx: Tx, desk: Desk, typed: str, place: Place, *, for_admin: bool, now_ms: int) -> None:
    """Answer `harga …`: the groups, or what fits the words or the number behind it."""
    words = " ".join(typed.casefold().split()).encode()[:MAX_KEY_BYTES].decode(errors="ignore")
    number = _read_number(typed)
    if words in ("", "semua"):
        scope, key = Scope.ALL, ""
    else:
        scope, key = (Scope.NUMBER, number) if number else (Scope.WORDS, words)
    notice = _shown(tx, desk, scope, key, 0, now_ms)
    if isinstance(notice, NoCatalogue):
        notice = NoCatalogue(for_admin=for_admin)
    desk.say(tx, notice, place, at_ms=now_ms)


def turn(tx: Tx, desk: Desk, payload: str, place: Place, *, edits: int, now_ms: int) -> bool:
    """Put another list in the place of our message `edits`; False if the payload is none of ours."""
    read = _PAYLOAD.fullmatch(payload)
    if read is None:
        return False
    scope, key = Scope(read[1]), read[3]
    if scope is Scope.NUMBER and _read_number(key) != key:
        return False
    desk.say(tx, _shown(tx, desk, scope, key, int(read[2]), now_ms), place, at_ms=now_ms, edits=edits)
    return True


def show_groups(tx: Tx, desk: Desk, place: Place, *, edits: int, now_ms: int) -> None:
    """Put the groups in the place of our message `edits`."""
    desk.say(tx, _shown(tx, desk, Scope.ALL, "", 0, now_ms), place, at_ms=now_ms, edits=edits)


def choose(tx: Tx, desk: Desk, payload: str, place: Place, *, user_id: int, now_ms: int) -> bool:
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
    destination_prompt.ask(tx, desk, product, place, now_ms=now_ms)
    return True


def _choose_for(
    tx: Tx, desk: Desk, product: Product, number: str, place: Place, *, user_id: int, now_ms: int
) -> bool:
    if product.rule is not Rule.PHONE or _read_number(number) != number:
        return False
    intent = Intent(product_code=product.code, destination=number)
    catalogue = desk.shelf.catalogue(tx)
    if closed := placing.closure_of(desk, catalogue, product, intent, user_id, now_ms):
        desk.say(tx, closed, place, at_ms=now_ms)
    else:
        placing.propose(tx, desk, intent, place, user_id=user_id, now_ms=now_ms)
    return True


def _shown(tx: Tx, desk: Desk, scope: Scope, key: str, page: int, now_ms: int) -> PricesNotice:
    catalogue = desk.shelf.catalogue(tx)
    if not catalogue:
        return NoCatalogue()
    if scope is Scope.ALL:
        return _groups(catalogue, page)
    title, products = _listed(catalogue, scope, key)
    if not products:
        near = catalogue.near(key, NEAR_SHOWN) if scope is Scope.WORDS else ()
        return NoPrices(typed=title, near=tuple(_row(product, desk, now_ms) for product in near))
    pages = -(-len(products) // PRODUCTS_A_PAGE)
    page = min(page, pages - 1)
    shown = products[page * PRODUCTS_A_PAGE : (page + 1) * PRODUCTS_A_PAGE]
    return PriceList(
        scope=scope,
        key=key,
        title=title,
        rows=tuple(_row(product, desk, now_ms) for product in shown),
        page=page,
        pages=pages,
        number=key if scope is Scope.NUMBER else "",
        operator=operator_of(key) if scope is Scope.NUMBER else None,
    )


def _groups(catalogue: Catalogue, page: int) -> PriceGroups:
    pages = -(-len(catalogue.groups) // GROUPS_A_PAGE)
    page = min(page, pages - 1)
    shown = catalogue.groups[page * GROUPS_A_PAGE : (page + 1) * GROUPS_A_PAGE]
    rows = tuple(
        GroupRow(name=group, key=_key_of(group), count=len(catalogue.of_group(group))) for group in shown
    )
    return PriceGroups(rows=rows, page=page, pages=pages)


def _listed(catalogue: Catalogue, scope: Scope, key: str) -> tuple[str, tuple[Product, ...]]:
    """Give what a list is of, and its products."""
    if scope is Scope.GROUP:
        group = next((group for group in catalogue.groups if _key_of(group) == key), "")
        return group or key, catalogue.of_group(group)
    if scope is Scope.WORDS:
        return key, catalogue.search(key)
    operator = operator_of(key)
    if operator is None:
        return key, tuple(product for product in catalogue if product.rule is Rule.PHONE)
    return key, catalogue.fitting(operator)


def _key_of(group: str) -> str:
    """Give a short name for a group: the long one would not fit a button."""
    return f"{crc32(group.encode()):08x}"


def _read_number(typed: str) -> str | None:
    """Give a phone number as 08…, or None where `typed` is none for sure."""
    match read_destination(typed, Rule.PHONE):
        case Goal(destination=destination, ordinal=1):
            return destination
        case _:
            return None


def _row(product: Product, desk: Desk, now_ms: int) -> PriceRow:
    return PriceRow(
        code=product.code,
        name=product.name,
        sell_idr=product.sell_idr,
        closure=_closure(product, desk, now_ms),
    )


def _closure(product: Product, desk: Desk, now_ms: int) -> Closure | None:
    if not product.is_open:
        return Closure.CLOSED
    return Closure.RESTING if product.rests(minute_of_day(now_ms, desk.zone)) else None


def _shut(catalogue: Catalogue, product: Product, closure: Closure, desk: Desk, now_ms: int) -> ProductShut:
    others = (_row(other, desk, now_ms) for other in catalogue.siblings(product))
    rests = closure is Closure.RESTING and product.cut_off is not None
    return ProductShut(
        code=product.code,
        name=product.name,
        closure=closure,
        opens_minute=product.cut_off.until_minute if rests and product.cut_off else None,
        others=tuple(row for row in others if row.closure is None),
    )
