"""Whatever a clerk at a counter would ask back is asked back, and nothing is shown that was made up."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import DestinationRule
from bot.grammar.irregular import cancel_request
from bot.grammar.parse import parse
from bot.grammar.parsed import (
    EXAMPLE,
    Ambiguity,
    Clarification,
    InputError,
    InvalidInput,
    OrderLines,
    OrderRequest,
    order_text,
)
from bot.notices.guidance import NotUnderstood
from bot.notices.placing import OrderOffer, OrderQuestion
from bot.orders.model import Intent
from bot.texts.guidance import words
from bot.texts.placing import order_question
from tests.trade import NOTHING, TRADE, product, verdict

AN_ORDER = OrderRequest(code="s5", destination="081234567890")
AN_ORDER_MORE = OrderRequest(code="x10", destination="087712345678")


def asked(typed: str) -> list[OrderRequest | InvalidInput]:
    parsed = parse(typed)
    assert isinstance(parsed, OrderLines), parsed
    return [line.parsed for line in parsed.lines]


def surely_orders(typed: str) -> bool:
    parsed = parse(typed)
    lines = parsed.lines if isinstance(parsed, OrderLines) else ()
    return any(isinstance(line.parsed, OrderRequest) and line.parsed.ambiguity is None for line in lines)


def question(typed: str, catalogue: Catalogue = TRADE) -> tuple[Ambiguity, list[str]]:
    found = verdict(typed, catalogue)
    assert isinstance(found, Clarification), found
    return found.ambiguity, [order_text(choice) for choice in found.choices]


def told(input_error: InputError, suggestion: str, *, is_example: bool = False, typed: str = "") -> str:
    notice = NotUnderstood(input_error=input_error, suggestion=suggestion, is_example=is_example, typed=typed)
    return "".join(span.text for span in words(notice))


@pytest.mark.parametrize("typed", ["0812 3456 7890", "0812.3456.7890", "- 081234567890"])
def test_to_a_number_alone_its_codes_are_shown_and_none_is_made_up(typed: str) -> None:
    parsed = parse(typed)
    assert isinstance(parsed, InvalidInput)
    assert (parsed.input_error, parsed.suggestion) == (InputError.NO_CODE, "harga 081234567890")


def test_a_number_alone_below_an_order_is_shown_behind_the_code_of_that_order() -> None:
    first, second = asked("x10.087712345678\n087712345679")
    assert first == AN_ORDER_MORE
    assert isinstance(second, InvalidInput)
    assert second.suggestion == "x10.087712345679"


@pytest.mark.parametrize(
    "typed",
    [
        "s5.0812345678**",
        "s5.0812345678***",
        "s5.0812345678##",
        "s5.0812345678..",
        "s5.0812345678...",
        "s5.0812345678//",
        "s5.08123456789--",
        "s5.0812345678\u2026",
        "s5.0812345678\u25cf\u25cf",
        "s5.0812-3456-78**",
        "s5.0812345***7890",
        "s5.**081234567890",
    ],
)
def test_a_number_with_digits_hidden_or_cut_off_is_never_bought(typed: str) -> None:
    """What is left of it is often a whole number too, and somebody else's."""
    parsed = parse(typed)
    assert isinstance(parsed, InvalidInput)
    assert (parsed.input_error, parsed.looks_like_order, parsed.is_example, parsed.typed) == (
        InputError.CUT_OFF,
        True,
        True,
        typed,
    )


@pytest.mark.parametrize("typed", ["s5*081234567890#", "s5.081234567890.", "s5..081234567890"])
def test_one_mark_too_many_hides_nothing(typed: str) -> None:
    assert surely_orders(typed)


@pytest.mark.parametrize("mark", ["\U0001f44e", "\U0001f621", "\u23f3", "\u231b", "\u26a0", "\u21a9", ":("])
def test_a_sign_of_trouble_beside_an_order_speaks_of_an_earlier_one(mark: str) -> None:
    assert not surely_orders(f"s5.081234567890 {mark}")


@pytest.mark.parametrize("typed", ["> s5.081234567890", "Budi, [23/11/2026 21:00]\ns5.081234567890"])
def test_what_is_quoted_from_an_old_chat_is_not_bought(typed: str) -> None:
    assert not surely_orders(typed)


