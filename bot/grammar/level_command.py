"""Reads what admins type behind `/level`."""

import re
from enum import StrEnum

from msgspec import Struct

from bot.catalogue.levels import MAX_MARKUP_BP, MAX_MARKUP_IDR, Markup
from bot.catalogue.price_list.level_columns import level_key
from bot.grammar.money_commands import parse_amount

PLAIN = "biasa"
"""The word for no level."""

DELETE = "hapus"

_NAME = re.compile(r"(?=.*[a-z])[a-z0-9]{2,20}")
_PERCENT = re.compile(r"(?P<whole>[0-9]{1,6})(?:[.,](?P<part>[0-9]{1,2}))?\s*(?:%|persen)")
_MINUS = re.compile(r"(?:rp\.?\s*)?[-\u2212]")
_ZERO = re.compile(r"(?:rp\.?\s*)?0+(?:\s*%)?")
_RESERVED = frozenset((PLAIN, DELETE, "level", "lv"))


class LevelError(StrEnum):
    """Why a command about levels changed nothing."""

    NO_MARKUP = "no_markup"
    MARKUP_UNCLEAR = "markup_unclear"
    MARKUP_NEGATIVE = "markup_negative"
    MARKUP_TOO_LARGE = "markup_too_large"
    NAME_UNCLEAR = "name_unclear"
    NAME_TAKEN = "name_taken"
    NO_SUCH_LEVEL = "no_such_level"
    NO_LEVEL_NAMED = "no_level_named"
    IN_USE = "in_use"


class ShowLevels(Struct, frozen=True):
    """List the levels."""


class SetLevel(Struct, frozen=True, kw_only=True):
    """Set a level, which is new if there is none with this key."""

    key: str
    name: str
    markup: Markup


class DeleteLevel(Struct, frozen=True, kw_only=True):
    """Delete a level."""

    key: str
    name: str


class GiveLevel(Struct, frozen=True, kw_only=True):
    """Assigns a level to a person; a key of None takes it away."""

    person: str
    key: str | None


LevelCommand = ShowLevels | SetLevel | DeleteLevel | GiveLevel


def read_level_command(typed: str) -> LevelCommand | LevelError:
    first, _, rest = typed.strip().partition(" ")
    rest = rest.strip()
    if not first:
        return ShowLevels()
    if first.startswith("@") or first.isdecimal():
        return _read_gift(first, rest.lower())
    name = first.lower()
    if not _NAME.fullmatch(name):
        return LevelError.NAME_UNCLEAR
    key = level_key(name)
    if name in _RESERVED or key is None:
        return LevelError.NAME_TAKEN
    if rest.lower() == DELETE:
        return DeleteLevel(key=key, name=name)
    markup = _read_markup(rest.lower())
    return markup if isinstance(markup, LevelError) else SetLevel(key=key, name=name, markup=markup)


def _read_gift(person: str, name: str) -> LevelCommand | LevelError:
    if not name:
        return LevelError.NO_LEVEL_NAMED
    if name == PLAIN:
        return GiveLevel(person=person, key=None)
    key = level_key(name) if _NAME.fullmatch(name) else None
    return GiveLevel(person=person, key=key) if key else LevelError.NO_SUCH_LEVEL


def _read_markup(typed: str) -> Markup | LevelError:
    """Read `200`, `Rp1.500`, `1,5%` or `0`."""
    typed = typed.removeprefix("+").strip()
    if not typed:
        return LevelError.NO_MARKUP
    if _MINUS.match(typed):
        return LevelError.MARKUP_NEGATIVE
    if _ZERO.fullmatch(typed):
        return Markup()
    if percent := _PERCENT.fullmatch(typed):
        points = int(percent["whole"]) * 100 + int((percent["part"] or "").ljust(2, "0"))
        return Markup(basis_points=points) if points <= MAX_MARKUP_BP else LevelError.MARKUP_TOO_LARGE
    amount_idr = parse_amount(typed)
    if amount_idr is None:
        return LevelError.MARKUP_UNCLEAR
    return Markup(amount_idr=amount_idr) if amount_idr <= MAX_MARKUP_IDR else LevelError.MARKUP_TOO_LARGE
