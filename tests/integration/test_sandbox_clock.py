"""The clock of the demo is turned forward, and another process reads it."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.clock import Clock
from sandbox.world import World
from tests.integration.sandboxed import sandboxed
from tests.integration.test_command_line import ROOT

EVENING_NS = 1_790_000_000 * 10**9
"""21 September 2026, 21:13:20 in Jakarta."""


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock", time_ns=lambda: EVENING_NS)


def test_it_is_turned_forward_to_an_hour_and_never_back(clock: Clock) -> None:
    assert f"{clock.now():%d %H:%M:%S}" == "21 21:13:20"
    clock.forward(100)
    assert f"{clock.now():%d %H:%M:%S}" == "21 21:15:00"
    clock.forward_to(21)
    assert f"{clock.now():%d %H:%M:%S}" == "22 21:00:00"
    clock.forward_to(23)
    assert f"{clock.now():%d %H:%M:%S}" == "22 23:00:00"
    with pytest.raises(ValueError, match="forward only"):
        clock.forward(-1)


def test_another_process_reads_how_far_it_was_turned(clock: Clock, tmp_path: Path) -> None:
    clock.forward(86_400)
    (tmp_path / "shown.py").write_text("import sys, time; print(time.time_ns(), sys.argv[1:])")
    command = [sys.executable, "-m", "sandbox.clock", str(clock.file), "shown", "run"]
    before_ns = Clock(clock.file).now_ns()
    shown = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": f"{ROOT}:{tmp_path}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    at_ns, _, arguments = shown.strip().partition(" ")
    assert before_ns < int(at_ns) < Clock(clock.file).now_ns()
    assert arguments == "['run']"


async def test_messages_are_dated_by_it_and_a_script_turns_it(clock: Clock) -> None:
    world = World(now_ms=clock.now_ms)
    world.clock = clock
    async with sandboxed(world) as box:
        turned = await box.control("/clock", hour=8)
        assert turned == {"now": "2026-09-22T08:00:00+07:00"}
        assert await box.control("/clock", seconds=60) == {"now": "2026-09-22T08:01:00+07:00"}
        sent = await box.done("sendMessage", chat_id=1001, text="pagi")
        assert sent["date"] == clock.now_ms() // 1000
        backward = await box.http.post(f"{box.url}/sandbox/clock", json={"seconds": -60})
        assert backward.status_code == 400
