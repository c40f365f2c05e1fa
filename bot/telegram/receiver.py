"""Receives updates, polled or pushed: each is stored before it is confirmed to Telegram."""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct

from bot.delivery.sending import OutgoingMessage
from bot.features.people import bot_access
from bot.grammar.parse import parse
from bot.grammar.parsed import OrderLines
from bot.handlers import callbacks, messages
from bot.orders.model import Order
from bot.purchasing.clock_watch import ClockWatch
from bot.purchasing.reversals import ResultSender
from bot.routing import TapResult
from bot.telegram.parse_update import ParsedUpdate, parse_update
from bot.texts.buttons import toast_text
from bot.texts.restore_gate import NOT_STORED
from bot.unit_of_work import ReservedPost, UnitOfWork, WorkContext
from bot.updates import BotAccessChanged, ButtonPress, ChatMoved, IncomingMessage, MessageKind
from bot.worker import WakeUp
from storage import chats, inbox
from storage.database import Database, shop_key
from storage.errors import StorageError
from storage.transaction import Tx

_log = logging.getLogger(__name__)

Raw = dict[str, object]

MAX_STORED_BODY_CHARS = 20_000

NOT_STORED_PAUSE_MS = 600_000
"""While the disk is full, Telegram repeats the same orders every second: one notice per chat is enough."""


class UnreadableUpdate(Struct, frozen=True, kw_only=True):
    """An update that does not fit Telegram's own types, or that our parser failed on."""

    why: str


class DirectSender(Protocol):
    """Sends what does not pass through the outbox: callback answers, and notices of orders not stored."""

    def answer_callback(self, callback_id: str, text: str) -> None:
        """Start to answer a callback, without waiting for the result."""
        ...

    def send_direct(self, outgoing: OutgoingMessage) -> None:
        """Start to send a message that the outbox cannot store, without waiting for the result."""
        ...


class OrderPosts(Protocol):
    """Lets an order be claimed in the unit of work that places it."""

    def reserve(self) -> ReservedPost | None:
        """Return room for one post; None if no order may be claimed at once."""
        ...

    def post_once_stored(self, placing: "asyncio.Future[tuple[Any, list[Order]]]") -> None:
        """Post the order that a unit has claimed, once that is stored."""
        ...


