"""The image's recipe, carried out as far as it can be without an engine: its build steps run for real."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.settings.settings import Settings
from tests.yaml_subset import read_yaml

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD_TIMEOUT_S = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a Dockerfile: its word and what stands behind it."""

    word: str
    rest: str


def stages() -> list[list[Step]]:
    """Read the Dockerfile: each stage a list of steps, the first of them its FROM."""
    text = re.sub(r"^#.*\n", "", Path(ROOT, "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    rows = re.sub(r"\\\n\s*", "", text).splitlines()
    read: list[list[Step]] = []
    for word, _, rest in (row.partition(" ") for row in rows if row.strip()):
        if word == "FROM":
            read.append([])
        read[-1].append(Step(word, rest.strip()))
    return read


def words_of(stage: list[Step], word: str) -> list[str]:
    return [step.rest for step in stage if step.word == word]


def environment_of(stage: list[Step]) -> dict[str, str]:
    pairs = (part.partition("=") for rest in words_of(stage, "ENV") for part in rest.split())
    return {name: value.strip('"') for name, _, value in pairs}


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Carry out the build stage in a folder of its own; return the virtual environment it makes."""
    home = tmp_path_factory.mktemp("image")
    work, made = home / "build", home / "venv"
    work.mkdir()
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, **environment_of(stages()[0]), "VENV": str(made), "PATH": path}
    for step in stages()[0]:
        if step.word == "COPY":
            *sources, target = step.rest.split()
            for source in sources:
                copy(ROOT / source, work / target / (source if target.endswith("/") else ""))
        elif step.word == "RUN":
            ran = subprocess.run(  # noqa: S602  # the recipe's own words are what is tested
                step.rest, shell=True, cwd=work, env=environment, timeout=BUILD_TIMEOUT_S,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert ran.returncode == 0, f"RUN {step.rest}\n{ran.stdout}{ran.stderr}"
    return made


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def loket(venv: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # what was just built
        [venv / "bin" / "loket", *arguments],
        cwd=venv,
        env={"PATH": os.environ["PATH"]},
        timeout=30,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.prove
def test_the_build_steps_make_a_loket_that_knows_its_commands(venv: Path) -> None:
    told = loket(venv, "--help")
    assert told.returncode == 0
    assert {"run", "check"} <= set(told.stdout.split())


@pytest.mark.prove
def test_the_built_loket_without_settings_names_every_fault_and_leaves_with_2(venv: Path) -> None:
    told = loket(venv, "run")
    required = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert told.returncode == 2
    assert required <= {line.split(":")[1].strip() for line in told.stderr.splitlines()}


@pytest.mark.prove
def test_the_built_loket_brings_its_statements_and_migrations(venv: Path) -> None:
    look = "from storage.statements import STATEMENTS; from storage.schema import migrations; migrations()[0]"
    subprocess.run([venv / "bin" / "python", "-c", look], cwd=venv, check=True, timeout=30)  # ours


@pytest.mark.prove
def test_what_is_shipped_holds_no_tests_no_developers_tools_and_no_sandbox(venv: Path) -> None:
    for name in ("tests", "tools", "sandbox", "pytest", "hatchling", "pip"):
        assert not list(venv.glob(f"lib/python3.*/site-packages/{name}")), name


def test_every_package_is_installed_from_a_lock_with_hashes() -> None:
    installs = [run for run in words_of(stages()[0], "RUN") if re.search(r"pip\S* .*\binstall\b", run)]
    assert len(installs) == 3
    assert all("--require-hashes" in run or "--no-index --no-deps" in run for run in installs)


def test_every_file_that_is_copied_is_there_and_let_through_by_the_dockerignore() -> None:
    let_through = Path(ROOT, ".dockerignore").read_text(encoding="utf-8").split()
    for rest in words_of(stages()[0], "COPY"):
        for source in rest.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in let_through


def test_only_the_virtual_environment_reaches_the_image() -> None:
    assert words_of(stages()[-1], "COPY") == ["--from=build /opt/loket /opt/loket"]
    assert environment_of(stages()[0])["VENV"] == "/opt/loket"


def test_both_stages_share_one_python() -> None:
    images = [stage[0].rest.split()[0] for stage in stages()]
    assert len(set(images)) == 1
    assert re.fullmatch(r"python:3\.13-slim.*", images[0])


def test_the_image_runs_as_nobody_special_and_writes_only_to_its_volume() -> None:
    image = stages()[-1]
    (user,) = words_of(image, "USER")
    assert int(user.split(":")[0]) > 0
    assert words_of(image, "VOLUME") == ["/data"]
    environment = environment_of(image)
    assert environment["DATABASE_URL"] == "sqlite:////data/loket.db"
    assert environment["PYTHONDONTWRITEBYTECODE"] == "1"
    assert words_of(image, "STOPSIGNAL") == ["SIGTERM"]


def test_the_labels_of_the_image_are_those_of_the_project() -> None:
    (rest,) = words_of(stages()[-1], "LABEL")
    labels = dict(re.findall(r'org\.opencontainers\.image\.([\w.]+)="([^"]*)"', rest))
    project = tomllib.loads(Path(ROOT, "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert labels["version"] == project["version"]
    assert labels["description"] == project["description"]
    assert labels["licenses"] == project["license"]
    assert labels["base.name"].endswith(f"/{stages()[-1][0].rest}")
    assert labels["revision"] == "$REVISION"
    assert words_of(stages()[-1], "ARG") == ["REVISION=unknown"]


def test_the_folders_of_the_volumes_belong_to_the_user_of_the_image() -> None:
    """An empty named volume takes its owner from the image."""
    mounts = {
        mount.partition(":")[2]
        for name in ("loket", "backup")
        for mount in read_yaml(Path(ROOT, "compose.yaml"))["services"][name]["volumes"]
    }
    assert mounts == {"/data", "/backup"}
    (made,) = [run for run in words_of(stages()[-1], "RUN") if "install --directory" in run]
    assert mounts <= set(made.split())


def test_the_image_holds_no_secret_and_no_setting_that_an_operator_must_choose() -> None:
    names = {name for stage in stages() for name in environment_of(stage)}
    assert not [name for name in names if re.search("TOKEN|SECRET|PASSWORD|KEY", name)]
    assert names & {name.upper() for name in Settings.model_fields} == {"DATABASE_URL", "LISTEN_HOST"}


class Health(BaseHTTPRequestHandler):
    """A web server that says how it is."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        pass


@pytest.fixture
def health_port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Health)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_asks_healthz_past_any_proxy(
    health_port: int, monkeypatch: pytest.MonkeyPatch, *, status: int, healthy: bool
) -> None:
    monkeypatch.setattr(Health, "status", status)
    (check,) = words_of(stages()[-1], "HEALTHCHECK")
    program, *arguments = json.loads(check.partition("CMD ")[2])
    assert program == "python"
    nowhere = "http://127.0.0.1:1"
    ran = subprocess.run(  # the recipe's own words are what is tested
        [sys.executable, *arguments],
        env={"LISTEN_PORT": str(health_port), "http_proxy": nowhere, "HTTP_PROXY": nowhere},
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert (ran.returncode == 0) is healthy
