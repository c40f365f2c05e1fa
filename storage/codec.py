"""Small frozen facts to JSON and back, by the name of their class."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def kind_of(fact: object) -> str:
    """Give the name by which a fact is stored."""
    return type(fact).__name__


def dump(fact: "DataclassInstance") -> str:
    """Give the fact's fields as JSON."""
    return json.dumps(asdict(fact), ensure_ascii=False, separators=(",", ":"))


def load(kinds: UnionType, kind: str, facts: str) -> Any:
    """Give back the fact named `kind` out of the union `kinds`; ValueError if it does not fit."""
    adapters = _adapters(kinds)
    if kind not in adapters:
        raise ValueError(f"no fact is named {kind}")
    return adapters[kind].validate_json(facts)


@cache
def _adapters(kinds: UnionType) -> dict[str, TypeAdapter[Any]]:
    return {kind.__name__: TypeAdapter(kind) for kind in _flat(kinds)}


def _flat(kinds: UnionType) -> Iterable[type]:
    for kind in get_args(kinds):
        yield from _flat(kind) if isinstance(kind, UnionType) else (kind,)
