"""`python -m sandbox`: the bot between a pretended Telegram and a pretended biller, on a web page."""

import argparse
import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from sandbox import story
from sandbox.bot_database import BotDatabase
from sandbox.bot_process import Account, BotDiedError, BotProcess, running_bot
from sandbox.listen import listening_socket
from sandbox.server import serve
from sandbox.telegram.cast import BOT_TOKEN
from sandbox.world import World

_PORT: Final = 8090
_PORTS_TRIED: Final = 50


class PortTakenError(Exception):
    """Another program listens on the port that was asked for; the text says which one is free."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo until it is told to stop; return the exit status."""
    options = _options().parse_args(arguments)
    try:
        return asyncio.run(_until_stopped(options))
    except KeyboardInterrupt:  # before the loop could listen for it
        return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument(
        "--port", type=_port, help=f"port of the page; 0 takes any (default: {_PORT}, or the next free one)"
    )
    parser.add_argument("--no-story", action="store_true", help="open with empty chats")
    parser.add_argument("--webhook", action="store_true", help="let the bot be called by webhook, not poll")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 1 << 16:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


async def _until_stopped(options: argparse.Namespace) -> int:
    demo = asyncio.create_task(_demo(options))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, demo.cancel)
    try:
        await demo
    except asyncio.CancelledError:
        return 0
    except (BotDiedError, PortTakenError, TimeoutError, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
    return 1


async def _demo(options: argparse.Namespace) -> None:
    world = World(enforce_limits=True)
    restart = world.restart = asyncio.Event()
    world.is_starting = True
    listener, note = _listener(options.port)
    if not options.no_story:
        sys.stderr.write("Starting the bot and playing a short story: about ten seconds.\n")
    async with serve(world, listener=listener) as url:
        invitation = f"{note}Open {url} in a browser; stop with Ctrl+C.\n"
        while True:
            async with _bot_beside(world, url, options) as bot:
                sys.stdout.write(invitation)
                sys.stdout.flush()
                invitation = ""
                await bot.alive_during(restart.wait())
                world.is_starting = True
                world.feed.changed()
            restart.clear()
            world.reset(settings=True)


@asynccontextmanager
async def _bot_beside(world: World, url: str, options: argparse.Namespace) -> AsyncIterator[BotProcess]:
    """Run a new bot in the world; yields it when it is ready and the story has been played."""
    account = Account(token=BOT_TOKEN, biller_user=world.biller.user, biller_password=world.biller.password)
    async with running_bot(url, account, webhook=options.webhook) as bot, _read_by(world, bot):
        world.biller.reversal_url = bot.reversal_url
        try:
            await bot.ready()
            if not options.no_story:
                await bot.alive_during(story.play(world))
        except (TimeoutError, ExceptionGroup) as late:
            raise TimeoutError(f"The bot did not answer in time. {bot.last_words()}") from late
        world.is_starting = False
        world.feed.changed()
        yield bot


@asynccontextmanager
async def _read_by(world: World, bot: BotProcess) -> AsyncIterator[None]:
    """Let the world read the bot's database while the bot runs."""
    world.bot_database = database = BotDatabase(bot.database)
    watching = asyncio.create_task(database.watch(world.feed.changed))
    try:
        yield
    finally:
        world.bot_database = None
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        database.close()


def _listener(asked: int | None) -> tuple[socket.socket, str]:
    """Return a socket on the port asked for, else on the first free one, with a note on what is taken."""
    if asked is not None:
        try:
            return listening_socket(asked), ""
        except OSError as error:
            raise PortTakenError(f"Port {asked} cannot be used ({error.strerror}): {_hint(asked)}") from error
    listener = _next_free(_PORT)
    port = listener.getsockname()[1]
    return listener, "" if port == _PORT else f"Port {_PORT} is taken, so the page is on {port}. "


def _hint(port: int) -> str:
    with _next_free(port) as listener:
        return f"try --port {listener.getsockname()[1]}"


def _next_free(first: int) -> socket.socket:
    """Return a socket on the first free port from `first` on; on any, if all that are tried are taken."""
    for port in range(first, min(first + _PORTS_TRIED, 1 << 16)):
        try:
            return listening_socket(port)
        except OSError:
            continue
    return listening_socket(0)


if __name__ == "__main__":
    sys.exit(main())
