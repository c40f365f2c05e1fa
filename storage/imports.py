"""Price lists that admins sent: requested, parsed, then applied or discarded."""

from enum import StrEnum

from msgspec import Struct

from bot.catalogue.price_list.reader import ParsedPriceList
from storage.codec import dump, from_row, load
from storage.transaction import Tx


class ImportState(StrEnum):
    ASKED = "asked"
    READ = "read"
    APPLIED = "applied"
    DISCARDED = "discarded"
    FAILED = "failed"


class Import(Struct, frozen=True, kw_only=True):
    """A price list that an admin sent; `version` is that of the catalogue with which it was compared."""

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


def advance_due(tx: Tx, *, now_ms: int, by_ms: int) -> None:
    """Move what is due later than now by as much as the clock was set back."""
    tx.run("advance_due_imports", now_ms=now_ms, by_ms=by_ms)


def make_due(tx: Tx, *, after_ms: int, now_ms: int) -> None:
    """Make due the price lists that wait until later than `after_ms`."""
    tx.run("make_imports_due", after_ms=after_ms, now_ms=now_ms)


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
    """Store that a file has to be fetched and parsed."""
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
    """Return the list that is due first, even if its time has not come yet."""
    row = tx.one("next_import")
    return from_row(Import, row) if row else None


def get(tx: Tx, import_id: int) -> Import | None:
    row = tx.one("import_by_id", import_id=import_id)
    return from_row(Import, row) if row else None


def parsed_list(tx: Tx, import_id: int) -> ParsedPriceList | None:
    """Return the parsed list if an admin has not decided on it; None if it was decided or not parsed."""
    row = tx.one("import_by_id", import_id=import_id)
    return load(ParsedPriceList, row["sheet"]) if row and row["sheet"] else None


def begin_attempt(tx: Tx, import_id: int, *, again_at_ms: int) -> None:
    """Count an attempt before it is made, so that a file that crashes the process is not tried forever."""
    tx.run("postpone_import", import_id=import_id, due_at_ms=again_at_ms)


def store_parsed(tx: Tx, import_id: int, *, version: int, serialized: str | None = None) -> bool:
    """Store the catalogue version with which a list was compared, and the list itself if `serialized` is set.

    `serialized` comes from `serialize`. Return False if the list was already applied or discarded.
    """
    return tx.run("store_parsed_import", import_id=import_id, sheet=serialized, version=version) > 0


def finish(tx: Tx, import_id: int, state: ImportState, *, fault: str | None = None) -> bool:
    """Store the final state of a list; return False if it already has one."""
    return tx.run("finish_import", import_id=import_id, state=state, fault=fault) > 0


def undecided(tx: Tx, chat_id: int) -> list[int]:
    """Return the ids of the lists of a chat that are parsed, but neither applied nor discarded."""
    return [row["import_id"] for row in tx.all("imports_undecided", chat_id=chat_id)]


def serialize(parsed: ParsedPriceList) -> str:
    """Return a list as it is stored; thousands of rows take long, so call this outside of a transaction."""
    return dump(parsed)
