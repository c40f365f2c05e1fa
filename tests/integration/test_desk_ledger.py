"""The desk shows what moved the balance of a shop, and adjusts it and its limits as the chat does."""

import re

import pytest

from bot.desk.money import ROWS_SHOWN_AT_ONCE
from bot.features.accounts.decision import QUESTION_HOLDS_MS
from bot.ledger import EntryKind
from bot.notices.accounts import AdjustmentDone, BalanceAdjusted, LimitChanged
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, Shop
from tests.integration.desk import Browser
from tests.integration.test_assistants import ANI, hires
from tests.integration.test_desk_money import ASK, CONFIRM, Money, asks, confirmation, shop_of


@pytest.fixture
def money(shop: Shop) -> Money:
    return Money(shop)


@pytest.fixture
async def rina(money: Money) -> Browser:
    return await money.desk.signed_in()


class TestAdjustments:
    async def adjusts(self, browser: Browser, **typed: str) -> None:
        await asks(browser, shop_of(SARI), **({"move": "add", "amount": "100rb", "reason": "setor"} | typed))

    async def test_a_balance_is_adjusted_once_with_a_reason_that_all_read(
        self, money: Money, rina: Browser
    ) -> None:
        await money.till.receives(5_000)
        await self.adjusts(rina)
        assert "Rp105.000" in rina.page
        assert money.balance == 5_000
        form = confirmation(rina)
        for _ in range(3):
            await rina.post(CONFIRM, form)
        assert money.balance == 105_000
        assert money.till.count(EntryKind.ADJUSTMENT) == 1
        told = BalanceAdjusted(amount_idr=100_000, after_idr=105_000, reason="setor")
        assert money.shop.last(SARI) == told
        for admin in (RINA, DEWI):
            assert isinstance(money.shop.last(admin), AdjustmentDone)

    async def test_two_questions_of_the_same_words_are_two_adjustments(
        self, money: Money, rina: Browser
    ) -> None:
        for _ in range(2):
            await self.adjusts(rina)
            await rina.submit(CONFIRM)
        assert money.balance == 200_000
        await self.adjusts(rina)
        assert "Jumlah yang sama sudah dicatat" in rina.page

    async def test_no_more_is_deducted_than_there_is(self, money: Money, rina: Browser) -> None:
        await money.till.receives(5_000)
        await self.adjusts(rina, move="deduct", amount="6000")
        assert "Paling banyak Rp5.000" in rina.page
        await self.adjusts(rina, move="deduct", amount="5000")
        await rina.submit(CONFIRM)
        assert money.balance == 0

    async def test_what_was_spent_meanwhile_is_not_deducted(self, money: Money, rina: Browser) -> None:
        await money.till.receives(5_000)
        await self.adjusts(rina, move="deduct", amount="5000")
        await money.shop.says(f"/kurang {SARI} 1000 lain", by=DEWI)
        await money.shop.presses(money.shop.buttons(DEWI)["confirm_deduct"], by=DEWI)
        await rina.submit(CONFIRM)
        assert "Paling banyak Rp4.000" in rina.page
        assert money.balance == 4_000

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"amount": ""}, "Jumlahnya belum terbaca"),
            ({"amount": "-5000"}, "Jumlahnya belum terbaca"),
            ({"amount": "5.5"}, "Jumlahnya belum terbaca"),
            ({"amount": "9" * 20}, "Jumlahnya belum terbaca"),
            ({"reason": " \u200b\x00 "}, "Alasannya belum ada"),
        ],
    )
    async def test_what_cannot_be_read_is_asked_for_again(
        self, money: Money, rina: Browser, typed: dict[str, str], words: str
    ) -> None:
        await self.adjusts(rina, **typed)
        assert words in rina.page
        assert money.entries() == []

    async def test_an_old_question_is_asked_again_with_the_figures_of_now(
        self, money: Money, rina: Browser
    ) -> None:
        await self.adjusts(rina)
        form = confirmation(rina)
        await money.till.receives(7_000)
        money.shop.clock.passes(QUESTION_HOLDS_MS / 1000 + 1)
        await rina.post(CONFIRM, form)
        assert "Rp107.000" in rina.page
        assert money.balance == 7_000
        await rina.submit(CONFIRM)
        assert money.balance == 107_000
        assert (await rina.post(CONFIRM, form)).headers["Location"].endswith("moved=no")

    async def test_a_kept_question_moves_what_was_shown_whatever_the_form_says(
        self, money: Money, rina: Browser
    ) -> None:
        await self.adjusts(rina)
        await rina.submit(CONFIRM, amount="900000", user=str(BUDI), move="deduct")
        assert money.balance == 100_000

    @pytest.mark.parametrize("move", ["", "transfer", "ADD"])
    async def test_a_form_that_no_page_shows_asks_nothing(
        self, money: Money, rina: Browser, move: str
    ) -> None:
        await rina.get(shop_of(SARI))
        form = next(form for path, form in rina.forms() if path == ASK)
        assert (await rina.post(ASK, form | {"move": move})).status_code == 404
        assert money.shop.rows("SELECT * FROM buttons") == []

    @pytest.mark.parametrize("key", ["", "a-guess", "\x00", "é" * 100])
    async def test_a_key_that_nobody_made_confirms_nothing(
        self, money: Money, rina: Browser, key: str
    ) -> None:
        await self.adjusts(rina)
        await rina.submit(CONFIRM, key=key)
        assert "Tidak ada yang dipindahkan sekarang" in rina.page
        assert money.entries() == []


