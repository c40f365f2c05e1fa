"""A price list sent by an admin is read, shown, and applied by a tap: whole, once, and never by surprise."""

import json
from typing import cast

import pytest

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.diff import ChangeKind
from bot.catalogue.price_list.columns import Column
from bot.catalogue.price_list.sheets import MAX_FILE_BYTES, FileError
from bot.delivery.sending import OutgoingMessage
from bot.features.price_list.import_worker import PAUSES_S
from bot.notices.buttons import Action
from bot.notices.catalogue import CatalogueChanged
from bot.notices.guidance import NotUnderstood
from bot.notices.price_list import (
    ImportEnded,
    ImportEndReason,
    ImportPreview,
    ImportReceived,
    ImportRefused,
    RemovalFile,
    ReplaceQuestion,
)
from bot.updates import Document, MessageKind, Toast
from storage import catalogue
from tests.integration.conftest import DEWI, GROUP, RINA, SARI, STRANGER, Shop
from tests.price_lists import open_document, products, workbook

LIST = "kode;nama;harga\ns5;Simpati 5.000;5.900\ns10;Simpati 10.000;10.900\n"
DEARER = "kode;nama;harga\ns5;Simpati 5.000;6.000\ns20;Simpati 20.000;20.500\n"
FAULTY = "kode;nama;harga\ns5;Simpati 5.000;mahal\ns20;Simpati 20.000;20.500\n"


def a_file(name: str = "harga.csv", size_bytes: int | None = 100) -> Document:
    return Document(file_id=name, name=name, size_bytes=size_bytes)


async def sends(shop: Shop, content: str | bytes, *, by: int = RINA, name: str = "harga.csv") -> None:
    """Let an admin send a list, and the importer read it."""
    shop.files.keeps(name, content.encode() if isinstance(content, str) else content)
    await shop.says("", by=by, document=a_file(name))
    await reads(shop)


async def reads(shop: Shop) -> float:
    while (pause_s := await shop.importer.run_once()) == 0:
        pass
    return pause_s


async def applies(shop: Shop, content: str, *, by: int = RINA) -> None:
    await sends(shop, content, by=by)
    buttons = shop.buttons(by)
    applying = (Action.APPLY_IMPORT, Action.APPLY_SOUND, Action.UPDATE_IMPORT)
    nonce = next(buttons[action] for action in applying if action in buttons)
    assert await shop.presses(nonce, by=by) is Toast.DONE


SHORT = "kode;nama;harga\np1;Produk 1;2.000\n"


async def sells_many(shop: Shop, count: int) -> None:
    rows = "".join(f"p{number};Produk {number};1.000\n" for number in range(1, count + 1))
    await applies(shop, f"kode;nama;harga\n{rows}")


def question_buttons(shop: Shop) -> dict[Action, str]:
    """Return the buttons under the second question, behind which its file was sent."""
    asked = next(row for row in reversed(shop.messages(RINA)) if row["kind"] == ReplaceQuestion.__name__)
    return {Action(button[0]): button[1] for row in json.loads(asked["keyboard"]) for button in row}


def choices(shop: Shop) -> list[str]:
    keyboard = json.loads(shop.messages(RINA)[-1]["keyboard"])
    return [button[1] for row in keyboard for button in row if button[0] == Action.CHOOSE_PRICE]


def taken(shop: Shop) -> str:
    """Return the heading of the prices that a preview was made with."""
    columns = preview(shop).reading.columns
    return next(column.title for column in columns if column.column is Column.PRICE)


def text_of(outgoing: OutgoingMessage) -> str:
    return "".join(span.text for span in outgoing.text)


async def shown(shop: Shop) -> Catalogue:
    return await shop.disk.read(shop.context.catalogue_cache.get)


async def prices(shop: Shop) -> dict[str, int | None]:
    return {product.code: product.price_idr for product in await shown(shop)}


def preview(shop: Shop, chat: int = RINA) -> ImportPreview:
    last = shop.last(chat)
    assert isinstance(last, ImportPreview)
    return last


async def test_a_list_is_acknowledged_shown_and_changes_nothing_before_the_tap(shop: Shop) -> None:
    await sends(shop, LIST)
    assert shop.kinds(RINA) == [ImportReceived.__name__, ImportPreview.__name__]
    assert [(count.kind, count.count) for count in preview(shop).counts] == [(ChangeKind.ADDED, 2)]
    assert await prices(shop) == {}


