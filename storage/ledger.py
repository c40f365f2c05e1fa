"""The only place where money moves: entries that sum to zero, balances that follow them.

Nothing else changes `accounts`, `entries` or `legs`.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import asdict

from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, InsufficientFunds
from storage.codec import from_row
from storage.transaction import Tx

ROWS_AT_ONCE = 500

_BEYOND_ALL = 2**63 - 1
"""No entry has this id, the largest of a 64-bit column."""

_ORDER = {kind: number for number, kind in enumerate(AccountKind)}


class LedgerError(Exception):
    """An entry contradicts the ledger: the unit of work that made it must not be stored."""


class Account(Struct, frozen=True, kw_only=True):
    """An account of a shop, whose balance runs; a floor or a daily limit of None is none at all."""

    account_id: int
    kind: AccountKind
    shop_id: int
    balance_idr: int
    floor_idr: int | None
    has_own_floor: bool
    daily_limit_idr: int | None
    has_own_daily_limit: bool


class OrderMove(Struct, frozen=True, kw_only=True):
    """The last leg of an order on the available balance of its shop.

    `is_of_shop` tells whether the person who typed the order still orders for that shop.
    """

    amount_idr: int
    balance_after_idr: int
    is_of_shop: bool


class OrderLeg(Struct, frozen=True, kw_only=True):
    """One leg of an order's entries; the balances before and after it are None where none runs."""

    entry_id: int
    account: AccountKind
    shop_id: int
    amount_idr: int
    balance_before_idr: int | None
    balance_after_idr: int | None


def open_shop(
    tx: Tx, owner_id: int, *, floor_idr: int | None, at_ms: int, daily_limit_idr: int | None = None
) -> int:
    """Return the id of a reseller's shop, which is opened with its accounts if there is none."""
    row = tx.one("shop_of_owner", owner_id=owner_id)
    if row is None:
        tx.run("insert_shop", owner_id=owner_id, at_ms=at_ms)
        row = tx.one("shop_of_owner", owner_id=owner_id)
        if row is None:
            raise LedgerError(f"the shop of {owner_id} cannot be opened")
        tx.run(
            "insert_shop_accounts",
            shop_id=row["shop_id"],
            floor_idr=floor_idr,
            daily_limit_idr=daily_limit_idr,
        )
    shop_id: int = row["shop_id"]
    return shop_id


def account(tx: Tx, shop_id: int, kind: AccountKind) -> Account:
    """Return an account of a shop; LookupError if it has none of the kind."""
    row = tx.one("account_of", shop_id=shop_id, kind=kind)
    if row is None:
        raise LookupError(f"shop {shop_id} has no account {kind}")
    return from_row(Account, row)


def set_floor(tx: Tx, shop_id: int, floor_idr: int | None) -> None:
    """Set a floor of a shop's own."""
    tx.run("set_floor", shop_id=shop_id, floor_idr=floor_idr)


def set_daily_limit(tx: Tx, shop_id: int, daily_limit_idr: int | None) -> None:
    """Set a daily limit of a shop's own."""
    tx.run("set_daily_limit", shop_id=shop_id, daily_limit_idr=daily_limit_idr)


class LimitChange(Struct, frozen=True, kw_only=True):
    """A change of what a shop may owe (`credit`) or spend in a day (`daily`); None is no limit."""

    account_id: int
    kind: str
    before_idr: int | None
    after_idr: int | None
    changed_by: int
    at_ms: int


def append_limit_change(tx: Tx, change: LimitChange) -> None:
    """Store who changed a limit."""
    tx.run("append_limit_change", **asdict(change))


def set_default_limits(
    tx: Tx, *, floor_idr: int | None, daily_limit_idr: int | None = None, unlimited_ids: tuple[int, ...] = ()
) -> None:
    """Set the limits of all shops that have none of their own; `unlimited_ids` are owners without limits."""
    tx.run("set_default_floors", floor_idr=floor_idr)
    tx.run("set_default_daily_limits", daily_limit_idr=daily_limit_idr)
    for owner_id in unlimited_ids:
        tx.run("lift_default_limits_of", owner_id=owner_id)


def spent_since(tx: Tx, shop_id: int, from_ms: int) -> int:
    """Return the price of a shop's orders since a time, without those that were not bought."""
    row = tx.one("sum_spent_since", shop_id=shop_id, from_ms=from_ms)
    return row["spent_idr"] if row else 0


def entry_id_of(tx: Tx, source: str) -> int | None:
    """Return the entry of an event, if it is in the ledger."""
    row = tx.one("entry_by_source", source=source)
    return row["entry_id"] if row else None


def owner_of(tx: Tx, shop_id: int) -> int | None:
    """Return the reseller whose shop it is."""
    row = tx.one("owner_of_shop", shop_id=shop_id)
    return row["owner_id"] if row else None


def is_posted(tx: Tx, source: str) -> bool:
    """Return whether an event is in the ledger."""
    return entry_id_of(tx, source) is not None


def count_order_entries(tx: Tx, trxid: str) -> int:
    """Return how many entries an order has made."""
    row = tx.one("count_entries_of_order", **_sources_of(trxid))
    return row["count"] if row else 0


def account_of_buyer(tx: Tx, user_id: int) -> Account | None:
    """Return the account of the shop for which a user buys; None if it has not been opened."""
    row = tx.one("account_of_buyer", user_id=user_id)
    return from_row(Account, row) if row else None


def last_limited_move(tx: Tx, trxid: str, *, user_id: int) -> OrderMove | None:
    """Return how an order last moved the available balance of its shop; None if that has no floor."""
    row = tx.one("last_limited_move", **_sources_of(trxid), user_id=user_id)
    return from_row(OrderMove, row) if row else None


