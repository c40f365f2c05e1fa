"""What is told about complaints: to the reseller who made one, and to the admins who answer."""

from enum import StrEnum

from msgspec import Struct

from bot.notices.orders import AboutOrder
from bot.orders.model import State


class ComplaintStage(StrEnum):
    """How far a complaint has come."""

    OPEN = "open"
    CHECKING = "checking"
    ANSWERED = "answered"


class ComplaintUpdate(AboutOrder, frozen=True, kw_only=True):
    """Where the complaint stands since `at_ms`; an `answer` of None means that the order was delivered."""

    stage: ComplaintStage
    answer: str | None = None
    sn: str | None = None


class ComplaintCard(AboutOrder, frozen=True, kw_only=True):
    """All facts for an admin; `note` is what the reseller wrote, empty after a mere tap.

    `raw` holds the biller's own words where they say more than `sn`; `sn_candidate` may be the SN.
    """

    stage: ComplaintStage
    state: State
    user_id: int
    name: str
    note: str
    placed_at_ms: int
    sn: str | None
    reason: str | None
    biller_ref: str | None
    raw: str = ""
    sn_candidate: str = ""


class ComplaintClosed(AboutOrder, frozen=True, kw_only=True):
    """The complaint was answered; this stands where its card stood. `answer` as in ComplaintTold."""

    answer: str | None
    admin_name: str


class ComplaintHelp(Struct, frozen=True, kw_only=True):
    """No order of this person's fits; `typed` is empty if none was named."""

    typed: str


class TooManyComplaints(Struct, frozen=True, kw_only=True):
    """This person's complaint was not taken: `count` of theirs wait for an answer."""

    count: int


class NoComplaints(Struct, frozen=True, kw_only=True):
    """No complaint waits for an answer."""


ComplaintsNotice = (
    ComplaintUpdate | ComplaintCard | ComplaintClosed | ComplaintHelp | TooManyComplaints | NoComplaints
)
