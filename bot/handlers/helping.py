"""Shows people what they can type, by orders of what is open at this moment."""

from bot.actors import Role
from bot.grammar.examples import nominal_example, order_examples
from bot.grammar.period import minute_of_day
from bot.notices.guidance import Help, Welcome
from bot.unit_of_work import Desk
from storage.transaction import Tx


def welcome_notice(tx: Tx, desk: Desk, role: Role, now_ms: int) -> Welcome:
    """Give what somebody reads who has just come in."""
    minute = minute_of_day(now_ms, desk.zone)
    return Welcome(role=role, examples=order_examples(desk.shelf.catalogue(tx), minute))


def help_notice(tx: Tx, desk: Desk, role: Role, now_ms: int) -> Help:
    """Give everything that can be typed, in short."""
    catalogue, minute = desk.shelf.catalogue(tx), minute_of_day(now_ms, desk.zone)
    return Help(
        role=role, examples=order_examples(catalogue, minute), nominal=nominal_example(catalogue, minute)
    )
