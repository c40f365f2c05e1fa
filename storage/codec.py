"""Small frozen facts to JSON and back, by the name of their class."""

from collections.abc import Iterable
from functools import cache, cached_property
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def kind_of(fact: object) -> str:
    """Give the name by which a fact is stored."""
    return type(fact).__name__


def dump(fact: "DataclassInstance", *, sparse: bool = False) -> str:
    """Give the fact's fields as JSON; a sparse one without those that have their default."""
    return _adapter(type(fact)).serializer.to_json(fact, exclude_defaults=sparse).decode()


class Codec:
    """Gives back the facts of one union of classes."""

    def __init__(self, kinds: UnionType) -> None:
        self._kinds = kinds

    @cached_property
    def _adapters(self) -> dict[str, TypeAdapter[Any]]:
        return {kind.__name__: _adapter(kind) for kind in _flat(self._kinds)}

    def load(self, kind: str, facts: str) -> Any:
        """Give back the fact named `kind`; ValueError if it does not fit."""
        adapter = self._adapters.get(kind)
        if adapter is None:
            raise ValueError(f"no fact is named {kind}")
        return adapter.validate_json(facts)


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _flat(kinds: UnionType) -> Iterable[type]:
    for kind in get_args(kinds):
        yield from _flat(kind) if isinstance(kind, UnionType) else (kind,)