class TestLimits:
    @pytest.mark.parametrize(
        ("move", "amount", "column", "stored"),
        [
            ("credit_limit", "500rb", "floor_idr", -500_000),
            ("credit_limit", "bebas", "floor_idr", None),
            ("daily_limit", "2jt", "daily_limit_idr", 2_000_000),
        ],
    )
    async def test_a_limit_is_set_in_two_steps_and_written_down(
        self, money: Money, rina: Browser, move: str, amount: str, column: str, stored: int | None
    ) -> None:
        await money.till.receives(5_000)
        await asks(rina, shop_of(SARI), move=move, amount=amount)
        assert money.shop.rows("SELECT * FROM limit_changes") == []
        form = confirmation(rina)
        for _ in range(2):
            await rina.post(CONFIRM, form)
        (change,) = money.shop.rows("SELECT * FROM limit_changes")
        assert change["changed_by"] == RINA
        (account,) = money.shop.rows("SELECT * FROM accounts WHERE kind = 'available' AND shop_id > 0")
        assert account[column] == stored
        assert isinstance(money.shop.last(DEWI), LimitChanged)

    @pytest.mark.parametrize(
        ("move", "amount"), [("daily_limit", "0"), ("credit_limit", ""), ("credit_limit", "harian 5000")]
    )
    async def test_a_limit_that_cannot_be_read_is_asked_for_again(
        self, rina: Browser, move: str, amount: str
    ) -> None:
        await asks(rina, shop_of(SARI), move=move, amount=amount)
        assert "Limitnya belum terbaca" in rina.page


