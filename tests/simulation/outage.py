"""Outages of the biller, and a watch over how much a life still posts into one."""

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.leadership import NOT_LEADING
from bot.orders.events import Answer, NotSent, Unclear

if TYPE_CHECKING:
    from tests.simulation.world import World

UNCLEAR_IN_A_ROW = 5
UNSENT_ORDERS = 3
UNSENT_FOR_S = 30.0
PAUSES_S = (30.0, 60.0, 120.0, 240.0, 300.0)


class Outage(StrEnum):
    """What becomes of every post while it lasts: it may be bought without an answer, or never leaves."""

    DARK = "dark"
    SHUT = "shut"


class Watch:
    """Counts what one life posts from when its biller's answers should have made it stop to a clear one."""

    def __init__(self, world: "World", at_once: int) -> None:
        self._world = world
        self._at_once = at_once
        self._unclear = 0
        self._unsent: dict[str, float] = {}
        self._held_from_s: float | None = None
        self._under_way = 0
        self._claimed = 0
        self._posts = 0

    def begins(self, trxid: str) -> None:
        """A post begins; those claimed before may still, and then one a pause."""
        self._under_way += 1
        if self._held_from_s is None:
            return
        self._posts += 1
        elapsed_s = self._world.timeline.now_s - self._held_from_s
        if self._posts > self._claimed + 1 + _probes_within(elapsed_s):
            self._world.violate("breaker", f"{trxid} is post {self._posts} after {elapsed_s:.0f} s of outage")

    def ends(self, trxid: str, answer: Answer) -> Answer:
        """A post came to something."""
        now_s = self._world.timeline.now_s
        self._under_way -= 1
        if answer == NOT_LEADING:
            return answer
        if isinstance(answer, NotSent):
            self._unsent.setdefault(trxid, now_s)
        elif isinstance(answer, Unclear):
            self._unsent.clear()
            self._unclear += 1
        else:
            self._unsent.clear()
            self._unclear, self._posts, self._held_from_s = 0, 0, None
        if self._held_from_s is None and self._must_hold(now_s):
            # Some may be claimed and not begun, as many as there is room for beside this one and the others.
            self._held_from_s, self._claimed = now_s, self._at_once - self._under_way - 1
        return answer

    def _must_hold(self, now_s: float) -> bool:
        never_left = len(self._unsent) >= UNSENT_ORDERS and now_s - min(self._unsent.values()) >= UNSENT_FOR_S
        return self._unclear >= UNCLEAR_IN_A_ROW or never_left


def _probes_within(elapsed_s: float) -> int:
    count = 0
    for pause_s in PAUSES_S:
        elapsed_s -= pause_s
        count += elapsed_s >= 0
    return count
