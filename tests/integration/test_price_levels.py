"""Each reseller sees, holds and pays the price of their level, and never reads another price or a cost."""

import re

import pytest
from msgspec.structs import replace

from bot.catalogue.levels import Markup
from bot.catalogue.price_list.columns import Column, MappedColumn
from bot.catalogue.product import LevelPrice
from bot.grammar.level_command import LevelError
from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, transfer_legs
from bot.notices.orders import OrderReceived, OrderSucceeded
from bot.notices.people import PersonNotFound
from bot.notices.placing import OrderProposal, ProductClosed
from bot.notices.price_list import ImportPreview
from bot.notices.selling_prices import LevelChanged, LevelGiven, LevelList, LevelRejected
from bot.notices.shopping import ChosenProductClosed, PriceListPage
from bot.orders.model import FailureCause, Order
from bot.updates import Toast
from storage import catalogue, ledger
from tests.integration.conftest import BUDI, DEWI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.fakes import success_of
from tests.integration.looked import labels
from tests.integration.test_import_review import sends
from tests.integration.test_placing import S5, S10, T5

PLAIN, SILVER, GOLD, GOLD_ADDED, COST = 61_111, 62_222, 63_333, 62_334, 54_444
GOODS = (
    replace(S5, price_idr=PLAIN, cost_idr=COST, level_prices=(LevelPrice(level="emas", price_idr=GOLD),)),
    replace(S10, price_idr=PLAIN, cost_idr=COST, is_open=False),
    replace(T5, price_idr=PLAIN, cost_idr=COST),
)
NUMBER = "081234567890"


async def pays_in(shop: Shop, user_id: int, amount_idr: int = 1_000_000) -> None:
    def unit(tx: object) -> None:
        shop_id = ledger.open_shop(tx, user_id, floor_idr=0, at_ms=1)  # type: ignore[arg-type]  # a Tx
        legs = transfer_legs(
            amount_idr, source=(AccountKind.DEPOSITS, OPERATOR), target=(AccountKind.AVAILABLE, shop_id)
        )
        entry = Entry(
            source=f"deposit:{user_id}", kind=EntryKind.DEPOSIT, at_ms=1, actor="admin:9001", legs=legs
        )
        ledger.post(tx, entry)  # type: ignore[arg-type]  # a Tx

    await shop.disk.write(unit)


@pytest.fixture
async def levels(shop: Shop) -> Shop:
    """Return a prepaid shop where Budi is gold and Sari silver, both with a million."""
    shop.starts(reseller_floor_idr=0)
    await shop.sells(*GOODS)
    for text in ("/level perak 1111", "/level emas 2%", f"/level {SARI} perak", f"/level {BUDI} emas"):
        await shop.says(text, by=RINA)
    for user_id in (SARI, BUDI):
        await pays_in(shop, user_id)
    return shop


def priced_row(shop: Shop, user_id: int, code: str = "S5") -> int | None:
    listed = shop.last(user_id)
    assert isinstance(listed, PriceListPage)
    return next(row.price_idr for row in listed.rows if row.code == code)


