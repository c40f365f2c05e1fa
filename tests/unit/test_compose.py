"""`compose.yaml` and its Caddyfile keep the counter shut to all but Telegram and the biller."""

import json
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from bot import app
from bot.settings import Settings
from bot.web import server

ROOT = Path(__file__).resolve().parent.parent.parent


def read_yaml(text: str) -> Any:
    """Read the part of YAML that compose.yaml keeps to: maps, lists and plain or quoted scalars."""
    rows = [row.rstrip() for row in text.splitlines() if row.strip() and not row.lstrip().startswith("#")]
    value, rest = _block(rows, 0)
    assert not rest
    return value


def _block(rows: list[str], indent: int) -> tuple[Any, list[str]]:
    items: list[Any] = []
    named: dict[str, Any] = {}
    while rows and (depth := len(rows[0]) - len(rows[0].lstrip())) >= indent:
        assert depth == indent, rows[0]
        row, rows = rows[0].strip(), rows[1:]
        if row.startswith("- "):
            pair = re.fullmatch(r"(\w+): (.+)", row[2:])
            items.append({pair[1]: _scalar(pair[2])} if pair else _scalar(row[2:]))
            continue
        name, _, value = row.partition(":")
        if value:
            named[name] = _scalar(value.strip())
        else:
            deeper = len(rows[0]) - len(rows[0].lstrip()) if rows else 0
            named[name], rows = _block(rows, deeper) if deeper > indent else (None, rows)
    assert not (items and named)
    return items or named, rows


def _scalar(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text


def compose() -> Any:
    return read_yaml(Path(ROOT, "compose.yaml").read_text(encoding="utf-8"))


def caddyfile() -> str:
    return re.sub(r"#.*", "", Path(ROOT, "deploy", "Caddyfile").read_text(encoding="utf-8"))


def test_loket_runs_with_no_rights_on_a_root_that_it_cannot_write() -> None:
    loket = compose()["services"]["loket"]
    assert loket["read_only"] == "true"
    assert loket["cap_drop"] == ["ALL"]
    assert "cap_add" not in loket
    assert loket["security_opt"] == ["no-new-privileges:true"]
    assert loket["tmpfs"] == ["/tmp"]  # noqa: S108  # a mount, not a file
    assert loket["restart"] == "unless-stopped"
    assert loket["env_file"] == ".env"


def test_the_database_lies_on_a_named_volume() -> None:
    whole = compose()
    assert whole["services"]["loket"]["volumes"] == ["data:/data"]
    assert "data" in whole["volumes"]
    assert whole["services"]["loket"]["environment"]["DATABASE_URL"].startswith("sqlite:////data/")


def test_every_setting_that_compose_makes_is_a_setting_of_ours() -> None:
    made = compose()["services"]["loket"]["environment"]
    assert made.keys() <= {name.upper() for name in Settings.model_fields}
    assert made["LISTEN_HOST"] == "0.0.0.0"


def test_nobody_reaches_loket_but_through_the_proxy_that_it_trusts() -> None:
    whole = compose()
    loket, caddy = whole["services"]["loket"], whole["services"]["caddy"]
    assert "ports" not in loket
    assert loket["networks"] == caddy["networks"] == ["inner"]
    subnet = whole["networks"]["inner"]["ipam"]["config"][0]["subnet"]
    assert ip_network(loket["environment"]["TRUSTED_PROXIES"]) == ip_network(subnet)


def test_a_stop_is_given_the_time_that_a_stop_can_take() -> None:
    default_s = Settings.model_fields["biller_timeout_s"].default
    needed_s = default_s + app.STOP_MARGIN_S + server.MAX_WAIT_FOR_REQUESTS_S + app.LAST_MESSAGES_S
    grace = compose()["services"]["loket"]["stop_grace_period"]
    assert int(grace.removesuffix("s")) > needed_s
    unit = Path(ROOT, "deploy", "loket.service").read_text(encoding="utf-8")
    (timeout,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert int(timeout) > needed_s


def test_the_public_sees_only_what_others_call_and_the_sign_of_life() -> None:
    (paths,) = re.findall(r"@public path (.+)", caddyfile())
    assert paths.split() == ["/telegram", "/reversal/*", "/mutations/*", "/healthz"]
    (proxied,) = re.findall(r"handle @public \{([^}]*)\}", caddyfile())
    assert proxied.split() == ["reverse_proxy", f"loket:{compose()['services']['loket']['expose'][0]}"]
    assert caddyfile().count("reverse_proxy") == 1
    assert 'respond "Not Found" 404' in caddyfile()


def test_the_proxy_believes_no_forwarded_address_and_writes_no_access_log() -> None:
    assert "trusted_proxies" not in caddyfile()
    assert not re.search(r"^\s*log\b", caddyfile(), re.MULTILINE)
