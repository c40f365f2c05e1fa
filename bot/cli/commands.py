"""The commands `loket status`, `orders`, `report` and `totals`; what one needs is imported when it is run."""

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot.grammar.period import day_of
from bot.settings.settings import FileSettings, ShellSettings

NOT_WELL = 1
"""No bot runs, or the books do not tie, or sums of reports are wrong."""
WRONG_ARGUMENT = 2
DATABASE_UNREADABLE = 3


def add_looks(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", *, count: Callable[[str], int]
) -> None:
    """Add the commands that look at the database, even while the bot runs."""
    status = commands.add_parser("status", help="show what runs, what waits, the balance and the books")
    orders = commands.add_parser("orders", help="list the newest orders")
    orders.add_argument("--state", metavar="STATE", help="only those in this state, such as unknown")
    orders.add_argument("--number", metavar="NUMBER", help="only those to this number")
    orders.add_argument("--limit", type=count, default=20, metavar="N", help="at most N (default: 20)")
    report = commands.add_parser("report", help="sum the orders of a day by product")
    report.add_argument("--day", type=_day, metavar="DAY", help="such as 2026-11-27 (default: today)")
    report.add_argument("--csv", metavar="FILE", help="write a CSV file, or to standard output with -")
    totals = commands.add_parser("totals", help="check that the sums of reports are those of their orders")
    totals.add_argument("--rebuild", action="store_true", help="correct what is wrong, even beside the bot")
    for command in (status, orders, report, totals):
        command.add_argument("--json", action="store_true", help="print it as JSON")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a day such as 2026-11-27") from None


def _look(show: Callable[[], None]) -> int:
    """Run a command that only reads, print its error, and return the exit status."""
    from storage.errors import StorageError

    try:
        show()
    except StorageError as error:
        print(f"loket: {error}", file=sys.stderr)
        return DATABASE_UNREADABLE
    return 0


def print_status(settings: ShellSettings, *, now_ms: int, as_json: bool) -> int:
    """Print the state; return the exit status."""
    from bot.cli import reports
    from storage.errors import StorageError

    try:
        status = reports.read_overview(settings, now_ms)
    except StorageError as error:
        print(f"loket: {error}", file=sys.stderr)
        return DATABASE_UNREADABLE
    if as_json:
        print(reports.as_json(reports.status_data(status)))
    else:
        print("\n".join(reports.status_lines(status, settings)))
    return 0 if status.is_well else NOT_WELL


def print_totals(settings: FileSettings, arguments: argparse.Namespace, now_ms: int) -> int:
    """Compare the sums of reports with their orders, or correct them; return the exit status."""
    from bot.cli import reports, totals
    from storage.errors import StorageError

    run = totals.rebuild_totals if arguments.rebuild else totals.check_totals
    try:
        check = run(settings, at_ms=now_ms)
    except StorageError as error:
        print(f"loket: {error}", file=sys.stderr)
        return DATABASE_UNREADABLE
    if arguments.json:
        print(reports.as_json(totals.totals_data(check)))
    else:
        print("\n".join(totals.totals_lines(check)))
    return 0 if check.agrees else NOT_WELL


def print_orders(settings: FileSettings, arguments: argparse.Namespace, _: int) -> int:
    """Print the orders that the arguments name; return the exit status."""
    return _look(lambda: _show_orders(settings, arguments))


def _show_orders(settings: FileSettings, arguments: argparse.Namespace) -> None:
    from bot.cli import reports
    from bot.orders.model import State

    if arguments.state not in (None, *State):
        print(f"loket: --state must be one of {', '.join(State)}", file=sys.stderr)
        sys.exit(WRONG_ARGUMENT)
    rows = reports.read_orders(
        settings.database_url,
        state=State(arguments.state) if arguments.state else None,
        number=arguments.number,
        limit=arguments.limit,
    )
    if arguments.json:
        print(reports.as_json(reports.order_data(rows)))
    else:
        print("\n".join(reports.order_lines_of(rows, settings)) or "no orders")


def print_report(settings: FileSettings, arguments: argparse.Namespace, now_ms: int) -> int:
    """Print or write the report of a day; return the exit status."""
    return _look(lambda: _show_report(settings, arguments, now_ms))


def _show_report(settings: FileSettings, arguments: argparse.Namespace, now_ms: int) -> None:
    from bot.cli import reports

    day = arguments.day or day_of(now_ms, settings.zone)
    report = reports.read_day(day, settings)
    if arguments.json:
        print(reports.as_json(reports.day_data(report)))
    elif arguments.csv is None:
        print("\n".join(reports.day_lines(report)))
    elif arguments.csv == "-":
        sys.stdout.buffer.write(reports.day_csv(report))
    else:
        Path(arguments.csv).write_bytes(reports.day_csv(report))
        print(f"{arguments.csv}: {len(report.rows)} products")
