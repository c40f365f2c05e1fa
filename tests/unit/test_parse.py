"""What a person typed is read as an order only where it can mean nothing else."""

import pytest

from bot.order.parse import (
    COMMANDS,
    EXAMPLE,
    SHOWN_COMMANDS,
    Command,
    Misread,
    OrderRequest,
    Slip,
    parse,
    plain,
)

AN_ORDER = OrderRequest(code="s5", destination="081234567890")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize(
    "typed",
    [
        "s5.081234567890",
        "S5.081234567890",
        "s5,081234567890",
        "s5*081234567890",
        "s5#081234567890",
        "s5 081234567890",
        "s5  081234567890",
        "s5\t081234567890",
        "s5. 081234567890",
        "s5 .081234567890",
        "s5 . 081234567890",
        "s5..081234567890",
        "  s5.081234567890  ",
        "\n\ns5.081234567890\n",
        "s5.081234567890.",
        "s5.081234567890 ,",
        "s5.081234567890!",
    ],
)
def test_code_and_destination_are_told_apart_by_any_usual_separator(typed: str) -> None:
    assert parse(typed) == AN_ORDER


@pytest.mark.parametrize(
    "typed",
    [
        "s5\u00a0081234567890",  # no-break space
        "s5.081234567890\u00a0",
        "\u202as5.081234567890\u202c",  # embedded left to right, as contacts are pasted
        "s5.\u2066081234567890\u2069",  # isolated left to right
        "s5.\u200b081234567890",  # zero-width space
        "s5.0812\u200d34567890",  # zero-width joiner
        "\ufeffs5.081234567890",  # byte order mark
        "s5.0812\u00ad34567890",  # soft hyphen
        "s5.081234567890\ufe0f",  # variation selector
        "s5.081234567890".translate(FULL_WIDTH),
    ],
)
def test_what_is_pasted_unseen_does_not_stand_in_an_orders_way(typed: str) -> None:
    assert parse(typed) == AN_ORDER


