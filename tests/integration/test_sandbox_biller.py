"""The pretended biller answers and reports as the sheet shows, and its ledger hides nothing."""

import asyncio
import re
from urllib.parse import parse_qs

import httpx
import pytest
from starlette.responses import Response

from sandbox.biller import wording
from sandbox.biller.behaviour import TEST_NUMBERS, Behaviour, Outcome, behaviour_for
from sandbox.world import World
from tests.integration.sandboxed import Clock, Json, listening, sandboxed, trx

TRXID = "22110111373985338"
JAKARTA_2019 = 1_546_315_405_206  # 2019-01-01 11:03:25.206 at Jakarta
EXAMPLE = wording.Trx(
    user="usertesting",
    product="s5",
    destination="0812xxxxxx",
    ftrxid="21160325359742",
    at_ms=JAKARTA_2019,
    elapsed_s=0.6726601123809814,
)
PENDING: Json = {
    "total": 5000,
    "status": True,
    "reason": "Transaksi s5.0812xxxxxx sedang diproses",
    "saldo": "1356424",
    "trxtime": "2019-01-01 11:03:25.206000",
    "elapsed": 0.6726601123809814,
    "ftrxid": "21160325359742",
    "user": "usertesting",
    "kodeproduk": "s5",
    "tujuan": "0812xxxxxx",
}


def test_an_accepted_answer_reads_as_in_the_sheet() -> None:
    answer = wording.accepted(EXAMPLE, price_idr=5000, balance_idr=1356424)
    assert answer == PENDING
    assert list(answer) == list(PENDING)


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        (wording.ROUTE, "Transaksi s5.0812xxxxxx GAGAL Produk tidak tersedia (ROUTE)"),
        (wording.DEDUCT, "Transaksi s5.0812xxxxxx GAGAL silakan coba lagi (DEDUCT)"),
        (wording.INACTIVE, "Transaksi s5.0812xxxxxx GAGAL Produk tidak Aktif"),
    ],
)
def test_a_refusal_reads_as_in_the_sheet(why: str, reason: str) -> None:
    answer = wording.refused(EXAMPLE, why)
    expected = {name: value for name, value in PENDING.items() if name != "saldo"}
    assert answer == expected | {"total": 0, "status": False, "reason": reason}
    assert list(answer) == list(expected)


def test_reversal_messages_read_as_in_the_sheet() -> None:
    def message(outcome: Outcome, destination: str, at_ms: int) -> str:
        return wording.reversal_message(
            outcome,
            "s5",
            destination,
            sn="11111111111",
            price_idr=201_200,
            balance_idr=99_999_999,
            at_ms=at_ms,
        )

    assert message(Outcome.SUCCESS, "2222222222", 1_546_313_532_000) == (
        "Transaksi s5.2222222222 SUKSES, SN: 11111111111, Saldo: Rp99,999,999, Harga: 201,200, "
        "Tgl: 01/01 10:32:12"
    )
    assert message(Outcome.FAILURE, "111111111", 1_546_313_798_000) == (
        "Transaksi s5.111111111 GAGAL, Saldo: Rp99,999,999, Tgl: 01/01 10:36:38"
    )


async def test_an_order_is_answered_pending_and_charged() -> None:
    async with sandboxed() as box:
        box.world.biller.behave("never")
        answer = await box.buy(TRXID)
        assert answer.status_code == 200
        body = answer.json()
        assert list(body) == list(PENDING)
        assert {name: type(value) for name, value in body.items()} == {
            name: type(value) for name, value in PENDING.items()
        }
        assert body["total"] == 5200
        assert body["saldo"] == str(1_356_424 - 5200)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", body["trxtime"])
        entry = box.world.biller.entries[TRXID]
        assert (entry.posts, entry.charged_idr, entry.sign_ok, entry.answer) == (1, 5200, True, "pending")
        assert body["ftrxid"] == entry.ftrxid


async def test_a_second_post_of_one_trxid_buys_again_and_shows() -> None:
    async with sandboxed() as box:
        box.world.biller.behave("never")
        await box.buy(TRXID)
        await box.buy(TRXID)
        entry = box.world.biller.entries[TRXID]
        assert (entry.posts, entry.charged_idr) == (2, 10_400)
        assert box.world.biller.ledger.balance_idr == 1_356_424 - 10_400


