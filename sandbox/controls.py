"""HTTP controls of the sandbox, for the page and for tests in other processes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.day import DayError, play_day
from sandbox.snapshot import biller_settings, snapshot
from sandbox.telegram.cast import RINA
from sandbox.telegram.chats import Json
from sandbox.telegram.errors import RefusedError
from sandbox.world import World

_PING_INTERVAL_S: Final = 15.0
# A browser may display these types; every other file is sent as a download.
_DISPLAYABLE: Final = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_LINK_TIMEOUT_S: Final = 10.0
_RICH: Final = "sendRichMessage"
Control = Callable[[World, Json], Awaitable[Json]]
Reader = Callable[[Request], Awaitable[Json]]


def control_routes(world: World) -> list[Route]:
    """Return the routes under /sandbox."""

    async def state(_: Request) -> Response:
        return JSONResponse(snapshot(world))

    async def events(_: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(_events(world), media_type="text/event-stream", headers=headers)

    async def file(request: Request) -> Response:
        return _file_of(world, request.path_params["unique_id"])

    async def desk(_: Request) -> Response:
        return RedirectResponse(await _desk_link(world), headers={"Cache-Control": "no-store"})

    controls: dict[str, Control] = {
        "/say": _say,
        "/press": _press,
        "/biller": _biller,
        "/biller/reversal": _reversal,
        "/bank/arrival": _arrival,
        "/telegram/fault": _fault,
        "/telegram/tables": _tables,
        "/telegram/ephemeral": _ephemeral,
        "/telegram/admin": _admin,
        "/reset": _reset,
        "/restart": _restart,
        "/day": _day,
        "/clock": _clock,
    }
    return [
        Route("/state", state),
        Route("/events", events),
        Route("/desk", desk),
        Route("/files/{unique_id}", file),
        Route("/files", _posted(world, _send_file, _read_file), methods=["POST"]),
        *(
            Route(path, _posted(world, control, _read_json), methods=["POST"])
            for path, control in controls.items()
        ),
    ]


def _posted(world: World, control: Control, read: Reader) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that runs `control`, and answers an invalid request with 400 and the reason."""

    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(await control(world, await read(request)))
        except KeyError as error:
            return JSONResponse({"error": f"missing or unknown: {error.args[0]}"}, 400)
        except (ValueError, TypeError, RefusedError, DayError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return answer


async def _read_json(request: Request) -> Json:
    body: Json = json.loads(await request.body() or b"{}")
    return body


async def _read_file(request: Request) -> Json:
    """Return the query parameters, with the body under `content`."""
    numbers = {"chat_id", "user_id", "reply_to"}
    query = request.query_params.items()
    values: Json = {name: int(value) if name in numbers else value for name, value in query}
    return values | {"content": await request.body()}


def _file_of(world: World, unique_id: str) -> Response:
    files = world.telegram.files
    found = files.find(unique_id=unique_id)
    content = files.content(found) if found else None
    if found is None or content is None:
        return Response(status_code=404)
    # The id is derived from the content, so a browser may cache it.
    headers = {"Cache-Control": "max-age=3600, immutable", "X-Content-Type-Options": "nosniff"}
    if found.mime_type in _DISPLAYABLE:
        return Response(content, media_type=found.mime_type, headers=headers)
    headers["Content-Disposition"] = "attachment"
    return Response(content, media_type="application/octet-stream", headers=headers)


async def _events(world: World) -> AsyncIterator[str]:
    """Yield the version now and after each change, and a comment after 15 s without one."""
    version = world.feed.version
    yield _event(version)
    while not world.feed.closed:
        try:
            version = await asyncio.wait_for(world.feed.wait_past(version), _PING_INTERVAL_S)
            yield _event(version)
        except TimeoutError:
            yield ": ping\n\n"


def _event(version: int) -> str:
    return f'data: {{"version": {version}}}\n\n'


async def _say(world: World, body: Json) -> Json:
    sent = world.telegram.say(
        body["chat_id"], body["text"], user_id=body.get("user_id"), reply_to=body.get("reply_to")
    )
    return asdict(sent)


async def _desk_link(world: World) -> str:
    """Ask the bot as the admin for a link to its desk, and return it."""
    said = world.telegram.say(RINA.id, "/desk")
    answer = await world.telegram.wait_for_message(
        RINA.id, containing="/desk/enter?token=", after=said.message_id, timeout_s=_LINK_TIMEOUT_S
    )
    return next(word for word in answer.text.split() if "/desk/enter?token=" in word)


async def _send_file(world: World, body: Json) -> Json:
    sent = world.telegram.send_file(
        body["chat_id"],
        body["name"],
        body["content"],
        user_id=body.get("user_id"),
        reply_to=body.get("reply_to"),
    )
    return asdict(sent)


async def _press(world: World, body: Json) -> Json:
    callback_id = world.telegram.press(
        body["chat_id"], body["message_id"], body["data"], user_id=body.get("user_id")
    )
    return {"callback_id": callback_id}


async def _biller(world: World, body: Json) -> Json:
    behaviour = body.pop("behaviour", None)
    world.biller.configure(**body)
    if behaviour is not None:
        world.biller.behave(behaviour)
    return biller_settings(world.biller)


async def _reversal(world: World, body: Json) -> Json:
    return {"http_status": await world.biller.reverse(**body)}


async def _arrival(world: World, body: Json) -> Json:
    return {"http_status": await world.bank.receive(**body)}


async def _fault(world: World, body: Json) -> Json:
    world.telegram.fault(**body)
    return {"faults": [fault.as_json() for fault in world.telegram.faults.pending]}


async def _reset(world: World, _: Json) -> Json:
    world.reset()
    return {"version": world.feed.version}


async def _restart(world: World, _: Json) -> Json:
    if world.restart is None:
        raise ValueError("this sandbox does not run the bot: stop both and start them again")
    if not world.is_starting:
        world.restart.set()
    return {"version": world.feed.version}


async def _day(world: World, _: Json) -> Json:
    """Play the day, which takes about half a minute; answer after its end."""
    await play_day(world)
    return {"version": world.feed.version}


async def _clock(world: World, body: Json) -> Json:
    """Turn the clock of the demo and its bot forward, by seconds or to the next time of an hour."""
    if world.clock is None:
        raise ValueError("this sandbox does not run the bot: its clock cannot be turned")
    if "hour" in body:
        world.clock.forward_to(body["hour"])
    else:
        world.clock.forward(body["seconds"])
    world.feed.changed()
    return {"now": world.clock.now().isoformat(timespec="seconds")}


async def _tables(world: World, body: Json) -> Json:
    """Let Telegram know rich messages, or be a server of before them."""
    world.telegram.know(_RICH, is_known=bool(body["known"]))
    return {"known": _RICH not in world.telegram.unknown_methods}


async def _ephemeral(world: World, body: Json) -> Json:
    """Let Telegram know ephemeral messages, or be a server of before them."""
    world.telegram.know_ephemeral(is_known=bool(body["known"]))
    return {"known": world.telegram.knows_ephemeral}


async def _admin(world: World, body: Json) -> Json:
    """Make the bot an admin of a group, or a plain member again."""
    is_admin = bool(body["admin"])
    world.telegram.promote(body["chat_id"], user_id=body["user_id"], is_admin=is_admin)
    return {"admin": is_admin}
