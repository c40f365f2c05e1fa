"""A misspelt name leaves no door open, a line that says nothing is named, a readable `.env` is reported."""

from pathlib import Path

import pytest

from bot.settings.settings import InvalidSettingsError, Settings, load_settings
from bot.settings.sources import FAIL_OPEN, SourceFindings, inspect_sources, near_names
from tests.unit.test_settings import REQUIRED

OURS = frozenset(name.upper() for name in Settings.model_fields)


@pytest.fixture(autouse=True)
def bare_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def faults() -> list[str]:
    with pytest.raises(InvalidSettingsError) as caught:
        load_settings()
    return caught.value.faults


def env_file(text: str, mode: int = 0o600) -> SourceFindings:
    path = Path(".env")
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return inspect_sources(Settings)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("REVERSAL_ALLOWED_IP", "REVERSAL_ALLOWED_IPS"),
        ("REVERSAL_IPS", "REVERSAL_ALLOWED_IPS"),
        ("ALLOWED_IPS", "REVERSAL_ALLOWED_IPS"),
        ("ALLOWED_REVERSAL_IPS", "REVERSAL_ALLOWED_IPS"),
        ("REVERSALS_ALLOWED_IPS", "REVERSAL_ALLOWED_IPS"),
        ("REVERSAL_ALLOW_IPS", "REVERSAL_ALLOWED_IPS"),
        ("REVERSAL_ALLOWED_CIDRS", "REVERSAL_ALLOWED_IPS"),
        ("REVERSAL_ALLOWED_IP_ADDRESSES", "REVERSAL_ALLOWED_IPS"),
        ("LOKET_REVERSAL_ALLOWED_IPS", "REVERSAL_ALLOWED_IPS"),
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("TRUSTED_PROXYS", "TRUSTED_PROXIES"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("ORDER_MAX_AGE", "ORDER_MAX_AGE_S"),
        ("MAX_ORDER_AGE_S", "ORDER_MAX_AGE_S"),
        ("ORDER_MAX_AGE_SECONDS", "ORDER_MAX_AGE_S"),
        ("TELEGRAM_BOT_TOKEN", "TELEGRAM_TOKEN"),
        ("TELEGRAM_URL", "TELEGRAM_API_URL"),
        ("ADMIN_ID", "ADMIN_IDS"),
        ("BILLER_PASS", "BILLER_PASSWORD"),
        ("BILLER_USERNAME", "BILLER_USER"),
        ("BILLER_TIMEOUT", "BILLER_TIMEOUT_S"),
        ("BILLER_CONCURENCY", "BILLER_CONCURRENCY"),
        ("WEBHOOK_SECRET", "TELEGRAM_WEBHOOK_SECRET"),
        ("TIME_ZONE", "TIMEZONE"),
        ("LOGLEVEL", "LOG_LEVEL"),
    ],
)
def test_a_name_that_is_nearly_ours_is_known_as_ours(given: str, meant: str) -> None:
    assert [(near.given, near.meant) for near in near_names([given], OURS)] == [(given, meant)]


def test_names_of_other_programs_are_left_alone() -> None:
    others = """
        PATH HOME USER HOST HOSTNAME PORT TZ LANG LOGNAME PWD SHELL _ PYTHONPATH VIRTUAL_ENV INVOCATION_ID
        LISTEN_PID LISTEN_FDS LISTEN_FDNAMES LOG_FILE RUST_LOG_LEVEL HTTP_PROXY NO_PROXY SSL_CERT_FILE
        DATABASE_USER DATABASE_HOST DATABASE_NAME DATABASE_PASSWORD REDIS_URL REDIS_DATABASE_URL POSTGRES_URL
        TELEGRAM_API_ID TELEGRAM_API_HASH LOKET_HOST LOKET_PORT LOKET_SERVICE_HOST LOKET_PORT_8080_TCP
        PUBLIC_IP ADMIN_PASSWORD LITESTREAM_ACCESS_KEY_ID SYSTEMD_EXEC_PID JOURNAL_STREAM
    """
    assert near_names(others.split(), OURS) == []


def test_every_setting_is_known_by_any_one_letter_left_out() -> None:
    for name in OURS:
        for position in range(len(name)):
            short = name[:position] + name[position + 1 :]
            assert [near.meant for near in near_names([short], OURS)] == [name], short


