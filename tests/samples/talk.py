"""A notice of each kind to whoever types something that is no order."""

from bot.actors import Role
from bot.grammar.parsed import EXAMPLE, Slip
from bot.notices import guidance as say

EXAMPLES = ("S5.081234567890", "PLN20.14444941364", "ML86.12345678(1234)")
TO_RESELLERS: tuple[say.TalkNotice, ...] = (
    *(say.Welcome(role=Role.RESELLER, examples=shown) for shown in (EXAMPLES, EXAMPLES[:1], ())),
    *(say.Help(role=Role.RESELLER, examples=shown) for shown in (EXAMPLES, EXAMPLES[:1], ())),
    say.Help(role=Role.RESELLER, examples=EXAMPLES, nominal="5.081234567890"),
    *(say.NotUnderstood(slip=slip, suggestion="s5.0812345678") for slip in Slip),
    say.NotUnderstood(slip=Slip.NOT_AN_ORDER, suggestion=EXAMPLE),
    say.BalanceWithheld(),
    say.AdminsOnly(),
)
TO_ADMINS: tuple[say.TalkNotice, ...] = (
    say.Welcome(role=Role.ADMIN, examples=EXAMPLES),
    say.Help(role=Role.ADMIN, examples=EXAMPLES, nominal="5.081234567890"),
)
