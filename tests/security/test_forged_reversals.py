"""A forged or malformed reversal changes no row but its quarantine record, and all look like the same 404.

Against the real bot as a process, over real sockets, on its real file. One table for all, `forgeries.py`.

An alarm to the admins may follow: it tells of the report, or of the address from which it came with the
right secret, and changes nothing an order hangs on. What no HTTP parser takes for a request gets that
parser's 400, and gets it on any path: nothing can be told from it either.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import pytest_asyncio

from tests.acceptance.shop import BUDI, REVERSAL_SECRET, SARI, WAIT_S, Shop
from tests.security.conftest import a_shop
from tests.security.forgeries import FORGERIES, FORWARDED_BILLER, PATH, RIGHT, Forgery, Peer, request

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESTINATION, OTHER_DESTINATION = "081234566666", "081234576666"
"""To these no result comes by itself."""

ALARM = "alert:quarantine"


class Scene(NamedTuple):
    """A running bot with two orders whose results are awaited."""

    shop: Shop
    trxid: str
    other: str

    def filled(self, raw: bytes) -> bytes:
        """Put names in the place of what stands for them."""
        right = f"/reversal/{REVERSAL_SECRET}"
        arabic = "".join(chr(0x660 + int(digit)) for digit in self.trxid)
        words = {
            b"@PATH@": right,
            b"@SECRET@": REVERSAL_SECRET,
            b"@SHORT@": REVERSAL_SECRET[:-1],
            b"@CAPITALS@": REVERSAL_SECRET.upper(),
            b"@TWICE@": f"%25{ord(REVERSAL_SECRET[0]):x}{REVERSAL_SECRET[1:]}",
            b"@REF@": self.trxid,
            b"@SHORTREF@": self.trxid[:-1],
            b"@ARABICREF@": quote(arabic),
            b"@OTHER@": self.other,
            b"@DEST@": DESTINATION,
        }
        for word, meaning in words.items():
            raw = raw.replace(word, meaning.encode())
        if b"@INNER" in raw:
            inner = len(self.filled(request(PATH, RIGHT)))
            raw = raw.replace(b"@INNERLENGTH@", b"%d" % inner).replace(b"@INNERHEX@", b"%x" % inner)
        return raw

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table, but for alarms of quarantine and sums that follow the orders."""
        names = self.shop.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        dump = {name: self.shop.rows(f"SELECT * FROM {name}") for (name,) in names}  # noqa: S608 - names of the schema
        for name in ("totals", "totals_cursor"):
            del dump[name]
        dump["outbox"] = self.shop.rows("SELECT * FROM outbox WHERE subject NOT LIKE 'alert:%'")
        return dump


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """One bot for the whole table: billers, proxies and strangers have addresses of their own."""
    try:
        socket.create_server((Peer.STRANGER, 0)).close()
    except OSError:
        pytest.skip("only Linux answers on every address of 127.0.0.0/8")
    guards = {
        "REVERSAL_ALLOWED_IPS": f"{Peer.BILLER},{FORWARDED_BILLER}/32",
        "TRUSTED_PROXIES": str(Peer.PROXY),
    }
    async with a_shop(tmp_path_factory.mktemp("forged"), **guards) as shop:
        trxid = await shop.trxid(SARI, shop.order(SARI, f"s5.{DESTINATION}"))
        other = await shop.trxid(BUDI, shop.order(BUDI, f"s5.{OTHER_DESTINATION}"))
        await shop.until(lambda: shop.rows("SELECT DISTINCT state FROM orders") == [("pending",)])
        await shop.quiet()
        yield Scene(shop, trxid, other)


async def answer_to(scene: Scene, raw: bytes, peer: Peer) -> bytes:
    """Send bytes as they stand from an address; return the whole answer but for its date."""
    port = int(scene.shop.settings["LISTEN_PORT"])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(str(peer), 0))
    try:
        writer.write(raw)
        answer = await asyncio.wait_for(reader.read(), WAIT_S)
    finally:
        writer.close()
    return re.sub(rb"\r\ndate: [^\r]*", b"", answer)


def elsewhere(raw: bytes) -> bytes:
    """Return the same request to a path at which there is surely nothing."""
    return re.sub(rb"^(\S+ +)[!\"$->@-~]*", rb"\1/surely/nothing/here", raw, count=1)


async def test_the_table_is_as_long_as_it_should_be() -> None:
    assert len(FORGERIES) >= 200
    assert len({forgery.name for forgery in FORGERIES}) == len(FORGERIES)


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
async def test_a_forged_report_changes_nothing_and_looks_like_any_wrong_path(
    scene: Scene, forgery: Forgery
) -> None:
    before, raw = scene.tables(), scene.filled(forgery.raw)
    answer = await answer_to(scene, raw, forgery.peer)
    after = scene.tables()
    assert answer == await answer_to(scene, elsewhere(raw), forgery.peer)
    assert answer.splitlines()[0] == (
        b"HTTP/1.1 400 Bad Request" if forgery.refused else b"HTTP/1.1 404 Not Found"
    )
    assert len(after.pop("quarantined_reversals")) - len(before.pop("quarantined_reversals")) == int(
        forgery.heard
    )
    assert after == before


async def test_every_404_is_the_same_for_every_method_but_head(scene: Scene) -> None:
    """Asked for on one connection each, with and without a body, known path or not."""
    answers = set()
    for method in (b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"PROPFIND"):
        for path in (b"/nowhere", PATH, b"/telegram", b"/reversal/x"):
            raw = scene.filled(request(path, b"x=1", method=method))
            answers.add(await answer_to(scene, raw, Peer.BILLER))
    assert len(answers) == 1


async def test_the_admins_are_woken_a_few_times_and_the_order_is_still_open(scene: Scene) -> None:
    """At most five times about each of two orders that reports name, and once about all that name none."""
    await scene.shop.quiet()
    assert 1 <= len(scene.shop.rows("SELECT * FROM outbox WHERE subject = ?", ALARM)) <= 2 * 5 + 1
    assert scene.shop.rows("SELECT DISTINCT state FROM orders") == [("pending",)]


@pytest.mark.parametrize(
    ("peer", "path", "headers"),
    [
        (Peer.BILLER, PATH, ()),
        (Peer.PROXY, PATH, (b"X-Forwarded-For: " + FORWARDED_BILLER.encode(),)),
        (Peer.PROXY, PATH, (b"X-Forwarded-For: ::ffff:" + FORWARDED_BILLER.encode(),)),
        (Peer.PROXY, PATH, (b"X-Forwarded-For: 8.8.8.8, 127.0.0.2, 127.0.0.3",)),
        # By the rules of URLs these are the very same address.
        (Peer.BILLER, b"http://loket.test" + PATH, ()),
        (Peer.BILLER, b"/rever%73al/@SECRET@", ()),
    ],
    ids=["the biller", "its proxy", "mapped", "two proxies", "an absolute target", "an encoded message"],
)
async def test_the_same_report_told_rightly_is_taken(
    scene: Scene, peer: Peer, path: bytes, headers: tuple[bytes, ...]
) -> None:
    """The table above would prove nothing if its report were wrong in itself."""
    answer = await answer_to(scene, scene.filled(request(path, RIGHT, *headers)), peer)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    await scene.shop.wait_for_message(SARI, "SUKSES", scene.trxid)
    assert len(scene.shop.messages_with(SARI, "SUKSES")) == 1
    assert scene.shop.messages_with(BUDI, "SUKSES") == []
