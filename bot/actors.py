"""The people behind updates: their roles, their standing, and their addresses."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    ADMIN = "admin"
    RESELLER = "reseller"
    STRANGER = "stranger"


class Standing(StrEnum):
    """The state of a person's application to be a reseller, and of their membership.

    An assistant orders for the shop of a reseller; DISMISSED is one whom the reseller let go.
    """

    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    FROZEN = "frozen"
    REMOVED = "removed"
    ASSISTANT = "assistant"
    DISMISSED = "dismissed"


class Address(Struct, frozen=True, kw_only=True):
    """The destination of a message: a chat, its topic, the message that it replies to, and who wrote that."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None
    asker_id: int | None = None


class Actor(Struct, frozen=True, kw_only=True):
    """The person behind an update, and the address of the answer.

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
        """The chat and topic without the reply, for a notice that replaces a card."""
        address = self.address
        return Address(chat_id=address.chat_id, thread_id=address.thread_id, asker_id=address.asker_id)

    @property
    def sees_all(self) -> bool:
        """Whether the actor is an admin in their private chat, where data of all resellers may be shown."""
        return self.role is Role.ADMIN and self.is_private
