"""Who bought a product lately is told its new price: once, at the prices of their level, if they want."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from bot.catalogue.product import LevelPrice, Product
from bot.notices.news import PriceDigest, PriceDigestSent, PriceMove
from bot.texts.formatting import Clock, rupiah
from bot.texts.render import render
from storage import price_digests
from storage.restores import start_quarantine
from tests.integration.conftest import BUDI, RINA, SARI, ZONE, Shop
from tests.integration.fakes import success_of
from tests.integration.test_placing import S5, S10, T5

COST = 4_444
S5_FOR = replace(
    S5, price_idr=6_000, cost_idr=COST, level_prices=(LevelPrice(level="emas", price_idr=5_500),)
)
S10_FOR = replace(S10, price_idr=11_000, cost_idr=COST, is_open=True)
T5_FOR = replace(T5, price_idr=5_900, cost_idr=COST)
GOODS = (S5_FOR, S10_FOR, T5_FOR)
MINUTES = 60


def repriced(goods: Iterable[Product], by_idr: int) -> tuple[Product, ...]:
    return tuple(replace(product, price_idr=(product.price_idr or 0) + by_idr) for product in goods)


async def buys(shop: Shop, text: str, *, by: int) -> None:
    order = await shop.asks(text, by=by)
    await shop.posts()
    await shop.reversals.receive(success_of(order), "1.2.3.4")
    await shop.speaks()


async def passes(shop: Shop, minutes: float) -> None:
    """Let time pass, and the worker run until it has nothing more to do."""
    shop.clock.passes(minutes * MINUTES)
    for _ in range(20):
        await shop.news.run_once()
        await shop.speaks()


def digests(shop: Shop, user_id: int) -> list[PriceDigest]:
    found = [shop.notice(row) for row in shop.messages(user_id)]
    return [notice for notice in found if isinstance(notice, PriceDigest)]


def moves(shop: Shop, user_id: int) -> list[tuple[str, int, int]]:
    (digest,) = digests(shop, user_id)
    return [(move.code, move.old_price_idr, move.price_idr) for move in digest.moves]


@pytest.fixture
async def market(shop: Shop) -> Shop:
    """Return a shop where Sari bought S5 and S10, and Budi, who is gold, S5."""
    await shop.sells(*GOODS)
    for text in ("/level emas 100", f"/level {BUDI} emas"):
        await shop.says(text, by=RINA)
    await buys(shop, "s5.081234567890", by=SARI)
    await buys(shop, "s10.081234567891", by=SARI)
    await buys(shop, "s5.081234567892", by=BUDI)
    return shop


async def test_who_bought_it_is_told_the_old_and_the_new_price_up_and_down(market: Shop) -> None:
    up, down, other = repriced(GOODS, 100)
    await market.sells(up, replace(down, price_idr=10_500), other)
    await passes(market, 6)
    assert moves(market, SARI) == [("S5", 6_000, 6_100), ("S10", 11_000, 10_500)]
    assert market.last(RINA) == PriceDigestSent(people_count=1, at_ms=market.clock())
    text = market.sender.to(SARI)[-1].text
    assert "🔺 S5" in text
    assert "🔻 S10" in text


async def test_each_reads_the_prices_of_their_own_level_and_no_cost(market: Shop) -> None:
    s5, s10, t5 = GOODS
    dearer = replace(s5, level_prices=(LevelPrice(level="emas", price_idr=5_650),), cost_idr=5_111)
    await market.sells(dearer, s10, t5)
    await passes(market, 6)
    assert moves(market, BUDI) == [("S5", 5_500, 5_650)]
    assert digests(market, SARI) == []
    shown = market.sender.to(BUDI)[-1].text
    for secret in (6_000, COST, 5_111):
        assert rupiah(secret) not in shown


async def test_a_new_markup_changes_the_prices_of_its_level(market: Shop) -> None:
    await buys(market, "s10.081234567893", by=BUDI)
    await market.says("/level emas 300", by=RINA)
    await passes(market, 6)
    assert moves(market, BUDI) == [("S10", 11_100, 11_300)]
    assert digests(market, SARI) == []


async def test_three_lists_in_a_row_make_one_digest_from_the_first_price_to_the_last(market: Shop) -> None:
    for by_idr in (100, -50, 250):
        await market.sells(*repriced(GOODS, by_idr))
        await passes(market, 3)
        assert digests(market, SARI) == []
    await passes(market, 3)
    assert moves(market, SARI) == [("S5", 6_000, 6_250), ("S10", 11_000, 11_250)]
    await passes(market, 60)
    assert len(digests(market, SARI)) == 1


async def test_a_price_that_is_put_back_is_no_news(market: Shop) -> None:
    await market.sells(*repriced(GOODS, 5_000))
    await market.sells(*GOODS)
    await passes(market, 6)
    assert digests(market, SARI) == digests(market, BUDI) == []
    assert "PriceDigestSent" not in market.kinds(RINA)


async def test_who_changes_prices_all_day_is_told_every_half_an_hour(market: Shop) -> None:
    for number in range(11):
        await market.sells(*repriced(GOODS, 10 * (number + 1)))
        await passes(market, 4)
    assert len(digests(market, SARI)) == 1


async def test_only_what_was_bought_in_the_last_thirty_days_is_told(market: Shop) -> None:
    market.clock.passes(20 * 24 * 60 * MINUTES)
    await buys(market, "s10.081234567894", by=SARI)
    market.clock.passes(20 * 24 * 60 * MINUTES)
    await market.sells(*repriced(GOODS, 100))
    await passes(market, 6)
    assert moves(market, SARI) == [("S10", 11_000, 11_100)]
    assert digests(market, BUDI) == []


async def test_what_failed_was_not_bought(market: Shop) -> None:
    market.biller.refuses()
    await market.asks("t5.081234567890", by=BUDI)
    await market.posts()
    await market.sells(*repriced(GOODS, 100))
    await passes(market, 6)
    assert digests(market, BUDI) == []


async def test_a_closed_or_removed_product_is_left_out(market: Shop) -> None:
    s5, s10, t5 = repriced(GOODS, 100)
    await market.sells(replace(s10, is_open=False), t5)
    await passes(market, 6)
    assert digests(market, SARI) == []
    await market.sells(s5, s10, t5)
    await passes(market, 6)
    assert digests(market, SARI) == []


async def test_who_wants_no_news_is_not_told(market: Shop) -> None:
    await market.says("berhenti info", by=SARI)
    await market.sells(*repriced(GOODS, 100))
    await passes(market, 6)
    assert digests(market, SARI) == []


async def test_nobody_is_told_where_the_operator_wants_none(market: Shop) -> None:
    market.starts(price_notices=False)
    await market.sells(*repriced(GOODS, 100))
    await passes(market, 6)
    market.starts(price_notices=True)
    await passes(market, 6)
    assert digests(market, SARI) == []


async def test_the_operator_sets_how_long_changes_are_collected(market: Shop) -> None:
    market.starts(price_notice_delay_ms=10 * MINUTES * 1000)
    await market.sells(*repriced(GOODS, 100))
    await passes(market, 6)
    assert digests(market, SARI) == []
    await passes(market, 5)
    assert len(digests(market, SARI)) == 1
    market.starts(price_notice_delay_ms=0)
    await market.sells(*repriced(GOODS, 200))
    await passes(market, 0)
    assert len(digests(market, SARI)) == 2


async def test_a_list_of_many_products_is_counted_and_fits(market: Shop) -> None:
    many = tuple(
        replace(S5_FOR, code=f"s{number}", name=f"Telkomsel {number}.000 kuota masa aktif 30 hari")
        for number in range(20, 40)
    )
    await market.sells(*GOODS, *many)
    for number, product in enumerate(many):
        await buys(market, f"{product.code}.08123456{number:04d}", by=SARI)
    await market.sells(*repriced((*GOODS, *many), 100))
    await passes(market, 6)
    (digest,) = digests(market, SARI)
    assert (len(digest.moves), digest.more_count) == (10, 12)
    assert len("".join(span.text for span in render(digest, Clock(ZONE)).text)) <= 1_000


@pytest.mark.parametrize("boundary", range(6))
async def test_a_kill_at_any_moment_tells_everybody_once(market: Shop, boundary: int) -> None:
    crowd = tuple(range(3001, 3021))
    await market.hires(*crowd)
    for number, user_id in enumerate(crowd):
        await buys(market, f"s10.08123400{number:04d}", by=user_id)
    await market.sells(*repriced(GOODS, 100))
    market.clock.passes(6 * MINUTES)
    for step in range(boundary):
        await (market.speaks() if step % 3 == 2 else market.news.run_once())
    market.starts()
    await passes(market, 0)
    assert all(len(digests(market, user_id)) == 1 for user_id in (SARI, *crowd))
    sent = market.last(RINA)
    assert isinstance(sent, PriceDigestSent)
    assert sent.people_count == len(crowd) + 1


async def test_a_clock_that_is_set_back_does_not_hold_it_for_hours(market: Shop) -> None:
    await market.sells(*repriced(GOODS, 100))
    market.clock.jumps(-24 * 3_600)
    await passes(market, 0)
    assert len(digests(market, SARI)) == 1


async def test_a_restored_copy_tells_nobody_of_prices_of_then(market: Shop) -> None:
    await market.sells(*repriced(GOODS, 100))
    await market.disk.write(
        lambda tx: start_quarantine(
            tx, restored_at_ms=market.clock(), backup_at_ms=0, gap_until_ms=market.clock()
        )
    )
    await passes(market, 6)
    assert digests(market, SARI) == []
    assert await market.disk.read(price_digests.collecting) is None


def test_a_digest_names_each_product_with_both_prices() -> None:
    digest = PriceDigest(
        moves=(PriceMove(code="s5", name="", old_price_idr=6_000, price_idr=6_100),), more_count=0, at_ms=0
    )
    shown = "".join(span.text for span in render(digest, Clock(ZONE)).text)
    assert "🔺 s5: Rp6.000 → Rp6.100" in shown
