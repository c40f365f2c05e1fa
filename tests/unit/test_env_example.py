"""`.env.example` names every setting with its default, so that who copies it knows all there is."""

import re
from pathlib import Path

import pytest

from bot.settings.settings import InvalidSettingsError, Settings, load_settings

EXAMPLE = Path(__file__).resolve().parent.parent.parent / ".env.example"
REQUIRED = {
    "TELEGRAM_TOKEN": "123456:abc",
    "ADMIN_IDS": "1",
    "BILLER_URL": "https://biller.example",
    "BILLER_USER": "toko",
    "BILLER_PASSWORD": "sandi",
    "REVERSAL_SECRET": "r" * 32,
}


def lines() -> list[str]:
    return EXAMPLE.read_text(encoding="utf-8").splitlines()


def entries() -> list[tuple[str, str]]:
    found = (re.fullmatch(r"#?([A-Z_]+)=(.*)", line) for line in lines())
    return [(match[1], match[2]) for match in found if match]


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_example_names_every_setting_once_and_no_other() -> None:
    names = [name for name, _ in entries()]
    assert len(names) == len(set(names))
    assert set(names) == {name.upper() for name in Settings.model_fields}


def test_the_example_with_its_required_lines_filled_gives_the_defaults() -> None:
    filled = "\n".join(f"{name}={REQUIRED.get(name, value)}" for name, value in entries())
    Path(".env").write_text(filled, encoding="utf-8")
    settings = load_settings()
    for name, field in Settings.model_fields.items():
        if not field.is_required():
            assert getattr(settings, name) == field.default, name


def test_the_example_as_it_is_asks_for_every_required_setting() -> None:
    Path(".env").write_text("\n".join(lines()), encoding="utf-8")
    with pytest.raises(InvalidSettingsError) as caught:
        load_settings()
    required = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert required == REQUIRED.keys()
    assert {fault.partition(":")[0] for fault in caught.value.faults} == required


def test_every_setting_of_the_example_is_explained_in_the_line_above() -> None:
    for above, line in zip(lines(), lines()[1:], strict=False):
        if name := re.match(r"#?([A-Z_]+)=", line):
            assert re.match(r"# .+[.:]", above), name[1]
            field = Settings.model_fields[name[1].lower()]
            assert field.is_required() == above.endswith(" Required."), name[1]


def test_a_line_is_switched_off_only_where_it_shows_a_default() -> None:
    for line in lines():
        if match := re.fullmatch(r"(#?)([A-Z_]+)=(.*)", line):
            assert bool(match[1]) == bool(match[3]), match[2]
