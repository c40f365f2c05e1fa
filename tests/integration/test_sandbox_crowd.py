"""The biller serves a crowd: a hundred orders at once, each with a serial number of its own."""

import asyncio
import re
import time
from urllib.parse import parse_qs

from sandbox.biller.wording import serial_number
from tests.integration.sandboxed import listening, sandboxed

TOKEN = re.compile(r"[0-9]{4}(-[0-9]{4}){4}/BUDI SANTOSO/R1/1300VA/32,5")


def test_each_meter_gets_its_own_token_and_always_the_same() -> None:
    tokens = [serial_number("PLN20", f"221101113739853{nth:02}") for nth in range(100)]
    assert all(TOKEN.fullmatch(token) for token in tokens)
    assert len(set(tokens)) == 100
    assert serial_number("PLN20", "22110111373985300") == tokens[0]


async def test_a_hundred_orders_at_once_are_answered_and_reported_within_seconds() -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.biller.reversal_url = bot.url
        trxids = [f"221101113739{nth:05}" for nth in range(100)]
        started = time.process_time()
        answers = await asyncio.gather(
            *(box.buy(trxid, product="pln1", to=f"141111{nth:05}") for nth, trxid in enumerate(trxids))
        )
        reports = [parse_qs(one.query) for one in await bot.wait_for(100)]
        assert (
            time.process_time() - started < 5
        )  # both sides of the wire are this process; a tenth of it here
        assert all(answer.json()["status"] for answer in answers)
        assert sorted(report["refid"][0] for report in reports) == trxids
        found = [TOKEN.search(report["message"][0]) for report in reports]
        assert len({one[0] for one in found if one}) == 100
