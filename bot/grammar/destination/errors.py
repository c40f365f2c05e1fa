"""Names what is amiss with digits that are no destination."""

from bot.catalogue.product import Rule
from bot.grammar.destination.formats import ANYTHING, SHAPES, Shape, looks_like_phone
from bot.grammar.destination.tokens import Run, text_of
from bot.grammar.parsed import Slip


def slip_of(groups: Run, shape: Shape) -> Slip:
    """Name what keeps `groups` from being a number of this shape."""
    if not groups:
        return Slip.NO_DESTINATION
    if not all(group.is_number for group in groups):
        return Slip.NOT_DIGITS
    digits = text_of(groups)
    if digits.startswith("+") and not digits.startswith("+62"):
        return Slip.FOREIGN_NUMBER
    is_phone = shape is ANYTHING and looks_like_phone(digits)
    sizes = (SHAPES[Rule.PHONE] if is_phone else shape).sizes
    local = "0" + digits.removeprefix("+62").removeprefix("0") if digits.startswith("+62") else digits
    if len(local) < sizes.start:
        return Slip.TOO_SHORT
    if len(groups) > 1:
        return Slip.TOO_MANY_PARTS
    return Slip.TOO_LONG if len(local) >= sizes.stop else Slip.NOT_A_PHONE
