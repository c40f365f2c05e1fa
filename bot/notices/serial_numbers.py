"""Notices to admins about SNs that could not be read with certainty, or that changed."""

from msgspec import Struct

from bot.notices.orders import AboutOrder


class SnUnread(AboutOrder, frozen=True, kw_only=True):
    """A success whose SN could not be read with certainty in `raw`, the biller's text.

    `candidate` may be the SN; it is empty if an admin has to find it.
    """

    candidate: str
    raw: str


class OtherSnReported(AboutOrder, frozen=True, kw_only=True):
    """The biller reported a success again, with an SN other than the one that the chat was sent."""

    sn: str
    other_sn: str
    raw: str


class SnPrompt(AboutOrder, frozen=True, kw_only=True):
    """Asks an admin for the SN to forward, as a reply."""


class SnForwarded(AboutOrder, frozen=True, kw_only=True):
    """The SN was forwarded; this replaces its card.

    Without a name it came from the biller.
    """

    sn: str
    admin_name: str


class SnRejected(Struct, frozen=True, kw_only=True):
    """An SN cannot be forwarded: no order with this id succeeded."""

    trxid: str


SerialNumberNotice = SnUnread | OtherSnReported | SnPrompt | SnForwarded | SnRejected
