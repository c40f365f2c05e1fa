"""The settings of each reseller for receipts: the shop name, and the customer price of each product."""

from storage.transaction import Tx


def shop_name(tx: Tx, user_id: int) -> str | None:
    row = tx.one("receipt_shop_name", user_id=user_id)
    return row["name"] if row else None


def save_shop_name(tx: Tx, user_id: int, name: str) -> None:
    tx.run("save_receipt_shop_name", user_id=user_id, name=name)


def price(tx: Tx, user_id: int, code: str) -> int | None:
    """Return the customer price of a product in rupiah; the letter case of the code does not matter."""
    row = tx.one("customer_price", user_id=user_id, code_folded=code.casefold())
    return row["customer_price_idr"] if row else None


def save_price(tx: Tx, user_id: int, code: str, customer_price_idr: int) -> None:
    tx.run(
        "save_customer_price",
        user_id=user_id,
        code_folded=code.casefold(),
        code=code,
        customer_price_idr=customer_price_idr,
    )


def delete_price(tx: Tx, user_id: int, code: str) -> None:
    tx.run("delete_customer_price", user_id=user_id, code_folded=code.casefold())


def prices(tx: Tx, user_id: int, *, limit: int) -> list[tuple[str, int]]:
    """Return (code, customer_price_idr) of a reseller, sorted by code."""
    return [
        (row["code"], row["customer_price_idr"])
        for row in tx.all("customer_prices", user_id=user_id, limit=limit)
    ]


def count_prices(tx: Tx, user_id: int) -> int:
    row = tx.one("count_customer_prices", user_id=user_id)
    return row["count"] if row else 0