class TestLedger:
    async def test_a_shop_is_found_by_name_and_id(self, money: Money, rina: Browser) -> None:
        await money.shop.says("halo", by=SARI)
        await money.shop.says("halo", by=BUDI)
        for typed in (str(SARI), f"Name {SARI}"):
            found = await rina.get(f"/desk/money/shops?q={typed}")
            assert found.headers["Location"] == shop_of(SARI)
        await rina.get("/desk/money/shops?q=Name")
        assert shop_of(SARI) in rina.page
        assert shop_of(BUDI) in rina.page
        for typed in ("", "tidak-ada", "%2500", "%25", "_"):
            assert (await rina.get(f"/desk/money/shops?q={typed}")).status_code == 200

    async def test_an_assistant_leads_to_the_shop(self, money: Money, rina: Browser) -> None:
        await money.shop.says("halo", by=SARI)
        await hires(money.shop, ANI)
        for typed in (str(ANI), f"@user{ANI}", f"Name {ANI}"):
            found = await rina.get(f"/desk/money/shops?q={typed}")
            assert found.headers["Location"] == shop_of(SARI)
        assert (await rina.get(shop_of(ANI))).headers["Location"] == shop_of(SARI)

    async def test_a_statement_has_each_balance_before_and_after(self, money: Money, rina: Browser) -> None:
        for amount in ("5000", "7000"):
            await money.shop.says(f"/tambah {SARI} {amount} setor {amount}", by=RINA)
            await money.shop.presses(money.shop.buttons(RINA)["confirm_add"])
        await rina.get(shop_of(SARI))
        assert "2 mutasi. Saldo awal Rp0, akhir Rp12.000" in rina.page
        latest = rina.page[rina.page.index("setor 7000") :]
        numbers = re.findall(r'class="number"[^>]*>([^<]*)<', latest)[:3]
        assert numbers == ["Rp5.000", "+Rp7.000", "Rp12.000"]

    async def test_a_statement_is_of_the_days_that_are_asked_for(self, money: Money, rina: Browser) -> None:
        await money.shop.says(f"/tambah {SARI} 5000 hari satu", by=RINA)
        await money.shop.presses(money.shop.buttons(RINA)["confirm_add"])
        await rina.get(f"{shop_of(SARI)}?from=2020-01-01&until=2020-01-31")
        assert "hari satu" not in rina.page
        assert "Tidak ada mutasi di hari-hari ini" in rina.page

    @pytest.mark.parametrize(
        "days",
        [
            "from=2026-11-02&until=2026-11-01",
            "from=x&until=y",
            "from=2020-01-01",
            "from=0001-01-01&until=9999-12-31",
        ],
    )
    async def test_days_that_cannot_be_shown_are_said_to_be(self, rina: Browser, days: str) -> None:
        assert (await rina.get(f"{shop_of(SARI)}?{days}")).status_code == 200
        assert "Tanggal itu tidak bisa ditampilkan" in rina.page
        assert (await rina.get(f"/desk/money/file?reseller={SARI}&{days}&form=csv")).status_code == 404

    async def test_all_entries_are_reached_page_by_page(self, money: Money, rina: Browser) -> None:
        count = ROWS_SHOWN_AT_ONCE + 5
        for number in range(count):
            await money.shop.says(f"/tambah {SARI} 100 ke-{number}.", by=RINA)
            await money.shop.presses(money.shop.buttons(RINA)["confirm_add"])
        seen: list[int] = []
        address = shop_of(SARI)
        while address:
            await rina.get(address)
            assert f"{count} mutasi. Saldo awal Rp0, akhir Rp10.500" in rina.page
            seen += [number for number in range(count) if f"ke-{number}." in rina.page]
            before, is_linked, _ = rina.page.partition('">Lebih lama')
            address = before.rpartition('href="')[2] if is_linked else ""
        assert sorted(seen) == list(range(count))

    @pytest.mark.parametrize(("form", "beginning"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
    async def test_a_statement_is_a_file_too(
        self, money: Money, rina: Browser, form: str, beginning: bytes
    ) -> None:
        await money.shop.says(f"/tambah {SARI} 5000 setor tunai", by=RINA)
        await money.shop.presses(money.shop.buttons(RINA)["confirm_add"])
        await rina.get(shop_of(SARI))
        address = next(part.partition('"')[0] for part in rina.page.split('href="') if f"form={form}" in part)
        file = await rina.get(address)
        assert file.content.startswith(beginning)
        assert file.headers["Content-Disposition"].endswith(f'.{form}"')
        assert file.headers["Cache-Control"] == "no-store"
        if form == "csv":
            assert "setor tunai" in file.text

    @pytest.mark.parametrize("whose", ["x", "1", "9" * 400, "%00", "-1"])
    async def test_a_shop_that_does_not_exist_is_a_page_that_says_so(self, rina: Browser, whose: str) -> None:
        assert (await rina.get(f"/desk/money/shops/{whose}")).status_code == 404
        assert (await rina.get(f"/desk/money/file?reseller={whose}&form=pdf")).status_code == 404

    async def test_looking_at_a_shop_without_money_opens_no_account(
        self, money: Money, rina: Browser
    ) -> None:
        await rina.get(shop_of(BUDI))
        assert "Belum ada uang yang bergerak" in rina.page
        assert money.shop.rows("SELECT * FROM shops") == []
