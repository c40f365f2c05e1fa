"""Runs the program: starts its parts, watches the database, and stops the parts in reverse order."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

from bot.app.app import App
from bot.catalogue import carriers
from bot.delivery.sending import OutgoingMessage
from bot.features.people import membership
from bot.notices.alarms import AlarmNotice, DatabaseFoundDamaged, DatabaseLost
from bot.settings.settings import Settings
from bot.telegram.client import close_client
from bot.texts.formatting import Clock
from bot.texts.render import render
from bot.web.app import WebApp
from bot.web.server import serve
from storage import bots, chats, desk, ledger
from storage.errors import DatabaseDamaged, DatabaseMissing, StorageError
from storage.lock import exclusive_lock
from storage.transaction import Tx

_log = logging.getLogger(__name__)

STOP_MARGIN_S = 5.0
"""Added to the timeout of a purchase, to store its answer and notify its chat."""

WATCH_EVERY_S = 1.0

LAST_MESSAGES_S = 3.0
"""Keeps a stop short; messages not sent by then are sent after the next start."""

GC_THRESHOLD = 10_000
"""Objects between two collections: with 700, as Python has it, they take a twentieth of a burst's CPU."""


def _set_default_limits(tx: Tx, settings: Settings) -> None:
    """Set what the settings allow the shops; an admin is trusted with the operator's own money."""
    ledger.set_default_limits(
        tx,
        floor_idr=settings.reseller_floor_idr,
        daily_limit_idr=settings.reseller_daily_limit_idr,
        unlimited_ids=settings.admin_ids,
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[App]:
    """Run Loket inside the block, then stop its parts in reverse order; the database closes last.

    Raise StorageBusy if another Loket uses the database, CannotListenError if the port cannot be used.
    """
    async with AsyncExitStack() as stack:
        path = settings.database_path
        lock = stack.enter_context(exclusive_lock(path)) if path else None
        app = App(settings)
        await app.database.open()
        if lock:
            lock.hold_file()
            lock.mark_made()
        stack.push_async_callback(app.database.close)
        stack.push_async_callback(close_client, app.client)
        if app.keeper:
            app.database.listen(app.wake_workers)
            await app.keeper.observe()
        await app.database.write(
            lambda tx: membership.approve_configured(tx, settings.reseller_ids, now_ms=app.now_ms())
        )
        await app.database.write(
            lambda tx: membership.dismiss_admins(tx, settings.admin_ids, now_ms=app.now_ms())
        )
        await app.database.write(
            lambda tx: desk.end_sessions_of_others(
                tx, (*settings.admin_ids, *settings.desk_staff_ids), at_ms=app.now_ms()
            )
        )
        await app.database.write(lambda tx: _set_default_limits(tx, settings))
        await _check_bot(app)
        if not settings.telegram_tables:
            # Switched on again, each chat is asked again; so are groups below.
            await app.database.write(chats.forget_tables)
        if not settings.telegram_ephemeral_hints:
            await app.database.write(chats.forget_ephemeral_refusals)
        lead = await _before_leading(app)
        tasks: list[asyncio.Task[None]] = []
        stack.push_async_callback(_stop_workers, app, tasks)
        web = WebApp(app.handlers(), app.access_rules())
        await stack.enter_async_context(serve(web, host=settings.listen_host, port=settings.listen_port))
        if app.desk:
            stack.callback(app.desk.close)
        # Only now: where the port is taken, nothing may be bought or sent.
        tasks.append(asyncio.create_task(lead(), name="leader"))
        stack.push_async_callback(app.runtime.submitter.drain, settings.biller_timeout_s + STOP_MARGIN_S)
        telegram_set_up = asyncio.create_task(app.set_up_telegram(), name="telegram set-up")
        stack.push_async_callback(_cancel, telegram_set_up)
        prefix_loading = asyncio.create_task(asyncio.to_thread(carriers.load_prefixes), name="prefix loading")
        stack.push_async_callback(_cancel, prefix_loading)
        _log.info("loket started", extra={"listen": f"{settings.listen_host}:{settings.listen_port}"})
        yield app
        _log.info("loket stopping")


async def _check_bot(app: App) -> None:
    """Set the message ids of another bot apart: with its own, a new bot would meet orders with silence."""
    if await app.database.write(lambda tx: bots.use(tx, app.settings.bot_id, at_ms=app.now_ms())):
        _log.warning("another bot used this database until now: its waiting messages are sent by the new one")


async def _before_leading(app: App) -> Callable[[], Coroutine[Any, Any, None]]:
    """Return what runs the workers: at once, or whenever this process has the lease."""
    runtime = app.runtime
    if app.keeper:
        return partial(
            app.keeper.run,
            take_over=runtime.take_over,
            lead=runtime.lead,
            breaker_open_since_ms=runtime.breaker.open_since_ms,
        )
    return partial(runtime.lead, await app.database.write(lambda tx: runtime.take_over(tx, None)))


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _stop_workers(app: App, tasks: list[asyncio.Task[None]]) -> None:
    """Send the due messages, then stop the workers; other messages stay in the outbox for the next start."""
    # Without a database no delivery could be stored: each message would be sent again.
    if tasks and not app.database_is_lost and app.fence.is_leading():
        await _send_last_messages(app)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await app.runtime.messenger.close()
    await app.sender.close()
    if app.keeper:
        await app.keeper.release()


async def _send_last_messages(app: App) -> None:
    try:
        async with asyncio.timeout(LAST_MESSAGES_S):
            while await app.runtime.messenger.run_once() < LAST_MESSAGES_S:
                await app.runtime.messenger.drain(LAST_MESSAGES_S)
                await asyncio.sleep(0.05)
            await app.runtime.messenger.drain(LAST_MESSAGES_S)
    except (TimeoutError, StorageError):
        _log.info("messages left for the next start")


async def run(settings: Settings) -> None:
    """Run Loket until a signal stops it; raise StorageError if the file is found damaged or gone."""
    stop = asyncio.Event()
    _stop_on_signals(stop)
    async with running(settings) as app:
        # What a start makes lives to the end, and an order leaves few cycles behind.
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD)
        guards = [
            asyncio.create_task(_check_database(app, stop), name="database check"),
            asyncio.create_task(_watch_database(app, stop), name="database watch"),
        ]
        await stop.wait()
        for guard in guards:
            if guard.done():
                guard.result()
            guard.cancel()


