"""Sends the outbox: the messages of each chat in order, within Telegram's rate limits, until delivered.

A message is delivered at least once. It can arrive twice only where Telegram's answer was lost or not stored;
the duplicate has the same Ref. Chat queues are sent in parallel: a chat that must wait does not delay others.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, assert_never

from msgspec import Struct

from bot.delivery import batch_summary, closed_groups, sending
from bot.delivery.chat_queues import IDLE_S, MAX_PAUSE_S, READ_AT_ONCE, ChatQueues, QueueScan, is_news_queue
from bot.delivery.forms import HintChoice, TableChoice
from bot.delivery.message_merging import Draft, compose_next, superseded, with_rendered
from bot.delivery.rate_limit import RateLimiter
from bot.leadership import Fence
from bot.notices import LazyNotice, Result, priority_of
from bot.notices.accounts import DailyLimitReached
from bot.notices.alarms import DeliveryFailed
from bot.notices.balances import InsufficientBalance, PriceMissing
from bot.notices.complaints import ComplaintUpdate
from bot.notices.deposits import DepositCredited
from bot.notices.placing import BatchSummary, OrderRepeated, ProductClosed
from bot.notices.restore_gate import CounterClosed
from bot.texts.formatting import Clock
from bot.texts.render import RenderedMessage
from bot.unit_of_work import WorkContext
from bot.worker import WakeUp
from storage import chats, outbox
from storage.database import MESSAGES, RESULTS, SCANS, SHOP, Database
from storage.errors import StorageError
from storage.lease import LeaseLost
from storage.outbox import NewMessage, OutboxMessage, QueuedMessage
from storage.transaction import Tx

_log = logging.getLogger(__name__)

MAX_REJECTIONS = 3
"""Telegram rejects a bad message each time; the second and third try are for transient errors."""

STORE_AGAIN_S = 0.5
STORED_WITHIN_S = 0.05
"""How long a result waits to share a commit; a crash meanwhile costs one duplicate per chat."""

FEW_CHATS = 8
"""While more chats are being sent to, scans find the messages: they leave more of them to be merged."""

UNRENDERABLE = sending.Rejected(why="its content could not be loaded")
"""The result for a message whose content our own code fails to load."""


class LazyContent(Struct, frozen=True, kw_only=True):
    """The content of a lazy notice; `version` is that of its batch summary, or 0."""

    rendered: RenderedMessage
    version: int = 0


LoadContent = Callable[[Tx, LazyNotice, Clock], LazyContent]
"""Loads the content of a lazy notice; raises LookupError if the database does not have it."""


class Offer:
    """The messages that a unit enqueues, of which those that may be sent at once need no scan.

    Their chats count as busy before the unit is stored, so that a scan which sees them leaves them alone.
    """

    def __init__(self, queues: ChatQueues, *, is_scanning: Callable[[], bool]) -> None:
        self._queues = queues
        self._is_scanning = is_scanning
        self.taken: list[QueuedMessage] = []
        self.behind: set[int] = set()
        """The chats whose message waits for others of its chat."""
        self.needs_scan = False
        """Whether messages may wait that were not taken."""

    def begin(self) -> None:
        """Begin anew: what an earlier run of the unit has added was not stored."""
        for queued in self.taken:
            self._queues.busy.discard(queued.message.chat_id)
            # A scan may have skipped the chat meanwhile, as one that is being sent to.
            self.needs_scan = True
        self.taken, self.behind = [], set()

    def add(self, message: NewMessage | None) -> None:
        """Take the next message of a chat if it may be sent now; leave all others to a scan."""
        if message is None:
            self.needs_scan = True
        # A scan in progress may have found another message of the chat, which is not busy yet.
        elif message.next is not None and not self._is_scanning() and self._queues.take(message.next):
            self.taken.append(message.next)
        else:
            self.behind.add(message.chat_id)


class Messenger:
    """Empties the outbox. `now_ms` returns the Unix time, `monotonic` a time in seconds."""

    def __init__(
        self,
        *,
        database: Database,
        fence: Fence,
        context: WorkContext,
        sender: sending.MessageSender,
        load_content: LoadContent,
        rate_limiter: RateLimiter,
        clock: Clock,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
        wake_up: WakeUp,
        shows_tables: bool = False,
        hides_hints: bool = False,
    ) -> None:
        self._database = fence.fenced(database)
        self._scanned_database = database
        """Not fenced: a scan stores nothing, and what it finds is sent only while this process leads."""
        self._fence = fence
        self._context = context
        self._sender = sender
        self._load_content = load_content
        self._queues = ChatQueues(rate_limiter=rate_limiter, now_ms=now_ms, monotonic=monotonic)
        self._clock = clock
        self._now_ms = now_ms
        self._tables = TableChoice(database=self._database, is_wanted=shows_tables, now_ms=now_ms)
        self._hints = HintChoice(database=self._database, is_wanted=hides_hints, now_ms=now_ms)
        self._wake_up = wake_up
        self._scanning: asyncio.Future[QueueScan] | None = None
        self._scan_again = False
        self._sending: set[asyncio.Task[float]] = set()
        self._one_by_one: set[int] = set()

    async def run_once(self) -> float:
        """Start to send all messages that may be sent now; return the seconds until there may be more."""
        while self._scanning:  # two scans at once could both find the same message
            await asyncio.wait({self._scanning})
        self._scanning = asyncio.ensure_future(self._scanned_database.read(self._queues.scan))
        try:
            found = await self._scanning
        finally:
            self._scanning = None
        self._start(found)
        if self._scan_again:
            self._scan_again = False
            self.scan()
        return found.pause_s

    def scan(self) -> None:
        """Scan the outbox in the commit of the current writes, and send the messages once it is done."""
        if not self._fence.is_leading():
            self._fence.wake_leader()
            return
        if self._scanning:
            self._scan_again = True
            return
        self._scan_again = self._scanned_database.is_crowded((SHOP, RESULTS))
        self._scanning = asyncio.ensure_future(
            self._scanned_database.write(self._queues.scan, keys=(SCANS,), follows=(SHOP, RESULTS))
        )
        self._scanning.add_done_callback(self._scanned)

    def offer(self) -> Offer | None:
        """Return what takes the messages of the next unit; None if a scan, or another process, finds them.

        Without a turn of the event loop between, `send_once_stored` must follow.
        """
        is_calm = self._scanning is None and len(self._queues.busy) < FEW_CHATS
        if not is_calm or not self._fence.is_leading():
            return None
        return Offer(self._queues, is_scanning=lambda: self._scanning is not None)

    def send_once_stored(self, offer: Offer, storing: "asyncio.Future[Any]") -> None:
        """Send what a unit has enqueued, once that is stored."""
        storing.add_done_callback(partial(self._offered, offer))

    def _offered(self, offer: Offer, storing: "asyncio.Future[Any]") -> None:
        if storing.cancelled() or storing.exception():
            # It may be stored nevertheless: then a scan finds it.
            offer.begin()
            self._wake_up.set()
            return
        self._start(QueueScan([[queued] for queued in offer.taken], IDLE_S))
        # A chat that is being sent to looks for what has come behind, once it is done.
        sent_to = offer.behind & self._queues.busy
        self._queues.skipped |= sent_to
        if offer.needs_scan or offer.behind > sent_to:
            self._wake_up.set()

    def _scanned(self, scanning: "asyncio.Future[QueueScan]") -> None:
        self._scanning = None
        if scanning.cancelled() or scanning.exception():
            self._wake_up.set()
            return
        found = scanning.result()
        self._start(found)
        if found.pause_s < IDLE_S:
            self._wake_up.set()
        if self._scan_again:
            self._scan_again = False
            self.scan()

    def _start(self, found: QueueScan) -> None:
        for waiting in found.ready:
            chat_id = waiting[0].message.chat_id
            self._queues.busy.add(chat_id)
            if is_news_queue(waiting):
                self._queues.busy_with_news.add(chat_id)
            task = asyncio.create_task(self._send_queue(chat_id, waiting), name=f"chat queue {chat_id}")
            self._sending.add(task)
            task.add_done_callback(partial(self._queue_done, chat_id))

    def _queue_done(self, chat_id: int, task: asyncio.Task[float]) -> None:
        queues = self._queues
        queues.busy.discard(chat_id)
        queues.done_since_scan.add(chat_id)
        queues.busy_with_news.discard(chat_id)
        self._sending.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, LeaseLost):
            return  # the next leader sends what is left
        if error:
            _log.error("chat queue failed", exc_info=error, extra={"chat_id": chat_id})
        # Any scan before this moment skipped the chat as busy.
        has_waiting = queues.is_full or queues.is_news_waiting or chat_id in queues.skipped
        if error or task.result() < IDLE_S or has_waiting:
            queues.skipped.discard(chat_id)
            self._wake_up.set()

    async def _send_queue(self, chat_id: int, waiting: list[QueuedMessage]) -> float:
        """Send a chat's messages while more may follow at once; return the seconds until more may."""
        while True:
            found = await self._send_next(chat_id, waiting)
            if not found.ready:
                return found.pause_s
            (waiting,) = found.ready

    async def _send_next(self, chat_id: int, waiting: list[QueuedMessage]) -> QueueScan:
        """Send the next message of a chat; return what may follow it."""
        if len(waiting) == READ_AT_ONCE:
            catch_up = partial(self._queues.catch_up, chat_id=chat_id)
            waiting = await self._database.write(catch_up, keys=(MESSAGES,))
        outdated = superseded(waiting)
        outdated_ids = {entry.outbox_id for entry in outdated}
        due = [entry for entry in waiting if entry.outbox_id not in outdated_ids]
        if not due:
            return await self._store(chat_id, lambda tx: _drop(tx, outdated), keys=_keys_of(outdated))
        draft = compose_next(
            due,
            self._clock,
            one_by_one=chat_id in self._one_by_one,
            is_scarce=self._queues.is_scarce(chat_id),
        )
        if draft.lazy_notice is not None:
            draft = await self._load(draft, draft.lazy_notice)
        draft = await self._hints.choose(await self._tables.choose(draft))
        is_last = len(draft.batch) == len(due) and len(waiting) < READ_AT_ONCE
        return await self._deliver(chat_id, draft, outdated, is_last=is_last)

    async def _deliver(
        self, chat_id: int, draft: Draft, outdated: list[QueuedMessage], *, is_last: bool = False
    ) -> QueueScan:
        """Send a draft and store the result; return what may follow it.

        After the last message of those that were read, a scan has seen what else may wait for the chat.
        """
        if not self._fence.is_leading():
            raise LeaseLost("this process does not lead")
        result = await self._sender.send(draft.outgoing) if draft.outgoing else UNRENDERABLE
        is_done = is_last and isinstance(result, sending.Sent) and draft.version == 0
        found = await self._store(
            chat_id,
            lambda tx: self._apply_result(tx, draft, outdated, result),
            keys=_keys_of([*draft.batch, *outdated]),
            is_done=is_done,
        )
        if isinstance(result, sending.Sent):
            if result.tables is not None:
                self._tables.learn(chat_id, result.tables)
        else:
            _log.info("message not sent", extra={"chat_id": chat_id, "outcome": type(result).__name__})
            # The result may be a new message for another chat: an admin's, or the moved chat's new one.
            self._wake_up.set()
        return found

    async def _load(self, draft: Draft, lazy_notice: LazyNotice) -> Draft:
        """Return the draft with its content; an error of our own code must not stop the chat queue.

        Batch summaries do not use `read_long`: they show results, which must not wait behind a long report.
        """
        try:
            read = self._database.read if isinstance(lazy_notice, BatchSummary) else self._database.read_long
            content = await read(lambda tx: self._load_content(tx, lazy_notice, self._clock))
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - logged and alerted; the message is given up
            _log.exception("message content not loaded", extra={"kind": type(lazy_notice).__name__})
            return draft
        return with_rendered(draft, content.rendered, version=content.version)

    async def _store(
        self, chat_id: int, apply: Callable[[Tx], None], *, keys: tuple[str, ...], is_done: bool = False
    ) -> QueueScan:
        """Store the result of a send, with retries until it is stored; otherwise it would be sent again."""
        must_look = not is_done

        def unit(tx: Tx) -> QueueScan:
            nonlocal must_look
            apply(tx)
            # Kept for another run of this unit: to look at the chat forgets that a scan has skipped it.
            must_look = must_look or chat_id in self._queues.skipped
            # A scan that comes behind this finds the chat still busy, and the messenger looks again.
            return self._queues.scan_chat(tx, chat_id) if must_look else QueueScan([], IDLE_S)

        while True:
            try:
                return await self._database.write(unit, within_s=STORED_WITHIN_S, keys=keys)
            except StorageError as error:
                _log.error("delivery result not stored, retrying: %s", error)
                await asyncio.sleep(STORE_AGAIN_S)

    def _apply_result(
        self, tx: Tx, draft: Draft, outdated: list[QueuedMessage], result: sending.SendResult
    ) -> None:
        """Store the result of a send for every message in the draft."""
        _drop(tx, outdated)
        batch, now_ms = draft.batch, self._now_ms()
        message = batch[0].message
        match result:
            case sending.Sent():
                self._note_form(tx, message.chat_id, result)
                sent_ids = [entry.outbox_id for entry in batch]
                outbox.mark_sent(tx, *sent_ids, message_id=result.message_id, at_ms=now_ms)
                if isinstance(message.notice, BatchSummary):
                    batch_summary.confirm_sent(
                        tx, message.notice, message.thread_id, version=draft.version, now_ms=now_ms
                    )
            case sending.RetryLater(retry_after_s=wait_s):
                self._queues.hold(message.chat_id, wait_s)
                self._postpone(tx, batch, wait_s, why="429")
            case sending.NotConnected(why=why):
                self._postpone(tx, batch, _pause_s(batch[0].attempts), why=why)
            case sending.Ambiguous(why=why):
                self._repeat(tx, batch, why)
            case sending.ChatUnreachable(why=why):
                chats.park(tx, message.chat_id, why=why, at_ms=now_ms)
                closed_groups.send_parked_results(self._context.begin(tx, now_ms), message.chat_id)
                self._report(tx, message, why)
            case sending.ChatUpgraded(new_chat_id=new_chat_id):
                chats.move(tx, message.chat_id, new_chat_id, at_ms=now_ms)
            case sending.TopicDeleted():
                outbox.leave_topic(tx, message.chat_id, message.thread_id or 0)
            case sending.EditTargetGone():
                outbox.detach_edit(tx, batch[0].outbox_id)
            case sending.Rejected(why=why):
                self._reject(tx, batch, why)
            case _:
                assert_never(result)

    def _note_form(self, tx: Tx, chat_id: int, sent: sending.Sent) -> None:
        if sent.tables is not None:
            self._tables.note(tx, chat_id, sent.tables)
        if sent.ephemeral is not None:
            self._hints.note(tx, chat_id, sent.ephemeral)

    def _postpone(self, tx: Tx, batch: list[QueuedMessage], pause_s: float, *, why: str) -> None:
        due_at_ms = self._now_ms() + int(pause_s * 1000)
        for entry in batch:
            outbox.postpone(tx, entry.outbox_id, due_at_ms=due_at_ms, fault=why)

    def _repeat(self, tx: Tx, batch: list[QueuedMessage], why: str) -> None:
        """Repeat a message that must arrive until it surely has, any other message once at most."""
        due_at_ms = self._now_ms() + int(1000 * _pause_s(batch[0].ambiguous + 1))
        for entry in batch:
            if entry.ambiguous and not _must_arrive(entry.message):
                outbox.mark_sent(tx, entry.outbox_id, message_id=None, at_ms=self._now_ms())
            else:
                outbox.postpone(tx, entry.outbox_id, due_at_ms=due_at_ms, ambiguous=True, fault=why)

    def _reject(self, tx: Tx, batch: list[QueuedMessage], why: str) -> None:
        """Split a rejected batch, or retry a rejected message, then mark it failed and alert the admins."""
        message = batch[0].message
        if len(batch) > 1:
            self._one_by_one.add(message.chat_id)
        elif (tries := batch[0].rejections + 1) < MAX_REJECTIONS:
            due_at_ms = self._now_ms() + int(1000 * _pause_s(tries))
            outbox.postpone(tx, batch[0].outbox_id, due_at_ms=due_at_ms, rejected=True, fault=why)
        else:
            outbox.mark_failed(tx, batch[0].outbox_id, fault=why)
            self._one_by_one.discard(message.chat_id)
            self._report(tx, message, why)

    def _report(self, tx: Tx, message: OutboxMessage, why: str) -> None:
        # An alarm that cannot be delivered must not raise another, and a crowd of strangers raises none.
        if message.chat_id in self._context.admin_ids or priority_of(message.notice):
            return
        kind = type(message.notice).__name__
        notice = DeliveryFailed(chat_id=message.chat_id, kind=kind, why=why)
        self._context.begin(tx, self._now_ms()).alert_admins(notice, topic=f"delivery:{message.chat_id}")

    async def drain(self, timeout_s: float) -> None:
        """Wait for the sends under way."""
        if self._sending:
            await asyncio.wait(set(self._sending), timeout=timeout_s)

    async def close(self) -> None:
        """Stop sending; messages cut off are sent again at the next start."""
        tasks = list(self._sending)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