@pytest.mark.parametrize("wrong", [{"sign": "0" * 32}, {"user": "orang-lain"}])
async def test_a_wrong_sign_or_user_is_refused_uncharged(wrong: Json) -> None:
    async with sandboxed() as box:
        answer = await box.http.post(f"{box.url}/service/in/json", json=trx(TRXID) | wrong)
        assert answer.json()["status"] is False
        assert "Signature" in answer.json()["reason"]
        entry = box.world.biller.entries[TRXID]
        assert (entry.sign_ok, entry.charged) == (False, False)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"cmd":"trx"}', b"\xff"])
async def test_a_request_not_in_the_sheets_form_is_not_taken(body: bytes) -> None:
    async with sandboxed() as box:
        answer = await box.http.post(f"{box.url}/service/in/json", content=body)
        assert answer.status_code == 400
        assert box.world.biller.entries == {}


async def test_extra_fields_are_not_taken() -> None:
    async with sandboxed() as box:
        answer = await box.http.post(f"{box.url}/service/in/json", json=trx(TRXID) | {"qty": "1"})
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("ends", "reason"), [("3333", "(ROUTE)"), ("4444", "(DEDUCT)")], ids=["route", "deduct"]
)
async def test_a_refused_order_costs_nothing(ends: str, reason: str) -> None:
    async with sandboxed() as box:
        body = (await box.buy(TRXID, to=f"08123456{ends}")).json()
        assert body["status"] is False
        assert body["total"] == 0
        assert reason in body["reason"]
        assert box.world.biller.ledger.balance_idr == 1_356_424


async def test_an_empty_balance_is_refused() -> None:
    async with sandboxed() as box:
        box.world.biller.configure(balance_idr=5199)
        assert "(DEDUCT)" in (await box.buy(TRXID)).json()["reason"]


@pytest.mark.parametrize(("product", "price_idr"), [("s5", 5200), ("pln20", 20_200), ("banktrf", 5200)])
def test_prices_follow_the_code(product: str, price_idr: int) -> None:
    assert wording.price_of(product) == price_idr


@pytest.mark.parametrize("ends", [*TEST_NUMBERS, "0000", "0001"])
def test_test_numbers_override_what_is_set(ends: str) -> None:
    usual = Behaviour.REFUSED_INACTIVE
    assert behaviour_for(f"08123456{ends}", usual) is TEST_NUMBERS.get(ends, usual)


async def test_success_is_reported_by_get_form_encoded() -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.biller.reversal_url = f"{bot.url}/reversal/rahasia"
        await box.buy(TRXID, product="pln20", to="14444941364")
        [got] = await bot.wait_for(1)
        assert (got.method, got.path, got.body) == ("GET", "/reversal/rahasia", b"")
        assert "message=Transaksi+pln20.14444941364+SUKSES%2C+SN%3A+" in got.query
        query = {name: values[0] for name, values in parse_qs(got.query, strict_parsing=True).items()}
        message = query.pop("message")
        assert query == {
            "status": "0",
            "refid": TRXID,
            "product": "banktrf",
            "qty": "1",
            "dest": "14444941364",
        }
        assert re.search(r", SN: [\d-]{24}/BUDI SANTOSO/R1/1300VA/32,5, Saldo: Rp1,336,224, ", message)
        assert ", Harga: 20,200, Tgl: " in message


async def test_failure_is_reported_and_refunded() -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.biller.reversal_url = bot.url
        await box.buy(TRXID, to="081234562222")
        [got] = await bot.wait_for(1)
        query = parse_qs(got.query)
        assert query["status"] == ["1"]
        assert " GAGAL, Saldo: Rp1,356,424, " in query["message"][0]
        assert not box.world.biller.entries[TRXID].charged


