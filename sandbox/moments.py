"""Reports how far each call between the bot and the world has come, so that a test can kill the bot there.

Calls of the bot are named `trx` or by their method of the Bot API; calls of the world are named `webhook`
and `reversal`.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Moment(StrEnum):
    """How far a call has come. Calls of the world have no DONE."""

    ARRIVED = "arrived"  # request received, not yet processed; for a call of the world: request written
    DONE = "done"  # processed, and no byte of the response is written yet
    ANSWERED = "answered"  # response written; for a call of the world: response received


Watcher = Callable[[str, Moment], None]

_OUTGOING_MOMENTS = {
    "http11.send_request_body.complete": Moment.ARRIVED,
    "http11.receive_response_body.complete": Moment.ANSWERED,
}


class Moments:
    """Calls each watcher at every moment, before the call goes on."""

    def __init__(self) -> None:
        self.watchers: list[Watcher] = []

    def report(self, call: str, moment: Moment) -> None:
        for watcher in self.watchers:
            watcher(call, moment)

    def extensions(self, call: str) -> dict[str, object]:
        """Return the httpx request extensions that report the moments of a call of the world."""

        async def trace(event: str, _: Mapping[str, object]) -> None:
            if event in _OUTGOING_MOMENTS:
                self.report(call, _OUTGOING_MOMENTS[event])

        return {"trace": trace}


class Watched:
    """ASGI middleware that reports the moments of the bot's calls."""

    def __init__(self, app: ASGIApp, moments: Moments) -> None:
        self._app = app
        self._moments = moments

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = _name_of(scope)
        if call is None or not self._moments.watchers:
            await self._app(scope, receive, send)
            return

        async def watched_receive() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                self._moments.report(call, Moment.ARRIVED)
            return message

        async def watched_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._moments.report(call, Moment.DONE)
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self._moments.report(call, Moment.ANSWERED)

        with suppress(ClientDisconnect):  # the bot was killed during the call
            await self._app(scope, watched_receive, watched_send)


def _name_of(scope: Scope) -> str | None:
    path = str(scope.get("path"))
    if path == "/service/in/json":
        return "trx"
    return path.rpartition("/")[2] if path.startswith("/bot") else None
