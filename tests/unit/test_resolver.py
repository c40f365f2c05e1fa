"""A destination is bought for only where every digit of it was typed and no part could mean another thing."""

import pytest

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Carrier, DestinationRule
from bot.grammar.parsed import Ambiguity, Clarification, InputError, InvalidInput, order_text
from bot.orders.model import Intent
from tests.trade import NOTHING, TRADE, product, verdict


def bought(typed: str) -> Intent:
    intent = verdict(typed, NOTHING)
    assert isinstance(intent, Intent), intent
    return intent


def slip_of(typed: str) -> InputError:
    misread = verdict(typed, NOTHING)
    assert isinstance(misread, InvalidInput), misread
    assert misread.looks_like_order
    return misread.input_error


def question(typed: str, *, with_catalogue: bool = True) -> tuple[Ambiguity, list[str]]:
    asked = verdict(typed, TRADE if with_catalogue else NOTHING)
    assert isinstance(asked, Clarification), asked
    assert asked.suggestion == order_text(asked.choices[0])
    return asked.ambiguity, [order_text(choice) for choice in asked.choices]


@pytest.mark.parametrize(
    "destination",
    [
        "081234567890",
        "0812-3456-7890",
        "0812 3456 7890",
        "0812.3456.7890",
        "0812/3456/7890",
        "(0812) 3456-7890",
        "(0812)34567890",
        "0812\u20113456\u20117890",
        "0812\u00a03456\u00a07890",
        "\u202a0812\u200b34567890\u202c",
        "6281234567890",
        "62 812 3456 7890",
        "62-812-3456-7890",
        "62 81234567890",
        "62081234567890",
        "+6281234567890",
        "+62 812 3456 7890",
        "+62 812-3456-7890",
        "+62 81234567890",
        "+62081234567890",
        "\uff10\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10",
    ],
)
@pytest.mark.parametrize("code", ["s5.", "S5 ", "s5,", "s5*"])
def test_a_phone_number_is_the_same_however_it_is_written(code: str, destination: str) -> None:
    assert bought(f"{code}{destination}") == Intent(product_code="s5", destination="081234567890")


@pytest.mark.parametrize("digits", ["0812345678", "08123456789", "0812345678901"])
def test_a_phone_number_has_ten_to_thirteen_digits(digits: str) -> None:
    assert bought(f"s5.{digits}") == Intent(product_code="s5", destination=digits)


@pytest.mark.parametrize(
    ("typed", "input_error"),
    [
        ("s5.081234567", InputError.TOO_SHORT),
        ("s5 0812", InputError.TOO_SHORT),
        ("s5.+628123", InputError.TOO_SHORT),
        ("s5.08123456789012", InputError.TOO_LONG),
        ("s5.081234567890123", InputError.TOO_LONG),
        ("s5.62812345678901234", InputError.TOO_LONG),
        ("5k.081234567890", InputError.NO_CODE),
        ("20rb 14444941364", InputError.NO_CODE),
        ("ml86.12345678", InputError.NO_SERVER),
        ("s5.+62812345678901234", InputError.TOO_LONG),
        ("s5.1234", InputError.TOO_SHORT),
        ("s5.123456789012345678901", InputError.TOO_LONG),
        ("s5.+14155552671", InputError.FOREIGN_NUMBER),
        ("s5.+0812345678", InputError.FOREIGN_NUMBER),
        ("s5.0812345678x", InputError.NOT_DIGITS),
        ("s5.0812+34567890", InputError.NOT_DIGITS),
        ("s5.٠٨١٢٣٤٥٦٧٨٩٠", InputError.NOT_DIGITS),
        ("s5.0812345678²", InputError.NOT_DIGITS),
        ("s5.0812\U0001d7db\U0001d7dc\U0001d7dd\U0001d7de\U0001d7df\U0001d7e0", InputError.NOT_DIGITS),
        ("s5.0812345678, 0812345679", InputError.SEVERAL_ORDERS),
        ("s5.081234567890.081234567891", InputError.SEVERAL_ORDERS),
        ("pln20.1444494136", InputError.TOO_SHORT),
        ("pln20.1444494136412", InputError.TOO_LONG),
        ("xy1.12345.6789.1234", InputError.TOO_MANY_PARTS),
        ("5.081234567890", InputError.NO_CODE),
    ],
)
def test_a_destination_that_does_not_fit_is_a_slip_with_its_name(typed: str, input_error: InputError) -> None:
    assert slip_of(typed) is input_error


