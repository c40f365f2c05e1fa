"""Decides in which form a message is sent: with tables, to one member of a group alone, or as text to all.

Each chat is asked once, and so is the server. A chat that refused gets text for all from then on, and so
do all chats where the server does not know the form.
"""

from collections.abc import Callable

from msgspec.structs import replace

from bot.delivery.message_merging import Draft
from bot.delivery.sending import EphemeralAnswer, TableAnswer
from storage import chats
from storage.chats import EVERY_CHAT
from storage.database import Database
from storage.transaction import Tx

FRESH_MS = 15_000
"""So long after they typed, a person is likely to be online; Telegram does not keep the hint for later."""


class TableChoice:
    """What is known of tables in the chats; nothing is asked if the operator wants none."""

    def __init__(self, *, database: Database, is_wanted: bool, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._is_wanted = is_wanted
        self._now_ms = now_ms
        self._known: dict[int, bool] | None = None

    async def choose(self, draft: Draft) -> Draft:
        """Return the draft without its layout unless it may be sent with it."""
        outgoing = draft.outgoing
        if outgoing is None or not outgoing.layout:
            return draft
        if self._is_wanted and self._known is None:
            self._known = await self._database.read(chats.shows_tables)
        if self._may_show(draft, self._known or {}):
            return draft
        return replace(draft, outgoing=replace(outgoing, layout=()))

    def _may_show(self, draft: Draft, known: dict[int, bool]) -> bool:
        entry = draft.batch[0]
        # After a lost answer the text is sent: a server may answer so to every method that it does not know.
        if not self._is_wanted or entry.ambiguous or not known.get(EVERY_CHAT, True):
            return False
        # Only a new message asks: a refused edit would leave what it should replace.
        return known.get(entry.message.chat_id, entry.message.edits is None)

    def note(self, tx: Tx, chat_id: int, answer: TableAnswer) -> None:
        """Store what became of a layout, if that is new."""
        key, is_shown = _learned(chat_id, answer)
        if (self._known or {}).get(key) is not is_shown:
            chats.note_tables(tx, key, is_shown=is_shown, at_ms=self._now_ms())

    def learn(self, chat_id: int, answer: TableAnswer) -> None:
        """Remember what was stored."""
        key, is_shown = _learned(chat_id, answer)
        if self._known is not None:
            self._known[key] = is_shown


def _learned(chat_id: int, answer: TableAnswer) -> tuple[int, bool]:
    """Return for which chat an answer holds, and whether tables are shown there."""
    return (
        EVERY_CHAT if answer is TableAnswer.UNKNOWN_METHOD else chat_id,
        answer is TableAnswer.SHOWN,
    )


class HintChoice:
    """Which hints one member of a group sees alone; nothing is asked if the operator wants none."""

    def __init__(self, *, database: Database, is_wanted: bool, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._is_wanted = is_wanted
        self._now_ms = now_ms

    async def choose(self, draft: Draft) -> Draft:
        """Return the draft for all members, unless one of them may see it alone."""
        outgoing = draft.outgoing
        if outgoing is None or outgoing.only_for is None or outgoing.edits is not None:
            return draft
        if await self._may_be_alone(draft):
            return draft
        return replace(draft, outgoing=replace(outgoing, only_for=None))

    async def _may_be_alone(self, draft: Draft) -> bool:
        entry = draft.batch[0]
        age_ms = self._now_ms() - entry.created_at_ms
        # After a lost answer it is sent to all, as it is when it comes late.
        if not self._is_wanted or entry.ambiguous or not 0 <= age_ms <= FRESH_MS:
            return False
        chat_id = entry.message.chat_id
        return not await self._database.read(lambda tx: chats.refuses_ephemeral(tx, chat_id))

    def note(self, tx: Tx, chat_id: int, answer: EphemeralAnswer) -> None:
        """Store that a group, or the server, does not take such messages."""
        if answer is not EphemeralAnswer.SHOWN:
            refused_by = EVERY_CHAT if answer is EphemeralAnswer.UNKNOWN else chat_id
            chats.note_ephemeral_refusal(tx, refused_by, at_ms=self._now_ms())
