"""Sends news in small slices, so that few messages of it wait at a time and results overtake all of them.

A slice and how far it went are stored together: after a crash the next slice begins behind the last one.
News of prices says to resellers which prices of what they buy have changed, each at the prices of their
level.
"""

import logging
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from bot.actors import Address
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.levels import Level, price_for
from bot.catalogue.product import Product
from bot.features.news.broadcasts import (
    broadcast_subject,
    end_stopped,
    news_subject,
    send_slice,
    show_progress,
)
from bot.notices.news import PriceDigest, PriceDigestSent, PriceMove
from bot.unit_of_work import UnitOfWork, WorkContext
from bot.worker import WakeUp
from storage import catalogue, news, outbox, price_digests
from storage.database import Database
from storage.news import Broadcast, BroadcastState
from storage.price_digests import LONGEST_MS, QUIET_MS, PriceDigestRound
from storage.transaction import Tx

PricesBefore = Mapping[str, Product | None]
"""All products as they were, by folded code; None for one that is new."""

BOUGHT_WITHIN_MS = 30 * 86_400_000
"""A product that was bought in the last thirty days is one that a reseller sells."""

MAX_MOVES_SHOWN = 10


def price_moves(
    codes: Iterable[str],
    now: Catalogue,
    before: PricesBefore,
    old_level: Level | None,
) -> tuple[PriceMove, ...]:
    """Return which of the products cost another price, in the order of the catalogue of their reader.

    A closed product is left out: nobody can buy it.
    """
    wanted = {code.casefold() for code in codes}
    moves: list[PriceMove] = []
    for product in now:
        key = product.code.casefold()
        was = before.get(key)
        if key not in wanted or was is None or not product.is_open:
            continue
        old_idr, new_idr = price_for(was, old_level), product.price_idr
        if old_idr is not None and new_idr is not None and old_idr != new_idr:
            moves.append(
                PriceMove(code=product.code, name=product.name, old_price_idr=old_idr, price_idr=new_idr)
            )
    return tuple(moves)


def read_before(tx: Tx, digest: PriceDigestRound) -> PricesBefore:
    """Return all products as they were before the changes of a digest."""
    unchanged = {product.code.casefold(): product for product in catalogue.load(tx)}
    return {**unchanged, **price_digests.products_before(tx, digest.from_version)}


def digest_subject(digest_id: int) -> str:
    """Return the outbox subject of the messages of a digest."""
    return f"prices:{digest_id}"


def send_digest(
    work: UnitOfWork,
    digest: PriceDigestRound,
    before: PricesBefore,
    user_id: int,
    codes: tuple[str, ...],
) -> bool:
    """Enqueue the digest of one person; return False if it would be empty, or they blocked the bot."""
    reader = work.buyer(user_id)
    level = reader.level
    old_level = next((old for old in digest.levels if level and old.key == level.key), level)
    moves = price_moves(codes, work.catalogue_for(user_id), before, old_level)
    if not moves or reader.is_chat_unreachable:
        return False
    notice = PriceDigest(
        moves=moves[:MAX_MOVES_SHOWN], more_count=len(moves[MAX_MOVES_SHOWN:]), at_ms=work.now_ms
    )
    work.notify(notice, Address(chat_id=user_id), subject=digest_subject(digest.digest_id))
    return True


_log = logging.getLogger(__name__)

CHECK_EVERY_S = 2.0
SLICE_PAUSE_S = 0.25
SLICE_SIZE = 16
"""Messages of news that wait at a time: with few more, the messenger still reads its outbox at once."""

READERS_AT_ONCE = 25
"""People whose purchases are read for a digest in one turn; most of them get none."""

PROGRESS_EVERY_MS = 10_000
SETTLE_MS = 3_000
"""After a stop, what was being sent gets this long to arrive before it is counted."""


class DigestSlice(Struct, frozen=True):
    """The next readers of a digest with the codes they bought; none are left if it is empty."""

    bought: tuple[tuple[int, tuple[str, ...]], ...]


