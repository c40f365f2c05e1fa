"""Three hundred kills of two replicas on a PostgreSQL that is killed as well: nothing is lost or doubled."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kills.campaign import draw_seed
from tests.kills.replicas import run
from tests.kills.test_kills import CUT_CONNECTING, hold

KILLS = 300


@CUT_CONNECTING
@pytest.mark.prove
@pytest.mark.timeout(1200)  # some three minutes on two idle cores
async def test_three_hundred_kills_of_two_replicas_lose_nothing_and_double_nothing(
    tmp_path: Path, report_figures: Callable[[str], None]
) -> None:
    outcome = await run(KILLS, draw_seed(), tmp_path)
    hold(outcome, report_figures)
    assert outcome.kills >= KILLS
    # What never happened would prove nothing.
    for name in (
        "the leader killed",
        "the door killed",
        "a connection cut",
        "the server restarted or killed",
    ):
        assert outcome.hits[name], name
    assert outcome.hits["the leader frozen"] + outcome.hits["the door frozen"]
