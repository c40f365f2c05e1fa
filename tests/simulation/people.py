"""Resellers, a stranger and an admin: they type, copy, block, tap, and remember what they typed."""

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.notices.buttons import Action, Keyboard
from bot.orders.model import Outcome
from tests.simulation.life import ADMIN
from tests.simulation.loop import START_S
from tests.simulation.plan import TROUBLE_S

if TYPE_CHECKING:
    from tests.simulation.world import World

STRANGER = 5001
IN_THE_OUTAGE, AFTERWARDS = 12, 3
CALM_FROM_S = TROUBLE_S + 400.0
"""Longer than the longest pause between two probes, and the answer of the last."""

AGAIN, SEVERAL = 0.2, 0.2
"""How often a message repeats an earlier one word for word, and how often it holds several orders."""

FORMS = ("s5.{0}", "S5 {0}", "s5,{1}", "s5.+{1}", "s5*{0}#", "\u202as5.{0}\u202c")


@dataclass(frozen=True, slots=True)
class Wish:
    """A number that somebody wanted something for, and the update that said so."""

    destination: str
    update_id: int


Line = tuple[int, int, int]
"""A chat, a message in it, and a line of that."""


class People:
    """Everybody in front of the counter."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.resellers = tuple(1001 + number for number in range(world.plan.people))
        self.orders: dict[Line, Wish] = {}
        self.taps: dict[tuple[int, int], str] = {}
        self.asked_afterwards: set[tuple[int, int]] = set()
        self._said: dict[int, list[tuple[str, str]]] = {}
        self.says_last_at_s = START_S
        self._hellos: set[int] = set()

    def arrive(self) -> None:
        """Plan the day: orders at any time, a stranger's try, phones that block us for a while."""
        world, rng = self._world, self._world.rng
        for number in range(world.plan.orders):
            world.timeline.after(rng.uniform(0, TROUBLE_S * 0.9), partial(self.order, number))
        if world.plan.outage:
            self._arrive_at_an_outage()
        world.timeline.after(rng.uniform(0, TROUBLE_S), lambda: self.say(STRANGER, "s5.081200000000"))
        for chat_id in self.resellers:
            if rng.random() < world.plan.blocked * 4:
                world.timeline.after(rng.uniform(0, TROUBLE_S), partial(self._block, chat_id))
        world.timeline.after(TROUBLE_S + 1, self._calm)

    def _arrive_at_an_outage(self) -> None:
        """A rush while the biller is out, and some calm orders when it has long been back."""
        world, rng = self._world, self._world.rng
        for number in range(IN_THE_OUTAGE):
            at_s = world.plan.outage_from_s + rng.uniform(0, 80)
            world.timeline.after(at_s, partial(self.order, 50 + number))
        for number in range(AFTERWARDS):
            world.timeline.after(CALM_FROM_S + 5 * number, partial(self._order_afterwards, 90 + number))
        self.says_last_at_s = START_S + CALM_FROM_S + 5 * AFTERWARDS

    def _order_afterwards(self, number: int) -> None:
        self.asked_afterwards.add(self.order(number, alone=True))

    def order(self, number: int, *, alone: bool = False) -> tuple[int, int]:
        """Order by one line, or unless `alone` by several, or by the very text of an earlier message."""
        rng = self._world.rng
        chat_id = rng.choice(self.resellers)
        said = self._said.setdefault(chat_id, [])
        wished = 0.5 if alone else rng.random()
        if said and wished < AGAIN:
            lines = [rng.choice(said)]
        else:
            count = rng.randint(2, 6) if wished > 1 - SEVERAL else 1
            lines = [self._line(number) for _ in range(count)]
        said.extend(lines)
        message_id, update_id = self.say(chat_id, "\n".join(text for _, text in lines))
        for line, (destination, _) in enumerate(lines, start=1):
            self.orders[chat_id, message_id, line] = Wish(destination, update_id)
        return chat_id, message_id

    def _line(self, number: int) -> tuple[str, str]:
        """Return a new number, and a text that orders for it."""
        rng = self._world.rng
        local = f"0812{number:02d}{rng.randrange(10**6):06d}"
        return local, rng.choice(FORMS).format(local, "62" + local[1:])

    def _block(self, chat_id: int) -> None:
        self._world.telegram.chat(chat_id).blocked = True
        self._hellos.add(chat_id)
        self._world.note(f"chat {chat_id} blocks the bot")

    def has_blocked(self, chat_id: int) -> bool:
        """Return whether somebody blocked the bot for a while."""
        return chat_id in self._hellos

    def _calm(self) -> None:
        """Trouble is over: whoever blocked us speaks again, and the admin works through the list."""
        for chat_id in sorted(self._hellos):
            self._world.telegram.chat(chat_id).blocked = False
            self.say(chat_id, "halo")
        for minutes in range(1, 120, 12):
            self._world.timeline.after(minutes * 60, lambda: self.say(ADMIN, "/tertunda"))

    def say(self, chat_id: int, text: str, *, reply_to: int | None = None) -> tuple[int, int]:
        """Type something, perhaps as a reply; gives (message_id, update_id)."""
        message_id = self._world.telegram.new_message_id(chat_id)
        self._world.note(f"{chat_id} types {text!r}")
        entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if text.startswith("/") else []
        message: dict[str, object] = {
            "message_id": message_id,
            "date": int(self._world.timeline.now_s),
            "chat": {"id": chat_id, "type": "private", "first_name": f"P{chat_id}"},
            "from": {"id": chat_id, "is_bot": False, "first_name": f"P{chat_id}"},
            "text": text,
            "entities": entities,
        }
        if reply_to is not None:
            message["reply_to_message"] = {"message_id": reply_to, "text": "card"}
        return message_id, self._world.telegram.bring({"message": message})

    def read(self, chat_id: int, message_id: int, text: str, keyboard: Keyboard) -> None:
        """A message arrived; the admin taps what the biller's book says, at least when all is calm."""
        if not keyboard and chat_id != ADMIN:
            return
        buttons = {button.action: button.data for row in keyboard for button in row}
        if self._world.low_funds.read(chat_id, message_id, text, buttons):
            return
        if not keyboard:
            return
        if self._world.announcements.read(chat_id, message_id, buttons):
            return
        if self._world.deposits.read(chat_id, message_id, text, buttons):
            return
        if chat_id != ADMIN:
            self._wish_again(chat_id, message_id, text, keyboard)
            return
        world = self._world
        if world.is_troubled and world.rng.random() < 0.5:
            return
        if buttons.keys() & {Action.TYPE_SN, Action.CLOSE_PRODUCT, Action.KEEP_CLOSED}:
            return  # which SN is right stands in no book of the biller's, and products open by themselves
        action = self._choose(text, set(buttons))
        world.timeline.after(
            world.rng.uniform(1, 20),
            lambda: self.tap(chat_id, message_id, action, buttons[action]),
        )

    def _wish_again(self, chat_id: int, message_id: int, text: str, keyboard: Keyboard) -> None:
        """Somebody who was told that it was bought before may want one more, and taps as people do: twice."""
        rng, buttons = self._world.rng, [button for row in keyboard for button in row]
        buy = next((button for button in buttons if button.action is Action.BUY), None)
        if buy is None or rng.random() < 0.5:
            return
        found = re.search(r"(?:s5\.(?:\d{1,2}\.)?|Nomor: )(0812[0-9-]+)", text)
        assert found, text
        self.taps[chat_id, message_id] = found[1].replace("-", "")
        for _ in range(rng.randint(1, 2)):
            tap = partial(self.tap, chat_id, message_id, Action.BUY, buy.data)
            self._world.timeline.after(rng.uniform(1, 20), tap)

    def _choose(self, text: str, offered: set[Action]) -> Action:
        if Action.APPROVE in offered:
            return Action.REJECT
        for action in (
            Action.OPEN_COUNTER,
            Action.CONFIRM_OPEN,
            Action.WITHOUT_SN,
            Action.CONFIRM_SUCCESS,
            Action.CONFIRM_FAILURE,
        ):
            if action in offered:
                return action
        found = re.search(r"Ref (\d{17})", text)
        entry = self._world.biller.ledger.get(found[1]) if found else None
        bought = entry is not None and entry.outcome is Outcome.SUCCESS
        return Action.RESOLVE_SUCCESS if bought else Action.RESOLVE_FAILURE

    def tap(self, chat_id: int, message_id: int, action: Action, nonce: str) -> None:
        """Tap a button under a message."""
        self._world.note(f"{chat_id} taps {action} under message {message_id}")
        press = {
            "id": f"press-{nonce}",
            "from": {"id": chat_id, "is_bot": False, "first_name": f"P{chat_id}"},
            "chat_instance": "1",
            "data": nonce,
            "message": {
                "message_id": message_id,
                "date": int(self._world.timeline.now_s),
                "chat": {"id": chat_id, "type": "private", "first_name": f"P{chat_id}"},
                "text": "card",
            },
        }
        self._world.telegram.bring({"callback_query": press})
