"""One order: taken in, delivered or not, and everything that may come between."""

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
from tools.gallery.stage import SARI, Stage, to

PLN_SN = "1234-5678-9012-3456-7890/BUDI SANTOSO/R1/1300VA/32,5"

REFUSED = (
    (FailureCause.DESTINATION, "The number is wrong", "Nomor tujuan salah"),
    (
        FailureCause.PRODUCT_UNAVAILABLE,
        "The product has no way at the moment",
        "Produk tidak tersedia (ROUTE)",
    ),
    (FailureCause.PRODUCT_INACTIVE, "The biller has closed it", "Produk tidak Aktif"),
    (FailureCause.DEPOSIT, "The operator's deposit is empty", "silakan coba lagi (DEDUCT)"),
    (FailureCause.ACCOUNT, "The biller refuses the operator (its reason is kept back)", "IP tidak terdaftar"),
    (FailureCause.OTHER, "Any other reason", "silakan coba lagi"),
)


def play() -> Iterator[Scene]:
    """Go through the lives of single orders."""
    stage = Stage(*GOODS)
    order = "s5.081234567890"
    yield Scene(when="An order is on the disk", did=order, said=stage.says(order))
    stage.takes()
    yield Scene(when="Delivered", said=stage.hears(Succeeded(sn="51203948571")))
    order = "pln20.14444941364"
    stage.says(order)
    stage.takes()
    yield Scene(when="A token, delivered", did=order, said=stage.hears(Succeeded(sn=PLN_SN)))
    stage.says("i5.085712345678")
    stage.takes()
    yield Scene(when="Delivered without an SN", said=stage.hears(Succeeded(sn=None)))
    yield from _refused(stage)
    yield from _in_between(stage)


def _refused(stage: Stage) -> Iterator[Scene]:
    for number, (failure_cause, when, reason) in enumerate(REFUSED):
        stage.says(f"s10.08123456700{number}")
        said = stage.hears(Claimed(), Refused(reason=reason, failure_cause=failure_cause))
        yield Scene(when=when, said=to(SARI, said))
    stage.says("s10.081234567009")
    again = stage.hears(Claimed(), Accepted())
    yield Scene(when="The deposit is filled: the next order is accepted", said=to(SARI, again))


def _in_between(stage: Stage) -> Iterator[Scene]:
    yield _one(stage, "The answer was cut off", 1, Claimed(), Unclear(why="ReadTimeout"))
    stage.says(_order(2))
    stage.takes()
    stage.passes(600)
    yield Scene(when="Ten minutes without a result", said=to(SARI, stage.hears(Overdue())))
    stage.says(_order(3))
    notify_waiting(stage.context.begin(stage.tx, stage.now_ms), stage.orders()[-1].trxid)
    yield Scene(when="Orders are held while the biller is in trouble", said=stage.looks())
    yield _one(stage, "The bot was down too long", 4, Expired(reason=ExpiryReason.TOO_OLD))
    yield _one(stage, "The biller could not be reached at all", 5, Expired(reason=ExpiryReason.NEVER_SENT))
    for number, first, second in (
        (6, Succeeded(sn="51203948572"), Failed(reason="", failure_cause=FailureCause.OTHER)),
        (7, Failed(reason="", failure_cause=FailureCause.OTHER), Succeeded(sn="51203948573")),
    ):
        stage.says(_order(number))
        stage.takes()
        stage.hears(first)
        was, now = ("SUKSES", "GAGAL") if number == 6 else ("GAGAL", "SUKSES")  # noqa: PLR2004 - as above
        yield Scene(when=f"{was} was told, then the biller says {now}", said=to(SARI, stage.hears(second)))


def _order(number: int) -> str:
    return f"s20.08123456780{number}"


def _one(stage: Stage, when: str, number: int, *news: OrderEvent) -> Scene:
    stage.says(_order(number))
    return Scene(when=when, said=to(SARI, stage.hears(*news)))
