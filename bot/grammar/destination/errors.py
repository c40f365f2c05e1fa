"""Names what is amiss with digits that are no destination."""

from bot.catalogue.product import DestinationRule
from bot.grammar.destination.formats import ANY_FORMAT, FORMATS, Format, looks_like_phone
from bot.grammar.destination.tokens import Tokens, join_text
from bot.grammar.parsed import InputError


def input_error_of(groups: Tokens, shape: Format) -> InputError:
    """Name what keeps `groups` from being a number of this shape."""
    if not groups:
        return InputError.NO_DESTINATION
    if not all(group.is_number for group in groups):
        return InputError.NOT_DIGITS
    digits = join_text(groups)
    if digits.startswith("+") and not digits.startswith("+62"):
        return InputError.FOREIGN_NUMBER
    is_phone = shape is ANY_FORMAT and looks_like_phone(digits)
    sizes = (FORMATS[DestinationRule.PHONE] if is_phone else shape).sizes
    local = "0" + digits.removeprefix("+62").removeprefix("0") if digits.startswith("+62") else digits
    if len(local) < sizes.start:
        return InputError.TOO_SHORT
    if len(groups) > 1:
        return InputError.TOO_MANY_PARTS
    return InputError.TOO_LONG if len(local) >= sizes.stop else InputError.NOT_A_PHONE
