"""The shapes of codes and numbers in a line, for the readers of lines."""

import re

MAX_CODE_CHARS = 20

MIXED = r"(?:[A-Za-z]+[0-9][A-Za-z0-9]*|[0-9]+[A-Za-z][A-Za-z0-9]*)"
"""A code that no word of talk looks like: letters and digits."""

NUMBER = r"\+?\(?[0-9](?:[\s\-.()/]*[0-9]){4,}"
"""Five digits or more, in groups or not."""

NOMINAL_PAIR = r"[1-9][0-9]{0,2}[.*#](?:\+?62|0)8[0-9]{8,}"
"""`5.0812…`: a nominal with a whole phone behind it."""

SPACED = r"(?P<letter>[SsTtAaXx])[\s.,*#]+(?P<nominal>[1-9][0-9]{0,2})[\s.,*#]+(?P<rest>(?:\+?62|0)8.*)"
"""`s 5.0812…`: a code of one letter, cut off from its nominal; the letter alone is a command."""

_IS_MIXED = re.compile(MIXED)


def is_mixed(code: str) -> bool:
    """Tell whether `code` has letters and digits."""
    return bool(_IS_MIXED.fullmatch(code))