@pytest.mark.parametrize(
    "digits", ["14444941364", "144449413641", "62444941364", "81234567890", "08123456789"]
)
def test_a_meter_is_never_touched_by_the_rules_for_phones(digits: str) -> None:
    assert bought(f"PLN20.{digits}") == Intent(product_code="pln20", destination=digits)
    assert verdict(f"pln20.{digits}", TRADE) == Intent(product_code="PLN20", destination=digits)


@pytest.mark.parametrize("digits", ["12345", "81234567", "99999999999999999999", "62123456"])
def test_without_a_catalogue_other_digits_stay_as_they_were_typed(digits: str) -> None:
    assert bought(f"ff86.{digits}") == Intent(product_code="ff86", destination=digits)


def test_a_phone_without_its_zero_is_sure_only_where_the_product_wants_a_phone() -> None:
    both = (Ambiguity.NUMBER, ["s5.081234567890", "s5.81234567890"])
    assert question("s5.81234567890", with_catalogue=False) == both
    assert verdict("s5.81234567890", TRADE) == Intent(product_code="S5", destination="081234567890")


@pytest.mark.parametrize(
    ("typed", "ordinal"),
    [
        ("s5.2.081234567890", 2),
        ("s5 2 081234567890", 2),
        ("s5.99.081234567890", 99),
        ("s5.2.0812-3456-7890", 2),
        ("s5.081234567890.2", 2),
        ("s5.0812-3456-7890.2", 2),
        ("s5.081234567890#2", 2),
        ("s5 081234567890 2", 2),
        ("s5-2.081234567890", 2),
        ("s5.1.081234567890", 1),
    ],
)
@pytest.mark.parametrize("catalogue", [NOTHING, TRADE], ids=["without", "with"])
def test_an_ordinal_before_or_behind_the_number_asks_for_a_further_purchase(
    typed: str, ordinal: int, catalogue: object
) -> None:
    intent = verdict(typed, TRADE if catalogue is TRADE else NOTHING)
    assert isinstance(intent, Intent)
    assert (intent.destination, intent.ordinal) == ("081234567890", ordinal)


@pytest.mark.parametrize(
    "typed",
    [
        "s5.0812 3456 789 2",
        "s5.0812.34567890.2",
        "s5.08123456789 2",
        "s5.0812345678 90",
        "s5.08 12 34 56 78 90",
        "s5.62.081234567890",
        "pln20.1444-4941-364-2",
        "pln20.14444941364 2",
    ],
)
def test_digits_that_may_be_an_ordinal_or_the_end_of_the_number_are_asked(typed: str) -> None:
    """Read as one number it would be bought for somebody else; read as an ordinal, for another time."""
    for catalogue in (NOTHING, TRADE):
        assert isinstance(verdict(typed, catalogue), Clarification)


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("s5.081234567890.1234", ["S5.081234567890"]),
        ("s5.081234567890 1234", ["S5.081234567890"]),
        ("s5.1234.081234567890", ["S5.081234567890"]),
        ("s5.2.081234567890.1234", ["S5.2.081234567890"]),
        ("s5.2.081234567890.3", ["S5.2.081234567890", "S5.3.081234567890"]),
        ("s5.100 081234567890", ["S5.081234567890"]),
        ("s5.081234567890 ya kak", ["S5.081234567890"]),
        ("s5.081234567 890", ["S5.081234567890"]),
        ("s5.08123456789 0", ["S5.08123456789", "S5.081234567890"]),
        ("s5.08123456789.123", ["S5.08123456789"]),
        ("pln20.14444941364.081234567890", ["PLN20.14444941364"]),
        ("pln20.14444941364.1234.081234567890", ["PLN20.14444941364"]),
        ("ff100.12345678.1234", ["FF100.12345678"]),
        ("ovo25.12345678.1234", ["OVO25.12345678"]),
        ("ml86.12345678.1234.5678", ["ML86.123456781234", "ML86.12345678"]),
        ("steam12.081234567890.1234", ["STEAM12.081234567890.1234", "STEAM12.081234567890"]),
    ],
)
def test_a_part_too_many_is_never_passed_over_in_silence(typed: str, choices: list[str]) -> None:
    asked = verdict(typed, TRADE)
    assert isinstance(asked, Clarification)
    assert asked.ambiguity in {Ambiguity.PARTS, Ambiguity.PIN}
    assert [order_text(choice) for choice in asked.choices] == choices