@pytest.mark.parametrize("hyphen", ["\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "\uff0d"])
def test_every_hyphen_is_read_as_the_one_on_the_keyboard(hyphen: str) -> None:
    assert parse(f"s5.0812{hyphen}3456{hyphen}7890") == OrderRequest(code="s5", destination="0812-3456-7890")


def test_digits_that_look_different_are_left_as_they_are() -> None:
    assert plain("²٠߀𝟘") == "²٠߀𝟘"


def test_plain_text_stays_plain_however_often_it_is_made_so() -> None:
    typed = "\u202a\uff33\uff15\uff0e\u20110812\u00a0\ufeff34\ufe0f\n"
    assert plain(plain(typed)) == plain(typed)


@pytest.mark.parametrize("code", ["pln", "axis5", "5rb", "xl10", "a1b2c3"])
def test_a_code_is_any_word_with_a_letter_before_a_separator(code: str) -> None:
    assert parse(f"{code.upper()}.081234567890") == OrderRequest(code=code, destination="081234567890")


@pytest.mark.parametrize("form", ["{0}", "/{0}", "{0} 081234567890", "/{0} 081234567890", "{0}.081234567890"])
def test_a_command_word_is_a_command_with_or_without_a_slash(form: str) -> None:
    for word in COMMANDS:
        parsed = parse(form.format(word.upper()))
        assert isinstance(parsed, Command)
        assert parsed.word == word
        assert parsed.slash == form.startswith("/")


@pytest.mark.parametrize("separator", [",", "*", "#", " , ", ".."])
def test_a_command_word_never_buys_whatever_separator_follows(separator: str) -> None:
    typed = [f"{word}{separator}081234567890" for word in sorted(COMMANDS)]
    assert [text for text in typed if isinstance(parse(text), OrderRequest)] == []


@pytest.mark.parametrize(
    ("typed", "word", "rest"),
    [
        ("cek s5.081234567890", "cek", "s5.081234567890"),
        ("lap.21", "lap", "21"),
        ("h.s", "h", "s"),
        ("/bekukan_7002", "bekukan", "7002"),
        ("/sukses 22110111373985338 1234/BUDI", "sukses", "22110111373985338 1234/BUDI"),
        ("/start@LoketBot JOIN", "start", "JOIN"),
        ("status\n081234567890", "status", "081234567890"),
    ],
)
def test_what_stands_behind_a_command_is_its_argument(typed: str, word: str, rest: str) -> None:
    assert parse(typed) == Command(word=word, rest=rest, slash=typed.startswith("/"))


def test_an_unknown_word_behind_a_slash_is_a_command_and_so_never_an_order() -> None:
    assert parse("/pln.14444941364") == Command(word="pln", rest="14444941364", slash=True)
    assert not isinstance(parse("/s5.081234567890"), OrderRequest)


@pytest.mark.parametrize(
    "talk",
    [
        "",
        "   ",
        "\u200b",
        "halo kak, sudah masuk?",
        "hubungi 081234567890",
        "wa 0812-3456-7890 ya",
        "no 081234567890 itu punya siapa",
        "transfer 50rb ke 0812-3456-7890",
        "s5 ke 081234567890",
        "tolong s5.081234567890",
        "harganya 5.500 ya?",
        "Rp 100.000",
        "besok jam 10.30",
        "12.30",
        "https://t.me/loket",
        "s5/081234567890",
        "s5:081234567890",
        "s5-081234567890",
        "s5081234567890",
        "*123#",
        "(s5) 081234567890",
        "a.081234567890",
        "é5.081234567890",
        "с5.081234567890",  # noqa: RUF001 - a Cyrillic letter that looks like ours
        f"{'s5' * 11}.081234567890",
    ],
)
def test_talk_between_people_is_never_an_order(talk: str) -> None:
    assert not isinstance(parse(talk), OrderRequest)


@pytest.mark.parametrize(
    "talk",
    [
        "Telp. 081234567890",
        "hp. 0812-3456-7890",
        "no. 081234567890",
        "Hubungi, 081234567890",
        "WA , 0812345678",
    ],
)
def test_an_abbreviation_or_a_comma_before_a_number_is_talk_not_a_code(talk: str) -> None:
    """The blank that makes «hubungi 0812…» talk makes it talk behind a dot or a comma too."""
    assert not isinstance(parse(talk), OrderRequest)


@pytest.mark.parametrize(
    ("typed", "slip", "suggestion"),
    [
        ("s5", Slip.NO_DESTINATION, "s5.081234567890"),
        ("s5.", Slip.NO_DESTINATION, "s5.081234567890"),
        ("081234567890", Slip.NO_CODE, "s5.081234567890"),
        ("0812-3456-7890", Slip.NO_CODE, "s5.0812-3456-7890"),
        ("+62 812 3456 7890", Slip.NO_CODE, "s5.+62 812 3456 7890"),
        ("5.081234567890", Slip.NO_CODE, "s5.081234567890"),
        ("10 081234567890", Slip.NO_CODE, "s10.081234567890"),
        ("pln 14444941364", Slip.NEEDS_SEPARATOR, "pln.14444941364"),
        ("sldo", Slip.NEAR_COMMAND, "saldo"),
        ("Bantuann", Slip.NEAR_COMMAND, "bantuan"),
        ("halo", Slip.NOT_AN_ORDER, EXAMPLE),
        ("", Slip.NOT_AN_ORDER, EXAMPLE),
    ],
)
def test_a_slip_gets_its_name_and_the_nearest_right_form(typed: str, slip: Slip, suggestion: str) -> None:
    parsed = parse(typed)
    assert isinstance(parsed, Misread)
    assert (parsed.slip, parsed.suggestion) == (slip, suggestion)


@pytest.mark.parametrize("typed", ["0812 3456 7890", "0812.3456.7890", "- 081234567890"])
def test_a_number_alone_in_groups_is_suggested_whole_behind_a_code(typed: str) -> None:
    """«s0812.3456 7890» would be another product and half a number."""
    parsed = parse(typed)
    assert isinstance(parsed, Misread)
    suggested = parse(parsed.suggestion)
    assert isinstance(suggested, OrderRequest)
    assert suggested.code == "s5"
    assert _digits(suggested.destination) == _digits(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "s5.081234567890\ns5.081234567891",
        "s5.081234567890\n\ns5.081234567891",
        "s5.081234567890\npln20.14444941364\nx10.087712345678",
        "s5 081234567890\nterima kasih",
        "halo\ns5.081234567890",
        "s5.0812\n34567890",
    ],
)
def test_several_lines_are_never_an_order(typed: str) -> None:
    parsed = parse(typed)
    assert isinstance(parsed, Misread)
    assert parsed.slip is Slip.SEVERAL_ORDERS
    assert parsed.near


def test_several_lines_of_mere_talk_are_not_taken_for_a_slip() -> None:
    parsed = parse("halo kak\nsudah makan?")
    assert isinstance(parsed, Misread)
    assert not parsed.near


@pytest.mark.parametrize("typed", ["s5.081234567890\ns5.081234567891", "halo\ns5.081234567890\nmakasih"])
def test_several_lines_are_answered_with_the_first_that_is_an_order(typed: str) -> None:
    parsed = parse(typed)
    assert isinstance(parsed, Misread)
    assert parsed.suggestion == "s5.081234567890"


def test_every_shown_command_is_one() -> None:
    assert set(SHOWN_COMMANDS) <= COMMANDS


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
