"""Parsers of setting values: each returns the value, or raises ValueError that says what to write instead."""

import math
import re
import sys
from ipaddress import IPv4Interface, IPv4Network, IPv6Network, ip_address, ip_interface
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, SecretStr

from bot.deposits.accounts import read_accounts
from bot.deposits.qris import QrisError, check_static

MAX_USER_ID = (1 << 52) - 1
"""Telegram's own limit for the ids of persons."""

TELEGRAM_OWN_IDS = {777000, 136817688, 1087968824}
"""The senders of Telegram's notices, of channel posts and of anonymous group admins: no persons."""

MAPPED_PREFIX_BITS = 96
"""The length of ::ffff:0:0/96, the network of all IPv4 addresses written as IPv6."""

Network = IPv4Network | IPv6Network

SQLITE = "sqlite:///"

_POSTGRESQL = re.compile(
    r"postgres(?:ql)?://(?:[^:@/?#\s]+(?::[^:@/?#\s]+)?@)?"
    r"(?P<hosts>(?:[\w.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?(?:,(?:[\w.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?)*)"
    r"/[^:@/?#\s]+(?:\?[^#\s]*)?"
)
"""A URL as libpq takes it, so strict that no part of a password is taken for a host, which errors name."""

_PLACEHOLDER = re.compile(r"<.*>|change.?me|ganti[-_ ]|isi.di.sini|placeholder|your[-_]|^x+$", re.IGNORECASE)


def split_commas(value: object) -> object:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def parse_network(text: str) -> Network:
    """Parse an address or CIDR network; an IPv4-mapped one becomes IPv4, as the addresses of callers do."""
    interface = ip_interface(text)
    if isinstance(interface, IPv4Interface) or interface.ipv4_mapped is None:
        return interface.network
    # A prefix below 96 would be the network of all IPv6 addresses that begin with zeros: surely a mistake.
    prefix_bits = interface.network.prefixlen - MAPPED_PREFIX_BITS
    return IPv4Network((interface.ipv4_mapped, prefix_bits), strict=False)


def unset_if_empty(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def yes_or_no(value: object) -> object:
    """Parse `yes`, `on`, `true` or `1`, and their opposites."""
    word = value.strip().lower() if isinstance(value, str) else value
    if word in (True, "yes", "on", "true", "1"):
        return True
    if word in (False, "no", "off", "false", "0"):
        return False
    raise ValueError("must be yes or no")


def reject_placeholder(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise ValueError("is empty")
    if _PLACEHOLDER.search(value.get_secret_value()):
        raise ValueError("still contains a placeholder: replace it with your own value")
    return value


def parse_person_ids(value: object) -> object:
    parts = split_commas(value)
    if not isinstance(parts, list):
        return parts
    if any(re.fullmatch(r"-[0-9]+", part) for part in parts):
        raise ValueError("contains the id of a group (negative): only persons can be named here")
    if not all(re.fullmatch(r"[1-9][0-9]*", part) for part in parts):
        raise ValueError("must be Telegram user ids with commas between them: numbers, no @names")
    ids = [int(part) for part in parts if len(part) <= len(str(MAX_USER_ID))]
    if len(ids) < len(parts) or any(user_id > MAX_USER_ID or user_id in TELEGRAM_OWN_IDS for user_id in ids):
        raise ValueError("contains an id that no person has")
    return tuple(dict.fromkeys(ids))


def check_time_of_day(value: str) -> str:
    """Return a time of day as `09:05`."""
    found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])", value.strip())
    if found is None:
        raise ValueError("must be a time of day such as 21:00, or empty")
    return f"{int(found[1]):02d}:{found[2]}"


def check_database_url(value: str) -> str:
    if (value.startswith(SQLITE) and value != SQLITE) or _POSTGRESQL.fullmatch(value):
        return value
    raise ValueError(
        "must be sqlite:///PATH, such as sqlite:///data/loket.db, or postgresql://USER:PASSWORD@HOST:PORT/NAME,"
        " with %XX in the password for every character but letters, digits and - . _ ~"
    )


