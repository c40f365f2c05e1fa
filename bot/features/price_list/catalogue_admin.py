"""Commands of admins for the catalogue: export, history, opening and closing products."""

from collections.abc import Sequence

from msgspec.structs import replace

from bot.actors import Actor
from bot.catalogue.catalogue import split_terms
from bot.catalogue.product import Product
from bot.features.price_list.import_review import change_catalogue
from bot.grammar.parsed import Command
from bot.notices.buttons import Action
from bot.notices.catalogue import (
    CatalogueEmpty,
    CatalogueFile,
    CatalogueHistory,
    FileFormat,
    PastChange,
    PastChangeCount,
    ProductKeptClosed,
    ProductsSwitched,
    ProductSwitched,
    ProductUnknown,
)
from bot.orders.product_health import ProductHealth
from bot.purchasing import product_health
from bot.routing import Audience, ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import catalogue
from storage.catalogue import CatalogueEdit
from storage.transaction import Tx

MAX_PAST_SHOWN = 10

BY_COMMAND = "chat"
"""The source of a change by a command."""


def _send_catalogue(work: UnitOfWork, admin: Actor, command: Command) -> None:
    """Answer `/katalog`: `riwayat` shows past changes, `csv` sends a CSV, anything else an XLSX."""
    match command.rest.lower():
        case "riwayat" | "history":
            work.notify(catalogue_history(work.tx, limit=MAX_PAST_SHOWN), admin.address)
        case _ if not work.catalogue:
            work.notify(CatalogueEmpty(), admin.address)
        case form:
            wanted = FileFormat.CSV if form == FileFormat.CSV else FileFormat.XLSX
            work.notify(CatalogueFile(form=wanted), admin.address)


def _switch_by_command(work: UnitOfWork, admin: Actor, command: Command) -> None:
    switch_products(work, admin, command.rest, is_open=command.word == "buka")


def _close_by_button(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    product = work.catalogue.find(tap.payload)
    switch_products(work, admin, tap.payload, is_open=False)
    if product is None:
        return Toast.REFUSED
    return Toast.DONE if product.is_open else Toast.ALREADY


def switch_products(work: UnitOfWork, admin: Actor, typed: str, *, is_open: bool) -> None:
    """Open or close the products that an admin named."""
    shown = work.catalogue
    parts = tuple(dict.fromkeys(part.casefold() for part in split_terms(typed)))
    named = tuple(product for part in parts if (product := shown.find(part)))
    if not named:
        similar = tuple(found.code for found in shown.similar(typed)) if typed else ()
        work.notify(ProductUnknown(typed=typed[:64], similar=similar), admin.address)
        return
    switched = tuple(product for product in named if product.is_open is not is_open)
    if switched:
        _set_open(work, switched, admin, is_open=is_open)
    troubled = _end_trouble(work, named, admin, is_open=is_open)
    # What failures had closed opens too, and what they had closed stays closed from now on.
    fresh = tuple(product for product in named if product in switched or (is_open and product in troubled))
    (product, *more) = named
    if len(parts) == 1 and not more:
        one = ProductSwitched(code=product.code, name=product.name, is_open=is_open, fresh=bool(fresh))
        work.notify(one, admin.address)
        return
    several = ProductsSwitched(
        is_open=is_open,
        codes=tuple(each.code for each in fresh),
        already=tuple(each.code for each in named if each not in fresh),
        unknown=tuple(part for part in parts if shown.find(part) is None),
    )
    work.notify(several, admin.address)


def _end_trouble(
    work: UnitOfWork, products: Sequence[Product], admin: Actor, *, is_open: bool
) -> tuple[Product, ...]:
    """Forget the failures of products, which an admin has decided about; return those that had closed."""
    closed = catalogue.closed_by_failures(work.tx)
    for product in products:
        catalogue.save_health(work.tx, product.code, ProductHealth())
    decided = tuple(product for product in products if product.code.casefold() in closed)
    for product in decided:
        health = closed[product.code.casefold()]
        if is_open:
            product_health.announce_reopening(work, product, health, admin_name=admin.name)
        else:
            kept = ProductKeptClosed(
                code=product.code, name=product.name, admin_name=admin.name, at_ms=work.now_ms
            )
            work.replace_cards(kept, subject=product_health.health_subject(product.code, health))
    return decided


def _decide_trouble(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    """Open a product that failures have closed, or keep it closed, as a card asked."""
    product = work.catalogue.find(tap.payload)
    closed = catalogue.closed_by_failures(work.tx)
    if product is None or product.code.casefold() not in closed:
        return Toast.USED
    is_open = tap.action is Action.OPEN_PRODUCT
    if product.is_open is not is_open and not is_open:
        _set_open(work, (product,), admin, is_open=False)
    _end_trouble(work, (product,), admin, is_open=is_open)
    return Toast.DONE


def _set_open(work: UnitOfWork, products: Sequence[Product], admin: Actor, *, is_open: bool) -> None:
    """Open or close products as one change of the catalogue."""
    old = work.catalogue
    chosen = frozenset(products)
    new = tuple(replace(one, is_open=is_open) if one in chosen else one for one in old)
    edit = CatalogueEdit(
        stamp=work.nonce(), at_ms=work.now_ms, user_id=admin.user_id, name=admin.name, source=BY_COMMAND
    )
    work.replace_catalogue(old, new, edit)


def set_price(work: UnitOfWork, admin: Actor, product: Product, price_idr: int) -> None:
    """Set the base price of one product, and report it as an imported list is reported."""
    products = tuple(replace(one, price_idr=price_idr) if one == product else one for one in work.catalogue)
    changed = change_catalogue(work, admin, products, source=product.code)
    work.notify_admins(changed, subject="")


def catalogue_history(tx: Tx, *, limit: int) -> CatalogueHistory:
    """Return the last changes, newest first."""
    return CatalogueHistory(
        rows=tuple(
            PastChange(
                version=past.version,
                at_ms=past.at_ms,
                name=past.name,
                source=past.source,
                counts=tuple(PastChangeCount(kind=kind, count=n, code=code) for kind, n, code in past.counts),
            )
            for past in catalogue.history(tx, limit=limit)
        )
    )


ROUTES = Routes(
    commands=(
        CommandRoute(("katalog",), _send_catalogue, Audience.ADMINS),
        CommandRoute(("buka", "tutup"), _switch_by_command, Audience.ADMINS),
    ),
    buttons=(
        ButtonRoute(actions=(Action.CLOSE_PRODUCT,), handle=_close_by_button),
        ButtonRoute(actions=(Action.OPEN_PRODUCT, Action.KEEP_CLOSED), handle=_decide_trouble),
    ),
)