def test_a_pin_behind_a_grouped_number_never_becomes_its_end() -> None:
    """Run together, 0812-345-678 and 1234 are a phone's fourteen digits, and somebody else's."""
    for typed in ("s5.0812-345-678.1234", "s5.0812 345 678 1234", "s5.0812.345.678.1234"):
        for catalogue in (NOTHING, TRADE):
            assert isinstance(verdict(typed, catalogue), Clarification)


@pytest.mark.parametrize("typed", ["s5.O81234567890", "s5.08l234567890", "s5.08123456789O"])
def test_a_letter_that_looks_like_a_digit_is_asked_about(typed: str) -> None:
    ambiguity, choices = question(typed)
    assert ambiguity is Ambiguity.LETTERS
    assert len(choices) == 1


@pytest.mark.parametrize(
    "destination",
    [
        "12345678(1234)",
        "12345678 (1234)",
        "12345678 1234",
        "12345678-1234",
        "12345678|1234",
        "12345678.1234",
        "12345678/1234",
        "123456781234",
    ],
)
def test_a_game_id_is_bought_with_its_server_as_one_run_of_digits(destination: str) -> None:
    assert verdict(f"ml86.{destination}", TRADE) == Intent(product_code="ML86", destination="123456781234")


@pytest.mark.parametrize("destination", ["12345678", "1234567890", "081234567890", "12345678.2"])
def test_a_game_id_without_its_server_is_not_bought(destination: str) -> None:
    misread = verdict(f"ml86.{destination}", TRADE)
    assert isinstance(misread, InvalidInput)
    assert misread.input_error is InputError.NO_SERVER
    assert isinstance(verdict(misread.suggestion, TRADE), Intent)


@pytest.mark.parametrize("name", ["budi_77", "Budi.Siregar@gmail.com", "a+b-c", "081234567890", "x" * 64])
def test_a_free_destination_is_bought_as_it_was_typed(name: str) -> None:
    assert verdict(f"STEAM12.{name}", TRADE) == Intent(product_code="STEAM12", destination=name)


@pytest.mark.parametrize("name", ["budi siregar", "budi/77", "x" * 65, "budi!77"])
def test_a_free_destination_has_no_blanks_and_no_other_marks(name: str) -> None:
    assert not isinstance(verdict(f"steam12.{name}", TRADE), Intent)


def test_a_free_destination_that_starts_like_an_ordinal_is_asked() -> None:
    asked = verdict("steam12.2.budi", TRADE)
    assert isinstance(asked, Clarification)
    assert asked.choices == (
        Intent(product_code="STEAM12", destination="budi", ordinal=2),
        Intent(product_code="STEAM12", destination="2.budi"),
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("5.081234567890", "S5.081234567890"),
        ("5 085712345678", "I5.085712345678"),
        ("10.2.087712345678", "X10.2.087712345678"),
        ("5.083112345678", "A5.083112345678"),
        ("1.089512345678", "T1.089512345678"),
    ],
)
def test_a_nominal_is_bought_where_the_numbers_network_has_one_such_product(
    typed: str, expected: str
) -> None:
    intent = verdict(typed, TRADE)
    assert isinstance(intent, Intent)
    assert order_text(intent) == expected


@pytest.mark.parametrize(
    "typed", ["5.084012345678", "5rb.081234567890", "5000.081234567890", "20.14444941364"]
)
def test_a_nominal_that_fits_only_by_guessing_is_asked(typed: str) -> None:
    ambiguity, choices = question(typed)
    assert ambiguity is Ambiguity.NOMINAL
    assert choices


def test_a_nominal_that_no_product_has_is_a_slip() -> None:
    misread = verdict("7.081234567890", TRADE)
    assert isinstance(misread, InvalidInput)
    assert (misread.input_error, misread.looks_like_order) == (InputError.NO_CODE, True)


