"""Notices to admins about the catalogue as a whole: its changes, its file, its history."""

from enum import StrEnum

from msgspec import Struct

from bot.catalogue.diff import ChangeKind


class FileFormat(StrEnum):
    """The file formats of the catalogue and of reports."""

    XLSX = "xlsx"
    CSV = "csv"


class ChangeCount(Struct, frozen=True, kw_only=True):
    """How many products change in one way."""

    kind: ChangeKind
    count: int


class CatalogueChanged(Struct, frozen=True, kw_only=True):
    """The admin `name` replaced the catalogue by a list, of which `omitted_count` rows were left out."""

    version: int
    product_count: int
    counts: tuple[ChangeCount, ...]
    omitted_count: int
    file_name: str
    name: str
    at_ms: int


class CatalogueFile(Struct, frozen=True, kw_only=True):
    """The catalogue as a file, in its state when it is sent."""

    form: FileFormat


class CatalogueEmpty(Struct, frozen=True, kw_only=True):
    """There is no catalogue yet: how to send one."""


class PastChangeCount(Struct, frozen=True, kw_only=True):
    """How many products changed in one way, with one code for an example."""

    kind: ChangeKind
    count: int
    code: str


class PastChange(Struct, frozen=True, kw_only=True):
    """One change of the catalogue; `name` is empty if it was made on the command line."""

    version: int
    at_ms: int
    name: str
    source: str
    counts: tuple[PastChangeCount, ...]


class CatalogueHistory(Struct, frozen=True, kw_only=True):
    """The last changes, newest first."""

    rows: tuple[PastChange, ...]


class ProductSwitched(Struct, frozen=True, kw_only=True):
    """A product was opened or closed; `fresh` is False if it was so before."""

    code: str
    name: str
    is_open: bool
    fresh: bool


class ProductsSwitched(Struct, frozen=True, kw_only=True):
    """Several products were opened or closed: `already` were so before, `unknown` are no codes."""

    is_open: bool
    codes: tuple[str, ...]
    already: tuple[str, ...]
    unknown: tuple[str, ...]


class ProductUnknown(Struct, frozen=True, kw_only=True):
    """No product has this code; `similar` are similar codes."""

    typed: str
    similar: tuple[str, ...]


class ProductFailing(Struct, frozen=True, kw_only=True):
    """The biller refuses a product that is open here: an admin may close it; `reason` is the biller's."""

    code: str
    name: str
    reason: str
    at_ms: int


class ProductClosedByFailures(Struct, frozen=True, kw_only=True):
    """The biller failed `failure_count` orders in a row, and the product closed by itself.

    `reason` is the biller's last; from `probe_at_ms` on one order at a time probes the product.
    """

    code: str
    name: str
    failure_count: int
    reason: str
    probe_at_ms: int
    at_ms: int


class ProductWorksAgain(Struct, frozen=True, kw_only=True):
    """A product that had closed by itself is sold again: a probe succeeded, or the admin opened it."""

    code: str
    name: str
    closed_at_ms: int
    at_ms: int
    admin_name: str = ""


class ProductKeptClosed(Struct, frozen=True, kw_only=True):
    """An admin closed a product that had closed by itself; this replaces its cards."""

    code: str
    name: str
    admin_name: str
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
    | ProductClosedByFailures
    | ProductWorksAgain
    | ProductKeptClosed
)