class TestCommands:
    async def test_levels_are_set_listed_given_and_taken_and_the_other_admin_hears_of_it(
        self, shop: Shop
    ) -> None:
        await shop.says("/level emas 200", by=RINA)
        changed = LevelChanged(
            level="emas",
            before=None,
            after=Markup(amount_idr=200),
            reseller_count=0,
            admin_name=f"Name {RINA}",
        )
        assert shop.last(RINA) == shop.last(DEWI) == changed
        await shop.says("hai", by=BUDI, username="budicell")
        await shop.says("/level @BudiCell emas", by=RINA)
        assert isinstance(shop.last(RINA), LevelGiven)
        assert shop.last(RINA) == shop.last(DEWI)
        await shop.says("/level", by=DEWI)
        listed = shop.last(DEWI)
        assert isinstance(listed, LevelList)
        (row,) = listed.rows
        assert (row.level, row.reseller_count) == ("emas", 1)
        await shop.says("/level @budicell biasa", by=RINA)
        given = shop.last(RINA)
        assert isinstance(given, LevelGiven)
        assert given.level == ""
        assert "LevelGiven" not in shop.kinds(BUDI)

    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("/level emas", LevelError.NO_MARKUP),
            ("/level emas -200", LevelError.MARKUP_NEGATIVE),
            (f"/level {BUDI} berlian", LevelError.NO_SUCH_LEVEL),
            ("/level berlian hapus", LevelError.NO_SUCH_LEVEL),
        ],
    )
    async def test_what_is_wrong_is_answered_with_its_reason(
        self, shop: Shop, text: str, error: LevelError
    ) -> None:
        await shop.says(text, by=RINA)
        rejected = shop.last(RINA)
        assert isinstance(rejected, LevelRejected)
        assert rejected.error is error
        assert shop.rows("SELECT * FROM levels") == []

    async def test_a_level_is_given_to_a_reseller_only(self, shop: Shop) -> None:
        await shop.says("/level emas 200", by=RINA)
        for person in ("@siapa", str(STRANGER)):
            await shop.says(f"/level {person} emas", by=RINA)
            assert isinstance(shop.last(RINA), PersonNotFound)

    async def test_a_reseller_sets_no_level(self, levels: Shop) -> None:
        for text in ("/level emas 0", "level emas 0", f"/level {SARI} emas"):
            await levels.says(text)
        await levels.says("harga s5")
        assert priced_row(levels, SARI) == SILVER

    async def test_a_level_that_a_reseller_has_is_not_deleted_and_another_takes_its_prices_along(
        self, levels: Shop
    ) -> None:
        await levels.says("/level emas hapus", by=RINA)
        rejected = levels.last(RINA)
        assert isinstance(rejected, LevelRejected)
        assert rejected.error is LevelError.IN_USE
        await levels.says(f"/level {BUDI} biasa", by=RINA)
        await levels.says("/level emas hapus", by=RINA)
        assert levels.rows("SELECT * FROM levels WHERE level_key = 'emas'") == []
        assert levels.rows("SELECT * FROM level_prices") == []


class TestOnePrice:
    @pytest.mark.parametrize(("who", "price_idr"), [(SARI, SILVER), (BUDI, GOLD)])
    async def test_the_price_seen_is_the_price_held_and_the_price_of_the_result(
        self, levels: Shop, who: int, price_idr: int
    ) -> None:
        await levels.says("harga s5", by=who)
        assert priced_row(levels, who) == price_idr
        order = await levels.asks(f"s5.{NUMBER}", by=who)
        assert order.price_idr == price_idr
        received = levels.last(who)
        assert isinstance(received, OrderReceived)
        assert received.balance
        assert received.balance.amount_idr == -price_idr
        await levels.says("/level perak 9000", by=RINA)
        await levels.sells(*(replace(one, price_idr=1, level_prices=()) for one in GOODS))
        await levels.posts()
        await levels.reversals.receive(success_of(order), "1.2.3.4")
        result = levels.last(who)
        assert isinstance(result, OrderSucceeded)
        assert result.balance
        assert (result.balance.amount_idr, result.balance.after_idr) == (-price_idr, 1_000_000 - price_idr)

    async def test_who_has_no_level_pays_the_base_price(self, levels: Shop) -> None:
        await levels.says(f"/level {BUDI} biasa", by=RINA)
        await levels.says("harga s5", by=BUDI)
        assert priced_row(levels, BUDI) == PLAIN
        assert (await levels.asks(f"s5.{NUMBER}", by=BUDI)).price_idr == PLAIN

    async def test_an_offer_at_a_price_that_a_level_has_changed_is_shown_again_before_it_is_bought(
        self, levels: Shop
    ) -> None:
        await levels.says("harga s5")
        await levels.presses(labels(levels)["S5"], by=SARI)
        await levels.says(NUMBER)
        offered = levels.last(SARI)
        assert isinstance(offered, OrderProposal)
        assert offered.offer.price_idr == SILVER
        nonce = levels.buttons(SARI)["buy"]
        levels.clock.passes(1)
        await levels.says(f"/level {SARI} emas", by=RINA)
        assert await levels.presses(nonce, by=SARI) is Toast.ASKED
        assert levels.rows("SELECT * FROM orders") == []
        again = levels.last(SARI)
        assert isinstance(again, OrderProposal)
        assert again.offer.price_idr == GOLD

    async def test_the_cost_that_was_known_at_placing_stays_with_the_order(self, levels: Shop) -> None:
        order = await levels.asks(f"s5.{NUMBER}")
        assert order.expected_cost_idr == COST
        levels.biller.accepts(cost_idr=55_555)
        await levels.posts()
        assert (await levels.order(order.trxid)).expected_cost_idr == COST
        assert (await levels.asks("s5.081234567891")).expected_cost_idr == 55_555


