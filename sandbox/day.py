"""One day of the shop after the story: what it notices by itself, and what it tells to whom.

The clock of the world and of its bot is turned to the evening at the end, and the recap comes by itself.
"""

from datetime import time
from typing import Final

from sandbox.clock import Clock
from sandbox.story import ANSWER_DELAY_S, PRICES, RESULT_DELAY_S, STEP_TIMEOUT_S, tap, wait_for_reply
from sandbox.telegram.cast import BUDI, RINA, SARI
from sandbox.world import DayState, World

# The demo's bot has these settings, with which a day takes seconds. The story leaves the balance above the
# reserve, and two orders of Budi's take it below.
RESERVE_IDR: Final = 1_250_000
PRODUCT_PAUSE_S: Final = 4
RECAP_HOUR: Final = 21
SETTINGS: Final = {
    "BILLER_RESERVE_IDR": str(RESERVE_IDR),
    "PRODUCT_PAUSE_S": str(PRODUCT_PAUSE_S),
    "PRICE_NOTICE_DELAY_S": "1",
    "TELEGRAM_TABLES": "True",
    "TELEGRAM_EPHEMERAL_HINTS": "True",
    "RECAP_AT": f"{RECAP_HOUR}:00",
}

# A story that would end after the hour of the recap begins on the next morning; so does a day.
_LATEST_STORY: Final = time(20, 45)
_LATEST_DAY: Final = time(20, 55)
_MORNING_HOUR: Final = 8
# The bot looks every 15 s whether the recap is due.
_RECAP_TIMEOUT_S: Final = 30.0

_DEAR: Final = "s50.081234581111\ns50.081234591111"
_TOPPED_UP_IDR: Final = 1_000_000
_TOPUP: Final = f"/topup {_TOPPED_UP_IDR}"
# The biller refuses each of these numbers: it has no route for the product.
_FAILING: Final = "\n".join(f"i5.0856123{number}3333" for number in range(41, 46))
_PROBE: Final = "i5.085612391111"
_NEW_PRICES: Final = PRICES.replace("6.500", "6.600")
_NEWS: Final = "/umumkan Besok loket buka jam 07.00, seperti biasa."


class DayError(Exception):
    """The day cannot be played, or did not go as planned; the message is for the user."""


def begin_early(clock: Clock) -> None:
    """Turn the clock of a late evening to the next morning, before the bot starts."""
    _begin_early(clock, _LATEST_STORY)


def _begin_early(clock: Clock, latest: time) -> None:
    if clock.now().time() > latest:
        clock.forward_to(_MORNING_HOUR)


async def play_day(world: World) -> None:
    """Play the day once, after the story; DayError if it was played, or the bot does not do its part."""
    if world.day is not DayState.READY or world.clock is None:
        raise DayError(_WHY_NOT[world.day])
    _begin_early(world.clock, _LATEST_DAY)
    world.day = DayState.PLAYING
    world.feed.changed()
    usual = world.biller.settings
    world.biller.configure(answer_delay_s=ANSWER_DELAY_S, result_delay_s=RESULT_DELAY_S)
    try:
        for part in (_balance_falls, _product_closes, _prices_change, _product_opens, _announcement, _recap):
            await part(world)
    except TimeoutError as error:
        raise DayError(f"the day stopped: the bot did not do its part ({part.__name__[1:]})") from error
    finally:
        world.day = DayState.PLAYED
        world.biller.configure(answer_delay_s=usual.answer_delay_s, result_delay_s=usual.result_delay_s)


_WHY_NOT: Final = {
    DayState.UNAVAILABLE: "a day is played by the demo only, after its story",
    DayState.PLAYING: "the day is being played already",
    DayState.PLAYED: "the day was played: start again for another one",
}


async def _balance_falls(world: World) -> None:
    """Buy until the balance at the biller is below the reserve; the admin is warned and tops up."""
    last = _last_of(world, RINA.id)
    world.telegram.say(BUDI.id, _DEAR)
    await _wait_for(world, RINA.id, last, "Saldo biller menipis")
    world.biller.configure(balance_idr=world.biller.ledger.balance_idr + _TOPPED_UP_IDR)
    asked = world.telegram.say(RINA.id, _TOPUP)
    await tap(world, RINA.id, "Ya, catat", after=asked.message_id)


async def _product_closes(world: World) -> None:
    """Let a product fail for five customers: it closes by itself."""
    last = _last_of(world, RINA.id)
    world.telegram.say(BUDI.id, _FAILING)
    await _wait_for(world, RINA.id, last, "Produk tutup sendiri")


async def _prices_change(world: World) -> None:
    """Apply a list with one new price: those who bought that product are told, and nobody else."""
    sent = world.telegram.send_file(RINA.id, "harga-baru.csv", _NEW_PRICES.encode())
    told = _last_of(world, SARI.id)
    await tap(world, RINA.id, "Terapkan", after=sent.message_id)
    await _wait_for(world, SARI.id, told, "Harga berubah")


async def _product_opens(world: World) -> None:
    """Order the closed product after its pause: the order probes it, and its success opens it again."""
    last = _last_of(world, RINA.id)
    await world.biller.sleep(PRODUCT_PAUSE_S)
    await wait_for_reply(world, world.telegram.say(SARI.id, _PROBE), SARI.id, "SUKSES")
    await _wait_for(world, RINA.id, last, "Produk dibuka lagi")


async def _announcement(world: World) -> None:
    """Announce something to all resellers, after a preview and a second question."""
    told = _last_of(world, BUDI.id)
    asked = world.telegram.say(RINA.id, _NEWS)
    await tap(world, RINA.id, "Kirim ke", after=asked.message_id)
    await tap(world, RINA.id, "Ya, kirim sekarang", after=asked.message_id)
    await _wait_for(world, BUDI.id, told, "Pengumuman")


async def _recap(world: World) -> None:
    """Turn the clock to the evening: the admin gets the recap with its picture, each reseller their own."""
    last = {person.id: _last_of(world, person.id) for person in (RINA, SARI, BUDI)}
    if world.clock:
        world.clock.forward_to(RECAP_HOUR)
    for chat_id, after in last.items():
        await world.telegram.wait_for_message(
            chat_id, containing="Rekap", after=after, timeout_s=_RECAP_TIMEOUT_S
        )


def _last_of(world: World, chat_id: int) -> int:
    return max((message.id for message in world.telegram.messages(chat_id)), default=0)


async def _wait_for(world: World, chat_id: int, after: int, text: str) -> None:
    await world.telegram.wait_for_message(chat_id, containing=text, after=after, timeout_s=STEP_TIMEOUT_S)
