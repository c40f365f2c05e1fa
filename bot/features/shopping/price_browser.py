"""Shows the catalogue: its groups, the products that match words or a number, and the choice of a product.

The callback data names only what is listed: every page is read from the current catalogue again.
"""

import re
from zlib import crc32

from bot.actors import Actor
from bot.catalogue.carriers import carrier_of
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import DestinationRule, Product
from bot.features.shopping import destination_prompt
from bot.grammar.destination.reader import read_destination
from bot.grammar.parsed import Command, ParsedDestination
from bot.notices.buttons import Action
from bot.notices.placing import ClosedReason
from bot.notices.shopping import (
    ChosenProductClosed,
    DestinationPrompt,
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
from bot.purchasing import below_cost, offers, placing, product_health
from bot.routing import ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast

PRODUCTS_A_PAGE = 12
GROUPS_A_PAGE = 8
NEAR_SHOWN = 3

MAX_KEY_BYTES = 40
"""The bytes of the search words that fit into the callback data of a button next to its other fields."""

_PAYLOAD = re.compile(r"([agwn])([0-9]{1,4})\|(.*)")


def show_prices(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `harga …`: the groups, or the products that match the words or the number."""
    typed = command.rest
    words = " ".join(typed.casefold().split()).encode()[:MAX_KEY_BYTES].decode(errors="ignore")
    number = _read_number(typed)
    if words in ("", "semua"):
        scope, key = ListScope.ALL, ""
    else:
        scope, key = (ListScope.NUMBER, number) if number else (ListScope.WORDS, words)
    notice = _list_notice(work, actor, scope, key, 0)
    if isinstance(notice, NoCatalogue):
        notice = NoCatalogue(for_admin=actor.sees_all)
    work.notify(notice, actor.address)


def _show_page(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Replace the tapped list with another page or list."""
    found = _PAYLOAD.fullmatch(tap.payload)
    if found is None:
        return Toast.USED
    scope, key = ListScope(found[1]), found[3]
    if scope is ListScope.NUMBER and _read_number(key) != key:
        return Toast.USED
    work.notify(_list_notice(work, actor, scope, key, int(found[2])), actor.chat, edits=actor.card_id)
    return Toast.DONE


def _show_groups(work: UnitOfWork, actor: Actor, _: Tap) -> Toast:
    work.notify(_list_notice(work, actor, ListScope.ALL, "", 0), actor.chat, edits=actor.card_id)
    return Toast.DONE


def _choose_product(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Ask for the destination of the tapped product, or propose the order if its number is known."""
    code, _, number = tap.payload.partition("|")
    catalogue = work.catalogue_for(actor.user_id)
    product = catalogue.find(code)
    if product is None:
        return Toast.USED
    if number:
        return _choose_for(work, actor, product, number)
    (row,) = _rows(work, actor, (product,))
    if row.closure is not None:
        if row.closure is ClosedReason.CLOSED and product.is_open:
            below_cost.ask_admins(work, actor.user_id, product)
        work.notify(_closed_notice(work, actor, product, row.closure), actor.address)
    else:
        destination_prompt.ask_destination(work, product, actor.address)
    return Toast.DONE


def _choose_for(work: UnitOfWork, actor: Actor, product: Product, number: str) -> Toast:
    if product.rule is not DestinationRule.PHONE or _read_number(number) != number:
        return Toast.USED
    intent = Intent(product_code=product.code, destination=number)
    offers.propose_order(work, intent, actor.address, user_id=actor.user_id)
    return Toast.DONE


def _list_notice(work: UnitOfWork, actor: Actor, scope: ListScope, key: str, page: int) -> ShoppingNotice:
    catalogue = work.catalogue_for(actor.user_id)
    if not catalogue:
        return NoCatalogue()
    if scope is ListScope.ALL:
        return _groups(catalogue, page)
    title, products = _listed(catalogue, scope, key)
    if not products:
        similar = catalogue.similar(key, NEAR_SHOWN) if scope is ListScope.WORDS else ()
        return NoPrices(typed=title, similar=_rows(work, actor, similar))
    pages = -(-len(products) // PRODUCTS_A_PAGE)
    page = min(page, pages - 1)
    shown = products[page * PRODUCTS_A_PAGE : (page + 1) * PRODUCTS_A_PAGE]
    return PriceListPage(
        scope=scope,
        key=key,
        title=title,
        rows=_rows(work, actor, shown),
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
    """Return the title and the products of a list."""
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
    """Return a short key of a group: its name may be too long for the callback data of a button."""
    return f"{crc32(group.encode()):08x}"


def _read_number(typed: str) -> str | None:
    """Return a phone number as 08…; None if `typed` is not certainly one."""
    match read_destination(typed, DestinationRule.PHONE):
        case ParsedDestination(destination=destination, ordinal=1):
            return destination
        case _:
            return None


def _rows(work: UnitOfWork, actor: Actor, products: tuple[Product, ...]) -> tuple[PriceRow, ...]:
    """Return products as rows of a list; they are at the prices of the actor."""
    held_back = below_cost.held_back(work, actor.user_id, products)
    troubled = product_health.troubled_codes(work)
    return tuple(
        PriceRow(
            code=product.code,
            name=product.name,
            price_idr=product.price_idr,
            closure=ClosedReason.CLOSED
            if product.code in held_back
            else placing.closure_of(work, product, troubled),
        )
        for product in products
    )


def _closed_notice(
    work: UnitOfWork, actor: Actor, product: Product, closure: ClosedReason
) -> ChosenProductClosed:
    others = _rows(work, actor, work.catalogue_for(actor.user_id).substitutes(product))
    is_in_cut_off = closure is ClosedReason.RESTING and product.cut_off is not None
    return ChosenProductClosed(
        code=product.code,
        name=product.name,
        closure=closure,
        opens_minute=product.cut_off.until_minute if is_in_cut_off and product.cut_off else None,
        others=tuple(row for row in others if row.closure is None),
    )


_LISTS = (PriceGroups, PriceListPage, NoPrices)

ROUTES = Routes(
    commands=(CommandRoute(("harga", "hrg", "h", "ch", "produk", "list"), show_prices),),
    buttons=(
        ButtonRoute(actions=(Action.PRICES,), handle=_show_page, under=_LISTS),
        ButtonRoute(actions=(Action.ALL_PRICES,), handle=_show_groups, under=_LISTS),
        ButtonRoute(
            actions=(Action.PRODUCT,),
            handle=_choose_product,
            answers=(DestinationPrompt, ChosenProductClosed, *offers.ANSWERS),
        ),
    ),
)
