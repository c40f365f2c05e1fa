"""Admins have the catalogue sent, look back, and open or close a product; every change is kept."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.diff import ChangeKind
from bot.catalogue.levels import Level, Markup
from bot.catalogue.product import Carrier, DailyHours, DestinationRule, Product
from bot.cli import catalogue as catalogue_cli
from bot.notices.catalogue import (
    CatalogueEmpty,
    CatalogueFile,
    CatalogueHistory,
    FileFormat,
    ProductsSwitched,
    ProductSwitched,
    ProductUnknown,
)
from bot.texts.formatting import AttachmentKind
from storage import catalogue, levels
from storage.catalogue import CatalogueEdit
from storage.database import Database, SqliteDatabase
from storage.transaction import Tx
from tests.integration.conftest import RINA, SARI, Shop
from tests.price_lists import merged, products, read

S5 = Product(code="s5", name="Simpati 5.000", group="Pulsa", rule=DestinationRule.PHONE, price_idr=5_900)
S20 = Product(code="S20", name="Simpati 20.000", group="Pulsa", rule=DestinationRule.PHONE, price_idr=20_500)
S10 = Product(code="S10", name="Simpati 10.000", group="Pulsa", rule=DestinationRule.PHONE, price_idr=10_900)


def edit(stamp: str = "a", at_ms: int = 1) -> CatalogueEdit:
    return CatalogueEdit(stamp=stamp, at_ms=at_ms, user_id=RINA, name="Rina", source="harga.xlsx")


async def sells(shop: Shop, *products: Product) -> None:
    """Put products on the shelf, whatever stood there."""
    stamp = shop.nonces()

    def unit(tx: Tx) -> None:
        assert catalogue.replace(tx, catalogue.load(tx), products, edit(stamp)) is not None

    await shop.disk.write(unit)


async def shown(shop: Shop) -> Catalogue:
    return await shop.disk.read(shop.context.catalogue_cache.get)


async def test_what_was_put_on_the_shelf_is_read_back_in_order(shop: Shop) -> None:
    await sells(shop, S10, S5)
    assert (await shown(shop)).products == (S10, S5)
    await sells(shop, S5, S10)
    assert (await shown(shop)).products == (S5, S10)


async def test_a_product_that_changes_in_every_way_is_as_it_was_written_last(shop: Shop) -> None:
    """A price, a rule or an hour of last month that stayed would be bought by."""
    before = replace(
        S5, carrier=Carrier.TELKOMSEL, nominal=5, cut_off=DailyHours(from_minute=1, until_minute=2)
    )
    after = Product(
        code="S5",
        name="Token 5.000",
        group="Listrik",
        rule=DestinationRule.METER,
        price_idr=6_100,
        is_open=False,
        carrier=Carrier.XL,
        nominal=50,
        cut_off=DailyHours(from_minute=1380, until_minute=60),
    )
    plain = Product(code="s5", name="Bebas", group="Lain", rule=DestinationRule.FREE)
    for product in (before, after, plain, before):
        await sells(shop, product)
        assert (await shown(shop)).products == (product,)


async def test_only_who_saw_the_catalogue_as_it_is_may_replace_it(shop: Shop) -> None:
    await sells(shop, S5)
    stale = Catalogue(version=0)
    assert await shop.disk.write(lambda tx: catalogue.replace(tx, stale, (S10,), edit("b"))) is None
    assert (await shown(shop)).products == (S5,)


async def test_a_change_that_was_undone_is_not_remembered_on_the_shelf(shop: Shop) -> None:
    """Its version's number goes to the next change: the shelf must not take one for the other."""

    def undone(tx: Tx) -> None:
        catalogue.replace(tx, Catalogue(), (S5,), edit("undone"))
        assert shop.context.catalogue_cache.get(tx).products == (S5,)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await shop.disk.write(undone)
    assert not await shown(shop)
    await sells(shop, S10)
    assert (await shown(shop)).products == (S10,)


async def test_an_admin_is_sent_the_catalogue_in_the_form_that_an_import_reads(shop: Shop) -> None:
    await sells(shop, S10, S5)
    for typed, form in (("/katalog", FileFormat.XLSX), ("katalog csv", FileFormat.CSV)):
        await shop.says(typed, by=RINA)
        assert shop.last(RINA) == CatalogueFile(form=form)
        await shop.speaks()
        attachment = shop.sender.to(RINA)[-1].outgoing.attachment
        assert attachment is not None
        assert (attachment.form, attachment.name) == (AttachmentKind.FILE, f"katalog-v1.{form}")
        assert products(attachment.content) == (S10, S5)


