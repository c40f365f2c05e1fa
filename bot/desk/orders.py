"""The pages of orders: a search by number, Ref or name, and one order with its whole history."""

from urllib.parse import quote

from msgspec import Struct

from bot.desk.context import DeskPage
from bot.desk.request import DeskRequest, DeskResponse, back_to, missing, page
from bot.grammar.lookup_query import parse_destinations, parse_trxid
from bot.orders.model import Order
from bot.purchasing.biller_words import latest_words
from bot.purchasing.manual_resolution import is_open
from bot.unit_of_work import UnitOfWork
from storage import balances, order_queries, orders, people
from storage.orders import RecordedEvent
from storage.people import Person
from storage.transaction import Tx

ROWS_A_PAGE = 50
MAX_PEOPLE = 20


class OrderTableRow(Struct, frozen=True):
    """One row of a list: an order, and the name of the reseller."""

    order: Order
    name: str


class FoundOrders(Struct, frozen=True, kw_only=True):
    """A page of orders, newest first; `after` is the Ref with which the next page begins."""

    lines: tuple[OrderTableRow, ...] = ()
    after: str = ""
    person: Person | None = None
    people: tuple[Person, ...] = ()


class OrderInFull(Struct, frozen=True, kw_only=True):
    """One order with everything that happened to it; `names` says who the actors of its events are."""

    line: OrderTableRow
    events: tuple[RecordedEvent, ...]
    names: dict[str, str]
    reports: tuple[str, ...]
    biller_words: str
    waits_for_decision: bool


def table_rows(tx: Tx, found: list[Order]) -> tuple[OrderTableRow, ...]:
    names = {user_id: people.name_or_id(tx, user_id) for user_id in {order.user_id for order in found}}
    return tuple(OrderTableRow(order, names[order.user_id]) for order in found)


def _search(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    typed, after, reseller = request.query("q"), request.query("after"), request.query("reseller")
    found = _find(work.tx, typed, after, reseller)
    if isinstance(found, Order):
        return back_to(f"/desk/orders/{quote(found.trxid)}")
    is_live = not (typed or after or reseller)
    return page("orders.html", found=found, typed=typed, is_live=is_live)


def _refresh(_: DeskRequest, work: UnitOfWork) -> DeskResponse:
    return page("orders_list.html", found=_page_of_all(work.tx, None))


def _find(tx: Tx, typed: str, after: str, reseller: str) -> FoundOrders | Order:
    """Return the order of a Ref, or a page of orders to a number, of a reseller, or of all."""
    if trxid := parse_trxid(typed):
        return orders.get(tx, trxid) or FoundOrders()
    if people.is_id(reseller):
        return _page_of(tx, int(reseller), after)
    for destination in parse_destinations(typed):
        if found := order_queries.to_destination(tx, destination, user_id=None, limit=ROWS_A_PAGE):
            return FoundOrders(lines=table_rows(tx, found))
    if not typed:
        return _page_of_all(tx, orders.get(tx, after))
    named = people.matching(tx, typed, limit=MAX_PEOPLE)
    return _page_of(tx, named[0].user_id, "") if len(named) == 1 else FoundOrders(people=tuple(named))


def _page_of_all(tx: Tx, after: Order | None) -> FoundOrders:
    return _rows(tx, order_queries.newest(tx, after, limit=ROWS_A_PAGE + 1))


def _page_of(tx: Tx, user_id: int, after: str) -> FoundOrders:
    found = order_queries.page_before(tx, user_id, orders.get(tx, after), limit=ROWS_A_PAGE + 1)
    person = people.get(tx, user_id)
    # Who names an assistant sees the orders of the shop.
    return _rows(tx, found, people.owner_of(tx, person) if person else None)


def _rows(tx: Tx, found: list[Order], person: Person | None = None) -> FoundOrders:
    shown = found[:ROWS_A_PAGE]
    after = shown[-1].trxid if len(found) > ROWS_A_PAGE else ""
    return FoundOrders(lines=table_rows(tx, shown), after=after, person=person)


def _show(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    history = history_of(work, request.name)
    if history is None:
        return missing()
    return page("order.html", history=history, outcome=request.query("settled"))


def history_of(work: UnitOfWork, trxid: str) -> OrderInFull | None:
    """Return an order with its history; None if there is no such order."""
    order = orders.get(work.tx, trxid)
    if order is None:
        return None
    events = tuple(orders.history(work.tx, trxid))
    return OrderInFull(
        line=OrderTableRow(order, people.name_or_id(work.tx, order.user_id)),
        events=events,
        names={event.actor: _name_of(work.tx, event.actor) for event in events},
        reports=tuple(balances.quarantined_of(work.tx, trxid)),
        biller_words=latest_words(work.tx, order).raw,
        waits_for_decision=is_open(work, order),
    )


def _name_of(tx: Tx, actor: str) -> str:
    """Return the name of a person who acted; what else acted is named as it is stored."""
    kind, _, user_id = actor.partition(":")
    is_person = kind in ("admin", "user") and people.is_id(user_id)
    return people.name_of(tx, int(user_id)) or f"ID {user_id}" if is_person else actor


PAGES = (
    DeskPage(path="/orders", read=_search, title="Orders"),
    DeskPage(path="/orders/live", read=_refresh, is_shared=True),
    DeskPage(path="/orders/{name}", read=_show),
)
