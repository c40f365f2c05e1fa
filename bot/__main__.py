"""The command line: `loket run` and the other commands, also available as `python -m bot …`."""

import argparse
import asyncio
import logging
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

from bot import __version__
from bot.cli.commands import add_looks, print_orders, print_report, print_status, print_totals
from bot.logs import log_unhandled_errors, set_up_logs
from bot.settings.settings import (
    AnySettings,
    FileSettings,
    InvalidSettingsError,
    Settings,
    load_file_settings,
    load_settings,
    load_shell_settings,
)
from bot.settings.sources import inspect_sources

EXIT_SETTINGS = 2
EXIT_CANNOT_RUN = 1
EXIT_DATABASE = 3
"""The database is damaged, missing, too new or half restored: only the operator can help."""

_log = logging.getLogger(__name__)


def main() -> None:
    """Run the command of the command line.

    Exit with 0 after success, 2 for invalid settings, 3 for a database that needs the operator, 1 for any
    other failure. `loket books` exits with 1 only if the books do not tie, `loket totals` if sums of reports
    are wrong, `loket status` also if no bot runs; these, and `orders` and `report`, exit with 3 if they
    cannot read the database.
    """
    parser = argparse.ArgumentParser(
        prog="loket", description="A Telegram bot at which resellers order from one biller."
    )
    parser.add_argument("--version", action="version", version=f"loket {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="run the bot")
    commands.add_parser("check", help="check settings, database, Telegram, admins, biller and web server")
    backup = commands.add_parser("backup", help="copy the database, even while the bot runs")
    backup.add_argument("target", type=Path, metavar="FILE", help="a new file, or a folder for it")
    backup.add_argument(
        "--keep", type=_count, metavar="N", help="keep the last N backups in the folder, delete older ones"
    )
    restore = commands.add_parser("restore", help="replace the database with a backup; the bot must not run")
    restore.add_argument("copy", type=Path, metavar="FILE", help="a file written by `loket backup`")
    move = commands.add_parser(
        "migrate-database", help="copy a stopped shop from SQLite to PostgreSQL, or back"
    )
    move.add_argument("source", metavar="FROM", help="such as sqlite:///data/loket.db")
    move.add_argument("target", metavar="TO", help="such as postgresql://USER@HOST/NAME, an empty database")
    books = commands.add_parser("books", help="check that all money ties to zero, even while the bot runs")
    books.add_argument("--json", action="store_true", help="print the figures and findings as JSON")
    add_looks(commands, count=_count)
    _add_catalogue(commands.add_parser("catalogue", help="import or export the price list, as XLSX or CSV"))
    # The sandbox parses its own options, including --help: all arguments after `demo` are passed on to it.
    commands.add_parser("demo", help="run the bot in a sandbox, with a web page to chat in", add_help=False)
    commands.add_parser(
        "sandbox", help="run Telegram and the biller of the sandbox alone, for a staging bot", add_help=False
    )
    arguments, others = parser.parse_known_args()
    if arguments.command == "demo":
        _replace_with_sandbox(others)
    if arguments.command == "sandbox":
        _replace_with_sandbox(["--no-bot", *others])
    if others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    sys.exit(_run_command(arguments))


def _run_command(arguments: argparse.Namespace) -> int:
    """Load the settings that the command needs, run it, and return the exit status."""
    match arguments.command:
        case "run":
            return _run(_set_up(load_settings))
        case "check":
            return _check(_set_up(load_settings))
        case "books":
            return _check_books(_set_up(load_file_settings), as_json=arguments.json)
        case "status":
            return print_status(_set_up(load_shell_settings), now_ms=_now_ms(), as_json=arguments.json)
        case "orders" | "report" | "totals":
            looks = {"orders": print_orders, "report": print_report, "totals": print_totals}
            return looks[arguments.command](_set_up(load_file_settings), arguments, _now_ms())
        case _:
            settings = _set_up(load_file_settings)
            for warning in inspect_sources(FileSettings).warnings:
                print(f"loket: {warning}", file=sys.stderr)
            return _run_file_command(settings, arguments)


def _now_ms() -> int:
    from bot.app.app import now_ms

    return now_ms()


def _set_up(load: Callable[[], AnySettings]) -> AnySettings:
    """Load settings and set up logs; exit if the settings are invalid."""
    try:
        settings = load()
    except InvalidSettingsError as error:
        for fault in error.faults:
            print(f"loket: {fault}", file=sys.stderr)
        print("loket: set these in the environment or in .env; .env.example explains each", file=sys.stderr)
        sys.exit(EXIT_SETTINGS)
    set_up_logs(level=settings.log_level, secrets=settings.secrets(), replica=settings.logged_replica)
    log_unhandled_errors()
    return settings


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError("must be a whole number, at least 1")
    return int(text)


def _add_catalogue(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    import_ = actions.add_parser("import", help="show what a price list changes, and apply it after a yes")
    import_.add_argument("--yes", action="store_true", help="apply without asking")
    import_.add_argument(
        "--skip-faulty", action="store_true", help="skip rows with errors and apply the rest"
    )
    import_.add_argument(
        "--replace", action="store_true", help="remove products that are not in the price list"
    )
    import_.add_argument(
        "--price", default="", metavar="HEADING", help="the column of the price that resellers pay"
    )
    export = actions.add_parser("export", help="write the price list in the format that import reads")
    for action in (import_, export):
        action.add_argument("file", type=Path, metavar="FILE", help="a spreadsheet, or a text file in .csv")


def _replace_with_sandbox(arguments: list[str]) -> None:
    """Replace this process with the sandbox, which reaches the bot only by URL."""
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", *arguments])  # noqa: S606 - our own module


def _run(settings: Settings) -> int:
    # Imported late, so that `loket demo` and a wrong setting respond at once.
    import uvloop

    from bot.app.lifecycle import run
    from bot.web.server import CannotListenError
    from storage.errors import (
        DatabaseDamaged,
        DatabaseMissing,
        DatabaseTooNew,
        RestoreUnfinished,
        StorageError,
    )

    for warning in inspect_sources(Settings).warnings:
        _log.warning("settings: %s", warning)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(settings))
    except (DatabaseDamaged, DatabaseMissing, DatabaseTooNew, RestoreUnfinished) as error:
        _log.error("cannot run: %s", error)
        return EXIT_DATABASE
    except (StorageError, CannotListenError) as error:
        _log.error("cannot run: %s", error)
        return EXIT_CANNOT_RUN
    return 0


def _check(settings: Settings) -> int:
    from bot.cli.check import check

    return asyncio.run(check(settings))


def _check_books(settings: FileSettings, *, as_json: bool) -> int:
    import msgspec

    from bot.cli.books import as_data, report_lines
    from storage.books import read_report
    from storage.errors import StorageError

    try:
        report = read_report(settings.database_url)
    except StorageError as error:
        print(f"loket: {error}", file=sys.stderr)
        return EXIT_DATABASE
    print(msgspec.json.encode(as_data(report)).decode() if as_json else "\n".join(report_lines(report)))
    return 0 if report.ties else EXIT_CANNOT_RUN


def _run_file_command(settings: FileSettings, arguments: argparse.Namespace) -> int:
    """Run a command that works on files, print its error, and return the exit status."""
    from bot.cli.catalogue import PriceListFileError, export_catalogue, import_catalogue
    from bot.cli.database import back_up_database, move_database, restore_database
    from storage.errors import StorageError

    try:
        match arguments.command:
            case "backup":
                back_up_database(settings, arguments.target, arguments.keep, now_ms=_now_ms)
            case "restore":
                restore_database(settings, arguments.copy, now_ms=_now_ms)
            case "migrate-database":
                move_database(arguments.source, arguments.target, now_ms=_now_ms)
            case _ if arguments.action == "import":
                stamp = secrets.token_urlsafe(16)
                import_catalogue(settings, arguments, stamp=stamp, now_ms=_now_ms())
            case _:
                export_catalogue(settings, arguments.file)
    except (StorageError, PriceListFileError) as error:
        print(f"loket: {error}", file=sys.stderr)
        return EXIT_CANNOT_RUN
    return 0


if __name__ == "__main__":
    main()
