"""After the result: a receipt for the customer, and a complaint with its answer."""

from collections.abc import Iterator

from bot.features.complaints.complaints import MAX_UNANSWERED
from bot.orders.events import Claimed, Succeeded
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.scenes.results import PLN_SN
from tools.gallery.stage import RINA, Stage


def play() -> Iterator[Scene]:
    """Set up the shop's receipts, hand out two, and complain."""
    stage = Stage(*GOODS)
    for when, typed in (
        ("What stands on the receipts", "struk"),
        ("The shop's name", "struk nama Toko Sari"),
        ("What the shop asks of its customers", "struk pln20 23000"),
        ("Neither a name nor a price", "struk s5 gratis"),
    ):
        yield Scene(when=when, did=typed, said=stage.says(typed))
    stage.says("pln20.14444941364")
    stage.hears(Claimed(), Succeeded(sn=PLN_SN))
    yield Scene(when="🧾 Struk under a token", said=stage.taps("Struk"))
    stage.says("s5.081234567890")
    stage.hears(Claimed(), Succeeded(sn="51203948571"))
    yield Scene(when="🧾 Struk under a pulsa", said=stage.taps("Struk"))
    yield from _complaints(stage)


def _complaints(stage: Stage) -> Iterator[Scene]:
    yield Scene(when="📣 Komplain is tapped", said=stage.taps("Komplain"))
    yield Scene(when="The admin is on it", said=stage.taps("Sedang dicek", RINA))
    answer = "Sudah dicek, pulsanya masuk 14:05. Coba matikan lalu nyalakan HP."
    said = stage.says(answer, RINA, to="ComplaintCard")
    yield Scene(when="The admin replies", did=answer, said=said)
    typed = "komplain 14444941364 tokennya belum diterima"
    yield Scene(when="A complaint with words", did=typed, said=stage.says(typed))
    yield Scene(when="The admin taps ✅ Sudah terkirim", said=stage.taps("Sudah terkirim", RINA))
    yield Scene(when="Of which order?", did="komplain", said=stage.says("komplain"))
    yield Scene(when="An admin looks what is open", did="/komplain", said=stage.says("/komplain", RINA))
    for number in range(10, 10 + MAX_UNANSWERED):
        stage.says(f"s5.0812345678{number}")
        stage.says(f"komplain 0812345678{number}")
    stage.says("s5.081234567809")
    typed = "komplain 081234567809"
    yield Scene(when="With ten that wait for an answer", did=typed, said=stage.says(typed))
