"""Assistants of a shop, invite links, and what admins look up about people."""

from collections.abc import Iterator

from bot.notices.assistants import AssistantError, AssistantRejected, InviteError, InviteRefused
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import DEWI, RINA, SARI, Stage


def play() -> Iterator[Scene]:
    """Let Dewi work for Sari, and look at both."""
    stage = Stage(*GOODS, floor_idr=0)
    stage.send_text("/daftar", DEWI)
    stage.send_text("/tambah 1001 50000 setoran", RINA)
    stage.tap("Ya, tambah", RINA)
    yield Scene(caption="An owner asks for assistants", typed="/staf", messages=stage.send_text("/staf"))
    yield Scene(
        caption="The owner names somebody who has written to the bot",
        typed="/staf @dewi_cell",
        messages=stage.send_text("/staf @dewi_cell"),
    )
    yield Scene(caption="Ya, jadikan asisten is tapped", messages=stage.tap("jadikan asisten"))
    stage.advance(60)
    order = "s5.081234567890"
    yield Scene(
        caption="The assistant orders for the shop", typed=order, messages=stage.send_text(order, DEWI)
    )
    yield Scene(caption="The owner orders the same", typed=order, messages=stage.send_text(order, SARI))
    yield Scene(
        caption="The assistant asks for the history",
        typed="riwayat",
        messages=stage.send_text("riwayat", DEWI),
    )
    yield Scene(caption="The owner does too", typed="riwayat", messages=stage.send_text("riwayat"))
    yield Scene(caption="The assistant asks", typed="/staf", messages=stage.send_text("/staf", DEWI))
    yield Scene(
        caption="The assistant changes the receipt",
        typed="struk nama Toko Dewi",
        messages=stage.send_text("struk nama Toko Dewi", DEWI),
    )
    yield from _looked_up(stage)
    yield Scene(
        caption="The owner names another reseller",
        typed="/staf @joko",
        messages=stage.notify(AssistantRejected(error=AssistantError.RESELLER, typed="Joko"), to=SARI),
    )
    yield Scene(caption="An admin asks", typed="/staf", messages=stage.send_text("/staf", RINA))
    command = "/staf_hapus_5001"
    yield Scene(caption="The owner removes the assistant", typed=command, messages=stage.send_text(command))
    yield Scene(caption="Batal is tapped", messages=stage.tap("Batal"))
    stage.send_text(command)
    yield Scene(caption="Ya, keluarkan is tapped", messages=stage.tap("keluarkan"))
    yield from _links()


def _looked_up(stage: Stage) -> Iterator[Scene]:
    yield Scene(
        caption="An admin takes a note",
        typed="/catatan @tokosari bayar tiap Jumat",
        messages=stage.send_text("/catatan @tokosari bayar tiap Jumat", RINA),
    )
    yield Scene(caption="A note without a name", typed="/catatan", messages=stage.send_text("/catatan", RINA))
    for named, caption in (
        ("sari", "An admin looks up a reseller"),
        ("dewi", "An admin looks up an assistant"),
    ):
        command = f"/reseller {named}"
        yield Scene(caption=caption, typed=command, messages=stage.send_text(command, RINA))


def _links() -> Iterator[Scene]:
    stage = Stage(*GOODS)
    stage.send_text("/level emas 300", RINA)
    made = stage.send_text("/undang 10 orang 3 hari level emas", RINA)
    yield Scene(
        caption="An admin makes an invite link", typed="/undang 10 orang 3 hari level emas", messages=made
    )
    typed = "/undang besok"
    yield Scene(caption="What cannot be read", typed=typed, messages=stage.send_text(typed, RINA))
    (token,) = (span.text.partition("=")[2] for span in made[0].rendered.text if "start=" in span.text)
    yield Scene(caption="A stranger opens it", messages=stage.send_text(f"/start {token}", DEWI))
    yield Scene(
        caption="The links that are open",
        typed="/undang daftar",
        messages=stage.send_text("/undang daftar", RINA),
    )
    yield Scene(
        caption="A link is revoked",
        typed="/undang_batal_1",
        messages=stage.send_text("/undang_batal_1", RINA),
    )
    refused = InviteRefused(error=InviteError.EXPIRED)
    yield Scene(caption="A stranger opens a link that has ended", messages=stage.notify(refused, to=DEWI))
    stage.send_text("/staf")
    yield Scene(caption="An owner makes a link for an assistant", messages=stage.tap("link undangan"))
