"""Chooses what a chat is told next, out of all that waits for it: one letter, or many in one message.

Pure: what waits comes in, a draft goes out; only what a letter merely names is left for the books to fill in.
"""

from dataclasses import dataclass, replace

from bot.notices import Errand, Result
from bot.notices.keys import VIEWS
from bot.order.notices import OrderOverdue, OrderReceived, OrderWaiting
from bot.telegram.sender import Outgoing
from bot.texts import Clock, Rendered, merge, render
from storage.outbox import Letter, Waiting

MERGE_ABOVE = 3
"""Up to three waiting letters keep their own bubble and reply; a longer queue is read faster as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One message for all letters of `batch`; `outgoing` is None until its `errand` is filled in.

    `version` is that of the table it shows, 0 if it shows none.
    """

    batch: list[Waiting]
    outgoing: Outgoing | None = None
    errand: Errand | None = None
    version: int = 0


def choose(waiting: list[Waiting], clock: Clock, *, one_by_one: bool) -> Draft:
    """Choose the letters of the next message; a lane that is behind gets several in one."""
    first = waiting[0].letter
    run = _mergeable_run(waiting)
    if len(run) > MERGE_ABOVE and not one_by_one:
        text, count = merge([entry.letter.notice for entry in run], clock)
        outgoing = Outgoing(chat_id=first.chat_id, thread_id=first.thread_id, text=text)
        return Draft(batch=run[:count], outgoing=outgoing)
    if isinstance(first.notice, Errand):
        return Draft(batch=waiting[:1], errand=first.notice)
    return with_words(Draft(batch=waiting[:1]), render(first.notice, clock))


def with_words(draft: Draft, rendered: Rendered, *, version: int = 0) -> Draft:
    """Give the draft of a single letter with its words."""
    letter = draft.batch[0].letter
    outgoing = Outgoing(
        chat_id=letter.chat_id,
        thread_id=letter.thread_id,
        reply_to=letter.reply_to,
        edits=letter.edits,
        text=rendered.text,
        copy=rendered.copy,
        keyboard=letter.keyboard,
        attachment=rendered.attachment,
        asks=rendered.asks,
    )
    return replace(draft, outgoing=outgoing, version=version)


def outdated_among(waiting: list[Waiting]) -> list[Waiting]:
    """Give what need not be said: acknowledgements whose result waits behind them, corrections of nothing.

    The result says more than the acknowledgement, and must come last.
    """
    results = {entry.letter.notice.trxid for entry in waiting if isinstance(entry.letter.notice, Result)}
    return [
        entry
        for entry in waiting
        if entry.is_void
        or (
            isinstance(entry.letter.notice, OrderReceived | OrderWaiting)
            and entry.letter.notice.trxid in results
        )
    ]


def _mergeable_run(waiting: list[Waiting]) -> list[Waiting]:
    """Give the letters from the first on that may share a message."""
    run: list[Waiting] = []
    for entry in waiting:
        if not _is_mergeable(entry.letter) or entry.letter.thread_id != waiting[0].letter.thread_id:
            break
        run.append(entry)
    return run


def _is_mergeable(letter: Letter) -> bool:
    """Tell whether a letter is of an order, new, and without a button that decides anything."""
    of_order = isinstance(letter.notice, Result | OrderReceived | OrderWaiting | OrderOverdue)
    only_views = all(button.action in VIEWS for row in letter.keyboard for button in row)
    return of_order and only_views and letter.edits is None
