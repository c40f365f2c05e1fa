"""Parses single cells of a price list: each function returns the value or a `CellError`.

A price that could be two amounts is unreadable: the likelier one is not guessed.
"""

import re
import unicodedata
from enum import StrEnum

from bot.catalogue.amounts import read_amount, split_amount
from bot.catalogue.price_list.columns import normalized_key
from bot.catalogue.product import Carrier, DailyHours, DestinationRule

MAX_CODE_CHARS = 20
MAX_NAME_CHARS = 80
MAX_GROUP_CHARS = 40

MAX_PRICE_IDR = 99_999_999
"""A larger number is a phone number in the wrong column."""

MIN_BARE_PRICE_IDR = 1_000
"""A spreadsheet with an English locale reads `10.000` as 10; a smaller price must be written `Rp10`."""

NONE = "-"
"""Removes a value, where a blank cell would leave it unchanged."""

UNCALCULATED = "\0"
"""Replaces a formula whose value is not in the file; no other cell has this text."""


class CellError(StrEnum):
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
    UNCALCULATED = "uncalculated"


RULE_NAMES = {
    DestinationRule.PHONE: ("hp", "telepon", "telpon", "phone", "nomor hp", "no hp"),
    DestinationRule.METER: ("meter", "meteran", "pln", "no meter"),
    DestinationRule.GAME: ("game", "id game", "game id"),
    DestinationRule.GAME_SERVER: ("game+server", "id+server", "game dan server", "game server"),
    DestinationRule.ACCOUNT: ("akun", "rekening", "account", "rekening/akun", "akun/rekening"),
    DestinationRule.FREE: ("bebas", "free"),
}
"""The spellings of a destination rule; an export writes the first."""

CARRIER_WORDS = {
    Carrier.TELKOMSEL: ("telkomsel", "tsel", "simpati", "as", "kartu as", "simpati/as", "loop"),
    Carrier.INDOSAT: ("indosat", "isat", "im3", "mentari", "indosat ooredoo", "ooredoo"),
    Carrier.XL: ("xl", "xl axiata"),
    Carrier.AXIS: ("axis",),
    Carrier.TRI: ("tri", "three", "3"),
    Carrier.SMARTFREN: ("smartfren", "smart"),
}
"""The spellings of a carrier in its column; an export writes the first."""

OPEN_WORDS = (
    *("buka", "open", "aktif", "active", "on", "ya", "yes", "y", "1", "true", "ready", "normal", "tersedia"),
    *("available", "lancar", "ok", "oke", "ada", "online", "enable", "enabled", "jual"),
)
CLOSED_WORDS = (
    *(
        "tutup",
        "closed",
        "close",
        "nonaktif",
        "tidak aktif",
        "inactive",
        "off",
        "tidak",
        "no",
        "n",
        "0",
        "false",
    ),
    *(
        "gangguan",
        "ggn",
        "kosong",
        "habis",
        "maintenance",
        "perbaikan",
        "stop",
        "offline",
        "disable",
        "disabled",
    ),
    *("unavailable", "empty", "suspend", "soldout", "sold out", "trouble", "error", "blokir"),
)
_NOT = frozenset(("tidak", "tdk", "non", "not", "belum", "bukan"))
_OPEN_SIGNS = frozenset("✅☑✔🟢👍")
_CLOSED_SIGNS = frozenset("❌✖⛔🚫🔴🟡⚠👎")

_RULES = {normalized_key(word): rule for rule, words in RULE_NAMES.items() for word in words}
_CARRIERS = {normalized_key(word): carrier for carrier, words in CARRIER_WORDS.items() for word in words}
_STATUS = {normalized_key(word): True for word in OPEN_WORDS} | {
    normalized_key(word): False for word in CLOSED_WORDS
}
_WORD = re.compile(r"[^\W_]+")
_LONG_CLOSED_WORDS = frozenset(word for word in CLOSED_WORDS if len(word) > 2)  # noqa: PLR2004 - `no` and `0` occur in prices too

_CODE = re.compile(r"[A-Za-z0-9]+")
_RUPIAH = re.compile(
    r"(?P<rp>(?:rp|idr)\.?\s*)?(?P<sign>-?)(?P<amount>[0-9][0-9.,]*?)\s*(?:[.,]--?)?\s*(?P<unit>idr|rupiah)?",
    re.IGNORECASE,
)
_HOURS = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|s/d|sd)\s*(\d{1,2})[:.](\d{2})(?:\s*wib)?", re.IGNORECASE)
_NOMINAL = re.compile(r"(?:rp\.?\s*)?(?P<amount>[0-9.,]+)\s*(?P<thousands>rb|ribu|k)?", re.IGNORECASE)

