"""Notices to admins about a price list that they sent: its changes and its errors."""

from enum import StrEnum

from msgspec import Struct

from bot.catalogue.diff import ChangeKind
from bot.catalogue.price_list.columns import MappedColumn
from bot.catalogue.price_list.row import CellProblem
from bot.catalogue.price_list.sheets import FileError
from bot.catalogue.product import DestinationRule
from bot.notices.catalogue import ChangeCount


class ImportEndReason(StrEnum):
    """Why a list was not applied."""

    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


class ChangeExample(Struct, frozen=True, kw_only=True):
    """A product that changes, as an example."""

    kind: ChangeKind
    code: str
    name: str
    before_idr: int | None
    after_idr: int | None


class RuleCount(Struct, frozen=True, kw_only=True):
    """How many products of a list have a destination rule."""

    rule: DestinationRule
    count: int


class PriceChoice(Struct, frozen=True, kw_only=True):
    """A price column that could be chosen, with the price of one product in it as an example.

    `option` is its index among the price columns of the list.
    """

    option: int
    title: str
    code: str
    price_idr: int | None


class FileText(Struct, frozen=True, kw_only=True):
    """A heading of the file, the name of a sheet, or the position of a row."""

    title: str


class ImportReceived(Struct, frozen=True, kw_only=True):
    """The file is being downloaded and read."""

    file_name: str


class ReadingReport(Struct, frozen=True, kw_only=True):
    """How a file was read: its sheets, the meaning of its columns, and what was left out.

    `sheets` is empty if the file has one only, `sheets_left` are those that are hidden or have no list.
    `unused` are the first headings that were not used, `note_rows` the first rows that are no products.
    """

    columns: tuple[MappedColumn, ...]
    unused: tuple[FileText, ...]
    unused_count: int
    sheets: tuple[FileText, ...]
    sheets_left: tuple[FileText, ...]
    note_rows: tuple[FileText, ...]
    note_count: int


class ImportPreview(Struct, frozen=True, kw_only=True):
    """What a list would change, and its errors.

    `listed_count` is the number of valid rows, `omitted_count` that of invalid ones; `problems` are the first
    of `problem_count`. `counts` and `examples` are the changes if the products that the list lacks stay;
    there are `removed_count` of them, `removed` are the first codes. `old_count` is the current size of the
    catalogue. `emptied_count` products lose their price, `unpriced_count` new ones have none.

    `has_price` is False if the list has no price column. `price` is the option that the admin chose, None for
    the default; `choices` are the others, of which one must be chosen unless `is_price_sure`. `stricter` are
    the first codes that require a server though their rows do not. `renewed` means that the catalogue changed
    after an earlier preview.
    """

    import_id: int
    file_name: str
    reading: ReadingReport
    listed_count: int
    omitted_count: int
    old_count: int
    counts: tuple[ChangeCount, ...]
    examples: tuple[ChangeExample, ...]
    removed_count: int
    removed: tuple[str, ...]
    emptied_count: int
    unpriced_count: int
    has_price: bool
    is_price_sure: bool
    price: int | None
    choices: tuple[PriceChoice, ...]
    rules: tuple[RuleCount, ...]
    problems: tuple[CellProblem, ...]
    problem_count: int
    stricter: tuple[str, ...]
    has_changes: bool
    renewed: bool

    @property
    def is_open(self) -> bool:
        """Whether there is anything for an admin to decide."""
        return self.has_changes or self.removed_count > 0 or len(self.choices) > 0


class ReplaceQuestion(Struct, frozen=True, kw_only=True):
    """Asks for confirmation before a list removes many products; a file names them all.

    `price` is the option of the preview whose button was tapped.
    """

    import_id: int
    file_name: str
    old_count: int
    removed_count: int
    removed: tuple[str, ...]
    price: int | None


class RemovalFile(Struct, frozen=True, kw_only=True):
    """The products that a list would remove, as a file in the format of an export."""

    import_id: int
    file_name: str
    price: int | None


class ImportRefused(Struct, frozen=True, kw_only=True):
    """A file that is no price list, or could not be downloaded; `detail` is a part of it, or empty."""

    file_name: str
    fault: FileError
    detail: str


class ImportEnded(Struct, frozen=True, kw_only=True):
    """A list was discarded or superseded; this replaces its preview."""

    file_name: str
    end: ImportEndReason


PriceListNotice = ImportReceived | ImportPreview | ReplaceQuestion | RemovalFile | ImportRefused | ImportEnded