async def test_without_a_catalogue_an_admin_is_told_how_to_bring_one(shop: Shop) -> None:
    await shop.says("/katalog", by=RINA)
    assert shop.last(RINA) == CatalogueEmpty()


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/katalog", "AdminsOnly"),
        ("/katalog riwayat", "AdminsOnly"),
        ("/tutup s5", "AdminsOnly"),
        ("buka s5", "NotUnderstood"),
    ],
)
async def test_a_reseller_can_neither_take_nor_change_the_catalogue(
    shop: Shop, typed: str, answer: str
) -> None:
    await sells(shop, S5)
    await shop.says(typed, by=SARI)
    assert shop.kinds(SARI) == [answer]
    assert (await shown(shop)).products == (S5,)


async def test_a_product_is_closed_and_opened_by_its_code_in_any_letter_case(shop: Shop) -> None:
    await sells(shop, S5, S10)
    await shop.says("/tutup s10", by=RINA)
    assert shop.last(RINA) == ProductSwitched(code="S10", name=S10.name, is_open=False, fresh=True)
    assert [product.is_open for product in await shown(shop)] == [True, False]
    await shop.says("/tutup S10", by=RINA)
    assert shop.last(RINA) == ProductSwitched(code="S10", name=S10.name, is_open=False, fresh=False)
    await shop.says("buka s10", by=RINA)
    assert (await shown(shop)).products == (S5, S10)


async def test_several_products_are_closed_and_opened_at_once(shop: Shop) -> None:
    """A network is down: its products are closed by one message, and stand in the history as one change."""
    await sells(shop, S5, S10, S20)
    await shop.says("/tutup S20", by=RINA)
    await shop.says("/tutup s5, s10 S20 s10 zz9", by=RINA)
    assert shop.last(RINA) == ProductsSwitched(
        is_open=False, codes=("s5", "S10"), already=("S20",), unknown=("zz9",)
    )
    changed = await shown(shop)
    assert (changed.version, [product.is_open for product in changed]) == (3, [False] * 3)
    await shop.says("buka s5 s10", by=RINA)
    assert [product.is_open for product in await shown(shop)] == [True, True, False]


async def test_of_two_codes_that_are_none_nothing_is_changed(shop: Shop) -> None:
    await sells(shop, S5)
    await shop.says("/tutup zz8 zz9", by=RINA)
    assert shop.last(RINA) == ProductUnknown(typed="zz8 zz9", similar=())
    assert (await shown(shop)).version == 1


async def test_an_unknown_code_is_answered_with_the_nearest(shop: Shop) -> None:
    await sells(shop, S5, S10)
    await shop.says("/tutup s15", by=RINA)
    assert shop.last(RINA) == ProductUnknown(typed="s15", similar=("S10", "s5"))
    await shop.says("/tutup", by=RINA)
    assert shop.last(RINA) == ProductUnknown(typed="", similar=())


async def test_the_history_tells_who_changed_what_and_keeps_what_it_was(shop: Shop) -> None:
    await sells(shop, S5, S10)
    await shop.says("/tutup s5", by=RINA)
    await shop.says("/katalog riwayat", by=RINA)
    told = shop.last(RINA)
    assert isinstance(told, CatalogueHistory)
    assert [(row.version, row.name, row.source) for row in told.rows] == [
        (2, f"Name {RINA}", "chat"),
        (1, "Rina", "harga.xlsx"),
    ]
    assert [(count.kind, count.count) for count in told.rows[1].counts] == [(ChangeKind.ADDED, 2)]
    (closed,) = shop.rows("SELECT before, after FROM catalogue_history WHERE kind = 'closed'")
    assert '"is_open":true' in closed["before"]
    assert '"is_open":false' in closed["after"]


async def test_only_rows_that_differ_are_written(shop: Shop) -> None:
    await sells(shop, S5, S10)
    before = shop.rows("SELECT count(*) AS rows FROM catalogue_history")
    await sells(shop, S10, S5)
    assert shop.rows("SELECT count(*) AS rows FROM catalogue_history") == before
    assert (await shown(shop)).version == 2


