"""The report of `loket books`, in lines for operators and as data for scripts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec.structs import asdict

from bot.ledger import BooksReport

SHOWN_A_CHECK = 20


def report_lines(report: BooksReport) -> Iterator[str]:
    figures = report.figures
    for label, amount_idr in (
        ("deposits", figures.deposits_idr),
        ("+ adjustments", figures.adjustments_idr),
        ("= available", figures.available_idr),
        ("+ held", figures.held_idr),
        ("+ sales", figures.sales_idr),
        ("+ suspense", figures.suspense_idr),
    ):
        yield f"{label:<14}{amount_idr:>20,}"
    shown: Counter[str] = Counter()
    for finding in report.findings:
        shown[finding.check] += 1
        if shown[finding.check] <= SHOWN_A_CHECK:
            yield f"{finding.check}: {finding.words}"
    for check, count in shown.items():
        if count > SHOWN_A_CHECK:
            yield f"{check}: and {count - SHOWN_A_CHECK} more"
    counts = f"{report.entries:,} entries, {report.orders:,} orders, {report.shops:,} shops"
    yield f"{counts}: " + ("the books tie" if report.ties else "the books do not tie")


def as_data(report: BooksReport) -> dict[str, Any]:
    """Return the report as plain data; names are only ever added."""
    findings = [
        {name: value for name, value in asdict(finding).items() if value not in (None, "")}
        | {"words": finding.words}
        for finding in report.findings
    ]
    return {"ties": report.ties, **asdict(report), "figures": asdict(report.figures), "findings": findings}
