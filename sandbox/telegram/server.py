"""The Bot API over HTTP: `/bot{token}/{method}`, and files at `/file/bot{token}/{path}`."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.listen import HangUp
from sandbox.telegram.chats import Json
from sandbox.telegram.errors import RefusedError, ViolationError
from sandbox.telegram.faults import Fault, FaultKind, refusal
from sandbox.telegram.methods import METHODS, call
from sandbox.telegram.parameters import parameters
from sandbox.telegram.platform import Platform
from sandbox.telegram.validation import checked

# The name of file downloads for faults; the Bot API has no such method.
_DOWNLOAD: Final = "download"


def bot_api_routes(telegram: Platform) -> list[Route]:
    """Return the routes of the Bot API: its methods, and file downloads."""

    async def answer(request: Request) -> Response:
        if request.path_params["token"] != telegram.token:
            return _refused(RefusedError(401, "Unauthorized"))
        method = request.path_params["method"]
        telegram.count_call(method)
        if method not in METHODS or method in telegram.unknown_methods:
            return _refused(RefusedError(404, "Not Found"))
        return await _answer(telegram, method, request)

    async def download(request: Request) -> Response:
        if request.path_params["token"] != telegram.token:
            return _refused(RefusedError(401, "Unauthorized"))
        try:
            return await _with_fault(telegram, _DOWNLOAD, None, lambda: _download(telegram, request))
        except RefusedError as refused:
            return _refused(refused)

    return [
        Route("/bot{token}/{method}", answer, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", download),
    ]


async def _answer(telegram: Platform, method: str, request: Request) -> Response:
    try:
        values = checked(method, await parameters(request))

        async def result() -> Response:
            return JSONResponse({"ok": True, "result": await call(telegram, method, values)})

        return await _with_fault(telegram, method, _chat_id(values), result)
    except ViolationError as violation:
        telegram.record_violation(method, violation)
        return _refused(violation)
    except RefusedError as refused:
        return _refused(refused)


async def _download(telegram: Platform, request: Request) -> Response:
    file = telegram.files.find(path=request.path_params["path"])
    content = telegram.files.content(file) if file else None
    if content is None:
        raise RefusedError(404, "Not Found")
    return Response(content, media_type="application/octet-stream")


async def _with_fault(
    telegram: Platform, method: str, chat_id: int | None, work: Callable[[], Awaitable[Response]]
) -> Response:
    """Run `work` under the next fault for it, if there is one."""
    fault = telegram.faults.take(method, chat_id)
    if fault is None:
        return await work()
    if fault.kind is FaultKind.RESET_BEFORE:
        return HangUp()
    await _fail(telegram, fault, chat_id)
    answer = await work()
    return HangUp() if fault.kind is FaultKind.RESET_AFTER_ACCEPTING else answer


async def _fail(telegram: Platform, fault: Fault, chat_id: int | None) -> None:
    """Raise the error of the fault, or wait if it is slow."""
    telegram.feed.changed()
    chat = telegram.chats.chats.get(chat_id or 0)
    if fault.kind is FaultKind.MIGRATED and chat is not None and fault.new_chat_id is not None:
        telegram.chats.upgrade(chat, fault.new_chat_id)
    if fault.kind is FaultKind.SLOW:
        await telegram.sleep(fault.retry_after_s)
    refused = refusal(fault, chat.type if chat else None)
    if refused is not None:
        raise refused


def _chat_id(values: Json) -> int | None:
    chat_id = values.get("chat_id")
    return chat_id if isinstance(chat_id, int) else None


def _refused(refused: RefusedError) -> Response:
    if refused.code == 502:  # noqa: PLR2004  # Telegram's proxy sends this one, as HTML
        return HTMLResponse(f"<html><body><h1>502 {refused.description}</h1></body></html>", 502)
    headers = {}
    if "retry_after" in refused.parameters:
        headers["Retry-After"] = str(refused.parameters["retry_after"])
    return JSONResponse(refused.as_json(), refused.code, headers)
