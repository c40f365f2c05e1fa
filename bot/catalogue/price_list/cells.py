"""Reads single cells of a price list: every reader returns the value, or why there is none.

Nothing is guessed with money: a price that could be two amounts is unreadable, not the likelier one.
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
"""What costs more is a telephone number in the wrong column."""

MIN_BARE_PRICE_IDR = 1_000
"""A spreadsheet set to English reads `10.000` as 10; so few rupiah have to be written `Rp10` to be meant."""

NONE = "-"
"""Says that there is none, where a blank cell would leave what there was."""

UNCALCULATED = "\0"
"""Stands in the place of a formula whose value the file does not hold; no text of a file is cleaned to it."""


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
    UNCALCULATED = "uncalculated"


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
_OPERATORS = {normalized_key(word): carrier for carrier, words in CARRIER_WORDS.items() for word in words}
_STATUS = {normalized_key(word): True for word in OPEN_WORDS} | {
    normalized_key(word): False for word in CLOSED_WORDS
}
_SAID = re.compile(r"[^\W_]+")
_OWN_WORDS = frozenset(word for word in CLOSED_WORDS if len(word) > 2)  # noqa: PLR2004 - `no` and `0` stand in prices too

_CODE = re.compile(r"[A-Za-z0-9]+")
_RUPIAH = re.compile(
    r"(?P<rp>(?:rp|idr)\.?\s*)?(?P<sign>-?)(?P<amount>[0-9][0-9.,]*?)\s*(?:[.,]--?)?\s*(?P<unit>idr|rupiah)?",
    re.IGNORECASE,
)
_HOURS = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|s/d|sd)\s*(\d{1,2})[:.](\d{2})(?:\s*wib)?", re.IGNORECASE)
_NOMINAL = re.compile(r"(?:rp\.?\s*)?(?P<amount>[0-9.,]+)\s*(?P<thousands>rb|ribu|k)?", re.IGNORECASE)

MAX_NOMINAL = 10_000
"""In thousands of rupiah: no pulsa is worth more than ten million."""


def read_code(cell: str, commands: frozenset[str]) -> str | CellError:
    """Read a product's code; a word of `commands` could never be ordered by it."""
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
    """Read a name of at most `limit` characters."""
    if not cell:
        return CellError.MISSING
    if cell == UNCALCULATED:
        return CellError.UNCALCULATED
    return cell if len(cell) <= limit else CellError.TOO_LONG


def read_price(cell: str) -> int | CellError | None:
    """Read a price in whole rupiah, rounded up; None for a blank cell, 0 where it says that there is none."""
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
    price_idr, is_broken = amount
    if found["sign"]:
        return CellError.NEGATIVE
    if price_idr > MAX_PRICE_IDR:
        return CellError.TOO_LARGE
    is_meant = not price_idr or bool(found["rp"] or found["unit"])
    if price_idr < MIN_BARE_PRICE_IDR and (is_broken or not is_meant):
        return CellError.TOO_SMALL
    return price_idr + is_broken


def read_status(cell: str) -> bool | CellError | None:
    """Read whether a product is open; None for a blank cell."""
    if not cell or cell == NONE:
        return None
    known = _STATUS.get(normalized_key(cell))
    if known is not None:
        return known
    signs = {char for char in cell if char in _OPEN_SIGNS or char in _CLOSED_SIGNS}
    words = _SAID.findall(cell.casefold())
    told = {_STATUS[word] for word in words if len(word) > 1 and word in _STATUS}
    told |= {char in _OPEN_SIGNS for char in signs}
    if told and (told == {False} or _NOT & set(words)):
        return False
    # «Aktif (lancar)» is plain enough; a sentence with one such word in it is not.
    is_plain = bool(told) and all(word in _STATUS for word in words)
    return True if told == {True} and is_plain else CellError.UNKNOWN_WORD


def is_closed_word(cell: str) -> bool:
    """Return whether a cell of a price says instead that the product is closed: `GANGGUAN`."""
    return cell.casefold() in _OWN_WORDS


def read_rule(cell: str) -> DestinationRule | CellError | None:
    """Read what a destination must look like; None for a blank cell."""
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
    """Read cut-off hours such as `23:00-01:00`; `-` is none, `24:00` is midnight."""
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
    """Return whether there is a letter of any script in a cell."""
    return any(unicodedata.category(char)[0] == "L" for char in cell)
