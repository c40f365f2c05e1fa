"""What the page shows when it opens: a success, a refusal, a lost answer that ends well, and a stranger."""

import asyncio
from typing import Final

from sandbox.telegram.cast import BUDI, SARI, STRANGER
from sandbox.telegram.emulator import Said
from sandbox.world import World

# Test numbers: the last four digits tell the biller what to do (see sandbox/biller/behaviour.py).
_SUCCEEDS: Final = "s5.081234561111"
_CLOSED: Final = "S10 +62 812-3456-3333"
_CUT: Final = "s10.081298769999"

# Each step takes about a second; a bot slower than this has a fault worth stopping for.
_STEP_TIMEOUT_S: Final = 10.0
_ANSWER_DELAY_S: Final = 0.15
_RESULT_DELAY_S: Final = 0.5
_LATE_S: Final = 3.5  # at a message a second, the chat is told before that nothing is sure yet


async def play(world: World) -> None:
    """Play the story on a fresh world; returns when its last word is said, TimeoutError if it never is."""
    usual = world.biller.settings
    world.biller.configure(answer_delay_s=_ANSWER_DELAY_S, result_delay_s=_RESULT_DELAY_S, late_s=_LATE_S)
    async with asyncio.TaskGroup() as together:
        together.create_task(_sari(world))
        together.create_task(_budi(world))
        together.create_task(_stranger(world))
    world.biller.configure(
        answer_delay_s=usual.answer_delay_s, result_delay_s=usual.result_delay_s, late_s=usual.late_s
    )


async def _sari(world: World) -> None:
    """One order succeeds; the answer to the next is lost, and its result comes late."""
    await _hears(world, world.telegram.say(SARI.id, _SUCCEEDS), SARI.id, "SUKSES")
    await _hears(world, world.telegram.say(SARI.id, _CUT), SARI.id, "SUKSES")


async def _budi(world: World) -> None:
    """The product is closed."""
    await _hears(world, world.telegram.say(BUDI.id, _CLOSED), BUDI.id, "GAGAL")


async def _stranger(world: World) -> None:
    """Nobody knows them; they are told how to join."""
    await _hears(world, world.telegram.say(STRANGER.id, "/start"), STRANGER.id, "")


async def _hears(world: World, said: Said, chat_id: int, words: str) -> None:
    await world.telegram.wait_for_message(
        chat_id, containing=words, after=said.message_id, timeout_s=_STEP_TIMEOUT_S
    )
