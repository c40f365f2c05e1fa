"""What an error of the Bot API means for the message that was sent, from an explicit list."""

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

_GONE = (
    "chat not found",
    "have no rights to send",
    "not enough rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "peer_id_invalid",
    "user not found",
    "group is deactivated",
)
_EDIT_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_DEFAULT_WAIT_S = 5.0


def classify_send_error(error: Exception) -> SendResult:
    """Translate an exception of a send; BadRequest and TimedOut are NetworkErrors too, so they come first."""
    match error:
        case RetryAfter():
            return RetryLater(retry_after_s=_seconds(error.retry_after))
        case ChatMigrated():
            return ChatUpgraded(new_chat_id=error.new_chat_id)
        case Forbidden():
            return ChatUnreachable(why=error.message)
        case BadRequest():
            return _of_bad_request(error.message)
        case NetworkError() if isinstance(error.__cause__, NEVER_CONNECTED):
            return NotConnected(why=type(error.__cause__).__name__)
        case TimedOut() | NetworkError() if "Too Many Requests" in error.message:
            return RetryLater(retry_after_s=_DEFAULT_WAIT_S)
        case TelegramError() if not isinstance(error, NetworkError):
            # A wrong token or an unreadable answer: an operator's matter, worth trying again later.
            return (
                NotConnected(why=type(error).__name__)
                if _is_refusal(error)
                else Ambiguous(why=type(error).__name__)
            )
        case _:
            return Ambiguous(why=type(error).__name__)


def _is_refusal(error: TelegramError) -> bool:
    return type(error).__name__ in ("InvalidToken", "Conflict", "EndPointNotFound")


def _of_bad_request(message: str) -> SendResult:
    said = message.lower()
    if "thread not found" in said:
        return TopicDeleted()
    if any(text in said for text in _EDIT_GONE):
        return EditTargetGone()
    if any(text in said for text in _GONE):
        return ChatUnreachable(why=message)
    return Rejected(why=message)


def is_not_modified(error: Exception) -> bool:
    """Tell an edit that would change nothing: that is a success."""
    return isinstance(error, BadRequest) and "message is not modified" in error.message.lower()


def _seconds(wait: int | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
