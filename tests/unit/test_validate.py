"""A destination is bought for only where every digit of it was typed and no part could mean another thing."""

import pytest

from bot.order.model import Intent
from bot.order.parse import Misread, OrderRequest, Slip, parse
from bot.order.validate import validate


def read(typed: str) -> Intent | Misread:
    request = parse(typed)
    assert isinstance(request, OrderRequest), request
    return validate(request)


def slip_of(typed: str) -> Slip:
    misread = read(typed)
    assert isinstance(misread, Misread), misread
    assert misread.near
    return misread.slip


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
        "62081234567890",
        "+6281234567890",
        "+62 812 3456 7890",
        "+62 812-3456-7890",
        "+62081234567890",
        "\uff10\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10",
    ],
)
@pytest.mark.parametrize("code", ["s5.", "S5 ", "s5,", "s5*"])
def test_a_phone_number_is_the_same_however_it_is_written(code: str, destination: str) -> None:
    assert read(f"{code}{destination}") == Intent(product_code="s5", destination="081234567890")


@pytest.mark.parametrize("digits", ["0812345678", "08123456789", "0812345678901", "08123456789012"])
def test_a_phone_number_has_ten_to_fourteen_digits(digits: str) -> None:
    assert read(f"s5.{digits}") == Intent(product_code="s5", destination=digits)


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ("s5.081234567", Slip.TOO_SHORT),
        ("s5 0812", Slip.TOO_SHORT),
        ("s5.+628123", Slip.TOO_SHORT),
        ("s5.081234567890123", Slip.TOO_LONG),
        ("s5.+62812345678901234", Slip.TOO_LONG),
        ("s5.1234", Slip.TOO_SHORT),
        ("s5.123456789012345678901", Slip.TOO_LONG),
        ("s5.+14155552671", Slip.FOREIGN_NUMBER),
        ("s5.+0812345678", Slip.FOREIGN_NUMBER),
        ("s5.0812345678x", Slip.NOT_DIGITS),
        ("s5.081234567890 ya kak", Slip.NOT_DIGITS),
        ("s5.0812+34567890", Slip.NOT_DIGITS),
        ("s5.٠٨١٢٣٤٥٦٧٨٩٠", Slip.NOT_DIGITS),
        ("s5.0812345678²", Slip.NOT_DIGITS),
        ("s5.0812\U0001d7db\U0001d7dc\U0001d7dd\U0001d7de\U0001d7df\U0001d7e0", Slip.NOT_DIGITS),
        ("pln20.1444494136", Slip.TOO_SHORT),
        ("pln20.1444494136412", Slip.TOO_LONG),
    ],
)
def test_a_destination_that_does_not_fit_is_a_slip_with_its_name(typed: str, slip: Slip) -> None:
    assert slip_of(typed) is slip


@pytest.mark.parametrize(
    "digits", ["14444941364", "144449413641", "62444941364", "81234567890", "08123456789"]
)
def test_a_meter_is_never_touched_by_the_rules_for_phones(digits: str) -> None:
    assert read(f"PLN20.{digits}") == Intent(product_code="pln20", destination=digits)


@pytest.mark.parametrize("digits", ["12345", "81234567", "99999999999999999999", "62123456", "0211234567"])
def test_without_a_catalogue_other_digits_stay_as_they_were_typed(digits: str) -> None:
    assert read(f"ml86.{digits}") == Intent(product_code="ml86", destination=digits)


@pytest.mark.parametrize(
    "typed",
    [
        "s5.2.081234567890",
        "s5 2 081234567890",
        "s5.99.081234567890",
        "s5.081234567890.2",
        "s5.081234567890 2",
        "s5.081234567890.1234",
        "s5.2.081234567890.1234",
        "s5.081234567890.081234567891",
        "s5.0812345678, 0812345679",
        "pln20.2.14444941364",
        "pln20.14444941364.2",
        "pln20.14444941364.081234567890",
        "ml86.12345678(1234)",
        "ml86.12345678 1234",
        "ml86.12345678-1234",
        "s5.100 081234567890",
    ],
)
def test_a_part_too_many_is_asked_about_and_never_bought(typed: str) -> None:
    assert slip_of(typed) is Slip.TOO_MANY_PARTS


@pytest.mark.parametrize(
    "typed",
    [
        "s5.0812-3456-789.2",
        "s5.0812 3456 789 2",
        "s5.0812.34567890.2",
        "s5.+62 812 3456 7890.2",
        "pln20.1444-4941-364.2",
        "pln20.1444 4941 364 2",
    ],
)
def test_an_ordinal_behind_a_grouped_number_never_becomes_its_last_digit(typed: str) -> None:
    """Read as one number it would be bought for somebody else."""
    assert isinstance(read(typed), Misread)


@pytest.mark.parametrize(
    "typed",
    [
        "s5.081234567890 s5.081234567891",
        "s5.081234567890, x10.087712345678",
        "s5 081234567890; s5 081234567891",
    ],
)
def test_two_orders_in_one_line_are_none(typed: str) -> None:
    assert slip_of(typed) is Slip.SEVERAL_ORDERS


@pytest.mark.parametrize(
    "typed",
    [
        "s5.0812",
        "s5.0812345678901234",
        "s5.+14155552671",
        "s5.2.081234567890",
        "s5.081234567890.2",
        "s5.081234567890 ya",
        "s5.081234567890 s5.081234567891",
        "ml86.12345678(1234)",
        "ml86.12345678|1234",
        "pln20.1",
        "pln20.14444941364.2",
        "s5.x0812",
    ],
)
def test_what_a_slip_suggests_can_be_bought_as_it_stands(typed: str) -> None:
    request = parse(typed)
    misread = validate(request) if isinstance(request, OrderRequest) else request
    assert isinstance(misread, Misread)
    assert isinstance(read(misread.suggestion), Intent)
