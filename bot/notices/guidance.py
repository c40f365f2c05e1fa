"""Notices that explain how to use the bot, and answers to text that is no order."""

from msgspec import Struct

from bot.actors import Role
from bot.grammar.parsed import InputError


class Welcome(Struct, frozen=True, kw_only=True):
    """To a person who has just been admitted: what to try first."""

    role: Role
    examples: tuple[str, ...] = ()


class GroupWelcome(Struct, frozen=True, kw_only=True):
    """To a group that the bot was added to: how resellers order there."""

    examples: tuple[str, ...] = ()


class Help(Struct, frozen=True, kw_only=True):
    """How to order and what else can be typed, for this role.

    `examples` are orders of open products; `nominal` is one without a code, empty if none is unambiguous.
    `takes_tickets` is whether resellers can pay in by a ticket.
    """

    role: Role
    examples: tuple[str, ...] = ()
    nominal: str = ""
    takes_tickets: bool = False


NOTHING_BOUGHT = frozenset(
    {
        InputError.SEVERAL_ORDERS,
        InputError.TOO_MANY_ORDERS,
        InputError.TEXT_TOO_LONG,
        InputError.FORWARDED,
        InputError.CAPTIONED,
        InputError.SENT_AS_CHAT,
        InputError.EDITED,
    }
)
"""The errors after which a reseller may believe that something was bought."""

ORDER_KEPT = frozenset({InputError.NO_CANCEL, InputError.ABOUT_ORDER})
"""The errors after which a reseller may believe that an order was cancelled or looked after."""


class NotUnderstood(Struct, frozen=True, kw_only=True):
    """The text was no order; `suggestion` is the nearest valid form.

    `is_example` is set if the number in it is made up; `typed` is the order as typed, empty if not shown.
    """

    input_error: InputError
    suggestion: str
    is_example: bool = False
    typed: str = ""


class AdminsOnly(Struct, frozen=True, kw_only=True):
    """The command is for admins in their private chats only."""


GuidanceNotice = Welcome | GroupWelcome | Help | NotUnderstood | AdminsOnly
