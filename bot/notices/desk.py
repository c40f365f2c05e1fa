"""Notices about the desk on the web: the link that lets an admin in."""

from msgspec import Struct


class DeskLink(Struct, frozen=True, kw_only=True):
    """A link that lets its owner in once, until `until_ms`."""

    url: str
    until_ms: int


class DeskOff(Struct, frozen=True, kw_only=True):
    """The desk is not set up: no address is known at which browsers reach Loket."""


DeskNotice = DeskLink | DeskOff
