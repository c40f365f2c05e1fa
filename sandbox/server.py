"""Serves the whole sandbox on one port: the Bot API, the biller, the controls and the page."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.biller.server import trx_route
from sandbox.controls import control_routes
from sandbox.listen import listen
from sandbox.moments import Watched
from sandbox.telegram.server import bot_api_routes
from sandbox.world import World

_PAGE: Final = Path(__file__).parent / "page"


def sandbox_app(world: World) -> Starlette:
    """Return the whole sandbox as one ASGI application."""
    return Starlette(
        routes=[
            Route("/", _index),
            Mount("/page", StaticFiles(directory=_PAGE, check_dir=False)),
            Mount("/sandbox", routes=control_routes(world)),
            trx_route(world.biller),
            *bot_api_routes(world.telegram),
        ],
        middleware=[Middleware(Watched, moments=world.moments)],
    )


async def _index(_: Request) -> FileResponse:
    return FileResponse(_PAGE / "index.html")


@asynccontextmanager
async def serve(world: World, listener: socket.socket | None = None) -> AsyncIterator[str]:
    """Serve the world on 127.0.0.1 inside this event loop; yield the base URL, close the world at the end."""
    async with listen(sandbox_app(world), listener=listener) as url:
        try:
            yield url
        finally:
            await world.aclose()