def test_lines_counted_by_letters_are_a_list() -> None:
    assert asked("a. s5.081234567890\nb. x10.087712345678") == [AN_ORDER, AN_ORDER_MORE]


@pytest.mark.parametrize("typed", ["S 5.081234567890", "s.5.081234567890", "s 5 081234567890"])
def test_a_code_of_one_letter_cut_off_from_its_nominal_is_asked_and_no_command(typed: str) -> None:
    assert asked(typed) == [replace(AN_ORDER, ambiguity=Ambiguity.TALK)]


@pytest.mark.parametrize(
    ("typed", "ambiguity"),
    [
        ("s5.081234567890.1234", Ambiguity.PIN),
        ("s5.081234567890.123456", Ambiguity.PIN),
        ("s5.081234567890 ya kak", Ambiguity.PARTS),
        ("s5.081234567890.123", Ambiguity.PARTS),
    ],
)
def test_a_pin_is_named_only_where_one_may_stand(typed: str, ambiguity: Ambiguity) -> None:
    assert question(typed)[0] is ambiguity


@pytest.mark.parametrize("behind", ["5.900", "jam 9", "2 kali", "x2", "2x"])
def test_a_price_a_time_or_a_count_beside_a_number_is_no_ordinal(behind: str) -> None:
    assert question(f"s5.081234567890 {behind}")[1] == ["S5.081234567890"]


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("tv40 6032 9812 3456 7890", ["TV40.6032981234567890"]),
        ("tv40 6032 9812 3456 7890 1234", ["TV40.6032981234567890", "TV40.60329812345678901234"]),
        ("tv40.031 5321234", ["TV40.0315321234"]),
        ("ff100.123 456 7890", ["FF100.1234567890"]),
        ("ff100.081234567890", ["FF100.081234567890"]),
        ("tv40.0001234567890.2", ["TV40.2.0001234567890", "TV40.00012345678902", "TV40.0001234567890"]),
    ],
)
def test_an_account_that_may_be_meant_otherwise_is_asked_and_never_in_pieces(
    typed: str, choices: list[str]
) -> None:
    assert question(typed)[1] == choices


def test_without_a_catalogue_a_landline_is_asked_behind_the_code_of_a_pulsa() -> None:
    assert question("s5.02112345678", NOTHING) == (Ambiguity.NUMBER, ["s5.02112345678"])


def test_a_name_keeps_the_tag_of_its_game() -> None:
    assert verdict("steam12.Budi77#abc", TRADE) == Intent(product_code="STEAM12", destination="Budi77#abc")
    assert question("steam12.budi#1234")[1] == ["STEAM12.budi#1234", "STEAM12.budi"]
    assert question("steam12.budi#2")[1] == ["STEAM12.2.budi"]


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("pln 20 14444941364", ["PLN20.14444941364"]),
        ("pln.20.14444941364", ["PLN20.14444941364"]),
        ("ml 86 12345678(1234)", ["ML86.123456781234"]),
        ("axis5.083812345678", ["A5.083812345678"]),
        ("tsel10.081234567890", ["S10.081234567890"]),
        ("as 10 081234567890", ["S10.081234567890"]),
        ("im3 10 085712345678", ["I10.085712345678"]),
        ("xl 10 081912345678", ["X10.081912345678"]),
    ],
)
def test_a_word_with_its_nominal_means_one_product_wherever_the_nominal_stands(
    typed: str, choices: list[str]
) -> None:
    assert question(typed)[1] == choices


def test_an_amount_in_full_behind_the_number_tells_the_product_too() -> None:
    wallets = Catalogue(
        products=tuple(product(f"DANA{nominal}", DestinationRule.PHONE) for nominal in (10, 50, 100))
    )
    asked = verdict("dana.081234567890.50000", wallets)
    assert isinstance(asked, Clarification)
    assert [order_text(choice) for choice in asked.choices] == ["DANA50.081234567890"]


def test_who_pays_a_bill_is_offered_no_token() -> None:
    assert isinstance(verdict("PLN 514412345678 PAY 8888", TRADE), InvalidInput)


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("15.081234567890", "harga 081234567890"),
        ("7.14444941364", "harga pln"),
        ("tsel 081234567890", "harga 081234567890"),
    ],
)
def test_no_code_is_made_up_for_a_number_without_one(typed: str, suggestion: str) -> None:
    misread = verdict(typed, TRADE)
    assert isinstance(misread, InvalidInput)
    assert (misread.input_error, misread.suggestion, misread.is_example) == (
        InputError.NO_CODE,
        suggestion,
        False,
    )