OTHERS = {SARI: (PLAIN, GOLD, GOLD_ADDED, COST), BUDI: (PLAIN, SILVER, COST)}
"""The amounts that each must never read."""


async def test_no_message_or_file_to_a_reseller_holds_another_price_or_a_cost(levels: Shop) -> None:
    levels.biller.accepts(cost_idr=COST, balance_idr=9_999)
    for who in (SARI, BUDI):
        await shows_everything(levels, who)
    await levels.speaks()
    for who, amounts in OTHERS.items():
        seen = levels.sender.to(who)
        assert len(seen) > 15
        for message in seen:
            content = message.outgoing.attachment.content if message.outgoing.attachment else b""
            digits = re.sub(r"[.,]", "", message.text + content.decode("utf-8", "replace"))
            for amount_idr in amounts:
                assert str(amount_idr) not in digits, message.text
        assert any(re.search(r"62\.222|63\.333", message.text) for message in seen)


async def shows_everything(shop: Shop, who: int) -> None:
    """Do all that shows a price: lists, taps, questions, offers, orders, results, reports and files."""
    for text in ("harga", "harga s", "harga pulsa", f"harga {NUMBER}", "harga x5", "bantuan", "struk"):
        await shop.says(text, by=who)
    await shop.says("harga s10", by=who)
    await shop.presses(labels(shop, who)["S10"], by=who)
    assert isinstance(shop.last(who), ChosenProductClosed)
    await shop.says(f"s10.{NUMBER}", by=who)
    assert isinstance(shop.last(who), ProductClosed)
    await shop.says(f"5.{NUMBER}", by=who)
    await shop.presses(shop.offers(who)[f"S5.{NUMBER}"], by=who)
    order = await done(shop)
    for text in (f"s5.{NUMBER}", f"cek.{NUMBER}", "riwayat", "lap", "rekap", "lap csv", "saldo", "mutasi"):
        await shop.says(text, by=who)
    await shop.presses(f"receipt:{order.trxid}", by=who)
    await shop.presses(f"again:{order.trxid}", by=who)
    await shop.says(f"s5.081234567891\nt5.081234567892\ns10.{NUMBER}\nx9.{NUMBER}", by=who)
    await done(shop)
    await shop.says("s5.2." + NUMBER + "\n" * 2 + "\n".join(f"t5.08123456{n:04d}" for n in range(30)), by=who)
    await shop.says("t5.081299998888", by=who)
    await done(shop)


async def done(shop: Shop) -> Order:
    """Let the biller deliver all that was ordered; return the last."""
    await shop.posts()
    pending = shop.rows("SELECT trxid FROM orders WHERE state = 'pending' ORDER BY trxid")
    for row in pending:
        await shop.reversals.receive(success_of(await shop.order(row["trxid"])), "1.2.3.4")
    return await shop.order(pending[-1]["trxid"])


LIST = "kode;nama;harga;modal;harga emas;perak\ns5;Simpati 5.000;5.900;5.500;5.700;5.800\n"


