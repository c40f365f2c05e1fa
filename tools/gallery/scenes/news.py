"""News: a broadcast from its text to its end, the choice of getting none, and changed prices."""

from collections.abc import Iterator

from bot.features.news.broadcasts import end_stopped, send_slice
from bot.features.news.worker import read_before, send_digest
from bot.notices.news import PriceDigestSent
from bot.orders.events import Succeeded
from storage import news, price_digests
from tools.gallery.goods import GOODS, changed
from tools.gallery.scene import Scene
from tools.gallery.stage import RINA, SARI, Bubble, Stage

ANNOUNCED = "/umumkan Besok loket tutup jam 20.00.\nLusa buka lagi seperti biasa."


def play() -> Iterator[Scene]:
    """Announce something, stop something, and change prices."""
    stage = Stage(*GOODS)
    yield Scene(caption="Without a text", typed="/umumkan", messages=stage.send_text("/umumkan", RINA))
    yield Scene(
        caption="The admin sees what resellers will see",
        typed=ANNOUNCED,
        messages=stage.send_text(ANNOUNCED, RINA),
    )
    yield Scene(caption="Kirim ke 1 orang is tapped", messages=stage.tap("Kirim ke", RINA))
    yield Scene(caption="Ya, kirim sekarang is tapped", messages=stage.tap("Ya, kirim", RINA))
    yield Scene(caption="The resellers get it", messages=_go_on(stage))
    yield Scene(caption="All have it", messages=_go_on(stage))
    yield Scene(caption="Berhenti info is tapped", messages=stage.tap("Berhenti info"))
    yield Scene(caption="News again", typed="mulai info", messages=stage.send_text("mulai info"))
    stage.send_text("/umumkan Salah ketik", RINA)
    yield Scene(caption="Batal is tapped under another one", messages=stage.tap("Batal", RINA))
    stage.send_text("/umumkan Promo hari ini", RINA)
    for label in ("Kirim ke", "Ya, kirim"):
        stage.tap(label, RINA)
    yield Scene(caption="Hentikan is tapped under a third one", messages=stage.tap("Hentikan", RINA))
    if stopped := news.under_way(stage.tx):
        end_stopped(stage.context.begin(stage.tx, stage.now_ms), stopped)
    yield Scene(caption="What was being sent has arrived", messages=stage.new_messages())
    yield Scene(caption="Prices of a bought product have changed", messages=_digest(stage))
    sent = PriceDigestSent(people_count=1, at_ms=stage.now_ms)
    yield Scene(caption="The admins read how many were told", messages=stage.notify(sent, to=RINA))


def _go_on(stage: Stage) -> tuple[Bubble, ...]:
    """Let the worker make the next slice of the broadcast."""
    if broadcast := news.under_way(stage.tx):
        send_slice(stage.context.begin(stage.tx, stage.now_ms), broadcast, 10)
    return stage.new_messages()


def _digest(stage: Stage) -> tuple[Bubble, ...]:
    """Let Sari buy a product, and change its price."""
    stage.send_text("s5.081234567890")
    stage.accept()
    stage.apply(Succeeded(sn="51203948571"))
    stage.sell(changed())
    if digest := price_digests.collecting(stage.tx):
        before = read_before(stage.tx, digest)
        codes = price_digests.codes_bought(stage.tx, SARI.user_id, since_ms=0)
        work = stage.context.begin(stage.tx, stage.now_ms)
        send_digest(work, digest, before, SARI.user_id, codes)
    return stage.new_messages()
