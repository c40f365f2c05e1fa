"""Closes products that the biller fails for everybody, lets one order at a time probe them, and reopens them.

This is apart from whether an admin has closed a product: what an admin closes stays closed.
"""

from collections.abc import Iterable

from bot.biller.answers import is_about_product
from bot.catalogue.product import Product
from bot.notices.catalogue import ProductClosedByFailures, ProductWorksAgain
from bot.orders.events import Failed, OrderEvent, Refused
from bot.orders.model import Order, State
from bot.orders.product_health import (
    Evidence,
    HealthChange,
    NoEvidence,
    ProductFailed,
    ProductHealth,
    ProductWorked,
    is_sold,
    judge_product,
)
from bot.purchasing import below_cost
from bot.unit_of_work import UnitOfWork
from storage import catalogue
from storage.orders import ReportedOrder


def troubled_codes(work: UnitOfWork) -> frozenset[str]:
    """Return the folded codes of products that failures have closed, unless an order may probe them now."""
    if not work.context.health_rules.failures_to_close:
        return frozenset()
    closed = catalogue.closed_by_failures(work.tx)
    return frozenset(code for code, health in closed.items() if not is_sold(health, work.now_ms))


def troubled_codes_for(work: UnitOfWork, user_id: int) -> frozenset[str]:
    """Return the same for a person who orders: it was read with them whether any product is closed."""
    return troubled_codes(work) if work.buyer(user_id).is_any_product_closed else frozenset()


def not_sold(work: UnitOfWork, user_id: int, products: Iterable[Product]) -> frozenset[str]:
    """Return the codes that a person cannot buy now, for trouble or for a price below cost."""
    listed, troubled = tuple(products), troubled_codes_for(work, user_id)
    in_trouble = frozenset(product.code for product in listed if product.code.casefold() in troubled)
    return in_trouble | below_cost.held_back(work, user_id, listed)


def take_probe(work: UnitOfWork, product: Product, *, user_id: int) -> bool | None:
    """Reserve the probe of a closed product for the order that is stored next; None if it is not closed.

    Return False if another order has the probe.
    """
    may_be_closed = (
        work.context.health_rules.failures_to_close > 0 and work.buyer(user_id).is_any_product_closed
    )
    health = catalogue.health_of(work.tx, product.code) if may_be_closed else None
    if health is None or health.closed_at_ms is None:
        return None
    return catalogue.take_probe(work.tx, product.code)


def follow_product(
    work: UnitOfWork, before: Order, after: Order, event: OrderEvent, *, reported: ReportedOrder | None = None
) -> bool:
    """Judge the product by what became of an order; return whether failures have closed it."""
    rules = work.context.health_rules
    evidence = _evidence(before, after, event) if rules.failures_to_close else None
    if evidence is None:
        return False
    has_failed = reported is None or reported.has_product_failed
    health = catalogue.health_of(work.tx, after.product_code) if has_failed else None
    if health is None and not isinstance(evidence, ProductFailed):
        return False
    decision = judge_product(health or ProductHealth(), evidence, rules, work.now_ms)
    product = work.catalogue.find(after.product_code)
    if product is None:
        return False
    if decision.health != health:
        catalogue.save_health(work.tx, product.code, decision.health)
    match decision.change:
        case HealthChange.CLOSED:
            _announce_closing(work, product, decision.health, after.reason or "")
        case HealthChange.REOPENED:
            announce_reopening(work, product, health or ProductHealth())
        case None:
            pass
    return decision.health.closed_at_ms is not None


def _evidence(before: Order, after: Order, event: OrderEvent) -> Evidence | None:
    """Return what an order's new state says of its product; None if it has not ended."""
    if after.state is before.state:
        return None
    match after.state:
        case State.SUCCEEDED:
            return ProductWorked(trxid=after.trxid, placed_at_ms=after.placed_at_ms)
        case State.FAILED if isinstance(event, Refused | Failed):
            if is_about_product(event.raw or event.reason, event.failure_cause):
                return ProductFailed(trxid=after.trxid, destination=after.destination)
            return NoEvidence(trxid=after.trxid, is_unknown=False)
        case State.FAILED | State.EXPIRED:
            return NoEvidence(trxid=after.trxid, is_unknown=False)
        case State.UNKNOWN:
            return NoEvidence(trxid=after.trxid, is_unknown=True)
        case _:
            return None


def health_subject(code: str, health: ProductHealth) -> str:
    """Return the subject of the admins' cards about this closing of a product."""
    return f"health:{code.casefold()}:{health.closed_at_ms}"


def _announce_closing(work: UnitOfWork, product: Product, health: ProductHealth, reason: str) -> None:
    card = ProductClosedByFailures(
        code=product.code,
        name=product.name,
        failure_count=len(health.failed),
        reason=reason,
        probe_at_ms=health.probe_at_ms,
        at_ms=work.now_ms,
    )
    work.notify_admins(card, subject=health_subject(product.code, health))


def announce_reopening(
    work: UnitOfWork, product: Product, health: ProductHealth, *, admin_name: str = ""
) -> None:
    """Notify the admins that a product is sold again, and take the buttons off its cards."""
    notice = ProductWorksAgain(
        code=product.code,
        name=product.name,
        closed_at_ms=health.closed_at_ms or work.now_ms,
        at_ms=work.now_ms,
        admin_name=admin_name,
    )
    work.replace_cards(notice, subject=health_subject(product.code, health))
    if not admin_name:
        # An edited card makes no sound.
        work.notify_admins(notice, subject=f"opened:{product.code.casefold()}")
