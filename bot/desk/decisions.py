"""The page of orders that wait for a decision, and the two steps with which a visitor settles one.

The second step runs the function behind the buttons of the chat: the same rules, journal and notices.
"""

from bot.desk.context import DeskContext, DeskPage
from bot.desk.orders import OrderTableRow, history_of, table_rows
from bot.desk.request import DeskRequest, DeskResponse, back_to, missing, page
from bot.orders.model import Outcome
from bot.purchasing.manual_resolution import is_open, resolve_order
from bot.purchasing.sn_forwarding import parse_typed_sn
from bot.unit_of_work import UnitOfWork
from storage import orders
from storage.transaction import Tx

MAX_SHOWN = 100


def _list(_: DeskRequest, work: UnitOfWork) -> DeskResponse:
    return page("decisions.html", lines=_waiting(work.tx))


def _refresh(_: DeskRequest, work: UnitOfWork) -> DeskResponse:
    return page("decisions_list.html", lines=_waiting(work.tx))


def _waiting(tx: Tx) -> tuple[OrderTableRow, ...]:
    return table_rows(tx, orders.for_admins(tx, limit=MAX_SHOWN))


def _ask(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    """Show what a decision would do, before it is carried out."""
    trxid, outcome, sn = _decision(request)
    history = history_of(work, trxid)
    if history is None or outcome is None:
        return missing()
    return page(
        "decide.html",
        history=history,
        outcome=outcome,
        sn=sn,
        is_sn_refused=outcome is Outcome.SUCCESS and bool(request.form.get("sn", "").strip()) and sn is None,
    )


async def _settle(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    trxid, outcome, sn = _decision(request)
    if outcome is None:
        return missing()
    was_settled = await desk.write(lambda work: _resolve(work, request, trxid, outcome, sn))
    return back_to(f"/desk/orders/{trxid}?settled={'yes' if was_settled else 'no'}")


def _resolve(work: UnitOfWork, request: DeskRequest, trxid: str, outcome: Outcome, sn: str | None) -> bool:
    order = orders.get(work.tx, trxid)
    if order is None or not is_open(work, order):
        return False
    resolve_order(work, trxid, outcome, sn, request.actor)
    return True


def _decision(request: DeskRequest) -> tuple[str, Outcome | None, str | None]:
    outcome = request.form.get("outcome", "")
    sn = parse_typed_sn(request.form.get("sn", "")) if outcome == Outcome.SUCCESS else None
    trxid = request.form.get("trxid", "")
    return trxid, Outcome(outcome) if outcome in list(Outcome) and trxid.isdigit() else None, sn


PAGES = (
    DeskPage(path="/decisions", read=_list, title="Decisions"),
    DeskPage(path="/decisions/live", read=_refresh, is_shared=True),
    DeskPage(path="/decisions/ask", read=_ask, method="POST"),
    DeskPage(path="/decisions/settle", handle=_settle, method="POST"),
)
