"""Holds back products whose price is below their cost, until an admin allows to sell them at these figures.

Only shops with a limit are concerned: those without are trusted with the operator's own money.
"""

from collections.abc import Iterable

from bot.actors import Actor
from bot.catalogue.product import Product
from bot.notices.buttons import Action
from bot.notices.selling_prices import BelowCostCard, BelowCostDecided
from bot.purchasing import payment
from bot.routing import ButtonRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import catalogue, costs, levels, outbox

ASK_AGAIN_MS = 24 * 3_600_000
"""An admin who has left a card unanswered for a day is asked again, even if no price or cost has changed."""


def held_back(work: UnitOfWork, user_id: int, products: Iterable[Product]) -> frozenset[str]:
    """Return the codes that a person cannot buy now; `products` are at the prices of that person."""
    if _floor_idr(work, user_id) is None:
        return frozenset()
    level = work.buyer(user_id).level
    key = level.key if level else ""
    return frozenset(product.code for product in products if _loss_cost_idr(work, product, key) is not None)


def is_held_back(work: UnitOfWork, user_id: int, product: Product) -> bool:
    return bool(held_back(work, user_id, (product,)))


def _floor_idr(work: UnitOfWork, user_id: int) -> int | None:
    account = payment.account_for_order(work, user_id)
    if account:
        return account.floor_idr
    return None if user_id in work.admin_ids else work.context.reseller_floor_idr


def _loss_cost_idr(work: UnitOfWork, product: Product, level_key: str) -> int | None:
    """Return the cost of a product if it is above its price, and no admin has allowed that."""
    cost_idr = costs.last_known(work.tx, product.code)
    if cost_idr is None or product.price_idr is None or cost_idr <= product.price_idr:
        return None
    is_allowed = costs.is_allowed_below_cost(
        work.tx, product.code, level_key, price_idr=product.price_idr, cost_idr=cost_idr
    )
    return None if is_allowed else cost_idr


def ask_admins(work: UnitOfWork, user_id: int, product: Product) -> None:
    """Show the admins a held back product that a person wanted, once a day for the same figures."""
    level = work.buyer(user_id).level
    key = level.key if level else ""
    cost_idr = _loss_cost_idr(work, product, key)
    if cost_idr is None or product.price_idr is None:
        return
    subject = f"cost:{product.code.casefold()}:{key}:{product.price_idr}:{cost_idr}"
    # Figures that were changed and came back are new ones: what was allowed before holds no longer.
    changed_at_ms = max(
        catalogue.changed_at_ms(work.tx),
        levels.changed_at_ms(work.tx, user_id),
        costs.changed_at_ms(work.tx, product.code),
    )
    since_ms = max(work.now_ms - ASK_AGAIN_MS, changed_at_ms)
    if outbox.was_enqueued_since(work.tx, subject, since_ms=since_ms):
        return
    card = BelowCostCard(
        code=product.code,
        name=product.name,
        level=level.name if level else "",
        level_key=key,
        price_idr=product.price_idr,
        cost_idr=cost_idr,
        at_ms=work.now_ms,
    )
    work.notify_admins(card, subject=subject)


def _allow(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    """Allow what a card asked, if its figures are still those of the product."""
    code, _, rest = tap.subject_id.partition(":")
    key, price, cost = rest.split(":")
    level = levels.find(work.tx, key) if key else None
    product = work.context.catalogue_cache.priced(work.tx, level).find(code)
    is_current = (
        product is not None
        and (level is not None or not key)
        and product.price_idr == int(price)
        and _loss_cost_idr(work, product, key) == int(cost)
    )
    if product is None or not is_current:
        return Toast.USED
    costs.allow_below_cost(
        work.tx,
        code,
        key,
        price_idr=int(price),
        cost_idr=int(cost),
        allowed_by=admin.user_id,
        at_ms=work.now_ms,
    )
    decided = BelowCostDecided(
        code=product.code,
        level=level.name if level else "",
        price_idr=int(price),
        cost_idr=int(cost),
        admin_name=admin.name,
        at_ms=work.now_ms,
    )
    work.replace_cards(decided, subject=tap.subject)
    return Toast.DONE


ROUTES = Routes(buttons=(ButtonRoute(actions=(Action.SELL_BELOW_COST,), handle=_allow, subject_kind="cost"),))
