"""Digests of changed prices: what is collected for the next one, and how far it was sent."""

from msgspec import Struct

from bot.catalogue.levels import Level
from bot.catalogue.product import Product
from storage.codec import dump, load
from storage.transaction import ResultRow, Tx

QUIET_MS = 300_000
"""A digest is sent five minutes after the last change: several price lists in a row make one."""

LONGEST_MS = 1_800_000
"""Whoever changes prices all day is told of them every half an hour."""


class PriceDigestRound(Struct, frozen=True, kw_only=True):
    """The changes since `from_version` and `levels`; the buyers up to `after_user_id` are told."""

    digest_id: int
    from_version: int
    levels: tuple[Level, ...]
    opened_at_ms: int
    due_at_ms: int
    people_count: int
    after_user_id: int


def collect(tx: Tx, *, from_version: int, levels: tuple[Level, ...], at_ms: int) -> None:
    """Store that prices change now: a digest is opened, or the open one waits for further changes."""
    row = tx.one("price_digest_collecting")
    if row is None:
        tx.run(
            "open_price_digest",
            from_version=from_version,
            levels=dump(levels),
            at_ms=at_ms,
            due_at_ms=at_ms + QUIET_MS,
        )
        return
    due_at_ms = min(at_ms + QUIET_MS, row["opened_at_ms"] + LONGEST_MS)
    tx.run("postpone_price_digest", digest_id=row["digest_id"], due_at_ms=due_at_ms)


def collecting(tx: Tx) -> PriceDigestRound | None:
    """Return the digest that changes are collected for."""
    row = tx.one("price_digest_collecting")
    return _read(row) if row else None


def sending(tx: Tx) -> PriceDigestRound | None:
    """Return the digest that is being sent."""
    row = tx.one("price_digest_sending")
    return _read(row) if row else None


def start(tx: Tx, digest_id: int) -> None:
    """End the collection; further changes are for the next digest."""
    tx.run("move_price_digest", digest_id=digest_id, before="collecting", after="sending")


def advance(tx: Tx, digest: PriceDigestRound, *, user_id: int, made: int) -> bool:
    """Store how far a digest was sent; return False if another slice was made since."""
    changed = tx.run(
        "advance_price_digest",
        digest_id=digest.digest_id,
        after_user_id=digest.after_user_id,
        user_id=user_id,
        made=made,
    )
    return changed > 0


def finish(tx: Tx, digest_id: int) -> bool:
    """Store that all buyers are told; return False if that was stored before."""
    return tx.run("move_price_digest", digest_id=digest_id, before="sending", after="done") > 0


def end_all(tx: Tx) -> None:
    """Send nothing more of any digest."""
    tx.run("end_price_digests")


def products_before(tx: Tx, version: int) -> dict[str, Product | None]:
    """Return the products that changed since a version as they were in it, by folded code; None if new."""
    found: dict[str, Product | None] = {}
    for row in tx.all("products_before", version=version):
        before = load(Product, row["before"]) if row["before"] else None
        found.setdefault(row["code"].casefold(), before)
    return found


def codes_bought(tx: Tx, user_id: int, *, since_ms: int) -> tuple[str, ...]:
    """Return the codes of the products that a person bought."""
    rows = tx.all("codes_bought_since", user_id=user_id, since_ms=since_ms)
    return tuple(row["product_code"] for row in rows)


def _read(row: ResultRow) -> PriceDigestRound:
    return PriceDigestRound(
        digest_id=row["digest_id"],
        from_version=row["from_version"],
        levels=load(tuple[Level, ...], row["levels"]),
        opened_at_ms=row["opened_at_ms"],
        due_at_ms=row["due_at_ms"],
        people_count=row["people_count"],
        after_user_id=row["after_user_id"],
    )
