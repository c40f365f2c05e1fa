"""A statement lists what moved a balance, for whom it belongs to, and its balances chain."""

import pytest

from bot.features.accounts.statements import ROWS_SHOWN
from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, transfer_legs
from bot.notices.accounts import PrivateChatOnly
from bot.notices.reports import SalesReport
from bot.notices.statements import Statement, StatementChoice, StatementPeriodUnclear
from bot.texts.formatting import MAX_UNITS
from bot.texts.statements import KINDS
from bot.updates import Toast
from storage import ledger
from storage.transaction import Tx
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, Shop
from tests.integration.fakes import success_of
from tests.integration.looked import labels, last_text, turns
from tests.integration.test_payment import PRICED, Till, number, pending
from tests.integration.test_reports import file_to, rows_of
from tests.integration.test_reversals import failure

DAY_S = 86_400


@pytest.fixture
async def till(shop: Shop) -> Till:
    shop.starts(reseller_floor_idr=0)
    await shop.sells(PRICED)
    await shop.says("halo", username="tokosari")
    return Till(shop)


async def adjusts(till: Till, text: str, action: str = "confirm_add") -> None:
    await till.shop.says(text, by=RINA)
    await till.shop.presses(till.shop.buttons(RINA)[action])


async def a_day(till: Till) -> None:
    """Sari pays in, orders twice, of which one fails, and an admin corrects."""
    await till.receives(50_000)
    first, second = await pending(till, 1), await pending(till, 2)
    await till.shop.reversals.receive(success_of(first), "1.2.3.4")
    await till.shop.reversals.receive(failure(second), "1.2.3.4")
    await adjusts(till, f"/kurang {SARI} 4100 =salah isi", "confirm_deduct")


async def test_a_statement_names_product_number_amount_and_balance_the_latest_first(till: Till) -> None:
    till.shop.clock.passes(1)
    await a_day(till)
    await till.shop.says("mutasi")
    rows = (await last_text(till.shop)).splitlines()
    assert rows[0] == "📒 Mutasi 21/09/2026"
    assert rows[1] == "Saldo awal Rp50.000, akhir Rp40.000"
    moves = [row.split(" ", 1)[1] for row in rows[3:]]
    assert moves == [
        "-Rp4.100 = Rp40.000 · koreksi admin: =salah isi",
        "+Rp5.900 = Rp44.100 · kembali S5 0812-0000-0002",
        "-Rp5.900 = Rp38.200 · S5 0812-0000-0002",
        "-Rp5.900 = Rp44.100 · S5 0812-0000-0001",
    ]


async def test_a_day_of_others_and_of_another_day_is_not_in_it(till: Till) -> None:
    await a_day(till)
    till.shop.clock.passes(DAY_S)
    await till.shop.says("mutasi")
    assert "Tidak ada mutasi." in await last_text(till.shop)
    await till.shop.says("mutasi kemarin")
    assert "koreksi admin" in await last_text(till.shop)
    await till.shop.says("mutasi kemarin", by=BUDI)
    assert "Tidak ada mutasi." in await last_text(till.shop, BUDI)
    await till.shop.says("mutasi 21-22")
    assert "21/09 " in (await last_text(till.shop)).splitlines()[3]


async def test_the_day_before_is_a_tap_away_in_the_same_message(till: Till) -> None:
    await a_day(till)
    till.shop.clock.passes(DAY_S)
    await till.shop.says("mutasi")
    assert "« 21/09" in await labels_of(till)
    await turns(till.shop, "« 21/09")
    assert "koreksi admin" in await last_text(till.shop)


async def labels_of(till: Till) -> dict[str, str]:
    await till.shop.speaks()
    return labels(till.shop)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_the_file_holds_every_move_in_order_and_the_balances_chain(till: Till, form: str) -> None:
    till.shop.clock.passes(1)
    await a_day(till)
    await till.shop.says(f"mutasi 20-21 {form}")
    await till.shop.speaks()
    file = file_to(till.shop)
    assert file.name == f"mutasi-20260920-20260921.{form}"
    _, *rows = rows_of(file)
    amounts = [int(float(str(row[6]))) for row in rows]
    balances = [int(float(str(row[7]))) for row in rows]
    assert amounts == [-5_900, -5_900, 5_900, -4_100]
    assert balances == [44_100, 38_200, 44_100, 40_000]
    assert [row[1] for row in rows] == ["Pesanan", "Pesanan", "Dana kembali", "Koreksi admin"]
    assert rows[0][3] == "081200000001"
    # A reason that looks like a formula stays text.
    assert str(rows[3][5]).lstrip("'") == "=salah isi"
    assert (str(rows[3][5])[0] == "'") is (form == "csv")


