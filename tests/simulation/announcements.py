"""An admin announces something to all resellers in some worlds, and may stop it; everybody gets it once."""

import re
from collections.abc import Mapping
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from bot.notices.buttons import Action
from storage.news import BroadcastState
from tests.simulation.life import ADMIN
from tests.simulation.plan import TROUBLE_S

if TYPE_CHECKING:
    from tests.simulation.invariants import Ledgers
    from tests.simulation.world import World

ANNOUNCED, STOPPED = 0.4, 0.2
"""In how many worlds something is announced, and how many of those announcements are stopped."""

MADE = "SELECT count(*) FROM outbox WHERE subject = ? AND chat_id = ?"

SENT = "SELECT count(*) FROM outbox WHERE subject = ? AND state = 'sent'"

ABOUT_NEWS = frozenset({Action.SEND_BROADCAST, Action.CONFIRM_BROADCAST, Action.STOP_BROADCAST})


class Announcements:
    """The admin's announcements; they draw from a source of their own, and leave others as they are."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._random = Random(f"announcements {world.seed}")  # noqa: S311 - a seed must give the same story

    def arrive(self) -> None:
        """Plan what is announced today."""
        if self._random.random() < ANNOUNCED:
            for number in range(self._random.randint(1, 2)):
                at_s = self._random.uniform(0, TROUBLE_S * 0.9)
                self._world.timeline.after(at_s, partial(self._announce, number))

    def _announce(self, number: int) -> None:
        self._world.people.say(ADMIN, f"/umumkan Kabar {number}")

    def read(self, chat_id: int, message_id: int, buttons: Mapping[Action, str]) -> bool:
        """Act on a card about an announcement; return False if the message is about something else."""
        if buttons.keys() & {Action.STOP_NEWS, Action.RESUME_NEWS}:
            return True
        if not buttons.keys() & ABOUT_NEWS:
            return False
        is_stopped = Action.STOP_BROADCAST in buttons
        if is_stopped and self._random.random() > STOPPED:
            return True
        action = next(action for action in buttons if action in ABOUT_NEWS)
        tap = partial(self._world.people.tap, chat_id, message_id, action, buttons[action])
        for _ in range(self._random.randint(1, 2)):
            self._world.timeline.after(self._random.uniform(0.2, 10), tap)
        return True

    @property
    def is_done(self) -> bool:
        """Whether nothing is being sent or stopped."""
        query = "SELECT count(*) FROM broadcasts WHERE state IN ('sending', 'stopping')"
        return bool(self._world.disk.connection.execute(query).fetchone()[0] == 0)


def announcements_come_once(world: "World", _: "Ledgers") -> None:
    """Every reseller reads what was announced once: more only where an answer was lost or the power went."""
    query = "SELECT broadcast_id, body, state FROM broadcasts"
    for broadcast_id, body, state in world.disk.connection.execute(query).fetchall():
        for user_id in world.people.resellers:
            chat = world.telegram.chat(user_id)
            count = sum(message.text == f"📢 Pengumuman\n{body}" for message in chat.told)
            made = world.disk.connection.execute(MADE, (f"news:{broadcast_id}", user_id)).fetchone()[0]
            if made > 1 or count > 1 + chat.ambiguous + world.crashes:
                world.violate("news", f"{user_id} read «{body}» {count} times, {made} messages")
            has_missed = count == 0 and not chat.ambiguous and not world.people.has_blocked(user_id)
            if state == BroadcastState.DONE and has_missed:
                world.violate("news", f"{user_id} never read «{body}»")


def announcements_end_with_true_figures(world: "World", _: "Ledgers") -> None:
    """The card of an announcement that was sent to all says how many have it."""
    connection = world.disk.connection
    query = "SELECT broadcast_id FROM broadcasts WHERE state = 'done'"
    subjects = [f"news:{row[0]}" for row in connection.execute(query).fetchall()]
    sent = sorted(connection.execute(SENT, (subject,)).fetchone()[0] for subject in subjects)
    cards = [m.text for m in world.telegram.chat(ADMIN).told if m.text.startswith("☑️ Pengumuman selesai")]
    said = sorted(int(number) for card in cards for number in re.findall(r"Terkirim: (\d+) orang", card))
    if said != sent:
        world.violate("news", f"the admin was told that {said} have it, and {sent} have")
