"""`compose.yaml` and its Caddyfile keep the counter shut to all but Telegram and the biller."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from bot import app
from bot.features.price_list import file_reader
from bot.settings import FileSettings, Settings
from bot.web import server
from tests.yaml_subset import read_yaml

ROOT = Path(__file__).resolve().parent.parent.parent


def compose() -> Any:
    return read_yaml(Path(ROOT, "compose.yaml"))


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


def test_no_log_and_no_process_can_use_up_the_machine() -> None:
    services = compose()["services"]
    for name in ("loket", "caddy"):
        options = services[name]["logging"]["options"]
        kept_mb = int(options["max-size"].removesuffix("m")) * int(options["max-file"])
        assert kept_mb <= 100, name
    for service in services.values():
        assert service["mem_limit"]
        assert int(service["pids_limit"]) > 0


def test_the_limit_of_memory_leaves_room_for_the_reader_of_price_lists() -> None:
    assert compose()["services"]["loket"]["mem_limit"] == "1g"
    assert file_reader.ReadLimits().memory_bytes <= 600_000_000


def test_the_proxy_starts_once_loket_is_healthy() -> None:
    caddy = compose()["services"]["caddy"]
    assert caddy["depends_on"]["loket"]["condition"] == "service_healthy"


def test_a_backup_runs_beside_loket_on_its_database_with_no_secret_and_no_network() -> None:
    whole = compose()
    loket, backup = whole["services"]["loket"], whole["services"]["backup"]
    assert backup["image"] == loket["image"]
    assert backup["profiles"] == ["backup"]  # so that `up` does not start it
    assert backup["command"][:3] == ["backup", "/backup", "--keep"]
    assert backup["volumes"] == [*loket["volumes"], "backup:/backup"]
    assert "backup" in whole["volumes"]
    assert backup["environment"]["DATABASE_URL"] == loket["environment"]["DATABASE_URL"]
    assert backup["environment"].keys() <= {name.upper() for name in FileSettings.model_fields}
    assert "env_file" not in backup
    assert backup["network_mode"] == "none"
    for hardening in ("read_only", "cap_drop", "security_opt"):
        assert backup[hardening] == loket[hardening]


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
