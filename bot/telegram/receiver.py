"""Where updates come in, polled or pushed: each is taken in on the disk before Telegram hears of it."""

import json
import logging
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from bot.delivery.sending import OutgoingMessage
from bot.grammar.parse import parse
from bot.grammar.parsed import OrderLines
from bot.handlers import callbacks, messages
from bot.telegram.parse_update import ParsedUpdate, parse_update
from bot.texts.buttons import toast_text
from bot.texts.restore_gate import NOT_STORED
from bot.unit_of_work import UnitOfWork, WorkContext
from bot.updates import ButtonPress, ChatMoved, IncomingMessage, MessageKind, Toast
from bot.worker import WakeUp
from storage import chats, inbox
from storage.database import Database
from storage.errors import StorageError
from storage.transaction import Tx

_log = logging.getLogger(__name__)

Raw = dict[str, object]

MAX_BODY_KEPT_CHARS = 20_000

APOLOGISE_AGAIN_MS = 600_000
"""While a disk is full Telegram brings the same orders again every second: one word a chat is enough."""


class UnreadableUpdate(Struct, frozen=True, kw_only=True):
    """An update that does not fit Telegram's own types, or that our code stumbled over."""

    why: str


class DirectSender(Protocol):
    """Whoever answers at once what no letter answers: a tap, and an order that could not be kept."""

    def answer_callback(self, callback_id: str, words: str) -> None:
        """Answer soon, without waiting for it."""
        ...

    def send_direct(self, outgoing: OutgoingMessage) -> None:
        """Say something that the outbox cannot hold, without waiting for it."""
        ...


class UpdateReceiver:
    """Takes updates in. `username` is the bot's own name, once Telegram has told it.

    `claim` and `look` let the orders that are being taken in be claimed, and their first letters be found,
    in the same commit.
    """

    def __init__(
        self,
        *,
        database: Database,
        context: WorkContext,
        sender: DirectSender,
        now_ms: Callable[[], int],
        claim_orders: Callable[[], None],
        scan_outbox: Callable[[], None],
        imports_wake_up: WakeUp,
    ) -> None:
        self.username: str | None = None
        self._database = database
        self._context = context
        self._sender = sender
        self._now_ms = now_ms
        self._claim_orders = claim_orders
        self._scan_outbox = scan_outbox
        self._imports_wake_up = imports_wake_up
        self._apologised: dict[int, int] = {}

    async def receive(self, updates: list[Raw], *, next_update_id: int | None = None) -> None:
        """Take updates in, in order, together with how far the poller is; StorageError means none was."""
        heard = [(raw, self._read(raw)) for raw in updates]
        now_ms = self._now_ms()

        def unit(tx: Tx) -> list[tuple[str, Toast]]:
            toasts = [
                toast
                for raw, each in heard
                for toast in _take_one(self._context.begin(tx, now_ms), raw, each)
            ]
            if next_update_id is not None:
                inbox.move_cursor(tx, next_update_id, at_ms=now_ms)
            return toasts

        try:
            kept = self._database.write(unit)
            self._claim_orders()
            self._scan_outbox()
            toasts = await kept
        except StorageError:
            self._apologise([each for _, each in heard], now_ms)
            raise
        if any(isinstance(each, IncomingMessage) and each.document for _, each in heard):
            self._imports_wake_up.set()
        for callback_id, toast in toasts:
            self._sender.answer_callback(callback_id, toast_text(toast))

    def _apologise(self, heard: list[ParsedUpdate | UnreadableUpdate], now_ms: int) -> None:
        """Tell a chat that its order is not kept: Telegram brings it again, so it must not be sent again."""
        recent = {
            chat: at_ms for chat, at_ms in self._apologised.items() if now_ms - at_ms < APOLOGISE_AGAIN_MS
        }
        for said in heard:
            if isinstance(said, IncomingMessage) and _is_order(said) and said.chat_id not in recent:
                recent[said.chat_id] = now_ms
                self._sender.send_direct(
                    OutgoingMessage(
                        chat_id=said.chat_id,
                        thread_id=said.thread_id,
                        reply_to=said.message_id,
                        text=NOT_STORED,
                    )
                )
        self._apologised = recent

    def _read(self, raw: Raw) -> ParsedUpdate | UnreadableUpdate:
        try:
            return parse_update(raw, username=self.username)
        except Exception as error:  # noqa: BLE001 - one bad update must not stop the others
            return UnreadableUpdate(why=type(error).__name__)


def _is_order(said: IncomingMessage) -> bool:
    return said.kind is MessageKind.WRITTEN and _asks_for_orders(said.text)


def _asks_for_orders(text: str) -> bool:
    parsed = parse(text)
    return isinstance(parsed, OrderLines) and parsed.looks_like_order


def _take_one(work: UnitOfWork, raw: Raw, heard: ParsedUpdate | UnreadableUpdate) -> list[tuple[str, Toast]]:
    try:
        with work.tx.savepoint():
            return _handle(work, raw, heard)
    except Exception as error:
        if work.tx.is_broken(error):
            raise
        _log.exception("an update could not be handled and was set aside")
        _set_aside(work.tx, raw, type(error).__name__, work.now_ms)
        return []


def _handle(work: UnitOfWork, raw: Raw, heard: ParsedUpdate | UnreadableUpdate) -> list[tuple[str, Toast]]:
    match heard:
        case IncomingMessage():
            messages.handle_message(work, heard)
        case ButtonPress():
            return [(heard.callback_id, callbacks.handle_callback(work, heard))]
        case ChatMoved():
            chats.move(work.tx, heard.chat_id, heard.new_chat_id, at_ms=work.now_ms)
        case UnreadableUpdate():
            _set_aside(work.tx, raw, heard.why, work.now_ms)
        case None:
            pass
    return []


def _set_aside(tx: Tx, raw: Raw, fault: str, now_ms: int) -> None:
    update_id = raw.get("update_id")
    body = json.dumps(raw, ensure_ascii=True)[:MAX_BODY_KEPT_CHARS]
    known_id = update_id if isinstance(update_id, int) and abs(update_id) < 1 << 62 else now_ms
    inbox.store_failed_update(tx, known_id, body=body, fault=fault, at_ms=now_ms)
