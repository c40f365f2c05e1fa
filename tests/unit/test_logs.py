"""No secret is ever in a log line, however it got there; each line is one JSON object."""

import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from bot.logs import HIDDEN, RedactingFormatter, set_up_logs

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
PASSWORD = 'pä "s\\s/wörd+&%'
SECRETS = (TOKEN, PASSWORD, "reversal-canary-0123456789abcdef", TOKEN[:9])


@pytest.fixture
def formatter() -> RedactingFormatter:
    return RedactingFormatter(SECRETS)


def line(formatter: RedactingFormatter, message: str, *args: object, **extra: object) -> str:
    record = logging.LogRecord("bot.test", logging.INFO, __file__, 1, message, args, None)
    record.__dict__.update(extra)
    return formatter.format(record)


def with_error(formatter: RedactingFormatter, error: BaseException) -> str:
    surprise = (type(error), error, None)
    return formatter.format(logging.LogRecord("bot.test", logging.ERROR, __file__, 1, "x", (), surprise))


def assert_clean(logged: str) -> None:
    told = json.dumps(json.loads(logged), ensure_ascii=False) + logged
    for secret in SECRETS:
        for form in (secret, json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret, safe="")):
            assert form not in told
    assert HIDDEN in told


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_vanishes_from_the_message(formatter: RedactingFormatter, secret: str) -> None:
    assert_clean(line(formatter, f"got {secret} there"))


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_vanishes_from_the_arguments(formatter: RedactingFormatter, secret: str) -> None:
    assert_clean(line(formatter, "%s and %r", f"https://api.test/bot{secret}/getMe", {"key": secret}))


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_vanishes_from_the_extra_fields(formatter: RedactingFormatter, secret: str) -> None:
    assert_clean(line(formatter, "x", url=f"/reversal/{secret}", nested={"headers": [secret, {secret: 1}]}))


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_vanishes_from_an_errors_text_and_its_causes(
    formatter: RedactingFormatter, secret: str
) -> None:
    error = RuntimeError(f"no answer from {secret}")
    error.__cause__ = OSError(f"cannot reach {secret}")
    assert_clean(with_error(formatter, error))


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "encoded",
    [
        lambda secret: quote(secret, safe=""),
        quote,
        quote_plus,
        lambda secret: quote(secret, safe="").replace("%3A", "%3a").replace("%2F", "%2f"),
    ],
    ids=["all", "path", "form", "small"],
)
def test_a_percent_encoded_secret_vanishes_too(
    formatter: RedactingFormatter, secret: str, encoded: Any
) -> None:
    logged = line(formatter, f"GET /reversal/{encoded(secret)}?status=0")
    assert encoded(secret) not in logged
    assert HIDDEN in logged


def test_a_secret_within_another_leaves_no_rest_behind(formatter: RedactingFormatter) -> None:
    assert TOKEN[9:] not in line(formatter, TOKEN)


def test_what_is_no_secret_is_logged_as_it_is(formatter: RedactingFormatter) -> None:
    told = json.loads(line(formatter, "order %s stored", "22110111373985338", chat_id=7001))
    assert told.pop("at")
    assert told == {
        "level": "INFO",
        "logger": "bot.test",
        "message": "order 22110111373985338 stored",
        "chat_id": 7001,
    }


@pytest.mark.parametrize("outside", ["a\nb", "\r\n{}", "\u2028", '"}', "\0\x1b[2J"])
def test_whatever_is_logged_stays_one_line_of_json(formatter: RedactingFormatter, outside: str) -> None:
    logged = line(formatter, outside, why=outside)
    assert logged.count("\n") == 0
    assert json.loads(logged)["why"] == outside


@pytest.fixture
def restored_logging() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (None, "bot", "storage")]
    kept = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    yield
    for logger, level, handlers in kept:
        logger.setLevel(level)
        logger.handlers[:] = handlers


@pytest.mark.usefixtures("restored_logging")
def test_our_own_loggers_speak_and_others_only_warn(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(level="DEBUG", secrets=SECRETS)
    logging.getLogger("bot.purchasing").debug("ours %s", TOKEN)
    logging.getLogger("storage").debug("ours too")
    logging.getLogger("httpx").info("HTTP Request: POST %s", TOKEN)
    logging.getLogger("uvicorn.access").info("GET /reversal/%s", TOKEN)
    logging.getLogger("telegram.Bot").warning("theirs %s", TOKEN)
    shown = capsys.readouterr()
    assert shown.out == ""
    told = [json.loads(row)["message"] for row in shown.err.splitlines()]
    assert told == [f"ours {HIDDEN}", "ours too", f"theirs {HIDDEN}"]


@pytest.mark.usefixtures("restored_logging")
def test_setting_up_twice_says_nothing_twice(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(level="INFO", secrets=SECRETS)
    set_up_logs(level="WARNING", secrets=SECRETS)
    logging.getLogger("bot").info("too quiet")
    logging.getLogger("bot").warning("once")
    assert len(capsys.readouterr().err.splitlines()) == 1
