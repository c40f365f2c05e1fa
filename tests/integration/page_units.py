"""What tests let the page process run."""

import os
from pathlib import Path

from storage.catalogue import CatalogueCache
from storage.transaction import Tx


def own_id(_: Tx, __: CatalogueCache) -> int:
    return os.getpid()


def die(_: Tx, __: CatalogueCache) -> None:
    os._exit(9)


def die_once(_: Tx, __: CatalogueCache, marker: Path) -> str:
    """Die in the first process that runs this."""
    if marker.exists():
        return "answered"
    marker.touch()
    os._exit(9)


def write(tx: Tx, _: CatalogueCache) -> None:
    tx.run("note_topup", amount_idr=1, noted_by=1, at_ms=1)


def fail(_: Tx, __: CatalogueCache) -> None:
    raise LookupError("no such page")


def count_topups(tx: Tx, _: CatalogueCache) -> int:
    return len(tx.all("topups_since", since_ms=0, limit=10))