async def test_of_several_lists_the_first_that_was_sent_is_read_first(shop: Shop) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        shop.files.keeps(name, LIST.encode())
        await shop.says("", by=RINA, document=a_file(name))
        shop.clock.passes(1)
    await reads(shop)
    assert shop.files.fetched == ["a.csv", "b.csv", "c.csv"]


async def test_a_tap_applies_it_whole_and_every_admin_hears_of_it(shop: Shop) -> None:
    await applies(shop, LIST)
    assert await prices(shop) == {"s5": 5_900, "s10": 10_900}
    for admin in (RINA, DEWI):
        told = shop.last(admin)
        assert isinstance(told, CatalogueChanged)
        assert (told.version, told.product_count, told.name) == (1, 2, f"Name {RINA}")


async def test_a_second_tap_does_nothing(shop: Shop) -> None:
    await sends(shop, LIST)
    nonce = shop.buttons(RINA)[Action.APPLY_IMPORT]
    await shop.presses(nonce)
    assert await shop.presses(nonce) is Toast.USED
    assert (await shown(shop)).version == 1


async def test_a_discarded_list_is_never_applied(shop: Shop) -> None:
    await sends(shop, LIST)
    buttons = shop.buttons(RINA)
    await shop.presses(buttons[Action.DISCARD_IMPORT])
    assert shop.last(RINA) == ImportEnded(file_name="harga.csv", end=ImportEndReason.DISCARDED)
    assert await shop.presses(buttons[Action.APPLY_IMPORT]) is Toast.USED
    assert await prices(shop) == {}


async def test_the_preview_tells_every_kind_of_change(shop: Shop) -> None:
    await applies(shop, LIST)
    await sends(shop, DEARER)
    found = preview(shop)
    assert {count.kind: count.count for count in found.counts} == {
        ChangeKind.ADDED: 1,
        ChangeKind.PRICE_UP: 1,
    }
    assert (found.removed_count, found.removed) == (1, ("s10",))
    (dearer,) = [one for one in found.examples if one.kind is ChangeKind.PRICE_UP]
    assert (dearer.code, dearer.before_idr, dearer.after_idr) == ("s5", 5_900, 6_000)


async def test_of_a_list_with_faulty_rows_only_the_sound_ones_are_applied_and_only_when_asked(
    shop: Shop,
) -> None:
    """Half a list by surprise would leave the operator believing in prices that do not hold."""
    await applies(shop, LIST)
    await sends(shop, FAULTY)
    found = preview(shop)
    assert (found.omitted_count, found.problem_count, found.problems[0].row) == (1, 1, 2)
    buttons = shop.buttons(RINA)
    assert Action.APPLY_IMPORT not in buttons
    await shop.presses(buttons[Action.UPDATE_IMPORT])
    assert await prices(shop) == {"s5": 5_900, "s10": 10_900, "s20": 20_500}


async def test_a_faulty_row_of_a_whole_list_is_left_out_by_a_button_that_says_so(shop: Shop) -> None:
    await applies(shop, LIST)
    await sends(shop, "kode;nama;harga\ns5;Simpati 5.000;mahal\ns10;Simpati 10.000;11.000\n")
    buttons = shop.buttons(RINA)
    assert {Action.APPLY_SOUND, Action.DISCARD_IMPORT} == set(buttons)
    await shop.presses(buttons[Action.APPLY_SOUND])
    assert await prices(shop) == {"s5": 5_900, "s10": 11_000}


async def test_a_short_list_takes_nothing_away_by_the_button_that_updates(shop: Shop) -> None:
    """One green button once deleted everything that a list of three products did not name."""
    await sells_many(shop, 40)
    await sends(shop, SHORT)
    assert preview(shop).removed_count == 39
    await shop.presses(shop.buttons(RINA)[Action.UPDATE_IMPORT])
    changed = await prices(shop)
    assert (len(changed), changed["p1"]) == (40, 2_000)


