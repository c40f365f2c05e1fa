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


AS_SHIPPED = replace(GUARDED, trusted_proxies=())


@pytest.fixture
def inside() -> Inside:
    return Inside()


GOOD, BAD = "103.1.2.9", "8.8.8.8"


async def hears(inside: Inside, peer: str, *forwarded: str, gate: AccessRules = GUARDED) -> bool:
    """Return whether a report is let in; if it is not, the answer must be everybody's 404."""
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


@pytest.mark.parametrize("peer", [BAD, "127.0.0.1", "10.1.1.1", "::1"])
async def test_where_no_proxy_is_named_nobodys_word_is_believed(inside: Inside, peer: str) -> None:
    assert not await hears(inside, peer, GOOD, gate=AS_SHIPPED)
    assert inside.reports == []


async def test_where_no_proxy_is_named_who_calls_is_known_whatever_was_forwarded(inside: Inside) -> None:
    assert await hears(inside, GOOD, BAD, gate=AS_SHIPPED)
    assert await hears(inside, BAD, GOOD, gate=OPEN)
    assert [remote for _, remote in inside.reports] == [GOOD, BAD]


async def test_what_a_caller_wrote_before_the_proxy_is_not_believed(inside: Inside) -> None:
    assert not await hears(inside, "127.0.0.1", f"{GOOD}, {BAD}")
    assert not await hears(inside, "127.0.0.1", GOOD, BAD)
    assert not await hears(inside, "127.0.0.1", f"{GOOD}, {BAD}, 10.1.1.1")


@pytest.mark.parametrize(
    "forwarded",
    [
        *("", ",", "unknown", "localhost", f"{GOOD}, unknown", f"{GOOD}, "),
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


async def test_where_all_who_forwarded_are_ours_the_last_of_them_is_who_calls(inside: Inside) -> None:
    assert not await hears(inside, "127.0.0.1", "10.1.1.1, 10.1.1.2")
    ours = replace(GUARDED, reversal_allowed=(ip_network("10.1.1.1"), ip_network("127.0.0.1")))
    assert await hears(inside, "127.0.0.1", "10.1.1.1, 10.1.1.2", gate=ours)
    assert await hears(inside, "127.0.0.1", gate=ours)
    assert [remote for _, remote in inside.reports] == ["10.1.1.1", "127.0.0.1"]


async def test_an_ipv6_address_is_let_in_by_its_own_network(inside: Inside) -> None:
    gate = replace(GUARDED, reversal_allowed=(ip_network("2001:db8::/32"), ip_network("fe80::/10")))
    for peer, is_let_in in (("2001:db8::9", True), ("fe80::1%eth0", True), ("2001:db9::9", False)):
        assert await hears(inside, peer, gate=gate) is is_let_in
        assert await hears(inside, "127.0.0.1", peer, gate=gate) is is_let_in


async def test_with_no_list_every_address_may_report(inside: Inside) -> None:
    assert await hears(inside, BAD, gate=OPEN)
