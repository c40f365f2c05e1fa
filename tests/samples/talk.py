"""A notice of each kind to whoever types something that is no order."""

from bot.actors import Role
from bot.grammar.parsed import EXAMPLE, InputError
from bot.notices import guidance as say

EXAMPLES = ("S5.081234567890", "PLN20.14444941364", "ML86.12345678(1234)")
TO_RESELLERS: tuple[say.GuidanceNotice, ...] = (
    *(say.Welcome(role=Role.RESELLER, examples=shown) for shown in (EXAMPLES, EXAMPLES[:1], ())),
    *(say.Help(role=Role.RESELLER, examples=shown) for shown in (EXAMPLES, EXAMPLES[:1], ())),
    say.Help(role=Role.RESELLER, examples=EXAMPLES, nominal="5.081234567890", takes_tickets=True),
    *(say.NotUnderstood(input_error=input_error, suggestion="s5.0812345678") for input_error in InputError),
    say.NotUnderstood(input_error=InputError.NOT_AN_ORDER, suggestion=EXAMPLE),
    say.AdminsOnly(),
)
TO_ADMINS: tuple[say.GuidanceNotice, ...] = (
    say.Welcome(role=Role.ADMIN, examples=EXAMPLES),
    say.Help(role=Role.ADMIN, examples=EXAMPLES, nominal="5.081234567890"),
)
