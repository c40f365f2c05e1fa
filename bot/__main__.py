"""The command line, `loket run` and all others, each also as `python -m bot …`."""

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

from bot.logs import log_unhandled_errors, set_up_logs
from bot.settings import InvalidSettingsError, Settings, load_settings

if TYPE_CHECKING:
    from bot.catalogue.diff import CatalogueDiff
    from bot.catalogue_cli import ImportPlan
    from storage.backup import BackupContents

EXIT_SETTINGS = 2
EXIT_CANNOT_RUN = 1
EXIT_DATABASE = 3
"""A person has to choose the database (damaged, newer, a restore cut off): starting again would not help."""

_log = logging.getLogger(__name__)


def main() -> None:
    """Read the command and carry it out.

    Exits with 2 for settings, 3 for a database that needs a person, 1 for what else cannot be, 0 otherwise.
    """
    parser = argparse.ArgumentParser(
        prog="loket", description="A Telegram counter for resellers of one biller."
    )
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="run the bot")
    commands.add_parser(
        "check", help="look at settings, database, Telegram and web server, and say what to do"
    )
    backup = commands.add_parser("backup", help="copy the database, also while the bot runs")
    backup.add_argument("target", type=Path, metavar="FILE", help="a new file, or a folder to make one in")
    restore = commands.add_parser(
        "restore", help="put a backup in the place of the database; the bot must not run"
    )
    restore.add_argument("copy", type=Path, metavar="FILE", help="what `loket backup` wrote")
    _add_catalogue(commands.add_parser("catalogue", help="bring the price list in or out, as XLSX or CSV"))
    # The sandbox has options of its own, --help among them: whatever follows `demo` is passed on to it.
    commands.add_parser("demo", help="run the bot in a sandbox, with a web page to chat in", add_help=False)
    given, others = parser.parse_known_args()
    if given.command == "demo":
        _become_the_sandbox(others)
    if others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    settings = _settings_or_exit()
    set_up_logs(level=settings.log_level, secrets=settings.secrets())
    log_unhandled_errors()
    match given.command:
        case "check":
            sys.exit(_check(settings))
        case "backup":
            sys.exit(_keep(partial(_back_up, settings, given.target)))
        case "catalogue" if given.way == "import":
            sys.exit(_keep(partial(_import, settings, given)))
        case "catalogue":
            sys.exit(_keep(partial(_export, settings, given.file)))
        case "restore":
            sys.exit(_keep(partial(_restore, settings, given.copy)))
        case _:
            sys.exit(_run(settings))


