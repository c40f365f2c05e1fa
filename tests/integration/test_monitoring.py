"""The alert rules, the Grafana dashboard and the operating guide name only metrics that Loket exposes."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.leadership import LEASE_MS, LeaseKeeper
from bot.metrics import Metrics
from storage import balances
from storage.balances import ReportedBalance
from storage.lease import Lease
from tests.integration.conftest import Shop
from tests.integration.fakes import START_MS
from tests.yaml_subset import read_yaml

ROOT = Path(__file__).resolve().parent.parent.parent
RULES = ROOT / "deploy" / "prometheus-alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana-dashboard.json"
GUIDE = ROOT / "docs" / "operating.md"

PARTS = {"storage": True, "agents": True, "telegram": False}
PROMETHEUS_OWN = {"up", "job", "instance"}
_SELECTOR = re.compile(r"\b(loket_\w+)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')


class OneOfTwo(LeaseKeeper):
    """A process that has read the lease of another."""

    @property
    def found(self) -> Lease:
        return Lease(
            holder="other",
            term=3,
            taken_at_ms=START_MS,
            valid_until_ms=START_MS + 10_000,
            held_since_ms=None,
            now_ms=START_MS,
        )


@pytest.fixture
async def exposed(shop: Shop, tmp_path: Path) -> dict[str, dict[str, set[str]]]:
    """Return the metrics of a Loket that has just started: for each its labels, with their values."""
    metrics = Metrics()
    metrics.watch_breaker(shop.breaker)
    metrics.watch_audit(shop.auditor.stats)
    keeper = OneOfTwo(database=shop.disk, replica="this", monotonic=shop.clock.monotonic, now_ms=shop.clock)
    metrics.watch_leader(keeper, keeper)
    metrics.watch_disk(tmp_path)
    reported = ReportedBalance(
        balance_idr=1_200_000, reported_at_ms=shop.clock(), source="answer", trxid="26112214032104711"
    )
    await shop.disk.write(lambda tx: balances.report_balance(tx, reported))
    page = (await metrics.page(shop.disk, PARTS)).decode()
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for name, value in sample.labels.items():
                labels.setdefault(name, set()).add(value)
    return found


def alerts() -> list[Any]:
    (group,) = read_yaml(RULES)["groups"]
    return list(group["rules"])


def expressions_of(value: Any) -> Iterator[str]:
    """Yield the queries of a dashboard: of its panels and its variables."""
    if isinstance(value, dict):
        yield from (text for key, text in value.items() if key in ("expr", "query") and isinstance(text, str))
        yield from (text for one in value.values() for text in expressions_of(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in expressions_of(one))


def dashboard() -> Any:
    return json.loads(DASHBOARD.read_text(encoding="utf-8"))


def check_selectors(expressions: Iterable[str], exposed: dict[str, dict[str, set[str]]]) -> set[str]:
    """Check that each metric, label and label value in the expressions exists; return the metrics."""
    named = set()
    for metric, matchers in (found.groups() for text in expressions for found in _SELECTOR.finditer(text)):
        assert metric in exposed, metric
        named.add(metric)
        for label, operator, value in _MATCHER.findall(matchers or ""):
            if label not in PROMETHEUS_OWN:
                values = value.split("|") if "~" in operator else [value]
                assert set(values) <= exposed[metric][label], f"{metric}: {label} {value}"
    return named


async def test_every_alert_names_metrics_and_label_values_that_exist(
    exposed: dict[str, dict[str, set[str]]],
) -> None:
    rules = alerts()
    names = [rule["alert"] for rule in rules]
    assert len(names) == len(set(names)) > 10
    for rule in rules:
        assert check_selectors([rule["expr"]], exposed) or re.search(r"\bup\b", rule["expr"])
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("critical", "warning")
        for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
            metrics = check_selectors([rule["expr"]], exposed)
            assert any(label in exposed[metric] for metric in metrics), rule["alert"]


async def test_every_panel_names_metrics_and_label_values_that_exist(
    exposed: dict[str, dict[str, set[str]]],
) -> None:
    board = dashboard()
    named = check_selectors(expressions_of(board), exposed)
    assert named - {"loket_ready"}
    for panel in board["panels"]:
        queries = [target["expr"] for target in panel["targets"]]
        labels = {label for metric in check_selectors(queries, exposed) for label in exposed[metric]}
        legends = [target["legendFormat"] for target in panel["targets"]]
        assert set(re.findall(r"\{\{(\w+)\}\}", " ".join(legends))) <= labels, panel["title"]


async def test_the_dashboard_shows_every_metric(exposed: dict[str, dict[str, set[str]]]) -> None:
    shown = check_selectors(expressions_of(dashboard()), exposed)
    counted = {name for name in exposed if not name.endswith("_created")}
    assert counted - shown == {
        "loket_audit_orders_checked_total",
        "loket_audit_last_pass_timestamp_seconds",
        "loket_audit_last_books_timestamp_seconds",
    }


def test_the_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert {x for x, _ in cells} == set(range(24))


async def test_the_guide_lists_every_metric_and_no_other(exposed: dict[str, dict[str, set[str]]]) -> None:
    _, _, section = GUIDE.read_text(encoding="utf-8").partition("## Metrics and alarms")
    rows = re.findall(r"^\| `(loket_\w+)` \|", section.partition("\n## ")[0], re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == {name for name in exposed if not name.endswith("_created")}


def test_the_guide_lists_every_alert_and_no_other() -> None:
    _, _, section = GUIDE.read_text(encoding="utf-8").partition("## Metrics and alarms")
    rows = re.findall(r"^\| `(Loket\w+)` \|", section.partition("\n## ")[0], re.MULTILINE)
    assert rows == [rule["alert"] for rule in alerts()]


async def test_every_counter_is_there_before_its_first_event(
    exposed: dict[str, dict[str, set[str]]],
) -> None:
    """An increase from nothing to one is none to Prometheus."""
    assert exposed["loket_reversals_total"]["verdict"] == {"stored", "strange"}
    assert {"Accepted", "Refused", "Unclear", "NotSent"} == exposed["loket_trx_answers_total"]["outcome"]
    assert {"Sent", "Rejected", "ChatUnreachable"} <= exposed["loket_messages_total"]["outcome"]
    assert exposed["loket_open_orders"]["state"] == {
        "placed", "submitting", "pending", "unknown", "disputed"
    }  # fmt: skip


def test_prometheus_finds_no_fault_in_the_rules() -> None:
    if promtool := shutil.which("promtool"):
        checked = subprocess.run(  # Prometheus' own checker
            [promtool, "check", "rules", RULES], capture_output=True, text=True, timeout=60, check=False
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr


async def test_a_missing_leader_and_a_second_one_are_alarms_that_a_take_over_is_not(
    exposed: dict[str, dict[str, set[str]]],
) -> None:
    by_name = {rule["alert"]: rule for rule in alerts()}
    for name in ("LoketNoLeader", "LoketTwoLeaders"):
        rule = by_name[name]
        assert "loket_leader" in check_selectors([rule["expr"]], exposed)
        assert rule["labels"]["severity"] == "critical"
        assert int(rule["for"].removesuffix("s")) * 1000 > 2 * LEASE_MS
