"""What the page says of an order is what the real bot stored and told of it, whoever settled it."""

from collections.abc import Iterator

import pytest

from sandbox.bot_database import BotDatabase
from sandbox.snapshot import snapshot
from sandbox.telegram.chats import Json, Role
from sandbox.world import wall_clock_ms
from tests.acceptance.shop import RINA, SARI, STRANGER, Mode, Shop, minutes_ago

pytestmark = pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)

PRICES = """\
kode;nama;grup;tujuan;harga;status
s5;Telkomsel 5.000;Telkomsel;hp;6.500;buka
i5;Indosat 5.000;Indosat;hp;6.600;buka
s10;Telkomsel 10.000;Telkomsel;hp;11.500;tutup
"""


@pytest.fixture
def watched(closed_shop: Shop) -> Iterator[Shop]:
    """A shop whose database the world may read, as the demo's."""
    closed_shop.world.bot_database = database = BotDatabase(closed_shop.home / "loket.db")
    yield closed_shop
    database.close()


@pytest.fixture
async def page(watched: Shop) -> Shop:
    await watched.start()
    return watched


def rows(shop: Shop) -> list[Json]:
    """Return the orders as the page gets them, the newest first."""
    orders: list[Json] = snapshot(shop.world)["orders"]
    return orders


async def row(shop: Shop, text: str, state: str) -> Json:
    """Wait until the one row of this text is in this state, and all is said; return it."""
    await shop.until(lambda: [one["state"] for one in rows(shop) if one["text"] == text] == [state])
    await shop.quiet()
    [found] = [one for one in rows(shop) if one["text"] == text]
    assert found["state"] == state
    return found


def steps(order: Json, name: str) -> list[Json]:
    return [step for step in order["steps"] if step["name"] == name]


def result_told(order: Json) -> list[str]:
    return [step["words"] for step in steps(order, "notified") if step["is_result"]]


async def applies_prices(shop: Shop) -> None:
    shop.world.telegram.send_file(RINA, "harga.csv", PRICES.encode())
    preview = await shop.wait_for_message(RINA, "Belum ada yang diubah")
    label = next(button["text"] for button in preview.buttons() if "Terapkan" in button["text"])
    await shop.press(preview, label)
    await shop.until(lambda: shop.rows("SELECT count(*) FROM products") == [(3,)])


async def test_an_order_is_recorded_before_it_is_sent_and_all_its_steps_are_there(page: Shop) -> None:
    page.order(SARI, "s5.081234561111")
    order = await row(page, "s5.081234561111", "succeeded")
    at_ms = {step["name"]: step["at"] for step in order["steps"]}
    assert list(at_ms) == ["ordered", "recorded", "sent", "answered", "settled", "notified"]
    assert at_ms["ordered"] <= at_ms["recorded"] <= at_ms["sent"] <= at_ms["answered"] <= at_ms["settled"]
    assert page.rows("SELECT placed_at_ms FROM orders") == [(at_ms["recorded"],)]
    assert result_told(order) == ["✅ SUKSES s5.081234561111"]
    assert order["by_admin"] is False


async def test_an_order_that_an_admin_settled_shows_the_admins_word(page: Shop) -> None:
    page.order(SARI, "s5.081234561313")
    order = await row(page, "s5.081234561313", "unknown")
    assert (steps(order, "settled"), result_told(order)) == ([], [])
    assert steps(order, "notified")[-1]["words"].startswith("❔ BELUM PASTI")
    card = await page.wait_for_message(RINA, "Perlu keputusan")
    await page.press(card, "❌ GAGAL")
    await page.until(lambda: page.messages_with(RINA, "Tetapkan GAGAL?"))
    await page.press(card, "Ya, GAGAL")
    order = await row(page, "s5.081234561313", "failed")
    assert order["by_admin"] is True
    assert [(step["state"], step["by_admin"]) for step in steps(order, "settled")] == [("failed", True)]
    assert result_told(order) == ["❌ GAGAL s5.081234561313"]


async def test_a_disputed_order_is_told_as_one_until_an_admin_has_ruled(page: Shop) -> None:
    page.order(SARI, "s5.081234568888")
    order = await row(page, "s5.081234568888", "disputed")
    assert result_told(order) == ["⚠️ HASIL BERUBAH s5.081234568888"]
    card = await page.wait_for_message(RINA, "Perlu keputusan")
    await page.press(card, "❌ GAGAL")
    await page.until(lambda: page.messages_with(RINA, "Tetapkan GAGAL?"))
    await page.press(card, "Ya, GAGAL")
    order = await row(page, "s5.081234568888", "failed")
    assert [step["state"] for step in steps(order, "settled")] == ["succeeded", "disputed", "failed"]
    assert order["by_admin"] is True
    assert result_told(order) == ["❌ GAGAL s5.081234568888"]


async def test_an_order_that_is_held_back_waits_and_was_not_sent(page: Shop) -> None:
    for number in range(5):
        page.order(SARI, f"s5.08123456{number}1515")
    await page.until(lambda: page.messages_with(RINA, "ditahan"))
    page.order(SARI, "s5.081234561111")
    await page.until(lambda: page.messages_with(SARI, "ANTRE"))
    order = await row(page, "s5.081234561111", "placed")
    assert (steps(order, "sent"), result_told(order)) == ([], [])
    assert steps(order, "notified")[-1]["words"].startswith("⏳ ANTRE")


