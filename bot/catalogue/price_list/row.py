"""Parses one row of a price list into a product or its problems.

A blank cell leaves that property of an existing product unchanged.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from bot.catalogue.price_list import cells
from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.column_mapping import PriceColumn
from bot.catalogue.price_list.columns import Column, normalized_key
from bot.catalogue.price_list.tables import Table, TableRow
from bot.catalogue.product import Carrier, DailyHours, DestinationRule

T = TypeVar("T")

_GENERIC_SHEET = re.compile(r"\W*(?:sheet|lembar|harga|daftar|price|list|tabel|table)?[\W\d]*", re.IGNORECASE)
"""Sheet names that are not the name of a group."""

MAX_SHOWN_CHARS = 40


class CellProblem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An invalid cell, because of which its row is skipped.

    `row` is the number in the spreadsheet, `sheet` is set if there are several, `title` is the column's
    heading. `code` is the row's code cell, `shown` the invalid cell, both truncated. For a duplicate code,
    `shown` is the position of the other row, and `detail` both prices if they differ.
    """

    row: int
    column: Column
    reason: CellError
    code: str
    shown: str
    sheet: str = ""
    title: str = ""
    detail: str = ""


Price = int | CellProblem | None
"""A price in rupiah, 0 if the cell removes it, None if the cell is blank."""


class ListedProduct(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="product"):
    """The properties of a product in a row; None or UNSET for those that it does not have.

    `prices` are in the order of the list's price options, `table` is the index of the row's table.
    `group_title` is the title above the row; `name_hint` and `group_hint` are for a product without a name or
    group.
    """

    table: int
    row: int
    code: str
    prices: tuple[Price, ...] = ()
    name: str | None = None
    name_hint: str | None = None
    group: str | None = None
    group_title: str | None = None
    group_hint: str | None = None
    is_open: bool | None = None
    rule: DestinationRule | None = None
    carrier: Carrier | UnsetType | None = UNSET
    nominal: int | UnsetType | None = UNSET
    cut_off: DailyHours | UnsetType | None = UNSET


class SkippedRow(Struct, frozen=True, kw_only=True, tag="skipped"):
    """The position of an invalid row; `code_key` is the key of its code, if it has one."""

    code_key: str


ParsedRow = ListedProduct | SkippedRow


