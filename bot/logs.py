"""Structured logs on standard error, one JSON object per line, with all secrets redacted."""

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
    """Formats a record as JSON, then redacts secrets in its message, fields and traceback."""

    def __init__(self, secrets: Iterable[str], *, replica: str | None = None) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            static_fields={"replica": replica} if replica else None,
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
        )
        forms = {form for secret in secrets for form in _forms(secret)}
        # Longest first: redacting a secret inside another must not leave the rest of the longer one.
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(longest_first)) if forms else None

    def format(self, record: logging.LogRecord) -> str:
        line: str = super().format(record)
        return self._secrets.sub(HIDDEN, line) if self._secrets else line


def _forms(secret: str) -> Iterable[str]:
    """Return patterns for a secret as it is, in `repr`, in JSON, and percent-encoded in any way."""
    for shown in (secret, repr(secret)[1:-1]):
        yield re.escape(json.dumps(shown, ensure_ascii=False)[1:-1])
    for encoded in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield re.sub(r"%[0-9A-F]{2}", lambda escape: f"(?i:{escape[0]})", re.escape(encoded))


def set_up_logs(*, level: str, secrets: Iterable[str], replica: str | None = None) -> None:
    """Log our packages at `level`, and libraries at WARNING: at INFO they log URLs with tokens.

    `replica` names this process in each line, where several log side by side.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets, replica=replica))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for package in ("bot", "storage"):
        logging.getLogger(package).setLevel(level)


def log_unhandled_errors() -> None:
    """Log uncaught errors, which Python itself would print with their secrets."""
    sys.excepthook = lambda kind, error, trace: _log_uncaught("main thread", kind, error, trace)
    threading.excepthook = lambda args: _log_uncaught(
        "thread", args.exc_type, args.exc_value, args.exc_traceback
    )
    sys.unraisablehook = lambda args: _log_uncaught(
        "finalizer", args.exc_type, args.exc_value, args.exc_traceback
    )


def _log_uncaught(
    place: str, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    exc_info = (kind, error, trace) if error else None
    logging.getLogger("bot").critical("uncaught error in %s: %s", place, kind.__name__, exc_info=exc_info)
