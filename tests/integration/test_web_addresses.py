"""Who really calls is found behind our own proxies alone; nobody can write themselves an address."""

from ipaddress import ip_network

import pytest
from msgspec.structs import replace

from bot.web.app import AccessRules
from tests.integration.test_web import OPEN, SECRET, Inside, caller, not_found, seen

GUARDED = replace(
    OPEN,
    reversal_allowed=(ip_network("103.1.2.0/24"),),
    trusted_proxies=(ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")),
)


@pytest.fixture
def inside() -> Inside:
    return Inside()


GOOD, BAD = "103.1.2.9", "8.8.8.8"


async def hears(inside: Inside, peer: str, *forwarded: str, gate: AccessRules = GUARDED) -> bool:
    """Tell whether a report is let in; if it is not, the answer must be everybody's 404."""
    headers = [("X-Forwarded-For", value) for value in forwarded]
    async with caller(inside, gate, peer=peer) as client:
        answer = await client.get(f"/reversal/{SECRET}?status=0", headers=headers)
        if answer.status_code != 200:
            assert seen(answer) == await not_found(client)
    return answer.status_code == 200


async def test_an_address_outside_the_list_is_a_stranger(inside: Inside) -> None:
    assert await hears(inside, GOOD)
    assert not await hears(inside, BAD)
    assert inside.reports[0][1] == GOOD


async def test_a_trusted_proxys_word_is_believed(inside: Inside) -> None:
    assert await hears(inside, "127.0.0.1", GOOD)
    assert inside.reports[0][1] == GOOD
    assert not await hears(inside, "127.0.0.1", BAD)


async def test_two_trusted_proxies_in_a_row_are_looked_through(inside: Inside) -> None:
    assert await hears(inside, "127.0.0.1", f"{GOOD}, 10.1.1.1")
    assert await hears(inside, "127.0.0.1", GOOD, "10.1.1.1")


async def test_a_strangers_own_word_is_not_believed(inside: Inside) -> None:
    assert not await hears(inside, BAD, GOOD)


async def test_what_a_caller_wrote_before_the_proxy_is_not_believed(inside: Inside) -> None:
    assert not await hears(inside, "127.0.0.1", f"{GOOD}, {BAD}")
    assert not await hears(inside, "127.0.0.1", GOOD, BAD)
    assert not await hears(inside, "127.0.0.1", f"{GOOD}, {BAD}, 10.1.1.1")


@pytest.mark.parametrize(
    "forwarded",
    [
        *("", ",", "unknown", "localhost"),
        *("103.1.2.9:80", "103.1.2.9;", "103.1.2.9, ", "103.01.2.9", "1" * 9000),
    ],
)
async def test_a_word_that_is_no_address_lets_nobody_in(inside: Inside, forwarded: str) -> None:
    assert not await hears(inside, "127.0.0.1", forwarded)


async def test_other_headers_of_proxies_are_never_read(inside: Inside) -> None:
    headers = {"X-Real-IP": GOOD, "Forwarded": f"for={GOOD}", "CF-Connecting-IP": GOOD}
    async with caller(inside, GUARDED) as client:
        answer = await client.get(f"/reversal/{SECRET}?status=0", headers=headers)
        assert seen(answer) == await not_found(client)


async def test_an_ipv4_address_in_ipv6_clothes_is_the_same_address(inside: Inside) -> None:
    assert await hears(inside, f"::ffff:{GOOD}")
    assert not await hears(inside, f"::ffff:{BAD}")


async def test_a_right_report_from_another_address_is_told_inside_and_not_outside(inside: Inside) -> None:
    assert not await hears(inside, BAD)
    assert not await hears(inside, "127.0.0.1", "8.8.8.8:4711")
    assert not await hears(inside, f"::ffff:{BAD}")
    assert inside.refused == [("address", BAD), ("address", ""), ("address", BAD)]
    assert inside.counted == [("reversal", "address")] * 3
    assert await hears(inside, GOOD)
    assert len(inside.refused) == len(inside.counted) == 3


async def test_a_wrong_secret_says_nothing_of_the_address(inside: Inside) -> None:
    for peer in (GOOD, BAD):
        async with caller(inside, GUARDED, peer=peer) as client:
            await client.get(f"/reversal/{SECRET}x?status=0")
    assert inside.refused == []
    assert inside.counted == [("reversal", "secret")] * 2


async def test_with_no_list_every_address_may_report(inside: Inside) -> None:
    assert await hears(inside, BAD, gate=OPEN)