Refused = (
    InsufficientBalance | PriceMissing | DailyLimitReached | ProductClosed | OrderRepeated | CounterClosed
)
"""The only answer to an order that was not placed, apart from questions."""

Awaited = Result | Refused | BatchSummary | DepositCredited | ComplaintUpdate
"""What replies to a message, and must arrive: its reader waits for it, and cannot type for it again."""


def _drop(tx: Tx, outdated: list[QueuedMessage]) -> None:
    for entry in outdated:
        outbox.drop(tx, entry.outbox_id)


def _keys_of(stored: list[QueuedMessage]) -> tuple[str, ...]:
    """Return the keys for the outcome of a send: the version of a batch is compared, which results change."""
    has_summary = any(isinstance(entry.message.notice, BatchSummary) for entry in stored)
    return (MESSAGES, RESULTS) if has_summary else (MESSAGES,)


def _must_arrive(message: OutboxMessage) -> bool:
    """Check for what its reader waits for or did not ask for, and for edits, whose repeats make no duplicate.

    Without its refusal, an order that was not placed looks like one under way. An alarm is told once, and no
    admin misses one that was lost.
    """
    return message.edits is not None or isinstance(message.notice, Awaited) or _is_unasked(message)


def _is_unasked(message: OutboxMessage) -> bool:
    """Check for an alarm, a card, a credit: a message to one person that replies to none.

    Long contents can be asked for again. What many get at once, or a crowd can cause, is not worth a copy.
    """
    notice = message.notice
    if message.chat_id < 0 or message.reply_to is not None or isinstance(notice, LazyNotice):
        return False
    return isinstance(notice, DeliveryFailed) or not priority_of(notice)


def _pause_s(tries: int) -> float:
    """Return 1, 2, 4, 8 … seconds, at most five minutes."""
    return min(MAX_PAUSE_S, float(1 << min(tries, 9)))
