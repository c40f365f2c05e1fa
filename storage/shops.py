"""What each reseller has set for their receipts: the shop's name, and what they ask for a product."""

from storage.transaction import Tx


def name_of(tx: Tx, user_id: int) -> str | None:
    """Give the name of a reseller's shop."""
    row = tx.one("shop_name", user_id=user_id)
    return row["name"] if row else None


def rename(tx: Tx, user_id: int, name: str) -> None:
    """Keep the name of a reseller's shop."""
    tx.run("rename_shop", user_id=user_id, name=name)


def price(tx: Tx, user_id: int, code: str) -> int | None:
    """Give what a reseller asks for a product, in rupiah, whatever the letter case of its code."""
    row = tx.one("shop_price", user_id=user_id, code_folded=code.casefold())
    return row["price_idr"] if row else None


def set_price(tx: Tx, user_id: int, code: str, price_idr: int) -> None:
    """Keep what a reseller asks for a product."""
    tx.run("set_shop_price", user_id=user_id, code_folded=code.casefold(), code=code, price_idr=price_idr)


def drop_price(tx: Tx, user_id: int, code: str) -> None:
    """Forget what a reseller asks for a product."""
    tx.run("drop_shop_price", user_id=user_id, code_folded=code.casefold())


def prices(tx: Tx, user_id: int, *, limit: int) -> list[tuple[str, int]]:
    """Give a reseller's products and prices by code."""
    return [(row["code"], row["price_idr"]) for row in tx.all("shop_prices", user_id=user_id, limit=limit)]


def count_prices(tx: Tx, user_id: int) -> int:
    """Give how many prices a reseller has set."""
    row = tx.one("count_shop_prices", user_id=user_id)
    return row["count"] if row else 0
