"""The counter as a reseller and an admin meet it: a price list by file, orders by the hundred, a receipt."""

import csv
import io

import pytest

from sandbox.telegram.chats import Message
from tests.acceptance.shop import RINA, SARI, Mode, Shop
from tests.lists import notices_in

HUNDRED, MOST_CALLS = 100, 20
"""One by one a hundred orders cost two hundred calls; a tenth of that is what they may cost together."""

PRODUCTS = 5_000
GROUPS = 40

WEBHOOK = pytest.mark.parametrize("mode", [Mode.WEBHOOK], indirect=True)


def price_list(products: int, *, faulty: int = 0) -> bytes:
    """Return a price list as a shop keeps it; the last `faulty` rows have no price that can be read."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=";")
    writer.writerow(["kode", "nama", "grup", "tujuan", "harga", "status"])
    for number in range(products):
        price = "gratis" if number >= products - faulty else f"{6000 + number}"
        writer.writerow([f"x{number}y", f"Paket {number}", f"Grup {number % GROUPS}", "hp", price, "buka"])
    return sheet.getvalue().encode()


async def imports(shop: Shop, content: bytes, name: str = "harga.csv") -> Message:
    """Let the admin send a price list and apply it; return what its card says in the end."""
    shop.world.telegram.send_file(RINA, name, content)
    preview = await shop.wait_for_message(RINA, "baru")
    await shop.press(preview, "✅ Terapkan")
    version = "SELECT version FROM catalogue_versions"
    await shop.until(lambda: shop.rows(version) == [(1,)])
    await shop.quiet()
    return shop.world.telegram.message(RINA, preview.id)


def calls(shop: Shop) -> int:
    """Return how many messages the bot sent, and how many it rewrote."""
    made = shop.world.telegram.calls
    return made["sendMessage"] + made["editMessageText"]


async def test_a_price_list_of_five_thousand_rows_is_live_by_one_file(shop: Shop) -> None:
    await imports(shop, price_list(PRODUCTS))
    assert shop.rows("SELECT count(*) FROM products") == [(PRODUCTS,)]
    shop.order(SARI, "X7Y.081234561111")
    await shop.wait_for_message(SARI, "SUKSES", "x7y")
    assert shop.rows("SELECT product_code, price_idr FROM orders") == [("x7y", 6_007)]
    assert [post["produk"] for post in shop.wire.posts] == ["x7y"]


@WEBHOOK
async def test_a_bad_price_list_is_told_row_by_row_and_changes_nothing(shop: Shop) -> None:
    shop.world.telegram.send_file(RINA, "harga.csv", price_list(20, faulty=2))
    told = await shop.wait_for_message(RINA, "20", "21", "gratis")
    assert "harga" in told.text.lower()
    assert shop.rows("SELECT count(*) FROM products") == [(0,)]


@WEBHOOK
async def test_a_price_list_from_a_reseller_changes_nothing(shop: Shop) -> None:
    shop.world.telegram.send_file(SARI, "harga.csv", price_list(3))
    shop.order(SARI, "s5.081234561111")
    await shop.wait_for_message(SARI, "SUKSES")
    assert shop.rows("SELECT count(*) FROM products") == [(0,)]


async def test_a_hundred_orders_in_one_message_are_all_told_by_few_calls(shop: Shop) -> None:
    numbers = [f"081234{number:02d}{'2222' if number % 10 == 0 else '1111'}" for number in range(HUNDRED)]
    before = calls(shop)
    shop.order(SARI, "\n".join(f"s5.{number}" for number in numbers))
    done = "SELECT count(*) FROM orders WHERE state IN ('succeeded', 'failed')"
    await shop.until(lambda: shop.rows(done) == [(HUNDRED,)])
    await shop.quiet()
    assert len(shop.wire.posts) == HUNDRED
    table = next(message for message in shop.messages_with(SARI) if message.text.startswith("📋"))
    assert "✅ 90 sukses · ❌ 10 gagal" in table.text
    messages = [message.text for message in shop.messages_with(SARI) if message.id != table.id]
    pushed = "\n".join(notice for text in messages for notice in notices_in(text))
    for number in numbers:
        title = "GAGAL" if number.endswith("2222") else "SUKSES"
        assert f"{title} s5.{number}\n" in pushed
    assert calls(shop) - before <= MOST_CALLS


async def test_the_same_text_twice_is_bought_once_and_a_tap_buys_one_more(shop: Shop) -> None:
    shop.order(SARI, "s5.081234561111")
    await shop.wait_for_message(SARI, "SUKSES")
    shop.order(SARI, "S5 0812-3456-1111")
    again = await shop.wait_for_message(SARI, "↩️", "s5.2.081234561111", "SN")
    assert len(shop.wire.posts) == 1
    label = next(button["text"] for button in again.buttons())
    await shop.press(again, label, user=SARI, chat=SARI)
    await shop.until(lambda: len(shop.wire.posts) == 2)
    await shop.press(again, label, user=SARI, chat=SARI)
    await shop.quiet()
    assert [post["idpel"] for post in shop.wire.posts] == ["081234561111"] * 2


async def test_two_equal_messages_at_the_same_instant_make_one_purchase(shop: Shop) -> None:
    for _ in range(2):
        shop.order(SARI, "s5.081234561111")
    await shop.wait_for_message(SARI, "SUKSES")
    await shop.wait_for_message(SARI, "↩️")
    await shop.quiet()
    assert len(shop.wire.posts) == 1


@WEBHOOK
async def test_a_receipt_is_one_tap_away(shop: Shop) -> None:
    shop.order(SARI, "s5.081234561111")
    result = await shop.wait_for_message(SARI, "SUKSES")
    await shop.press(result, "🧾 Struk", user=SARI, chat=SARI)
    await shop.until(lambda: any(message.attachment for message in shop.messages_with(SARI)))
    receipt = next(message for message in shop.messages_with(SARI) if message.attachment)
    assert receipt.attachment
    picture = shop.world.telegram.files.content(receipt.attachment.file)
    assert picture
    assert picture.startswith(b"\x89PNG")


@WEBHOOK
async def test_a_complaint_reaches_the_admins_and_its_answer_the_order(shop: Shop) -> None:
    asked = shop.order(SARI, "s5.081234561111")
    result = await shop.wait_for_message(SARI, "SUKSES")
    await shop.press(result, "📣 Komplain", user=SARI, chat=SARI)
    card = await shop.wait_for_message(RINA, "omplain", "081234561111")
    assert asked
    assert list(card.buttons())