async def test_an_order_that_came_too_late_is_expired_and_was_not_sent(watched: Shop) -> None:
    watched.world.telegram.now_ms = minutes_ago(10.2)
    watched.order(SARI, "s5.081234561111")
    watched.world.telegram.now_ms = wall_clock_ms
    await watched.start()
    order = await row(watched, "s5.081234561111", "expired")
    assert steps(order, "sent") == []
    assert result_told(order) == ["⌛ TIDAK DIPROSES s5.081234561111"]


async def test_what_the_bot_has_not_taken_in_yet_waits_for_it(watched: Shop) -> None:
    await watched.start()
    await watched.stop()
    watched.order(SARI, "s5.081234561111")
    assert [one["state"] for one in rows(watched)] == ["untaken"]
    await watched.start()
    order = await row(watched, "s5.081234561111", "succeeded")
    assert order["line"] == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("s5.085712341111", "🤔"),  # another network's number: asked back
        ("s10.081234561111", "🚫"),  # closed
        ("s5.0812345", "🤔"),  # a slip
        ("zz99.081234561111", "🤔"),  # no such code
    ],
)
async def test_a_line_that_the_bot_answers_without_an_order_is_not_bought(
    page: Shop, text: str, words: str
) -> None:
    await applies_prices(page)
    page.order(SARI, text)
    order = await row(page, text, "unbought")
    assert [step["name"] for step in order["steps"]] == ["ordered", "notified"]
    assert steps(order, "notified")[0]["words"].startswith(words)
    assert page.wire.posts == []


async def test_a_repeat_is_not_bought_and_the_first_order_stays_as_it_is(page: Shop) -> None:
    page.order(SARI, "s5.081234561111")
    await row(page, "s5.081234561111", "succeeded")
    page.order(SARI, "S5 0812-3456-1111")
    order = await row(page, "S5 0812-3456-1111", "unbought")
    assert steps(order, "notified")[0]["words"].startswith("↩️")
    assert [one["state"] for one in rows(page)] == ["unbought", "succeeded"]


async def test_an_answer_by_button_makes_one_order_of_the_question_and_newer_ones_stand_above(
    page: Shop,
) -> None:
    await applies_prices(page)
    page.order(SARI, "s5.085712341111")
    question = await page.wait_for_message(SARI, "🤔")
    label = next(button["text"] for button in question.buttons() if "I5" in button["text"].upper())
    await page.press(question, label, user=SARI, chat=SARI)
    order = await row(page, "i5.085712341111", "succeeded")
    assert [step["by_button"] for step in steps(order, "ordered")] == [True]
    assert [one["text"] for one in rows(page)] == ["i5.085712341111"]
    page.order(SARI, "s5.081234561111")
    await row(page, "s5.081234561111", "succeeded")
    assert [one["text"] for one in rows(page)] == ["s5.081234561111", "i5.085712341111"]


async def test_each_line_of_a_table_is_told_for_itself_and_a_slip_among_them_is_not_bought(
    page: Shop,
) -> None:
    lines = [f"s5.0812345{number}{'2222' if number % 2 else '1111'}" for number in range(6)]
    lines[3] = "s5.08123"
    page.order(SARI, "\n".join(lines))
    states = ["succeeded", "failed", "succeeded", "unbought", "succeeded", "failed"]
    await page.until(lambda: [one["state"] for one in rows(page)] == states)
    await page.quiet()
    placed = [one for one in rows(page) if one["trxid"]]
    assert [one["text"] for one in rows(page)] == lines
    assert [len(result_told(one)) for one in placed] == [1] * 5
    assert [step["name"] for step in rows(page)[3]["steps"]] == ["ordered", "notified"]
    assert rows(page)[3]["steps"][1]["words"].startswith("4. ❓ s5.08123")


async def test_a_stranger_is_shown_as_far_as_the_bot_knows_them(page: Shop) -> None:
    def standing() -> str | None:
        [found] = [
            chat["standing"] for chat in snapshot(page.world)["chats"] if chat["role"] == Role.STRANGER
        ]
        return str(found) if found else None

    assert standing() is None
    page.order(STRANGER, "s5.081234561111")
    assert (await row(page, "s5.081234561111", "unbought"))["trxid"] is None
    page.order(STRANGER, "/daftar")
    card = await page.wait_for_message(RINA, "Minta jadi reseller")
    assert standing() == "asked"
    await page.press(card, "✅ Setujui")
    await page.until(lambda: standing() == "approved")
    page.order(RINA, f"/bekukan {STRANGER}")
    await page.until(lambda: standing() == "frozen")


async def test_without_a_database_to_read_the_page_says_so_and_shows_no_order(closed_shop: Shop) -> None:
    closed_shop.world.bot_database = BotDatabase(closed_shop.home / "nowhere.db")
    closed_shop.order(SARI, "s5.081234561111")
    told = snapshot(closed_shop.world)
    assert (told["bot"]["records_are_read"], told["orders"]) == (False, [])