def check_http_url(value: str) -> str:
    if _PLACEHOLDER.search(value):
        raise ValueError("still contains a placeholder: replace it with your own value")
    if not re.match(r"https?://[^/\s]+", value) or not _has_host_and_port(value):
        raise ValueError("must begin with http:// or https:// and a host")
    if re.search(r"[\s?#]", value):
        raise ValueError("must not contain blanks, ? or #: Loket appends paths to it")
    return value.rstrip("/")


def _has_host_and_port(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def check_biller_url(url: str) -> str:
    path, own = _path_parts(url), ["service", "in", "json"]
    shown = [part for part in urlsplit(url).path.split("/") if part]
    for start in range(len(path)):
        if path[start:] in (own[:1], own[:2]) or path[start : start + len(own)] == own:
            raise ValueError(
                "must end before the path /service/in/json, which Loket appends itself"
                f"{_right_value(url, shown[:start])}"
            )
    return url


def _right_value(url: str, path: list[str]) -> str:
    """Return what to write instead, unless the URL contains a password."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        return ""
    return f": write {parts._replace(path='/'.join(['', *path])).geturl()}"


def check_public_url(url: str) -> str:
    path = _path_parts(url)
    if path[-1:] == ["telegram"] or {"reversal", "mutations"} & {*path}:
        raise ValueError(
            "must end before the paths /telegram, /reversal and /mutations, which Loket appends itself"
        )
    return url


def check_desk_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.path:
        raise ValueError("must be an address without a path: Loket appends /desk itself")
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise ValueError("must begin with https://, except for this machine: a session would be readable")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _path_parts(url: str) -> list[str]:
    return [part for part in urlsplit(url).path.lower().split("/") if part]


def check_telegram_api_url(url: str) -> str:
    if re.search(r"/bot(?:[0-9]+:[^/]*)?(?:/|$)", urlsplit(url).path):
        raise ValueError("must end before the path /bot and the token, which Loket appends itself")
    return url


def check_time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("must be a time zone, such as Asia/Jakarta") from error
    return value


def check_account_list(value: str) -> str:
    read_accounts(value)
    return value


def check_merchant_qris(value: str) -> str:
    try:
        check_static(value.strip())
    except QrisError as error:
        raise ValueError(f"is not the static QRIS code of a merchant: {error}") from None
    return value.strip()


def check_listen_host(value: str) -> str:
    try:
        return str(ip_address(value))
    except ValueError:
        if re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", value):
            return value
        raise ValueError("must be an address of this machine without a port, such as 127.0.0.1") from None


def whole_number(low: int, high: int | None = None, *, unit: str = "") -> BeforeValidator:
    limits = f"at least {low}" if high is None else f"from {low} to {high}"

    def parse(value: object) -> int:
        text = str(value).strip()
        number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else low - 1
        if number < low or (high is not None and number > high):
            raise ValueError(f"must be a whole number{unit}, {limits}")
        return number

    return BeforeValidator(parse)


def whole_rupiah(low: int, high: int) -> BeforeValidator:
    """Parse an amount, or None where nothing is set."""

    def parse(value: object) -> int | None:
        text = "" if value is None else str(value).strip()
        if not text:
            return None
        number = int(text) if re.fullmatch(r"[0-9]{1,15}", text) else low - 1
        if not low <= number <= high:
            raise ValueError(f"must be a whole number of whole_rupiah without dots, from {low} to {high}")
        return number

    return BeforeValidator(parse)


def positive_number(high: float | None = None, *, unit: str = "") -> BeforeValidator:
    limits = "more than 0" if high is None else f"more than 0 and at most {high:g}"

    def parse(value: object) -> float:
        try:
            number = float(str(value))
        except ValueError:
            number = math.nan
        if not 0 < number <= (high or sys.float_info.max):
            raise ValueError(f"must be a number{unit}, {limits}")
        return number

    return BeforeValidator(parse)


def check_replica_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,63}", value):
        raise ValueError("must be 1 to 63 letters, digits and . _ -")
    return value
