"""The web server says the same 404 to all but those who know the way, and 503 where nothing was kept."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from msgspec.structs import replace

from bot.deposits.mutations import MutationPost
from bot.features.deposits.mutations import MutationResult
from bot.purchasing.reversals import ReversalResult
from bot.web.app import MAX_UPDATE_BYTES, AccessRules, Raw, WebApp, WebHandlers
from bot.web.server import CannotListenError, serve
from storage.errors import StorageError
from tests.integration.conftest import Shop
from tests.integration.test_reversals import report

SECRET = "canary-reversal-secret-of-40-characters"
WEBHOOK = "canary-webhook-secret"
UPDATE: Raw = {"update_id": 1}
HEADER = "X-Telegram-Bot-Api-Secret-Token"

OPEN = AccessRules(reversal_secret=SECRET, webhook_secret=WEBHOOK, reversal_allowed=(), trusted_proxies=())


@dataclass
class Inside:
    """What stands behind the server: it keeps what it was handed, and can fail."""

    updates: list[Raw] = field(default_factory=list)
    reports: list[tuple[bytes, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    counted: list[tuple[str, str]] = field(default_factory=list)
    verdict: ReversalResult = ReversalResult.STORED
    posts: list[MutationPost] = field(default_factory=list)
    mutation_result: MutationResult = MutationResult.STORED
    fault: Exception | None = None
    ready: dict[str, bool] = field(default_factory=lambda: {"storage": True, "agents": True})

    async def receive_updates(self, updates: list[Raw]) -> None:
        self._fail()
        self.updates += updates

    async def receive_reversal(self, query: bytes, remote: str) -> ReversalResult:
        self._fail()
        self.reports.append((query, remote))
        return self.verdict

    async def receive_mutations(self, post: MutationPost) -> MutationResult:
        self._fail()
        self.posts.append(post)
        return self.mutation_result

    async def readiness(self) -> dict[str, bool]:
        self._fail()
        return self.ready

    async def metrics(self) -> bytes:
        self._fail()
        return b"loket_up 1\n"

    def _fail(self) -> None:
        if self.fault:
            raise self.fault

    def handlers(self) -> WebHandlers:
        return WebHandlers(
            receive_updates=self.receive_updates,
            receive_mutations=self.receive_mutations,
            receive_reversal=self.receive_reversal,
            refuse_reversal=lambda cause, remote: self.refused.append((cause, remote)),
            count_refused=lambda route, why: self.counted.append((route, why)),
            readiness=self.readiness,
            metrics=self.metrics,
        )


@pytest.fixture
def inside() -> Inside:
    return Inside()


def caller(inside: Inside, gate: AccessRules = OPEN, *, peer: str = "127.0.0.1") -> httpx.AsyncClient:
    """Return a client whose address is `peer`."""
    app = httpx.ASGITransport(WebApp(inside.handlers(), gate), client=(peer, 1))
    return httpx.AsyncClient(transport=app, base_url="http://loket")


def seen(answer: httpx.Response) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return all that a caller can see of an answer."""
    return answer.status_code, sorted(answer.headers.raw), answer.content


async def not_found(client: httpx.AsyncClient) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    answer = await client.get("/surely/nothing/here")
    assert answer.status_code == 404
    return seen(answer)


