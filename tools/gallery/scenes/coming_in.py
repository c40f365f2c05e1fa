"""Coming in: a stranger asks, an admin decides, and a reseller is greeted."""

from collections.abc import Iterator

from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import DEWI, RINA, Stage


def play() -> Iterator[Scene]:
    """Let Dewi in."""
    stage = Stage(*GOODS)
    order = "s5.081234567890"
    yield Scene(when="A stranger types an order", did=order, said=stage.says(order, DEWI))
    stage.passes(60)
    yield Scene(when="She asks to be let in", did="/start", said=stage.says("/start", DEWI))
    stage.passes(60)
    yield Scene(when="She asks again", did="/daftar", said=stage.says("/daftar", DEWI))
    yield Scene(when="The admin taps ✅ Setujui", said=stage.taps("Setujui", RINA))
    yield Scene(when="She looks what there is", did="/start", said=stage.says("/start", DEWI))
    yield Scene(when="All that can be typed", did="/bantuan", said=stage.says("/bantuan", DEWI))
    yield Scene(when="An admin starts", did="/start", said=stage.says("/start", RINA))
    yield Scene(when="An admin asks for help", did="/bantuan", said=stage.says("/bantuan", RINA))
    yield from _sent_away()


def _sent_away() -> Iterator[Scene]:
    stage = Stage(*GOODS)
    stage.says("/daftar", DEWI)
    yield Scene(when="The admin taps ❌ Tolak", said=stage.taps("Tolak", RINA))
    stage.says(f"/aktifkan {DEWI.user_id}", RINA)
    yield Scene(
        when="A reseller is put on hold",
        did="/bekukan @dewi_cell",
        said=stage.says("/bekukan @dewi_cell", RINA),
    )
    yield Scene(
        when="And let in again", did="/aktifkan @dewi_cell", said=stage.says("/aktifkan @dewi_cell", RINA)
    )
    yield Scene(when="The list of resellers", did="/reseller", said=stage.says("/reseller", RINA))
    yield Scene(
        when="A reseller is removed", did="/hapus @dewi_cell", said=stage.says("/hapus @dewi_cell", RINA)
    )
    yield Scene(when="Nobody of this name", did="/hapus @siapa", said=stage.says("/hapus @siapa", RINA))
