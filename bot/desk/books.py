"""The page of the books: on demand every figure of the ledger is computed again, and compared."""

from collections import Counter
from http import HTTPStatus

from msgspec import Struct

from bot.desk.context import DeskContext, DeskPage
from bot.desk.request import DeskRequest, DeskResponse, page
from bot.ledger import BooksCheck, BooksFinding, BooksReport
from bot.unit_of_work import UnitOfWork
from storage.books import check_books

MAX_SHOWN_A_CHECK = 20


class ShownReport(Struct, frozen=True, kw_only=True):
    """A report with its first findings of each kind, and how many more of each there are."""

    report: BooksReport
    findings: tuple[BooksFinding, ...]
    left_out: dict[BooksCheck, int]
    checked_at_ms: int


def _show(_: DeskRequest, __: UnitOfWork) -> DeskResponse:
    return page("books.html", shown=None, is_running=False)


async def _check(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    """Check the books, one check at a time: it reads whole tables."""
    checking = desk.checking_books
    if checking.locked():
        return page("books.html", shown=None, is_running=True, status=HTTPStatus.CONFLICT)
    async with checking:
        return await desk.read(request, _check_now, is_long=True)


def _check_now(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    return page("books.html", shown=_shown(check_books(work.tx), request.now_ms), is_running=False)


def _shown(report: BooksReport, now_ms: int) -> ShownReport:
    count: Counter[BooksCheck] = Counter()
    first = []
    for finding in report.findings:
        count[finding.check] += 1
        if count[finding.check] <= MAX_SHOWN_A_CHECK:
            first.append(finding)
    left_out = {
        check: found - MAX_SHOWN_A_CHECK for check, found in count.items() if found > MAX_SHOWN_A_CHECK
    }
    return ShownReport(report=report, findings=tuple(first), left_out=left_out, checked_at_ms=now_ms)


PAGES = (
    DeskPage(path="/books", read=_show, title="Books"),
    DeskPage(path="/books", handle=_check, method="POST"),
)
