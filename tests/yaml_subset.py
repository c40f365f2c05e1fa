"""Reads the part of YAML that our files keep to: maps, lists, and plain or quoted scalars on one line."""

import json
import re
from pathlib import Path
from typing import Any


def read_yaml(path: Path) -> Any:
    """Return the contents of a file; every scalar is a string."""
    return parse_yaml(path.read_text(encoding="utf-8"))


def parse_yaml(text: str) -> Any:
    """Return the contents of one document."""
    rows = text.splitlines()
    value, rest = _block(
        [row.rstrip() for row in rows if row.strip() and not row.lstrip().startswith("#")], 0
    )
    assert not rest
    return value


def _block(rows: list[str], indent: int) -> tuple[Any, list[str]]:
    items: list[Any] = []
    named: dict[str, Any] = {}
    while rows and (depth := _depth(rows[0])) >= indent:
        assert depth == indent, rows[0]
        row = rows[0].strip()
        if row.startswith("- "):
            if re.match(r"- \w+:( |$)", row):
                item, rows = _block([rows[0].replace("- ", "  ", 1), *rows[1:]], indent + 2)
            else:
                item, rows = _scalar(row[2:]), rows[1:]
            items.append(item)
            continue
        name, _, value = row.partition(":")
        assert name not in named, row
        rows = rows[1:]
        if value:
            named[name] = _scalar(value.strip())
        else:
            deeper = _depth(rows[0]) if rows else 0
            named[name], rows = _block(rows, deeper) if deeper > indent else (None, rows)
    assert not (items and named)
    return items or named, rows


def _depth(row: str) -> int:
    return len(row) - len(row.lstrip())


def _scalar(text: str) -> str:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return str(json.loads(text)) if text.startswith('"') else text
