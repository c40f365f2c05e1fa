"""The real bot on a machine whose clock is wrong at boot, until NTP sets it back."""

from pathlib import Path

import pytest

from sandbox.telegram.faults import FaultKind
from tests.acceptance.shop import RINA, SARI, Mode, Shop
from tests.fork_server import ROOT

HOUR_S = 3600
IN_SECONDS = 30.0
"""The clock itself would need 500 s."""

SHIFTED_CLOCK = """
import pathlib, time
real, offset = time.time_ns, pathlib.Path({offset!r})
time.time_ns = lambda: real() + int(offset.read_text()) * 10**9
"""
"""Python runs `sitecustomize` before the bot: only its clock is shifted, by the seconds in a file."""


@pytest.fixture
def offset(tmp_path: Path) -> Path:
    """The file with the error of the bot's clock in seconds."""
    return tmp_path / "offset"


def shift(offset: Path, seconds: int) -> None:
    # The bot reads the file at any moment: it must never find it empty.
    fresh = offset.with_suffix(".new")
    fresh.write_text(str(seconds))
    fresh.replace(offset)


@pytest.fixture
async def wrong_shop(closed_shop: Shop, offset: Path, tmp_path: Path) -> Shop:
    """A shop whose bot was started with a clock that is an hour ahead."""
    shift(offset, HOUR_S)
    (tmp_path / "clock").mkdir()
    shifted = SHIFTED_CLOCK.format(offset=str(offset))
    (tmp_path / "clock" / "sitecustomize.py").write_text(shifted)
    closed_shop.is_forked = False
    closed_shop.settings["PYTHONPATH"] = f"{tmp_path / 'clock'}:{ROOT}"
    await closed_shop.start()
    return closed_shop


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_a_clock_far_ahead_is_reported(wrong_shop: Shop) -> None:
    wrong_shop.order(SARI, "s5.081234561111")
    await wrong_shop.wait_for_message(SARI, "TIDAK DIPROSES", "Tidak ada yang dibeli")
    wrong_shop.order(SARI, "s5.081234561112")
    await wrong_shop.wait_for_message(RINA, "Jam server salah", "lebih cepat")
    assert wrong_shop.wire.posts == []
    assert len(wrong_shop.messages_with(RINA, "Jam server salah")) == 1


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_what_waits_when_the_clock_is_set_back_leaves_within_seconds(
    wrong_shop: Shop, offset: Path
) -> None:
    shop = wrong_shop
    shift(offset, 500)  # an order that seems so old is still bought
    shop.world.telegram.fault("sendMessage", FaultKind.SERVER_ERROR, chat_id=SARI, times=2)
    shop.order(SARI, "s5.081234561111")
    await shop.until(lambda: shop.rows("SELECT 1 FROM outbox WHERE attempts > 0 AND state = 'waiting'"))
    shift(offset, 0)
    await shop.wait_for_message(SARI, "SUKSES s5.081234561111", timeout_s=IN_SECONDS)
