"""The page *messages*: what waits to be sent, which chats cannot be reached, and what was given up."""

import re

from msgspec import Struct

from bot.desk.context import DeskPage
from bot.desk.request import DeskRequest, DeskResponse, page
from bot.unit_of_work import UnitOfWork
from storage import chats, outbox, people
from storage.outbox import ChatBacklog, FailedMessage
from storage.transaction import Tx

ROWS_SHOWN = 100
MAX_DIGITS = 18

_TRXID = re.compile(r".*:([0-9]{17})")
"""The subject of a message about an order ends with its trxid."""


class NamedBacklog(Struct, frozen=True):
    """The messages of a chat that were not sent, and the chat's name."""

    backlog: ChatBacklog
    name: str


class NamedFailure(Struct, frozen=True):
    """A message that was given up, its chat's name, and the Ref of its order, if it is about one."""

    message: FailedMessage
    name: str
    trxid: str


class ChatPage(Struct, frozen=True, kw_only=True):
    """Some of the chats; `after` is the message behind which the next page begins, 0 on the last one."""

    rows: tuple[NamedBacklog, ...]
    after: int


class Messages(Struct, frozen=True, kw_only=True):
    """What the page shows; `after` is the message with which the next page of failures begins."""

    counts: dict[str, int]
    waiting: ChatPage
    parked: ChatPage
    failed: tuple[NamedFailure, ...]
    after: int | None


class MessageKeys(Struct, frozen=True, kw_only=True):
    """Where the three lists of the page begin; each at its beginning without a key."""

    waiting_after: int | None = None
    parked_after: int | None = None
    failed_before: int | None = None


def _show(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    keys = MessageKeys(
        waiting_after=_key(request, "waiting_after"),
        parked_after=_key(request, "parked_after"),
        failed_before=_key(request, "after"),
    )
    return page("messages.html", messages=_read(work, keys), is_live=keys == MessageKeys())


def _key(request: DeskRequest, name: str) -> int | None:
    typed = request.query(name)
    return int(typed) if typed.isdecimal() and typed.isascii() and len(typed) <= MAX_DIGITS else None


def _refresh(_: DeskRequest, work: UnitOfWork) -> DeskResponse:
    return page("messages_list.html", messages=_read(work, MessageKeys()))


def _read(work: UnitOfWork, keys: MessageKeys) -> Messages:
    tx, limit = work.tx, ROWS_SHOWN + 1
    failed = outbox.failed_messages(tx, before_id=keys.failed_before, limit=limit)
    shown = failed[:ROWS_SHOWN]
    return Messages(
        counts=outbox.counts(tx),
        waiting=_page(tx, outbox.waiting_by_chat(tx, after_id=keys.waiting_after or 0, limit=limit)),
        parked=_page(tx, outbox.parked_by_chat(tx, after_id=keys.parked_after or 0, limit=limit)),
        failed=tuple(NamedFailure(each, _chat_name(tx, each.chat_id), _trxid_of(each)) for each in shown),
        after=shown[-1].outbox_id if len(failed) > ROWS_SHOWN else None,
    )


def _page(tx: Tx, found: list[ChatBacklog]) -> ChatPage:
    shown = found[:ROWS_SHOWN]
    return ChatPage(
        rows=tuple(NamedBacklog(each, _chat_name(tx, each.chat_id)) for each in shown),
        after=shown[-1].first_id if len(found) > ROWS_SHOWN else 0,
    )


def _chat_name(tx: Tx, chat_id: int) -> str:
    """Return the title of a group, or the name of the person in a private chat."""
    return chats.title(tx, chat_id) or people.name_or_id(tx, chat_id)


def _trxid_of(message: FailedMessage) -> str:
    found = _TRXID.fullmatch(message.subject)
    return found[1] if found else ""


PAGES = (
    DeskPage(path="/messages", read=_show, title="Messages"),
    DeskPage(path="/messages/live", read=_refresh, is_shared=True),
)
