"""One name has one meaning: no class and no function is defined twice under the same public name."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

NAMED_BY_THEIR_MODULE = ("storage", "bot/texts", "bot/notices")
"""Their functions are called through the module, which says of what: `orders.get`, `placing.words`."""

SAME_MEANING = {
    "main": "the entry point of a process",
    "render_file": "a report as a file, one for each kind of report",
    "render_report": "a report as a message, one for each kind of report",
    "show_open": "what waits for an admin, one for each kind of card",
}


def public(kinds: type[ast.stmt] | tuple[type[ast.stmt], ...], files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, kinds) and not getattr(node, "name", "_").startswith("_"):
                yield getattr(node, "name", "")


def sources(*folders: str) -> list[Path]:
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


def repeated(names: Iterable[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if count > 1}


def test_no_class_has_two_homes() -> None:
    assert repeated(public(ast.ClassDef, sources("bot", "storage"))) == set()


def test_no_function_has_two_meanings() -> None:
    files = [
        file
        for file in sources("bot", "storage")
        if not str(file.relative_to(ROOT)).startswith(NAMED_BY_THEIR_MODULE)
    ]
    assert repeated(public(FUNCTIONS, files)) == SAME_MEANING.keys()
