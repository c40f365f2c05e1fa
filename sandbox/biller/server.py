"""The biller over HTTP: `POST /service/in/json` accepts an order and answers by its behaviour."""

import json
from typing import assert_never

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.biller import wording
from sandbox.biller.behaviour import WAYS, Answer, Behaviour, behaviour_for
from sandbox.biller.emulator import Biller
from sandbox.biller.ledger import Entry
from sandbox.listen import HangUp

_FIELDS = {"user", "sign", "trxid", "cmd", "idpel", "produk"}
_GARBAGE = "<!DOCTYPE html><html><body><h1>Layanan sedang dalam pemeliharaan</h1></body></html>"


def trx_route(biller: Biller) -> Route:
    async def answer(request: Request) -> Response:
        started_ms = biller.now_ms()
        body = _parse(await request.body())
        if body is None:
            return JSONResponse({"status": False, "reason": "Format permintaan salah"}, 400)
        entry = biller.ledger.post(
            trxid=body["trxid"],
            product=body["produk"],
            destination=body["idpel"],
            sign_ok=_sign_ok(biller, body),
            behaviour=behaviour_for(body["idpel"], biller.settings.behaviour),
            now_ms=started_ms,
        )
        biller.feed.changed()
        reason = _refusal(biller, entry)
        if reason is not None:
            return await _refuse(biller, entry, reason, started_ms)
        biller.ledger.charge(entry)
        biller.feed.changed()
        return await _accept(biller, entry, started_ms)

    return Route("/service/in/json", answer, methods=["POST"])


def _parse(body: bytes) -> dict[str, str] | None:
    """Return the order, None if it has not exactly the six documented fields."""
    try:
        order = json.loads(body)
    except ValueError:
        return None
    if not isinstance(order, dict) or order.keys() != _FIELDS or order["cmd"] != "trx":
        return None
    return order if all(isinstance(value, str) and value for value in order.values()) else None


def _sign_ok(biller: Biller, body: dict[str, str]) -> bool:
    expected = wording.signature(biller.user, biller.password, body["trxid"])
    return body["user"] == biller.user and body["sign"] == expected


def _refusal(biller: Biller, entry: Entry) -> str | None:
    """Return the reason if the biller refuses the order, None if it accepts."""
    if not entry.sign_ok:
        return wording.BAD_SIGN
    match entry.behaviour:
        case Behaviour.REFUSED_ROUTE:
            return wording.ROUTE
        case Behaviour.REFUSED_DEDUCT:
            return wording.DEDUCT
        case Behaviour.REFUSED_INACTIVE:
            return wording.INACTIVE
        case _:
            return wording.DEDUCT if biller.ledger.balance_idr < entry.price_idr else None


async def _refuse(biller: Biller, entry: Entry, reason: str, started_ms: int) -> Response:
    await biller.sleep(biller.settings.answer_delay_s)
    body = wording.refused(_trx(biller, entry, started_ms), reason)
    entry.reason = body["reason"]
    _record_answer(biller, entry, Answer.REFUSED)
    return JSONResponse(body)


async def _accept(biller: Biller, entry: Entry, started_ms: int) -> Response:
    answer = WAYS[entry.behaviour].answer
    early = entry.behaviour is Behaviour.EARLY
    if early:
        await biller.report_now(entry)
    await biller.sleep(biller.settings.slow_s if answer is Answer.SLOW else biller.settings.answer_delay_s)
    _record_answer(biller, entry, answer)
    if not early:
        biller.plan(entry)
    match answer:
        case Answer.PENDING | Answer.SLOW:
            trx = _trx(biller, entry, started_ms)
            balance_idr = biller.ledger.balance_idr
            return JSONResponse(wording.accepted(trx, price_idr=entry.price_idr, balance_idr=balance_idr))
        case Answer.CUT:
            return HangUp()
        case Answer.HTTP_500:
            return Response("Internal Server Error", 500)
        case Answer.GARBAGE:
            return HTMLResponse(_GARBAGE)
        case Answer.REFUSED:
            raise AssertionError("a refused order is never accepted")
        case _:
            assert_never(answer)


def _record_answer(biller: Biller, entry: Entry, answer: Answer) -> None:
    entry.answer = answer
    entry.answered_at_ms = biller.now_ms()
    biller.feed.changed()


def _trx(biller: Biller, entry: Entry, started_ms: int) -> wording.Trx:
    return wording.Trx(
        user=biller.user,
        product=entry.product,
        destination=entry.destination,
        ftrxid=entry.ftrxid,
        at_ms=started_ms,
        elapsed_s=(biller.now_ms() - started_ms) / 1000,
    )
