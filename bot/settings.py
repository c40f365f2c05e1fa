"""Settings, read from the environment or `.env`; all errors are reported together."""

import math
import re
import sys
from collections.abc import Iterable
from ipaddress import IPv4Interface, IPv4Network, IPv6Network, ip_address, ip_interface
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.deposits.accounts import DepositAccount, read_accounts
from bot.deposits.qris import QrisError, check_static
from bot.setting_sources import ENV_FILE, inspect_sources

MIN_REVERSAL_SECRET_CHARS = 32
"""Only the secret path protects reversals: 32 random characters cannot be guessed over a network."""

MAX_USER_ID = (1 << 52) - 1
"""Telegram's own limit for the ids of persons."""

TELEGRAM_OWN_IDS = {777000, 136817688, 1087968824}
"""The senders of Telegram's notices, of channel posts and of anonymous group admins: no persons."""

MAPPED_PREFIX_BITS = 96
"""The length of ::ffff:0:0/96, the network of all IPv4 addresses written as IPv6."""

MIN_MUTATION_SECRET_CHARS = 16
"""Bank mutations are signed as well."""

Network = IPv4Network | IPv6Network
AnySettings = TypeVar("AnySettings", bound="FileSettings")

_PLACEHOLDER = re.compile(r"<.*>|change.?me|ganti[-_ ]|isi.di.sini|placeholder|your[-_]|^x+$", re.IGNORECASE)
_TOKEN = re.compile(r"[0-9]{1,18}:[A-Za-z0-9_-]+")
_SQLITE = "sqlite:///"


class InvalidSettingsError(Exception):
    """Settings are missing or invalid; `faults` has one line each, without values, which may be secret."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _split_commas(value: object) -> object:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _network(text: str) -> Network:
    """Parse an address or CIDR network; an IPv4-mapped one becomes IPv4, as the addresses of callers do."""
    interface = ip_interface(text)
    if isinstance(interface, IPv4Interface) or interface.ipv4_mapped is None:
        return interface.network
    # A prefix below 96 would be the network of all IPv6 addresses that begin with zeros: surely a mistake.
    prefix_bits = interface.network.prefixlen - MAPPED_PREFIX_BITS
    return IPv4Network((interface.ipv4_mapped, prefix_bits), strict=False)


def _unset_if_empty(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _reject_placeholder(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise ValueError("is empty")
    if _PLACEHOLDER.search(value.get_secret_value()):
        raise ValueError("still contains a placeholder: replace it with your own value")
    return value


def _person_ids(value: object) -> object:
    parts = _split_commas(value)
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


def _http_url(value: str) -> str:
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


def _biller_url(url: str) -> str:
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


def _public_url(url: str) -> str:
    path = _path_parts(url)
    if path[-1:] == ["telegram"] or "reversal" in path:
        raise ValueError("must end before the paths /telegram and /reversal, which Loket appends itself")
    return url


def _path_parts(url: str) -> list[str]:
    return [part for part in urlsplit(url).path.lower().split("/") if part]


def _telegram_api_url(url: str) -> str:
    if re.search(r"/bot(?:[0-9]+:[^/]*)?(?:/|$)", urlsplit(url).path):
        raise ValueError("must end before the path /bot and the token, which Loket appends itself")
    return url


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("must be a time zone, such as Asia/Jakarta") from error
    return value


def _accounts(value: str) -> str:
    read_accounts(value)
    return value


def _qris(value: str) -> str:
    try:
        check_static(value.strip())
    except QrisError as error:
        raise ValueError(f"is not the static QRIS code of a merchant: {error}") from None
    return value.strip()


MAX_RESERVE_IDR = 1_000_000_000_000
MAX_CREDIT_IDR = 1_000_000_000
"""More credit than a billion, or more spending in a day, is a typing error."""


def _listen_host(value: str) -> str:
    try:
        return str(ip_address(value))
    except ValueError:
        if re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", value):
            return value
        raise ValueError("must be an address of this machine without a port, such as 127.0.0.1") from None


def _whole_number(low: int, high: int | None = None, *, unit: str = "") -> BeforeValidator:
    limits = f"at least {low}" if high is None else f"from {low} to {high}"

    def parse(value: object) -> int:
        text = str(value).strip()
        number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else low - 1
        if number < low or (high is not None and number > high):
            raise ValueError(f"must be a whole number{unit}, {limits}")
        return number

    return BeforeValidator(parse)


def _rupiah(low: int, high: int) -> BeforeValidator:
    """Parse an amount, or None where nothing is set."""

    def parse(value: object) -> int | None:
        text = "" if value is None else str(value).strip()
        if not text:
            return None
        number = int(text) if re.fullmatch(r"[0-9]{1,15}", text) else low - 1
        if not low <= number <= high:
            raise ValueError(f"must be a whole number of rupiah without dots, from {low} to {high}")
        return number

    return BeforeValidator(parse)


def _positive_number(high: float | None = None, *, unit: str = "") -> BeforeValidator:
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


PersonIds = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_person_ids)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_split_commas)]
Secret = Annotated[SecretStr, AfterValidator(_reject_placeholder)]
Url = Annotated[str, AfterValidator(_http_url)]


class FileSettings(BaseSettings):
    """The settings of the commands that only work on files: they need no secret."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    database_url: str = "sqlite:///data/loket.db"
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Jakarta"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        level = value.strip().upper() if isinstance(value, str) else value
        if level not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
            raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return level

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if value.startswith(("postgresql:", "postgres:")):
            raise ValueError("PostgreSQL is not supported by this version: use sqlite:///data/loket.db")
        if not value.startswith(_SQLITE) or value == _SQLITE:
            raise ValueError("must be sqlite:///PATH, such as sqlite:///data/loket.db")
        return value

    @property
    def database_path(self) -> Path:
        """The SQLite file; `sqlite:////var/…` is absolute, `sqlite:///data/…` relative."""
        return Path(self.database_url.removeprefix(_SQLITE))

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of report days and of the biller's times."""
        return ZoneInfo(self.timezone)

    def secrets(self) -> tuple[str, ...]:
        """Return every secret text, for the log to redact."""
        return ()