class TestReversals:
    async def test_what_was_kept_is_answered_200_with_ok(self, inside: Inside) -> None:
        async with caller(inside) as client:
            answer = await client.get(f"/reversal/{SECRET}?status=0&message=a+b%2C")
        assert (answer.status_code, answer.content) == (200, b"OK")
        assert inside.reports == [(b"status=0&message=a+b%2C", "127.0.0.1")]

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/reversal",
            "/reversal/",
            f"/reversal/{SECRET}/",
            f"/reversal/{SECRET}x",
            f"/reversal/{SECRET[:-1]}",
            f"/reversal/{SECRET.upper()}",
            f"/reversal//{SECRET}",
            f"/reversal/{SECRET}/..",
            f"/reversals/{SECRET}",
            f"/REVERSAL/{SECRET}",
            "/reversal/%00",
            "/reversal/%ff%fe",
            f"/reversal/{'x' * 60_000}",
            f"/{SECRET}",
            "/telegram/",
            "/healthz/",
            "/metrics/x",
            "/docs",
            "/favicon.ico",
        ],
    )
    async def test_every_wrong_path_gets_the_same_404(self, inside: Inside, path: str) -> None:
        async with caller(inside) as client:
            assert seen(await client.get(path)) == await not_found(client)
        assert inside.reports == []

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
    @pytest.mark.parametrize("path", [f"/reversal/{SECRET}", "/healthz", "/readyz", "/metrics"])
    async def test_every_wrong_method_gets_the_same_404(self, inside: Inside, method: str, path: str) -> None:
        async with caller(inside) as client:
            assert seen(await client.request(method, path)) == await not_found(client)
        assert inside.reports == []

    @pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "BREW"])
    async def test_a_right_secret_with_another_method_is_told_inside(
        self, inside: Inside, method: str
    ) -> None:
        async with caller(inside) as client:
            await client.request(method, f"/reversal/{SECRET}?status=0")
            await client.request(method, f"/reversal/{SECRET}x?status=0")
            await client.request(method, "/nowhere")
        assert inside.refused == [("method", "127.0.0.1")]
        assert inside.counted == [("reversal", "method"), ("reversal", "secret")]

    @pytest.mark.parametrize(
        "path",
        [
            f"/reversal/{SECRET}/",
            f"/{SECRET}",
            f"/Reversal/{SECRET}",
            f"/reversal//{SECRET}",
            f"/a/{SECRET}/b",
        ],
    )
    async def test_a_right_secret_in_a_wrong_path_is_told_inside(self, inside: Inside, path: str) -> None:
        async with caller(inside) as client:
            assert seen(await client.get(f"{path}?status=0")) == await not_found(client)
        assert inside.refused == [("path", "127.0.0.1")]
        assert inside.counted == [("reversal", "path")]
        assert inside.reports == []

    async def test_wrong_secrets_are_counted_one_by_one(self, inside: Inside) -> None:
        async with caller(inside) as client:
            for number in range(3):
                await client.get(f"/reversal/guess-{number}")
            await client.get("/nowhere")
            await client.get(f"/reversal/{SECRET}?status=0")
        assert inside.counted == [("reversal", "secret")] * 3

    async def test_a_head_request_is_not_taken_for_a_report(self, inside: Inside) -> None:
        """The server takes one wherever a GET may come, and its answer would tell that the path is right."""
        async with caller(inside) as client:
            right, wrong = [await client.head(path) for path in (f"/reversal/{SECRET}?status=0", "/nothing")]
        assert seen(right) == seen(wrong)
        assert inside.reports == []

    async def test_a_report_that_fits_no_order_gets_the_same_404(self, inside: Inside) -> None:
        inside.verdict = ReversalResult.STRANGE
        async with caller(inside) as client:
            assert seen(await client.get(f"/reversal/{SECRET}?x=1")) == await not_found(client)

    @pytest.mark.parametrize("fault", [StorageError("disk full"), RuntimeError("a surprise")])
    async def test_what_was_not_kept_is_answered_503(self, inside: Inside, fault: Exception) -> None:
        inside.fault = fault
        async with caller(inside) as client:
            answer = await client.get(f"/reversal/{SECRET}?status=0")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert SECRET not in answer.text

    async def test_from_the_socket_to_the_disk_and_back(self, shop: Shop) -> None:
        order = await shop.asks()
        inside = Inside()

        async def hear(query: bytes, remote: str) -> ReversalResult:
            return await shop.reversals.receive(query, remote=remote)

        app = WebApp(replace(inside.handlers(), receive_reversal=hear), OPEN)
        async with served(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
            path = f"/reversal/{SECRET}?{report(order).decode()}"
            shop.disk.refuses_writes(1)
            assert (await client.get(path)).status_code == 503
            assert shop.rows("SELECT state FROM orders") == [{"state": "placed"}]
            assert (await client.get(path)).status_code == 200
            assert shop.rows("SELECT state FROM orders") == [{"state": "succeeded"}]


class TestWebhook:
    async def test_an_update_with_the_secret_is_taken(self, inside: Inside) -> None:
        async with caller(inside) as client:
            answer = await client.post("/telegram", json=UPDATE, headers={HEADER: WEBHOOK})
        assert (answer.status_code, inside.updates) == (200, [UPDATE])

    @pytest.mark.parametrize("given", [None, "", "x", WEBHOOK[:-1], WEBHOOK + "x", WEBHOOK.upper()])
    async def test_without_the_secret_it_is_the_same_404(self, inside: Inside, given: str | None) -> None:
        headers = {} if given is None else {HEADER: given}
        async with caller(inside) as client:
            answer = await client.post("/telegram", json=UPDATE, headers=headers)
            assert seen(answer) == await not_found(client)
        assert inside.updates == []
        assert inside.counted == [("webhook", "secret")]

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
    async def test_with_another_method_it_is_the_same_404(self, inside: Inside, method: str) -> None:
        async with caller(inside) as client:
            answer = await client.request(method, "/telegram", headers={HEADER: WEBHOOK})
            assert seen(answer) == await not_found(client)

    async def test_while_polling_nobody_can_bring_updates(self, inside: Inside) -> None:
        for given in ("", "None", WEBHOOK):
            async with caller(inside, replace(OPEN, webhook_secret=None)) as client:
                answer = await client.post("/telegram", json=UPDATE, headers={HEADER: given})
                assert seen(answer) == await not_found(client)
        assert inside.updates == []

    async def test_an_update_of_up_to_a_megabyte_is_taken_and_none_above(self, inside: Inside) -> None:
        async with caller(inside) as client:
            for length, status in ((1_000_000, 200), (1_000_001, 404)):
                body = b'{"update_id": 1}'.ljust(length)
                answer = await client.post("/telegram", content=body, headers={HEADER: WEBHOOK})
                assert answer.status_code == status
        assert inside.updates == [UPDATE]

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"[" * 100_000, b" " * (MAX_UPDATE_BYTES + 1)],
        ids=["empty", "half", "list", "text", "null", "no utf-8", "deep", "too long"],
    )
    async def test_a_body_that_is_no_update_is_the_same_404(self, inside: Inside, body: bytes) -> None:
        async with caller(inside) as client:
            answer = await client.post("/telegram", content=body, headers={HEADER: WEBHOOK})
            assert seen(answer) == await not_found(client)
        assert inside.updates == []
        assert inside.counted == [("webhook", "body")]

    @pytest.mark.parametrize("fault", [StorageError("disk full"), RuntimeError("a surprise")])
    async def test_what_was_not_kept_is_answered_503(self, inside: Inside, fault: Exception) -> None:
        inside.fault = fault
        async with caller(inside) as client:
            answer = await client.post("/telegram", json=UPDATE, headers={HEADER: WEBHOOK})
        assert answer.status_code == 503


