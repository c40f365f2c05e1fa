"""The demo story: prices, a prepaid reseller and one on credit, orders, a receipt, a stranger, a recap."""

import asyncio
from typing import Final

from sandbox.telegram.cast import BUDI, RINA, SARI, STRANGER
from sandbox.telegram.chats import Message
from sandbox.telegram.emulator import Said
from sandbox.world import World

# Test numbers: the last four digits choose the biller's behaviour (see sandbox/biller/behaviour.py).
_SUCCEEDS: Final = "s5.081234561111"
_CLOSED: Final = "S10 +62 812-3456-3333"
_CUT: Final = "s10.081298769999"
_THREE: Final = "s5.081234571111\npln20.14123451111\ns10.081234572222"
_TOO_MUCH: Final = "s50.081234561111"
_PREPAID: Final = f"/limit {SARI.id} 0"
_PAID_IN: Final = f"/tambah {SARI.id} 50rb setor tunai"
_ON_CREDIT: Final = f"/limit {BUDI.id} 500rb"
_RECAP: Final = "lap gambar"
_TICKET: Final = "tiket 100rb"
_THREE_DONE: Final = "✅ 2 sukses · ❌ 1 gagal"

PRICES: Final = """\
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

# Each step takes about a second; the demo gives up on a bot that is this much slower.
STEP_TIMEOUT_S: Final = 10.0
ANSWER_DELAY_S: Final = 0.15
RESULT_DELAY_S: Final = 0.5
_LATE_S: Final = 3.5  # later than the notice that the order is uncertain, at one message a second


async def play(world: World) -> None:
    """Play the story on a fresh world; return after its last message, or raise TimeoutError."""
    usual = world.biller.settings
    world.biller.configure(answer_delay_s=ANSWER_DELAY_S, result_delay_s=RESULT_DELAY_S, late_s=_LATE_S)
    await _rina(world)
    async with asyncio.TaskGroup() as together:
        together.create_task(_sari(world))
        together.create_task(_budi(world))
        together.create_task(_stranger(world))
    await _pay_in(world)
    await _look_at_the_day(world)
    world.biller.configure(
        answer_delay_s=usual.answer_delay_s, result_delay_s=usual.result_delay_s, late_s=usual.late_s
    )


async def _rina(world: World) -> None:
    """Apply a price list; then let Sari pay before she orders, and Budi after."""
    world.telegram.send_file(RINA.id, "harga.csv", PRICES.encode())
    preview = await tap(world, RINA.id, "Terapkan")
    await wait_for_change(world, RINA.id, preview)
    for typed in (_PREPAID, _ON_CREDIT):
        await wait_for_reply(world, world.telegram.say(RINA.id, typed), RINA.id, "Limit utang")
    world.telegram.say(RINA.id, _PAID_IN)
    question = await tap(world, RINA.id, "Ya, tambah")
    await wait_for_change(world, RINA.id, question)


async def _sari(world: World) -> None:
    """Order three times: a success, a lost answer with a late result, and more than the balance allows."""
    await wait_for_reply(world, world.telegram.say(SARI.id, _SUCCEEDS), SARI.id, "SUKSES")
    await wait_for_reply(world, world.telegram.say(SARI.id, _CUT), SARI.id, "SUKSES")
    await wait_for_reply(world, world.telegram.say(SARI.id, _TOO_MUCH), SARI.id, "SALDO TIDAK CUKUP")


async def _budi(world: World) -> None:
    """Order a closed product, then three products in one message, and tap a receipt for the token."""
    await wait_for_reply(world, world.telegram.say(BUDI.id, _CLOSED), BUDI.id, "GAGAL")
    await wait_for_reply(world, world.telegram.say(BUDI.id, _THREE), BUDI.id, _THREE_DONE)
    await tap(world, BUDI.id, "Struk", containing="pln20")
    await world.feed.until(lambda: _picture(world, BUDI.id), STEP_TIMEOUT_S)


async def _pay_in(world: World) -> None:
    """Ask for a ticket as Budi, and let its exact amount arrive at the bank."""
    said = world.telegram.say(BUDI.id, _TICKET)
    await wait_for_reply(world, said, BUDI.id, "TIKET DEPOSIT")
    records = world.bot_database.read() if world.bot_database else None
    for ticket in records.tickets if records else ():
        await world.bank.receive(ticket.exact_idr)
        await wait_for_reply(world, said, BUDI.id, "DEPOSIT MASUK")


async def _look_at_the_day(world: World) -> None:
    """Ask for the recap of the day as Rina."""
    said = world.telegram.say(RINA.id, _RECAP)
    await wait_for_reply(world, said, RINA.id, "Rekap")


async def _stranger(world: World) -> None:
    """Ask for access as an unregistered user."""
    await wait_for_reply(world, world.telegram.say(STRANGER.id, "/start"), STRANGER.id, "")


async def wait_for_reply(world: World, said: Said, chat_id: int, text: str) -> None:
    """Wait for a message of the bot behind what was said; TimeoutError if it does not come."""
    await world.telegram.wait_for_message(
        chat_id, containing=text, after=said.message_id, timeout_s=STEP_TIMEOUT_S
    )


async def tap(world: World, chat_id: int, label: str, *, containing: str = "", after: int = 0) -> Message:
    """Tap a button with this label, under a message past id `after` that contains `containing`."""

    def find() -> tuple[Message, str] | None:
        bot_messages = world.telegram.bot_messages(chat_id)
        messages = (one for one in bot_messages if one.id > after and containing in one.text)
        labelled = ((one, button) for one in messages for button in one.buttons() if label in button["text"])
        return next(((one, button["callback_data"]) for one, button in labelled), None)

    message, data = await world.feed.until(find, STEP_TIMEOUT_S)
    world.telegram.press(chat_id, message.id, data)
    return message


async def wait_for_change(world: World, chat_id: int, tapped: Message) -> None:
    """Wait until the bot has sent another message or edited the tapped one."""

    def find() -> Message | None:
        messages = world.telegram.bot_messages(chat_id)
        return next((one for one in messages if one.id > tapped.id or _is_edited(one, tapped)), None)

    await world.feed.until(find, STEP_TIMEOUT_S)


def _is_edited(one: Message, before: Message) -> bool:
    return one.id == before.id and one.text != before.text


def _picture(world: World, chat_id: int) -> Message | None:
    return next((one for one in world.telegram.bot_messages(chat_id) if one.attachment), None)
