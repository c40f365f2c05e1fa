"""Reading a text costs at most in proportion to its length, whatever it repeats: counted in calls."""

from collections.abc import Callable
from datetime import date

import pytest

from bot.catalogue.product import DestinationRule
from bot.grammar.destination.reader import read_destination
from bot.grammar.lookup_query import parse_destinations
from bot.grammar.parse import MAX_LINES, MAX_TEXT_CHARS, parse, parse_command
from bot.grammar.parsed import InputError, InvalidInput, OrderLines
from bot.grammar.period import parse_period
from tests.hostile_texts import calls_of, hostile_texts
from tests.trade import NOTHING, TRADE, verdicts

CALLS_A_CHAR = 100
CALLS_A_TEXT = 30_000
"""A piece of 256 characters is read whole, under several rules at most."""

TODAY = date(2026, 11, 27)

READERS: dict[str, Callable[[str], object]] = {
    "a message": parse,
    "a command": parse_command,
    "orders with a catalogue": lambda text: verdicts(text, TRADE),
    "orders without one": lambda text: verdicts(text, NOTHING),
    "destinations to look up": parse_destinations,
    "a period": lambda text: parse_period(text, TODAY),
    "a free destination": lambda text: read_destination(text, DestinationRule.FREE),
    "a game id": lambda text: read_destination(text, DestinationRule.GAME_SERVER),
    "an account": lambda text: read_destination(text, DestinationRule.ACCOUNT),
}


@pytest.mark.parametrize("chars", [250, 1000, MAX_TEXT_CHARS])
@pytest.mark.parametrize("reader", READERS)
def test_no_text_costs_more_than_its_length_allows_and_none_raises(reader: str, chars: int) -> None:
    allowed = CALLS_A_TEXT + CALLS_A_CHAR * chars
    for text in list(hostile_texts(chars))[:: 3 if chars > 250 else 1]:
        assert calls_of(lambda text=text: READERS[reader](text)) <= allowed, text  # type: ignore[misc]  # a default binds it


@pytest.mark.parametrize(
    "text",
    [
        "beli " * 290 + "1a " * 400,
        "isi " * 400 + "5",
        "isi " * 1000 + "s5.081234567890",
        "tolong " * 500,
        "pulsa," * 600 + "5.081234567890",
        "1 " * 2000,
        "s5" * 2000,
        "(" * 4000 + "0812",
    ],
)
def test_a_text_that_once_took_seconds_is_read_like_any_other(text: str) -> None:
    assert calls_of(lambda: parse(text)) <= CALLS_A_TEXT + CALLS_A_CHAR * len(text)


def test_openers_before_an_order_are_read_however_many_they_are() -> None:
    for count in (1, 2, 40):
        read = parse("isi " * count + "s5.081234567890")
        assert isinstance(read, OrderLines)
        assert read.looks_like_order


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("halo " * 2000, InputError.TEXT_TOO_LONG),
        ("ya\n" * 250, InputError.TEXT_TOO_LONG),
        ("s5.081234567890 " + "ya " * 200, InputError.TEXT_TOO_LONG),
        ("s5.081234567890\n" * (MAX_LINES + 1), InputError.TOO_MANY_ORDERS),
        ("s5.081234567890\n" * 250, InputError.TOO_MANY_ORDERS),
    ],
)
def test_a_text_over_the_limits_is_refused_as_a_whole_and_says_why(text: str, error: InputError) -> None:
    read = parse(text)
    assert isinstance(read, InvalidInput)
    assert read.input_error is error


def test_the_longest_list_within_the_limits_is_read_whole() -> None:
    lines = [f"{number}. s5.0812345{number:05}" for number in range(1, MAX_LINES + 1)]
    read = parse("\n".join(line for order in lines for line in (order, "makasih")))
    assert isinstance(read, OrderLines)
    assert len([line for line in read.lines if line.parsed.looks_like_order]) == MAX_LINES