class TestHealth:
    async def test_the_process_is_alive_whatever_fails(self, inside: Inside) -> None:
        inside.fault = StorageError("disk full")
        async with caller(inside) as client:
            assert (await client.get("/healthz")).status_code == 200

    async def test_it_is_ready_only_if_all_parts_are(self, inside: Inside) -> None:
        async with caller(inside) as client:
            assert (await client.get("/readyz")).status_code == 200
            inside.ready["storage"] = False
            answer = await client.get("/readyz")
        assert (answer.status_code, json.loads(answer.content)) == (503, {"storage": False, "agents": True})

    async def test_metrics_are_plain_text(self, inside: Inside) -> None:
        async with caller(inside) as client:
            answer = await client.get("/metrics")
            assert answer.content == b"loket_up 1\n"
            assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
            inside.fault = StorageError("disk full")
            assert (await client.get("/metrics")).status_code == 503


@asynccontextmanager
async def served(app: Callable[..., object]) -> AsyncIterator[str]:
    """Serve on a port of 127.0.0.1 that is free."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    async with serve(app, host="127.0.0.1", port=port):  # type: ignore[arg-type]  # any ASGI application
        yield f"http://127.0.0.1:{port}"


async def bare_get(url: str, path: str) -> list[bytes]:
    """Return the lines of an answer, but for its date, to a request that no client library would make."""
    reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: loket\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return [line for line in answer.split(b"\r\n") if not line.startswith(b"date:")]


class TestRealSocket:
    async def test_strangers_all_see_the_same_404(self, inside: Inside) -> None:
        inside.verdict = ReversalResult.STRANGE
        async with (
            served(WebApp(inside.handlers(), OPEN)) as url,
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
        ):
            answers = [
                await client.get("/nothing"),
                await client.get("/reversal/wrong"),
                await client.post(f"/reversal/{SECRET}"),
                await client.get(f"/reversal/{SECRET}?refid=1"),
                await client.get(f"/reversal/{SECRET}?{'x' * 60_000}"),
                await client.post("/telegram", content=b"x" * 100_000),
                await client.post("/telegram", content=b"{", headers={HEADER: WEBHOOK}),
            ]
        shown = {(a.status_code, a.content, tuple(k for k, _ in a.headers.raw)) for a in answers}
        assert shown == {(404, b"Not Found", (b"date", b"content-length", b"content-type"))}

    @pytest.mark.parametrize("path", [f"/reversal/{SECRET}?", "/reversal/", "/"])
    async def test_100_kb_get_the_same_refusal_wherever_they_go(self, inside: Inside, path: str) -> None:
        """The server itself refuses so long a line, before anybody looks at where it goes."""
        async with served(WebApp(inside.handlers(), OPEN)) as url:
            flood = await bare_get(url, path + "x" * 100_000)
            assert flood == await bare_get(url, "/" + "y" * 100_000)
        assert flood[0] == b"HTTP/1.1 400 Bad Request"
        assert inside.reports == []

    async def test_a_port_that_is_taken_is_told_as_such(self, inside: Inside) -> None:
        app = WebApp(inside.handlers(), OPEN)
        with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CannotListenError):
            async with serve(app, host="127.0.0.1", port=taken.getsockname()[1]):
                pass
