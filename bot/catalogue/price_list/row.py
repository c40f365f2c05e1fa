"""Reads one row of a price list: what it says of a product, or all that keeps it from saying so.

A blank cell says nothing: of a product that is there already it changes nothing.
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
"""Names of sheets that name no group."""

MAX_SHOWN_CHARS = 40


class CellProblem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cell that keeps its row from being a product.

    `row` as the spreadsheet numbers it, `sheet` where there are several, `title` the heading of its column.
    `code` is what stands in the row's code cell, `shown` what stands in the faulty one, both cut short; of a
    code that stands twice, `shown` is where else, and `detail` both prices where they differ.
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
"""A price in rupiah, 0 where the cell says that there is none, None where it says nothing."""


class ListedProduct(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="product"):
    """What a row says of a product; None, or UNSET, where it says nothing.

    `prices` are in the order of the list's price columns, `table` is the place of the row's table among those
    of the list. `group_title` is the title above the row, `name_hint` and `group_hint` are for a product that
    has no better name or group yet.
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
    """Where a faulty row stood; `code_key` is the code it meant, as far as it can be told."""

    code_key: str


ParsedRow = ListedProduct | SkippedRow


class RowReader:
    """One row while it is read: its problems add up, and without any it is a product."""

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
            # A comma too many has moved the cells behind it: a price may stand where it does not belong.
            self.refuse(Column.NAME, CellError.TOO_MANY_CELLS, self._cell(Column.NAME))

    def parsed(self) -> ParsedRow:
        """Return the product, if nothing is amiss."""
        return self.product if self.product and not self.problems else SkippedRow(code_key=self.key)

    @property
    def is_uncalculated(self) -> bool:
        """Return whether a formula of the row was never calculated."""
        return cells.UNCALCULATED in self._row.cells

    @property
    def is_copied(self) -> bool:
        """Return whether another row of the same code was found already."""
        return any(problem.reason is CellError.CODE_TWICE for problem in self.problems)

    def says_the_same_as(self, other: "RowReader") -> bool:
        """Return whether two rows of one code are the same product, so that one of them is enough."""
        if self.product is None or other.product is None or self.problems or other.problems:
            return False
        return replace(self.product, table=0, row=0, code="") == replace(
            other.product, table=0, row=0, code=""
        )

    def refuse_copy_of(self, other: "RowReader") -> None:
        """Note that another row has the same code, and both prices where they differ."""
        where = f"{other.sheet} {other.number}".strip()
        prices = dict.fromkeys((self.price_shown, other.price_shown))
        problem = self._problem(Column.CODE, CellError.CODE_TWICE, where)
        self.problems.append(replace(problem, detail=" ≠ ".join(prices) if len(prices) > 1 else ""))

    @property
    def price_shown(self) -> str:
        """The price that counts unless another is chosen, as it stands in the file."""
        return self._at(self._columns.prices[0].place) if self._columns.prices else ""

    def refuse(self, column: Column, reason: CellError, shown: str) -> None:
        """Note what is amiss."""
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

    def _sound(self, column: Column, value: T | CellError) -> T | None:
        """Return a value that could be read, and note one that could not."""
        if isinstance(value, CellError):
            self.refuse(column, value, self._cell(column))
            return None
        return value

    def _read(self, table_index: int, commands: frozenset[str]) -> ListedProduct | None:
        code = self._sound(Column.CODE, cells.read_code(self._cell(Column.CODE), commands))
        name = self._name()
        group = self._group()
        prices = tuple(self._price(price) if price else None for price in self._prices)
        says_closed = any(cells.is_closed_word(self._at(price.place)) for price in self._columns.prices)
        is_open = self._is_open()
        rule = self._sound(Column.RULE, cells.read_rule(self._cell(Column.RULE)))
        carrier = self._given(Column.OPERATOR, cells.read_carrier)
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
            is_open=False if says_closed else is_open,
            rule=rule,
            carrier=carrier,
            nominal=nominal,
            cut_off=cut_off,
        )

    def _name(self) -> str | None:
        if Column.NAME not in self._columns.place_of:
            return None
        return self._sound(Column.NAME, cells.read_words(self._cell(Column.NAME), limit=cells.MAX_NAME_CHARS))

    def _name_hint(self, group: str | None) -> str | None:
        """Return a name made of the nominal, for a list that names nothing else."""
        nominal = self._cell(Column.NOMINAL)
        if not nominal or Column.NAME in self._columns.place_of:
            return None
        return f"{group or self._row.section} {nominal}".strip()[: cells.MAX_NAME_CHARS]

    def _group(self) -> str | None:
        """Return the group of a row's own cells, with the brand in it."""
        group, brand = self._cell(Column.GROUP), self._cell(Column.BRAND)
        if brand and normalized_key(brand) not in normalized_key(group):
            both = f"{group} {brand}".strip()
            group = both if len(both) <= cells.MAX_GROUP_CHARS else group or brand
        if not group:
            return None
        return self._sound(Column.GROUP, cells.read_words(group, limit=cells.MAX_GROUP_CHARS))

    def _price(self, column: PriceColumn) -> Price:
        cell = self._at(column.place)
        read = None if cells.is_closed_word(cell) else cells.read_price(cell)
        return self._problem(Column.PRICE, read, cell, column.title) if isinstance(read, CellError) else read

    def _is_open(self) -> bool | None:
        """Return whether all columns of a status agree that the product is open; None if they say nothing."""
        told = []
        for place in self._columns.statuses:
            read = cells.read_status(cell := self._at(place))
            if isinstance(read, CellError):
                self.refuse(Column.STATUS, read, cell)
            elif read is not None:
                told.append(read)
        return all(told) if told else None

    def _nominal(self) -> int | UnsetType | None:
        """Return the nominal; of a word such as `86 Diamond` in its place, nothing.

        Where it stands for the name it may be a quota too: then it counts only if code and price agree.
        """
        if Column.NAME not in self._columns.place_of:
            return UNSET
        cell = self._cell(Column.NOMINAL)
        is_word = cells.has_letter(cell) and isinstance(cells.read_nominal(cell), CellError)
        return UNSET if is_word else self._given(Column.NOMINAL, cells.read_nominal)

    def _given(self, column: Column, read: Callable[[str], T | CellError | None]) -> T | UnsetType | None:
        """Return what a cell says, None where it says that there is none, UNSET where it says nothing."""
        cell = self._cell(column)
        if not cell:
            return UNSET
        return None if cell == cells.NONE else self._sound(column, read(cell))


def _group_named_by(sheet: str) -> str | None:
    return None if _GENERIC_SHEET.fullmatch(sheet) else sheet[: cells.MAX_GROUP_CHARS]
