"""Price lists that admins sent: requested, read, and applied or discarded."""

from enum import StrEnum

from msgspec import Struct

from bot.catalogue.price_list.reader import ParsedPriceList
from storage.codec import dump, from_row, load
from storage.transaction import Tx


class ImportState(StrEnum):
    """How far a list has come."""

    ASKED = "asked"
    READ = "read"
    APPLIED = "applied"
    DISCARDED = "discarded"
    FAILED = "failed"


class Import(Struct, frozen=True, kw_only=True):
    """A list and who sent it, as which message; `version` is of the catalogue that it was compared with."""

    import_id: int
    chat_id: int
    message_id: int
    user_id: int
    user_name: str
    file_id: str
    file_name: str
    state: ImportState
    attempts: int
    due_at_ms: int
    requested_at_ms: int
    version: int | None


def request(
    tx: Tx,
    *,
    chat_id: int,
    message_id: int,
    user_id: int,
    user_name: str,
    file_id: str,
    file_name: str,
    at_ms: int,
) -> None:
    """Store that a file is to be read."""
    tx.run(
        "request_import",
        chat_id=chat_id,
        message_id=message_id,
        user_id=user_id,
        user_name=user_name,
        file_id=file_id,
        file_name=file_name,
        at_ms=at_ms,
    )


def next_requested(tx: Tx) -> Import | None:
    """Return the list that is due next, perhaps only in the future."""
    row = tx.one("next_import")
    return from_row(Import, row) if row else None


def get(tx: Tx, import_id: int) -> Import | None:
    """Return a list by its id."""
    row = tx.one("import_by_id", import_id=import_id)
    return from_row(Import, row) if row else None


def parsed_list(tx: Tx, import_id: int) -> ParsedPriceList | None:
    """Return what was read of a list that is not decided yet."""
    row = tx.one("import_by_id", import_id=import_id)
    return load(ParsedPriceList, row["sheet"]) if row and row["sheet"] else None


def begin_attempt(tx: Tx, import_id: int, *, again_at_ms: int) -> None:
    """Count an attempt before it is made, so that a file that ends the process is not read for ever."""
    tx.run("postpone_import", import_id=import_id, due_at_ms=again_at_ms)


def store_parsed(tx: Tx, import_id: int, *, version: int, sheet: str | None = None) -> bool:
    """Store what was read, once, and what it was compared with; return False if it was decided before."""
    return tx.run("store_parsed_import", import_id=import_id, sheet=sheet, version=version) > 0


def finish(tx: Tx, import_id: int, state: ImportState, *, fault: str | None = None) -> bool:
    """Close a list; return False if it was closed before."""
    return tx.run("finish_import", import_id=import_id, state=state, fault=fault) > 0


def undecided(tx: Tx, chat_id: int) -> list[int]:
    """Return the lists of a chat that are not decided yet."""
    return [row["import_id"] for row in tx.all("imports_undecided", chat_id=chat_id)]


def serialize(found: ParsedPriceList) -> str:
    """Return a list as it is stored; of thousands of rows, so it is made outside of any transaction."""
    return dump(found)
