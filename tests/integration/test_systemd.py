"""The systemd units start what is there, stop in time, back up each night, and pass systemd's own checker."""

import re
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from bot.__main__ import EXIT_DATABASE, EXIT_SETTINGS

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
UNITS = {
    "loket.service": ["Unit", "Service", "Install"],
    "loket-backup.service": ["Unit", "Service"],
    "loket-backup.timer": ["Unit", "Timer", "Install"],
}


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def unit(name: str) -> RawConfigParser:
    parser = RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # how the library is told to keep case
    parser.read_string(text_of(name))
    return parser


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_no_fault_in_the_unit(name: str, tmp_path: Path) -> None:
    assert unit(name).sections() == UNITS[name]
    if systemd := shutil.which("systemd-analyze"):
        for each in UNITS:
            # The unit's own Python is there only after an installation: this one stands in for it.
            here = re.sub(r"(?<=^ExecStart=)\S+", sys.executable, text_of(each), flags=re.MULTILINE)
            (tmp_path / each).write_text(here, encoding="utf-8")
        verified = subprocess.run(  # systemd's own checker
            [systemd, "verify", "--man=no", tmp_path / name],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert not [line for line in verified.stderr.splitlines() if "loket" in line]


def test_the_unit_starts_the_bot_by_its_module_and_never_again_where_that_would_not_help() -> None:
    service = unit("loket.service")["Service"]
    assert service["ExecStart"].split()[1:] == ["-m", "bot", "run"]
    assert service["ExecStart"].startswith(f"{service['WorkingDirectory']}/.venv/bin/python ")
    assert service["Restart"] == "always"
    assert service["RestartPreventExitStatus"] == f"{EXIT_SETTINGS} {EXIT_DATABASE}"


@pytest.mark.parametrize("name", ["loket.service", "loket-backup.service"])
def test_a_unit_runs_as_its_own_user_and_writes_only_its_state(name: str) -> None:
    service = unit(name)["Service"]
    assert service["User"] == "loket"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert "loket" in service["StateDirectory"].split()


def test_the_backup_is_of_the_database_that_loket_uses_and_goes_where_it_may_write() -> None:
    loket, backup = unit("loket.service")["Service"], unit("loket-backup.service")["Service"]
    for setting in ("WorkingDirectory", "EnvironmentFile"):
        assert backup[setting] == loket[setting]
    (database,) = set(re.findall(r"DATABASE_URL=sqlite:///(\S+)", text_of("loket.service")))
    assert re.findall(r"DATABASE_URL=sqlite:///(\S+)", text_of("loket-backup.service")) == [database]
    program, module, bot, command, folder, keep, count = backup["ExecStart"].split()
    assert program == loket["ExecStart"].split()[0]
    assert (module, bot, command, keep) == ("-m", "bot", "backup", "--keep")
    assert int(count) >= 7
    state, name = folder.rsplit("/", 1)
    assert state == "/var/lib"
    assert {name, Path(database).parent.name} == set(backup["StateDirectory"].split())


def test_the_timer_starts_the_backup_every_night_also_one_that_was_missed() -> None:
    timer = unit("loket-backup.timer")["Timer"]
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", timer["OnCalendar"])
    assert timer["Persistent"] == "yes"
    assert "Unit" not in timer  # so it starts the service of its own name
    assert unit("loket-backup.timer")["Install"]["WantedBy"] == "timers.target"