class Settings(FileSettings):
    """The operator's settings, each read from the environment variable of the same name in capitals."""

    telegram_token: Secret
    telegram_api_url: Annotated[Url, AfterValidator(_telegram_api_url)] = Field(
        default="https://api.telegram.org", repr=False
    )
    public_url: Annotated[
        Annotated[Url, AfterValidator(_public_url)] | None, BeforeValidator(_unset_if_empty)
    ] = None
    telegram_webhook_secret: Annotated[Secret | None, BeforeValidator(_unset_if_empty)] = Field(
        default=None, validate_default=True
    )
    admin_ids: PersonIds
    reseller_ids: PersonIds = ()
    reseller_credit_idr: Annotated[int | None, _rupiah(0, MAX_CREDIT_IDR)] = None
    reseller_daily_limit_idr: Annotated[int | None, _rupiah(1, MAX_CREDIT_IDR)] = None
    deposit_accounts: Annotated[
        Annotated[str, AfterValidator(_accounts)] | None, BeforeValidator(_unset_if_empty)
    ] = None
    deposit_qris: Annotated[
        Annotated[str, AfterValidator(_qris)] | None, BeforeValidator(_unset_if_empty)
    ] = None
    biller_url: Annotated[Url, AfterValidator(_biller_url)] = Field(repr=False)  # it may contain a password
    biller_user: str
    biller_password: Secret
    biller_reserve_idr: Annotated[int | None, _rupiah(0, MAX_RESERVE_IDR)] = None
    reversal_secret: Secret
    reversal_allowed_ips: Networks = ()
    trusted_proxies: Networks = ()
    mutation_secret: Annotated[Secret | None, BeforeValidator(_unset_if_empty)] = None
    mutation_signing_secret: Annotated[Secret | None, BeforeValidator(_unset_if_empty)] = None
    listen_host: Annotated[str, AfterValidator(_listen_host)] = "127.0.0.1"
    listen_port: Annotated[int, _whole_number(1, 65535)] = 8080
    biller_concurrency: Annotated[int, _whole_number(1, 1000)] = 32
    biller_timeout_s: Annotated[float, _positive_number(600, unit=" of seconds")] = 45
    order_max_age_s: Annotated[int, _whole_number(1, unit=" of seconds")] = 600
    telegram_messages_per_s: Annotated[float, _positive_number()] = 30
    telegram_chat_messages_per_s: Annotated[float, _positive_number()] = 1

    @field_validator("reversal_allowed_ips", "trusted_proxies", mode="before")
    @classmethod
    def _accept_host_bits(cls, value: object) -> object:
        parts = _split_commas(value)
        try:
            return [_network(part) for part in parts] if isinstance(parts, list) else parts
        except ValueError:
            raise ValueError(
                "must be a comma-separated list of IP addresses or CIDR networks, IPv4 as IPv4"
            ) from None

    @field_validator("admin_ids")
    @classmethod
    def _at_least_one_person(cls, value: tuple[int, ...], others: ValidationInfo) -> tuple[int, ...]:
        if not value:
            raise ValueError("is empty: set at least one Telegram user id")
        token: SecretStr | None = others.data.get("telegram_token")
        if token and token.get_secret_value().partition(":")[0] in map(str, value):
            raise ValueError("contains the bot's own id: set the id of a person")
        return value

    @field_validator("biller_user")
    @classmethod
    def _no_placeholder_user(cls, value: str) -> str:
        _reject_placeholder(SecretStr(value))
        return value

    @property
    def bot_id(self) -> int:
        """Telegram's id of the bot: the digits in front of the colon of its token."""
        return int(self.telegram_token.get_secret_value().partition(":")[0])

    @field_validator("telegram_token")
    @classmethod
    def _token_form(cls, value: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("must be a bot token as BotFather shows it: digits, a colon and 35 characters")
        return value

    @field_validator("reversal_secret", "mutation_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None, field: ValidationInfo) -> SecretStr | None:
        if value is None:
            return None
        secret = value.get_secret_value()
        is_signed = field.field_name == "mutation_secret"
        min_chars = MIN_MUTATION_SECRET_CHARS if is_signed else MIN_REVERSAL_SECRET_CHARS
        if len(secret) < min_chars:
            raise ValueError(f"must have at least {min_chars} characters")
        if not re.fullmatch(r"[A-Za-z0-9._~-]+", secret):
            raise ValueError("may contain only letters, digits and . _ ~ - because it is part of a URL")
        return value

    @field_validator("mutation_signing_secret")
    @classmethod
    def _signs_a_path(cls, value: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        if value and others.data.get("mutation_secret", True) is None:
            raise ValueError("is of no use without MUTATION_SECRET")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _webhook_form(cls, value: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        if value is None and others.data.get("public_url"):
            raise ValueError("is required when PUBLIC_URL is set")
        if value and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("must be 1 to 256 letters, digits, _ and - (Telegram's rule)")
        return value

    @property
    def reseller_floor_idr(self) -> int | None:
        """The lowest balance of a reseller's shop: 0 is prepaid, None is no limit."""
        return None if self.reseller_credit_idr is None else -self.reseller_credit_idr

    @property
    def deposit_account_list(self) -> tuple[DepositAccount, ...]:
        """The accounts that resellers pay into."""
        return read_accounts(self.deposit_accounts or "")

    @property
    def mutation_signing_key(self) -> str | None:
        """The key with which mutation services sign; None if none is set up."""
        key = self.mutation_signing_secret or self.mutation_secret
        return key.get_secret_value() if key else None

    def secrets(self) -> tuple[str, ...]:
        """Return every secret text, for the log to redact."""
        fields = (
            self.telegram_token,
            self.biller_password,
            self.reversal_secret,
            self.telegram_webhook_secret,
            self.mutation_secret,
            self.mutation_signing_secret,
        )
        urls = (self.biller_url, self.telegram_api_url, self.public_url or "")
        in_urls = {text for url in urls if (text := urlsplit(url).password)}
        in_urls |= {unquote(text) for text in in_urls}
        return (*(field.get_secret_value() for field in fields if field), *sorted(in_urls))


def load_settings() -> Settings:
    """Return the settings; raise InvalidSettingsError with all errors at once."""
    return _load(Settings)


def load_file_settings() -> FileSettings:
    """Return the settings of the commands that only work on files; raise InvalidSettingsError."""
    return _load(FileSettings)


def _load(settings_class: type[AnySettings]) -> AnySettings:
    found = inspect_sources(settings_class)
    if not found.is_readable:
        raise InvalidSettingsError(found.faults)
    try:
        settings = settings_class()
    except ValidationError as error:
        raise InvalidSettingsError([*found.faults, *_faults(error)]) from None
    if found.faults:
        raise InvalidSettingsError(found.faults)
    return settings


def _faults(error: ValidationError) -> Iterable[str]:
    """Return one line for each setting; the library's own words would show types, and no setting's form."""
    named: dict[str, str] = {}
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        name = str(fault["loc"][0]).upper() if fault["loc"] else "settings"
        is_ours = fault["type"] == "value_error"
        what = fault["msg"].removeprefix("Value error, ") if is_ours else "has a value that cannot be used"
        named.setdefault(name, "is missing" if fault["type"] == "missing" else what)
    return [f"{name}: {what}" for name, what in named.items()]
