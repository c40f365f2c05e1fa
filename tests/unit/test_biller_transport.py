"""A broken-off call is not sent only where that is sure; all else may have bought something."""

import httpx
import pytest

from bot.biller.client import classify_error
from bot.orders.events import NotSent, Unclear


@pytest.mark.parametrize("error", [httpx.ConnectError(""), httpx.ConnectTimeout("")])
def test_without_a_connection_nothing_was_sent(error: Exception) -> None:
    assert classify_error(error) == NotSent(why=type(error).__name__)


@pytest.mark.parametrize(
    "error",
    [
        httpx.PoolTimeout(""),
        httpx.ReadError(""),
        httpx.ReadTimeout(""),
        httpx.WriteError(""),
        httpx.WriteTimeout(""),
        httpx.CloseError(""),
        httpx.RemoteProtocolError(""),
        httpx.LocalProtocolError(""),
        httpx.ProxyError(""),
        httpx.UnsupportedProtocol(""),
        TimeoutError(),
        OSError(),
        RuntimeError(),
    ],
)
def test_no_other_error_is_ever_taken_for_not_sent(error: Exception) -> None:
    assert classify_error(error) == Unclear(why=type(error).__name__)
