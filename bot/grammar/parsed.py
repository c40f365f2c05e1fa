"""The nouns of what was typed: a command, orders line by line, an input error, or what must be asked back."""

from enum import StrEnum

from msgspec import Struct

from bot.orders.model import Intent

EXAMPLE = "s5.081234567890"
"""The form shown to whoever is far from any order."""


class InputError(StrEnum):
    """What keeps a text from being an order."""

    NOT_AN_ORDER = "not_an_order"
    SPOKEN_OF = "spoken_of"
    NO_CANCEL = "no_cancel"
    NO_DESTINATION = "no_destination"
    NO_CODE = "no_code"
    NO_SERVER = "no_server"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_DIGITS = "not_digits"
    NOT_PLAIN = "not_plain"
    NOT_A_PHONE = "not_a_phone"
    FOREIGN_NUMBER = "foreign_number"
    TOO_MANY_PARTS = "too_many_parts"
    UNKNOWN_CODE = "unknown_code"
    NEAR_COMMAND = "near_command"
    SEVERAL_ORDERS = "several_orders"
    TOO_MANY_ORDERS = "too_many_orders"
    NEEDS_SEPARATOR = "needs_separator"
    CUT_OFF = "cut_off"
    THANKS = "thanks"
    FORWARDED = "forwarded"
    EDITED = "edited"


class Ambiguity(StrEnum):
    """Why an order is asked back before it is bought."""

    NOMINAL = "nominal"
    """A nominal without code, and not exactly one product for it."""
    CARRIER = "carrier"
    """The number belongs to another network than the product."""
    ORDINAL = "ordinal"
    """The last or first digits are an ordinal or a part of the number."""
    NUMBER = "number"
    """The digits can be read as two different destinations."""
    PARTS = "parts"
    """A PIN, a second phone or something else stands beside code and number."""
    PIN = "pin"
    """Four to six digits stand beside code and number, as other servers want them."""
    UNKNOWN_CODE = "unknown_code"
    """The code is not in the catalogue; others are spelled nearly so."""
    SERVER = "server"
    """A game id and its server are told apart only by guessing."""
    LETTERS = "letters"
    """A letter stands in the number where a digit looks the same."""
    SWAPPED = "swapped"
    """The number stands before the code."""
    GLUED = "glued"
    """Nothing stands between the code and the number."""
    TALK = "talk"
    """Words stand around the order: it may be asked for, or only be spoken of."""


class OrderRequest(Struct, frozen=True, kw_only=True):
    """An order as asked, before any catalogue is looked at.

    `code` in lower case, or one to three digits of a nominal; `destination` is all that stands behind it, in
    plain ASCII where it can be. `ambiguity` says why it is asked back even if it can be read in one way only.
    `looks_like_order` is False where it is most likely talk, unless a catalogue knows the code.
    """

    code: str
    destination: str
    ambiguity: Ambiguity | None = None
    looks_like_order: bool = True


class Command(Struct, frozen=True, kw_only=True):
    """A command word in lower case and the words behind it; `slash` tells how it was typed."""

    word: str
    rest: str
    slash: bool


class InvalidInput(Struct, frozen=True, kw_only=True):
    """No order: why, the nearest right form, and whether it was meant as one (`looks_like_order`).

    `is_example` where the number of that form is ours: it shows the form and is not to be bought for. `typed`
    is the order as it was typed, empty where there is none to show.
    """

    input_error: InputError
    suggestion: str
    looks_like_order: bool
    is_example: bool = False
    typed: str = ""


class OrderLine(Struct, frozen=True, kw_only=True):
    """One order of a message, or one line of talk in it: its `number` from 1, and the text as typed."""

    number: int
    typed: str
    parsed: OrderRequest | InvalidInput


class OrderLines(Struct, frozen=True, kw_only=True):
    """A message with at least one line that asks for an order."""

    lines: tuple[OrderLine, ...]

    @property
    def looks_like_order(self) -> bool:
        """Tell whether any line was surely meant as an order, as with a Misread."""
        return any(line.parsed.looks_like_order for line in self.lines)


class ParsedDestination(Struct, frozen=True, kw_only=True):
    """A destination in the form of its rule, and which purchase of the day is asked for (1 to 99)."""

    destination: str
    ordinal: int = 1


class AmbiguousDestination(Struct, frozen=True, kw_only=True):
    """At least one destination, none of which is certain; best first."""

    ambiguity: Ambiguity
    choices: tuple[ParsedDestination, ...]


class InvalidDestination(Struct, frozen=True, kw_only=True):
    """No destination: why, and one that would do. `numbers` are those of several orders."""

    input_error: InputError
    example: str
    numbers: tuple[str, ...] = ()


DestinationResult = ParsedDestination | AmbiguousDestination | InvalidDestination


class Clarification(Struct, frozen=True, kw_only=True):
    """What can be bought only after a tap: one to eight readings, best first, and the best one typed out."""

    ambiguity: Ambiguity
    choices: tuple[Intent, ...]
    suggestion: str


MAX_CHOICES = 8


def order_text(intent: Intent) -> str:
    """Give the text that orders exactly this: `s5.0812…`, or `s5.2.0812…` for a second purchase."""
    ordinal = f"{intent.ordinal}." if intent.ordinal != 1 else ""
    return f"{intent.product_code}.{ordinal}{intent.destination}"


def truncate_suggestion(suggestion: str, limit: int) -> str:
    """Give as many whole orders of a suggestion as fit: a number cut short would be another number."""
    if len(suggestion) <= limit:
        return suggestion
    return suggestion[: limit + 1].rpartition("; ")[0]


def clarify(ambiguity: Ambiguity, choices: tuple[Intent, ...]) -> Clarification:
    """Ask for one of `choices`."""
    return Clarification(
        ambiguity=ambiguity, choices=choices[:MAX_CHOICES], suggestion=order_text(choices[0])
    )
