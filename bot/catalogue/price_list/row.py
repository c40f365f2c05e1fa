"""Reads one row of a price list: a product, or all that keeps it from being one."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct

from bot.catalogue.inference import infer_traits
from bot.catalogue.price_list import cells
from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.columns import Column, HeaderRow, normalized_key
from bot.catalogue.price_list.grid import width_of
from bot.catalogue.product import Product

T = TypeVar("T")

OTHER_GROUP = "Lainnya"
"""Where a product stands whose row names no group."""

MAX_SHOWN_CHARS = 40


class CellProblem(Struct, frozen=True, kw_only=True):
    """A cell that keeps its row from being a product; `row` as the spreadsheet numbers it.

    `code` is what stands in the row's code cell, `shown` what stands in the faulty one, both cut short.
    """

    row: int
    column: Column
    reason: CellError
    code: str
    shown: str


class SkippedRow(Struct, frozen=True, kw_only=True):
    """Where a faulty row stood; `code_key` is the code it meant, as far as it can be told."""

    code_key: str


ParsedRow = Product | SkippedRow


class RowReader:
    """One row while it is read: its problems add up, and without any it is a product.

    `is_stricter` tells that its product wants more of a destination than the row's cell says.
    """

    def __init__(self, number: int, row: Sequence[str], heading: HeaderRow, commands: frozenset[str]) -> None:
        self.number = number
        self.problems: list[CellProblem] = []
        self.is_stricter = False
        self._row, self._heading = row, heading
        self.key = normalized_key(self._cell(Column.CODE))
        self._product = self._read(commands)
        if width_of(row) > heading.width:
            # A comma too many has moved the cells behind it: a price may stand where it does not belong.
            self.refuse(Column.NAME, CellError.TOO_MANY_CELLS, self._cell(Column.NAME))

    def line(self) -> ParsedRow:
        """Give the product, if nothing is amiss."""
        return self._product if self._product and not self.problems else SkippedRow(code_key=self.key)

    def refuse(self, column: Column, reason: CellError, shown: str) -> None:
        """Note what is amiss."""
        problem = CellProblem(
            row=self.number,
            column=column,
            reason=reason,
            code=self._cell(Column.CODE)[:MAX_SHOWN_CHARS],
            shown=shown[:MAX_SHOWN_CHARS],
        )
        self.problems.append(problem)

    def _cell(self, column: Column) -> str:
        place = self._heading.place_of.get(column)
        return self._row[place] if place is not None and place < len(self._row) else ""

    def _sound(self, column: Column, value: T | CellError) -> T | None:
        """Give a value that could be read, and note one that could not."""
        if isinstance(value, CellError):
            self.refuse(column, value, self._cell(column))
            return None
        return value

    def _read(self, commands: frozenset[str]) -> Product | None:
        code = self._sound(Column.CODE, cells.read_code(self._cell(Column.CODE), commands))
        name = self._words(Column.NAME, cells.MAX_NAME_CHARS)
        group = self._words(Column.GROUP, cells.MAX_GROUP_CHARS) if self._cell(Column.GROUP) else OTHER_GROUP
        price_idr = self._sound(Column.PRICE, cells.read_price(self._cell(Column.PRICE)))
        is_open = self._sound(Column.STATUS, cells.read_status(self._cell(Column.STATUS)))
        rule = self._sound(Column.RULE, cells.read_rule(self._cell(Column.RULE)))
        cut_off = self._sound(Column.CUT_OFF, cells.read_hours(self._cell(Column.CUT_OFF)))
        if code is None or name is None or group is None or is_open is None:
            return None
        told = infer_traits(code=code, name=name, group=group, price_idr=price_idr, rule=rule)
        self.is_stricter = rule is not None and rule is not told.rule
        return Product(
            code=code,
            name=name,
            group=group,
            rule=told.rule,
            price_idr=price_idr,
            is_open=is_open,
            carrier=self._given(Column.OPERATOR, cells.read_carrier, told.carrier),
            nominal=self._given(Column.NOMINAL, cells.read_nominal, told.nominal),
            cut_off=cut_off,
        )

    def _words(self, column: Column, limit: int) -> str | None:
        return self._sound(column, cells.read_words(self._cell(column), limit=limit))

    def _given(self, column: Column, read: Callable[[str], T | CellError], told: T | None) -> T | None:
        """Give what the cell says, what was told by the words where it is blank, None where it says none."""
        cell = self._cell(column)
        if not cell:
            return told
        return None if cell == cells.NONE else self._sound(column, read(cell))
