"""What is said to whoever types something that is no order."""

from msgspec import Struct

from bot.actors import Role
from bot.grammar.parsed import InputError


class Welcome(Struct, frozen=True, kw_only=True):
    """To somebody who may order and has just come in: what to try first."""

    role: Role
    examples: tuple[str, ...] = ()


class Help(Struct, frozen=True, kw_only=True):
    """How to order and what else can be typed, for this role.

    `examples` are orders of what is open now; `nominal` is one without a code, empty where none is sure.
    """

    role: Role
    examples: tuple[str, ...] = ()
    nominal: str = ""


class NotUnderstood(Struct, frozen=True, kw_only=True):
    """The text was no order; `suggestion` is the nearest right form.

    `is_example` where that form holds a number of ours; `typed` is the order as typed, if it is shown.
    """

    input_error: InputError
    suggestion: str
    is_example: bool = False
    typed: str = ""


class BalanceWithheld(Struct, frozen=True, kw_only=True):
    """A reseller asked for a balance: none is kept for resellers."""


class AdminsOnly(Struct, frozen=True, kw_only=True):
    """A command was given that only admins may give, in their private chats."""


GuidanceNotice = Welcome | Help | NotUnderstood | BalanceWithheld | AdminsOnly
