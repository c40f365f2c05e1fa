"""Reads single cells of a price list: every reader gives the value, or why there is none.

Nothing is guessed with money: a price that could be two amounts is unreadable, not the likelier one.
"""

import re
from enum import StrEnum

from bot.catalogue.price_list.columns import normalized_key
from bot.catalogue.product import Carrier, DailyHours, DestinationRule

MAX_CODE_CHARS = 20
MAX_NAME_CHARS = 80
MAX_GROUP_CHARS = 40

MAX_PRICE_IDR = 99_999_999
"""What costs more is a telephone number in the wrong column."""

MIN_BARE_PRICE_IDR = 1_000
"""A spreadsheet set to English reads `10.000` as 10; so few rupiah have to be written `Rp10` to be meant."""

NONE = "-"
"""In the columns that are derived when blank: that there is none."""


class CellError(StrEnum):
    """Why a cell cannot be read."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    CODE_SIGNS = "code_signs"
    CODE_SHORT = "code_short"
    CODE_NO_LETTER = "code_no_letter"
    CODE_IS_COMMAND = "code_is_command"
    CODE_TWICE = "code_twice"
    UNREADABLE = "unreadable"
    NEGATIVE = "negative"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    UNKNOWN_WORD = "unknown_word"
    TOO_MANY_CELLS = "too_many_cells"


RULE_NAMES = {
    DestinationRule.PHONE: ("hp", "telepon", "telpon", "phone", "nomor hp", "no hp"),
    DestinationRule.METER: ("meter", "meteran", "pln", "no meter"),
    DestinationRule.GAME: ("game", "id game", "game id"),
    DestinationRule.GAME_SERVER: ("game+server", "id+server", "game dan server", "game server"),
    DestinationRule.ACCOUNT: ("akun", "rekening", "account", "rekening/akun", "akun/rekening"),
    DestinationRule.FREE: ("bebas", "free"),
}
"""How a destination rule is written; the first is what an export writes."""

CARRIER_WORDS = {
    Carrier.TELKOMSEL: ("telkomsel", "tsel", "simpati", "as", "kartu as", "simpati/as", "loop"),
    Carrier.INDOSAT: ("indosat", "isat", "im3", "mentari", "indosat ooredoo", "ooredoo"),
    Carrier.XL: ("xl", "xl axiata"),
    Carrier.AXIS: ("axis",),
    Carrier.TRI: ("tri", "three", "3"),
    Carrier.SMARTFREN: ("smartfren", "smart"),
}
"""How a network is written in its own column; the first is what an export writes."""

OPEN_WORDS = ("buka", "open", "aktif", "active", "on", "ya", "yes", "1", "ready", "normal", "tersedia")
CLOSED_WORDS = (
    *("tutup", "closed", "close", "nonaktif", "tidak aktif", "inactive", "off", "tidak", "no", "0"),
    *("gangguan", "kosong", "habis"),
)

_RULES = {normalized_key(word): rule for rule, words in RULE_NAMES.items() for word in words}
_OPERATORS = {normalized_key(word): carrier for carrier, words in CARRIER_WORDS.items() for word in words}
_STATUS = {normalized_key(word): True for word in OPEN_WORDS} | {
    normalized_key(word): False for word in CLOSED_WORDS
}

_CODE = re.compile(r"[A-Za-z0-9]+")
_RUPIAH = re.compile(r"(?P<rp>(?:rp|idr)\.?\s*)?(?P<sign>-?)(?P<amount>[0-9.,]+?)(?:,-|,--)?", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,0{1,2})?"
    r"|(?P<english>[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.0{1,2})?"
    r"|(?P<plain>0|[1-9][0-9]*)(?:[.,]0{1,2})?"
)
_HOURS = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|s/d|sd)\s*(\d{1,2})[:.](\d{2})(?:\s*wib)?", re.IGNORECASE)
_NOMINAL = re.compile(r"(?P<amount>[0-9.,]+)\s*(?P<thousands>rb|ribu|k)?", re.IGNORECASE)

MAX_NOMINAL = 10_000
"""In thousands of rupiah: no pulsa is worth more than ten million."""


def read_code(cell: str, commands: frozenset[str]) -> str | CellError:
    """Read a product's code; a word of `commands` could never be ordered by it."""
    if not cell:
        return CellError.MISSING
    if not _CODE.fullmatch(cell):
        return CellError.CODE_SIGNS
    if len(cell) > MAX_CODE_CHARS:
        return CellError.TOO_LONG
    if len(cell) == 1:
        return CellError.CODE_SHORT
    if cell.isdigit():
        return CellError.CODE_NO_LETTER
    return CellError.CODE_IS_COMMAND if cell.lower() in commands else cell