class TestPriceLists:
    async def test_costs_and_level_prices_are_shown_stored_and_exported_and_read_again_unchanged(
        self, shop: Shop
    ) -> None:
        for name in ("emas", "perak"):
            await shop.says(f"/level {name} 0", by=RINA)
        await sends(shop, LIST)
        preview = shop.last(RINA)
        assert isinstance(preview, ImportPreview)
        assert preview.is_price_sure
        shown = [(column.title, column.column) for column in preview.reading.columns]
        assert shown[-3:] == [
            ("harga", Column.PRICE),
            ("harga emas", Column.LEVEL),
            ("perak", Column.LEVEL),
        ]
        assert ("modal", Column.COST) in shown
        assert preview.reading.unused == ()
        await shop.presses(shop.buttons(RINA)["apply_import"])
        (product,) = (await shop.disk.read(catalogue.load)).products
        assert (product.price_idr, product.cost_idr) == (5_900, 5_500)
        assert product.level_prices == (
            LevelPrice(level="emas", price_idr=5_700),
            LevelPrice(level="perak", price_idr=5_800),
        )
        await shop.says("/katalog csv", by=RINA)
        await shop.speaks()
        file = shop.sender.to(RINA)[-1].outgoing.attachment
        assert file
        await sends(shop, file.content)
        again = shop.last(RINA)
        assert isinstance(again, ImportPreview)
        assert not again.has_changes

    async def test_a_preview_from_before_a_level_is_shown_again_before_it_is_applied(
        self, shop: Shop
    ) -> None:
        await sends(shop, LIST)
        preview = shop.last(RINA)
        assert isinstance(preview, ImportPreview)
        assert [choice.title for choice in preview.choices] == ["harga emas", "perak"]
        assert preview.reading.level_hint == "emas"
        nonce = shop.buttons(RINA)["apply_import"]
        await shop.says("/level emas 0", by=DEWI)
        await shop.presses(nonce)
        renewed = shop.last(RINA)
        assert isinstance(renewed, ImportPreview)
        assert renewed.renewed
        assert MappedColumn(title="harga emas", column=Column.LEVEL) in renewed.reading.columns
        await shop.presses(shop.buttons(RINA)["apply_import"])
        (product,) = (await shop.disk.read(catalogue.load)).products
        assert product.level_prices == (LevelPrice(level="emas", price_idr=5_700),)

    async def test_a_price_column_that_becomes_one_of_a_level_is_the_base_price_no_more(
        self, shop: Shop
    ) -> None:
        await sends(shop, "kode;nama;harga emas;harga perak\ns5;Satu;5.900;6.000")
        await shop.presses(next(data for label, data in labels(shop, RINA).items() if "emas" in label))
        await shop.says("/level emas 0", by=DEWI)
        await shop.presses(shop.buttons(RINA)["apply_import"])
        renewed = shop.last(RINA)
        assert isinstance(renewed, ImportPreview)
        shown = {column.title: column.column for column in renewed.reading.columns}
        assert (shown["harga emas"], shown["harga perak"]) == (Column.LEVEL, Column.PRICE)
        await shop.presses(shop.buttons(RINA)["apply_import"])
        (product,) = (await shop.disk.read(catalogue.load)).products
        assert product.price_idr == 6_000
        assert product.level_prices == (LevelPrice(level="emas", price_idr=5_900),)

    async def test_a_list_that_loses_money_says_so_before_it_is_applied(self, shop: Shop) -> None:
        await shop.says("/level emas 0", by=RINA)
        rows = ("s5;Satu;5.900;6.000;", "s10;Dua;10.900;10.500;10.400", "s20;Tiga;20.500;20.500;")
        await sends(shop, "\n".join(("kode;nama;harga;modal;harga emas", *rows)))
        preview = shop.last(RINA)
        assert isinstance(preview, ImportPreview)
        assert (preview.below_cost, preview.below_cost_count) == (("s5", "s10"), 2)