async def test_a_long_statement_shows_the_latest_and_says_how_many_are_left_out(till: Till) -> None:
    await till.receives(1_000_000)
    till.shop.clock.passes(1)
    for index in range(35):
        await till.shop.asks(f"s5.{number(index)}")
    await till.shop.says("mutasi")
    rows = (await last_text(till.shop)).splitlines()
    assert rows[1] == "Saldo awal Rp1.000.000, akhir Rp793.500"
    assert rows[-1] == "… 5 lagi sebelumnya: unduh filenya."
    assert len(rows) == 34


async def test_a_statement_of_long_reasons_fits_a_message_and_counts_what_it_leaves_out(till: Till) -> None:
    till.shop.clock.passes(1)
    for index in range(ROWS_SHOWN):
        await adjusts(till, f"/tambah {SARI} {999_999_000 + index} " + "\U0001f600" * 100)
    await till.shop.says("mutasi 20-21")
    text = await last_text(till.shop)
    assert len(text.encode("utf-16-le")) // 2 <= MAX_UNITS
    left_out = int(text.splitlines()[-1].split()[1])
    assert left_out + text.count("koreksi admin") == ROWS_SHOWN


async def test_an_admin_reads_the_statement_of_whom_they_name(till: Till) -> None:
    await a_day(till)
    await till.shop.says("halo", username="tokosari")
    for typed in ("mutasi @tokosari", f"/mutasi {SARI} 21", "mutasi @tokosari bulan ini"):
        await till.shop.says(typed, by=RINA)
        text = await last_text(till.shop, RINA)
        assert f"Name {SARI}" in text
        assert "koreksi admin" in text


@pytest.mark.parametrize("typed", ["mutasi 32", "mutasi besok", f"mutasi {BUDI}", "mutasi @budi"])
async def test_an_unclear_period_is_answered_with_examples(till: Till, typed: str) -> None:
    await till.shop.says(typed)
    assert isinstance(till.shop.last(SARI), StatementPeriodUnclear)


async def test_a_statement_is_not_shown_in_a_group(till: Till) -> None:
    for typed in ("/mutasi", "/rek", "/mutasi csv"):
        await till.shop.says(typed, chat=GROUP)
        assert till.shop.last(GROUP) == PrivateChatOnly()


async def test_a_forged_tap_shows_nobody_elses_statement(till: Till) -> None:
    await till.shop.says("mutasi")
    await till.shop.speaks()
    message_id = till.shop.sender.to(SARI)[-1].message_id
    period = "20260921-20260921"
    forged = (
        *(f"statement:{BUDI}|{period}", f"statement:-1|{period}", "statement:1001|x", "statement:"),
        *(f"statement_file:{BUDI}|{period}|csv", f"statement_file:{SARI}|{period}|exe"),
        f"statement:{'9' * 40}|{period}",
    )
    for data in forged:
        toast = await till.shop.presses(data, by=SARI, message_id=message_id)
        assert toast is Toast.USED, data


async def test_an_ambiguous_word_is_asked_back_and_each_meaning_is_a_tap_away(till: Till) -> None:
    await a_day(till)
    for label, kind in (("Mutasi", Statement), ("Laporan", SalesReport)):
        await till.shop.says("rek 21")
        await till.shop.speaks()
        shown = till.shop.last(SARI)
        assert isinstance(shown, StatementChoice)
        await taps(till, label)
        assert isinstance(till.shop.last(SARI), kind)


async def taps(till: Till, word: str) -> None:
    data = {"Mutasi": "open_statement", "Laporan": "open_report"}[word]
    message_id = till.shop.sender.to(SARI)[-1].message_id
    toast = await till.shop.presses(till.shop.buttons(SARI)[data], by=SARI, message_id=message_id)
    assert toast is Toast.DONE
    await till.shop.speaks()


async def test_a_file_longer_than_a_page_holds_every_row_once(till: Till) -> None:
    count = ledger.ROWS_AT_ONCE + 1

    def enter(tx: Tx) -> None:
        shop_id = ledger.open_shop(tx, SARI, floor_idr=0, at_ms=1)
        legs = transfer_legs(
            1_000, source=(AccountKind.DEPOSITS, OPERATOR), target=(AccountKind.AVAILABLE, shop_id)
        )
        for index in range(count):
            source, at_ms = f"deposit:many-{index}", till.shop.clock() + index
            ledger.post(tx, Entry(source=source, kind=EntryKind.DEPOSIT, at_ms=at_ms, actor="", legs=legs))

    await till.shop.disk.write(enter)
    await till.shop.says("mutasi csv")
    await till.shop.speaks()
    _, *rows = rows_of(file_to(till.shop))
    assert [row[7] for row in rows] == [str(1_000 * (index + 1)) for index in range(count)]


def test_every_kind_of_entry_has_words() -> None:
    assert set(KINDS) == set(EntryKind)
