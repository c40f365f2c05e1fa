"""In the evening admins get the shop's day with a picture, resellers their own: once, and never days late."""

from datetime import date, timedelta

import pytest

from bot.features.history.recap import RECIPIENTS_AT_ONCE, day_to_recap
from bot.grammar.period import midnight_ms
from bot.notices.buttons import Action
from bot.notices.recaps import DailyRecap, RecapSwitched
from bot.orders.model import ExpiryReason, FailureCause, State
from bot.texts.formatting import AttachmentKind
from bot.updates import Toast
from storage import balances
from storage.balances import ReportedBalance
from tests.integration.conftest import BUDI, DEWI, GROUP, RINA, SARI, ZONE, Shop
from tests.integration.fakes import START_MS
from tests.integration.looked import DONE, labels, last_text, remembers

MINUTE = 21 * 60
"""The shop opens its day at 21:13:20 on 21/09/2026, when the recap is due."""

DAY_S = 86_400
TODAY = "20260921-20260921"


@pytest.fixture
async def evening(shop: Shop) -> Shop:
    """A shop after its hour of the recap, with a day's orders of two resellers."""
    shop.starts(recap_minute=MINUTE)
    for number in range(1, 4):
        await remembers(shop, number)
    await remembers(shop, 4, product_code="s10", price_idr=11_500, cost_idr=10_400)
    await remembers(
        shop, 5, state=State.FAILED, sn=None, cost_idr=None, failure_cause=FailureCause.DESTINATION
    )
    await remembers(shop, 6, state=State.EXPIRED, sn=None, cost_idr=None, expiry=ExpiryReason.NEVER_SENT)
    await remembers(shop, 7, state=State.UNKNOWN, sn=None, cost_idr=None)
    await remembers(shop, 8, user_id=BUDI, chat_id=BUDI)
    return shop


async def closes(shop: Shop) -> None:
    """Run the worker until it has nothing more to send now."""
    while not await shop.recap.run_once():
        pass


def recaps(shop: Shop, chat: int) -> list[DailyRecap]:
    notices = [shop.notice(row) for row in shop.messages(chat)]
    return [notice for notice in notices if isinstance(notice, DailyRecap)]


class TestWhatItSays:
    async def test_admins_read_the_day_of_the_shop_under_its_picture(self, evening: Shop) -> None:
        await closes(evening)
        said = await last_text(evening, RINA)
        assert said.splitlines()[:12] == [
            "🌙 Rekap 21/09/2026",
            "Pesanan: 8 · sukses 71,4%",
            "✅ 5 · ❔ 1 · ❌ 1 · ⌛ 1",
            "Penjualan: Rp36.700",
            "Modal: Rp33.200",
            "Laba: Rp3.500",
            "",
            "Paling laku:",
            "s5: 4 · Rp25.200",
            "s10: 1 · Rp11.500",
            "",
            "Gagal atau tidak diproses karena:",
        ]
        assert {"nomor salah: 1", "biller tidak bisa dihubungi: 1"} <= set(said.splitlines())
        assert "⚠️ Perlu keputusan: 1, lihat /tertunda" in said
        attachment = evening.sender.to(RINA)[-1].outgoing.attachment
        assert attachment
        assert (attachment.form, attachment.name) == (AttachmentKind.PICTURE, "rekap-20260921.png")

    async def test_a_reseller_reads_their_own_day_without_costs(self, evening: Shop) -> None:
        await closes(evening)
        said = await last_text(evening)
        assert said.splitlines()[:4] == [
            "🌙 Rekap 21/09/2026 · pesanan Anda",
            "Pesanan: 7 · sukses 66,6%",
            "✅ 4 · ❔ 1 · ❌ 1 · ⌛ 1",
            "Total sukses: Rp30.400",
        ]
        assert "Modal" not in said
        assert "Laba" not in said
        assert evening.sender.to(SARI)[-1].outgoing.attachment is None

    async def test_the_balance_at_the_biller_is_said_as_it_was_reported(self, evening: Shop) -> None:
        reported = ReportedBalance(
            balance_idr=1_234_567, reported_at_ms=START_MS, source="answer", trxid=DONE.trxid
        )
        await evening.disk.write(lambda tx: balances.report_balance(tx, reported))
        await closes(evening)
        assert "Saldo biller: Rp1.234.567, 21/09 21:13:20 WIB" in await last_text(evening, RINA)

    async def test_sums_are_those_of_the_day_even_when_the_message_leaves_late(self, evening: Shop) -> None:
        await closes(evening)
        evening.clock.passes(DAY_S)
        await remembers(evening, 9, placed_at_ms=START_MS + DAY_S * 1000)
        assert "Pesanan: 8" in await last_text(evening, RINA)


