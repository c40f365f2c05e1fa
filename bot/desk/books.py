"""The page of the books: on demand every figure of the ledger is computed again, and compared."""

from collections import Counter
from http import HTTPStatus

from msgspec import Struct
from starlette.responses import Response

from bot.desk.visit import DeskPage, Visit
from bot.ledger.books import BooksCheck, BooksFinding, BooksReport
from storage.books import check_books

MAX_SHOWN_A_CHECK = 20


class ShownReport(Struct, frozen=True, kw_only=True):
    """A report with its first findings of each kind, and how many more of each there are."""

    report: BooksReport
    findings: tuple[BooksFinding, ...]
    left_out: dict[BooksCheck, int]
    checked_at_ms: int


async def _show(visit: Visit) -> Response:
    return await visit.page("books.html", shown=None, is_running=False)


async def _check(visit: Visit) -> Response:
    """Check the books, one check at a time: it reads whole tables, and other pages need the threads too."""
    checking = visit.desk.checking_books
    if checking.locked():
        return await visit.page("books.html", shown=None, is_running=True, status=HTTPStatus.CONFLICT)
    async with checking:
        report = await visit.read(lambda work: check_books(work.tx))
    return await visit.page("books.html", shown=_shown(report, visit.desk.now_ms()), is_running=False)


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
    DeskPage(path="/books", handle=_show, title="Books"),
    DeskPage(path="/books", handle=_check, method="POST"),
)
