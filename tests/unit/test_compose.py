"""`compose.yaml` and its Caddyfile keep the counter shut to all but Telegram and the biller."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from bot.app import lifecycle
from bot.features.price_list import file_reader
from bot.settings.settings import FileSettings, Settings
from bot.settings.values import check_database_url
from bot.web import server
from tests.yaml_subset import parse_yaml, read_yaml

ROOT = Path(__file__).resolve().parent.parent.parent


def compose() -> Any:
    return read_yaml(Path(ROOT, "compose.yaml"))


def filled_in(text: str, **variables: str) -> str:
    """Return a value as Compose makes it, with `${NAME:-else}` and `${NAME:+then}`."""

    def replaced(found: re.Match[str]) -> str:
        value = variables.get(found[1], "")
        return (value or found[3]) if found[2] == ":-" else (value and found[3])

    return re.sub(r"\$\{(\w+)(:[-+])([^}]*)\}", replaced, text)


def database_url(whole: Any, service: str, **variables: str) -> str:
    return filled_in(whole["services"][service]["environment"]["DATABASE_URL"], **variables)


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
    assert database_url(whole, "loket").startswith("sqlite:////data/")


def test_no_log_and_no_process_can_use_up_the_machine() -> None:
    services = compose()["services"]
    for name in ("loket", "loket-2", "postgres", "caddy"):
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
    assert backup["environment"]["DATABASE_URL"] == database_url(whole, "loket")
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
    needed_s = (
        default_s + lifecycle.STOP_MARGIN_S + server.MAX_WAIT_FOR_REQUESTS_S + lifecycle.LAST_MESSAGES_S
    )
    grace = compose()["services"]["loket"]["stop_grace_period"]
    assert int(grace.removesuffix("s")) > needed_s
    unit = Path(ROOT, "deploy", "loket.service").read_text(encoding="utf-8")
    (timeout,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert int(timeout) > needed_s


def test_the_public_sees_only_what_others_call_and_the_sign_of_life() -> None:
    (paths,) = re.findall(r"@public path (.+)", caddyfile())
    assert paths.split() == ["/telegram", "/reversal/*", "/mutations/*", "/desk", "/desk/*", "/healthz"]
    (proxied,) = re.findall(r"handle @public \{\s*reverse_proxy (\S+) \{", caddyfile())
    assert proxied == f"{{$LOKET_UPSTREAMS:loket:{compose()['services']['loket']['expose'][0]}}}"
    assert caddyfile().count("reverse_proxy") == 1
    assert 'respond "Not Found" 404' in caddyfile()


def test_the_proxy_believes_no_forwarded_address_and_writes_no_access_log() -> None:
    assert "trusted_proxies" not in caddyfile()
    assert not re.search(r"^\s*log\b", caddyfile(), re.MULTILINE)


PASSWORD = "0123456789abcdef"


def test_with_the_profile_two_lokets_share_one_postgresql_behind_the_proxy() -> None:
    whole = compose()
    loket, second, postgres = (whole["services"][name] for name in ("loket", "loket-2", "postgres"))
    urls = {database_url(whole, name, POSTGRES_PASSWORD=PASSWORD) for name in ("loket", "loket-2")}
    assert urls == {f"postgresql://loket:{PASSWORD}@postgres/loket"}
    assert check_database_url(urls.pop())
    assert second["profiles"] == postgres["profiles"] == ["postgres"]
    upstreams = whole["services"]["caddy"]["environment"]["LOKET_UPSTREAMS"]
    assert filled_in(upstreams) == "loket:8080"
    assert filled_in(upstreams, POSTGRES_PASSWORD=PASSWORD).split() == ["loket:8080", "loket-2:8080"]
    of_the_first = {"build", "volumes", "depends_on", "environment", "hostname"}
    own = {"profiles", "depends_on", "environment", "hostname"}
    assert {name: second[name] for name in second.keys() - own} == {
        name: loket[name] for name in loket.keys() - of_the_first
    }
    assert second["environment"].keys() == loket["environment"].keys()
    assert second["environment"]["TRUSTED_PROXIES"] == loket["environment"]["TRUSTED_PROXIES"]


def test_the_lokets_wait_for_a_healthy_server_and_start_without_one_on_a_file() -> None:
    services = compose()["services"]
    for name in ("loket", "loket-2"):
        assert services[name]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert services["loket"]["depends_on"]["postgres"]["required"] == "false"
    assert "pg_isready" in services["postgres"]["healthcheck"]["test"]


def test_nobody_outside_reaches_the_server_and_its_files_stay() -> None:
    whole = compose()
    postgres = whole["services"]["postgres"]
    assert "ports" not in postgres
    assert postgres["networks"] == ["inner"]
    assert postgres["volumes"] == ["postgres:/var/lib/postgresql/data"]
    assert "postgres" in whole["volumes"]
    assert postgres["read_only"] == "true"
    assert postgres["cap_drop"] == ["ALL"]


def test_the_proxy_passes_on_to_those_that_live_even_while_telegram_is_away() -> None:
    assert re.findall(r"health_uri (\S+)", caddyfile()) == ["/healthz"]
    assert "lb_try_duration" in caddyfile()


def kubernetes() -> dict[str, Any]:
    """Return the documents of the example by their kind."""
    text = Path(ROOT, "deploy", "kubernetes.yaml").read_text(encoding="utf-8")
    documents = [parse_yaml(part) for part in re.split(r"^---$", text, flags=re.MULTILINE)]
    return {document["kind"]: document for document in documents}


def test_kubernetes_runs_two_on_different_nodes_and_keeps_one_through_a_drain() -> None:
    found = kubernetes()
    deployment = found["Deployment"]["spec"]
    assert int(deployment["replicas"]) == 2
    assert deployment["strategy"]["rollingUpdate"] == {"maxUnavailable": "0", "maxSurge": "1"}
    pods = deployment["template"]["spec"]
    (apart,) = pods["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert apart["topologyKey"] == "kubernetes.io/hostname"
    assert found["PodDisruptionBudget"]["spec"]["minAvailable"] == "1"
    labels = deployment["template"]["metadata"]["labels"]
    for selector in (
        deployment["selector"]["matchLabels"],
        apart["labelSelector"]["matchLabels"],
        found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        found["Service"]["spec"]["selector"],
    ):
        assert selector == labels


def test_kubernetes_gives_a_pod_its_settings_its_name_and_the_time_to_stop() -> None:
    found = kubernetes()
    pods = found["Deployment"]["spec"]["template"]["spec"]
    (container,) = pods["containers"]
    settings = {name.upper(): field for name, field in Settings.model_fields.items()}
    secret = found["Secret"]["stringData"]
    given = {row["name"]: row for row in container["env"]}
    assert (given.keys() | secret.keys()) <= settings.keys()
    assert {name for name, field in settings.items() if field.is_required()} <= secret.keys()
    assert check_database_url(secret["DATABASE_URL"]).startswith("postgresql://")
    assert container["envFrom"] == [{"secretRef": {"name": found["Secret"]["metadata"]["name"]}}]
    assert given["LOKET_REPLICA"]["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": "/healthz", "port": "http"}
    grace = compose()["services"]["loket"]["stop_grace_period"]
    assert pods["terminationGracePeriodSeconds"] == grace.removesuffix("s")
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"] == "true"
    assert security["capabilities"]["drop"] == ["ALL"]


def test_kubernetes_publishes_what_the_proxy_does() -> None:
    (rule,) = kubernetes()["Ingress"]["spec"]["rules"]
    paths = {entry["path"] for entry in rule["http"]["paths"]}
    assert paths == {"/telegram", "/reversal/", "/mutations/", "/desk", "/healthz"}
