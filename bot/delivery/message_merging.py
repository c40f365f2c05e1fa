"""Composes the next message for a chat from its queue: one outbox message, or several merged into one.

Pure: the content of a lazy notice is left for the messenger to load from the database.
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
"""Up to three waiting messages are sent one by one, each as a reply; a longer queue is read faster merged.

Where the rate limit leaves only few messages, already two are merged.
"""


class Draft(Struct, frozen=True, kw_only=True):
    """One Telegram message for all messages of `batch`; `outgoing` is None until `lazy_notice` is loaded.

    `version` is that of the batch summary it shows, 0 if it shows none.
    """

    batch: list[QueuedMessage]
    outgoing: OutgoingMessage | None = None
    lazy_notice: LazyNotice | None = None
    version: int = 0


def compose_next(waiting: list[QueuedMessage], clock: Clock, *, one_by_one: bool, is_scarce: bool) -> Draft:
    """Return the draft of the next message; a chat that is behind gets several in one."""
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
    """Return the draft of a single message with its text."""
    message = draft.batch[0].message
    outgoing = OutgoingMessage(
        chat_id=message.chat_id,
        thread_id=message.thread_id,
        reply_to=message.reply_to,
        edits=message.edits,
        text=rendered.text,
        layout=rendered.layout,
        copy=rendered.copy,
        keyboard=message.keyboard,
        attachment=rendered.attachment,
        received_file=rendered.received_file,
        asks=rendered.asks,
        only_for=message.reader_id,
    )
    return replace(draft, outgoing=outgoing, version=version)


def superseded(waiting: list[QueuedMessage]) -> list[QueuedMessage]:
    """Return messages not to send: acknowledgements with a result behind them, edits of messages never sent.

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
    """Return the messages at the head of the queue that may be merged, and their notices."""
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
    """Check that a message is new, goes to the same topic, and has no buttons other than views."""
    only_views = all(button.action in VIEW_ACTIONS for row in message.keyboard for button in row)
    return only_views and message.edits is None and message.thread_id == first.thread_id
