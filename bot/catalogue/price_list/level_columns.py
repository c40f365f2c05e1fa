"""Finds the columns of a price list that have the prices of a level."""

from collections.abc import Iterable

from msgspec.structs import replace

from bot.catalogue.price_list.columns import (
    Column,
    PriceRank,
    level_words,
    meanings,
    normalized_key,
    price_rank,
)
from bot.catalogue.price_list.reader import ParsedPriceList


def level_key(name: str) -> str | None:
    """Return the key of a level; None for a name that means something else in the heading of a price list."""
    heading = f"harga {name}"
    if set(meanings(heading)) != {Column.PRICE} or price_rank(heading) is not PriceRank.LEVEL:
        return None
    return normalized_key(" ".join(level_words(heading))) or None


def level_in_heading(heading: str, keys: frozenset[str]) -> str | None:
    """Return the level whose prices a column has; None if it names none or two."""
    words = level_words(heading)
    whole = normalized_key(" ".join(words))
    if whole in keys:
        return whole
    named = {word for word in words if word in keys}
    return named.pop() if len(named) == 1 else None


def with_levels(parsed: ParsedPriceList, keys: Iterable[str]) -> ParsedPriceList:
    """Return a list whose price options are the base price only; the columns of the levels are apart.

    The indexes of the price options stay, because buttons of earlier previews name them.
    """
    known = frozenset(keys)
    found = tuple(
        (option, key)
        for option, each in enumerate(parsed.price_options)
        if (key := level_in_heading(each.title, known))
    )
    if not found:
        return parsed
    of_level = {option for option, _ in found}
    tables = tuple(
        replace(table, prices=tuple(option for option in table.prices if option not in of_level))
        for table in parsed.tables
    )
    base = {option for table in tables for option in table.prices}
    is_first_kept = all(of_level.isdisjoint(table.prices[:1]) for table in parsed.tables)
    return replace(
        parsed,
        tables=tables,
        level_columns=found,
        is_price_sure=len(base) <= 1 or (parsed.is_price_sure and is_first_kept),
    )
