"""What a person typed is read as an order only where it can mean nothing else."""

import pytest

from bot.grammar.parse import MAX_LINES, normalize, parse
from bot.grammar.parsed import EXAMPLE, Ambiguity, Command, InputError, InvalidInput, OrderLines, OrderRequest
from bot.grammar.vocabulary import COMMANDS, SHOWN_COMMANDS

AN_ORDER = OrderRequest(code="s5", destination="081234567890")
AN_ORDER_MORE = OrderRequest(code="x10", destination="087712345678")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def asked(typed: str) -> list[OrderRequest | InvalidInput]:
    parsed = parse(typed)
    assert isinstance(parsed, OrderLines), parsed
    assert [line.number for line in parsed.lines] == list(range(1, len(parsed.lines) + 1))
    return [line.parsed for line in parsed.lines]


def surely_orders(typed: str) -> bool:
    """Return whether anything of `typed` would be bought without a question."""
    parsed = parse(typed)
    if not isinstance(parsed, OrderLines):
        return False
    return any(
        isinstance(line.parsed, OrderRequest) and line.parsed.ambiguity is None for line in parsed.lines
    )


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
        "s5...081234567890",
        "  s5.081234567890  ",
        "\n\ns5.081234567890\n",
        "s5.081234567890.",
        "s5.081234567890 ,",
        "s5.081234567890!",
    ],
)
def test_code_and_destination_are_told_apart_by_any_usual_separator(typed: str) -> None:
    assert asked(typed) == [AN_ORDER]


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
    assert asked(typed) == [AN_ORDER]


