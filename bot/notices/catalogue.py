"""What admins are told of the price list: what a file would change, what it changed, what is wrong in it."""

from dataclasses import dataclass
from enum import StrEnum

from bot.catalogue.change import ChangeKind
from bot.catalogue.grid import FileFault
from bot.catalogue.product import Rule
from bot.catalogue.row import Problem


class FileForm(StrEnum):
    """The forms in which the catalogue is sent."""

    XLSX = "xlsx"
    CSV = "csv"


class ImportEnd(StrEnum):
    """Why a list that was read is not applied."""

    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many products change in one way."""

    kind: ChangeKind
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShown:
    """One product that changes, as an example; prices in rupiah."""

    kind: ChangeKind
    code: str
    name: str
    before_idr: int | None
    after_idr: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """How many products of a list have one destination rule."""

    rule: Rule
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReceived:
    """A file is being fetched and read."""

    file_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
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
    counts: tuple[Count, ...]
    examples: tuple[ChangeShown, ...]
    rules: tuple[RuleCount, ...]
    problems: tuple[Problem, ...]
    problem_count: int
    unused: tuple[str, ...]
    stricter: tuple[str, ...]
    has_changes: bool
    renewed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRefused:
    """A file that is no price list, or could not be fetched; `detail` names what of it, where it can."""

    file_name: str
    fault: FileFault
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportEnded:
    """A list was thrown away, or a newer one came; this stands where its preview stood."""

    file_name: str
    end: ImportEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueChanged:
    """The catalogue was replaced by a list; `omitted_count` rows of it were left out. `name` did it."""

    version: int
    product_count: int
    counts: tuple[Count, ...]
    omitted_count: int
    file_name: str
    name: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueFile:
    """The catalogue as a file, as it stands when it leaves."""

    form: FileForm


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEmpty:
    """There is no catalogue yet: how to bring one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCount:
    """How many products changed in one way, with one code for an example."""

    kind: ChangeKind
    count: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastChange:
    """One change of the catalogue; `name` is empty where it came by the command line."""

    version: int
    at_ms: int
    name: str
    source: str
    counts: tuple[PastCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueHistory:
    """The last changes, the latest first."""

    rows: tuple[PastChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSwitched:
    """A product was opened or closed; `fresh` is False where it was so before."""

    code: str
    name: str
    is_open: bool
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductsSwitched:
    """Several codes were named: `codes` are now open or closed, `already` were before, `unknown` are none."""

    is_open: bool
    codes: tuple[str, ...]
    already: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductUnknown:
    """No product has this code; `near` are codes spelled nearly so."""

    typed: str
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTrouble:
    """The biller has not got a product that is open here: an admin may close it; `reason` is the biller's."""

    code: str
    name: str
    reason: str
    at_ms: int


ProductNotice = ProductSwitched | ProductsSwitched | ProductUnknown | ProductTrouble

CatalogueNotice = (
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
