"""The levels of prices, and which shop has which."""

from msgspec import Struct

from bot.catalogue.levels import Level, Markup
from storage import costs, price_digests
from storage.transaction import ResultRow, Tx


class LevelUse(Struct, frozen=True, kw_only=True):
    """A level, and the names of the resellers whose shops have it."""

    level: Level
    names: tuple[str, ...]


def listed(tx: Tx) -> tuple[Level, ...]:
    """Return all levels by name."""
    return tuple(_read(row) for row in tx.all("all_levels"))


def with_resellers(tx: Tx) -> tuple[LevelUse, ...]:
    """Return all levels by name, each with its resellers."""
    names: dict[str, list[str]] = {}
    for row in tx.all("owners_with_level"):
        names.setdefault(row["level_key"], []).append(row["name"] or str(row["owner_id"]))
    return tuple(LevelUse(level=level, names=tuple(names.get(level.key, ()))) for level in listed(tx))


def find(tx: Tx, key: str) -> Level | None:
    return next((level for level in listed(tx) if level.key == key), None)


def save(tx: Tx, level: Level, *, at_ms: int, changed_by: int) -> None:
    """Store a new level or another markup; what was allowed below cost at its prices is not any more."""
    if find(tx, level.key) is None:
        tx.run("outdate_parsed_imports")
    elif row := tx.one("catalogue_edition"):
        price_digests.collect(tx, from_version=row["version"], levels=listed(tx), at_ms=at_ms)
    tx.run(
        "save_level",
        level_key=level.key,
        name=level.name,
        markup_idr=level.markup.amount_idr,
        markup_bp=level.markup.basis_points,
        at_ms=at_ms,
        changed_by=changed_by,
    )
    costs.revoke_below_cost_at_level(tx, level.key)


def delete(tx: Tx, key: str) -> bool:
    """Delete a level; return False if a shop has it."""
    if not tx.run("delete_level", level_key=key):
        return False
    tx.run("outdate_parsed_imports")
    return True


def give(tx: Tx, shop_id: int, key: str | None, *, at_ms: int) -> None:
    """Assign a level to a shop, or take it away."""
    tx.run("set_level_of_shop", shop_id=shop_id, level_key=key, at_ms=at_ms)


def changed_at_ms(tx: Tx, user_id: int) -> int:
    """Return when a level last changed the prices that a user buys at; 0 if none did."""
    row = tx.one("level_of_buyer_changed", user_id=user_id)
    return max(row["given_at_ms"], row["changed_at_ms"]) if row else 0


def _read(row: ResultRow) -> Level:
    markup = Markup(amount_idr=row["markup_idr"], basis_points=row["markup_bp"])
    return Level(key=row["level_key"], name=row["name"], markup=markup)
