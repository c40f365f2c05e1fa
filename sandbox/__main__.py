"""`python -m sandbox`: the bot between a pretended Telegram and a pretended biller, on a web page."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from typing import Final

from sandbox import story
from sandbox.bot_process import Account, BotDiedError, running_bot
from sandbox.server import serve
from sandbox.telegram.cast import BOT_TOKEN
from sandbox.world import World

_PORT: Final = 8090


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
        "--port", type=int, default=_PORT, help="port of the page; 0 takes any (default: %(default)s)"
    )
    parser.add_argument("--no-story", action="store_true", help="open with empty chats")
    parser.add_argument("--webhook", action="store_true", help="let the bot be called by webhook, not poll")
    return parser


async def _until_stopped(options: argparse.Namespace) -> int:
    demo = asyncio.create_task(_demo(options))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, demo.cancel)
    try:
        await demo
    except asyncio.CancelledError:
        return 0
    except (BotDiedError, TimeoutError, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
    return 1


async def _demo(options: argparse.Namespace) -> None:
    world = World(enforce_limits=True)
    account = Account(token=BOT_TOKEN, biller_user=world.biller.user, biller_password=world.biller.password)
    async with (
        serve(world, port=options.port) as url,
        running_bot(url, account, webhook=options.webhook) as bot,
    ):
        world.biller.reversal_url = bot.reversal_url
        try:
            await bot.ready()
            if not options.no_story:
                await bot.alive_during(story.play(world))
        except (TimeoutError, ExceptionGroup) as late:
            raise TimeoutError(f"The bot was not heard of in time. {bot.last_words()}") from late
        sys.stdout.write(f"Open {url} in a browser; stop with Ctrl+C.\n")
        sys.stdout.flush()
        await bot.alive_during(asyncio.Event().wait())


if __name__ == "__main__":
    sys.exit(main())
