"""The buyer: all that decides whether and at what price a person may order, read in one round trip."""

from typing import Any

from msgspec import Struct

from bot.actors import Standing
from bot.catalogue.levels import Level, Markup
from bot.ledger import AccountKind
from storage.catalogue import CatalogueVersion
from storage.codec import columns_of
from storage.ledger import Account
from storage.people import Person
from storage.restores import Restore
from storage.transaction import Tx


class Buyer(Struct, frozen=True, kw_only=True):
    """A person as far as orders depend on it; what does not exist is None.

    `owner_id` is whose shop they order for, and `account` what it pays from; an assistant has the account
    and the level of the owner. `restore` is the last of this database, `catalogue` its version, and
    `is_chat_unreachable` says whether the chat that was asked about has parked messages.
    `is_any_product_closed` says whether failures have closed any product.
    """

    owner_id: int
    person: Person | None
    level: Level | None
    account: Account | None
    restore: Restore | None
    catalogue: CatalogueVersion
    is_chat_unreachable: bool
    is_any_product_closed: bool


def get(tx: Tx, user_id: int, *, chat_id: int) -> Buyer:
    """Return a person with all that their orders depend on."""
    row = tx.one("buyer_by_id", user_id=user_id, chat_id=chat_id)
    if row is None:
        raise LookupError("a statement without a condition found no row")
    values = columns_of(row)
    version = values["version"]
    return Buyer(
        owner_id=user_id if values["owner_id"] is None else values["owner_id"],
        person=_person(user_id, values) if values["standing"] is not None else None,
        level=_level(values) if values["level_key"] is not None else None,
        account=_account(values) if values["account_id"] is not None else None,
        restore=_restore(values) if values["restore_id"] is not None else None,
        catalogue=CatalogueVersion()
        if version is None
        else CatalogueVersion(version=version, stamp=values["stamp"]),
        is_chat_unreachable=values["unreachable_reason"] is not None,
        is_any_product_closed=bool(values["is_any_product_closed"]),
    )


def _person(user_id: int, values: dict[str, Any]) -> Person:
    return Person(
        user_id=user_id,
        name=values["name"],
        username=values["username"],
        standing=Standing(values["standing"]),
        chat_id=values["chat_id"],
        thread_id=values["thread_id"],
        message_id=values["message_id"],
        changed_at_ms=values["changed_at_ms"],
        owner_id=values["owner_id"],
        note=values["note"],
    )


def _level(values: dict[str, Any]) -> Level:
    markup = Markup(amount_idr=values["markup_idr"], basis_points=values["markup_bp"])
    return Level(key=values["level_key"], name=values["level_name"], markup=markup)


def _account(values: dict[str, Any]) -> Account:
    return Account(
        account_id=values["account_id"],
        kind=AccountKind(values["kind"]),
        shop_id=values["shop_id"],
        balance_idr=values["balance_idr"],
        floor_idr=values["floor_idr"],
        has_own_floor=bool(values["has_own_floor"]),
        daily_limit_idr=values["daily_limit_idr"],
        has_own_daily_limit=bool(values["has_own_daily_limit"]),
    )


def _restore(values: dict[str, Any]) -> Restore:
    return Restore(
        restore_id=values["restore_id"],
        restored_at_ms=values["restored_at_ms"],
        backup_at_ms=values["backup_at_ms"],
        gap_until_ms=values["gap_until_ms"],
        released_by=values["released_by"],
        released_at_ms=values["released_at_ms"],
    )
