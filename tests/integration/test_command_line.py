"""The command `loket` as it is typed: in the checkout, and installed from the wheel that is built of it."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from storage.schema import migrate

ROOT = Path(__file__).resolve().parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
USUAL_PORT = 8090
RUN_TIMEOUT_S = 60


def run(*command: str | Path, cwd: Path = ROOT, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **settings},
        timeout=RUN_TIMEOUT_S,
        capture_output=True,
        text=True,
        check=False,
    )


def loket(*arguments: str, cwd: Path = ROOT, **settings: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "bot", *arguments, cwd=cwd, PYTHONPATH=str(ROOT), **settings)


@contextmanager
def running(
    command: Sequence[str | Path], cwd: Path = ROOT, shell: dict[str, str] | None = None
) -> Iterator[str]:
    """Run a demo meanwhile; yields the first line that it says, and holds it to a good end."""
    env = {"PATH": os.environ["PATH"]} | (shell or {})
    with subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, text=True) as demo:
        try:
            yield demo.stdout.readline() if demo.stdout else ""
        finally:
            demo.terminate()
            assert demo.wait(RUN_TIMEOUT_S) == 0


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the built wheel in an environment of its own; return the folder of its programs."""
    home = tmp_path_factory.mktemp("wheel")
    venv = home / "venv"
    built = run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(home))
    assert built.returncode == 0, built.stderr
    assert run(sys.executable, "-m", "venv", "--without-pip", venv).returncode == 0
    programs = venv / "bin"
    [wheel] = home.glob("*.whl")
    pip = (sys.executable, "-m", "pip", "--python", programs / "python", "--disable-pip-version-check")
    assert run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel).returncode == 0
    # The libraries are those of the tests: nothing is downloaded.
    [packages] = venv.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return programs


def test_the_checkout_says_its_version() -> None:
    told = loket("--version")
    assert (told.returncode, told.stdout) == (0, f"loket {VERSION}\n")


@pytest.mark.prove
@pytest.mark.parametrize("command", [("loket",), ("python", "-m", "bot")])
def test_the_built_wheel_says_its_version(installed: Path, command: tuple[str, ...]) -> None:
    program, *arguments = command
    told = run(installed / program, *arguments, "--version", cwd=installed)
    assert (told.returncode, told.stdout) == (0, f"loket {VERSION}\n")


@pytest.mark.prove
@pytest.mark.parametrize("options", [("--port", "0", "--no-story"), ("--no-story", "--port=0", "--webhook")])
def test_the_demo_of_the_built_wheel_starts_with_its_options(
    installed: Path, options: tuple[str, ...]
) -> None:
    with running([installed / "loket", "demo", *options], cwd=installed) as first_line:
        address = re.search(r"http://127.0.0.1:\d+", first_line)
        assert address
        for file in ("/", "/page/page.js", "/page/words-en.js", "/page/journey.css"):
            assert httpx.get(f"{address[0]}{file}", trust_env=False).status_code == 200


def test_the_demo_shows_its_own_help() -> None:
    told = loket("demo", "--help")
    assert told.returncode == 0
    assert {"--port", "--no-story", "--webhook"} <= set(re.findall(r"--[a-z-]+", told.stdout))


@pytest.mark.parametrize(
    "arguments", [("demo", "--port", "many"), ("demo", "--sideways"), ("run", "--port", "8099")]
)
def test_an_option_that_does_not_exist_is_refused_by_name(arguments: tuple[str, ...]) -> None:
    told = loket(*arguments)
    assert told.returncode == 2
    assert arguments[1] in told.stderr


def test_a_port_that_is_asked_for_and_taken_is_refused_with_one_that_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        told = run(sys.executable, "-m", "sandbox", "--port", str(taken), "--no-story")
    assert (told.returncode, told.stdout) == (1, "")
    assert re.fullmatch(rf"Port {taken} cannot be used \(.+\): try --port \d+\n", told.stderr)


def test_the_demo_goes_on_to_the_next_free_port_and_says_so_in_one_line() -> None:
    with ExitStack() as until_tried:
        with suppress(OSError):  # taken by another program: just as well
            until_tried.enter_context(socket.create_server(("127.0.0.1", USUAL_PORT)))
        with running([sys.executable, "-m", "sandbox", "--no-story"]) as first_line:
            said = re.fullmatch(
                rf"Port {USUAL_PORT} is taken, so the page is on (\d+)\. Open http://127.0.0.1:(\d+) .+\n",
                first_line,
            )
            assert said
            assert said[1] == said[2] != str(USUAL_PORT)
            with socket.create_connection(("127.0.0.1", int(said[1]))):
                pass


def test_settings_and_proxies_of_the_shell_do_not_reach_the_demos_bot() -> None:
    real = {
        "LOG_LEVEL": "nonsense",
        "BILLER_CONCURRENCY": "none",
        "DATABASE_URL": "sqlite:////nowhere/loket.db",
    }
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")
    demo = [sys.executable, "-m", "sandbox", "--no-story", "--port", "0"]
    with running(demo, shell=real | proxies) as first_line:
        assert "Open http" in first_line


def in_a_folder_of_its_own(tmp_path: Path) -> None:
    """Make a database there, and a price list beside it."""
    with closing(sqlite3.connect(tmp_path / "loket.db", isolation_level=None)) as connection:
        migrate(connection)
    (tmp_path / "list.csv").write_text("kode,harga\ns5,6500\n", encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ("backup", "copy.db"),
        ("backup", "--keep", "2", "nights"),
        ("catalogue", "import", "--yes", "list.csv"),
        ("catalogue", "export", "out.csv"),
        ("restore", "copy.db"),
    ],
)
def test_a_command_that_works_on_files_needs_the_database_and_no_secret(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    in_a_folder_of_its_own(tmp_path)
    only = {"DATABASE_URL": "sqlite:///loket.db"}
    if arguments[0] == "restore":
        assert loket("backup", "copy.db", cwd=tmp_path, **only).returncode == 0
    told = loket(*arguments, cwd=tmp_path, **only)
    assert (told.returncode, told.stderr) == (0, "")


def test_a_nightly_backup_works_the_second_night(tmp_path: Path) -> None:
    in_a_folder_of_its_own(tmp_path)
    for night in ("2026-01-01-030000", "2026-01-02-030000"):
        (tmp_path / "nights").mkdir(exist_ok=True)
        (tmp_path / "nights" / f"loket-{night}.db").write_bytes(b"")
    told = loket("backup", "--keep", "2", "nights", cwd=tmp_path, DATABASE_URL="sqlite:///loket.db")
    assert told.returncode == 0
    left = sorted(file.name for file in (tmp_path / "nights").iterdir())
    assert left[0] == "loket-2026-01-02-030000.db"
    assert len(left) == 2
    assert "loket-2026-01-01-030000.db: deleted" in told.stdout


@pytest.mark.parametrize("keep", ["0", "-1", "many", "1.5"])
def test_a_backup_keeps_at_least_itself(keep: str) -> None:
    told = loket("backup", "--keep", keep, "nights")
    assert told.returncode == 2
    assert "--keep" in told.stderr
