"""Receipts for customers, and complaints with their answers."""

from collections.abc import Iterator

from bot.features.complaints.complaints import MAX_UNANSWERED
from bot.orders.events import Claimed, Succeeded
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.scenes.results import PLN_SN
from tools.gallery.stage import RINA, Stage


def play() -> Iterator[Scene]:
    """Configure the shop's receipts, request two, and complain."""
    stage = Stage(*GOODS)
    for caption, typed in (
        ("The settings of the receipts", "struk"),
        ("The shop's name", "struk nama Toko Sari"),
        ("The shop's own price", "struk pln20 23000"),
        ("Neither a name nor a price", "struk s5 gratis"),
    ):
        yield Scene(caption=caption, typed=typed, messages=stage.send_text(typed))
    stage.send_text("pln20.14444941364")
    stage.apply(Claimed(), Succeeded(sn=PLN_SN))
    yield Scene(caption="🧾 Struk is tapped under a token", messages=stage.tap("Struk"))
    stage.send_text("s5.081234567890")
    stage.apply(Claimed(), Succeeded(sn="51203948571"))
    yield Scene(caption="🧾 Struk is tapped under pulsa", messages=stage.tap("Struk"))
    yield from _complaints(stage)


def _complaints(stage: Stage) -> Iterator[Scene]:
    yield Scene(caption="📣 Komplain is tapped", messages=stage.tap("Komplain"))
    yield Scene(caption="The admin taps Sedang dicek", messages=stage.tap("Sedang dicek", RINA))
    answer = "Sudah dicek, pulsanya masuk 14:05. Coba matikan lalu nyalakan HP."
    messages = stage.send_text(answer, RINA, reply_to="ComplaintCard")
    yield Scene(caption="The admin replies", typed=answer, messages=messages)
    typed = "komplain 14444941364 tokennya belum diterima"
    yield Scene(caption="A complaint with a text", typed=typed, messages=stage.send_text(typed))
    yield Scene(caption="The admin taps ✅ Sudah terkirim", messages=stage.tap("Sudah terkirim", RINA))
    yield Scene(
        caption="A complaint without an order", typed="komplain", messages=stage.send_text("komplain")
    )
    yield Scene(
        caption="An admin lists the open complaints",
        typed="/komplain",
        messages=stage.send_text("/komplain", RINA),
    )
    for number in range(10, 10 + MAX_UNANSWERED):
        stage.send_text(f"s5.0812345678{number}")
        stage.send_text(f"komplain 0812345678{number}")
    stage.send_text("s5.081234567809")
    typed = "komplain 081234567809"
    yield Scene(
        caption="A complaint while ten others are unanswered", typed=typed, messages=stage.send_text(typed)
    )
