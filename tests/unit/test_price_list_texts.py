"""A preview fits one message however much there is to say, and says every figure that counts."""

from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.features.price_list.catalogue_admin import MAX_PAST_SHOWN
from bot.features.price_list.import_review import MAX_EXAMPLES_A_KIND, MAX_PROBLEMS_SHOWN, MAX_STRICTER_SHOWN
from bot.notices.price_list import CatalogueHistory, ProductsSwitched
from bot.texts.formatting import MAX_UNITS, Clock, Text, length
from bot.texts.price_list import words
from tests.samples.catalogue import EXAMPLES, FAULTY, PAST, PREVIEW, PROBLEMS

CLOCK = Clock(ZoneInfo("Asia/Jakarta"))
LONG = "\U0001f600W" * 100


def said(text: Text) -> str:
    return "".join(span.text for span in text)


def test_the_longest_preview_fits_one_message_and_counts_what_it_leaves_out() -> None:
    problem = replace(PROBLEMS[5], code=LONG[:40], shown=LONG[:40], row=19_999)
    example = replace(EXAMPLES[3], code="W" * 20, name=LONG, before_idr=99_999_998, after_idr=99_999_999)
    longest = replace(
        FAULTY,
        file_name=LONG,
        counts=PREVIEW.counts,
        examples=tuple(replace(example, kind=one.kind) for one in PREVIEW.counts) * MAX_EXAMPLES_A_KIND,
        problems=(problem,) * MAX_PROBLEMS_SHOWN,
        problem_count=19_000,
        unused=(LONG,) * 5,
        stricter=("W" * 20,) * MAX_STRICTER_SHOWN,
    )
    text = words(longest, CLOCK)
    assert length(text) <= MAX_UNITS
    assert "kesalahan lagi" in said(text)


def test_games_that_keep_wanting_their_server_are_named_before_the_list_counts() -> None:
    assert "Tetap wajib dengan server: ML86 ML172" in said(words(FAULTY, CLOCK))
    assert "server" not in said(words(PREVIEW, CLOCK))


def test_the_longest_history_fits_one_message() -> None:
    past = replace(PAST, name=LONG, source=LONG, counts=tuple(replace(c, code="W" * 20) for c in PAST.counts))
    assert length(words(CatalogueHistory(rows=(past,) * MAX_PAST_SHOWN), CLOCK)) <= MAX_UNITS


def test_however_many_codes_one_message_may_name_the_answer_fits_one_message() -> None:
    many = tuple(f"s{n}" for n in range(1_300))
    notice = ProductsSwitched(is_open=False, codes=many, already=many, unknown=many)
    assert length(words(notice, CLOCK)) <= MAX_UNITS


def test_a_faulty_row_is_said_with_its_number_its_column_and_why() -> None:
    text = said(words(replace(FAULTY, problems=PROBLEMS), CLOCK))
    assert "Baris 9, harga: mahal tidak terbaca" in text
    assert "Baris 8, harga: s5 kode yang sama ada di baris mahal" in text
    assert "Baris 30, nama: kosong" in text


def test_a_price_is_shown_before_and_after() -> None:
    text = said(words(PREVIEW, CLOCK))
    assert "s5 Simpati 5.000: Rp5.900 → Rp6.000" in text
    assert "s5 Simpati 5.000: tanpa harga → Rp5.900" in text