@pytest.mark.parametrize(
    ("ends", "statuses"),
    [("7777", ["0", "0"]), ("8888", ["0", "1"]), ("1616", ["0"]), ("9999", ["0"]), ("1414", ["0"])],
)
async def test_each_behaviour_reports_its_results(ends: str, statuses: list[str]) -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.biller.reversal_url = bot.url
        try:
            await box.buy(TRXID, to=f"08123456{ends}")
        except httpx.TransportError:
            assert ends == "9999"
        got = await bot.wait_for(len(statuses))
        assert [parse_qs(one.query)["status"][0] for one in got] == statuses


async def test_a_contradicting_report_says_gagal_with_status_success() -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.biller.reversal_url = bot.url
        await box.buy(TRXID, to="081234561616")
        [got] = await bot.wait_for(1)
        query = parse_qs(got.query)
        assert query["status"] == ["0"]
        assert "GAGAL" in query["message"][0]


@pytest.mark.parametrize("ends", ["9999", "1313"])
async def test_a_cut_order_is_taken_and_never_answered(ends: str) -> None:
    async with sandboxed() as box:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await box.buy(TRXID, to=f"08123456{ends}")
        entry = box.world.biller.entries[TRXID]
        assert (entry.charged, entry.answer) == (True, "cut")


@pytest.mark.parametrize(("ends", "status", "answer"), [("1414", 500, "http_500"), ("1515", 200, "garbage")])
async def test_an_unreadable_answer_still_bought(ends: str, status: int, answer: str) -> None:
    async with sandboxed() as box:
        told = await box.buy(TRXID, to=f"08123456{ends}")
        assert told.status_code == status
        with pytest.raises(ValueError, match="Expecting value"):
            told.json()
        entry = box.world.biller.entries[TRXID]
        assert (entry.charged, entry.answer) == (True, answer)


async def test_an_early_report_comes_before_the_answer() -> None:
    async with sandboxed() as box, listening() as bot:
        gate = asyncio.Event()
        bot.before_answer = lambda _: hold(gate)
        box.world.biller.reversal_url = bot.url
        order = asyncio.create_task(box.buy(TRXID, to="081234561212"))
        await bot.wait_for(1)
        assert not order.done()
        gate.set()
        assert (await order).json()["status"] is True
        assert len(bot.got) == 1


async def hold(gate: asyncio.Event) -> None:
    await gate.wait()


async def test_never_stays_silent_until_told_to_report() -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.biller.reversal_url = bot.url
        await box.buy(TRXID, to="081234566666")
        assert bot.got == []
        assert await box.world.biller.reverse(TRXID, "success", sn="12,5/A B") == 200
        assert "SN: 12,5/A B, Saldo:" in parse_qs(bot.got[0].query)["message"][0]


async def test_a_report_may_lie_in_every_field() -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.biller.reversal_url = bot.url
        bot.script.append(Response(status_code=404))
        await box.buy(TRXID, to="081234566666")
        lies = {"status": " 0 ", "dest": "0", "product": "x", "refid": "1", "message": "a", "qty": "9"}
        assert await box.world.biller.reverse(TRXID, "failure", **lies) == 404
        assert {name: values[0] for name, values in parse_qs(bot.got[0].query).items()} == lies


async def test_a_report_not_answered_200_comes_again_five_times_at_most() -> None:
    clock = Clock()
    async with sandboxed(World(sleep=clock.sleep)) as box, listening() as bot:
        box.world.biller.reversal_url = bot.url
        bot.script.extend(Response(status_code=503) for _ in range(9))
        await box.buy(TRXID, to="081234561111")
        await bot.wait_for(5)
        [reversal] = box.world.biller.entries[TRXID].reversals
        await box.world.feed.until(lambda: reversal.http_status)
        assert clock.naps == [2, 4, 8, 8]
        assert (reversal.tries, reversal.http_status) == (5, 503)
        assert len({got.query for got in bot.got}) == 1


async def test_a_report_answered_200_does_not_come_again() -> None:
    clock = Clock()
    async with sandboxed(World(sleep=clock.sleep)) as box, listening() as bot:
        box.world.biller.reversal_url = bot.url
        bot.script.append(Response(status_code=503))
        await box.buy(TRXID, to="081234561111")
        await bot.wait_for(2)
        [reversal] = box.world.biller.entries[TRXID].reversals
        await box.world.feed.until(lambda: reversal.http_status == 200 or None)
        assert clock.naps == [2]