class TestTheCommandLine:
    """It works on the file itself, beside a running Loket."""

    @pytest.fixture
    def list_file(self, tmp_path: Path) -> Path:
        file = tmp_path / "harga.csv"
        file.write_text("kode;nama;harga\ns5;Simpati 5.000;5.900\n", encoding="utf-8")
        return file

    def bring_in(
        self, path: Path, file: Path, *, agrees: bool = True, replaces: bool = False, price: str = ""
    ) -> bool:
        return catalogue_cli.import_list(
            f"sqlite:///{path}",
            catalogue_cli.read_price_list_file(file),
            file,
            replaces=replaces,
            price_title=price,
            stamp="x",
            at_ms=1,
            agrees=lambda _: agrees,
        )

    def brought_in(self, path: Path, tmp_path: Path) -> dict[str, int | None]:
        out = tmp_path / "out.csv"
        catalogue_cli.export_list(f"sqlite:///{path}", out)
        return {product.code: product.price_idr for product in products(out.read_bytes())}

    def test_a_list_goes_in_and_out_again(self, path: Path, list_file: Path, tmp_path: Path) -> None:
        assert self.bring_in(path, list_file)
        out = tmp_path / "out.xlsx"
        assert catalogue_cli.export_list(f"sqlite:///{path}", out) == 1
        assert products(out.read_bytes()) == products(list_file.read_bytes())

    def test_nothing_is_applied_without_a_yes_or_without_a_difference(
        self, path: Path, list_file: Path
    ) -> None:
        assert not self.bring_in(path, list_file, agrees=False)
        assert self.bring_in(path, list_file)
        assert not self.bring_in(path, list_file)

    def test_what_is_no_list_or_cannot_be_read_or_written_is_said(self, path: Path, tmp_path: Path) -> None:
        rubbish = tmp_path / "rubbish.csv"
        rubbish.write_bytes(b"halo")
        for file in (rubbish, tmp_path / "missing.csv"):
            with pytest.raises(catalogue_cli.PriceListFileError, match=file.name):
                catalogue_cli.read_price_list_file(file)
        with pytest.raises(catalogue_cli.PriceListFileError, match="nowhere"):
            catalogue_cli.export_list(f"sqlite:///{path}", tmp_path / "nowhere" / "out.xlsx")

    def test_faulty_rows_are_listed_by_their_number(self, tmp_path: Path) -> None:
        file = tmp_path / "harga.csv"
        file.write_text("kode;nama;harga\ns5;Simpati;mahal\n", encoding="utf-8")
        assert catalogue_cli.problem_lines(merged(file.read_bytes()).problems) == [
            "row 2, harga: unreadable mahal"
        ]

    def test_how_a_file_was_understood_is_listed(self) -> None:
        assert catalogue_cli.reading_lines(
            read("KODE;PRODUK;Harga Beli;Poin\ns5;Satu;5.000;3\nCatatan: lama;;")
        ) == [
            "columns: KODE is the code, PRODUK is the name, Harga Beli is the cost",
            "columns not read: Poin",
            "rows without a product: 3",
            "no price column: current prices stay",
        ]

    def test_the_prices_of_levels_are_listed_apart(self, path: Path) -> None:
        async def add(database: Database) -> None:
            emas = Level(key="emas", name="Emas", markup=Markup())
            await database.write(lambda tx: levels.save(tx, emas, at_ms=1, changed_by=RINA))

        asyncio.run(catalogue_cli._with_database(f"sqlite:///{path}", add))  # noqa: SLF001 - the level of the list
        parsed = read("kode;produk;harga;harga emas;harga grosir\ns5;Satu;5.900;5.700;5.800")
        lines = catalogue_cli.reading_lines(catalogue_cli.with_known_levels(f"sqlite:///{path}", parsed))
        assert "prices of levels: harga emas is the level emas" in lines
        assert "other prices: harga grosir" in lines

    def test_what_a_list_does_not_name_goes_only_when_told_to(
        self, path: Path, list_file: Path, tmp_path: Path
    ) -> None:
        short = tmp_path / "short.csv"
        short.write_text("kode;nama;harga\ns10;Simpati 10.000;10.900\n", encoding="utf-8")
        assert self.bring_in(path, list_file)
        assert self.bring_in(path, short)
        assert self.brought_in(path, tmp_path) == {"s5": 5_900, "s10": 10_900}
        assert self.bring_in(path, short, replaces=True)
        assert self.brought_in(path, tmp_path) == {"s10": 10_900}

    def test_of_several_prices_one_has_to_be_named(self, path: Path, tmp_path: Path) -> None:
        file = tmp_path / "harga.csv"
        file.write_text("kode;nama;harga emas;harga perak\ns5;Satu;5.100;5.200\n", encoding="utf-8")
        for price in ("", "Harga Tembaga"):
            with pytest.raises(catalogue_cli.PriceListFileError, match="harga emas, harga perak"):
                self.bring_in(path, file, price=price)
        assert self.bring_in(path, file, price="Harga Perak")
        assert self.brought_in(path, tmp_path) == {"s5": 5_200}


async def test_a_running_loket_sees_what_the_command_line_changed(
    shop: Shop, database: SqliteDatabase, path: Path
) -> None:
    await sells(shop, S5)
    assert (await shown(shop)).products == (S5,)
    other = SqliteDatabase(path)
    await other.open()
    await other.write(lambda tx: catalogue.replace(tx, catalogue.load(tx), (S10,), edit("cli")))
    await other.close()
    assert (await shown(shop)).products == (S10,)
