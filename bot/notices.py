"""Everything Loket can say, as names and facts; the words are in `texts/`.

A notice is stored with its facts and rendered when it leaves, so that a wording can be mended while
messages wait. The notices of an order itself are in `order/notices.py`.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.order.model import Outcome
from bot.order.notices import (
    OrderCard,
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderNotice,
    OrderSucceeded,
    OrderUnknown,
    RulingQuestion,
    SnQuestion,
)
from bot.order.parse import Slip
from bot.people import Role, Standing


class Action(StrEnum):
    """What a button asks for; each button carries its own one-time nonce."""

    APPROVE = "approve"
    REJECT = "reject"
    RULE_SUCCESS = "rule_success"
    RULE_FAILURE = "rule_failure"
    WITHOUT_SN = "without_sn"
    CONFIRM_SUCCESS = "confirm_success"
    CONFIRM_FAILURE = "confirm_failure"
    OPEN_COUNTER = "open_counter"
    CONFIRM_OPEN = "confirm_open"
    CANCEL = "cancel"


class HoldCause(StrEnum):
    """Why orders are held back."""

    UNCLEAR = "unclear"
    ACCOUNT = "account"
    UNREACHABLE = "unreachable"


class Invariant(StrEnum):
    """What must hold for every order at every moment, as the audit numbers it."""

    ONE_PURCHASE = "I1"
    TOLD = "I5"
    NOT_STUCK = "I6"
    REPLAYED = "I12"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNotFound:
    """No order has this id."""

    trxid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingOpen:
    """No order waits for an admin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalQuarantined:
    """A reversal came by the right path and fitted no order; it changed nothing."""

    why: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed:
    """A message could not be brought to its chat and was given up."""

    chat_id: int
    kind: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerOpened:
    """The biller is in trouble: orders are held back from now on, but for one try at a time."""

    cause: HoldCause
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerClosed:
    """The biller answers again: what waited is on its way."""

    opened_at_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFinding:
    """An order breaks a promise; `more` counts others found with it, `what` is technical, without secrets."""

    invariant: Invariant
    trxid: str
    what: str
    more: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreGap:
    """A backup was put in the place of the database: what it cannot know, and that nothing is bought yet.

    `backup_at_ms` is the last moment the backup knows of, None if it is empty.
    """

    backup_at_ms: int | None
    gap_until_ms: int
    restored_at_ms: int
    waiting_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """The second question before the counter is opened after a restore."""

    backup_at_ms: int | None
    gap_until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReleased:
    """An admin opened the counter; this stands where the card stood. `admin_name` may be empty."""

    restored_at_ms: int
    admin_name: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterClosed:
    """An order came while the counter is closed: it was neither kept nor bought."""

    code: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterOpen:
    """To a chat that was turned away: orders are taken again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinCard:
    """Somebody asks to be let in."""

    user_id: int
    name: str
    username: str | None
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinDecided:
    """An admin answered; this stands where the card stood."""

    user_id: int
    name: str
    standing: Standing
    admin_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinAnswer:
    """To somebody who is not, or no longer, a reseller: where they stand."""

    standing: Standing | None
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChanged:
    """To the admin who changed it: the person and their new standing."""

    user_id: int
    name: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonNotFound:
    """The admin named nobody whom this change fits."""

    typed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResellerRow:
    """One line of the admins' list."""

    user_id: int
    name: str
    username: str | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ResellerList:
    """The people whom an admin may freeze, thaw or remove; `more` counts those left out."""

    rows: tuple[ResellerRow, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """How to order, for this role."""

    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """The text was no order; `suggestion` is the nearest right form."""

    slip: Slip
    suggestion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceShown:
    """The biller balance as last reported, for admins alone; sums in rupiah are costs."""

    balance_idr: int | None
    reported_at_ms: int | None
    source: str | None
    open_count: int
    open_sum_idr: int
    today_count: int
    today_sum_idr: int
    waiting_count: int
    held_since_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceWithheld:
    """A reseller asked for the balance: it is the operator's."""


Notice = (
    OrderNotice
    | OrderNotFound
    | NothingOpen
    | ReversalQuarantined
    | DeliveryFailed
    | BreakerOpened
    | BreakerClosed
    | AuditFinding
    | RestoreGap
    | OpenQuestion
    | RestoreReleased
    | CounterClosed
    | CounterOpen
    | JoinCard
    | JoinDecided
    | JoinAnswer
    | StandingChanged
    | PersonNotFound
    | ResellerList
    | Help
    | NotUnderstood
    | BalanceShown
    | BalanceWithheld
)

Result = OrderSucceeded | OrderFailed | OrderUnknown | OrderExpired | OrderDisputed
"""Notices that tell a chat how its order stands: these are told until Telegram has surely taken them."""


def keyboard_of(notice: Notice) -> tuple[tuple[Action, ...], ...]:
    """Give the rows of buttons that belong under `notice`."""
    match notice:
        case JoinCard():
            return ((Action.APPROVE, Action.REJECT),)
        case OrderCard():
            return ((Action.RULE_SUCCESS, Action.RULE_FAILURE),)
        case RestoreGap():
            return ((Action.OPEN_COUNTER,),)
        case OpenQuestion():
            return ((Action.CONFIRM_OPEN, Action.CANCEL),)
        case SnQuestion():
            return ((Action.WITHOUT_SN, Action.CANCEL),)
        case RulingQuestion(outcome=Outcome.SUCCESS):
            return ((Action.CONFIRM_SUCCESS, Action.CANCEL),)
        case RulingQuestion():
            return ((Action.CONFIRM_FAILURE, Action.CANCEL),)
        case _:
            return ()