def _stop_on_signals(stop: asyncio.Event) -> None:
    """Stop on SIGTERM, on Ctrl+C, and when the terminal closes, unless `nohup` made that signal ignored."""
    numbers = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)


async def _check_database(app: App, stop: asyncio.Event) -> None:
    """Check the whole file in the background; if it is damaged, alert the admins and stop Loket."""
    try:
        await app.database.check()
        _log.info("database check passed")
    except DatabaseDamaged:
        notice = DatabaseFoundDamaged(at_ms=app.now_ms())
        with suppress(StorageError):
            await app.database.write(
                lambda tx: app.runtime.context.begin(tx, app.now_ms()).notify_admins(notice, subject="damage")
            )
        stop.set()
        raise
    except StorageError as error:
        _log.warning("database check could not finish: %s", error)


async def _watch_database(app: App, stop: asyncio.Event) -> None:
    """Notice within a second that the file is not where it was; alert the admins and stop Loket."""
    while True:
        try:
            app.database.refuse_changed_files()
        except DatabaseMissing:
            app.database_is_lost = True
            await _send_to_admins(app, DatabaseLost(at_ms=app.now_ms()))
            stop.set()
            raise
        await asyncio.sleep(WATCH_EVERY_S)


async def _send_to_admins(app: App, notice: AlarmNotice) -> None:
    """Send a notice past the outbox, which cannot be written."""
    text = render(notice, Clock(app.settings.zone)).text
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_MESSAGES_S):
            await asyncio.gather(
                *(
                    app.sender.send(OutgoingMessage(chat_id=admin_id, text=text))
                    for admin_id in app.settings.admin_ids
                )
            )
