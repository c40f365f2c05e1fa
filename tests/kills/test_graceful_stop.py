"""SIGTERM amid a rush: no order becomes unknown while the biller is healthy; none is told twice or never."""

import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.acceptance.shop import BUDI, GROUP, RINA, SARI, Mode
from tests.fork_server import ForkServer, start_command
from tests.kills.campaign import draw_seed
from tests.kills.lives import Start
from tests.kills.stage import HURRY, Stage, staged

ORDERS = 40
"""More than run at once (32): some are at the biller, some wait, some are not even taken in."""

ANSWER_S, RESULT_S = 0.5, 0.3
ROUNDS = 4


@pytest.mark.prove
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", list(Mode))
async def test_a_stop_under_load_leaves_no_order_unknown(
    tmp_path: Path, mode: Mode, report_figures: Callable[[str], None]
) -> None:
    seed = draw_seed()
    with closing(ForkServer()) as server:
        stage = await _stop_again_and_again(tmp_path, mode, server.start, rounds=ROUNDS, seed=seed)
    report_figures(f"{stage.report.name}: {ROUNDS} stops amid {stage.report.orders} orders")


@pytest.mark.early
async def test_the_command_itself_stops_gently_under_load(tmp_path: Path) -> None:
    await _stop_again_and_again(tmp_path, Mode.POLLING, start_command, rounds=1, seed=draw_seed())


async def _stop_again_and_again(home: Path, mode: Mode, start: Start, *, rounds: int, seed: int) -> Stage:
    chance = Random(seed)  # noqa: S311 - moments, not secrets
    async with staged(f"graceful stop, seed {seed}, {mode}", mode, start, home / "stage") as stage:
        stage.world.biller.configure(answer_delay_s=HURRY * ANSWER_S, result_delay_s=HURRY * RESULT_S)
        for _ in range(rounds):
            await _stop_amid_a_rush(stage, posts=chance.randint(1, ORDERS))
        await stage.rest()
        assert not stage.report.violations, "\n".join([*stage.report.story, *stage.report.violations])
        unclear = stage.count("SELECT count(*) FROM order_events WHERE kind IN ('Unclear', 'NotSent')")
        assert unclear == (0,)
        ended = stage.count("SELECT count(*) FROM orders WHERE state = 'succeeded'")
        assert ended == (stage.report.orders,) == (rounds * ORDERS,)
        said = [m.text for chat in (SARI, BUDI, GROUP, RINA) for m in stage.world.telegram.bot_messages(chat)]
        assert [text for text in said if "BELUM PASTI" in text or "keputusan" in text] == []
        return stage


async def _stop_amid_a_rush(stage: Stage, *, posts: int) -> None:
    """Ask the bot to stop when the biller has seen so many posts of forty orders typed at once."""
    life, entries = await stage.start(), stage.world.biller.entries
    before = len(entries)
    for _ in range(ORDERS):
        stage.order("1111")
    await stage.world.feed.until(lambda: len(entries) >= before + posts or None, timeout_s=30)
    life.send(signal.SIGTERM)
    status = await stage.end(life)
    assert status == 0
    assert all(entry.answered_at_ms for entry in entries.values()), "it left before the biller had answered"
