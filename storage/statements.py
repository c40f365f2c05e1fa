"""Loads the named statements of `queries.sql`; a name that is missing fails at import, not at midnight."""

import re
from importlib.resources import files
from types import MappingProxyType

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)

Value = int | str | None


def _load() -> dict[str, str]:
    parts = _NAME.split(files("storage").joinpath("queries.sql").read_text(encoding="utf-8"))
    return {name: _without_comments(body) for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def _without_comments(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip().rstrip(";")


STATEMENTS = MappingProxyType(_load())
"""The SQL of each statement, with `:name` for each value."""
