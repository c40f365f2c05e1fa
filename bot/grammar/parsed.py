"""Results of parsing and resolving a message: commands, orders, destinations, input errors, questions."""

from enum import StrEnum

from msgspec import Struct

from bot.orders.model import Intent

EXAMPLE = "s5.081234567890"
"""The form of an order, shown for input that resembles none."""


class InputError(StrEnum):
    """Why a text is not an order."""

    NOT_AN_ORDER = "not_an_order"
    ABOUT_ORDER = "about_order"
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
    TEXT_TOO_LONG = "text_too_long"
    CAPTIONED = "captioned"
    SENT_AS_CHAT = "sent_as_chat"
    NEEDS_SEPARATOR = "needs_separator"
    CUT_OFF = "cut_off"
    THANKS = "thanks"
    FORWARDED = "forwarded"
    EDITED = "edited"


class Ambiguity(StrEnum):
    """Why the reseller has to confirm an order before it is bought."""

    NOMINAL = "nominal"
    """A nominal without a code, for which there is not exactly one product."""
    CARRIER = "carrier"
    """The number belongs to another carrier than the product."""
    ORDINAL = "ordinal"
    """The last or first digits are an ordinal or a part of the number."""
    SKIPPED = "skipped"
    """The ordinal is beyond the next purchase of the day."""
    NUMBER = "number"
    """The digits can be read as two different destinations."""
    PARTS = "parts"
    """There is a PIN, a second phone number or another part next to code and number."""
    PIN = "pin"
    """There are four to six digits next to code and number, the PIN that other servers require."""
    UNKNOWN_CODE = "unknown_code"
    """The code is not in the catalogue, but similar ones are."""
    SERVER = "server"
    """A game id, with or without its server, looks like a phone number."""
    LETTERS = "letters"
    """The number contains letters that look like digits."""
    SWAPPED = "swapped"
    """The number is before the code."""
    GLUED = "glued"
    """There is nothing between the code and the number."""
    TALK = "talk"
    """There are words around the order: it may be a request, or only be mentioned."""


class OrderRequest(Struct, frozen=True, kw_only=True):
    """An order as typed, before it is checked against the catalogue.

    `code` is in lower case, or a nominal of one to three digits. `destination` is the text behind it.
    `ambiguity` is set if the order must be confirmed even where the catalogue allows one reading only.
    `looks_like_order` is False for probable talk, which is an order only if the catalogue has the code.
    """

    code: str
    destination: str
    ambiguity: Ambiguity | None = None
    looks_like_order: bool = True


class Command(Struct, frozen=True, kw_only=True):
    """A command word in lower case and the text behind it; `slash` is whether it was typed as `/word`."""

    word: str
    rest: str
    slash: bool


class InvalidInput(Struct, frozen=True, kw_only=True):
    """No order: the reason, the nearest valid form, and whether it was meant as one (`looks_like_order`).

    `is_example` is set if the number in `suggestion` is made up and must not be bought for. `typed` is the
    order as typed, empty if there is none to show.
    """

    input_error: InputError
    suggestion: str
    looks_like_order: bool
    is_example: bool = False
    typed: str = ""


class OrderLine(Struct, frozen=True, kw_only=True):
    """One order or one line of talk in a message; `number` counts from 1."""

    number: int
    typed: str
    parsed: OrderRequest | InvalidInput


class OrderLines(Struct, frozen=True, kw_only=True):
    """A message with at least one order request."""

    lines: tuple[OrderLine, ...]

    @property
    def looks_like_order(self) -> bool:
        """Whether any line was surely meant as an order."""
        return any(line.parsed.looks_like_order for line in self.lines)


class ParsedDestination(Struct, frozen=True, kw_only=True):
    """A destination in the form of its rule, and the ordinal of the purchase on its day, 1 to 99."""

    destination: str
    ordinal: int = 1


class AmbiguousDestination(Struct, frozen=True, kw_only=True):
    """At least one possible destination, likeliest first; none is certain."""

    ambiguity: Ambiguity
    choices: tuple[ParsedDestination, ...]


class InvalidDestination(Struct, frozen=True, kw_only=True):
    """No destination: the reason and a valid example. `numbers` are those of `SEVERAL_ORDERS`."""

    input_error: InputError
    example: str
    numbers: tuple[str, ...] = ()


DestinationResult = ParsedDestination | AmbiguousDestination | InvalidDestination


class Clarification(Struct, frozen=True, kw_only=True):
    """An order that needs a tap: one to eight choices, likeliest first. `suggestion` orders the first."""

    ambiguity: Ambiguity
    choices: tuple[Intent, ...]
    suggestion: str


MAX_CHOICES = 8


def order_text(intent: Intent) -> str:
    """Return the text of an order: `s5.0812…`, or `s5.2.0812…` for the second purchase of the day."""
    ordinal = f"{intent.ordinal}." if intent.ordinal != 1 else ""
    return f"{intent.product_code}.{ordinal}{intent.destination}"


def truncate_suggestion(suggestion: str, limit: int) -> str:
    """Return the whole orders of a suggestion that fit `limit` characters; a cut number would be another."""
    if len(suggestion) <= limit:
        return suggestion
    return suggestion[: limit + 1].rpartition("; ")[0]


def clarify(ambiguity: Ambiguity, choices: tuple[Intent, ...]) -> Clarification:
    return Clarification(
        ambiguity=ambiguity, choices=choices[:MAX_CHOICES], suggestion=order_text(choices[0])
    )
