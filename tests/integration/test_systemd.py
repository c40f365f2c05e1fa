"""The systemd unit starts what is there, stops in time, and is read by systemd itself where there is one."""

import re
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

from bot.__main__ import EXIT_DATABASE, EXIT_SETTINGS

UNIT = Path(__file__).resolve().parent.parent.parent / "deploy" / "loket.service"


def unit() -> RawConfigParser:
    parser = RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # how the library is told to keep case
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return parser


def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    assert unit().sections() == ["Unit", "Service", "Install"]
    if systemd := shutil.which("systemd-analyze"):
        # The unit's own Python is there only after an installation: this one stands in for it.
        text = UNIT.read_text(encoding="utf-8")
        here = re.sub(r"(?<=^ExecStart=)\S+", sys.executable, text, flags=re.MULTILINE)
        copy = tmp_path / UNIT.name
        copy.write_text(here, encoding="utf-8")
        told = subprocess.run(  # systemd's own checker
            [systemd, "verify", "--man=no", copy], capture_output=True, text=True, timeout=60, check=False
        )
        ours = [line for line in told.stderr.splitlines() if UNIT.name in line]
        assert not ours


def test_the_unit_starts_the_bot_by_its_module_and_never_again_where_that_would_not_help() -> None:
    service = unit()["Service"]
    assert service["ExecStart"].split()[1:] == ["-m", "bot", "run"]
    assert service["ExecStart"].startswith(f"{service['WorkingDirectory']}/.venv/bin/python ")
    assert service["Restart"] == "always"
    assert service["RestartPreventExitStatus"] == f"{EXIT_SETTINGS} {EXIT_DATABASE}"


def test_the_unit_runs_as_its_own_user_and_writes_only_its_state() -> None:
    service = unit()["Service"]
    assert service["User"] == "loket"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert "DATABASE_URL=sqlite:////var/lib/loket/" in UNIT.read_text(encoding="utf-8")
    assert service["StateDirectory"] == "loket"