class UpdateReceiver:
    """Processes updates. `username` is the bot's own, None until Telegram has returned it.

    `claim_orders` and `scan_outbox` enqueue their writes right behind the updates, to share their commit: it
    then also claims the new orders and finds their first messages.
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
        clock: ClockWatch | None = None,
        order_posts: OrderPosts | None = None,
        acknowledgements: ResultSender | None = None,
    ) -> None:
        self.username: str | None = None
        self._database = database
        self._context = context
        self._sender = sender
        self._now_ms = now_ms
        self._claim_orders = claim_orders
        self._scan_outbox = scan_outbox
        self._imports_wake_up = imports_wake_up
        self._clock = clock
        self._order_posts = order_posts
        self._acknowledgements = acknowledgements
        self._not_stored_at_ms: dict[int, int] = {}
        self._owners: dict[int, int] = {}
        """The owners of assistants, as they were last read: only to name the shop that an order looks at."""

    async def receive(
        self, updates: list[Raw], *, next_update_id: int | None = None, is_live: bool = False
    ) -> None:
        """Process updates in order and store the poller's offset; StorageError means that none was stored.

        `is_live` updates were made just now, none has waited at Telegram.
        """
        parsed = [(raw, self._read(raw)) for raw in updates]
        self._note_dates([update for _, update in parsed], is_live=is_live)
        now_ms, order = self._now_ms(), _only_order([update for _, update in parsed])
        reserved = self._reserve(order) if order else None

        offer = self._acknowledgements.offer() if reserved and self._acknowledgements else None

        def unit(tx: Tx) -> tuple[list[tuple[str, TapResult]], list[Order]]:
            taps, claimed = [], []
            for raw, update in parsed:
                work = self._context.begin(tx, now_ms, reserved=reserved, new_messages=offer)
                tapped, ordered = _process_one(work, raw, update)
                taps += tapped
                claimed += ordered
                self._note_owners(work)
            if next_update_id is not None:
                inbox.move_cursor(tx, next_update_id, at_ms=now_ms)
            return taps, claimed

        try:
            keys = self._keys_of(order) if order and next_update_id is None else None
            stored = asyncio.ensure_future(self._database.write(unit, keys=keys))
            if reserved and self._order_posts:
                self._order_posts.post_once_stored(stored)
            else:
                self._claim_orders()
            if offer and self._acknowledgements:
                self._acknowledgements.send_once_stored(offer, stored)
            else:
                self._scan_outbox()
            # What the unit has claimed is posted even if the caller is cancelled.
            taps, _ = await (asyncio.shield(stored) if reserved else stored)
        except StorageError:
            self._notify_not_stored([update for _, update in parsed], now_ms)
            raise
        if any(isinstance(update, IncomingMessage) and update.document for _, update in parsed):
            self._imports_wake_up.set()
        for callback_id, tapped in taps:
            self._sender.answer_callback(callback_id, toast_text(tapped.toast, tapped.action))

    def _reserve(self, message: IncomingMessage) -> ReservedPost | None:
        """Return room for the post of a message with one order; several are claimed together."""
        parsed = parse(message.text)
        is_one = isinstance(parsed, OrderLines) and len(parsed.lines) == 1
        return self._order_posts.reserve() if is_one and self._order_posts else None

    def _keys_of(self, order: IncomingMessage) -> tuple[str, ...]:
        """Return the key of the shop that an order is for."""
        return (shop_key(self._owners.get(order.user_id, order.user_id)),)

    def _note_owners(self, work: UnitOfWork) -> None:
        for user_id, buyer in work.buyers.items():
            if buyer.owner_id != user_id:
                self._owners[user_id] = buyer.owner_id
            else:
                self._owners.pop(user_id, None)

    def _note_dates(self, updates: list[ParsedUpdate | UnreadableUpdate], *, is_live: bool) -> None:
        """Pass the dates of new messages to the watch of our clock."""
        if self._clock is not None:
            written = (update for update in updates if isinstance(update, IncomingMessage))
            dates_ms = [message.at_ms for message in written if message.kind is MessageKind.WRITTEN]
            self._clock.note_message_dates(dates_ms, is_live=is_live)

    def _notify_not_stored(self, updates: list[ParsedUpdate | UnreadableUpdate], now_ms: int) -> None:
        """Notify chats that their orders are not stored yet: Telegram repeats them, the reseller must not."""
        recent = {
            chat: at_ms
            for chat, at_ms in self._not_stored_at_ms.items()
            if abs(now_ms - at_ms) < NOT_STORED_PAUSE_MS
        }
        for message in updates:
            if isinstance(message, IncomingMessage) and message.chat_id not in recent and _is_order(message):
                recent[message.chat_id] = now_ms
                self._sender.send_direct(
                    OutgoingMessage(
                        chat_id=message.chat_id,
                        thread_id=message.thread_id,
                        reply_to=message.message_id,
                        text=NOT_STORED,
                    )
                )
        self._not_stored_at_ms = recent

    def _read(self, raw: Raw) -> ParsedUpdate | UnreadableUpdate:
        try:
            return parse_update(raw, username=self.username)
        except Exception as error:  # noqa: BLE001 - one bad update must not stop the others
            return UnreadableUpdate(why=type(error).__name__)


def _only_order(updates: list[ParsedUpdate | UnreadableUpdate]) -> IncomingMessage | None:
    """Return the only update if it is an order; None if this is more or something else."""
    match updates:
        case [IncomingMessage() as message] if _is_order(message):
            return message
        case _:
            return None


def _is_order(message: IncomingMessage) -> bool:
    return message.kind is MessageKind.WRITTEN and _contains_orders(message.text)


def _contains_orders(text: str) -> bool:
    parsed = parse(text)
    return isinstance(parsed, OrderLines) and parsed.looks_like_order


def _process_one(
    work: UnitOfWork, raw: Raw, update: ParsedUpdate | UnreadableUpdate
) -> tuple[list[tuple[str, TapResult]], list[Order]]:
    """Handle an update; return what was tapped, and the orders that were claimed as they were placed."""
    try:
        with work.tx.savepoint():
            taps = _handle(work, raw, update)
    except Exception as error:
        if work.tx.is_broken(error):
            raise
        _log.exception("update handling failed, update stored in failed_updates")
        _store_failed(work.tx, raw, type(error).__name__, work.now_ms)
        # What it claimed and enqueued was rolled back with it.
        if work.new_messages:
            work.new_messages.begin()
        return [], []
    return taps, work.claimed


def _handle(
    work: UnitOfWork, raw: Raw, update: ParsedUpdate | UnreadableUpdate
) -> list[tuple[str, TapResult]]:
    match update:
        case IncomingMessage():
            messages.handle_message(work, update)
        case ButtonPress():
            return [(update.callback_id, callbacks.handle_callback(work, update))]
        case ChatMoved():
            chats.move(work.tx, update.chat_id, update.new_chat_id, at_ms=work.now_ms)
        case BotAccessChanged():
            bot_access.handle_access_change(work, update)
        case UnreadableUpdate():
            _store_failed(work.tx, raw, update.why, work.now_ms)
        case None:
            pass
    return []


def _store_failed(tx: Tx, raw: Raw, fault: str, now_ms: int) -> None:
    update_id = raw.get("update_id")
    body = json.dumps(raw, ensure_ascii=True)[:MAX_STORED_BODY_CHARS]
    known_id = update_id if isinstance(update_id, int) and abs(update_id) < 1 << 62 else now_ms
    inbox.store_failed_update(tx, known_id, body=body, fault=fault, at_ms=now_ms)