async def test_a_large_removal_is_asked_twice_and_named_in_a_file(shop: Shop) -> None:
    await sells_many(shop, 40)
    await sends(shop, SHORT)
    await shop.presses(shop.buttons(RINA)[Action.REPLACE_IMPORT])
    assert len(await prices(shop)) == 40
    asked, file = (shop.notice(row) for row in shop.messages(RINA)[-2:])
    assert isinstance(asked, ReplaceQuestion)
    assert (asked.removed_count, asked.old_count) == (39, 40)
    assert file == RemovalFile(import_id=asked.import_id, file_name="harga.csv", price=None)
    await shop.speaks()
    attachment = shop.sender.to(RINA)[-1].outgoing.attachment
    assert attachment is not None
    named = {product.code for product in products(attachment.content)}
    assert named == {f"p{number}" for number in range(2, 41)}
    await shop.presses(question_buttons(shop)[Action.CONFIRM_REPLACE])
    assert await prices(shop) == {"p1": 2_000}


async def test_what_was_removed_comes_back_with_the_file_that_named_it(shop: Shop) -> None:
    await sells_many(shop, 40)
    before = await prices(shop)
    await sends(shop, SHORT)
    await shop.presses(shop.buttons(RINA)[Action.REPLACE_IMPORT])
    await shop.speaks()
    attachment = shop.sender.to(RINA)[-1].outgoing.attachment
    assert attachment is not None
    await shop.presses(question_buttons(shop)[Action.CONFIRM_REPLACE])
    await sends(shop, attachment.content, name=attachment.name)
    await shop.presses(shop.buttons(RINA)[Action.UPDATE_IMPORT])
    assert await prices(shop) == before | {"p1": 2_000}


async def test_the_second_question_can_be_answered_by_an_update_too(shop: Shop) -> None:
    await sells_many(shop, 40)
    await sends(shop, SHORT)
    await shop.presses(shop.buttons(RINA)[Action.REPLACE_IMPORT])
    await shop.presses(question_buttons(shop)[Action.UPDATE_IMPORT])
    assert len(await prices(shop)) == 40


async def test_a_file_of_what_would_go_says_when_it_was_decided_already(shop: Shop) -> None:
    await sells_many(shop, 40)
    await sends(shop, SHORT)
    await shop.presses(shop.buttons(RINA)[Action.REPLACE_IMPORT])
    await shop.presses(question_buttons(shop)[Action.DISCARD_IMPORT])
    await shop.speaks()
    sent = next(
        said.outgoing for said in shop.sender.to(RINA) if "sudah diputuskan" in text_of(said.outgoing)
    )
    assert sent.attachment is None


async def test_a_small_removal_is_asked_once(shop: Shop) -> None:
    await sells_many(shop, 40)
    many = "\n".join(f"p{number};Produk {number};1.000" for number in range(1, 39))
    await sends(shop, f"kode;nama;harga\n{many}")
    await shop.presses(shop.buttons(RINA)[Action.REPLACE_IMPORT])
    assert len(await prices(shop)) == 38


async def test_of_several_prices_an_admin_chooses_before_anything_is_applied(shop: Shop) -> None:
    await sends(shop, "kode;nama;harga emas;harga perak\ns5;Simpati 5.000;5.100;5.200\n")
    found = preview(shop)
    assert not found.is_price_sure
    assert [(choice.title, choice.price_idr) for choice in found.choices] == [
        ("harga emas", 5_100),
        ("harga perak", 5_200),
    ]
    first, second = choices(shop)
    assert set(shop.buttons(RINA)) == {Action.CHOOSE_PRICE, Action.DISCARD_IMPORT}
    await shop.presses(second)
    assert taken(shop) == "harga perak"
    await shop.presses(shop.buttons(RINA)[Action.APPLY_IMPORT])
    assert await prices(shop) == {"s5": 5_200}
    assert await shop.presses(first) is Toast.USED


async def test_another_price_than_the_one_that_was_found_can_be_chosen(shop: Shop) -> None:
    await sends(shop, "kode;nama;Harga Agen;Harga Reseller\ns5;Simpati 5.000;5.100;5.200\n")
    assert (taken(shop), preview(shop).is_price_sure) == ("Harga Reseller", True)
    assert [unused.title for unused in preview(shop).reading.unused] == ["Harga Agen"]
    await shop.presses(shop.buttons(RINA)[Action.CHOOSE_PRICE])
    assert taken(shop) == "Harga Agen"
    await shop.presses(shop.buttons(RINA)[Action.APPLY_IMPORT])
    assert await prices(shop) == {"s5": 5_100}


async def test_a_list_without_prices_leaves_them_and_says_so_first(shop: Shop) -> None:
    await applies(shop, LIST)
    await sends(shop, "kode;nama\ns5;Simpati 5rb\ns10;Simpati 10rb\n")
    assert not preview(shop).has_price
    await shop.presses(shop.buttons(RINA)[Action.APPLY_IMPORT])
    assert await prices(shop) == {"s5": 5_900, "s10": 10_900}


