"""What an operator sees: faults in the settings, the findings of a check, health, readiness and metrics."""

import asyncio
import json
import re
import sqlite3
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.acceptance.shop import RINA, SARI, Mode, Shop, free_port
from tests.listening import listening

REQUIRED = (
    "TELEGRAM_TOKEN",
    "ADMIN_IDS",
    "BILLER_URL",
    "BILLER_USER",
    "BILLER_PASSWORD",
    "REVERSAL_SECRET",
)


AUTHORITY = Path(__file__).with_name("unknown_authority.pem")
"""Key and certificate, made for the tests, of an authority for the name localhost."""


@asynccontextmanager
async def of_an_unknown_authority() -> AsyncIterator[str]:
    """Run a Bot API server that knows no bot, with the certificate of an authority that nobody knows."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"ok": false, "error_code": 404, "description": "Not Found"}'
        head = (
            f"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(AUTHORITY)
    async with listening(answer, tls=tls) as port:
        yield f"https://localhost:{port}"


async def told_by(shop: Shop, *arguments: str, **changes: str) -> tuple[int, str]:
    """Run a command to its end; return its status and what it wrote."""
    before = len(shop.output)
    status = await (await shop.run(*arguments, **changes)).wait()
    return status, shop.output[before:]


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
@pytest.mark.parametrize("command", ["run", "check"])
async def test_all_missing_settings_are_named_at_once(closed_shop: Shop, command: str) -> None:
    closed_shop.settings = {}
    status, output = await told_by(closed_shop, command)
    assert status == 2
    assert [name for name in REQUIRED if f"{name}: is missing" not in output] == []
    assert "TELEGRAM_WEBHOOK_SECRET" not in output  # not needed while polling


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_all_wrong_settings_are_named_at_once_and_no_value_is_shown(closed_shop: Shop) -> None:
    wrong = {
        "TELEGRAM_TOKEN": "kenari-tanpa-titik-dua",
        "TELEGRAM_API_URL": "kenari://api",
        "PUBLIC_URL": "https://kenari.example",  # and no webhook secret with it
        "ADMIN_IDS": "kenari",
        "RESELLER_IDS": "1001,kenari",
        "BILLER_URL": "kenari",
        "BILLER_PASSWORD": "change-me-kenari",
        "REVERSAL_SECRET": "kenari-pendek",
        "REVERSAL_ALLOWED_IPS": "kenari/33",
        "TRUSTED_PROXIES": "10.0.0.0/kenari",
        "LISTEN_PORT": "99999",
        "DATABASE_URL": "kenari:///loket.db",
        "TIMEZONE": "Asia/Kenari",
        "BILLER_CONCURRENCY": "0",
        "BILLER_TIMEOUT_S": "kenari",
        "ORDER_MAX_AGE_S": "0",
        "TELEGRAM_MESSAGES_PER_S": "0",
        "TELEGRAM_CHAT_MESSAGES_PER_S": "-1",
        "LOG_LEVEL": "KENARI",
    }
    status, output = await told_by(closed_shop, "run", **wrong)
    assert status == 2
    named = set(re.findall(r"^loket: ([A-Z_]+)", output, re.MULTILINE))
    assert named == {*wrong, "TELEGRAM_WEBHOOK_SECRET"} - {"PUBLIC_URL"}
    assert "kenari" not in output.lower()


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_settings_are_also_read_from_a_file(closed_shop: Shop, tmp_path: Path) -> None:
    lines = [f"{name}='{value}'" for name, value in closed_shop.settings.items()]
    (tmp_path / ".env").write_text("\n".join(lines), "utf-8")
    listen_port, closed_shop.settings = closed_shop.settings["LISTEN_PORT"], {}
    process = await closed_shop.launch()
    closed_shop.settings = {"LISTEN_PORT": listen_port}
    closed_shop.order(SARI, "s5.081234561111")
    await closed_shop.wait_for_message(SARI, "SUKSES")
    assert process.returncode is None


async def test_the_check_finds_a_running_bot_well(shop: Shop, mode: Mode) -> None:
    status, output = await told_by(shop, "check")
    assert status == 0, output
    lines = [line for line in output.splitlines() if line.startswith(("ok", "FAIL"))]
    for expected in ("ok    settings", "ok    telegram: the bot is @loket_demo_bot", "ok    web server"):
        assert any(line.startswith(expected) for line in lines), output
    assert "ok    biller: " in output
    assert "in use by a running Loket" in output
    assert ("webhook is set" if mode is Mode.WEBHOOK else "no webhook is set") in output
    shop.order(SARI, "s5.081234561111")  # the check does not disturb
    await shop.wait_for_message(SARI, "SUKSES")


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_the_check_writes_to_every_admin_and_says_who_was_not_reached(shop: Shop) -> None:
    status, output = await told_by(shop, "check", ADMIN_IDS=f"{RINA},424242,{SARI}")
    assert status == 1
    assert f"ok    admin {RINA}: reached" in output
    assert f"ok    admin {SARI}: reached" in output
    (failing,) = [line for line in output.splitlines() if line.startswith("FAIL")]
    assert failing.startswith("FAIL  admin 424242: not reached (Chat not found)")
    assert "open the chat with @loket_demo_bot and press Start" in failing
    assert len(shop.messages_with(RINA, "Cek loket")) == 1


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_the_check_says_that_an_admin_shut_the_bot_out(shop: Shop) -> None:
    shop.world.telegram.fault("sendMessage", "403", chat_id=RINA)
    status, output = await told_by(shop, "check")
    assert status == 1
    assert f"FAIL  admin {RINA}: not reached (Forbidden: bot was blocked by the user)" in output


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
@pytest.mark.parametrize(
    ("url", "finding"),
    [
        ("https://biller.invalid", "FAIL  biller: the name biller.invalid does not resolve"),
        ("http://127.0.0.1:1", "FAIL  biller: http://127.0.0.1:1 accepts no connection"),
        ("{own}/h2h", "FAIL  biller: nothing is at {own}/h2h/service/in/json (404)"),
        ("https://user:kenari@127.0.0.1:1", "FAIL  biller: https://127.0.0.1:1 accepts no connection"),
    ],
)
async def test_the_check_finds_that_the_biller_is_not_there(shop: Shop, url: str, finding: str) -> None:
    own = shop.settings["BILLER_URL"]
    status, output = await told_by(shop, "check", BILLER_URL=url.replace("{own}", own))
    assert status == 1
    assert finding.replace("{own}", own) in output
    assert "kenari" not in output


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_the_check_orders_nothing(shop: Shop) -> None:
    assert (await told_by(shop, "check"))[0] == 0
    assert shop.wire.posts == []
    assert shop.world.biller.ledger.entries == {}


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_the_check_warns_of_what_is_doubtful_and_fails_only_for_what_is_wrong(shop: Shop) -> None:
    status, output = await told_by(shop, "check", LOG_LEVELS="DEBUG", TRUSTED_PROXIES="0.0.0.0/0")
    assert status == 0
    assert "warn  settings: LOG_LEVELS: unknown setting, did you mean LOG_LEVEL?" in output
    assert "warn  reversals: any address may send reversals" in output
    assert "warn  proxies: TRUSTED_PROXIES trusts every address" in output


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_the_check_warns_of_a_signing_key_that_stands_in_the_address(shop: Shop) -> None:
    secret, warning = (
        "kenari-" + "m" * 33,
        "warn  mutations: the key of their signature is the MUTATION_SECRET",
    )
    for key in ("", secret):
        output = (await told_by(shop, "check", MUTATION_SECRET=secret, MUTATION_SIGNING_SECRET=key))[1]
        assert warning in output
        assert "kenari" not in output
    for settings in ({}, {"MUTATION_SECRET": secret, "MUTATION_SIGNING_SECRET": "another-" + secret}):
        assert "mutations" not in (await told_by(shop, "check", **settings))[1]


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_the_check_says_that_the_bot_does_not_run(closed_shop: Shop) -> None:
    status, output = await told_by(closed_shop, "check")
    assert status == 1
    (failing,) = [line for line in output.splitlines() if line.startswith("FAIL")]
    assert failing.startswith("FAIL  web server")
    assert "start `loket run`" in failing


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_the_check_knows_a_wrong_token_from_a_silent_network(closed_shop: Shop) -> None:
    status, output = await told_by(closed_shop, "check", TELEGRAM_TOKEN="1234567:kenari-salah")
    assert status == 1
    assert "FAIL  telegram: the token was rejected" in output
    assert "digits, a colon and 35 characters, this one has 12 behind the colon" in output
    assert "kenari-salah" not in output
    nowhere = f"http://127.0.0.1:{free_port()}"
    status, output = await told_by(closed_shop, "check", TELEGRAM_API_URL=nowhere)
    assert status == 1
    assert "FAIL  telegram: no answer" in output


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_the_check_believes_nobody_by_a_name_alone_and_says_whose_word_is_missing(
    closed_shop: Shop,
) -> None:
    closed_shop.is_forked = False  # SSL_CERT_FILE is read when the program is imported
    async with of_an_unknown_authority() as url:
        status, output = await told_by(closed_shop, "check", TELEGRAM_API_URL=url)
        assert status == 1
        assert "is not trusted by this machine" in output
        _, output = await told_by(closed_shop, "check", TELEGRAM_API_URL=url, SSL_CERT_FILE=str(AUTHORITY))
        assert "FAIL  telegram: the token was rejected" in output


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_a_taken_port_ends_the_bot_before_it_speaks_to_telegram_or_the_biller(
    closed_shop: Shop,
) -> None:
    """Also where an order and a message wait: another Loket may be at work on that port."""
    shop = closed_shop
    await shop.launch()
    shop.order(SARI, "s5.081234567890")
    await shop.wait_for_message(SARI, "SUKSES")
    await shop.stop()
    with closing(sqlite3.connect(shop.home / "loket.db")) as database, database:
        database.execute("UPDATE orders SET state = 'placed', due_at_ms = 0")
        database.execute("UPDATE outbox SET state = 'waiting', sent_at_ms = NULL, message_id = NULL")
    calls, posts = shop.world.telegram.calls.total(), len(shop.wire.posts)
    port = shop.settings["TELEGRAM_API_URL"].rpartition(":")[2]
    status, output = await told_by(shop, "run", LISTEN_PORT=port)
    assert status == 1
    assert "cannot listen" in output
    assert (shop.world.telegram.calls.total(), len(shop.wire.posts)) == (calls, posts)


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_a_rejected_token_is_an_error_that_says_so_and_reversals_are_taken_meanwhile(
    closed_shop: Shop,
) -> None:
    """A start without Telegram is worth something: the biller may report a result only once."""
    shop = closed_shop
    token = shop.settings["TELEGRAM_TOKEN"]
    await shop.start()
    trxid = await shop.trxid(SARI, shop.order(SARI, "s5.081234566666"))
    await shop.until(lambda: shop.rows("SELECT state FROM orders") == [("pending",)])
    await shop.kill()
    shop.settings["TELEGRAM_TOKEN"] = "1234567:kenari-salah"
    await shop.launch()
    await shop.until(lambda: "telegram rejects the token: copy TELEGRAM_TOKEN from BotFather" in shop.output)
    (line,) = [line for line in shop.output.splitlines() if "telegram rejects the token" in line]
    assert json.loads(line)["level"] == "ERROR"
    ready = await shop.http.get(f"{shop.url}/readyz")
    assert (ready.status_code, ready.json()["telegram"]) == (503, False)
    report = f"status=0&refid={trxid}&product=s5&qty=1&dest=081234566666&message="
    assert (await shop.report(report)).text == "OK"
    await shop.kill()
    shop.settings["TELEGRAM_TOKEN"] = token
    await shop.start()
    await shop.wait_for_message(SARI, "SUKSES", trxid)


async def test_a_token_revoked_while_the_bot_runs_is_an_error_that_says_so(shop: Shop) -> None:
    shop.may_log_tracebacks = True
    telegram = shop.world.telegram
    token, telegram.token = telegram.token, "1234567:a-new-one"
    telegram.updates.end_poll("the token was revoked")
    await shop.report("status=0")  # an alarm for the admin, which cannot be sent
    await shop.until(lambda: "telegram rejects the token" in shop.output)
    assert not (await shop.http.get(f"{shop.url}/readyz")).json()["telegram"]
    telegram.token = token
    await shop.until(lambda: is_ready(shop))


async def is_ready(shop: Shop) -> bool:
    return (await shop.http.get(f"{shop.url}/readyz")).is_success


@pytest.mark.parametrize("mode", [Mode.WEBHOOK], indirect=True)
async def test_health_is_told_apart_from_readiness(closed_shop: Shop) -> None:
    shop = closed_shop
    shop.world.telegram.fault("getMe", "502")
    await shop.launch()
    await shop.until(lambda: "telegram set-up failed" in shop.output)
    assert (await shop.http.get(f"{shop.url}/healthz")).text == "OK"
    unready = await shop.http.get(f"{shop.url}/readyz")
    assert unready.status_code == 503
    assert unready.json() == {"storage": True, "agents": True, "telegram": False, "leader": True}
    shop.order(SARI, "s5.081234561111")
    await shop.wait_for_message(SARI, "SUKSES")  # it asks again by itself
    assert (await shop.http.get(f"{shop.url}/readyz")).status_code == 200


async def test_metrics_tell_what_happened_and_how_things_stand(shop: Shop) -> None:
    for ending in ("1111", "6666", "1313"):
        shop.order(SARI, f"s5.08123456{ending}")
    await shop.wait_for_message(SARI, "SUKSES")
    await shop.wait_for_message(SARI, "BELUM PASTI")
    await shop.quiet()
    await shop.report("status=0")
    await shop.http.get(f"{shop.url}/reversal/a-guess?status=0")
    page = (await shop.http.get(f"{shop.url}/metrics")).text
    for line in (
        'loket_open_orders{state="pending"} 1.0',
        'loket_open_orders{state="unknown"} 1.0',
        'loket_reversals_total{verdict="stored"} 1.0',
        'loket_reversals_total{verdict="strange"} 1.0',
        'loket_refused_requests_total{route="reversal",why="secret"} 1.0',
        'loket_refused_requests_total{route="reversal",why="address"} 0.0',
        'loket_trx_answers_total{outcome="Accepted"} 2.0',
        'loket_trx_answers_total{outcome="Unclear"} 1.0',
        "loket_breaker_open 0.0",
        'loket_audit_findings_total{invariant="I12"} 0.0',
    ):
        assert line in page, page
    assert re.search(r"^loket_biller_balance_idr 1\.3\d+e\+06$", page, re.MULTILINE), page
