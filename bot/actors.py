"""Who a person is to this counter: the operator, a reseller of theirs, or a stranger."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What a person may do here."""

    ADMIN = "admin"
    RESELLER = "reseller"
    STRANGER = "stranger"


class Standing(StrEnum):
    """Where a person stands on the way to being a reseller, and after."""

    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    FROZEN = "frozen"
    REMOVED = "removed"


class Address(Struct, frozen=True, kw_only=True):
    """Where a message goes: a chat, its topic, and the message that it replies to."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None


class Actor(Struct, frozen=True, kw_only=True):
    """The person behind an update: who, with which role, and where the answer goes.

    `card_id` is our message whose button was tapped, which an answer may replace; None after a typed message.
    """

    user_id: int
    name: str
    role: Role
    address: Address
    is_private: bool
    card_id: int | None = None

    @property
    def chat(self) -> Address:
        """The chat and topic alone, for what replaces a card instead of replying to it."""
        return Address(chat_id=self.address.chat_id, thread_id=self.address.thread_id)

    @property
    def sees_all(self) -> bool:
        """Whether the operator's own matters may be shown here: to an admin, in their private chat."""
        return self.role is Role.ADMIN and self.is_private
