"""`python -m sandbox`: the bot between an emulated Telegram and an emulated biller, on a web page."""

import argparse
import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sandbox import day, story
from sandbox.bot_database import BotDatabase
from sandbox.bot_process import Account, BotDiedError, BotProcess, running_bot, staging_bot
from sandbox.clock import Clock
from sandbox.listen import listening_socket
from sandbox.server import serve
from sandbox.telegram.cast import BOT_TOKEN
from sandbox.world import DayState, World

_PORT: Final = 8090
_BOT_PORT: Final = 8080
_PORTS_TRIED: Final = 50


class PortTakenError(Exception):
    """Another program listens on the requested port; the message names a free one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo until it is interrupted; return the exit status."""
    options = _options().parse_args(arguments)
    try:
        return asyncio.run(_until_stopped(options))
    except KeyboardInterrupt:  # before the loop has installed its signal handlers
        return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument(
        "--port", type=_port, help=f"port of the page; 0 takes any (default: {_PORT}, or the next free one)"
    )
    parser.add_argument("--no-story", action="store_true", help="start with empty chats")
    parser.add_argument(
        "--no-bot",
        action="store_true",
        help="run Telegram and the biller alone, and print the settings of a bot that uses them",
    )
    parser.add_argument(
        "--bot-port",
        type=_port,
        default=_BOT_PORT,
        help=f"with --no-bot: the port that the bot listens on (default: {_BOT_PORT})",
    )
    parser.add_argument("--webhook", action="store_true", help="deliver updates by webhook, not by polling")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 1 << 16:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


async def _until_stopped(options: argparse.Namespace) -> int:
    demo = asyncio.create_task(_sandbox(options) if options.no_bot else _demo(options))
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signal_number, demo.cancel)
    try:
        await demo
    except asyncio.CancelledError:
        return 0
    except (BotDiedError, PortTakenError, TimeoutError, OSError) as error:
        sys.stderr.write(f"{error}\n")
    return 1


async def _sandbox(options: argparse.Namespace) -> None:
    """Run Telegram, the biller and the bank for a bot of the user's, and print its settings."""
    world = World(enforce_limits=True)
    listener, note = _listener(options.port)
    account = Account(token=BOT_TOKEN, biller_user=world.biller.user, biller_password=world.biller.password)
    async with serve(world, listener=listener) as url:
        staging = staging_bot(url, account, port=options.bot_port, webhook=options.webhook)
        world.biller.reversal_url = staging.reversal_url
        world.bank.mutations_url = staging.mutations_url
        sys.stdout.write(staging.env_file)
        sys.stdout.flush()
        sys.stderr.write(f"{note}Put this into .env where a staging bot runs, and start it: loket run\n")
        sys.stderr.write(f"Open {url} in a browser; stop with Ctrl+C.\n")
        await asyncio.Event().wait()


async def _demo(options: argparse.Namespace) -> None:
    with TemporaryDirectory(prefix="loket-demo-", ignore_cleanup_errors=True) as folder:
        await _demo_by(Clock(Path(folder, "clock")), options)


async def _demo_by(clock: Clock, options: argparse.Namespace) -> None:
    world = World(enforce_limits=True, now_ms=clock.now_ms)
    world.clock = clock
    restart = world.restart = asyncio.Event()
    world.is_starting = True
    listener, note = _listener(options.port)
    if not options.no_story:
        sys.stderr.write("Starting the bot and playing the demo story takes about ten seconds.\n")
    async with serve(world, listener=listener) as url:
        invitation = (
            f"{note}Open {url} in a browser; stop with Ctrl+C.\n"
            f"The admin's desk: {url}/sandbox/desk lets you in as Ibu Rina.\n"
        )
        while True:
            async with _bot_in_world(world, clock, url, options) as bot:
                sys.stdout.write(invitation)
                sys.stdout.flush()
                invitation = ""
                await bot.alive_during(restart.wait())
                world.is_starting = True
                world.feed.changed()
            restart.clear()
            world.reset(settings=True)


@asynccontextmanager
async def _bot_in_world(
    world: World, clock: Clock, url: str, options: argparse.Namespace
) -> AsyncIterator[BotProcess]:
    """Run a new bot in the world; yield it when it is ready and the story has been played."""
    account = Account(token=BOT_TOKEN, biller_user=world.biller.user, biller_password=world.biller.password)
    day.begin_early(clock)
    async with (
        running_bot(url, account, clock=clock, webhook=options.webhook, more=day.SETTINGS) as bot,
        _readable_database(world, bot),
    ):
        world.biller.reversal_url = bot.reversal_url
        world.bank.mutations_url = bot.mutations_url
        try:
            await bot.ready()
            if not options.no_story:
                await bot.alive_during(story.play(world))
                world.day = DayState.READY
        except (TimeoutError, ExceptionGroup) as error:
            raise TimeoutError(f"The bot did not answer in time. {bot.log_tail()}") from error
        world.is_starting = False
        world.feed.changed()
        yield bot


@asynccontextmanager
async def _readable_database(world: World, bot: BotProcess) -> AsyncIterator[None]:
    """Attach the bot's database to the world and publish its commits until the block ends."""
    world.bot_database = database = BotDatabase(bot.database)
    watching = asyncio.create_task(database.watch(world.feed.changed))
    try:
        yield
    finally:
        world.bot_database = None
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        database.close()


def _listener(requested_port: int | None) -> tuple[socket.socket, str]:
    """Return a socket on the requested port, PortTakenError if it is in use; else on the first free port.

    The text is a note for the user if the default port is in use.
    """
    if requested_port is not None:
        try:
            return listening_socket(requested_port), ""
        except OSError as error:
            reason, hint = error.strerror, _hint(requested_port)
            raise PortTakenError(f"Port {requested_port} cannot be used ({reason}): {hint}") from error
    listener = _next_free(_PORT)
    port = listener.getsockname()[1]
    return listener, "" if port == _PORT else f"Port {_PORT} is taken, so the page is on {port}. "


def _hint(port: int) -> str:
    with _next_free(port) as listener:
        return f"try --port {listener.getsockname()[1]}"


def _next_free(first: int) -> socket.socket:
    """Return a socket on the first free of the ports from `first` on, or on any port if all are in use."""
    for port in range(first, min(first + _PORTS_TRIED, 1 << 16)):
        try:
            return listening_socket(port)
        except OSError:
            continue
    return listening_socket(0)


if __name__ == "__main__":
    sys.exit(main())
