"""Notices about the assistants of a shop, and about the links that let people in."""

from enum import StrEnum, auto

from msgspec import Struct

from bot.notices.people import ResellerRow


class AssistantError(StrEnum):
    """Why a person cannot become an assistant of a shop."""

    SELF = auto()
    ADMIN = auto()
    RESELLER = auto()
    ALREADY = auto()
    OTHER_SHOP = auto()
    BARRED = auto()
    FULL = auto()
    UNKNOWN = auto()
    NO_ACCOUNT = auto()


class InviteError(StrEnum):
    """Why a link does not let a person in."""

    UNKNOWN = auto()
    EXPIRED = auto()
    USED_UP = auto()
    REVOKED = auto()
    OWNER_CLOSED = auto()
    FULL = auto()
    BARRED = auto()
    IS_ADMIN = auto()
    IS_RESELLER = auto()
    IS_ASSISTANT = auto()


class AssistantList(Struct, frozen=True, kw_only=True):
    """The assistants of a shop, for its owner, and how to add one; `user_id` is the owner."""

    user_id: int
    rows: tuple[ResellerRow, ...]
    max_count: int


class AssistantQuestion(Struct, frozen=True, kw_only=True):
    """Asks the owner `owner_id` to confirm that a person becomes an assistant."""

    owner_id: int
    user_id: int
    name: str
    username: str | None


class DismissalQuestion(Struct, frozen=True, kw_only=True):
    """Asks the owner `owner_id` to confirm that an assistant is let go."""

    owner_id: int
    user_id: int
    name: str
    username: str | None


class AssistantAdded(Struct, frozen=True, kw_only=True):
    """The owner added an assistant; this replaces the question."""

    name: str
    username: str | None


class AssistantLeft(Struct, frozen=True, kw_only=True):
    """The owner let an assistant go; this replaces the question."""

    name: str
    username: str | None


class AssistantUnchanged(Struct, frozen=True, kw_only=True):
    """The owner thought better of it, or the assistant is none any more; this replaces the question."""

    name: str


class AssistantRejected(Struct, frozen=True, kw_only=True):
    """A person cannot become an assistant; `typed` is how the owner named them."""

    error: AssistantError
    typed: str


class AssistantsOfResellersOnly(Struct, frozen=True, kw_only=True):
    """To an admin: assistants are added by the reseller whose shop it is."""


class AssistantStatus(Struct, frozen=True, kw_only=True):
    """To an assistant who asks: whose shop it is, and how to leave."""

    owner_name: str


class OwnerOnly(Struct, frozen=True, kw_only=True):
    """To an assistant: only the owner of the shop may change this."""


class AssistantChanged(Struct, frozen=True, kw_only=True):
    """To the admins, and to the owner if somebody else did it: an assistant came or left.

    `by_link` tells whether they came by a link of the owner.
    """

    user_id: int
    name: str
    username: str | None
    owner_id: int
    owner_name: str
    is_added: bool
    by_link: bool = False


class InviteIssued(Struct, frozen=True, kw_only=True):
    """A link that lets people in, with its limits; without the name of the bot `link` is what to send it.

    `for_assistant` is a link of an owner. `level` is the level of those who come by it, empty for none.
    """

    invite_id: int
    link: str
    max_uses: int
    expires_at_ms: int
    level: str = ""
    for_assistant: bool = False


class InviteRow(Struct, frozen=True, kw_only=True):
    """A link in the admins' list; `owner_name` is set if it is for an assistant of that reseller."""

    invite_id: int
    link: str
    used_count: int
    max_uses: int
    expires_at_ms: int
    by_name: str
    level: str = ""
    owner_name: str = ""


class InviteList(Struct, frozen=True, kw_only=True):
    """The links that let people in now; `more` counts those left out."""

    rows: tuple[InviteRow, ...]
    more: int = 0


class InviteRevoked(Struct, frozen=True, kw_only=True):
    """A link lets nobody in any more; `was_open` is False if it did not before."""

    invite_id: int
    was_open: bool


class InviteFormat(Struct, frozen=True, kw_only=True):
    """What an admin typed behind `/undang` cannot be read; `level` is one that does not exist."""

    typed: str
    level: str = ""


class InviteRefused(Struct, frozen=True, kw_only=True):
    """A link does not let this person in."""

    error: InviteError


class InviteUsed(Struct, frozen=True, kw_only=True):
    """To the admins: a person came in by a link, which admits `left` more."""

    invite_id: int
    user_id: int
    name: str
    username: str | None
    by_name: str
    left: int
    level: str = ""


AssistantsNotice = (
    AssistantList
    | AssistantQuestion
    | DismissalQuestion
    | AssistantAdded
    | AssistantLeft
    | AssistantUnchanged
    | AssistantRejected
    | AssistantsOfResellersOnly
    | AssistantStatus
    | OwnerOnly
    | AssistantChanged
    | InviteIssued
    | InviteList
    | InviteRevoked
    | InviteFormat
    | InviteRefused
    | InviteUsed
)