def legs_of_order(tx: Tx, trxid: str) -> list[OrderLeg]:
    """Return all legs of an order's entries, oldest first."""
    return [from_row(OrderLeg, row) for row in tx.all("legs_of_order", **_sources_of(trxid))]


def _sources_of(trxid: str) -> dict[str, str]:
    # A semicolon is the character after a colon.
    return {"first": f"order:{trxid}:", "beyond": f"order:{trxid};"}


class StatementLine(Struct, frozen=True, kw_only=True):
    """One entry as it moved the available balance of a shop."""

    entry_id: int
    at_ms: int
    kind: EntryKind
    source: str
    reason: str
    amount_idr: int
    balance_after_idr: int


def statement(
    tx: Tx, shop_id: int, *, from_ms: int, until_ms: int, limit: int, before_id: int | None = None
) -> list[StatementLine]:
    """Return what moved the available balance of a shop within a time, the latest first.

    With `before_id` only what was entered before that entry.
    """
    rows = tx.all(
        "statement_of_shop",
        shop_id=shop_id,
        from_ms=from_ms,
        until_ms=until_ms,
        before_id=_BEYOND_ALL if before_id is None else before_id,
        limit=limit,
    )
    return [from_row(StatementLine, row) for row in rows]


def last_adjustment_like(tx: Tx, shop_id: int, amount_idr: int, *, from_ms: int, until_ms: int) -> int | None:
    """Return when the same amount was last paid in or adjusted within a time; None if it was not."""
    row = tx.one(
        "last_adjustment_like", shop_id=shop_id, amount_idr=amount_idr, from_ms=from_ms, until_ms=until_ms
    )
    return row["at_ms"] if row else None


class StatementSum(Struct, frozen=True, kw_only=True):
    """How many entries moved the available balance of a shop within a time, and by how much in all."""

    count: int
    sum_idr: int


def statement_sum(tx: Tx, shop_id: int, *, from_ms: int, until_ms: int) -> StatementSum:
    """Return the sum of a statement."""
    row = tx.one("statement_sum_of_shop", shop_id=shop_id, from_ms=from_ms, until_ms=until_ms)
    return from_row(StatementSum, row) if row else StatementSum(count=0, sum_idr=0)


def statement_in_order(tx: Tx, shop_id: int, *, from_ms: int, until_ms: int) -> Iterator[StatementLine]:
    """Yield what moved the available balance of a shop within a time, the oldest first, read in pages."""
    after_id = 0
    while True:
        rows = tx.all(
            "statement_page_of_shop",
            shop_id=shop_id,
            after_id=after_id,
            from_ms=from_ms,
            until_ms=until_ms,
            limit=ROWS_AT_ONCE,
        )
        yield from (from_row(StatementLine, row) for row in rows)
        if len(rows) < ROWS_AT_ONCE:
            return
        after_id = rows[-1]["entry_id"]


def shortage(paying: Account, amount_idr: int) -> InsufficientFunds | None:
    """Return what a shop lacks to pay an amount, or None if it can."""
    if paying.floor_idr is None or paying.balance_idr - amount_idr >= paying.floor_idr:
        return None
    return InsufficientFunds(
        available_idr=paying.balance_idr, floor_idr=paying.floor_idr, amount_idr=amount_idr
    )


def post(tx: Tx, entry: Entry) -> dict[tuple[int, AccountKind], int]:
    """Enter an event, and return the balances that it has moved, by shop and account.

    The operator's accounts have none. LedgerError if it was entered before, or if it takes a shop below its
    floor: callers ask `shortage` first, in the same transaction.
    """
    first, second = sorted(entry.legs, key=lambda leg: (leg.shop_id, _ORDER[leg.account]))
    balances = _move(tx, entry)
    entry_id = _insert(tx, entry)
    # One statement for both: an order makes two entries.
    tx.run(
        "insert_legs",
        entry_id=entry_id,
        first_shop_id=first.shop_id,
        first_kind=first.account,
        first_amount_idr=first.amount_idr,
        first_balance_idr=balances.get((first.shop_id, first.account)),
        second_shop_id=second.shop_id,
        second_kind=second.account,
        second_amount_idr=second.amount_idr,
        second_balance_idr=balances.get((second.shop_id, second.account)),
    )
    return balances


def _move(tx: Tx, entry: Entry) -> dict[tuple[int, AccountKind], int]:
    """Add the legs to the running balances of their accounts, and return these; the operator's do not run."""
    balances: dict[tuple[int, AccountKind], int] = {}
    running = [leg for leg in entry.legs if leg.shop_id != OPERATOR]
    for shop_id in sorted({leg.shop_id for leg in running}):
        first, *others = [leg for leg in running if leg.shop_id == shop_id]
        second = others[0] if others else first
        rows = tx.all(
            "move_running_balances",
            shop_id=shop_id,
            first_kind=first.account,
            first_amount_idr=first.amount_idr,
            second_kind=second.account,
            second_amount_idr=second.amount_idr,
            forced=int(entry.forced),
        )
        balances.update({(shop_id, AccountKind(row["kind"])): row["balance_idr"] for row in rows})
    for leg in running:
        if (leg.shop_id, leg.account) not in balances:
            words = f"takes {-leg.amount_idr} from {leg.account} of shop {leg.shop_id}"
            raise LedgerError(f"{entry.source} {words}")
    return balances


def _insert(tx: Tx, entry: Entry) -> int:
    row = tx.one(
        "insert_entry",
        source=entry.source,
        kind=entry.kind,
        at_ms=entry.at_ms,
        actor=entry.actor,
        reason=entry.reason,
        corrects=entry.corrects,
    )
    if row is None:
        raise LedgerError(f"{entry.source} is in the ledger already")
    entry_id: int = row["entry_id"]
    return entry_id
