"""After a backup was put in the place of the database: nothing is bought until an admin has looked."""

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
    yield Scene(when="The first start on the restored database", said=stage.looks())
    stage.passes(HOUR_MS / 1000)
    order = "s5.081234567890"
    yield Scene(when="Somebody orders meanwhile", did=order, said=stage.says(order))
    yield Scene(when="Buka loket is tapped", said=stage.taps("Buka loket", RINA))
    yield Scene(when="And confirmed", said=stage.taps("Ya, buka loket", RINA))