@pytest.mark.parametrize("typed", ["hubungi 081234567890 ya", "total 15000", "telkomsel ya 15000"])
def test_talk_is_never_shown_in_the_form_of_an_order(typed: str) -> None:
    for catalogue in (NOTHING, TRADE):
        misread = verdict(typed, catalogue)
        assert isinstance(misread, InvalidInput)
        assert (misread.input_error, misread.looks_like_order) == (InputError.NOT_AN_ORDER, False)


@pytest.mark.parametrize("typed", ["s5.0812345", "s5.0812345678901234", "s5.+60123456789", "s5.budi12345"])
def test_a_number_of_ours_is_shown_as_an_example_beside_what_was_typed(typed: str) -> None:
    misread = verdict(typed, TRADE)
    assert isinstance(misread, InvalidInput)
    assert misread.is_example
    assert misread.typed.lower() == typed


def test_the_number_of_a_stranger_is_never_told_to_be_typed() -> None:
    text = told(InputError.TOO_SHORT, "S5.081234567890", is_example=True, typed="S5.0812345")
    assert "Yang diketik: S5.0812345" in text
    assert "Contoh: S5.081234567890" in text
    assert "Ketik:" not in text
    assert "Ketik: harga 081234567890" in told(InputError.NO_CODE, "harga 081234567890")


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [("s5.081234567890", "cek.081234567890"), ("081234567890", "cek.081234567890"), ("", "riwayat")],
)
def test_who_takes_an_order_back_is_shown_how_to_look_it_up(typed: str, suggestion: str) -> None:
    misread = cancel_request(typed)
    assert (misread.input_error, misread.suggestion) == (InputError.NO_CANCEL, suggestion)


def test_thanks_are_answered_in_a_word() -> None:
    assert told(InputError.THANKS, EXAMPLE, is_example=True) == "🙏 Siap, sama-sama."


def test_a_wallet_is_found_by_its_name_and_nominal() -> None:
    wallets = Catalogue(
        products=tuple(
            replace(product(f"GP{nominal}", DestinationRule.PHONE), name=f"GoPay {nominal}.000")
            for nominal in (10, 50)
        )
    )
    assert question("gopay50.081234567890", wallets)[1] == ["GP50.081234567890"]
    assert question("gopay 50 081234567890", wallets)[1] == ["GP50.081234567890"]


def test_a_number_with_its_country_and_a_digit_too_many_is_a_slip() -> None:
    found = verdict("s5.628123456789012", NOTHING)
    assert isinstance(found, InvalidInput)
    assert found.input_error is InputError.TOO_LONG


_NAMES_READINGS: dict[str, Callable[[tuple[Intent, ...]], bool]] = {
    "atau bagian nomor": lambda intents: len({intent.destination for intent in intents}) > 1,
    "dua cara": lambda intents: len(intents) == 2,
    "beberapa cara": lambda intents: len(intents) > 1,
    "Produk yang mana": lambda intents: len(intents) > 1,
    "Maksudnya yang ini": lambda intents: len(intents) == 1,
}
"""Words of a question that promise offers, and whether these are there."""

_ONE = Intent(product_code="s5", destination="081234567890")


@pytest.mark.parametrize("ambiguity", Ambiguity)
@pytest.mark.parametrize(
    "intents",
    [
        (_ONE,),
        (replace(_ONE, ordinal=3),),
        (_ONE, replace(_ONE, ordinal=3)),
        (replace(_ONE, ordinal=3), replace(_ONE, destination="0812345678903")),
        (_ONE, replace(_ONE, destination="0812345678903"), replace(_ONE, destination="08123456789")),
    ],
)
def test_a_question_names_no_reading_that_it_does_not_offer(
    ambiguity: Ambiguity, intents: tuple[Intent, ...]
) -> None:
    notice = OrderQuestion(
        ambiguity=ambiguity,
        suggestion="",
        offers=tuple(OrderOffer(intent=intent) for intent in intents),
        user_id=1,
    )
    asked = "".join(span.text for span in order_question(notice))
    for named, are_offered in _NAMES_READINGS.items():
        assert named not in asked or are_offered(intents)
