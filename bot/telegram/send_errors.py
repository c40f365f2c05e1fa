"""Classifies the Bot API's errors of a send by an explicit list."""

from datetime import timedelta

import aiohttp
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.delivery.sending import (
    Ambiguous,
    ChatUnreachable,
    ChatUpgraded,
    EditTargetGone,
    NotConnected,
    Rejected,
    RetryLater,
    SendResult,
    TopicDeleted,
)

NEVER_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)

_CHAT_UNREACHABLE = (
    "chat not found",
    "have no rights to send",
    "not enough rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "peer_id_invalid",
    "user not found",
    "group is deactivated",
)
_EDIT_TARGET_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_DEFAULT_WAIT_S = 5.0


def classify_send_error(error: Exception) -> SendResult:
    """Return the result of a failed send; BadRequest is a NetworkError too, and so is matched before it."""
    match error:
        case RetryAfter():
            return RetryLater(retry_after_s=_seconds(error.retry_after))
        case ChatMigrated():
            return ChatUpgraded(new_chat_id=error.new_chat_id)
        case Forbidden():
            return ChatUnreachable(why=error.message)
        case BadRequest():
            return _classify_bad_request(error.message)
        case NetworkError() if isinstance(error.__cause__, NEVER_CONNECTED):
            return NotConnected(why=type(error.__cause__).__name__)
        case TimedOut() | NetworkError() if "Too Many Requests" in error.message:
            return RetryLater(retry_after_s=_DEFAULT_WAIT_S)
        case TelegramError() if not isinstance(error, NetworkError):
            # A refusal of the bot itself is for the operator to fix; an unreadable answer may be a success.
            return (
                NotConnected(why=type(error).__name__)
                if _is_refusal(error)
                else Ambiguous(why=type(error).__name__)
            )
        case _:
            return Ambiguous(why=type(error).__name__)


def _is_refusal(error: TelegramError) -> bool:
    return type(error).__name__ in ("InvalidToken", "Conflict", "EndPointNotFound")


def _classify_bad_request(message: str) -> SendResult:
    lowered = message.lower()
    if "thread not found" in lowered:
        return TopicDeleted()
    if any(text in lowered for text in _EDIT_TARGET_GONE):
        return EditTargetGone()
    if any(text in lowered for text in _CHAT_UNREACHABLE):
        return ChatUnreachable(why=message)
    return Rejected(why=message)


def is_not_modified(error: Exception) -> bool:
    """Check for the error of an edit that changes nothing, which is a success."""
    return isinstance(error, BadRequest) and "message is not modified" in error.message.lower()


def _seconds(wait: int | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