async def test_prices_that_a_list_takes_away_are_counted(shop: Shop) -> None:
    await applies(shop, LIST)
    await sends(shop, "kode;nama;harga\ns5;Simpati 5.000;-\ns10;Simpati 10.000;10.900\nx5;XL 5;\n")
    assert (preview(shop).emptied_count, preview(shop).unpriced_count) == (1, 1)


async def test_the_preview_tells_how_the_file_was_read(shop: Shop) -> None:
    head = ["KODE", "PRODUK", "HRG", "Stok"]
    book = workbook(
        {
            "Sampul": [["Toko Rina"]],
            "TELKOMSEL": [head, ["s5", "Simpati 5.000", 5_900, 3]],
            "INDOSAT": [head, ["i5", "Indosat 5.000", 5_800, 4], ["Catatan: berubah sewaktu-waktu"]],
        }
    )
    await sends(shop, book, name="harga.xlsx")
    reading = preview(shop).reading
    assert [(one.title, one.column.value) for one in reading.columns] == [
        ("KODE", "code"),
        ("PRODUK", "name"),
        ("HRG", "price"),
    ]
    assert [one.title for one in reading.sheets] == ["TELKOMSEL", "INDOSAT"]
    assert [one.title for one in (*reading.sheets_left, *reading.unused, *reading.note_rows)] == [
        "Sampul",
        "Stok",
        "INDOSAT 3",
    ]


async def test_the_preview_names_the_games_that_want_a_server_whatever_their_rows_say(shop: Shop) -> None:
    await sends(shop, "kode;nama;tujuan\nml86;Mobile Legends 86;game\nff70;Free Fire 70;game\n")
    assert preview(shop).stricter == ("ml86",)


async def test_a_list_that_changes_nothing_has_no_buttons(shop: Shop) -> None:
    await applies(shop, LIST)
    await sends(shop, LIST)
    assert not preview(shop).has_changes
    assert shop.messages(RINA)[-1]["keyboard"] == "[]"


async def test_a_list_shown_against_another_catalogue_is_shown_again_before_it_is_applied(shop: Shop) -> None:
    """What the admin agreed to was another change than the one that would happen now."""
    await sends(shop, LIST)
    nonce = shop.buttons(RINA)[Action.APPLY_IMPORT]
    await applies(shop, DEARER, by=DEWI)
    before = await prices(shop)
    await shop.presses(nonce)
    assert await prices(shop) == before
    assert preview(shop).renewed
    await shop.presses(shop.buttons(RINA)[Action.UPDATE_IMPORT])
    assert await prices(shop) == {"s5": 5_900, "s10": 10_900, "s20": 20_500}


async def test_a_newer_list_takes_the_place_of_one_not_yet_decided(shop: Shop) -> None:
    await sends(shop, LIST)
    old = shop.buttons(RINA)[Action.APPLY_IMPORT]
    await sends(shop, DEARER, name="baru.csv")
    ends = [shop.notice(row) for row in shop.messages(RINA) if row["kind"] == ImportEnded.__name__]
    assert ends == [ImportEnded(file_name="harga.csv", end=ImportEndReason.SUPERSEDED)]
    assert await shop.presses(old) is Toast.USED
    assert await prices(shop) == {}


async def test_what_is_kept_of_a_list_is_let_go_once_it_is_decided(shop: Shop) -> None:
    await applies(shop, LIST)
    assert shop.rows("SELECT state, sheet FROM imports") == [{"state": "applied", "sheet": None}]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"%PDF-1.7", FileError.NOT_A_SHEET),
        (b"PK\x03\x04", FileError.DAMAGED),
        (b"kode;nama\n", FileError.EMPTY),
        (b"x" * (MAX_FILE_BYTES + 1), FileError.TOO_LARGE),
    ],
)
async def test_a_file_that_is_no_list_is_refused_with_the_reason(
    shop: Shop, content: bytes, fault: FileError
) -> None:
    await sends(shop, content)
    assert shop.last(RINA) == ImportRefused(file_name="harga.csv", fault=fault, detail="")


