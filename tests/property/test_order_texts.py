"""Whatever is typed, nobody's money goes where its owner did not mean it to go."""

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import DestinationRule
from bot.grammar.parse import normalize, parse
from bot.grammar.parsed import Clarification, Command, order_text
from bot.grammar.vocabulary import COMMANDS
from bot.orders.model import Intent
from tests.property.order_forms import FULL_WIDTH, PRODUCTS, UNSEEN, chance, intended, mangled, written
from tests.trade import NOTHING, TRADE, verdicts

# Each base that hypothesis finds is tried in a dozen guises and under two catalogues: over 30,000 texts.
BASES = settings(max_examples=450, database=None, suppress_health_check=list(HealthCheck), print_blob=True)

SEEDS = (
    range(10_000),
    pytest.param(range(10_000, 20_000), marks=pytest.mark.prove),
    pytest.param(range(20_000, 30_000), marks=pytest.mark.prove),
)
"""Each seed is an order written as taught, and mangled: 60,000 texts."""

PLAIN_PRODUCTS = tuple(
    product
    for product in PRODUCTS
    if product.rule is DestinationRule.PHONE
    or (product.rule is DestinationRule.METER and product.code.startswith("PLN"))
)
"""What is bought under the same rule where no catalogue explains the code."""

CODES = ("s5", "S5", "X10", "pln20", "PLN", "axis5", "5rb", "ml86", "s", "5", "hubungi", "cek", "steam12")
NUMBERS = ("081234567890", "0812345678", "08123456789012", "0812345678901", "6281234567890", "0712345678")
FRAGMENTS = (
    *CODES,
    *(".", ",", "*", "#", " ", ". ", "..", "\t", ";", "-", "/", "(", ") ", "|", ":"),
    *sorted(COMMANDS)[::4],
    *("0812", "081234567890", "34567890", "3456", "789", "2", "62", "+62", "+", "0", "8", "08", "(0812)"),
    *("14444941364", "12345678", "(1234)", "|1234", "+1415", "\n", "!", "?", "ya kak", "/", "@", "٠٨١٢", "²"),
    *("\U0001f600", "\0", "\u2028", "é", "s5.081234567890", "1. ", "budi@x.id"),
)
HEAPS = st.lists(st.sampled_from(FRAGMENTS), max_size=9).map("".join)
ANYTHING = st.one_of(HEAPS, st.text(max_size=40))


def bought(typed: str, catalogue: Catalogue) -> list[Intent]:
    found = verdicts(typed, catalogue)
    return [] if isinstance(found, Command) else [one for one in found if isinstance(one, Intent)]


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_an_order_however_written_or_mangled_is_bought_as_meant_or_not_at_all(seeds: range) -> None:
    for seed in seeds:
        random = chance(seed)
        product, meant = intended(random)
        typed = written(random, product, meant)
        for text in (typed, mangled(random, typed, product.rule)):
            assert set(bought(text, TRADE)) <= {meant}, (seed, text)


def test_without_a_catalogue_too_it_is_bought_as_meant_or_not_at_all() -> None:
    """Only a code cut in two («s2 5 0812…») is beyond whoever does not know the codes."""
    for seed in range(10_000):
        random = chance(seed)
        product, meant = intended(random, PLAIN_PRODUCTS)
        typed = written(random, product, meant)
        passed_on = Intent(
            product_code=meant.product_code.lower(), destination=meant.destination, ordinal=meant.ordinal
        )
        for text in (typed, mangled(random, typed, product.rule, cuts_code=False)):
            found = [one for one in bought(text, NOTHING) if not one.product_code[0].isdigit()]
            assert set(found) <= {passed_on}, (seed, text)


def test_an_order_with_the_end_of_its_number_hidden_is_never_bought() -> None:
    """What is left may be a whole number too, and somebody else's."""
    for seed in range(10_000):
        random = chance(seed)
        product, meant = intended(random)
        typed = written(random, product, meant).rstrip(")")
        if product.rule is DestinationRule.FREE:
            continue
        mask = random.choice(("**", "***", "##", "...", "..", "--", "//", "__", "\u2026", "\u25cf\u25cf"))
        text = typed[: -random.randint(0, 3) or None].rstrip(" .,*#-|(") + mask
        assert bought(text, TRADE) == bought(text, NOTHING) == [], (seed, text)


