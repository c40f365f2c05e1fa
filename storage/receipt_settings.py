"""What each reseller has set for their receipts: the shop's name, and what they ask for a product."""

from storage.transaction import Tx


def shop_name(tx: Tx, user_id: int) -> str | None:
    """Give the name of a reseller's shop."""
    row = tx.one("receipt_shop_name", user_id=user_id)
    return row["name"] if row else None


def save_shop_name(tx: Tx, user_id: int, name: str) -> None:
    """Keep the name of a reseller's shop."""
    tx.run("save_receipt_shop_name", user_id=user_id, name=name)


def price(tx: Tx, user_id: int, code: str) -> int | None:
    """Give what a reseller asks for a product, in rupiah, whatever the letter case of its code."""
    row = tx.one("customer_price", user_id=user_id, code_folded=code.casefold())
    return row["customer_price_idr"] if row else None


def save_price(tx: Tx, user_id: int, code: str, customer_price_idr: int) -> None:
    """Keep what a reseller asks for a product."""
    tx.run(
        "save_customer_price",
        user_id=user_id,
        code_folded=code.casefold(),
        code=code,
        customer_price_idr=customer_price_idr,
    )


def delete_price(tx: Tx, user_id: int, code: str) -> None:
    """Forget what a reseller asks for a product."""
    tx.run("delete_customer_price", user_id=user_id, code_folded=code.casefold())


def prices(tx: Tx, user_id: int, *, limit: int) -> list[tuple[str, int]]:
    """Give a reseller's products and prices by code."""
    return [
        (row["code"], row["customer_price_idr"])
        for row in tx.all("customer_prices", user_id=user_id, limit=limit)
    ]


def count_prices(tx: Tx, user_id: int) -> int:
    """Give how many prices a reseller has set."""
    row = tx.one("count_customer_prices", user_id=user_id)
    return row["count"] if row else 0
