"""Files where no cookie is sent: a Mini App asks for an address that works once, and hands it to Telegram.

Telegram's apps, and the browsers that they open, load that address without any header of ours.
"""

from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from starlette.responses import JSONResponse

from bot.desk.context import DeskContext, DeskPage
from bot.desk.request import PREFIX, DeskRequest, DeskResponse
from bot.notices.catalogue import FileFormat
from storage.desk import make_ticket

MAX_ADDRESS_CHARS = 500


async def _make_ticket(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    """Return the address of a file with a ticket for it, and a name to save it under."""
    address = request.form.get("address", "")
    parts = urlsplit(address[:MAX_ADDRESS_CHARS])
    form = parse_qs(parts.query).get("form", [""])[0]
    is_file = parts.path.removeprefix(PREFIX) in desk.files and address == f"{parts.path}?{parts.query}"
    if not is_file or form not in list(FileFormat):
        return JSONResponse({"error": "no file"}, status_code=HTTPStatus.NOT_FOUND)
    token, own = desk.new_token(), request.visitor.session_hash
    await desk.database.write(
        lambda tx: make_ticket(tx, token, session_hash=own, address=address, at_ms=request.now_ms)
    )
    now = datetime.fromtimestamp(request.now_ms / 1000, request.zone)
    return JSONResponse(
        {"address": f"{address}&ticket={token}", "name": f"loket-{now:%Y-%m-%d-%H%M%S}.{form}"}
    )


PAGES = (DeskPage(path="/ticket", handle=_make_ticket, method="POST"),)