def test_a_number_of_another_network_is_asked_with_the_same_nominal_for_it() -> None:
    assert question("s5.085712345678") == (Ambiguity.CARRIER, ["S5.085712345678", "I5.085712345678"])
    assert question("sm5.081234567890")[1] == ["SM5.081234567890", "S5.081234567890"]
    assert question("s100.2.085712345678")[1] == ["S100.2.085712345678"]


def test_a_number_of_no_known_network_is_bought_as_typed() -> None:
    assert verdict("s5.084012345678", TRADE) == Intent(product_code="S5", destination="084012345678")


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("s6.081234567890", "S5.081234567890"),
        ("pln.14444941364", "PLN20.14444941364"),
        ("pnl20.14444941364", "PLN20.14444941364"),
    ],
)
def test_a_code_that_the_catalogue_lacks_is_asked_with_the_nearest_ones(typed: str, best: str) -> None:
    ambiguity, choices = question(typed)
    assert ambiguity is Ambiguity.UNKNOWN_CODE
    assert choices[0] == best
    assert len(choices) <= 8


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("s11.085712345678", ["I10.085712345678", "S10.085712345678"]),
        ("s6.085712345678", ["I5.085712345678", "S5.085712345678"]),
        ("i12.081234567890", ["S10.081234567890", "I10.081234567890"]),
        ("telkomsel100.085712345678", ["S100.085712345678"]),
        ("telkomsel5.085712345678", ["I5.085712345678", "S5.085712345678"]),
    ],
)
def test_of_the_offered_codes_those_of_the_numbers_carrier_come_first(typed: str, choices: list[str]) -> None:
    ambiguity, offered = question(typed)
    assert ambiguity is Ambiguity.UNKNOWN_CODE
    assert [choice for choice in offered if choice in choices] == choices
    assert offered[0] == choices[0]


def test_where_the_carrier_lacks_the_nominal_its_nearest_one_is_offered_before_that_of_another() -> None:
    catalogue = Catalogue(
        products=tuple(each for each in TRADE if each.code in {"S10", "I20", "I5", "I50", "X10"})
    )
    asked = verdict("s11.085712345678", catalogue)
    assert isinstance(asked, Clarification)
    assert [order_text(choice) for choice in asked.choices][:1] == ["S10.085712345678"]
    catalogue = Catalogue(
        products=(*catalogue, product("I12", DestinationRule.PHONE, carrier=Carrier.INDOSAT, nominal=12))
    )
    asked = verdict("s11.085712345678", catalogue)
    assert isinstance(asked, Clarification)
    assert [order_text(choice) for choice in asked.choices][:2] == ["I12.085712345678", "S10.085712345678"]


def test_a_code_with_a_short_number_behind_a_blank_may_be_the_longer_code() -> None:
    assert question("s2 5.081234567890") == (Ambiguity.ORDINAL, ["S25.081234567890"])
    assert question("s5 2.081234567890") == (Ambiguity.ORDINAL, ["S5.2.081234567890"])


def test_a_code_near_to_none_of_the_catalogue_is_a_slip() -> None:
    misread = verdict("qqq77.081234567890", TRADE)
    assert isinstance(misread, InvalidInput)
    assert (misread.input_error, misread.looks_like_order) == (InputError.UNKNOWN_CODE, True)


def test_a_word_before_a_blank_is_asked_about_only_if_it_is_a_code() -> None:
    assert question("dana 081234567890") == (Ambiguity.TALK, ["DANA.081234567890"])
    talk = verdict("hubungi 081234567890", TRADE)
    assert isinstance(talk, InvalidInput)
    assert not talk.looks_like_order


@pytest.mark.parametrize(
    "typed",
    [
        "s5.0812",
        "s5.0812345678901234",
        "s5.+14155552671",
        "xy1.12345.6789.1234",
        "pln20.1",
        "s5.x0812",
        "ml86.12345678",
        "ff100.1",
        "ovo25.1",
        "steam12.a b c d",
    ],
)
def test_what_a_slip_suggests_can_be_bought_as_it_stands(typed: str) -> None:
    for catalogue in (NOTHING, TRADE):
        misread = verdict(typed, catalogue)
        if (
            isinstance(misread, InvalidInput)
            and misread.looks_like_order
            and misread.input_error is not InputError.UNKNOWN_CODE
        ):
            assert isinstance(verdict(misread.suggestion, catalogue), Intent), misread