@pytest.mark.parametrize("where", ["environment", ".env"])
def test_a_misspelt_setting_whose_default_opens_a_door_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    if where == ".env":
        env_file("REVERSAL_ALLOWED_IP=203.0.113.7\n")
    else:
        monkeypatch.setenv("REVERSAL_ALLOWED_IP", "203.0.113.7")
    assert faults() == ["REVERSAL_ALLOWED_IP: unknown setting, did you mean REVERSAL_ALLOWED_IPS?"]


@pytest.mark.parametrize("name", sorted(FAIL_OPEN))
def test_every_setting_that_must_not_be_lost_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name[:-1] + "X", "1")
    assert faults() == [f"{name[:-1]}X: unknown setting, did you mean {name}?"]


def test_a_misspelt_required_setting_is_named_beside_the_missing_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TELEGRAM_TOKEN")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", REQUIRED["TELEGRAM_TOKEN"])
    assert faults() == [
        "TELEGRAM_BOT_TOKEN: unknown setting, did you mean TELEGRAM_TOKEN?",
        "TELEGRAM_TOKEN: is missing",
    ]


def test_a_misspelt_setting_with_a_harmless_default_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVELS", "DEBUG")
    load_settings()
    assert inspect_sources(Settings).warnings == ["LOG_LEVELS: unknown setting, did you mean LOG_LEVEL?"]


def test_the_empty_line_of_the_example_is_no_right_name_beside_a_misspelt_one() -> None:
    env_file("REVERSAL_ALLOWED_IPS=\nREVERSAL_ALLOWED_IP=203.0.113.7\n")
    assert faults() == ["REVERSAL_ALLOWED_IP: unknown setting, did you mean REVERSAL_ALLOWED_IPS?"]


def test_beside_the_right_name_a_near_one_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVERSAL_ALLOWED_IPS", "203.0.113.7")
    monkeypatch.setenv("REVERSAL_ALLOWED_IP", "203.0.113.8")
    load_settings()
    assert len(inspect_sources(Settings).warnings) == 1


def test_a_line_that_cannot_be_read_stops_the_start(capfd: pytest.CaptureFixture[str]) -> None:
    """It may be the one that shuts the door; the parser itself would only log it and go on."""
    env_file("LOG_LEVEL=INFO\nREVERSAL_ALLOWED_IPS 203.0.113.7\n")
    assert faults() == [".env line 2 cannot be read: write NAME=value"]
    assert capfd.readouterr().err == ""


def test_a_name_without_a_value_stops_the_start() -> None:
    env_file("REVERSAL_ALLOWED_IPS\n")
    assert faults() == ["REVERSAL_ALLOWED_IPS: has no value in .env, write REVERSAL_ALLOWED_IPS=value"]


def test_a_setting_that_stands_twice_in_the_file_stops_the_start() -> None:
    """The last one would count: an empty line left below would open what the first one shuts."""
    env_file("REVERSAL_ALLOWED_IPS=203.0.113.7\n# REVERSAL_ALLOWED_IPS=\nexport REVERSAL_ALLOWED_IPS=\n")
    assert faults() == ["REVERSAL_ALLOWED_IPS: is set more than once in .env, leave one line"]


def test_a_value_may_be_added_below_the_empty_line_of_the_example() -> None:
    env_file("REVERSAL_ALLOWED_IPS=\nREVERSAL_ALLOWED_IPS=203.0.113.7\n")
    assert len(load_settings().reversal_allowed_ips) == 1


def test_a_file_that_is_no_text_stops_the_start() -> None:
    Path(".env").write_bytes(b"LOG_LEVEL=\xff\xfe")
    assert faults() == [".env cannot be read: save it as UTF-8 text"]


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o640, 0o602, 0o666])
def test_a_file_that_others_can_open_is_a_warning(mode: int) -> None:
    (warning,) = env_file("LOG_LEVEL=INFO\n", mode).warnings
    assert f"mode {mode:04o}" in warning
    assert "chmod 600 .env" in warning
    load_settings()


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_private_file_is_none(mode: int) -> None:
    assert env_file("LOG_LEVEL=INFO\n", mode).warnings == []
