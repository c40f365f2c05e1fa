"""Prepaid resellers: what an order does to the balance, and what happens without one."""

from collections.abc import Iterator

from msgspec.structs import replace

from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, transfer_legs
from bot.orders.events import Failed, Succeeded
from bot.orders.model import FailureCause
from storage import ledger
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import SARI, Stage, messages_to


def play() -> Iterator[Scene]:
    """Play orders of a reseller who has paid in for one of them."""
    stage = Stage(*GOODS, floor_idr=0)
    _deposit(stage, 10_000)
    yield Scene(
        caption="Prepaid: the order is paid",
        typed="s5.081234567890",
        messages=stage.send_text("s5.081234567890"),
    )
    yield Scene(
        caption="The balance is too small for another one",
        typed="s5.081234567891",
        messages=stage.send_text("s5.081234567891"),
    )
    stage.accept()
    yield Scene(caption="Delivered", messages=stage.apply(Succeeded(sn="51203948571")))
    _deposit(stage, 10_000)
    stage.send_text("s5.081234567892")
    stage.accept()
    failed = stage.apply(Failed(reason="Nomor tujuan salah", failure_cause=FailureCause.DESTINATION))
    yield Scene(caption="Failed: the price comes back", messages=messages_to(SARI, failed))
    stage = Stage(replace(GOODS[0], price_idr=None), floor_idr=0)
    typed = "s5.081234567893"
    caption = "A product without a price is not sold on a balance"
    yield Scene(caption=caption, typed=typed, messages=stage.send_text(typed))


def _deposit(stage: Stage, amount_idr: int) -> None:
    shop_id = ledger.open_shop(stage.tx, SARI.user_id, floor_idr=0, at_ms=stage.now_ms)
    legs = transfer_legs(
        amount_idr, source=(AccountKind.DEPOSITS, OPERATOR), target=(AccountKind.AVAILABLE, shop_id)
    )
    source = f"deposit:{stage.now_ms}"
    entry = Entry(source=source, kind=EntryKind.DEPOSIT, at_ms=stage.now_ms, actor="admin:9001", legs=legs)
    ledger.post(stage.tx, entry)
