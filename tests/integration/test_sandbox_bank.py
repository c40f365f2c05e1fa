"""Money that the sandbox lets arrive is posted as Moota posts it, and the bot takes it."""

import json

from bot.deposits.mutations import MutationPost, Service, read_body, read_mutations, signed_by
from sandbox.world import World
from tests.integration.sandboxed import listening, sandboxed

KEY = "canary-mutation-secret-of-40-characters."


async def test_money_that_arrives_is_signed_and_read_as_the_services_own() -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.bank.mutations_url = f"{bot.url}/mutations/{KEY}"
        assert await box.control("/bank/arrival", amount_idr=100_347) == {"http_status": 200}
        (got,) = bot.got
    assert (got.method, got.path) == ("POST", f"/mutations/{KEY}")
    post = MutationPost(body=got.body, moota_signature=got.headers["signature"])
    assert signed_by(post, key=KEY, now_s=0) is Service.MOOTA
    (credit,) = read_mutations(Service.MOOTA, read_body(got.body)).credits
    assert credit.amount_idr == 100_347


async def test_each_arrival_has_its_own_id_unless_it_is_repeated_on_purpose() -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.bank.mutations_url = f"{bot.url}/mutations/{KEY}"
        for _ in range(2):
            await box.control("/bank/arrival", amount_idr=1_000)
            await box.control("/bank/arrival", amount_idr=1_000, mutation_id="again")
        ids = [json.loads(got.body)[0]["mutation_id"] for got in bot.got]
    assert len(set(ids)) == 3


async def test_what_cannot_arrive_is_refused_with_a_reason() -> None:
    async with sandboxed(World()) as box:
        for amount_idr in (1_000, 0, -5):
            answer = await box.http.post(f"{box.url}/sandbox/bank/arrival", json={"amount_idr": amount_idr})
            assert answer.status_code == 400
            assert answer.json()["error"]


async def test_without_a_bots_database_there_are_no_tickets() -> None:
    async with sandboxed() as box:
        assert (await box.state())["tickets"] == []
