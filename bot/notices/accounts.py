"""Notices about the account of a shop: what it has and may spend, and what admins change of it."""

from msgspec import Struct

from bot.grammar.money_commands import LimitKind


class ShopBalance(Struct, frozen=True, kw_only=True):
    """What a shop has, holds for its open orders, and may still spend.

    `credit_idr`, `daily_limit_idr` and `spendable_idr` are None where there is no limit. `name` is empty for
    the owner, and the owner's for an admin.
    """

    user_id: int
    available_idr: int
    held_idr: int
    credit_idr: int | None
    spent_today_idr: int
    daily_limit_idr: int | None
    spendable_idr: int | None
    name: str = ""


class PrivateChatOnly(Struct, frozen=True, kw_only=True):
    """A reseller asked in a group for what is shown in the private chat only."""


class DailyLimitReached(Struct, frozen=True, kw_only=True):
    """An order was not placed, for it exceeds what the shop may spend in a day.

    `left_idr` is what is left of the limit, `begins_at_ms` when it begins again.
    In a chat that is not private the figures of the shop are not shown; a `price_idr` of 0 neither.
    """

    code: str
    destination: str
    price_idr: int
    daily_limit_idr: int
    spent_today_idr: int
    left_idr: int
    begins_at_ms: int
    is_private: bool = True


class AdjustmentUnclear(Struct, frozen=True, kw_only=True):
    """To an admin: `/tambah` or `/kurang` lacks the person, the amount, or the reason."""

    word: str


class AdjustmentQuestion(Struct, frozen=True, kw_only=True):
    """To an admin: the balance of a reseller before and after an adjustment, which a tap makes.

    `amount_idr` is negative where it is taken from the balance. `same_at_ms` is when the same amount was
    last entered within a day: perhaps another admin did it already.
    """

    user_id: int
    name: str
    amount_idr: int
    before_idr: int
    reason: str
    same_at_ms: int | None = None

    @property
    def after_idr(self) -> int:
        """The balance after the adjustment."""
        return self.before_idr + self.amount_idr


class AdjustmentDone(Struct, frozen=True, kw_only=True):
    """To all admins: an admin adjusted the balance of a reseller."""

    admin_name: str
    user_id: int
    name: str
    amount_idr: int
    after_idr: int
    reason: str
    at_ms: int


class AdjustmentRefused(Struct, frozen=True, kw_only=True):
    """To an admin: a balance would fall below its floor; `most_idr` is what can be taken."""

    user_id: int
    name: str
    amount_idr: int
    available_idr: int
    credit_idr: int
    most_idr: int


class ChangeCancelled(Struct, frozen=True, kw_only=True):
    """To an admin: nothing was changed; this replaces the question."""

    name: str


class BalanceAdjusted(Struct, frozen=True, kw_only=True):
    """To a reseller: an admin adjusted the balance, which is `after_idr` now."""

    amount_idr: int
    after_idr: int
    reason: str

    @property
    def before_idr(self) -> int:
        """The balance before the adjustment."""
        return self.after_idr - self.amount_idr


class LimitUnclear(Struct, frozen=True, kw_only=True):
    """To an admin: `/limit` lacks the person or the amount."""


class LimitQuestion(Struct, frozen=True, kw_only=True):
    """To an admin: a limit would be raised, which a tap does; None is no limit."""

    user_id: int
    name: str
    limit: LimitKind
    before_idr: int | None
    after_idr: int | None


class LimitChanged(Struct, frozen=True, kw_only=True):
    """To all admins: an admin changed a limit; None is no limit."""

    admin_name: str
    user_id: int
    name: str
    limit: LimitKind
    before_idr: int | None
    after_idr: int | None
    at_ms: int


def adjustment_payload(notice: AdjustmentQuestion) -> str:
    """Return the payload of the button that makes an adjustment."""
    return f"{notice.user_id}|{notice.amount_idr}|{notice.reason}"


def read_adjustment(payload: str) -> tuple[int, int, str]:
    """Return the user id, the amount and the reason of a payload."""
    user_id, amount_idr, reason = payload.split("|", 2)
    return int(user_id), int(amount_idr), reason


def limit_payload(notice: LimitQuestion) -> str:
    """Return the payload of the button that raises a limit."""
    return f"{notice.user_id}|{notice.limit}|{'' if notice.after_idr is None else notice.after_idr}"


def read_limit(payload: str) -> tuple[int, LimitKind, int | None]:
    """Return the user id, the kind and the new value of a payload; None is no limit."""
    user_id, limit, limit_idr = payload.split("|")
    return int(user_id), LimitKind(limit), int(limit_idr) if limit_idr else None


AccountsNotice = (
    ShopBalance
    | PrivateChatOnly
    | DailyLimitReached
    | AdjustmentUnclear
    | AdjustmentQuestion
    | AdjustmentDone
    | AdjustmentRefused
    | ChangeCancelled
    | BalanceAdjusted
    | LimitUnclear
    | LimitQuestion
    | LimitChanged
)
