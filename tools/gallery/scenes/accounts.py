"""The account of a reseller: balance, statement and limits, and how an admin changes them."""

from collections.abc import Iterator

from bot.notices.accounts import PrivateChatOnly
from bot.orders.events import Failed
from bot.orders.model import FailureCause
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import RINA, SARI, Stage, messages_to

ADD = "/tambah @tokosari 100rb setor tunai"


def play() -> Iterator[Scene]:
    """Play a reseller's account from its first rupiah to its limits."""
    stage = Stage(*GOODS, floor_idr=0)
    stage.send_text("saldo")
    yield from _adjusted(stage)
    yield from _looked_at(stage)
    yield from _limited(stage)
    free = Stage(*GOODS)
    yield Scene(caption="The balance of who has no limit", typed="saldo", messages=free.send_text("saldo"))


def _adjusted(stage: Stage) -> Iterator[Scene]:
    typed = "/tambah @tokosari 100rb"
    yield Scene(caption="Without a reason", typed=typed, messages=stage.send_text(typed, RINA))
    yield Scene(caption="An admin adds to a balance", typed=ADD, messages=stage.send_text(ADD, RINA))
    yield Scene(caption="*Ya, tambah* tapped", messages=stage.tap("Ya, tambah", RINA))
    typed = "/kurang @tokosari 250rb salah isi"
    yield Scene(caption="More than there is", typed=typed, messages=stage.send_text(typed, RINA))
    typed = "/kurang @tokosari 25rb salah isi"
    yield Scene(caption="An admin takes from a balance", typed=typed, messages=stage.send_text(typed, RINA))
    yield Scene(caption="*Batal* tapped", messages=stage.tap("Batal", RINA))
    stage.send_text(typed, RINA)
    yield Scene(caption="*Ya, kurangi* tapped", messages=messages_to(SARI, stage.tap("Ya, kurangi", RINA)))


def _looked_at(stage: Stage) -> Iterator[Scene]:
    for index in range(2):
        stage.send_text(f"s5.08123456789{index}")
        stage.accept()
    stage.apply(Failed(reason="Nomor tujuan salah", failure_cause=FailureCause.DESTINATION))
    yield Scene(caption="The balance of a prepaid reseller", typed="saldo", messages=stage.send_text("saldo"))
    yield Scene(caption="What moved it today", typed="mutasi", messages=stage.send_text("mutasi"))
    typed = "mutasi 1-22 csv"
    yield Scene(caption="As a file", typed=typed, messages=stage.send_text(typed))
    yield Scene(caption="A day that is none", typed="mutasi 32", messages=stage.send_text("mutasi 32"))
    yield Scene(caption="A word with two meanings", typed="rek", messages=stage.send_text("rek"))
    typed = "/saldo @tokosari"
    yield Scene(caption="An admin looks at it", typed=typed, messages=stage.send_text(typed, RINA))
    yield Scene(
        caption="Asked in a group; a hint, which may be shown to this person alone",
        typed="/saldo",
        messages=stage.notify(PrivateChatOnly()),
    )


def _limited(stage: Stage) -> Iterator[Scene]:
    yield Scene(caption="A limit without a person", typed="/limit", messages=stage.send_text("/limit", RINA))
    typed = "/limit @tokosari 500rb"
    yield Scene(caption="Credit for a reseller", typed=typed, messages=stage.send_text(typed, RINA))
    yield Scene(caption="*Ya, naikkan* tapped", messages=stage.tap("Ya, naikkan", RINA))
    typed = "/limit @tokosari harian 10rb"
    yield Scene(caption="A daily limit", typed=typed, messages=stage.send_text(typed, RINA))
    typed = "s5.081234567895"
    yield Scene(caption="An order beyond it", typed=typed, messages=stage.send_text(typed))
