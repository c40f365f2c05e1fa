"""A product that the biller fails for everybody closes by itself, is probed by one order, and opens again."""

from typing import Any

import pytest

from bot.notices.buttons import Action
from bot.notices.catalogue import ProductClosedByFailures, ProductKeptClosed, ProductWorksAgain
from bot.notices.orders import OrderFailed, OrderReceived
from bot.notices.placing import ClosedReason, ProductClosed
from bot.notices.shopping import PriceListPage
from bot.orders.model import FailureCause, Order, State
from bot.orders.product_health import HealthRules
from bot.updates import Toast
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, Shop
from tests.integration.fakes import success_of
from tests.integration.test_placing import S5, S10

PAUSE_S = 900
RULES = HealthRules(failures_to_close=3, pause_ms=PAUSE_S * 1000)


def number(index: int) -> str:
    return f"0812{index:08d}"


@pytest.fixture
async def watched(shop: Shop) -> Shop:
    shop.starts(health_rules=RULES)
    await shop.sells(S5, S10)
    return shop


async def fails(
    shop: Shop, index: int, reason: str = "produk gangguan", *, destination: str = "", ordinal: str = ""
) -> Order:
    """Let an order of S5 be refused by the biller."""
    shop.biller.refuses(reason, FailureCause.PRODUCT_UNAVAILABLE)
    order = await shop.asks(f"s5.{ordinal}{destination or number(index)}")
    await shop.posts()
    return order


async def closes(shop: Shop) -> None:
    for index in range(3):
        await fails(shop, index)
    assert isinstance(shop.last(RINA), ProductClosedByFailures)


async def is_refused(shop: Shop, index: int = 50, *, by: int = SARI) -> bool:
    await shop.says(f"s5.{number(index)}", by=by)
    last = shop.last(by)
    assert isinstance(last, ProductClosed | OrderReceived)
    return isinstance(last, ProductClosed)


async def test_three_failures_of_three_numbers_close_it_and_the_next_is_refused_with_another(
    watched: Shop,
) -> None:
    for index in range(2):
        await fails(watched, index)
    assert not await is_refused(watched, 40, by=BUDI)
    await fails(watched, 2)
    assert await is_refused(watched)
    closed = watched.last(SARI)
    assert isinstance(closed, ProductClosed)
    assert closed.closure is ClosedReason.TROUBLE
    assert [offer.intent.product_code for offer in closed.others] == ["S10"]
    for admin in (RINA, DEWI):
        card = watched.last(admin)
        assert isinstance(card, ProductClosedByFailures)
        assert (card.code, card.failure_count, card.reason) == ("S5", 3, "produk gangguan")
        assert card.probe_at_ms == watched.clock() + PAUSE_S * 1000


async def test_no_money_is_held_for_what_is_refused(watched: Shop) -> None:
    await closes(watched)
    entries = watched.rows("SELECT count(*) AS count FROM entries")
    assert await is_refused(watched)
    assert watched.rows("SELECT count(*) AS count FROM entries") == entries
    assert len(watched.rows("SELECT trxid FROM orders")) == 3


async def test_the_number_of_one_customer_closes_nothing(watched: Shop) -> None:
    for _ in range(6):
        await fails(watched, 1)
    assert not await is_refused(watched)


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("nomor tujuan salah", FailureCause.DESTINATION),
        ("saldo tidak cukup", FailureCause.DEPOSIT),
        ("server gangguan", FailureCause.OTHER),
        ("nomor melebihi limit", FailureCause.OTHER),
        ("nomor tujuan tidak tersedia", FailureCause.PRODUCT_UNAVAILABLE),
    ],
)
async def test_what_speaks_of_a_customer_or_of_the_biller_closes_nothing(
    watched: Shop, reason: str, cause: FailureCause
) -> None:
    for index in range(5):
        watched.biller.refuses(reason, cause)
        await watched.asks(f"s5.{number(index)}")
        await watched.posts()
    assert not await is_refused(watched)


async def test_a_success_in_between_resets_the_count(watched: Shop) -> None:
    for index in range(2):
        await fails(watched, index)
    watched.biller.accepts()
    order = await watched.asks(f"s5.{number(10)}")
    await watched.posts()
    await watched.reversals.receive(success_of(order), "1.2.3.4")
    for index in range(20, 22):
        await fails(watched, index)
    assert not await is_refused(watched)


async def test_a_failure_reported_later_counts_as_a_refusal_does(watched: Shop) -> None:
    watched.biller.accepts()
    orders = [await watched.asks(f"s5.{number(index)}") for index in range(3)]
    await watched.posts()
    for order in orders:
        text = f"Transaksi+S5.{order.destination}+GAGAL.+Stok+kosong"
        query = f"status=1&refid={order.trxid}&product=S5&qty=1&dest={order.destination}&message={text}"
        await watched.reversals.receive(query.encode(), "1.2.3.4")
    assert await is_refused(watched)


async def test_after_the_pause_exactly_one_order_is_let_through(watched: Shop) -> None:
    await closes(watched)
    watched.clock.passes(PAUSE_S - 1)
    assert await is_refused(watched)
    watched.clock.passes(1)
    await watched.says(f"s5.{number(60)}\ns5.{number(61)}")
    assert len(watched.rows("SELECT trxid FROM orders")) == 4
    assert await is_refused(watched, 62, by=BUDI)
    watched.clock.passes(10 * PAUSE_S)
    assert await is_refused(watched, 63)