async def test_a_file_that_kills_its_reader_is_damaged_and_not_read_again(shop: Shop) -> None:
    """A kilobyte that asks for terabytes once ended the bot, and again after each start."""
    deadly = open_document(["kode", "nama"], row_repeats=1_000_000, cell_repeats=1_000)
    assert len(deadly) < 2_000
    await sends(shop, deadly, name="harga.ods")
    assert shop.last(RINA) == ImportRefused(file_name="harga.ods", fault=FileError.DAMAGED, detail="")
    shop.starts()
    shop.clock.passes(max(PAUSES_S))
    await reads(shop)
    assert shop.files.fetched == ["harga.ods"]


async def test_a_file_too_large_by_telegrams_word_is_not_even_fetched(shop: Shop) -> None:
    await shop.says("", by=RINA, document=a_file(size_bytes=MAX_FILE_BYTES + 1))
    await reads(shop)
    assert cast("ImportRefused", shop.last(RINA)).fault is FileError.TOO_LARGE
    assert shop.files.fetched == []


@pytest.mark.parametrize("name", ["foto.jpg", "Harga Baru.PDF"])
async def test_a_picture_of_a_list_is_refused_at_once_and_leaves_the_list_before_it(
    shop: Shop, name: str
) -> None:
    await sends(shop, LIST)
    await shop.says("", by=RINA, document=a_file(name, MAX_FILE_BYTES + 1))
    assert shop.last(RINA) == ImportRefused(file_name=name, fault=FileError.NOT_A_SHEET, detail="")
    await shop.presses(shop.buttons(RINA)[Action.APPLY_IMPORT])
    assert await prices(shop) == {"s5": 5_900, "s10": 10_900}


async def test_a_fetch_that_fails_is_tried_again_and_then_succeeds(shop: Shop) -> None:
    shop.files.goes_down()
    await sends(shop, LIST)
    assert shop.kinds(RINA) == [ImportReceived.__name__]
    shop.files.comes_back()
    shop.clock.passes(PAUSES_S[0])
    await reads(shop)
    assert preview(shop).listed_count == 2


async def test_a_fetch_that_keeps_failing_is_given_up_and_told(shop: Shop) -> None:
    shop.files.goes_down()
    await sends(shop, LIST)
    for _ in range(len(PAUSES_S) + 1):
        shop.clock.passes(max(PAUSES_S))
        await reads(shop)
    assert cast("ImportRefused", shop.last(RINA)).fault is FileError.NOT_FETCHED
    assert len(shop.files.fetched) == len(PAUSES_S) + 1


async def test_a_file_whose_reading_was_cut_off_is_read_after_the_next_start(shop: Shop) -> None:
    shop.files.keeps("harga.csv", LIST.encode())
    await shop.says("", by=RINA, document=a_file())
    shop.starts()
    await reads(shop)
    assert preview(shop).listed_count == 2


@pytest.mark.parametrize("by", [SARI, STRANGER])
async def test_a_file_of_anybody_else_is_not_read(shop: Shop, by: int) -> None:
    await sends(shop, LIST, by=by)
    assert shop.files.fetched == []
    assert ImportReceived.__name__ not in shop.kinds(by)


async def test_a_reseller_who_sends_a_file_is_answered(shop: Shop) -> None:
    await sends(shop, LIST, by=SARI)
    assert isinstance(shop.last(SARI), NotUnderstood)


async def test_a_file_in_a_group_or_edited_in_is_not_read(shop: Shop) -> None:
    await shop.says("", by=RINA, chat=GROUP, document=a_file())
    await shop.says("", by=RINA, kind=MessageKind.EDITED, document=a_file())
    await reads(shop)
    assert shop.files.fetched == []


async def test_a_reseller_cannot_tap_what_an_admin_was_shown(shop: Shop) -> None:
    await sends(shop, LIST)
    nonce = shop.buttons(RINA)[Action.APPLY_IMPORT]
    assert await shop.presses(nonce, by=SARI) is Toast.NOT_ALLOWED
    assert await prices(shop) == {}


async def test_a_list_that_could_not_be_kept_is_not_half_applied(shop: Shop) -> None:
    await applies(shop, LIST)
    await sends(shop, DEARER)
    shop.disk.refuses_writes()
    with pytest.raises(Exception, match="full"):
        await shop.presses(shop.buttons(RINA)[Action.UPDATE_IMPORT])
    shop.disk.recovers()
    assert await prices(shop) == {"s5": 5_900, "s10": 10_900}
    assert (await shop.disk.read(catalogue.current_version)).version == 1
