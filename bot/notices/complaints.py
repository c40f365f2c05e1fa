"""Notices about complaints, to the reseller who made one and to the admins who answer."""

from enum import StrEnum

from msgspec import Struct

from bot.notices.orders import AboutOrder
from bot.orders.model import State


class ComplaintStage(StrEnum):
    """The stage of a complaint."""

    OPEN = "open"
    CHECKING = "checking"
    ANSWERED = "answered"


class ComplaintUpdate(AboutOrder, frozen=True, kw_only=True):
    """The stage of a complaint since `at_ms`; an `answer` of None means that the order was delivered."""

    stage: ComplaintStage
    answer: str | None = None
    sn: str | None = None


class ComplaintCard(AboutOrder, frozen=True, kw_only=True):
    """All facts for an admin; `note` is what the reseller wrote, empty after a tap.

    `raw` is the biller's own text where it contains more than `sn`; `sn_candidate` may be the SN.
    `owner_name` is the owner of the shop whose assistant complains.
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
    owner_name: str = ""


class ComplaintClosed(AboutOrder, frozen=True, kw_only=True):
    """The complaint was answered; this replaces its card. `answer` as in `ComplaintUpdate`."""

    answer: str | None
    admin_name: str


class ComplaintHelp(Struct, frozen=True, kw_only=True):
    """No order of this person matches; `typed` is empty if none was named."""

    typed: str


class TooManyComplaints(Struct, frozen=True, kw_only=True):
    """The complaint was not accepted, because `count` of this person wait for an answer."""

    count: int


class NoComplaints(Struct, frozen=True, kw_only=True):
    """No complaint waits for an answer."""


ComplaintsNotice = (
    ComplaintUpdate | ComplaintCard | ComplaintClosed | ComplaintHelp | TooManyComplaints | NoComplaints
)