class NewsWorker:
    """Makes the messages of broadcasts, and of digests if `sends_digests`.

    A digest is sent `digest_delay_ms` after the last change; the stored time is that of the usual delay.
    """

    def __init__(
        self,
        *,
        database: Database,
        context: WorkContext,
        now_ms: Callable[[], int],
        outbox_wake_up: WakeUp,
        sends_digests: bool,
        digest_delay_ms: int = QUIET_MS,
    ) -> None:
        self._database = database
        self._context = context
        self._now_ms = now_ms
        self._outbox_wake_up = outbox_wake_up
        self._sends_digests = sends_digests
        self._digest_delay_ms = digest_delay_ms
        self._shown_at_ms = 0
        self._before: tuple[int, PricesBefore] = (0, {})

    async def run_once(self) -> float:
        """Do what is due; return the seconds until there may be more."""
        broadcast = await self._database.read(news.under_way)
        if broadcast is not None:
            await self._go_on(broadcast)
            return SLICE_PAUSE_S
        if digest := await self._database.read(price_digests.sending):
            await self._go_on_with_digest(digest)
            return SLICE_PAUSE_S
        return await self._start_digest()

    async def _go_on(self, broadcast: Broadcast) -> None:
        if broadcast.state is BroadcastState.STOPPING:
            await self._end_stopped(broadcast)
            return
        subject = news_subject(broadcast.broadcast_id)
        room = SLICE_SIZE - await self._database.read(lambda tx: news.count_waiting(tx, subject))
        if room >= SLICE_SIZE // 2:
            await self._database.write(
                lambda tx: send_slice(self._context.begin(tx, self._now_ms()), broadcast, room)
            )
            self._outbox_wake_up.set()
        if abs(self._now_ms() - self._shown_at_ms) >= PROGRESS_EVERY_MS:
            await self._database.write(lambda tx: self._show_progress(tx, broadcast.broadcast_id))
            self._shown_at_ms = self._now_ms()
            self._outbox_wake_up.set()

    def _show_progress(self, tx: Tx, broadcast_id: int) -> None:
        # While an edit waits, Telegram is slower than the progress.
        if not outbox.is_waiting_about(tx, broadcast_subject(broadcast_id)):
            show_progress(self._context.begin(tx, self._now_ms()), broadcast_id)

    async def _end_stopped(self, broadcast: Broadcast) -> None:
        if abs(self._now_ms() - broadcast.changed_at_ms) >= SETTLE_MS:
            await self._database.write(
                lambda tx: end_stopped(self._context.begin(tx, self._now_ms()), broadcast)
            )
            self._outbox_wake_up.set()

    async def _start_digest(self) -> float:
        """Begin to send the digest that is due; return the seconds until there may be one."""
        digest = await self._database.read(price_digests.collecting)
        # One that is due much later was opened before the clock was set back.
        if digest is None:
            return CHECK_EVERY_S
        wait_ms = digest.due_at_ms - QUIET_MS + self._digest_delay_ms - self._now_ms()
        if 0 < wait_ms <= LONGEST_MS + self._digest_delay_ms:
            return CHECK_EVERY_S
        await self._database.write(lambda tx: price_digests.start(tx, digest.digest_id))
        return 0

    async def _go_on_with_digest(self, digest: PriceDigestRound) -> None:
        if not self._sends_digests:
            await self._database.write(lambda tx: price_digests.finish(tx, digest.digest_id))
            return
        if self._before[0] != digest.digest_id:
            before = await self._database.read_long(lambda tx: read_before(tx, digest))
            self._before = (digest.digest_id, before)
        subject = digest_subject(digest.digest_id)
        if await self._database.read(lambda tx: news.count_waiting(tx, subject)) > SLICE_SIZE // 2:
            return
        found = await self._database.read_long(lambda tx: self._read_slice(tx, digest))
        await self._database.write(lambda tx: self._make_digests(tx, digest, found))
        self._outbox_wake_up.set()

    def _read_slice(self, tx: Tx, digest: PriceDigestRound) -> DigestSlice:
        since_ms = self._now_ms() - BOUGHT_WITHIN_MS
        user_ids = news.readers_after(tx, digest.after_user_id, limit=READERS_AT_ONCE)
        return DigestSlice(
            tuple(
                (user_id, price_digests.codes_bought(tx, user_id, since_ms=since_ms)) for user_id in user_ids
            )
        )

    def _make_digests(self, tx: Tx, digest: PriceDigestRound, found: DigestSlice) -> None:
        """Enqueue the digests of some people, up to a slice; report the end to the admins."""
        work = self._context.begin(tx, self._now_ms())
        if not found.bought:
            self._finish_digest(work, digest)
            return
        # A person may have stopped news since their purchases were read.
        readers = news.readers_after(tx, digest.after_user_id, limit=READERS_AT_ONCE)
        made, last = 0, digest.after_user_id
        for user_id, codes in found.bought:
            made += user_id in readers and send_digest(work, digest, self._before[1], user_id, codes)
            last = user_id
            if made == SLICE_SIZE:
                break
        if not price_digests.advance(tx, digest, user_id=last, made=made):
            raise RuntimeError(f"two slices of the price digest {digest.digest_id} were made at once")

    def _finish_digest(self, work: UnitOfWork, digest: PriceDigestRound) -> None:
        if price_digests.finish(work.tx, digest.digest_id) and digest.people_count:
            sent = PriceDigestSent(people_count=digest.people_count, at_ms=work.now_ms)
            work.notify_admins(sent, subject=f"{digest_subject(digest.digest_id)}:sent")
            _log.info("price digest sent", extra={"count": digest.people_count})
