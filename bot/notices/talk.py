"""What is said to whoever types something that is no order."""

from dataclasses import dataclass

from bot.order.typed import Slip
from bot.people import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """To somebody who may order and has just come in: what to try first."""

    role: Role
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """How to order and what else can be typed, for this role.

    `examples` are orders of what is open now; `nominal` is one without a code, empty where none is sure.
    """

    role: Role
    examples: tuple[str, ...] = ()
    nominal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """The text was no order; `suggestion` is the nearest right form.

    `is_example` where that form holds a number of ours; `typed` is the order as typed, if it is shown.
    """

    slip: Slip
    suggestion: str
    is_example: bool = False
    typed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceWithheld:
    """A reseller asked for a balance: none is kept for resellers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminsOnly:
    """A command was given that only admins may give, in their private chats."""


TalkNotice = Welcome | Help | NotUnderstood | BalanceWithheld | AdminsOnly
