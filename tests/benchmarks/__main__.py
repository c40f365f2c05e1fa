"""`python -m tests.benchmarks` measures Loket beside what one would write instead, and prints the tables."""

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvloop

from tests.benchmarks import (
    broadcast,
    desk,
    growth,
    limits,
    postgres,
    postgres_growth,
    quiet,
    side_by_side,
    textbook,
)
from tests.benchmarks.contender import ROOT, SHOPS_PYTHON, TEXTBOOK_PYTHON

PICTURE = ROOT / "docs" / "pictures" / "performance.svg"
OURS = ("httpx", "aiohttp", "uvicorn", "uvloop", "aiosqlite", "msgspec")
ORDERS = [0, 1_000_000, 10_000_000]
THEIRS = ("aiogram", "aiohttp", "python-telegram-bot", "httpx", "uvicorn", "aiosqlite")

Part = Callable[[argparse.Namespace], Coroutine[Any, Any, str]]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"of {', '.join(PARTS)}; without any, {', '.join(BY_DEFAULT)}",
    )
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--orders", type=int, nargs="+", metavar="N", help="for growth, desk and postgres")
    parser.add_argument(
        "--books", type=Path, default=ROOT / ".bench", metavar="DIR", help="for growth and desk: 17 GB"
    )
    given = parser.parse_args()
    parts = given.parts or list(BY_DEFAULT)
    if unknown := [name for name in parts if name not in PARTS]:
        parser.error(f"no part is called {unknown[0]}")
    _say(_machine())
    for name in parts:
        _say(f"### {name}\n\n{uvloop.run(PARTS[name](given))}")


async def _road(given: argparse.Namespace) -> str:
    run = await side_by_side.run(given.rounds)
    _draw({load: {name: asdict(one) for name, one in by_name.items()} for load, by_name in run.items()})
    return f"{side_by_side.tables(run)}\n\nPicture: {PICTURE.relative_to(ROOT)}"


async def _limits(given: argparse.Namespace) -> str:
    return await limits.run(given.rounds)


async def _quiet(_: argparse.Namespace) -> str:
    return await quiet.run()


async def _growth(given: argparse.Namespace) -> str:
    return await growth.run(given.books.absolute(), given.orders or ORDERS, given.rounds)


async def _broadcast(given: argparse.Namespace) -> str:
    return await broadcast.run(given.rounds)


async def _desk(given: argparse.Namespace) -> str:
    return await desk.run(given.books.absolute(), max(given.orders or ORDERS), given.rounds)


async def _textbook(given: argparse.Namespace) -> str:
    return await textbook.run(given.rounds)


async def _postgres(given: argparse.Namespace) -> str:
    if given.orders:
        return await postgres_growth.run(given.orders, given.rounds)
    return await postgres.run(given.rounds)


PARTS: dict[str, Part] = {
    "road": _road,
    "limits": _limits,
    "quiet": _quiet,
    "textbook": _textbook,
    "broadcast": _broadcast,
    "growth": _growth,
    "desk": _desk,
    "postgres": _postgres,
}
BY_DEFAULT = ("road", "limits", "quiet")
"""The others take minutes a round, 17 GB, or a PostgreSQL."""


def _draw(figures: dict[str, Any]) -> None:
    command = [str(TEXTBOOK_PYTHON), "-m", "tests.benchmarks.picture", str(PICTURE)]
    subprocess.run(command, input=json.dumps(figures), text=True, cwd=ROOT, check=True)


def _machine() -> str:
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next(
        (line.partition(": ")[2] for line in told if line.startswith("model name")), platform.machine()
    )
    lines = (
        f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        f"Loket: {_versions(str(SHOPS_PYTHON), OURS)}",
        f"textbooks: {_versions(str(TEXTBOOK_PYTHON), THEIRS)}",
    )
    return "\n".join(f"- {line}" for line in lines)


def _versions(python: str, names: tuple[str, ...]) -> str:
    code = f"from importlib.metadata import version as v; print(', '.join(n + ' ' + v(n) for n in {names}))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