class _ShowVersion(argparse.Action):
    """Print the version of the installed package; it is looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"loket {version('loket')}")
        parser.exit()


def _add_catalogue(parser: argparse.ArgumentParser) -> None:
    ways = parser.add_subparsers(dest="way", required=True, metavar="WAY")
    bring_in = ways.add_parser("import", help="show what a list would change, and apply it when told to")
    bring_in.add_argument("--yes", action="store_true", help="apply without asking")
    bring_in.add_argument("--skip-faulty", action="store_true", help="apply the sound rows of a faulty list")
    bring_in.add_argument(
        "--replace", action="store_true", help="remove the products that the list does not name"
    )
    bring_in.add_argument("--price", default="", metavar="HEADING", help="the column that resellers pay by")
    export = ways.add_parser("export", help="write the list in the form that import reads")
    for way in (bring_in, export):
        way.add_argument("file", type=Path, metavar="FILE", help="a spreadsheet, or text that ends in .csv")


def _become_the_sandbox(arguments: list[str]) -> None:
    """The sandbox is a program of its own, so that it can only reach the bot as the world does."""
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", *arguments])  # noqa: S606 - our own interpreter and module


def _settings_or_exit() -> Settings:
    try:
        return load_settings()
    except InvalidSettingsError as error:
        for fault in error.faults:
            print(f"loket: {fault}", file=sys.stderr)
        print("loket: set these in the environment or in .env; .env.example explains each", file=sys.stderr)
        sys.exit(EXIT_SETTINGS)


def _run(settings: Settings) -> int:
    # Imported late: `loket demo` and a wrong setting should answer at once.
    import uvloop

    from bot.app import run
    from bot.web.server import CannotListenError
    from storage.errors import DatabaseDamaged, DatabaseTooNew, RestoreUnfinished, StorageError

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(settings))
    except (DatabaseDamaged, DatabaseTooNew, RestoreUnfinished) as error:
        _log.error("cannot run: %s", error)
        return EXIT_DATABASE
    except (StorageError, CannotListenError) as error:
        _log.error("cannot run: %s", error)
        return EXIT_CANNOT_RUN
    return 0


def _check(settings: Settings) -> int:
    from bot.doctor import check

    return asyncio.run(check(settings))


def _keep(work: Callable[[], None]) -> int:
    """Carry out what is done with a file, and say on the terminal what stood in its way."""
    from bot.catalogue_cli import PriceListFileError
    from storage.errors import StorageError

    try:
        work()
    except (StorageError, PriceListFileError) as error:
        print(f"loket: {error}", file=sys.stderr)
        return EXIT_CANNOT_RUN
    return 0


def _back_up(settings: Settings, target: Path) -> None:
    from bot.app import now_ms
    from storage.backup import back_up, backup_file_name

    now = datetime.fromtimestamp(now_ms() / 1000, settings.zone)
    file = backup_file_name(target, now) if target.is_dir() else target
    holding = back_up(settings.database_path, file)
    print(f"{file}: {_described(holding, settings)}; checked and on the disk")


def _restore(settings: Settings, copy: Path) -> None:
    from bot.app import now_ms
    from storage.backup import restore

    now = datetime.fromtimestamp(now_ms() / 1000, settings.zone)
    restored = restore(copy, settings.database_path, now=now)
    print(f"{settings.database_path} is now the backup: {_described(restored.contents, settings)}")
    for file in restored.aside:
        print(f"what stood there is kept as {file}")
    print("start Loket: it stays closed, and buys nothing, until an admin has read its card and opens it")


def _export(settings: Settings, file: Path) -> None:
    from bot.catalogue_cli import export_list

    print(f"{file}: {export_list(settings.database_path, file)} products")


def _import(settings: Settings, given: argparse.Namespace) -> None:
    from bot import catalogue_cli
    from bot.app import now_ms

    found = catalogue_cli.read_file(given.file)
    for line in catalogue_cli.reading_lines(found):
        print(line)
    applied = catalogue_cli.import_list(
        settings.database_path,
        found,
        given.file,
        replaces=given.replace,
        price_title=given.price,
        stamp=secrets.token_urlsafe(16),
        at_ms=now_ms(),
        agrees=partial(_agrees, given=given),
    )
    print("applied" if applied else "nothing was changed")


def _agrees(plan: "ImportPlan", *, given: argparse.Namespace) -> bool:
    """Print what a list would do, and ask; PriceListFileError for faulty rows that are not to be left out."""
    from bot.catalogue_cli import PriceListFileError, problem_lines

    for line in problem_lines(plan.problems):
        print(line)
    if plan.problems and not given.skip_faulty:
        raise PriceListFileError("mend these rows, or leave them out with --skip-faulty")
    _print_changes(plan.diff)
    if plan.unlisted_count and not given.replace:
        print(f"{plan.unlisted_count} products are not in the list and stay; --replace removes them")
    if given.yes or not plan.diff:
        return True
    print("apply? [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() == "y"


def _print_changes(diff: "CatalogueDiff") -> None:
    for kind, count in diff.counts():
        codes = ", ".join(change.code for change in diff.of_kind(kind)[:5])
        print(f"{count} {kind.replace('_', ' ')}: {codes}{', …' if count > 5 else ''}")  # noqa: PLR2004 - examples
    if diff.reordered:
        print("the order of products changes")


def _described(holding: "BackupContents", settings: Settings) -> str:
    if holding.last_order_at_ms is None:
        return "no orders"
    last = datetime.fromtimestamp(holding.last_order_at_ms / 1000, settings.zone)
    return f"{holding.orders} orders, the last of {last:%Y-%m-%d %H:%M:%S %Z}"


if __name__ == "__main__":
    main()
