"""The command line: `loket run` and the other commands, also available as `python -m bot …`."""

import argparse
import asyncio
import logging
import os
import secrets
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from bot.catalogue.diff import CatalogueDiff
    from bot.cli.catalogue import ImportPlan
    from storage.backup import BackupContents

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
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
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
        case "backup":
            command = partial(_back_up, target=arguments.target, keep=arguments.keep)
        case "books":
            return _check_books(_set_up(load_file_settings), as_json=arguments.json)
        case "status":
            return print_status(_set_up(load_shell_settings), now_ms=_now_ms(), as_json=arguments.json)
        case "orders" | "report" | "totals":
            looks = {"orders": print_orders, "report": print_report, "totals": print_totals}
            return looks[arguments.command](_set_up(load_file_settings), arguments, _now_ms())
        case "restore":
            command = partial(_restore, copy=arguments.copy)
        case "migrate-database":
            command = partial(_move, arguments=arguments)
        case "catalogue" if arguments.action == "import":
            command = partial(_import, arguments=arguments)
        case _:
            command = partial(_export, file=arguments.file)
    settings = _set_up(load_file_settings)
    for warning in inspect_sources(FileSettings).warnings:
        print(f"loket: {warning}", file=sys.stderr)
    return _run_file_command(partial(command, settings))


def _now_ms() -> int:
    from bot.app import now_ms

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


class _ShowVersion(argparse.Action):
    """Prints the version of the installed package, looked up only on demand."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"loket {version('loket')}")
        parser.exit()


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

    from bot.app import run
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


def _run_file_command(command: Callable[[], None]) -> int:
    """Run a command that works on files, print its error, and return the exit status."""
    from bot.cli.catalogue import PriceListFileError
    from storage.errors import StorageError

    try:
        command()
    except (StorageError, PriceListFileError) as error:
        print(f"loket: {error}", file=sys.stderr)
        return EXIT_CANNOT_RUN
    return 0


def _back_up(settings: FileSettings, target: Path, keep: int | None) -> None:
    from storage.backup import (
        back_up,
        backup_file_name,
        delete_old_backups,
        make_backup_folder,
        note_backup,
    )

    database = _file_of(settings, "pg_dump --format=custom --file=loket.dump NAME, or point-in-time recovery")
    if keep is not None:
        make_backup_folder(target)
    now = datetime.fromtimestamp(_now_ms() / 1000, settings.zone)
    file = backup_file_name(target, now) if target.is_dir() else target
    contents = back_up(database, file)
    note_backup(database, file, at_ms=_now_ms())
    print(f"{file}: {_described(contents, settings)}; checked and written to disk")
    for old in delete_old_backups(file, keep=keep) if keep else ():
        print(f"{old}: deleted")


def _restore(settings: FileSettings, copy: Path) -> None:
    from storage.backup import restore

    database = _file_of(
        settings,
        "stop every Loket, then createdb NAME and pg_restore --exit-on-error --dbname=NAME loket.dump, "
        "or point-in-time recovery; the next start is closed",
    )
    now = datetime.fromtimestamp(_now_ms() / 1000, settings.zone)
    restored = restore(copy, database, now=now)
    print(f"{database} is now the backup: {_described(restored.contents, settings)}")
    for file in restored.aside:
        print(f"previous file moved to {file}")
    print("start Loket: the counter stays closed, and buys nothing, until an admin opens it")


def _move(settings: FileSettings, arguments: argparse.Namespace) -> None:  # noqa: ARG001 - it works on the URLs of its arguments
    from bot.settings.values import check_database_url
    from storage.errors import StorageError

    try:
        from storage.moving import move
    except ImportError as error:
        raise StorageError("PostgreSQL needs its library: pip install 'loket[postgres]'") from error
    try:
        source, target = map(check_database_url, (arguments.source, arguments.target))
    except ValueError as error:
        raise StorageError(f"FROM and TO are the URLs of databases: {error}") from None
    moved = move(source, target, now_ms=_now_ms())
    for table, count in sorted(moved.counts.items()):
        print(f"{table}: {count}")
    if moved.differences:
        for difference in moved.differences:
            print(f"loket: {difference}", file=sys.stderr)
        raise StorageError("the copy is not as the original: its counter starts closed, and buys nothing")
    print(f"{sum(moved.counts.values())} rows, all compared; balances of resellers: Rp{moved.balances_idr}")
    print("now set DATABASE_URL to the new one, and keep the old one where no Loket starts on it")


def _file_of(settings: FileSettings, instead: str) -> Path:
    """Return the file of the database; raise StorageError with what to do `instead` if there is none."""
    from storage.errors import StorageError

    if settings.database_path is None:
        raise StorageError(f"this command is for SQLite. For PostgreSQL: {instead} (docs/operating.md)")
    return settings.database_path


def _export(settings: FileSettings, file: Path) -> None:
    from bot.cli.catalogue import export_list

    print(f"{file}: {export_list(settings.database_url, file)} products")


def _import(settings: FileSettings, arguments: argparse.Namespace) -> None:
    from bot.cli import catalogue

    price_list = catalogue.read_price_list_file(arguments.file)
    price_list = catalogue.with_known_levels(settings.database_url, price_list)
    for line in catalogue.reading_lines(price_list):
        print(line)
    applied = catalogue.import_list(
        settings.database_url,
        price_list,
        arguments.file,
        replaces=arguments.replace,
        price_title=arguments.price,
        stamp=secrets.token_urlsafe(16),
        at_ms=_now_ms(),
        agrees=partial(_is_confirmed, arguments=arguments),
    )
    print("applied" if applied else "nothing was changed")


def _is_confirmed(plan: "ImportPlan", *, arguments: argparse.Namespace) -> bool:
    """Print the plan, and ask; raise PriceListFileError for faulty rows without --skip-faulty."""
    from bot.cli.catalogue import PriceListFileError, problem_lines

    for line in problem_lines(plan.problems):
        print(line)
    if plan.problems and not arguments.skip_faulty:
        raise PriceListFileError("fix these rows, or skip them with --skip-faulty")
    _print_changes(plan.diff)
    if plan.unlisted_count and not arguments.replace:
        print(f"{plan.unlisted_count} products are not in the list and stay; --replace removes them")
    if arguments.yes or not plan.diff:
        return True
    print("apply? [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() == "y"


def _print_changes(diff: "CatalogueDiff") -> None:
    for kind, count in diff.counts():
        codes = ", ".join(change.code for change in diff.of_kind(kind)[:5])
        more = ", …" if count > 5 else ""  # noqa: PLR2004 - examples
        print(f"{count} {kind.replace('_', ' ')}: {codes}{more}")
    if diff.reordered:
        print("the order of products changes")


def _described(contents: "BackupContents", settings: FileSettings) -> str:
    if contents.last_order_at_ms is None:
        return "no orders"
    last = datetime.fromtimestamp(contents.last_order_at_ms / 1000, settings.zone)
    return f"{contents.orders} orders, the last of {last:%Y-%m-%d %H:%M:%S %Z}"


if __name__ == "__main__":
    main()