@pytest.mark.parametrize("hyphen", ["\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "\uff0d"])
def test_every_hyphen_is_read_as_the_one_on_the_keyboard(hyphen: str) -> None:
    expected = OrderRequest(code="s5", destination="0812-3456-7890")
    assert asked(f"s5.0812{hyphen}3456{hyphen}7890") == [expected]


def test_digits_that_look_different_are_left_as_they_are() -> None:
    assert normalize("²٠߀𝟘") == "²٠߀𝟘"


def test_plain_text_stays_plain_however_often_it_is_made_so() -> None:
    typed = "\u202a\uff33\uff15\uff0e\u20110812\u00a0\ufeff34\ufe0f\n"
    assert normalize(normalize(typed)) == normalize(typed)


@pytest.mark.parametrize("code", ["pln", "axis5", "5rb", "xl10", "a1b2c3"])
def test_a_code_is_any_word_with_a_letter_before_a_separator(code: str) -> None:
    assert asked(f"{code.upper()}.081234567890") == [OrderRequest(code=code, destination="081234567890")]


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
    assert [text for text in typed if not isinstance(parse(text), Command)] == []


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
    assert not surely_orders("/s5.081234567890")


@pytest.mark.parametrize(
    "talk",
    [
        "",
        "   ",
        "\u200b",
        "halo kak, sudah masuk?",
        "besok ya",
        "harganya 5.500 ya?",
        "Rp 100.000",
        "besok jam 10.30",
        "12.30",
        "https://t.me/loket",
        "*123#",
        "\u00e95.081234567890",
        "\u04415.081234567890",  # a Cyrillic letter that looks like ours
        f"{'s5' * 11}.081234567890",
        "hubungi 081234567890",
        "no 081234567890 itu punya siapa",
        "transfer 50rb ke 0812-3456-7890",
        "s5 ke 081234567890",
        "tolong s5.081234567890",
        "s5/081234567890",
        "s5:081234567890",
        "s5-081234567890",
        "s5081234567890",
        "(s5) 081234567890",
        "a.081234567890",
        "s2 5.081234567890",  # as likely s25, cut in two
        "Telp. 081234567890",
        "hp. 0812-3456-7890",
        "no. 081234567890",
        "Hubungi, 081234567890",
        "WA , 0812345678",
        "s5.081234567890 belum masuk",
        "kok s5.081234567890 gagal",
        "s5.081234567890?",
        "x.081234567890",
    ],
)
def test_talk_between_people_is_never_bought(talk: str) -> None:
    assert not surely_orders(talk)


@pytest.mark.parametrize(
    "talk", ["hubungi 081234567890", "jam 10.30 081234567890", "Telp. 081234567890", "Hubungi, 081234567890"]
)
def test_a_word_and_a_blank_before_a_number_is_most_likely_talk(talk: str) -> None:
    """In a group nobody wants an answer to it, unless the word is a code of the catalogue."""
    parsed = parse(talk)
    assert isinstance(parsed, OrderLines)
    assert not parsed.looks_like_order


@pytest.mark.parametrize(
    ("typed", "input_error", "suggestion"),
    [
        ("s5", InputError.NO_DESTINATION, "s5.081234567890"),
        ("s5.", InputError.NO_DESTINATION, "s5.081234567890"),
        ("081234567890", InputError.NO_CODE, "harga 081234567890"),
        ("0812-3456-7890", InputError.NO_CODE, "harga 081234567890"),
        ("+62 812 3456 7890", InputError.NO_CODE, "harga 081234567890"),
        ("62 812 3456 7890", InputError.NO_CODE, "harga 081234567890"),
        ("08123456789.20.1234", InputError.NO_CODE, "harga 08123456789"),
        ("14444941364", InputError.NO_CODE, "harga pln"),
        ("12345678901234", InputError.NO_CODE, "harga"),
        ("makasih kak 🙏", InputError.THANKS, EXAMPLE),
        ("👍", InputError.THANKS, EXAMPLE),
        ("s5 s10 081234567890", InputError.SEVERAL_ORDERS, "s5.081234567890; s10.081234567890"),
        ("i5,i10.085712345678", InputError.SEVERAL_ORDERS, "i5.085712345678; i10.085712345678"),
        ("s5.081234567890 s10", InputError.SEVERAL_ORDERS, "s5.081234567890; s10.081234567890"),
        (
            "s5.081234567890.1234 x10.087712345678.1234",
            InputError.SEVERAL_ORDERS,
            "s5.081234567890; x10.087712345678",
        ),
        ("sldo", InputError.NEAR_COMMAND, "saldo"),
        ("Bantuann", InputError.NEAR_COMMAND, "bantuan"),
        ("s5.081234567890 belum masuk", InputError.ABOUT_ORDER, "cek.081234567890"),
        ("s5.081234567890 x10.087712345678", InputError.SEVERAL_ORDERS, "s5.081234567890; x10.087712345678"),
        ("halo", InputError.NOT_AN_ORDER, EXAMPLE),
        ("", InputError.NOT_AN_ORDER, EXAMPLE),
    ],
)
def test_a_slip_gets_its_name_and_the_nearest_right_form(
    typed: str, input_error: InputError, suggestion: str
) -> None:
    parsed = parse(typed)
    assert isinstance(parsed, InvalidInput)
    assert (parsed.input_error, parsed.suggestion) == (input_error, suggestion)


@pytest.mark.parametrize(
    ("typed", "ambiguity"),
    [
        ("081234567890.s5", Ambiguity.SWAPPED),
        ("0812-3456-7890 s5", Ambiguity.SWAPPED),
        ("s5081234567890", Ambiguity.GLUED),
        ("s5\n081234567890", Ambiguity.TALK),
        ("tolong s5.081234567890 ya", Ambiguity.TALK),
        ("s5 ke 081234567890", Ambiguity.TALK),
        ("s5-081234567890", Ambiguity.TALK),
        ("s5_081234567890", Ambiguity.TALK),
        ("s5->081234567890", Ambiguity.TALK),
        ("Kode: S5\nNomor: 081234567890", Ambiguity.TALK),
        ("kode s5 nomor 081234567890", Ambiguity.TALK),
        ("/s5.081234567890", Ambiguity.TALK),
    ],
)
def test_an_order_in_an_odd_form_is_read_with_its_doubt(typed: str, ambiguity: Ambiguity) -> None:
    (request,) = asked(typed)
    assert isinstance(request, OrderRequest)
    assert (request.code, _digits(request.destination), request.ambiguity) == (
        "s5",
        "081234567890",
        ambiguity,
    )


@pytest.mark.parametrize(
    "typed",
    [
        "s5.081234567890\nx10.087712345678",
        "s5.081234567890\n\n  x10.087712345678",
        "s5.081234567890,x10.087712345678",
        "s5.081234567890 ; x10.087712345678",
        "1. s5.081234567890\n2. x10.087712345678",
        "1) s5.081234567890\n2) x10.087712345678",
        "1.s5.081234567890\n2.x10.087712345678",
        "- s5.081234567890\n- x10.087712345678",
        "\u2022 s5.081234567890\n\u2022 x10.087712345678",
    ],
)
def test_several_orders_in_one_message_are_read_each_for_itself(typed: str) -> None:
    assert asked(typed) == [AN_ORDER, AN_ORDER_MORE]


def test_a_line_of_talk_does_not_hold_up_the_orders_beside_it() -> None:
    greeting, first, second, thanks = asked("tolong ya bos\ns5.081234567890\nx10.087712345678\nmakasih")
    assert [first, second] == [AN_ORDER, AN_ORDER_MORE]
    assert not greeting.looks_like_order
    assert not thanks.looks_like_order


@pytest.mark.parametrize("talk", ["ini yang tadi belum masuk", "jangan dulu", "sudah masuk kah?", "90"])
def test_a_line_that_takes_the_orders_back_makes_them_asked(talk: str) -> None:
    """Told on two lines, a complaint quotes the order it is about; and a broken number ends in digits."""
    assert not surely_orders(f"{talk}\ns5.081234567890")
    assert not surely_orders(f"s5.081234567890\n{talk}")


def test_what_a_complaint_quotes_on_its_other_lines_is_no_order() -> None:
    parsed = parse("komplain\ns5.081234567890\nbelum masuk")
    assert isinstance(parsed, Command)


def test_a_place_in_a_list_that_may_be_a_nominal_is_not_bought() -> None:
    assert not surely_orders("1.089512345678\n2.089612345678")
    assert not surely_orders("1.5.089512345678\n2.10.089612345678")
    assert not surely_orders("2. s5.081234567890\n4. s5.081234567891")


def test_a_hundred_orders_are_read_and_one_more_is_too_many() -> None:
    lines = [f"s5.0812345678{number:02}" for number in range(MAX_LINES)]
    assert len(asked("\n".join(lines))) == MAX_LINES
    parsed = parse("\n".join([*lines, "s5.081298765432"]))
    assert isinstance(parsed, InvalidInput)
    assert (parsed.input_error, parsed.looks_like_order) == (InputError.TOO_MANY_ORDERS, True)


def test_lines_of_which_none_is_an_order_get_one_answer() -> None:
    parsed = parse("halo kak\ns5.\nsudah makan?")
    assert isinstance(parsed, InvalidInput)
    assert (parsed.input_error, parsed.looks_like_order) == (InputError.NO_DESTINATION, True)


def test_several_lines_of_mere_talk_are_not_taken_for_a_slip() -> None:
    parsed = parse("halo kak\nsudah makan?")
    assert isinstance(parsed, InvalidInput)
    assert not parsed.looks_like_order


def test_every_shown_command_is_one() -> None:
    assert set(SHOWN_COMMANDS) <= COMMANDS


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