class TestGroup:
    """In a group everybody reads along."""

    async def reads(self, shop: Shop) -> str:
        """Return all that the group has read."""
        await shop.posts()
        await shop.speaks()
        return "\n".join(sent.text for sent in shop.sender.to(GROUP)).replace(".", "")

    @pytest.mark.parametrize("floor_idr", [None, 0])
    async def test_no_price_of_a_level_is_shown(self, levels: Shop, floor_idr: int | None) -> None:
        levels.starts(reseller_floor_idr=floor_idr)
        # Not more than the million that each has: the last order is refused, and says no price either.
        for text in (
            "/harga pulsa",
            f"/harga {NUMBER}",
            "/harga s5",
            f"s5.{NUMBER}",
            f"s5.{NUMBER}",
            "5.081234567891",
        ):
            await levels.says(text, by=BUDI, chat=GROUP)
        (order,) = [await levels.order(row["trxid"]) for row in levels.rows("SELECT trxid FROM orders")]
        assert order.price_idr == GOLD
        await levels.posts()
        await levels.reversals.receive(success_of(order), remote="1.2.3.4")
        await levels.says(f"/cek {order.trxid}", by=BUDI, chat=GROUP)
        read = await self.reads(levels)
        assert "SUKSES" in read
        assert "Harga khusus Anda hanya di chat pribadi" in read
        assert {str(GOLD), str(GOLD_ADDED), str(SILVER)} & set(re.findall(r"\d+", read)) == set()

    async def test_a_refusal_shows_no_price_of_a_level(self, levels: Shop) -> None:
        await levels.says(f"/limit {BUDI} 0", by=RINA)
        for number in range(17):
            await levels.says(f"s5.08123456{number:04d}", by=BUDI, chat=GROUP)
        read = await self.reads(levels)
        assert "SALDO TIDAK CUKUP" in read
        assert str(GOLD) not in read

    async def test_no_sum_or_refund_tells_the_price_of_a_level(self, levels: Shop) -> None:
        await levels.says(f"s5.{NUMBER}\ns5.081234567894", by=BUDI, chat=GROUP)
        await levels.posts()
        bought, failed = [await levels.order(row["trxid"]) for row in levels.rows("SELECT trxid FROM orders")]
        await levels.reversals.receive(success_of(bought), remote="1.2.3.4")
        message = f"Transaksi+S5.{failed.destination}+GAGAL.+Stok+kosong"
        query = f"status=1&refid={failed.trxid}&product=S5&qty=1&dest={failed.destination}&message={message}"
        await levels.reversals.receive(query.encode(), remote="1.2.3.4")
        await levels.says("s5.081234567895", by=BUDI, chat=GROUP)
        levels.biller.refuses("Nomor tujuan salah", FailureCause.DESTINATION)
        await levels.posts()
        for text in ("/lap", "/rekap", "/lap per jam", "/lap csv", "/laba"):
            await levels.says(text, by=BUDI, chat=GROUP)
        read = await self.reads(levels)
        for title in ("GAGAL", "2 baris", "Sukses: 1", "Jumlah rupiahnya", "file laporan"):
            assert title in read
        assert {str(GOLD), str(GOLD_ADDED), str(SILVER)} & set(re.findall(r"\d+", read)) == set()

    async def test_a_substitute_shows_no_price_of_a_level(self, levels: Shop) -> None:
        dear = replace(S10, price_idr=PLAIN, level_prices=(LevelPrice(level="emas", price_idr=GOLD),))
        await levels.sells(replace(GOODS[0], is_open=False), dear)
        await levels.says("s5.081234567896", by=BUDI, chat=GROUP)
        read = await self.reads(levels)
        assert "Pilihan lain" in read
        assert str(GOLD) not in read

    async def test_an_admin_shows_neither_costs_nor_profits(self, levels: Shop) -> None:
        order = await levels.asks(f"s5.{NUMBER}", by=BUDI)
        await levels.posts()
        await levels.reversals.receive(success_of(order), remote="1.2.3.4")
        for text in ("/lap", "/rekap", "/laba", "/lap budi", "/rekap reseller", "/level", "/lap gambar"):
            await levels.says(text, by=RINA, chat=GROUP)
        read = await self.reads(levels)
        assert not re.search(r"Rp\d|Modal|Laba:|emas|perak", read)

    async def test_the_price_of_everybody_is_shown(self, shop: Shop) -> None:
        await shop.sells(replace(S5, price_idr=PLAIN))
        await shop.says("/harga s5", chat=GROUP)
        await shop.says(f"s5.{NUMBER}", chat=GROUP)
        read = await self.reads(shop)
        assert read.count(str(PLAIN)) == 2
        assert "chat pribadi" not in read