class TestWhoGetsIt:
    async def test_each_admin_and_each_reseller_who_ordered_gets_one(self, evening: Shop) -> None:
        await closes(evening)
        for chat in (RINA, DEWI):
            assert recaps(evening, chat) == [DailyRecap(user_id=None, period=TODAY)]
        for chat in (SARI, BUDI):
            assert recaps(evening, chat) == [DailyRecap(user_id=chat, period=TODAY)]

    async def test_who_did_not_order_today_gets_none(self, shop: Shop) -> None:
        shop.starts(recap_minute=MINUTE)
        await remembers(shop, 1, placed_at_ms=midnight_ms(date(2026, 9, 21), ZONE) - 1)
        await remembers(shop, 2, user_id=BUDI, chat_id=BUDI)
        await closes(shop)
        assert recaps(shop, SARI) == []
        assert len(recaps(shop, BUDI)) == 1

    async def test_a_day_without_orders_has_no_recap_and_its_first_order_later_brings_none(
        self, shop: Shop
    ) -> None:
        shop.starts(recap_minute=MINUTE)
        await closes(shop)
        await remembers(shop, 1)
        await closes(shop)
        assert (recaps(shop, RINA), recaps(shop, SARI)) == ([], [])

    async def test_who_is_known_from_a_group_only_is_not_written_to(self, shop: Shop) -> None:
        shop.starts(recap_minute=MINUTE)
        await remembers(shop, 1, chat_id=GROUP)
        await closes(shop)
        assert (len(recaps(shop, RINA)), recaps(shop, SARI), recaps(shop, GROUP)) == (1, [], [])

    async def test_an_admin_who_orders_gets_the_shops_and_a_removed_reseller_none(self, shop: Shop) -> None:
        shop.starts(recap_minute=MINUTE)
        await remembers(shop, 1, user_id=RINA, chat_id=RINA)
        await remembers(shop, 2, user_id=BUDI, chat_id=BUDI)
        await shop.says("/bekukan 1002", by=RINA)
        await closes(shop)
        assert [each.user_id for each in recaps(shop, RINA)] == [None]
        assert recaps(shop, BUDI) == []

    async def test_a_crowd_is_served_a_few_at_a_time_and_nobody_is_left_out(self, shop: Shop) -> None:
        crowd = range(2_000, 2_000 + 2 * RECIPIENTS_AT_ONCE + 3)
        await shop.hires(*crowd)
        shop.starts(recap_minute=MINUTE)
        for number, user_id in enumerate(crowd):
            await remembers(shop, number, user_id=user_id, chat_id=user_id)
        assert await shop.recap.run_once() == 0
        assert await shop.recap.run_once() == 0
        shop.starts(recap_minute=MINUTE)
        await closes(shop)
        assert {user_id: len(recaps(shop, user_id)) for user_id in crowd} == dict.fromkeys(crowd, 1)
        assert len(recaps(shop, RINA)) == 1