class RowReader:
    """Parses one row and collects its problems."""

    def __init__(
        self,
        row: TableRow,
        table: Table,
        table_index: int,
        *,
        prices: Sequence[PriceColumn | None],
        commands: frozenset[str],
        sheet: str,
    ) -> None:
        self.number = row.number
        self.problems: list[CellProblem] = []
        self.sheet = sheet
        self._row, self._columns, self._prices = row, table.columns, prices
        self.key = normalized_key(self._cell(Column.CODE))
        self.product = self._read(table_index, commands)
        if row.has_more:
            # An extra comma has shifted the cells behind it: a price may be in the wrong column.
            self.add_problem(Column.NAME, CellError.TOO_MANY_CELLS, self._cell(Column.NAME))

    def parsed(self) -> ParsedRow:
        """Return the product, or a skipped row if there are problems."""
        return self.product if self.product and not self.problems else SkippedRow(code_key=self.key)

    @property
    def is_uncalculated(self) -> bool:
        """Return whether the row has a formula without a calculated value."""
        return cells.UNCALCULATED in self._row.cells

    @property
    def is_duplicate(self) -> bool:
        """Return whether another row with the same code was found."""
        return any(problem.reason is CellError.CODE_TWICE for problem in self.problems)

    def equals(self, other: "RowReader") -> bool:
        """Return whether two rows with the same code have equal properties."""
        if self.product is None or other.product is None or self.problems or other.problems:
            return False
        return replace(self.product, table=0, row=0, code="") == replace(
            other.product, table=0, row=0, code=""
        )

    def add_duplicate_problem(self, other: "RowReader") -> None:
        """Add the problem that another row has the same code, with both prices if they differ."""
        position = f"{other.sheet} {other.number}".strip()
        prices = dict.fromkeys((self.price_shown, other.price_shown))
        problem = self._problem(Column.CODE, CellError.CODE_TWICE, position)
        self.problems.append(replace(problem, detail=" ≠ ".join(prices) if len(prices) > 1 else ""))

    @property
    def price_shown(self) -> str:
        """The default price as in the file."""
        return self._at(self._columns.prices[0].place) if self._columns.prices else ""

    def add_problem(self, column: Column, reason: CellError, shown: str) -> None:
        self.problems.append(self._problem(column, reason, shown))

    def _problem(self, column: Column, reason: CellError, shown: str, title: str = "") -> CellProblem:
        return CellProblem(
            row=self.number,
            column=column,
            reason=reason,
            code=self._cell(Column.CODE).removeprefix(cells.UNCALCULATED)[:MAX_SHOWN_CHARS],
            shown=shown.removeprefix(cells.UNCALCULATED)[:MAX_SHOWN_CHARS],
            sheet=self.sheet,
            title=title or self._columns.title_of(column),
        )

    def _cell(self, column: Column) -> str:
        place = self._columns.place_of.get(column)
        return self._at(place) if place is not None else ""

    def _at(self, place: int) -> str:
        return self._row.cells[place] if place < len(self._row.cells) else ""

    def _valid(self, column: Column, value: T | CellError) -> T | None:
        """Return a valid value; for an error, add a problem and return None."""
        if isinstance(value, CellError):
            self.add_problem(column, value, self._cell(column))
            return None
        return value

    def _read(self, table_index: int, commands: frozenset[str]) -> ListedProduct | None:
        code = self._valid(Column.CODE, cells.read_code(self._cell(Column.CODE), commands))
        name = self._name()
        group = self._group()
        prices = tuple(self._price(price) if price else None for price in self._prices)
        is_marked_closed = any(cells.is_closed_word(self._at(price.place)) for price in self._columns.prices)
        is_open = self._is_open()
        rule = self._valid(Column.RULE, cells.read_rule(self._cell(Column.RULE)))
        carrier = self._given(Column.CARRIER, cells.read_carrier)
        nominal = self._nominal()
        cut_off = self._given(Column.CUT_OFF, cells.read_hours)
        if code is None:
            return None
        return ListedProduct(
            table=table_index,
            row=self.number,
            code=code,
            prices=prices,
            name=name,
            name_hint=self._name_hint(group),
            group=group,
            group_title=self._row.section or None,
            group_hint=_group_named_by(self.sheet),
            is_open=False if is_marked_closed else is_open,
            rule=rule,
            carrier=carrier,
            nominal=nominal,
            cut_off=cut_off,
        )

    def _name(self) -> str | None:
        if Column.NAME not in self._columns.place_of:
            return None
        return self._valid(Column.NAME, cells.read_words(self._cell(Column.NAME), limit=cells.MAX_NAME_CHARS))

    def _name_hint(self, group: str | None) -> str | None:
        """Return a name made of the nominal, for a list without names."""
        nominal = self._cell(Column.NOMINAL)
        if not nominal or Column.NAME in self._columns.place_of:
            return None
        return f"{group or self._row.section} {nominal}".strip()[: cells.MAX_NAME_CHARS]

    def _group(self) -> str | None:
        """Return the group in the row's cells, including the brand."""
        group, brand = self._cell(Column.GROUP), self._cell(Column.BRAND)
        if brand and normalized_key(brand) not in normalized_key(group):
            both = f"{group} {brand}".strip()
            group = both if len(both) <= cells.MAX_GROUP_CHARS else group or brand
        if not group:
            return None
        return self._valid(Column.GROUP, cells.read_words(group, limit=cells.MAX_GROUP_CHARS))

    def _price(self, column: PriceColumn) -> Price:
        cell = self._at(column.place)
        read = None if cells.is_closed_word(cell) else cells.read_price(cell)
        return self._problem(Column.PRICE, read, cell, column.title) if isinstance(read, CellError) else read

    def _is_open(self) -> bool | None:
        """Return whether all status columns say that the product is open; None if all are blank."""
        statuses = []
        for place in self._columns.statuses:
            read = cells.read_status(cell := self._at(place))
            if isinstance(read, CellError):
                self.add_problem(Column.STATUS, read, cell)
            elif read is not None:
                statuses.append(read)
        return all(statuses) if statuses else None

    def _nominal(self) -> int | UnsetType | None:
        """Return the nominal; UNSET for words such as `86 Diamond`.

        In a list without names the column may contain quotas: then the nominal is inferred from code and
        price.
        """
        if Column.NAME not in self._columns.place_of:
            return UNSET
        cell = self._cell(Column.NOMINAL)
        is_word = cells.has_letter(cell) and isinstance(cells.read_nominal(cell), CellError)
        return UNSET if is_word else self._given(Column.NOMINAL, cells.read_nominal)

    def _given(self, column: Column, read: Callable[[str], T | CellError | None]) -> T | UnsetType | None:
        """Return the value of a cell, None if it removes the value, UNSET if it is blank."""
        cell = self._cell(column)
        if not cell:
            return UNSET
        return None if cell == cells.NONE else self._valid(column, read(cell))


def _group_named_by(sheet: str) -> str | None:
    return None if _GENERIC_SHEET.fullmatch(sheet) else sheet[: cells.MAX_GROUP_CHARS]
