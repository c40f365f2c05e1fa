"""The page *reconciliation*: a list of the biller is compared with our orders, and every difference is shown.

The file is read in a process of its own, and neither it nor the result is stored: nothing changes.
"""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus

from starlette.responses import Response

from bot.catalogue.price_list.reader import UnreadablePriceList
from bot.catalogue.price_list.sheets import MAX_FILE_BYTES, MAX_ROWS, FileError
from bot.desk.visit import DeskPage, Visit
from bot.features.biller_list import BillerList
from bot.features.reconciliation import ListResult, compare_list, read_biller_list
from bot.orders.reconciliation import DifferenceKind, ListDifference
from bot.spreadsheets import Cell, csv_bytes

ROWS_SHOWN = 100
UNREAD_SHOWN = 20

_TITLES = (
    *("kind", "trxid", "biller_product", "biller_destination", "biller_state", "biller_price", "biller_time"),
    *("product", "destination", "state", "cost", "placed_at", "extra"),
)


async def _show(visit: Visit) -> Response:
    return await visit.page("reconciliation.html", fault=None, **_LIMITS)


async def _compare(visit: Visit) -> Response:
    listed = await _read(visit)
    if not isinstance(listed, BillerList):
        return await visit.page(
            "reconciliation.html", fault=listed, status=HTTPStatus.UNPROCESSABLE_ENTITY, **_LIMITS
        )
    compared = await visit.read(lambda work: compare_list(work, listed))
    if visit.form.get("as") == "csv":
        return _as_csv(visit, compared)
    result = compared.result
    return await visit.page(
        "reconciled.html",
        compared=compared,
        result=result,
        counts=tuple((kind, result.count(kind)) for kind in DifferenceKind),
        shown=result.differences[:ROWS_SHOWN],
        file_name=visit.file.name if visit.file else "",
        unread=listed.unread[:UNREAD_SHOWN],
    )


async def _read(visit: Visit) -> BillerList | FileError | None:
    """Return the list, or why there is none; None if no file was chosen."""
    if visit.file is None:
        return None
    if visit.file.is_too_large:
        return FileError.TOO_LARGE
    # One at a time: each may use as much memory as its reader allows.
    async with visit.desk.reading_file:
        listed = await read_biller_list(visit.file.content)
    return listed.fault if isinstance(listed, UnreadablePriceList) else listed


def _as_csv(visit: Visit, compared: ListResult) -> Response:
    rows = (_row(visit, difference) for difference in compared.result.differences)
    return Response(
        csv_bytes(_TITLES, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="selisih-biller.csv"'},
    )


def _row(visit: Visit, difference: ListDifference) -> list[Cell]:
    return [difference.kind, difference.trxid, *_cells(visit, difference), difference.extra_idr]


def _cells(visit: Visit, difference: ListDifference) -> Iterator[Cell]:
    listed, order = difference.listed, difference.order
    yield from (listed.product, listed.destination, listed.state) if listed else ("", "", "")
    yield from (listed.cost_idr, listed.at) if listed else (None, "")
    if order is None:
        yield from ("", "", "", None, "")
        return
    placed_at = datetime.fromtimestamp(order.placed_at_ms // 1000, visit.desk.zone)
    yield from (order.product_code, order.destination, order.state, order.cost_idr)
    yield f"{placed_at:%Y-%m-%d %H:%M:%S}"


_LIMITS = {"max_mb": MAX_FILE_BYTES // 1_000_000, "max_rows": MAX_ROWS}

PAGES = (
    DeskPage(path="/biller/list", handle=_show),
    DeskPage(path="/biller/list/compare", handle=_compare, method="POST", takes_file=True),
)
