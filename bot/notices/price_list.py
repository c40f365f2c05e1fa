"""What admins are told of a price list that they sent: what it would change, and what is wrong in it."""

from enum import StrEnum

from msgspec import Struct

from bot.catalogue.diff import ChangeKind
from bot.catalogue.price_list.columns import MappedColumn
from bot.catalogue.price_list.row import CellProblem
from bot.catalogue.price_list.sheets import FileError
from bot.catalogue.product import DestinationRule
from bot.notices.catalogue import ChangeCount


class ImportEndReason(StrEnum):
    """Why a list that was read is not applied."""

    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


class ChangeExample(Struct, frozen=True, kw_only=True):
    """One product that changes, as an example; prices in rupiah."""

    kind: ChangeKind
    code: str
    name: str
    before_idr: int | None
    after_idr: int | None


class RuleCount(Struct, frozen=True, kw_only=True):
    """How many products of a list have one destination rule."""

    rule: DestinationRule
    count: int


class PriceChoice(Struct, frozen=True, kw_only=True):
    """A column of prices that could be taken, with the price of one product in it for an example.

    `option` is its place among those of the list.
    """

    option: int
    title: str
    code: str
    price_idr: int | None


class FileText(Struct, frozen=True, kw_only=True):
    """A heading of the file, the name of a sheet, or where a row stands."""

    title: str


class ImportReceived(Struct, frozen=True, kw_only=True):
    """A file is being fetched and read."""

    file_name: str


class ReadingReport(Struct, frozen=True, kw_only=True):
    """How a file was understood: which sheets were read, which column as what, and what was left out.

    `sheets` are named where the file has several, `sheets_left` are those without a list or hidden. `unused`
    are the first headings that nothing is read from, `note_rows` the first rows that are no products.
    """

    columns: tuple[MappedColumn, ...]
    unused: tuple[FileText, ...]
    unused_count: int
    sheets: tuple[FileText, ...]
    sheets_left: tuple[FileText, ...]
    note_rows: tuple[FileText, ...]
    note_count: int


class ImportPreview(Struct, frozen=True, kw_only=True):
    """What a list would change, and every row that it cannot.

    `listed_count` are its sound rows, `omitted_count` those that could not be read; `problems` are the first
    of `problem_count`. `counts` and `examples` tell what changes if products that the list does not name
    stay; there are `removed_count` of them, of which `removed` are the first codes. `old_count` is the size
    of the catalogue before. `emptied_count` products lose their price, `unpriced_count` new ones have none.

    `has_price` is False where the list has no column of prices. `price` is the option that was chosen, None
    for the one that was found; `choices` are the others, and one of them has to be taken unless
    `is_price_sure`. `stricter` are the first codes that want a server though their rows do not say so.
    `has_changes` tells whether there is anything to apply; `renewed` that the catalogue changed after an
    earlier preview.
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
    """Whether a list that would remove many products is really to be applied; a file names them all.

    `price` is the option of the preview whose button was tapped.
    """

    import_id: int
    file_name: str
    old_count: int
    removed_count: int
    removed: tuple[str, ...]
    price: int | None


class RemovalFile(Struct, frozen=True, kw_only=True):
    """The products that a list would remove, as a file in the form of an export."""

    import_id: int
    file_name: str
    price: int | None


class ImportRefused(Struct, frozen=True, kw_only=True):
    """A file that is no price list, or could not be fetched; `detail` names what of it, where it can."""

    file_name: str
    fault: FileError
    detail: str


class ImportEnded(Struct, frozen=True, kw_only=True):
    """A list was thrown away, or a newer one came; this stands where its preview stood."""

    file_name: str
    end: ImportEndReason


PriceListNotice = ImportReceived | ImportPreview | ReplaceQuestion | RemovalFile | ImportRefused | ImportEnded
