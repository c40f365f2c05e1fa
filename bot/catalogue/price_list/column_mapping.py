"""Maps the columns of a table to their meanings, by their headings and their cells.

A column has one meaning at most. Where two headings have the same meaning, the cells decide: names are mostly
distinct, a brand has few values, a status is one of two words.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from bot.catalogue.price_list import cells
from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.columns import (
    Column,
    MappedColumn,
    Meanings,
    PriceRank,
    column_letters,
    level_words,
    meanings,
    normalized_key,
    price_rank,
)

SAMPLE_ROWS = 200
MIN_SURE = 0.5
"""A heading with a lower score must be confirmed by the cells."""

MIN_FIT = 0.6
"""The share of cells that must confirm an uncertain heading."""

SURE_HEADING = 0.8
MIN_HEADING = 0.3


class PriceColumn(Struct, frozen=True, kw_only=True):
    """A price column: its index in the table, and the key of its price level, the same in all tables."""

    title: str
    key: str
    place: int


class TableColumns(Struct, frozen=True, kw_only=True):
    """The columns of a table by meaning.

    `prices` starts with the price for resellers; `is_price_sure` is False if the headings do not determine
    it. `statuses` are all status columns: a product is open unless one of them says otherwise. `unused` are
    the headings of columns that are not used.
    """

    place_of: dict[Column, int]
    statuses: tuple[int, ...]
    prices: tuple[PriceColumn, ...]
    is_price_sure: bool
    mapped: tuple[MappedColumn, ...]
    unused: tuple[str, ...]

    def title_of(self, column: Column) -> str:
        """Return the heading of a column as in the file; empty if the file does not have it."""
        return next((one.title for one in self.mapped if one.column is column), "")


class _Candidate(Struct, frozen=True, kw_only=True):
    """A column of the table without a meaning yet; `sample` are its cells that are not blank."""

    place: int
    title: str
    meanings: Meanings
    sample: tuple[str, ...]

    def share(self, predicate: Callable[[str], bool]) -> float:
        """Return the share of cells for which a predicate holds; `MIN_FIT` without cells."""
        return sum(map(predicate, self.sample)) / len(self.sample) if self.sample else MIN_FIT


def map_columns(
    titles: Sequence[str], body: Sequence[Sequence[str]], *, first_place: int = 0
) -> TableColumns | None:
    """Map the columns below `titles`; None if none of them is the code.

    `first_place` is the index of the table's first column in its sheet, which names columns without a title.
    """
    candidates = _candidates(titles, body[:SAMPLE_ROWS], first_place)
    prices, costs = _prices(candidates)
    place_of: dict[Column, int] = {}
    left = [one for one in candidates if one not in prices and one not in costs]
    for column, fit in _FITS.items():
        if (best := _best(left, column, fit)) is not None:
            place_of[column] = best.place
            left.remove(best)
    if Column.CODE not in place_of:
        return None
    _separate_names_from_nominals(candidates, place_of)
    statuses = [one.place for one in left if _is_another_status(one) and Column.STATUS in place_of]
    taken = {
        **{place: column for column, place in place_of.items()},
        **{one.place: Column.PRICE for one in prices},
        **dict.fromkeys(statuses, Column.STATUS),
    }
    return TableColumns(
        place_of=place_of,
        statuses=tuple(place for place in (place_of.get(Column.STATUS), *statuses) if place is not None),
        prices=_price_columns(prices),
        is_price_sure=_is_sure(prices),
        mapped=tuple(
            MappedColumn(title=one.title, column=column)
            for one in candidates
            if (column := taken.get(one.place, Column.INDEX)) is not Column.INDEX
            and (column is not Column.PRICE or one is prices[0])
        ),
        unused=tuple(one.title for one in candidates if one.place not in taken and (one.title or one.sample)),
    )


def _candidates(titles: Sequence[str], sample: Sequence[Sequence[str]], first_place: int) -> list[_Candidate]:
    found = []
    for place, title in enumerate(titles):
        below = tuple(row[place] for row in sample if place < len(row) and row[place])
        if title or below:
            shown = title or f"({column_letters(first_place + place)})"
            found.append(
                _Candidate(
                    place=place,
                    title=shown,
                    meanings=meanings(title) if title else _UNTITLED,
                    sample=below,
                )
            )
    return found


def _is_another_status(one: _Candidate) -> bool:
    return one.meanings.get(Column.STATUS, 0) >= MIN_SURE and one.share(_is_status) >= SURE_HEADING


def _separate_names_from_nominals(candidates: Sequence[_Candidate], place_of: dict[Column, int]) -> None:
    """Map a nominal column of words to the name, and a product column of amounts to the nominal."""
    if (Column.NAME in place_of) == (Column.NOMINAL in place_of):
        return
    column = Column.NAME if Column.NAME in place_of else Column.NOMINAL
    one = next(one for one in candidates if one.place == place_of[column])
    are_words = one.share(cells.has_letter) >= MIN_FIT
    is_sure_name = one.meanings.get(Column.NAME, 0) >= SURE_HEADING
    if column is Column.NOMINAL and are_words and one.share(_is_nominal) < MIN_FIT:
        place_of[Column.NAME] = place_of.pop(Column.NOMINAL)
    elif column is Column.NAME and not are_words and not is_sure_name:
        place_of[Column.NOMINAL] = place_of.pop(Column.NAME)


def _prices(candidates: Sequence[_Candidate]) -> tuple[list[_Candidate], list[_Candidate]]:
    """Return the price columns, the likeliest for resellers first, and the cost columns."""
    prices, costs = [], []
    for one in candidates:
        fit = one.share(_is_price)
        if one.meanings.get(Column.PRICE, 0) > MIN_SURE or (
            Column.PRICE in one.meanings and fit >= SURE_HEADING
        ):
            prices.append(one)
        elif Column.COST in one.meanings and fit >= MIN_FIT:
            costs.append(one)
    return sorted(prices, key=_price_order), costs


def _price_order(one: _Candidate) -> tuple[int, int]:
    return (price_rank(one.title), len(level_words(one.title)))


def _is_sure(prices: Sequence[_Candidate]) -> bool:
    """Return False for several price levels of which none is named for resellers: an admin must choose."""
    if len(prices) < 2:  # noqa: PLR2004 - no choice
        return True
    first, second = _price_order(prices[0]), _price_order(prices[1])
    return first < second and first < _ANY_LEVEL


def _price_columns(prices: Sequence[_Candidate]) -> tuple[PriceColumn, ...]:
    """Return the columns with distinct keys: two that are both called `Harga` differ by their index."""
    found: dict[str, PriceColumn] = {}
    for one in prices:
        key = normalized_key(" ".join(level_words(one.title)))
        title = one.title
        if key in found:
            key, title = f"{normalized_key(title)}#{one.place}", f"{title} ({column_letters(one.place)})"
        found[key] = PriceColumn(title=title, key=key, place=one.place)
    return tuple(found.values())


def _best(
    candidates: Sequence[_Candidate], column: Column, fit: Callable[[_Candidate], float]
) -> _Candidate | None:
    """Return the best candidate for `column`, the leftmost of equals."""
    best, best_score = None, 0.0
    for one in candidates:
        sure = one.meanings.get(column, 0)
        score = sure * (0.3 + 0.7 * (fits := fit(one))) if sure else 0
        if score > best_score and (sure >= SURE_HEADING or (sure >= MIN_HEADING and fits >= MIN_FIT)):
            best, best_score = one, score
    return best


def _is_price(cell: str) -> bool:
    return not isinstance(cells.read_price(cell), CellError) or cells.is_closed_word(cell)


def _is_code(cell: str) -> bool:
    return not isinstance(cells.read_code(cell, frozenset()), CellError)


def _is_status(cell: str) -> bool:
    return not isinstance(cells.read_status(cell), CellError)


def _is_nominal(cell: str) -> bool:
    return cell == cells.NONE or not isinstance(cells.read_nominal(cell), CellError)


def _is_carrier(cell: str) -> bool:
    return cell == cells.NONE or not isinstance(cells.read_carrier(cell), CellError)


def _is_rule(cell: str) -> bool:
    return not isinstance(cells.read_rule(cell), CellError)


def _is_hours(cell: str) -> bool:
    return not isinstance(cells.read_hours(cell), CellError)


def _variety(one: _Candidate) -> float:
    return len(set(one.sample)) / len(one.sample) if one.sample else 1


def _as_code(one: _Candidate) -> float:
    return one.share(_is_code) * _variety(one)


def _as_name(one: _Candidate) -> float:
    """Return the score as names: these have letters, are distinct, and mostly contain an amount."""
    is_titled = one.meanings is not _UNTITLED
    amounts = one.share(lambda cell: any(char.isdigit() for char in cell))
    words = one.share(lambda cell: cells.has_letter(cell) or (is_titled and _is_nominal(cell)))
    return words * (0.75 + 0.25 * amounts) * _variety(one)


def _as_index(one: _Candidate) -> float:
    """Return the score as row numbers: these are distinct and not larger than the number of rows."""
    most = 2 * len(one.sample) + 10
    return one.share(lambda cell: cell.isdigit() and int(cell[:9]) <= most) * _variety(one)


def _as_group(one: _Candidate) -> float:
    return one.share(cells.has_letter)


def _as_brand(one: _Candidate) -> float:
    return one.share(lambda cell: cells.has_letter(cell) or _is_carrier(cell))


_ANY_LEVEL = (PriceRank.LEVEL, 0)
_UNTITLED: Meanings = {Column.NAME: MIN_HEADING, Column.INDEX: MIN_HEADING}

_FITS: dict[Column, Callable[[_Candidate], float]] = {
    Column.CODE: _as_code,
    Column.STATUS: lambda one: one.share(_is_status),
    Column.CARRIER: lambda one: one.share(_is_carrier),
    Column.NAME: _as_name,
    Column.GROUP: _as_group,
    Column.BRAND: _as_brand,
    Column.RULE: lambda one: one.share(_is_rule),
    Column.CUT_OFF: lambda one: one.share(_is_hours),
    Column.NOMINAL: lambda one: one.share(_is_nominal),
    Column.INDEX: _as_index,
}
"""The score of the cells for each meaning, from 0 to 1, in order of precedence."""
