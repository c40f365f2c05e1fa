"""Puts notices into the outbox: for one chat, for every admin, with one-time buttons where they have any."""

from collections.abc import Callable
from datetime import tzinfo

from msgspec import Struct, field

from bot.notices import Notice
from bot.notices.buttons import VIEW_ACTIONS, ButtonSpec
from bot.notices.keyboards import keyboard_of
from storage import inbox, outbox
from storage.catalogue_cache import CatalogueCache
from storage.keyboard import Button, Keyboard
from storage.outbox import OutboxMessage
from storage.transaction import Tx

ALERT_PAUSE_MS = 300_000
"""Five minutes between two alerts of one kind: the first wakes an admin, a flood would hide the rest."""


class Address(Struct, frozen=True, kw_only=True):
    """Where something is said: a chat, its topic, and the message that is answered."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None


class Desk(Struct, frozen=True, kw_only=True):
    """What every unit of work needs to speak and to name things; chance comes in from `app.py`.

    `nonce` gives a fresh unguessable text of at most 64 bytes, `chance` a number from 0 to 99999;
    `held_since_ms` tells since when orders are held back, None if they are not.
    """

    admins: tuple[int, ...]
    zone: tzinfo
    nonce: Callable[[], str]
    chance: Callable[[], int]
    held_since_ms: Callable[[], int | None] = lambda: None
    shelf: CatalogueCache = field(default_factory=CatalogueCache)

    def say(
        self,
        tx: Tx,
        notice: Notice,
        place: Address,
        *,
        at_ms: int,
        subject: str = "",
        edits: int | None = None,
        hold_until_ms: int = 0,
    ) -> None:
        """Say something, new or in the place of our message `edits`; while it rests, others overtake it."""
        letter = OutboxMessage(
            chat_id=place.chat_id,
            thread_id=place.thread_id,
            reply_to=place.reply_to,
            notice=notice,
            edits=edits,
            keyboard=self._keyboard(tx, notice, subject, at_ms=at_ms),
            subject=subject,
            hold_until_ms=hold_until_ms,
        )
        outbox.enqueue(tx, letter, at_ms=at_ms)

    def tell_admins(self, tx: Tx, notice: Notice, *, at_ms: int, subject: str) -> None:
        """Say something to every admin, in their private chats."""
        for admin in self.admins:
            self.say(tx, notice, Address(chat_id=admin), at_ms=at_ms, subject=subject)

    def alert_admins(self, tx: Tx, notice: Notice, *, at_ms: int, topic: str) -> bool:
        """Wake the admins, unless they were woken about this topic just now; tell whether they were woken."""
        subject = f"alert:{topic}"
        if outbox.was_enqueued_since(tx, subject, since_ms=at_ms - ALERT_PAUSE_MS):
            return False
        self.tell_admins(tx, notice, at_ms=at_ms, subject=subject)
        return True

    def close_cards(self, tx: Tx, notice: Notice, *, at_ms: int, subject: str) -> None:
        """Put `notice` in the place of every card about a subject, so that no open question is left lying."""
        cards = outbox.cards_about(tx, subject)
        outbox.drop_waiting_about(tx, subject)
        for chat_id, message_id, letter_id in cards:
            on_its_way = letter_id if message_id is None else None
            closing = OutboxMessage(
                chat_id=chat_id, notice=notice, edits=message_id, edits_outbox_id=on_its_way, subject=subject
            )
            outbox.enqueue(tx, closing, at_ms=at_ms)

    def _keyboard(self, tx: Tx, notice: Notice, subject: str, *, at_ms: int) -> Keyboard:
        return tuple(
            tuple(self._button(tx, key, subject, at_ms=at_ms) for key in row) for row in keyboard_of(notice)
        )

    def _button(self, tx: Tx, key: ButtonSpec, subject: str, *, at_ms: int) -> Button:
        """Make a key a button: a view carries what it shows, anything else a nonce that works once."""
        if key.action in VIEW_ACTIONS:
            return Button(action=key.action, data=f"{key.action}:{key.payload}", label=key.label)
        nonce = self.nonce()
        inbox.register_button(tx, nonce, key, subject, at_ms=at_ms)
        return Button(action=key.action, data=nonce, label=key.label)
