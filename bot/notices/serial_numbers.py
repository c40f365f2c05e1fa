"""What admins are told of SNs that were not surely read, or that have become another."""

from msgspec import Struct

from bot.notices.orders import AboutOrder


class SnUnread(AboutOrder, frozen=True, kw_only=True):
    """A success whose SN was not surely read in `raw`, the biller's words.

    `candidate` may be the SN; it is empty where an admin has to look for it.
    """

    candidate: str
    raw: str


class OtherSnReported(AboutOrder, frozen=True, kw_only=True):
    """The biller told a success again, with another SN than the chat knows."""

    sn: str
    other_sn: str
    raw: str


class SnPrompt(AboutOrder, frozen=True, kw_only=True):
    """An admin is asked for the SN that is to be handed on, by a reply."""


class SnForwarded(AboutOrder, frozen=True, kw_only=True):
    """The SN was handed on; this stands where its card stood.

    Without a name it came from the biller after all.
    """

    sn: str
    admin_name: str


class SnRejected(Struct, frozen=True, kw_only=True):
    """An SN cannot be handed on: no order of this id is a success."""

    trxid: str


SerialNumberNotice = SnUnread | OtherSnReported | SnPrompt | SnForwarded | SnRejected
