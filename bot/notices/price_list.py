"""What admins are told of the price list: what a file would change, what it changed, what is wrong in it."""

from enum import StrEnum

from msgspec import Struct

from bot.catalogue.diff import ChangeKind
from bot.catalogue.price_list.grid import FileError
from bot.catalogue.price_list.row import CellProblem
from bot.catalogue.product import DestinationRule


class FileFormat(StrEnum):
    """The forms in which the catalogue is sent."""

    XLSX = "xlsx"
    CSV = "csv"


class ImportEndReason(StrEnum):
    """Why a list that was read is not applied."""

    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


class ChangeCount(Struct, frozen=True, kw_only=True):
    """How many products change in one way."""

    kind: ChangeKind
    count: int


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


class ImportReceived(Struct, frozen=True, kw_only=True):
    """A file is being fetched and read."""

    file_name: str


class ImportPreview(Struct, frozen=True, kw_only=True):
    """What a list would change, and every row that it cannot.

    `product_count` is the size of the catalogue to come, `sound_count` the rows that could be read and
    `omitted_count` those that could not; `problems` are the first of `problem_count`. `unused` are headings
    that mean nothing to us, `stricter` the first codes that want a server though their rows do not say so.
    `has_changes` tells whether there is anything to apply; `renewed` that the
    catalogue changed after an earlier preview.
    """

    import_id: int
    file_name: str
    product_count: int
    sound_count: int
    omitted_count: int
    counts: tuple[ChangeCount, ...]
    examples: tuple[ChangeExample, ...]
    rules: tuple[RuleCount, ...]
    problems: tuple[CellProblem, ...]
    problem_count: int
    unused: tuple[str, ...]
    stricter: tuple[str, ...]
    has_changes: bool
    renewed: bool


class ImportRefused(Struct, frozen=True, kw_only=True):
    """A file that is no price list, or could not be fetched; `detail` names what of it, where it can."""

    file_name: str
    fault: FileError
    detail: str


class ImportEnded(Struct, frozen=True, kw_only=True):
    """A list was thrown away, or a newer one came; this stands where its preview stood."""

    file_name: str
    end: ImportEndReason


class CatalogueChanged(Struct, frozen=True, kw_only=True):
    """The catalogue was replaced by a list; `omitted_count` rows of it were left out. `name` did it."""

    version: int
    product_count: int
    counts: tuple[ChangeCount, ...]
    omitted_count: int
    file_name: str
    name: str
    at_ms: int


class CatalogueFile(Struct, frozen=True, kw_only=True):
    """The catalogue as a file, as it stands when it leaves."""

    form: FileFormat


class CatalogueEmpty(Struct, frozen=True, kw_only=True):
    """There is no catalogue yet: how to bring one."""


class PastChangeCount(Struct, frozen=True, kw_only=True):
    """How many products changed in one way, with one code for an example."""

    kind: ChangeKind
    count: int
    code: str


class PastChange(Struct, frozen=True, kw_only=True):
    """One change of the catalogue; `name` is empty where it came by the command line."""

    version: int
    at_ms: int
    name: str
    source: str
    counts: tuple[PastChangeCount, ...]


class CatalogueHistory(Struct, frozen=True, kw_only=True):
    """The last changes, the latest first."""

    rows: tuple[PastChange, ...]


class ProductSwitched(Struct, frozen=True, kw_only=True):
    """A product was opened or closed; `fresh` is False where it was so before."""

    code: str
    name: str
    is_open: bool
    fresh: bool


class ProductsSwitched(Struct, frozen=True, kw_only=True):
    """Several codes were named: `codes` are now open or closed, `already` were before, `unknown` are none."""

    is_open: bool
    codes: tuple[str, ...]
    already: tuple[str, ...]
    unknown: tuple[str, ...]


class ProductUnknown(Struct, frozen=True, kw_only=True):
    """No product has this code; `similar` are codes spelled nearly so."""

    typed: str
    similar: tuple[str, ...]


class ProductFailing(Struct, frozen=True, kw_only=True):
    """The biller has not got a product that is open here: an admin may close it; `reason` is the biller's."""

    code: str
    name: str
    reason: str
    at_ms: int


ProductNotice = ProductSwitched | ProductsSwitched | ProductUnknown | ProductFailing

PriceListNotice = (
    ImportReceived
    | ImportPreview
    | ImportRefused
    | ImportEnded
    | CatalogueChanged
    | CatalogueFile
    | CatalogueEmpty
    | CatalogueHistory
    | ProductNotice
)