async def test_a_probe_that_cannot_be_paid_for_leaves_room_for_another(watched: Shop) -> None:
    await closes(watched)
    watched.clock.passes(PAUSE_S)
    await watched.says("/limit 1001 0", by=RINA)
    await watched.says(f"s5.{number(60)}")
    assert len(watched.rows("SELECT trxid FROM orders")) == 3
    assert not await is_refused(watched, 61, by=BUDI)


async def probes(shop: Shop, index: int = 60) -> Order:
    shop.clock.passes(PAUSE_S)
    return await shop.asks(f"s5.{number(index)}")


async def test_the_probe_that_succeeds_opens_it_and_the_admins_read_so(watched: Shop) -> None:
    await closes(watched)
    watched.biller.accepts()
    probe = await probes(watched)
    await watched.posts()
    assert await is_refused(watched)
    await watched.reversals.receive(success_of(probe), "1.2.3.4")
    for admin in (RINA, DEWI):
        again = watched.last(admin)
        assert isinstance(again, ProductWorksAgain)
        assert (again.code, again.admin_name) == ("S5", "")
    assert not await is_refused(watched)
    assert watched.rows("SELECT * FROM product_health") == []


async def test_the_probe_that_fails_closes_it_for_twice_as_long(watched: Shop) -> None:
    await closes(watched)
    told = len(watched.messages(RINA))
    watched.biller.refuses("produk gangguan", FailureCause.PRODUCT_UNAVAILABLE)
    await probes(watched)
    await watched.posts()
    watched.clock.passes(2 * PAUSE_S - 1)
    assert await is_refused(watched)
    watched.clock.passes(1)
    assert not await is_refused(watched)
    assert len(watched.messages(RINA)) == told


async def test_a_probe_with_a_wrong_number_makes_room_for_the_next(watched: Shop) -> None:
    await closes(watched)
    watched.biller.refuses("nomor tujuan salah", FailureCause.DESTINATION)
    await probes(watched)
    await watched.posts()
    assert not await is_refused(watched, 61)


async def test_a_probe_that_was_never_sent_makes_room_for_the_next(watched: Shop) -> None:
    await closes(watched)
    probe = await probes(watched)
    watched.clock.passes(601)
    await watched.posts()
    assert (await watched.order(probe.trxid)).state is State.EXPIRED
    assert not await is_refused(watched, 61)


async def test_nothing_is_forgotten_by_a_restart(watched: Shop) -> None:
    await closes(watched)
    watched.starts(health_rules=RULES)
    assert await is_refused(watched)
    await probes(watched)
    watched.starts(health_rules=RULES)
    assert await is_refused(watched, 70)


async def test_an_admin_opens_it_at_once_and_the_other_admins_card_says_so(watched: Shop) -> None:
    await closes(watched)
    await watched.speaks()
    assert await watched.presses(watched.buttons(RINA)[Action.OPEN_PRODUCT]) is Toast.DONE
    again = watched.last(DEWI)
    assert isinstance(again, ProductWorksAgain)
    assert again.admin_name == f"Name {RINA}"
    assert not await is_refused(watched)


async def test_an_admin_keeps_it_closed_until_an_admin_opens_it(watched: Shop) -> None:
    await closes(watched)
    await watched.speaks()
    assert await watched.presses(watched.buttons(RINA)[Action.KEEP_CLOSED]) is Toast.DONE
    assert isinstance(watched.last(DEWI), ProductKeptClosed)
    watched.clock.passes(100 * PAUSE_S)
    assert await is_refused(watched)
    closed = watched.last(SARI)
    assert isinstance(closed, ProductClosed)
    assert closed.closure is ClosedReason.CLOSED
    await watched.says("/buka s5", by=RINA)
    assert not await is_refused(watched)


async def test_the_second_of_two_taps_changes_nothing(watched: Shop) -> None:
    await closes(watched)
    buttons = watched.buttons(RINA)
    await watched.presses(buttons[Action.OPEN_PRODUCT])
    assert await watched.presses(buttons[Action.KEEP_CLOSED]) is Toast.USED
    assert not await is_refused(watched)


@pytest.mark.parametrize("word", ["buka", "tutup"])
async def test_the_commands_of_admins_decide_it_too(watched: Shop, word: str) -> None:
    await closes(watched)
    await watched.says(f"/{word} s5", by=RINA)
    assert await is_refused(watched) is (word == "tutup")
    assert watched.rows("SELECT * FROM product_health") == []


async def test_the_list_marks_it_and_it_is_no_substitute_for_another(watched: Shop) -> None:
    await closes(watched)
    await watched.says("harga s5")
    listed = watched.last(SARI)
    assert isinstance(listed, PriceListPage)
    assert [row.closure for row in listed.rows] == [ClosedReason.TROUBLE]
    watched.biller.refuses("stok kosong", FailureCause.PRODUCT_UNAVAILABLE)
    await watched.asks(f"s10.{number(80)}")
    await watched.posts()
    failed = watched.last(SARI)
    assert isinstance(failed, OrderFailed)
    assert failed.others == ()


@pytest.mark.parametrize("rules", [{}, {"health_rules": HealthRules(failures_to_close=0)}])
async def test_where_it_is_off_nothing_closes(shop: Shop, rules: dict[str, Any]) -> None:
    shop.starts(**rules)
    await shop.sells(S5, S10)
    for index in range(10):
        await fails(shop, index)
    assert not await is_refused(shop)
