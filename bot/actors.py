"""Who a person is to this counter: the operator, a reseller of theirs, or a stranger."""

from enum import StrEnum


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
