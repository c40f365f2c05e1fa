"""The page *reconciliation*: a list of the biller is compared with our orders, and every difference is shown.

The file is read in a process with limits, and neither it nor the result is stored: nothing changes.
"""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus

from msgspec.structs import replace
from starlette.responses import Response

from bot.catalogue.price_list.reader import UnreadablePriceList
from bot.catalogue.price_list.sheets import MAX_FILE_BYTES, MAX_ROWS, FileError
from bot.desk.context import DeskContext, DeskPage
from bot.desk.request import DeskRequest, DeskResponse, UnrenderedPage, page
from bot.features.price_list.file_reader import FileKind, read_output
from bot.features.reconciliation import ListResult, compare_list, decode_biller_list
from bot.orders.reconciliation import DifferenceKind, ListDifference
from bot.spreadsheets import Cell, csv_bytes
from bot.unit_of_work import UnitOfWork

ROWS_SHOWN = 100
UNREAD_SHOWN = 20

_TITLES = (
    *("kind", "trxid", "biller_product", "biller_destination", "biller_state", "biller_price", "biller_time"),
    *("product", "destination", "state", "cost", "placed_at", "extra"),
)


def _show(_: DeskRequest, __: UnitOfWork) -> DeskResponse:
    return page("reconciliation.html", fault=None, **_LIMITS)


async def _compare(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    file = request.file
    if file is None:
        return _refused(None)
    if file.is_too_large:
        return _refused(FileError.TOO_LARGE)
    # One at a time: each may use as much memory as its reader allows.
    async with desk.reading_file:
        output = await read_output(file.content, FileKind.BILLER_LIST)
    without_content = replace(request, file=replace(file, content=b""))
    return await desk.read(without_content, _compare_now, output, is_long=True)


def _refused(fault: FileError | None) -> UnrenderedPage:
    return page("reconciliation.html", fault=fault, status=HTTPStatus.UNPROCESSABLE_ENTITY, **_LIMITS)


def _compare_now(request: DeskRequest, work: UnitOfWork, output: bytes | None) -> DeskResponse:
    listed = decode_biller_list(output)
    if isinstance(listed, UnreadablePriceList):
        return _refused(listed.fault)
    compared = compare_list(work, listed)
    if request.form.get("as") == "csv":
        return _as_csv(request, compared)
    result = compared.result
    return page(
        "reconciled.html",
        compared=compared,
        result=result,
        counts=tuple((kind, result.count(kind)) for kind in DifferenceKind),
        shown=result.differences[:ROWS_SHOWN],
        file_name=request.file.name if request.file else "",
        unread=listed.unread[:UNREAD_SHOWN],
    )


def _as_csv(request: DeskRequest, compared: ListResult) -> Response:
    rows = (_row(request, difference) for difference in compared.result.differences)
    return Response(
        csv_bytes(_TITLES, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="selisih-biller.csv"'},
    )


def _row(request: DeskRequest, difference: ListDifference) -> list[Cell]:
    return [difference.kind, difference.trxid, *_cells(request, difference), difference.extra_idr]


def _cells(request: DeskRequest, difference: ListDifference) -> Iterator[Cell]:
    listed, order = difference.listed, difference.order
    yield from (listed.product, listed.destination, listed.state) if listed else ("", "", "")
    yield from (listed.cost_idr, listed.at) if listed else (None, "")
    if order is None:
        yield from ("", "", "", None, "")
        return
    placed_at = datetime.fromtimestamp(order.placed_at_ms // 1000, request.zone)
    yield from (order.product_code, order.destination, order.state, order.cost_idr)
    yield f"{placed_at:%Y-%m-%d %H:%M:%S}"


_LIMITS = {"max_mb": MAX_FILE_BYTES // 1_000_000, "max_rows": MAX_ROWS}

PAGES = (
    DeskPage(path="/biller/list", read=_show),
    DeskPage(path="/biller/list/compare", handle=_compare, method="POST", takes_file=True),
)
