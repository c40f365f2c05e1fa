"""The recap of a day: for admins with a picture, for each reseller who ordered their own.

It is sent once a day, behind a cursor that moves in the commit of the messages: to the admins first, then
to the resellers by their ids. A bot that was down at the hour sends it when it is up again, on that day only.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta, tzinfo
from functools import partial

from msgspec import Struct

from bot.actors import Actor, Address, Standing
from bot.features.history.recap_picture import RecapFigures, draw_recap
from bot.grammar.parsed import Command
from bot.grammar.period import Period, day_of, decode_period, minute_of_day, single_day
from bot.notices.buttons import Action
from bot.notices.recaps import DailyRecap, RecapSwitched
from bot.orders.totals import sum_totals
from bot.purchasing import totals
from bot.purchasing.totals import ReportScope
from bot.routing import ButtonRoute, Routes, Tap
from bot.texts import recaps as words
from bot.texts.formatting import Attachment, AttachmentKind, Clock
from bot.texts.render import RenderedMessage
from bot.unit_of_work import UnitOfWork, WorkContext
from bot.updates import Toast
from bot.worker import WakeUp
from storage import balances, orders, people, recaps
from storage.database import Database
from storage.recaps import EVERYBODY, RecapCursor
from storage.transaction import Tx

CHECK_EVERY_S = 15.0
RECIPIENTS_AT_ONCE = 50
"""Some milliseconds of one commit."""

NOON_MINUTE = 720
"""A recap that is sent before noon is about the day before: a shop that closes after midnight."""

COUNT_LIMIT = 100

OFF_WORDS = frozenset(("mati", "matikan", "off", "stop", "berhenti", "jangan", "nonaktif"))
ON_WORDS = frozenset(("nyala", "nyalakan", "hidup", "hidupkan", "on", "aktif", "mulai"))


def switch(work: UnitOfWork, actor: Actor, command: Command) -> bool:
    """Answer `rekap mati` and `rekap nyala`; return False if nothing of that was typed."""
    typed = command.rest.strip().lower()
    if typed not in OFF_WORDS | ON_WORDS:
        return False
    _set_wanted(work, actor, is_wanted=typed in ON_WORDS)
    return True


def _tap_off(work: UnitOfWork, actor: Actor, _: Tap) -> Toast:
    if not recaps.is_refused(work.tx, actor.user_id):
        _set_wanted(work, actor, is_wanted=False)
    return Toast.DONE


def _set_wanted(work: UnitOfWork, actor: Actor, *, is_wanted: bool) -> None:
    if is_wanted:
        recaps.want(work.tx, actor.user_id)
    else:
        recaps.refuse(work.tx, actor.user_id, at_ms=work.now_ms)
    notice = RecapSwitched(is_wanted=is_wanted, at_minute=work.context.recap_minute)
    work.notify(notice, actor.address)


ROUTES = Routes(buttons=(ButtonRoute(actions=(Action.RECAP_OFF,), handle=_tap_off),))


def render_recap(tx: Tx, notice: DailyRecap, clock: Clock) -> RenderedMessage:
    period = decode_period(notice.period)
    if period is None:
        raise LookupError(f"recap has an invalid period: {notice.period}")
    scope = ReportScope(period=period, zone=clock.zone, user_id=notice.user_id)
    products = totals.by_product(tx, scope)
    total = sum_totals(products.values())
    if notice.user_id is not None:
        return RenderedMessage(text=words.reseller_recap(period.first, total, products))
    text = words.shop_recap(period.first, total, products, _shop_facts(tx, period, clock), clock)
    figures = RecapFigures(day=period.first, total=total, hours=totals.by_hour(tx, scope))
    picture = Attachment(
        form=AttachmentKind.PICTURE, name=f"rekap-{period.first:%Y%m%d}.png", content=draw_recap(figures)
    )
    return RenderedMessage(text=text, attachment=picture)


def _shop_facts(tx: Tx, period: Period, clock: Clock) -> words.ShopFacts:
    from_ms, until_ms = period.bounds_ms(clock.zone)
    failures = recaps.failures(tx, from_ms=from_ms, until_ms=until_ms)
    last = balances.last_balance(tx)
    return words.ShopFacts(
        failures=[(each.failure_cause, each.expiry, each.count) for each in failures],
        waiting_count=len(orders.for_admins(tx, limit=COUNT_LIMIT)),
        balance_idr=last.balance_idr if last else None,
        balance_at_ms=last.reported_at_ms if last else 0,
    )


def day_to_recap(now_ms: int, zone: tzinfo, recap_minute: int) -> date | None:
    """Return the day whose recap is due, or was due today; None before the hour."""
    if minute_of_day(now_ms, zone) < recap_minute:
        return None
    today = day_of(now_ms, zone)
    return today if recap_minute >= NOON_MINUTE else today - timedelta(days=1)


class _Due(Struct, frozen=True, kw_only=True):
    """A recap to be sent: the cursor as it was read, and who has ordered that day."""

    day: date
    cursor: RecapCursor
    has_orders: bool
    resellers: Sequence[int]


class RecapWorker:
    """Enqueues the recap of the day once its hour has come; `recap_minute` None means never."""

    def __init__(
        self,
        *,
        database: Database,
        context: WorkContext,
        now_ms: Callable[[], int],
        outbox_wake_up: WakeUp,
    ) -> None:
        self._database = database
        self._context = context
        self._now_ms = now_ms
        self._outbox_wake_up = outbox_wake_up

    async def run_once(self) -> float:
        """Enqueue some recaps if they are due; return the seconds until the next check."""
        if self._context.recap_minute is None:
            return CHECK_EVERY_S
        day = day_to_recap(self._now_ms(), self._context.zone, self._context.recap_minute)
        if day is None:
            return CHECK_EVERY_S
        cursor = await self._database.read(recaps.cursor)
        if cursor == RecapCursor(day=_key(day), user_id=EVERYBODY):
            return CHECK_EVERY_S
        due = await self._database.read_long(partial(self._find, day=day))
        is_done = await self._database.write(partial(self._send, due=due))
        self._outbox_wake_up.set()
        return CHECK_EVERY_S if is_done else 0.0

    def _find(self, tx: Tx, *, day: date) -> _Due:
        cursor = recaps.cursor(tx)
        sums = totals.by_reseller(tx, single_day(day), self._context.zone)
        ordered = sorted(user_id for user_id, each in sums.items() if each.count)
        after = cursor.user_id if cursor.day == _key(day) else 0
        resellers = [user_id for user_id in ordered if user_id > after and self._may_read(tx, user_id)]
        return _Due(day=day, cursor=cursor, has_orders=bool(ordered), resellers=resellers)

    def _may_read(self, tx: Tx, user_id: int) -> bool:
        """Return whether a person gets a recap as a reseller, in the private chat where they have ordered."""
        person = people.get(tx, user_id)
        is_reseller = person is not None and person.standing is Standing.APPROVED
        return is_reseller and user_id not in self._context.admin_ids and orders.has_chat_ordered(tx, user_id)

    def _send(self, tx: Tx, *, due: _Due) -> bool:
        """Enqueue the recaps of the admins, or of the next resellers; return whether these were all."""
        work = self._context.begin(tx, self._now_ms())
        key, is_begun = _key(due.day), due.cursor.day == _key(due.day)
        if not is_begun and due.has_orders:
            few: Sequence[int] = work.admin_ids
            after = RecapCursor(day=key, user_id=0)
        else:
            few = due.resellers[:RECIPIENTS_AT_ONCE]
            is_last = len(few) == len(due.resellers)
            after = RecapCursor(day=key, user_id=EVERYBODY if is_last else few[-1])
        if recaps.move_cursor(tx, due.cursor, after):
            for user_id in few:
                self._enqueue(work, user_id, due.day)
        return after.user_id == EVERYBODY

    def _enqueue(self, work: UnitOfWork, user_id: int, day: date) -> None:
        if recaps.is_refused(work.tx, user_id):
            return
        whose = None if user_id in work.admin_ids else user_id
        notice = DailyRecap(user_id=whose, period=str(single_day(day)))
        work.notify(notice, Address(chat_id=user_id), subject=f"recap:{_key(day)}:{user_id}")


def _key(day: date) -> int:
    return int(f"{day:%Y%m%d}")
