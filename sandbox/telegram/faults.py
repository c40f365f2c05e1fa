"""Injected faults: the next calls of a method, or those to one chat, fail in a given way."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from sandbox.telegram.chats import ChatType, Json, shut_out
from sandbox.telegram.errors import UPGRADED, RefusedError, bad_request, too_many_requests

_ANY_METHOD = "*"


class FaultKind(StrEnum):
    """The ways in which a call can fail."""

    TOO_MANY = "429"
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502"
    RESET_AFTER_ACCEPTING = "reset_after_accepting"
    RESET_BEFORE = "reset_before"
    FORBIDDEN = "403"
    BAD_REQUEST = "400"
    SLOW = "slow"
    MIGRATED = "migrated"


@dataclass(slots=True, kw_only=True)
class Fault:
    """A fault for the next `times` calls; `retry_after_s` is also the duration of a slow response."""

    method: str
    kind: FaultKind
    times: int = 1
    chat_id: int | None = None
    retry_after_s: int = 1
    new_chat_id: int | None = None
    description: str | None = None

    def applies_to(self, method: str, chat_id: int | None) -> bool:
        return self.method in {_ANY_METHOD, method} and self.chat_id in {None, chat_id}

    def as_json(self) -> Json:
        """Return the fault in the format of the controls."""
        body = {
            "method": self.method,
            "kind": self.kind.value,
            "times": self.times,
            "chat_id": self.chat_id,
            "retry_after": self.retry_after_s,
            "new_chat_id": self.new_chat_id,
            "description": self.description,
        }
        return {name: value for name, value in body.items() if value is not None}


@dataclass(slots=True)
class Faults:
    """The pending faults, oldest first."""

    pending: list[Fault] = field(default_factory=list)

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return the first fault that applies to this call, and use up one of its `times`."""
        fault = next((one for one in self.pending if one.applies_to(method, chat_id)), None)
        if fault is not None:
            fault.times -= 1
            self.pending = [one for one in self.pending if one.times > 0]
        return fault


def refusal(fault: Fault, chat_type: ChatType | None) -> RefusedError | None:
    """Return the error response of a fault, None for the kinds that have none."""
    match fault.kind:
        case FaultKind.TOO_MANY:
            return too_many_requests(fault.retry_after_s)
        case FaultKind.SERVER_ERROR:
            return RefusedError(500, fault.description or "Internal Server Error")
        case FaultKind.BAD_GATEWAY:
            return RefusedError(502, fault.description or "Bad Gateway")
        case FaultKind.FORBIDDEN:
            return RefusedError(403, f"Forbidden: {fault.description or shut_out(chat_type)}")
        case FaultKind.BAD_REQUEST:
            return bad_request(fault.description or "chat not found")
        case FaultKind.MIGRATED:
            new_id = fault.new_chat_id or 0
            return RefusedError(400, f"Bad Request: {UPGRADED}", migrate_to_chat_id=new_id)
        case FaultKind.RESET_AFTER_ACCEPTING | FaultKind.RESET_BEFORE | FaultKind.SLOW:
            return None
        case _:
            assert_never(fault.kind)
