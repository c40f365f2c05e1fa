"""The shell shows what the chat shows, while the bot runs and after it has stopped."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from bot.cli import reports
from bot.features.history import profits
from bot.grammar.period import single_day
from bot.notices.alarms import BillerBalance
from bot.notices.reports import ProfitReport
from bot.orders.model import FailureCause, State
from bot.orders.product_health import HealthRules
from bot.settings.settings import ShellSettings
from bot.spreadsheets import CSV_BOM
from bot.texts.formatting import Clock
from storage.backup import last_backup
from storage.lock import exclusive_lock, holder_of
from storage.schema import migrate
from tests.integration.conftest import BUDI, RINA, SARI, ZONE, Shop
from tests.integration.fakes import eventually, success_of
from tests.integration.test_command_line import ROOT, loket
from tests.integration.test_placing import S5, S10
from tests.integration.test_topups import notes


def settings_of(shop: Shop) -> ShellSettings:
    return ShellSettings(database_url=f"sqlite:///{shop.path}", timezone="Asia/Jakarta", listen_port=1)


@pytest.fixture
async def day(shop: Shop) -> Shop:
    """Return a shop after a day with every kind of result."""
    shop.starts(health_rules=HealthRules(failures_to_close=2))
    await shop.sells(replace(S5, price_idr=6_000), replace(S10, price_idr=11_000))
    shop.biller.accepts(cost_idr=5_000, balance_idr=900_000)
    sold = [await shop.asks(f"s5.08123456700{index}", by=by) for index, by in enumerate((SARI, BUDI, SARI))]
    await shop.posts()
    for order in sold[:2]:
        await shop.reversals.receive(success_of(order), "1.2.3.4")
    shop.biller.refuses("produk gangguan", FailureCause.PRODUCT_UNAVAILABLE)
    for index in range(2):
        await shop.asks(f"s10.08123456710{index}")
        await shop.posts()
    shop.biller.cuts()
    await shop.asks("s5.081234567200", by=BUDI)
    await shop.posts()
    shop.clock.passes(1)
    await notes(shop, "/topup 50000")
    return shop


async def test_the_status_says_what_the_chat_says(day: Shop) -> None:
    status = reports.read_overview(settings_of(day), day.clock())
    await day.says("/saldo", by=RINA)
    assert status.biller == day.last(RINA)
    assert isinstance(status.biller, BillerBalance)
    assert (status.pid, status.do_books_tie, status.decision_count) == (None, True, 1)
    assert status.open_orders == {"pending": 1, "unknown": 1}
    assert status.messages["waiting"] > 0
    assert status.closed_products == ("s10",)
    assert not status.is_well
    printed = "\n".join(reports.status_lines(status, settings_of(day)))
    for words in (
        "running             no",
        "1 pending, 1 unknown",
        "closed by failures  s10",
        "books               tie",
    ):
        assert words in printed
    assert f"now about {status.biller.expected_idr:,}" in printed


async def test_the_status_as_json_has_plain_values(day: Shop) -> None:
    data = reports.status_data(reports.read_overview(settings_of(day), day.clock()))
    assert json.loads(reports.as_json(data))["running"] is False
    assert data["decision_count"] == 1


async def test_the_report_of_a_day_has_the_sums_of_lap_and_laba(day: Shop) -> None:
    today = datetime.fromtimestamp(day.clock() / 1000, ZONE).date()
    report = reports.read_day(today, settings_of(day))
    assert report.total.cells[1] == len(day.rows("SELECT trxid FROM orders")) == 6
    assert [row.cells[:5] for row in report.rows] == [("S5", 4, 2, 0, 2), ("S10", 2, 0, 2, 0)]
    assert report.total.cells == ("total", 6, 2, 2, 2, 12_000, 10_200, 1_800)
    laba = ProfitReport(period=str(single_day(today)), before="", after="", is_today=True)
    shown = await day.disk.read(lambda tx: profits.render_report(tx, laba, Clock(ZONE)))
    text = "".join(str(getattr(part, "text", part)) for part in shown.text)
    for amount in ("12.000", "10.200", "1.800"):
        assert f"Rp{amount}" in text


async def test_the_csv_of_a_day_adds_up_to_its_total(day: Shop) -> None:
    today = datetime.fromtimestamp(day.clock() / 1000, ZONE).date()
    report = reports.read_day(today, settings_of(day))
    header, *rows = reports.day_csv(report).decode().removeprefix(CSV_BOM).splitlines()
    assert header.split(";") == list(reports.REPORT_HEADER)
    sums = [sum(int(row.split(";")[column]) for row in rows) for column in range(1, 8)]
    assert sums == list(report.total.cells[1:])
    data = reports.day_data(report)
    assert data["total"]["profit_idr"] == 1_800
    assert data["day"] == today.isoformat()


async def test_orders_are_found_by_state_and_by_number(day: Shop) -> None:
    def found(**wanted: Any) -> list[str]:
        rows = reports.read_orders(
            settings_of(day).database_url, **({"state": None, "number": None, "limit": 20} | wanted)
        )
        return [f"{row.order.product_code}.{row.order.destination}" for row in rows]

    assert found()[0] == "S5.081234567200"
    assert len(found()) == 6
    assert found(limit=2) == found()[:2]
    assert found(state=State.UNKNOWN) == ["S5.081234567200"]
    assert found(state=State.FAILED) == ["S10.081234567101", "S10.081234567100"]
    assert found(number="+62 812-3456-7200") == ["S5.081234567200"]
    assert found(number="081234567200", state=State.FAILED) == []
    rows = reports.read_orders(settings_of(day).database_url, state=State.SUCCEEDED, number=None, limit=1)
    (line,) = reports.order_lines_of(rows, settings_of(day))
    assert f"S5.081234567001  6,000  Name {BUDI} ({BUDI})" in line
    (data,) = reports.order_data(rows)
    assert (data["state"], data["reseller"]) == ("succeeded", f"Name {BUDI}")


def test_the_process_that_holds_the_lock_is_named(tmp_path: Path) -> None:
    database = tmp_path / "loket.db"
    assert holder_of(database) is None
    with exclusive_lock(database):
        assert holder_of(database) == os.getpid()
    assert holder_of(database) is None


def test_a_backup_is_noted_and_a_note_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    database, target = tmp_path / "loket.db", tmp_path / "copy.db"
    assert last_backup(database) is None
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        migrate(connection)
    told = loket("backup", str(target), cwd=tmp_path, DATABASE_URL="sqlite:///loket.db")
    assert told.returncode == 0
    noted = last_backup(database)
    assert noted
    assert noted.file == str(target)
    for other in ("", "[]", "{"):
        Path(f"{database}.backup.json").write_text(other, encoding="utf-8")
        assert last_backup(database) is None


@pytest.mark.parametrize("command", ["status", "orders", "report", "books"])
def test_without_a_database_the_exit_status_is_3(tmp_path: Path, command: str) -> None:
    told = loket(command, cwd=tmp_path, DATABASE_URL="sqlite:///loket.db")
    assert (told.returncode, told.stdout) == (3, "")
    assert "there is no database" in told.stderr


@pytest.mark.parametrize(
    "arguments",
    [("orders", "--state", "lost"), ("report", "--day", "27/11/2026"), ("orders", "--limit", "0")],
)
def test_an_argument_that_means_nothing_is_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    told = loket(*arguments, cwd=tmp_path, DATABASE_URL="sqlite:///loket.db")
    assert told.returncode == 2
    assert "must be" in told.stderr


async def test_the_commands_print_what_they_read(day: Shop, tmp_path: Path) -> None:
    def shown(*arguments: str) -> tuple[int, str]:
        told = loket(*arguments, cwd=tmp_path, DATABASE_URL=f"sqlite:///{day.path}", LISTEN_PORT="1")
        return told.returncode, told.stdout

    today = datetime.fromtimestamp(day.clock() / 1000, ZONE).date().isoformat()
    code, said = shown("status", "--json")
    assert (code, json.loads(said)["book_finding_count"]) == (1, 0)
    code, said = shown("orders", "--state", "failed", "--json")
    assert (code, [order["product_code"] for order in json.loads(said)]) == (0, ["S10", "S10"])
    code, said = shown("report", "--day", today, "--json")
    assert (code, json.loads(said)["total"]["sales_idr"]) == (0, 12_000)
    code, said = shown("report", "--day", today, "--csv", "-")
    assert (code, len(said.splitlines())) == (0, 3)
    code, said = shown("report", "--day", today, "--csv", "day.csv")
    assert (code, (tmp_path / "day.csv").read_text(encoding="utf-8").count("\n")) == (0, 3)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _process(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "bot", *arguments]
    with subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


async def test_a_staging_bot_sells_at_the_sandbox_by_the_settings_that_it_prints(tmp_path: Path) -> None:
    port = _free_port()
    arguments = ("sandbox", "--port", "0", "--bot-port", str(port))
    with _process(*arguments, cwd=tmp_path) as sandbox:
        lines: list[str] = []
        while not lines or not lines[-1].startswith("MUTATION_SECRET"):
            assert sandbox.stdout
            lines.append(sandbox.stdout.readline())
        env = dict(line.strip().split("=", 1) for line in lines if "=" in line)
        url = env["TELEGRAM_API_URL"].strip("'")
        (tmp_path / ".env").write_text("".join(lines), encoding="utf-8")
        (tmp_path / ".env").chmod(0o600)
        with _process("run", cwd=tmp_path), httpx.Client(trust_env=False) as http:

            def is_ready() -> bool:
                with suppress(httpx.TransportError):
                    return http.get(f"http://127.0.0.1:{port}/readyz").is_success
                return False

            await eventually(is_ready, timeout_s=60)
            text = {"chat_id": 1001, "text": "s5.081234567890"}
            await asyncio.to_thread(http.post, f"{url}/sandbox/say", json=text)
            await eventually(lambda: "SUKSES" in http.get(f"{url}/sandbox/state").text, timeout_s=60)
            told = loket("status", "--json", cwd=tmp_path)
            status = json.loads(told.stdout)
            assert (told.returncode, status["running"]) == (0, True)
            assert status["answers"]["is_breaker_open"] is False
            assert status["answers"]["ready"]["storage"] is True