def test_several_orders_in_one_message_are_each_bought_as_meant_or_not_at_all() -> None:
    for seed in range(3_000):
        random = chance(seed)
        orders = [intended(random) for _ in range(random.randint(2, 5))]
        mark = random.choice(("\n", "\n\n", "; ", ", "))
        lines = [written(random, product, meant) for product, meant in orders]
        if mark.startswith("\n"):
            lines = [
                mangled(random, line, product.rule) if random.random() < 0.3 else line
                for line, (product, _) in zip(lines, orders, strict=True)
            ]
        text = mark.join(lines)
        assert set(bought(text, TRADE)) <= {meant for _, meant in orders}, (seed, text)


def test_an_order_spelled_out_is_read_as_itself() -> None:
    """What a chat is told to type for another purchase does just that, at once or after a question."""
    for seed in range(20_000):
        product, meant = intended(chance(seed))
        found = verdicts(order_text(meant), TRADE)
        assert not isinstance(found, Command)
        (one,) = found
        if isinstance(one, Clarification):
            assert one.choices[0] == meant
            assert product.carrier or product.rule is DestinationRule.FREE or meant.ordinal == 62
        else:
            assert one == meant


def same_to_the_eye(base: str) -> list[str]:
    """Return the guises in which a paste may come that nobody can tell apart."""
    return [
        base,
        f"\u202a{base}\u202c",
        "".join(char + UNSEEN[at % len(UNSEEN)] for at, char in enumerate(base)),
        base.replace(" ", "\u00a0"),
        base.replace("-", "\u2011"),
        base.translate(FULL_WIDTH),
        f"  {base}\u00a0",
    ]


def guises(base: str) -> list[str]:
    """Return `base` as it is pasted, decorated, broken off and run together with other things."""
    return [
        base,
        base.upper(),
        f"{base} !?",
        f"/{base}",
        f"{base}\n{base}",
        f"{base} {base}",
        f"{base}.2",
        f"{base}(1234)",
        f"{base} ya kak",
        base[1:],
        base[::-1],
        base.replace("8", "\u0668"),
    ]


@BASES
@given(base=ANYTHING)
@example(base="\ns5.081234567890")
@example(base="s5\n5.081234567890")
def test_no_heap_of_words_buys_for_a_number_that_is_not_in_it(base: str) -> None:
    for typed in guises(base):
        # A line that begins like a command buys nothing, and hides no order below it.
        lines = [line for line in normalize(typed).splitlines() if not line.lstrip().startswith("/")]
        seen = re.sub(r"[^0-9]", "", "".join(lines))
        for intent in bought(typed, TRADE) + bought(typed, NOTHING):
            local = re.sub(r"[^0-9]", "", intent.destination).removeprefix("0")
            assert local in seen
            assert intent.destination.isascii()
            assert intent.product_code.lower() not in COMMANDS
            assert 1 <= intent.ordinal <= 99


@BASES
@given(base=ANYTHING)
def test_a_purchase_read_again_is_the_same_purchase(base: str) -> None:
    for typed in guises(base):
        for catalogue in (TRADE, NOTHING):
            for intent in bought(typed, catalogue):
                found = verdicts(order_text(intent), catalogue)
                assert not isinstance(found, Command)
                (again,) = found
                assert again == intent or (isinstance(again, Clarification) and intent in again.choices)


@BASES
@given(base=ANYTHING)
def test_what_cannot_be_seen_changes_nothing(base: str) -> None:
    expected = verdicts(base, TRADE)
    for typed in same_to_the_eye(base):
        assert verdicts(typed, TRADE) == expected
        assert normalize(normalize(typed)) == normalize(typed)


@BASES
@given(base=ANYTHING)
def test_every_text_gets_an_answer(base: str) -> None:
    for typed in guises(base):
        parsed = parse(typed)
        if isinstance(parsed, Command):
            assert parsed.slash or parsed.word in COMMANDS
        for catalogue in (TRADE, NOTHING):
            found = verdicts(typed, catalogue)
            assert isinstance(found, Command) or found


@BASES
@given(st.from_regex(r"[A-Za-z]{1,8}[0-9]{1,3}\.08[0-9]{8,11}", fullmatch=True))
def test_a_space_before_an_order_makes_no_other_order_of_it(typed: str) -> None:
    assert parse(typed) == parse(f" {typed}")


@pytest.mark.parametrize("word", [*CODES, *sorted(COMMANDS)])
def test_a_space_before_a_text_that_looks_like_an_order_changes_nothing(word: str) -> None:
    for number in NUMBERS:
        assert parse(f"{word}.{number}") == parse(f" {word}.{number}")
