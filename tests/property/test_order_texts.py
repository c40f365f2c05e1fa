"""Whatever is typed, nobody's money goes to a number that they did not type, digit by digit."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.order.model import Intent
from bot.order.parse import COMMANDS, Command, Misread, OrderRequest, parse, plain
from bot.order.validate import validate

# Each base that hypothesis finds is tried in more than twenty guises: over 30,000 texts in all.
BASES = settings(
    max_examples=450, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True
)

CODES = ("s5", "S5", "X10", "pln20", "PLN", "axis5", "5rb", "ml86", "s", "5", "hubungi", "cek", "tiket")
PREFIXES = ("08", "08", "08", "08", "628", "+628", "+62 8", "+6208", "6208", "8", "1", "(08")
SEPARATORS = (".", ",", "*", "#", " ", ". ", " . ", "..", "\t")
GROUPING = ("", "", "", " ", "-", ".", "/", "(", ") ", ",")
FRAGMENTS = (
    *CODES,
    *SEPARATORS,
    *GROUPING,
    *sorted(COMMANDS),
    *("0812", "081234567890", "34567890", "3456", "789", "2", "62", "+62", "+", "0", "8", "08", "(0812)"),
    *("14444941364", "12345678", "(1234)", "|1234", "+1415", "\n", "!", "?", "ya kak", "/", "@", "٠٨١٢", "²"),
    *("\U0001f600", "\0", "\u2028", "é", "s5.081234567890"),
)
UNSEEN = "\u200b\u200d\u202a\u202c\u2066\u2069\ufeff\u00ad\ufe0f"
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def read(typed: str) -> Intent | Misread | Command:
    request = parse(typed)
    return validate(request) if isinstance(request, OrderRequest) else request


@st.composite
def orders(draw: st.DrawFn) -> str:
    """An order as a person types it: any code, any separator, any grouping, perhaps broken."""
    code, separator = draw(st.sampled_from(CODES)), draw(st.sampled_from(SEPARATORS))
    prefix = draw(st.sampled_from(PREFIXES))
    digits = draw(st.text("0123456789", min_size=7, max_size=11))
    marks = draw(st.sampled_from(("", " ", "-", ".", "")).map(lambda mark: [mark] * 4))
    if draw(st.booleans()):
        marks = draw(st.lists(st.sampled_from(GROUPING), min_size=4, max_size=4))
    groups = (digits[:2], digits[2:5], digits[5:9], digits[9:])
    return code + separator + prefix + "".join(m + g for m, g in zip(marks, groups, strict=True))


HEAPS = st.lists(st.sampled_from(FRAGMENTS), max_size=9).map("".join)
ANYTHING = st.one_of(orders(), HEAPS, st.text(max_size=40))


def same_to_the_eye(base: str) -> list[str]:
    """Give the guises in which a paste may come that nobody can tell apart."""
    sprinkled = "".join(char + UNSEEN[at % len(UNSEEN)] for at, char in enumerate(base))
    return [
        base,
        f"\u202a{base}\u202c",
        f"\ufeff{base}",
        sprinkled,
        base.replace(" ", "\u00a0"),
        base.replace(" ", "\u202f"),
        base.replace("-", "\u2011"),
        base.replace("-", "\u2013"),
        base.translate(FULL_WIDTH),
        f"  {base}\u00a0",
    ]


def guises(base: str) -> list[str]:
    """Give `base` as it is pasted, decorated, broken off and run together with other things."""
    return [
        *same_to_the_eye(base),
        base.upper(),
        base.lower(),
        f"{base}.",
        f"{base} !?",
        f"/{base}",
        f"\n\n{base}\n",
        f"{base}\n{base}",
        f"{base} {base}",
        f"{base}.2",
        f"{base} 2",
        f"{base}(1234)",
        f"{base} ya kak",
        f"cek {base}",
        base[1:],
        base[:-1],
        base[::-1],
        base.replace("8", "\u0668"),
        base.replace(".", ".."),
    ]


def typed_digits(typed: str, code: str) -> str:
    """Give the digits that stand behind the code, as a person sees them."""
    seen = plain(typed).lower()
    assert seen.startswith(code)
    return re.sub(r"[^0-9]", "", seen.removeprefix(code))


def assert_bought_as_typed(typed: str, intent: Intent) -> None:
    """Check that each digit was typed, in this order; only +62, 62 or 620 in front may have become 0."""
    digits, bought = typed_digits(typed, intent.product_code), intent.destination
    assert bought.isascii()
    assert bought.isdigit()
    local = bought.removeprefix("0")
    assert digits == bought or (bought != local and digits in {f"62{local}", f"620{local}"})
    if digits != bought:
        assert not intent.product_code.startswith("pln")


@BASES
@given(base=orders())
def test_every_digit_of_a_purchase_was_typed_and_in_that_order(base: str) -> None:
    for typed in guises(base):
        result = read(typed)
        if isinstance(result, Intent):
            assert_bought_as_typed(typed, result)


@BASES
@given(base=HEAPS)
def test_no_heap_of_words_buys_for_a_number_that_is_not_in_it(base: str) -> None:
    for typed in guises(base):
        result = read(typed)
        if isinstance(result, Intent):
            assert_bought_as_typed(typed, result)


@BASES
@given(base=ANYTHING)
def test_a_purchase_read_again_is_the_same_purchase(base: str) -> None:
    for typed in guises(base):
        result = read(typed)
        if isinstance(result, Intent):
            assert read(f"{result.product_code}.{result.destination}") == result
            assert read(f"{result.product_code.upper()}.{result.destination}") == result


@BASES
@given(base=ANYTHING)
def test_no_text_is_a_surprise_and_no_command_or_second_line_buys(base: str) -> None:
    for typed in guises(base):
        result = read(typed)
        if isinstance(result, Intent):
            assert "\n" not in plain(typed)
            assert not plain(typed).startswith("/")
            assert result.product_code not in COMMANDS
            assert re.fullmatch(r"[a-z0-9]{2,20}", result.product_code)
            assert not result.product_code.isdigit()
            assert 5 <= len(result.destination) <= 20
        elif isinstance(result, Command):
            assert result.slash or result.word in COMMANDS
        else:
            assert result.suggestion


@BASES
@given(base=st.one_of(orders(), HEAPS))
def test_what_cannot_be_seen_changes_nothing(base: str) -> None:
    expected = read(base)
    for typed in same_to_the_eye(base):
        assert read(typed) == expected
        assert plain(plain(typed)) == plain(typed)
