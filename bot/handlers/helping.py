"""Shows people what they can type, by orders of what is open at this moment."""

from bot.actors import Role
from bot.grammar.examples import examples, nominal_example
from bot.grammar.period import minute_of_day
from bot.notices.guidance import Help, Welcome
from bot.unit_of_work import Desk
from storage.transaction import Tx


def welcome(tx: Tx, desk: Desk, role: Role, now_ms: int) -> Welcome:
    """Give what somebody reads who has just come in."""
    minute = minute_of_day(now_ms, desk.zone)
    return Welcome(role=role, examples=examples(desk.shelf.catalogue(tx), minute))


def manual(tx: Tx, desk: Desk, role: Role, now_ms: int) -> Help:
    """Give everything that can be typed, in short."""
    catalogue, minute = desk.shelf.catalogue(tx), minute_of_day(now_ms, desk.zone)
    return Help(role=role, examples=examples(catalogue, minute), nominal=nominal_example(catalogue, minute))