def read_words(cell: str, *, limit: int) -> str | CellError:
    """Read a name of at most `limit` characters."""
    if not cell:
        return CellError.MISSING
    return cell if len(cell) <= limit else CellError.TOO_LONG


def read_price(cell: str) -> int | CellError | None:
    """Read a price in rupiah; blank and 0 are no price."""
    if not cell or cell == NONE:
        return None
    found = _RUPIAH.fullmatch(cell)
    amount_idr = read_amount(found["amount"]) if found else None
    if found is None or amount_idr is None:
        return CellError.UNREADABLE
    if found["sign"]:
        return CellError.NEGATIVE
    if amount_idr > MAX_PRICE_IDR:
        return CellError.TOO_LARGE
    if 0 < amount_idr < MIN_BARE_PRICE_IDR and not found["rp"]:
        return CellError.TOO_SMALL
    return amount_idr or None


def read_amount(text: str) -> int | None:
    """Read `6500`, `6.500`, `6,500` and `6.500,00`; None for anything that is no whole amount of rupiah."""
    found = _AMOUNT.fullmatch(text)
    if not found:
        return None
    return int((found["whole"] or found["english"] or found["plain"]).replace(".", "").replace(",", ""))


def read_status(cell: str) -> bool | CellError:
    """Read whether a product is open; blank is open."""
    return _STATUS.get(normalized_key(cell), CellError.UNKNOWN_WORD) if cell else True


def read_rule(cell: str) -> DestinationRule | CellError | None:
    """Read what a destination must look like; None where it is to be derived."""
    return _RULES.get(normalized_key(cell), CellError.UNKNOWN_WORD) if cell else None


def read_carrier(cell: str) -> Carrier | CellError:
    """Read the name of a network."""
    return _OPERATORS.get(normalized_key(cell), CellError.UNKNOWN_WORD)


def read_nominal(cell: str) -> int | CellError:
    """Read a nominal: `5`, `5000`, `5.000` and `5rb` are all 5 thousand rupiah."""
    found = _NOMINAL.fullmatch(cell)
    amount = read_amount(found["amount"]) if found else None
    if not found or not amount:
        return CellError.UNREADABLE
    if not found["thousands"] and amount >= 1000:  # noqa: PLR2004 - from here on it is written in rupiah
        amount, rest = divmod(amount, 1000)
        if rest:
            return CellError.UNREADABLE
    return amount if amount <= MAX_NOMINAL else CellError.TOO_LARGE


def read_hours(cell: str) -> DailyHours | CellError | None:
    """Read cut-off hours such as `23:00-01:00`; blank is none. `24:00` is midnight."""
    if not cell or cell == NONE:
        return None
    found = _HOURS.fullmatch(cell)
    if not found:
        return CellError.UNREADABLE
    minutes = [_minute(found[1], found[2]), _minute(found[3], found[4])]
    if None in minutes or minutes[0] == minutes[1]:
        return CellError.UNREADABLE
    return DailyHours(from_minute=minutes[0] or 0, until_minute=minutes[1] or 0)


def _minute(hour: str, minute: str) -> int | None:
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > 1440:  # noqa: PLR2004 - minutes of an hour and of a day
        return None
    return total % 1440