class TestWhen:
    async def test_once_a_day_across_restarts(self, evening: Shop) -> None:
        for _ in range(3):
            await closes(evening)
            evening.clock.passes(600)
            evening.starts(recap_minute=MINUTE)
        assert (len(recaps(evening, RINA)), len(recaps(evening, SARI))) == (1, 1)
        evening.clock.passes(DAY_S)
        await remembers(evening, 9, placed_at_ms=START_MS + DAY_S * 1000)
        await closes(evening)
        assert [each.period for each in recaps(evening, RINA)] == [TODAY, "20260922-20260922"]

    async def test_a_bot_that_was_down_sends_it_the_same_day_and_on_the_next_not_any_more(
        self, evening: Shop
    ) -> None:
        evening.clock.passes(2 * 3600)
        await closes(evening)
        assert len(recaps(evening, RINA)) == 1

    async def test_a_day_that_was_missed_is_not_made_up_for(self, evening: Shop) -> None:
        evening.clock.passes(3 * 3600)
        await closes(evening)
        evening.clock.passes(21 * 3600)
        await closes(evening)
        assert recaps(evening, RINA) == []

    async def test_two_workers_send_one(self, evening: Shop) -> None:
        first = evening.recap
        evening.starts(recap_minute=MINUTE)
        while not await first.run_once() or not await evening.recap.run_once():
            pass
        assert [len(recaps(evening, chat)) for chat in (RINA, DEWI, SARI, BUDI)] == [1, 1, 1, 1]

    async def test_without_an_hour_there_is_none(self, evening: Shop) -> None:
        evening.starts(recap_minute=None)
        await evening.recap.run_once()
        assert recaps(evening, RINA) == []

    @pytest.mark.parametrize(
        ("hour", "minute", "recap_minute", "days_ago"),
        [
            (20, 59, MINUTE, None),
            (21, 0, MINUTE, 0),
            (23, 59, MINUTE, 0),
            (0, 0, MINUTE, None),
            (0, 29, 30, None),
            (0, 30, 30, 1),
            (15, 0, 30, 1),
        ],
    )
    def test_before_noon_it_is_about_the_day_before(
        self, hour: int, minute: int, recap_minute: int, days_ago: int | None
    ) -> None:
        today = date(2026, 9, 21)
        now_ms = midnight_ms(today, ZONE) + (60 * hour + minute) * 60_000
        expected = None if days_ago is None else today - timedelta(days=days_ago)
        assert day_to_recap(now_ms, ZONE, recap_minute) == expected


class TestOptOut:
    @pytest.mark.parametrize(("who", "typed"), [(SARI, "rekap mati"), (RINA, "/rekap off")])
    async def test_who_says_so_gets_no_more_until_they_say_otherwise(
        self, evening: Shop, who: int, typed: str
    ) -> None:
        await evening.says(typed, by=who)
        assert evening.last(who) == RecapSwitched(is_wanted=False, at_minute=MINUTE)
        await closes(evening)
        assert recaps(evening, who) == []
        assert len(recaps(evening, BUDI)) == 1
        await evening.says("rekap nyala", by=who)
        assert "sekitar pukul 21.00" in await last_text(evening, who)
        evening.clock.passes(DAY_S)
        await remembers(evening, 9, placed_at_ms=START_MS + DAY_S * 1000)
        await closes(evening)
        assert len(recaps(evening, who)) == 1

    async def test_a_tap_below_the_recap_turns_it_off_once(self, evening: Shop) -> None:
        await closes(evening)
        await evening.speaks()
        button = labels(evening)[Action.RECAP_OFF]
        for _ in range(2):
            assert await evening.presses(button, by=SARI) is Toast.DONE
        assert evening.kinds(SARI).count("RecapSwitched") == 1
        evening.clock.passes(DAY_S)
        await remembers(evening, 9, placed_at_ms=START_MS + DAY_S * 1000)
        await closes(evening)
        assert len(recaps(evening, SARI)) == 1


async def test_rekap_alone_is_still_the_month(shop: Shop) -> None:
    await shop.says("rekap")
    assert shop.kinds(SARI) == ["SalesReport"]


async def test_an_admin_asks_for_the_recap_of_any_day(evening: Shop) -> None:
    evening.clock.passes(DAY_S)
    await evening.says("lap kemarin gambar", by=RINA)
    assert "🌙 Rekap 21/09/2026" in await last_text(evening, RINA)
    await evening.says("lap gambar", by=SARI)
    assert evening.kinds(SARI)[-1] == "SalesReport"
    await evening.says("/lap gambar", by=RINA, chat=GROUP)
    assert evening.kinds(GROUP) == ["SalesReport"]