MAX_NOMINAL = 10_000
"""In thousands of rupiah: no pulsa has a nominal above ten million."""


def read_code(cell: str, commands: frozenset[str]) -> str | CellError:
    """Parse a code; one of `commands` is an error, because it could not be ordered."""
    if not cell:
        return CellError.MISSING
    if not _CODE.fullmatch(cell):
        return CellError.UNCALCULATED if cell == UNCALCULATED else CellError.CODE_SIGNS
    if len(cell) > MAX_CODE_CHARS:
        return CellError.TOO_LONG
    if len(cell) == 1:
        return CellError.CODE_SHORT
    if cell.isdigit():
        return CellError.CODE_NO_LETTER
    return CellError.CODE_IS_COMMAND if cell.lower() in commands else cell


def read_words(cell: str, *, limit: int) -> str | CellError:
    """Parse a name of at most `limit` characters."""
    if not cell:
        return CellError.MISSING
    if cell == UNCALCULATED:
        return CellError.UNCALCULATED
    return cell if len(cell) <= limit else CellError.TOO_LONG


def read_price(cell: str) -> int | CellError | None:
    """Parse a price in whole rupiah, rounded up; None for a blank cell, 0 for `NONE`."""
    if not cell:
        return None
    if cell == NONE:
        return 0
    if cell == UNCALCULATED:
        return CellError.UNCALCULATED
    found = _RUPIAH.fullmatch(cell)
    amount = split_amount(found["amount"]) if found else None
    if found is None or amount is None:
        return CellError.UNREADABLE
    price_idr, has_fraction = amount
    if found["sign"]:
        return CellError.NEGATIVE
    if price_idr > MAX_PRICE_IDR:
        return CellError.TOO_LARGE
    has_unit = not price_idr or bool(found["rp"] or found["unit"])
    if price_idr < MIN_BARE_PRICE_IDR and (has_fraction or not has_unit):
        return CellError.TOO_SMALL
    return price_idr + has_fraction


def read_status(cell: str) -> bool | CellError | None:
    """Parse the status of a product, True if it is open; None for a blank cell."""
    if not cell or cell == NONE:
        return None
    known = _STATUS.get(normalized_key(cell))
    if known is not None:
        return known
    signs = {char for char in cell if char in _OPEN_SIGNS or char in _CLOSED_SIGNS}
    words = _WORD.findall(cell.casefold())
    statuses = {_STATUS[word] for word in words if len(word) > 1 and word in _STATUS}
    statuses |= {char in _OPEN_SIGNS for char in signs}
    if statuses and (statuses == {False} or _NOT & set(words)):
        return False
    # «Aktif (lancar)» is unambiguous; a sentence that contains such a word is not.
    is_plain = bool(statuses) and all(word in _STATUS for word in words)
    return True if statuses == {True} and is_plain else CellError.UNKNOWN_WORD


def is_closed_word(cell: str) -> bool:
    """Return whether the cell of a price contains a word for a closed product instead: `GANGGUAN`."""
    return cell.casefold() in _LONG_CLOSED_WORDS


def read_rule(cell: str) -> DestinationRule | CellError | None:
    """Parse a destination rule; None for a blank cell."""
    return _RULES.get(normalized_key(cell), CellError.UNKNOWN_WORD) if cell else None


def read_carrier(cell: str) -> Carrier | CellError:
    return _CARRIERS.get(normalized_key(cell), CellError.UNKNOWN_WORD)


def read_nominal(cell: str) -> int | CellError:
    """Parse a nominal in thousands of rupiah: `5`, `5000`, `5.000` and `5rb` are 5."""
    found = _NOMINAL.fullmatch(cell)
    amount = read_amount(found["amount"]) if found else None
    if not found or not amount:
        return CellError.UNREADABLE
    if not found["thousands"] and amount >= 1000:  # noqa: PLR2004 - such an amount is in rupiah
        amount, rest = divmod(amount, 1000)
        if rest:
            return CellError.UNREADABLE
    return amount if amount <= MAX_NOMINAL else CellError.TOO_LARGE


def read_hours(cell: str) -> DailyHours | CellError | None:
    """Parse cut-off hours such as `23:00-01:00`; None for `NONE`, `24:00` is midnight."""
    if cell == NONE:
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


def has_letter(cell: str) -> bool:
    """Return whether a cell contains a letter of any script."""
    return any(unicodedata.category(char)[0] == "L" for char in cell)
