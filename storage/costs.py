"""What products cost at the biller as far as it is known, and which are sold below that."""

from storage.transaction import Tx


def last_known(tx: Tx, code: str) -> int | None:
    """Return the last known cost of a product, from the biller or a price list."""
    row = tx.one("last_cost", code_folded=code.casefold())
    return row["cost_idr"] if row else None


def all_known(tx: Tx) -> dict[str, int]:
    """Return the last known costs of all products by their folded codes."""
    return {row["code_folded"]: row["cost_idr"] for row in tx.all("all_last_costs")}


def changed_at_ms(tx: Tx, code: str) -> int:
    """Return when another cost of a product became known; 0 if none is known."""
    row = tx.one("last_cost", code_folded=code.casefold())
    return row["changed_at_ms"] if row else 0


def learn(tx: Tx, code: str, cost_idr: int, *, at_ms: int) -> None:
    """Store a cost; if it is another one than before, the product is not sold below cost any more."""
    if tx.run("learn_cost", code_folded=code.casefold(), cost_idr=cost_idr, at_ms=at_ms):
        revoke_below_cost(tx, code)


def forget(tx: Tx, code: str) -> None:
    """Forget the cost of a product: a price list took it back."""
    tx.run("forget_cost", code_folded=code.casefold())
    revoke_below_cost(tx, code)


def is_allowed_below_cost(tx: Tx, code: str, level_key: str, *, price_idr: int, cost_idr: int) -> bool:
    """Return whether an admin has allowed to sell a product at exactly this price and cost."""
    row = tx.one("sale_below_cost", code_folded=code.casefold(), level_key=level_key)
    return row is not None and (row["price_idr"], row["cost_idr"]) == (price_idr, cost_idr)


def allow_below_cost(
    tx: Tx, code: str, level_key: str, *, price_idr: int, cost_idr: int, allowed_by: int, at_ms: int
) -> None:
    tx.run(
        "allow_sale_below_cost",
        code_folded=code.casefold(),
        level_key=level_key,
        price_idr=price_idr,
        cost_idr=cost_idr,
        allowed_by=allowed_by,
        at_ms=at_ms,
    )


def revoke_below_cost(tx: Tx, code: str) -> None:
    """Take back what was allowed for a product at any price."""
    tx.run("revoke_sales_below_cost", code_folded=code.casefold())


def revoke_below_cost_at_level(tx: Tx, level_key: str) -> None:
    """Take back what was allowed at the prices of a level."""
    tx.run("revoke_sales_below_cost_at_level", level_key=level_key)
