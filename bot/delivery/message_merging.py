"""Chooses what a chat is told next, out of all that waits for it: one letter, or many in one message.

Pure: what waits comes in, a draft goes out; only what a letter merely names is left for the books to fill in.
"""

from msgspec import Struct
from msgspec.structs import replace

from bot.delivery.sending import OutgoingMessage
from bot.notices import LazyNotice, Result
from bot.notices.buttons import VIEW_ACTIONS
from bot.notices.orders import Acknowledgement, ListableNotice
from bot.texts.formatting import Clock
from bot.texts.message_merging import merge_notices
from bot.texts.render import RenderedMessage, render
from storage.outbox import OutboxMessage, QueuedMessage

MERGE_ABOVE, MERGE_ABOVE_WHEN_SCARCE = 3, 1
"""Up to three waiting letters keep their own bubble and reply; a longer queue is read faster as one.

Where Telegram lets little more be said, two are told as one.
"""


class Draft(Struct, frozen=True, kw_only=True):
    """One message for all letters of `batch`; `outgoing` is None until its `errand` is filled in.

    `version` is that of the table it shows, 0 if it shows none.
    """

    batch: list[QueuedMessage]
    outgoing: OutgoingMessage | None = None
    lazy_notice: LazyNotice | None = None
    version: int = 0


def compose_next(waiting: list[QueuedMessage], clock: Clock, *, one_by_one: bool, is_scarce: bool) -> Draft:
    """Choose the letters of the next message; a lane that is behind gets several in one."""
    first = waiting[0].message
    run, notices = _mergeable_run(waiting)
    if len(run) > (MERGE_ABOVE_WHEN_SCARCE if is_scarce else MERGE_ABOVE) and not one_by_one:
        text, count = merge_notices(notices, clock)
        outgoing = OutgoingMessage(chat_id=first.chat_id, thread_id=first.thread_id, text=text)
        return Draft(batch=run[:count], outgoing=outgoing)
    if isinstance(first.notice, LazyNotice):
        return Draft(batch=waiting[:1], lazy_notice=first.notice)
    return with_rendered(Draft(batch=waiting[:1]), render(first.notice, clock))


def with_rendered(draft: Draft, rendered: RenderedMessage, *, version: int = 0) -> Draft:
    """Give the draft of a single letter with its words."""
    message = draft.batch[0].message
    outgoing = OutgoingMessage(
        chat_id=message.chat_id,
        thread_id=message.thread_id,
        reply_to=message.reply_to,
        edits=message.edits,
        text=rendered.text,
        copy=rendered.copy,
        keyboard=message.keyboard,
        attachment=rendered.attachment,
        asks=rendered.asks,
    )
    return replace(draft, outgoing=outgoing, version=version)


def superseded(waiting: list[QueuedMessage]) -> list[QueuedMessage]:
    """Give what need not be said: acknowledgements whose result waits behind them, corrections of nothing.

    The result says more than the acknowledgement, and must come last.
    """
    results = {entry.message.notice.trxid for entry in waiting if isinstance(entry.message.notice, Result)}
    return [
        entry
        for entry in waiting
        if entry.is_void
        or (isinstance(entry.message.notice, Acknowledgement) and entry.message.notice.trxid in results)
    ]


def _mergeable_run(waiting: list[QueuedMessage]) -> tuple[list[QueuedMessage], list[ListableNotice]]:
    """Give the letters from the first on that may share a message, and their notices."""
    run: list[QueuedMessage] = []
    notices: list[ListableNotice] = []
    for entry in waiting:
        message = entry.message
        if not isinstance(message.notice, ListableNotice) or not _is_mergeable(message, waiting[0].message):
            break
        run.append(entry)
        notices.append(message.notice)
    return run, notices


def _is_mergeable(message: OutboxMessage, first: OutboxMessage) -> bool:
    """Tell whether a letter is new, goes to the same topic, and has no button that decides anything."""
    only_views = all(button.action in VIEW_ACTIONS for row in message.keyboard for button in row)
    return only_views and message.edits is None and message.thread_id == first.thread_id
