"""A preview fits one message however much there is to say, and says every figure that counts."""

from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.catalogue.price_list.columns import Column, MappedColumn
from bot.features.price_list.catalogue_admin import MAX_PAST_SHOWN
from bot.features.price_list.import_preview import (
    MAX_CHOICES,
    MAX_CODES_SHOWN,
    MAX_EXAMPLES_A_KIND,
    MAX_NAMES_SHOWN,
    MAX_PROBLEMS_SHOWN,
)
from bot.notices.catalogue import CatalogueHistory, ProductsSwitched
from bot.notices.price_list import ImportPreview, PriceChoice, ReadingReport
from bot.texts import catalogue
from bot.texts.formatting import MAX_STYLED, MAX_UNITS, Clock, Text, length, styled
from bot.texts.price_list import words
from tests.samples.catalogue import (
    COUNTS,
    EXAMPLES,
    FAULTY,
    MANY_SHEETS,
    PAST,
    PREVIEW,
    PROBLEMS,
    QUESTION,
    TWICE,
    named,
)

CLOCK = Clock(ZoneInfo("Asia/Jakarta"))
LONG = "\U0001f600W" * 100


def said(text: Text) -> str:
    return "".join(span.text for span in text)


def test_the_longest_preview_fits_one_message_and_counts_what_it_leaves_out() -> None:
    problem = replace(TWICE, code=LONG[:40], shown=LONG[:40], sheet=LONG[:31], detail=LONG, row=19_999)
    example = replace(EXAMPLES[3], code="W" * 20, name=LONG, before_idr=99_999_998, after_idr=99_999_999)
    names = named(*[LONG] * MAX_NAMES_SHOWN)
    longest = replace(
        MANY_SHEETS,
        file_name=LONG,
        counts=COUNTS,
        examples=tuple(replace(example, kind=one.kind) for one in COUNTS) * MAX_EXAMPLES_A_KIND,
        problems=(problem,) * MAX_PROBLEMS_SHOWN,
        problem_count=19_000,
        stricter=("W" * 20,) * MAX_CODES_SHOWN,
        removed=("W" * 20,) * MAX_CODES_SHOWN,
        choices=tuple(
            PriceChoice(option=option, title=LONG, code="W" * 20, price_idr=99_999_999)
            for option in range(MAX_CHOICES)
        ),
        reading=ReadingReport(
            columns=tuple(MappedColumn(title=LONG, column=column) for column in Column),
            unused=names,
            unused_count=99,
            sheets=names,
            sheets_left=names,
            note_rows=names,
            note_count=99,
        ),
    )
    text = words(longest)
    assert length(text) <= MAX_UNITS
    assert styled(text) <= MAX_STYLED
    assert "kesalahan lagi" in said(text)


def first_line(notice: ImportPreview) -> str:
    return said(words(notice)).splitlines()[0]


def test_the_first_line_says_how_much_changes() -> None:
    few = replace(PREVIEW, listed_count=12, counts=(COUNTS[0], replace(COUNTS[2], count=2), COUNTS[7]))
    assert first_line(few) == "📋 12 produk: 2 harga berubah, 1 baru, 8 ditutup"
    same = replace(PREVIEW, counts=(), examples=(), has_changes=False)
    assert first_line(same) == "✅ Sama dengan katalog, tidak ada yang berubah"


def test_the_first_line_warns_where_prices_are_missing() -> None:
    """A price that went unseen is a sale for nothing."""
    assert first_line(replace(PREVIEW, has_price=False)).startswith("⚠️ Daftar ini tanpa kolom harga")
    assert first_line(replace(PREVIEW, emptied_count=2)) == "⚠️ 2 produk kehilangan harganya"
    assert first_line(replace(PREVIEW, unpriced_count=3)) == "⚠️ 3 produk baru belum ada harganya"
    assert first_line(replace(PREVIEW, is_price_sure=False)).startswith("⚠️ Ada beberapa kolom harga")


def test_how_the_file_was_read_is_said() -> None:
    text = said(words(MANY_SHEETS))
    assert "Kolom: KODE, PRODUK → nama, HRG → harga" in text.replace("KODE → kode", "KODE")
    assert "harga november.xlsx, lembar TELKOMSEL, INDOSAT" in text
    assert "Belum dipakai: Harga H2H, Stok dan 2 lagi" in text
    assert "Lembar yang tidak dibaca: Sampul" in text
    assert "Bukan produk: baris 13, INDOSAT 20 dan 1 lagi" in text


def test_products_that_the_list_does_not_name_are_said_to_stay_or_to_go() -> None:
    text = said(words(MANY_SHEETS))
    assert "8 produk di katalog tidak ada di daftar ini" in text
    assert "s20 s25 s50 …" in text
    assert "Perbarui saja: 8 produk itu tetap dijual. Ganti semua: 8 produk itu dihapus." in text
    assert "Benar hapus 8 dari 12 produk?" in said(words(QUESTION))


def test_games_that_keep_wanting_their_server_are_named_before_the_list_counts() -> None:
    assert "Tetap wajib dengan server: ML86 ML172" in said(words(FAULTY))
    assert "server" not in said(words(PREVIEW))


def test_the_longest_history_fits_one_message() -> None:
    past = replace(PAST, name=LONG, source=LONG, counts=tuple(replace(c, code="W" * 20) for c in PAST.counts))
    assert length(catalogue.words(CatalogueHistory(rows=(past,) * MAX_PAST_SHOWN), CLOCK)) <= MAX_UNITS


def test_however_many_codes_one_message_may_name_the_answer_fits_one_message() -> None:
    many = tuple(f"s{n}" for n in range(1_300))
    notice = ProductsSwitched(is_open=False, codes=many, already=many, unknown=many)
    assert length(catalogue.words(notice, CLOCK)) <= MAX_UNITS


def test_a_faulty_row_is_said_with_its_number_its_column_and_why() -> None:
    text = said(words(replace(FAULTY, problems=(*PROBLEMS, TWICE, replace(PROBLEMS[7], title="HRG")))))
    assert "Baris 9, harga: mahal tidak terbaca" in text
    assert "Baris 9, HRG: mahal tidak terbaca" in text
    assert "Baris 30, nama: kosong" in text
    assert "Baris 2 di TELKOMSEL: S5 ditulis lagi di baris INDOSAT 3: 5.250 ≠ 5.150" in text


def test_a_price_is_shown_before_and_after() -> None:
    text = said(words(PREVIEW))
    assert "s5 Simpati 5.000: Rp5.900 → Rp6.000" in text
    assert "s5 Simpati 5.000: tanpa harga → Rp5.900" in text
