"""What admins are told of the catalogue as a whole: changed by a list, sent as a file, looked back upon."""

from enum import StrEnum

from msgspec import Struct

from bot.catalogue.diff import ChangeKind


class FileFormat(StrEnum):
    """The forms in which the catalogue is sent."""

    XLSX = "xlsx"
    CSV = "csv"


class ChangeCount(Struct, frozen=True, kw_only=True):
    """How many products change in one way."""

    kind: ChangeKind
    count: int


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


CatalogueNotice = (
    CatalogueChanged
    | CatalogueFile
    | CatalogueEmpty
    | CatalogueHistory
    | ProductSwitched
    | ProductsSwitched
    | ProductUnknown
    | ProductFailing
)
