"""Notices about deposits: tickets to pay, their cards for the admins, and what was credited."""

from enum import StrEnum

from msgspec import Struct

from bot.deposits.accounts import DepositAccount
from bot.notices.balances import BalanceLine


class TicketState(StrEnum):
    """The state of a ticket. Only an open one, or one that ended lately without a credit, can be credited."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class AboutTicket(Struct, frozen=True, kw_only=True):
    """A ticket: `exact_idr` is the amount by which its payment is recognised."""

    ticket_id: int
    exact_idr: int


class TicketIssued(AboutTicket, frozen=True, kw_only=True):
    """Where to pay which exact amount, until when; `qris` is the code that carries the amount, None without.

    `is_again` is set if the shop has this ticket already; `wanted_idr` and `wanted_bank` are then what was
    asked for now, for which the ticket can be replaced.
    """

    user_id: int
    accounts: tuple[DepositAccount, ...]
    qris: str | None
    expires_at_ms: int
    is_again: bool = False
    wanted_idr: int = 0
    wanted_bank: str = ""


class TicketRefusal(StrEnum):
    """Why no ticket was issued."""

    NOWHERE_TO_PAY = "nowhere_to_pay"
    NO_AMOUNT = "no_amount"
    UNREADABLE = "unreadable"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    UNKNOWN_BANK = "unknown_bank"
    NONE_FREE = "none_free"
    TOO_MANY = "too_many"


class TicketRefused(Struct, frozen=True, kw_only=True):
    """No ticket was issued; `example_idr` is an amount to type instead, `banks` are those to choose from.

    `limit_idr` is the smallest or largest amount, where that is the reason.
    """

    refusal: TicketRefusal
    typed: str = ""
    example_idr: int = 100_000
    banks: tuple[str, ...] = ()
    limit_idr: int = 0


class DepositAccountList(Struct, frozen=True, kw_only=True):
    """All accounts to pay into, and whether QRIS can be paid too."""

    accounts: tuple[DepositAccount, ...]
    takes_qris: bool


class NoOpenTicket(Struct, frozen=True, kw_only=True):
    """The shop has no ticket to cancel."""


class TicketEnded(AboutTicket, frozen=True, kw_only=True):
    """A ticket ended without a credit: cancelled, expired, or the admin found no money yet."""

    state: TicketState
    at_ms: int


class DepositCredited(Struct, frozen=True, kw_only=True):
    """Money was credited to a shop; `ticket_id` and `exact_idr` are those of its ticket, 0 without one."""

    balance: BalanceLine
    at_ms: int
    ticket_id: int = 0
    exact_idr: int = 0


class EvidenceForwarded(AboutTicket, frozen=True, kw_only=True):
    """The picture of a transfer went to the admins; False if there are too many, or the ticket is decided."""

    was_forwarded: bool


class TicketCard(AboutTicket, frozen=True, kw_only=True):
    """A ticket for the admins to confirm once the money is there."""

    user_id: int
    name: str
    username: str | None
    requested_idr: int
    banks: tuple[str, ...]
    created_at_ms: int
    expires_at_ms: int


class TicketEvidence(AboutTicket, frozen=True, kw_only=True):
    """The picture of a transfer, for the eyes of an admin; `is_file` if it was sent as a file."""

    name: str
    file_id: str
    is_file: bool


class TicketQuestion(AboutTicket, frozen=True, kw_only=True):
    """Asks an admin whether to credit what was received, where that is inexact, late, or doubtful.

    `mutation_id` is the reported payment of this amount that nobody has claimed, 0 if there is none.
    `same_at_ms` is when the shop lately got the same amount: an admin may have entered this money by hand.
    """

    name: str
    state: TicketState
    received_idr: int
    available_idr: int
    mutation_id: int = 0
    same_at_ms: int | None = None


class TicketClosed(AboutTicket, frozen=True, kw_only=True):
    """A ticket was decided; this replaces its cards. `admin_name` is empty if no admin decided it."""

    name: str
    state: TicketState
    at_ms: int
    credited_idr: int = 0
    admin_name: str = ""


class AmountUnclear(AboutTicket, frozen=True, kw_only=True):
    """An admin's reply to a card was no amount."""

    typed: str


class TicketTooOld(AboutTicket, frozen=True, kw_only=True):
    """The ticket ended too long ago to be credited."""


class SimilarTicket(AboutTicket, frozen=True, kw_only=True):
    """A ticket that a payment may have been meant for; `credited_idr` is 0 without a credit."""

    name: str
    state: TicketState
    credited_idr: int


class AboutPayment(Struct, frozen=True, kw_only=True):
    """Money that a service reported, by its number here."""

    mutation_id: int
    amount_idr: int


class SuspenseReason(StrEnum):
    """Why reported money credits nobody by itself."""

    NO_TICKET = "no_ticket"
    OTHER_ACCOUNT = "other_account"
    """It arrived in an account that the operator does not name for deposits."""

    RESTORED = "restored"
    """A ticket of this amount may have been lost with the database that a backup replaced."""

    SHARED_AMOUNT = "shared_amount"
    """Another shop was given this amount lately too, and its money may come late."""


class SuspenseCard(AboutPayment, frozen=True, kw_only=True):
    """Money that credited no ticket, for the admins to credit or to reject."""

    service: str
    account_number: str
    note: str
    at_ms: int
    similar: tuple[SimilarTicket, ...]
    reason: SuspenseReason = SuspenseReason.NO_TICKET


class NoDeposits(Struct, frozen=True, kw_only=True):
    """To an admin: no ticket is open, and no money waits."""


class SuspenseQuestion(AboutPayment, frozen=True, kw_only=True):
    """Asks an admin whether to credit money to a shop, or to take it out of the books if `user_id` is 0.

    `ticket_id` and `exact_idr` are those of the shop's open ticket, which is closed with it; 0 without one.
    `same_at_ms` is when the shop lately got the same amount: an admin may have entered this money by hand.
    """

    user_id: int = 0
    name: str = ""
    available_idr: int = 0
    ticket_id: int = 0
    exact_idr: int = 0
    same_at_ms: int | None = None


class SuspenseClosed(AboutPayment, frozen=True, kw_only=True):
    """Money that fit no ticket was credited to `name`, or rejected if that is empty."""

    name: str
    admin_name: str
    at_ms: int


class SuspensePersonUnknown(AboutPayment, frozen=True, kw_only=True):
    """An admin's reply named no reseller."""

    typed: str


class MutationUnreadable(Struct, frozen=True, kw_only=True):
    """To admins: money was reported that must be booked by hand; `note` is all that is known of it."""

    service: str
    note: str
    at_ms: int


class MutationRowsUnreadable(Struct, frozen=True, kw_only=True):
    """To admins: `count` rows of a post could not be read; `rows` are the first of them."""

    service: str
    count: int
    rows: tuple[str, ...]
    at_ms: int


DepositsNotice = (
    TicketIssued
    | TicketRefused
    | DepositAccountList
    | NoOpenTicket
    | TicketEnded
    | DepositCredited
    | EvidenceForwarded
    | TicketCard
    | TicketEvidence
    | TicketQuestion
    | TicketClosed
    | AmountUnclear
    | TicketTooOld
    | NoDeposits
    | SuspenseCard
    | SuspenseQuestion
    | SuspenseClosed
    | SuspensePersonUnknown
    | MutationUnreadable
    | MutationRowsUnreadable
)
