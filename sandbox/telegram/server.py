"""The Bot API over HTTP: `/bot{token}/{method}`, parameters as query, form, multipart or JSON."""

import email.policy
import json
from email.parser import BytesParser
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.listen import HangUp
from sandbox.telegram.chats import Json
from sandbox.telegram.errors import RefusedError, ViolationError
from sandbox.telegram.faults import Fault, FaultKind, refusal
from sandbox.telegram.methods import METHODS, call
from sandbox.telegram.platform import Platform
from sandbox.telegram.validation import checked


def bot_api_route(telegram: Platform) -> Route:
    """Return the one route of the Bot API."""

    async def answer(request: Request) -> Response:
        if request.path_params["token"] != telegram.token:
            return _refused(RefusedError(401, "Unauthorized"))
        method = request.path_params["method"]
        telegram.heard(method)
        if method not in METHODS:
            return _refused(RefusedError(404, "Not Found"))
        return await _answer(telegram, method, request)

    return Route("/bot{token}/{method}", answer, methods=["GET", "POST"])


async def _answer(telegram: Platform, method: str, request: Request) -> Response:
    try:
        values = checked(method, await _parameters(request))
        chat_id = _chat_id(values)
        fault = telegram.faults.take(method, chat_id)
        if fault is not None:
            if fault.kind is FaultKind.RESET_BEFORE:
                return HangUp()
            await _suffer(telegram, fault, chat_id)
        result = await call(telegram, method, values)
    except ViolationError as violation:
        telegram.violated(method, violation)
        return _refused(violation)
    except RefusedError as refused:
        return _refused(refused)
    if fault is not None and fault.kind is FaultKind.RESET_AFTER_ACCEPTING:
        return HangUp()
    return JSONResponse({"ok": True, "result": result})


async def _suffer(telegram: Platform, fault: Fault, chat_id: int | None) -> None:
    """Raise or wait, as the fault has it."""
    telegram.feed.changed()
    chat = telegram.chats.chats.get(chat_id or 0)
    if fault.kind is FaultKind.MIGRATED and chat is not None and fault.new_chat_id is not None:
        telegram.chats.upgrade(chat, fault.new_chat_id)
    if fault.kind is FaultKind.SLOW:
        await telegram.sleep(fault.retry_after_s)
    refused = refusal(fault, chat.type if chat else None)
    if refused is not None:
        raise refused


async def _parameters(request: Request) -> Json:
    """Return the parameters of the query and the body together; ViolationError if the body cannot be read."""
    values: Json = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "")
    try:
        if not body:
            return values
        if kind.startswith("application/json"):
            values |= json.loads(body)
        elif kind.startswith("multipart/form-data"):
            values |= _multipart(kind, body)
        else:
            values |= parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
    except (ValueError, TypeError):
        raise ViolationError("can't parse the request's body") from None
    return values


def _multipart(kind: str, body: bytes) -> Json:
    message = BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
    )
    if not message.is_multipart():
        raise ValueError("no parts")
    values: Json = {}
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        values[str(part.get_param("name", header="content-disposition"))] = bytes(content).decode()
    return values


def _chat_id(values: Json) -> int | None:
    chat_id = values.get("chat_id")
    return chat_id if isinstance(chat_id, int) else None


def _refused(refused: RefusedError) -> Response:
    if refused.code == 502:  # noqa: PLR2004  # comes from the proxy in front, in its own form
        return HTMLResponse(f"<html><body><h1>502 {refused.description}</h1></body></html>", 502)
    headers = {}
    if "retry_after" in refused.parameters:
        headers["Retry-After"] = str(refused.parameters["retry_after"])
    return JSONResponse(refused.as_json(), refused.code, headers)
