"""Single orders: accepted, delivered or failed, and every state in between."""

from collections.abc import Iterator

from bot.orders.events import (
    Accepted,
    Claimed,
    Expired,
    Failed,
    OrderEvent,
    Overdue,
    Refused,
    Succeeded,
    Unclear,
)
from bot.orders.model import ExpiryReason, FailureCause
from bot.purchasing.settlement import notify_waiting
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import SARI, Stage, messages_to

PLN_SN = "1234-5678-9012-3456-7890/BUDI SANTOSO/R1/1300VA/32,5"

REFUSED = (
    (FailureCause.DESTINATION, "A wrong number", "Nomor tujuan salah"),
    (
        FailureCause.PRODUCT_UNAVAILABLE,
        "The product is not available at the moment",
        "Produk tidak tersedia (ROUTE)",
    ),
    (FailureCause.PRODUCT_INACTIVE, "The biller has closed the product", "Produk tidak Aktif"),
    (FailureCause.DEPOSIT, "The operator's deposit is empty", "silakan coba lagi (DEDUCT)"),
    (FailureCause.ACCOUNT, "The biller refuses the operator; the reason is hidden", "IP tidak terdaftar"),
    (FailureCause.OTHER, "Any other reason", "silakan coba lagi"),
)


def play() -> Iterator[Scene]:
    """Play single orders from start to end."""
    stage = Stage(*GOODS)
    order = "s5.081234567890"
    yield Scene(caption="An order is stored", typed=order, messages=stage.send_text(order))
    stage.accept()
    yield Scene(caption="Delivered", messages=stage.apply(Succeeded(sn="51203948571")))
    order = "pln20.14444941364"
    stage.send_text(order)
    stage.accept()
    yield Scene(caption="A token, delivered", typed=order, messages=stage.apply(Succeeded(sn=PLN_SN)))
    stage.send_text("i5.085712345678")
    stage.accept()
    yield Scene(caption="Delivered without an SN", messages=stage.apply(Succeeded(sn=None)))
    yield from _refused(stage)
    yield from _in_between(stage)


def _refused(stage: Stage) -> Iterator[Scene]:
    for number, (failure_cause, caption, reason) in enumerate(REFUSED):
        stage.send_text(f"s10.08123456700{number}")
        messages = stage.apply(Claimed(), Refused(reason=reason, failure_cause=failure_cause))
        yield Scene(caption=caption, messages=messages_to(SARI, messages))
    stage.send_text("s10.081234567009")
    messages = stage.apply(Claimed(), Accepted())
    yield Scene(
        caption="The deposit is filled: the next order is accepted", messages=messages_to(SARI, messages)
    )


def _in_between(stage: Stage) -> Iterator[Scene]:
    yield _one(stage, "The biller's answer is lost", 1, Claimed(), Unclear(why="ReadTimeout"))
    stage.send_text(_order(2))
    stage.accept()
    stage.advance(600)
    yield Scene(caption="Ten minutes without a result", messages=messages_to(SARI, stage.apply(Overdue())))
    stage.send_text(_order(3))
    for is_for_funds, caption in (
        (False, "Orders are held while the biller is in trouble"),
        (True, "Orders are held while the balance at the biller is low"),
    ):
        unit = stage.context.begin(stage.tx, stage.now_ms)
        notify_waiting(unit, stage.orders()[-1].trxid, is_for_funds=is_for_funds)
        yield Scene(caption=caption, messages=messages_to(SARI, stage.new_messages()))
    yield _one(stage, "The bot was down too long", 4, Expired(reason=ExpiryReason.TOO_OLD))
    yield _one(stage, "The biller could not be reached at all", 5, Expired(reason=ExpiryReason.NEVER_SENT))
    yield _one(stage, "The clock was set back", 9, Expired(reason=ExpiryReason.CLOCK_CHANGED))
    yield _one(stage, "An admin froze the reseller before", 8, Expired(reason=ExpiryReason.NO_ACCESS))
    for number, first, second in (
        (6, Succeeded(sn="51203948572"), Failed(reason="", failure_cause=FailureCause.OTHER)),
        (7, Failed(reason="", failure_cause=FailureCause.OTHER), Succeeded(sn="51203948573")),
    ):
        stage.send_text(_order(number))
        stage.accept()
        stage.apply(first)
        was, now = ("SUKSES", "GAGAL") if number == 6 else ("GAGAL", "SUKSES")  # noqa: PLR2004 - as above
        yield Scene(
            caption=f"{was} was reported, then the biller reports {now}",
            messages=messages_to(SARI, stage.apply(second)),
        )


def _order(number: int) -> str:
    return f"s20.08123456780{number}"


def _one(stage: Stage, caption: str, number: int, *events: OrderEvent) -> Scene:
    stage.send_text(_order(number))
    return Scene(caption=caption, messages=messages_to(SARI, stage.apply(*events)))
