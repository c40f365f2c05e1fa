"""Structured logs on standard error, one JSON object a line, with every secret taken out of every line."""

import json
import logging
import re
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from urllib.parse import quote, quote_plus

from pythonjsonlogger.json import JsonFormatter

HIDDEN = "[hidden]"


class RedactingFormatter(JsonFormatter):
    """Formats as JSON and then removes the secrets, wherever they hid: message, fields or traceback."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
        )
        forms = {form for secret in secrets for form in _forms(secret)}
        # The longest first: a secret that holds another must not leave its rest behind.
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(longest_first)) if forms else None

    def format(self, record: logging.LogRecord) -> str:
        """Give the line without secrets."""
        line: str = super().format(record)
        return self._secrets.sub(HIDDEN, line) if self._secrets else line


def _forms(secret: str) -> Iterable[str]:
    """Give patterns for a secret as it is, quoted by repr, within JSON, and percent-encoded in any way."""
    for shown in (secret, repr(secret)[1:-1]):
        yield re.escape(json.dumps(shown, ensure_ascii=False)[1:-1])
    for encoded in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield re.sub(r"%[0-9A-F]{2}", lambda escape: f"(?i:{escape[0]})", re.escape(encoded))


def set_up_logs(*, level: str, secrets: Iterable[str]) -> None:
    """Log our own at `level`; other libraries print URLs with tokens at INFO, so they start at WARNING."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for ours in ("bot", "storage"):
        logging.getLogger(ours).setLevel(level)


def log_unhandled_errors() -> None:
    """Log what ends the program or a thread, which Python itself would print as it is, secrets and all."""
    sys.excepthook = lambda kind, error, trace: _log_surprise("the end", kind, error, trace)
    threading.excepthook = lambda hurt: _log_surprise(
        "the end of a thread", hurt.exc_type, hurt.exc_value, hurt.exc_traceback
    )
    sys.unraisablehook = lambda hurt: _log_surprise(
        "a surprise that nobody could be told of", hurt.exc_type, hurt.exc_value, hurt.exc_traceback
    )


def _log_surprise(
    what: str, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    surprise = (kind, error, trace) if error else None
    logging.getLogger("bot").critical("%s: %s", what, kind.__name__, exc_info=surprise)
