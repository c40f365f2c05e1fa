"""After a restore: nothing is bought until an admin has checked."""

from collections.abc import Iterator

from bot.purchasing import restore_gate
from storage import restores
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import RINA, Stage

HOUR_MS = 3_600_000


def play() -> Iterator[Scene]:
    """Restore a backup of an hour ago, and open the counter again."""
    stage = Stage(*GOODS)
    restored_at_ms = stage.now_ms
    restores.start_quarantine(
        stage.tx,
        restored_at_ms=restored_at_ms,
        backup_at_ms=restored_at_ms - HOUR_MS,
        gap_until_ms=restored_at_ms,
    )
    restore_gate.check_after_restore(stage.context.begin(stage.tx, stage.now_ms))
    yield Scene(caption="The first start on the restored database", messages=stage.new_messages())
    stage.advance(HOUR_MS / 1000)
    order = "s5.081234567890"
    yield Scene(caption="A reseller orders meanwhile", typed=order, messages=stage.send_text(order))
    yield Scene(caption="Buka loket is tapped", messages=stage.tap("Buka loket", RINA))
    yield Scene(caption="The decision is confirmed", messages=stage.tap("Ya, buka loket", RINA))
