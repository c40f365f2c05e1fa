"""What we run on is named exactly, comes with its hashes, and may be given on.

Known faults of these versions are asked for by `make audit`, which needs the network.
"""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOYED, DEVELOPED, MEASURED = (
    "requirements.lock",
    "requirements-dev.lock",
    "tests/benchmarks/requirements.lock",
)
LOCKS = (DEPLOYED, DEVELOPED, MEASURED)
EVERY_LOCK = pytest.mark.parametrize("lock", LOCKS)

_REQUIREMENT = re.compile(
    r"(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)(?:\[[a-z]+\])?==(?P<version>[0-9][0-9A-Za-z.+]*)"
    r"(?P<marker> ; [^\\]+?)?(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n(?:    # .*\n)*"
)

PERMISSIVE = {
    *("MIT", "MIT License", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "PSF-2.0", "ISC", "0BSD"),
    *("Apache 2.0", "Apache-2.0 AND BSD-2-Clause", "Apache-2.0 AND MIT", "MIT AND PSF-2.0"),
    "BSD License",  # segno's: its file is the three clauses of BSD-3-Clause
    "MIT-CMU",  # Pillow's: MIT with a word on names in advertising
}
WEAK_COPYLEFT = {
    "python-telegram-bot": "LGPL-3.0-only",  # imported as it is: whoever likes can swap it
    "psycopg": "LGPL-3.0-only",  # as above
    "psycopg-binary": "LGPL-3.0-only",  # as above
    "certifi": "MPL-2.0",  # a list of certificates, given on unchanged
}


class Locked(NamedTuple):
    """One requirement of a lock file."""

    version: str
    hashes: int


def locked(lock: str) -> dict[str, Locked]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {
        found["name"]: Locked(found["version"], found["hashes"].count("--hash="))
        for found in _REQUIREMENT.finditer(text)
    }


def project() -> dict[str, list[str]]:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = told["dependency-groups"]
    return {DEPLOYED: told["project"]["dependencies"], DEVELOPED: groups["dev"], MEASURED: groups["bench"]}


@EVERY_LOCK
def test_a_lock_holds_exact_versions_with_hashes_and_nothing_else(lock: str) -> None:
    """No address, no index, no file, no git, no option: only names, versions and what they must hash to."""
    assert _REQUIREMENT.sub("", (ROOT / lock).read_text(encoding="utf-8")).strip() == ""
    assert len(locked(lock)) > 15


@EVERY_LOCK
def test_a_lock_names_no_host_and_no_path(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert (
        re.search(r"://|\bfile:|\bgit\+|--(?:index|extra|find|trusted)|@ |/(?:home|root|tmp|work)/", text)
        is None
    )


def test_every_dependency_is_pinned_and_locked_at_that_version() -> None:
    for lock, named in project().items():
        for requirement in named:
            name, pinned, wanted = requirement.partition("==")
            assert pinned, f"{requirement} is not pinned"
            assert "[" not in name, f"{requirement} brings extras along"
            assert locked(lock)[name].version == wanted


def test_developers_run_on_what_is_deployed() -> None:
    assert locked(DEPLOYED).items() <= locked(DEVELOPED).items()


def test_what_is_installed_is_what_is_locked() -> None:
    for name, lock in locked(DEPLOYED).items():
        assert version(name) == lock.version


def test_the_image_and_the_set_up_refuse_what_does_not_hash() -> None:
    for recipe in ("Dockerfile", "Makefile"):
        for line in (ROOT / recipe).read_text(encoding="utf-8").splitlines():
            if re.search(r"\bpip install\b", line):
                assert "--require-hashes" in line or "--no-deps" in line, line


@pytest.mark.parametrize("name", sorted(locked(DEPLOYED)))
def test_a_library_may_be_given_on(name: str) -> None:
    try:
        told = metadata(name)
    except PackageNotFoundError:
        pytest.fail(f"{name} is locked and not installed: run make setup")
    fields = ("License-Expression", "License", "Classifier")
    said = [one.strip() for field in fields for one in told.get_all(field) or []]
    licences = [one.split(" :: ")[-1] for one in said if "::" not in one or one.startswith("License ::")]
    shown = next(filter(None, licences), "")
    assert shown in PERMISSIVE or shown == WEAK_COPYLEFT.get(name), f"{name}: {shown!r}"
