"""Registration: a stranger requests access, an admin decides, and the reseller is greeted."""

from collections.abc import Iterator

from bot.actors import Standing
from bot.catalogue.catalogue import Catalogue
from bot.grammar.examples import order_examples
from bot.notices.guidance import GroupWelcome
from bot.notices.people import JoinRequests, PeopleMatching, ResellerRow
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import DEWI, RINA, Person, Stage

_ROW = ResellerRow(user_id=1001, name="Sari", username="sari_cell", standing=Standing.APPROVED)
_OTHER = ResellerRow(user_id=1004, name="Sari Dewi", username=None, standing=Standing.APPROVED)
SEVERAL = PeopleMatching(typed="sari", command="riwayat", rest="", rows=(_ROW, _OTHER))


def play() -> Iterator[Scene]:
    """Register Dewi, then freeze and remove her."""
    stage = Stage(*GOODS)
    order = "s5.081234567890"
    yield Scene(caption="A stranger types an order", typed=order, messages=stage.send_text(order, DEWI))
    stage.advance(60)
    yield Scene(caption="She requests access", typed="/start", messages=stage.send_text("/start", DEWI))
    stage.advance(60)
    yield Scene(
        caption="She requests access again", typed="/daftar", messages=stage.send_text("/daftar", DEWI)
    )
    yield Scene(caption="The admin taps ✅ Setujui", messages=stage.tap("Setujui", RINA))
    yield Scene(caption="She starts", typed="/start", messages=stage.send_text("/start", DEWI))
    yield Scene(
        caption="A reseller asks for help", typed="/bantuan", messages=stage.send_text("/bantuan", DEWI)
    )
    yield Scene(caption="An admin starts", typed="/start", messages=stage.send_text("/start", RINA))
    yield Scene(
        caption="An admin asks for help", typed="/bantuan", messages=stage.send_text("/bantuan", RINA)
    )
    welcome = GroupWelcome(examples=order_examples(Catalogue(products=GOODS), minute=600))
    yield Scene(caption="The bot is added to a group", messages=stage.notify(welcome, to=DEWI))
    yield from _rejected_and_removed()
    yield from _many_requests()


def _many_requests() -> Iterator[Scene]:
    stage = Stage(*GOODS)
    stage.send_text("/daftar", DEWI)
    stage.send_text("/daftar", Person(user_id=5002, name="Joko", username="jokopulsa"))
    caption = "Many strangers request access at once: one list instead of a card for each"
    yield Scene(caption=caption, messages=stage.notify(JoinRequests(), to=RINA))


def _rejected_and_removed() -> Iterator[Scene]:
    stage = Stage(*GOODS)
    stage.send_text("/daftar", DEWI)
    yield Scene(caption="The admin taps ❌ Tolak", messages=stage.tap("Tolak", RINA))
    stage.send_text(f"/aktifkan {DEWI.user_id}", RINA)
    yield Scene(
        caption="A reseller is frozen",
        typed="/bekukan @dewi_cell",
        messages=stage.send_text("/bekukan @dewi_cell", RINA),
    )
    yield Scene(
        caption="A reseller is activated again",
        typed="/aktifkan @dewi_cell",
        messages=stage.send_text("/aktifkan @dewi_cell", RINA),
    )
    yield Scene(
        caption="The list of resellers", typed="/reseller", messages=stage.send_text("/reseller", RINA)
    )
    yield Scene(
        caption="Several people of one name",
        typed="riwayat sari",
        messages=stage.notify(SEVERAL, to=RINA),
    )
    yield Scene(
        caption="A reseller is removed",
        typed="/hapus @dewi_cell",
        messages=stage.send_text("/hapus @dewi_cell", RINA),
    )
    yield Scene(caption="Batal is tapped", messages=stage.tap("Batal", RINA))
    stage.send_text("/hapus @dewi_cell", RINA)
    yield Scene(caption="Ya, hapus is tapped", messages=stage.tap("Ya, hapus", RINA))
    yield Scene(
        caption="An unknown name", typed="/hapus @siapa", messages=stage.send_text("/hapus @siapa", RINA)
    )
