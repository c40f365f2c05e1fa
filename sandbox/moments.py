"""The moments of each call between the bot and the world, told to watchers that may strike at them.

Calls of the bot are named `trx` or by their method of the Bot API; those that the world makes are named
`webhook` and `reversal`.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Moment(StrEnum):
    """How far a call has come."""

    ARRIVED = "arrived"  # the whole request is there, and nothing has come of it; of ours: it is written
    DONE = "done"  # it has taken effect, and not a byte of the answer is written; of ours never told
    ANSWERED = "answered"  # the whole answer is written; of ours: it is here


Watcher = Callable[[str, Moment], None]

_OF_OURS = {
    "http11.send_request_body.complete": Moment.ARRIVED,
    "http11.receive_response_body.complete": Moment.ANSWERED,
}


class Moments:
    """Call each watcher at every moment, while the call waits."""

    def __init__(self) -> None:
        self.watchers: list[Watcher] = []

    def tell(self, call: str, moment: Moment) -> None:
        """Call the watchers."""
        for watcher in self.watchers:
            watcher(call, moment)

    def extensions(self, call: str) -> dict[str, object]:
        """Return what httpx needs to tell the moments of a call that the world makes."""

        async def trace(event: str, _: Mapping[str, object]) -> None:
            if event in _OF_OURS:
                self.tell(call, _OF_OURS[event])

        return {"trace": trace}


class Watched:
    """Stands before the sandbox and tells the moments of the bot's calls."""

    def __init__(self, app: ASGIApp, moments: Moments) -> None:
        self._app = app
        self._moments = moments

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry out a call, telling its moments."""
        call = _name_of(scope)
        if call is None or not self._moments.watchers:
            await self._app(scope, receive, send)
            return

        async def watched_receive() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                self._moments.tell(call, Moment.ARRIVED)
            return message

        async def watched_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._moments.tell(call, Moment.DONE)
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self._moments.tell(call, Moment.ANSWERED)

        with suppress(ClientDisconnect):  # the bot died while it called
            await self._app(scope, watched_receive, watched_send)


def _name_of(scope: Scope) -> str | None:
    path = str(scope.get("path"))
    if path == "/service/in/json":
        return "trx"
    return path.rpartition("/")[2] if path.startswith("/bot") else None
