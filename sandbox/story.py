"""What the page shows when it opens: a price list, orders that end well or not, a receipt, and a stranger."""

import asyncio
from typing import Final

from sandbox.telegram.cast import BUDI, RINA, SARI, STRANGER
from sandbox.telegram.chats import Message
from sandbox.telegram.emulator import Said
from sandbox.world import World

# Test numbers: the last four digits tell the biller what to do (see sandbox/biller/behaviour.py).
_SUCCEEDS: Final = "s5.081234561111"
_CLOSED: Final = "S10 +62 812-3456-3333"
_CUT: Final = "s10.081298769999"
_THREE: Final = "s5.081234571111\npln20.14123451111\ns10.081234572222"
_THREE_DONE: Final = "✅ 2 sukses · ❌ 1 gagal"

_PRICES: Final = """\
kode;nama;grup;tujuan;harga;status
s5;Telkomsel 5.000;Telkomsel;hp;6.500;buka
s10;Telkomsel 10.000;Telkomsel;hp;11.500;buka
s20;Telkomsel 20.000;Telkomsel;hp;21.250;buka
s50;Telkomsel 50.000;Telkomsel;hp;50.900;buka
i5;Indosat 5.000;Indosat;hp;6.600;buka
i10;Indosat 10.000;Indosat;hp;11.600;buka
x10;XL 10.000;XL;hp;11.700;buka
t5;Tri 5.000;Tri;hp;6.300;buka
sm10;Smartfren 10.000;Smartfren;hp;11.400;tutup
pln20;Token PLN 20.000;PLN;meter;21.500;buka
pln50;Token PLN 50.000;PLN;meter;51.500;buka
ml86;Mobile Legends 86 Diamond;Game;game+server;22.000;buka
"""

# Each step takes about a second; a bot slower than this has a fault worth stopping for.
_STEP_TIMEOUT_S: Final = 10.0
_ANSWER_DELAY_S: Final = 0.15
_RESULT_DELAY_S: Final = 0.5
_LATE_S: Final = 3.5  # at a message a second, the chat is told before that nothing is sure yet


async def play(world: World) -> None:
    """Play the story on a fresh world; returns when its last word is said, TimeoutError if it never is."""
    usual = world.biller.settings
    world.biller.configure(answer_delay_s=_ANSWER_DELAY_S, result_delay_s=_RESULT_DELAY_S, late_s=_LATE_S)
    await _rina(world)
    async with asyncio.TaskGroup() as together:
        together.create_task(_sari(world))
        together.create_task(_budi(world))
        together.create_task(_stranger(world))
    world.biller.configure(
        answer_delay_s=usual.answer_delay_s, result_delay_s=usual.result_delay_s, late_s=usual.late_s
    )


async def _rina(world: World) -> None:
    """The price list comes as a file, is looked through, and holds from then on."""
    world.telegram.send_file(RINA.id, "harga.csv", _PRICES.encode())
    preview = await _taps(world, RINA.id, "Terapkan")
    await _told_after(world, RINA.id, preview)


async def _sari(world: World) -> None:
    """One order succeeds; the answer to the next is lost, and its result comes late."""
    await _hears(world, world.telegram.say(SARI.id, _SUCCEEDS), SARI.id, "SUKSES")
    await _hears(world, world.telegram.say(SARI.id, _CUT), SARI.id, "SUKSES")


async def _budi(world: World) -> None:
    """The product is closed; three orders at once share one table, and the token gets a receipt."""
    await _hears(world, world.telegram.say(BUDI.id, _CLOSED), BUDI.id, "GAGAL")
    await _hears(world, world.telegram.say(BUDI.id, _THREE), BUDI.id, _THREE_DONE)
    await _taps(world, BUDI.id, "Struk", containing="pln20")
    await world.feed.until(lambda: _picture(world, BUDI.id), _STEP_TIMEOUT_S)


async def _stranger(world: World) -> None:
    """A stranger asks to be let in."""
    await _hears(world, world.telegram.say(STRANGER.id, "/start"), STRANGER.id, "")


async def _hears(world: World, said: Said, chat_id: int, words: str) -> None:
    await world.telegram.wait_for_message(
        chat_id, containing=words, after=said.message_id, timeout_s=_STEP_TIMEOUT_S
    )


async def _taps(world: World, chat_id: int, label: str, *, containing: str = "") -> Message:
    """Tap the first button with this label under such a message, as soon as there is one."""

    def find() -> tuple[Message, str] | None:
        said = (one for one in world.telegram.bot_messages(chat_id) if containing in one.text)
        labelled = ((one, button) for one in said for button in one.buttons() if label in button["text"])
        return next(((one, button["callback_data"]) for one, button in labelled), None)

    message, data = await world.feed.until(find, _STEP_TIMEOUT_S)
    world.telegram.press(chat_id, message.id, data)
    return message


async def _told_after(world: World, chat_id: int, tapped: Message) -> None:
    """Wait until the bot has said more, or has put other words in the place of these."""

    def find() -> Message | None:
        said = world.telegram.bot_messages(chat_id)
        return next((one for one in said if one.id > tapped.id or _reworded(one, tapped)), None)

    await world.feed.until(find, _STEP_TIMEOUT_S)


def _reworded(one: Message, before: Message) -> bool:
    return one.id == before.id and one.text != before.text


def _picture(world: World, chat_id: int) -> Message | None:
    return next((one for one in world.telegram.bot_messages(chat_id) if one.attachment), None)
