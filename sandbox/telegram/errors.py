"""Error responses of the Bot API.

RefusedError
└── ViolationError   the request breaks the Bot API's own rules: a bug in the caller
"""

from typing import Any


class RefusedError(Exception):
    """The Bot API responds `ok: false` with this HTTP status, description and parameters."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """Return the response body."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class ViolationError(RefusedError):
    """A field is unknown, missing, of a wrong type or length, or the markup cannot be parsed."""

    def __init__(self, reason: str) -> None:
        super().__init__(400, f"Bad Request: {reason}")
        self.reason = reason


def bad_request(reason: str) -> RefusedError:
    """Return a 400 that is not a bug in the caller, such as for a message that was deleted meanwhile."""
    return RefusedError(400, f"Bad Request: {reason}")


def conflict(reason: str) -> RefusedError:
    """Return the 409 for two consumers of updates, such as two polls or a poll and a webhook."""
    return RefusedError(409, f"Conflict: {reason}")


def too_many_requests(retry_after_s: int) -> RefusedError:
    """Return the 429 for a caller over the rate limit."""
    description = f"Too Many Requests: retry after {retry_after_s}"
    return RefusedError(429, description, retry_after=retry_after_s)


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
UPGRADED = "group chat was upgraded to a supergroup chat"
