"""Settings, read from the environment or `.env`; all errors are reported together."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Interface, IPv4Network, IPv6Network, ip_interface
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

MIN_REVERSAL_SECRET_CHARS = 32
"""Only the secret path protects reversals: 32 random characters cannot be guessed over a network."""

MAPPED_PREFIX_BITS = 96
"""The length of ::ffff:0:0/96, the network of all IPv4 addresses written as IPv6."""

MIN_MUTATION_SECRET_CHARS = 16
"""Bank mutations are signed as well."""

Network = IPv4Network | IPv6Network

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


def _http_url(value: str) -> str:
    if _PLACEHOLDER.search(value):
        raise ValueError("still contains a placeholder: replace it with your own value")
    if not re.match(r"https?://[^/\s]+", value) or not _has_host_and_port(value):
        raise ValueError("must begin with http:// or https:// and a host")
    return value.rstrip("/")


def _has_host_and_port(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


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

Ids = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_split_commas)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_split_commas)]
Secret = Annotated[SecretStr, AfterValidator(_reject_placeholder)]
Url = Annotated[str, AfterValidator(_http_url)]


class DatabaseSettings(BaseSettings):
    """Where the database is; each setting is read from the environment variable of its name in capitals."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    database_url: str = "sqlite:///data/loket.db"

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


class Settings(DatabaseSettings):
    """The operator's settings."""

    telegram_token: Secret
    telegram_api_url: Url = "https://api.telegram.org"
    public_url: Annotated[Url | None, BeforeValidator(_unset_if_empty)] = None
    telegram_webhook_secret: Annotated[Secret | None, BeforeValidator(_unset_if_empty)] = Field(
        default=None, validate_default=True
    )
    admin_ids: Ids
    reseller_ids: Ids = ()
    reseller_credit_idr: Annotated[int | None, BeforeValidator(_unset_if_empty)] = Field(
        default=None, ge=0, le=MAX_CREDIT_IDR
    )
    reseller_daily_limit_idr: Annotated[int | None, BeforeValidator(_unset_if_empty)] = Field(
        default=None, ge=1, le=MAX_CREDIT_IDR
    )
    deposit_accounts: Annotated[
        Annotated[str, AfterValidator(_accounts)] | None, BeforeValidator(_unset_if_empty)
    ] = None
    deposit_qris: Annotated[
        Annotated[str, AfterValidator(_qris)] | None, BeforeValidator(_unset_if_empty)
    ] = None
    biller_url: Url = Field(repr=False)  # it may contain a password
    biller_user: str = Field(min_length=1)
    biller_password: Secret
    biller_reserve_idr: Annotated[int | None, BeforeValidator(_unset_if_empty)] = Field(
        default=None, ge=0, le=MAX_RESERVE_IDR
    )
    reversal_secret: Secret
    reversal_allowed_ips: Networks = ()
    trusted_proxies: Networks = ()
    mutation_secret: Annotated[Secret | None, BeforeValidator(_unset_if_empty)] = None
    mutation_signing_secret: Annotated[Secret | None, BeforeValidator(_unset_if_empty)] = None
    listen_host: str = "127.0.0.1"
    listen_port: int = Field(default=8080, ge=1, le=65535)
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Jakarta"
    biller_concurrency: int = Field(default=32, ge=1, le=1000)
    biller_timeout_s: float = Field(default=45, gt=0, le=600)
    order_max_age_s: int = Field(default=600, ge=1)
    telegram_messages_per_s: float = Field(default=30, gt=0, allow_inf_nan=False)
    telegram_chat_messages_per_s: float = Field(default=1, gt=0, allow_inf_nan=False)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

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
    def _at_least_one(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not value:
            raise ValueError("is empty: set at least one Telegram user id")
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

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of report days and of the biller's times."""
        return ZoneInfo(self.timezone)

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
        in_url = urlsplit(self.biller_url).password
        in_urls = {in_url, unquote(in_url)} if in_url else set()
        return (*(field.get_secret_value() for field in fields if field), *sorted(in_urls))


S = TypeVar("S", bound=DatabaseSettings)


def load_settings() -> Settings:
    """Return the settings; raise InvalidSettingsError with all errors at once."""
    return _load(Settings)


def load_database_settings() -> DatabaseSettings:
    """Return where the database is, whatever else is set; raise InvalidSettingsError as `load_settings`."""
    return _load(DatabaseSettings)


def _load(kind: type[S]) -> S:
    try:
        return kind()
    except ValidationError as error:
        raise InvalidSettingsError(list(_faults(error))) from None


def _faults(error: ValidationError) -> Iterable[str]:
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        name = str(fault["loc"][0]).upper() if fault["loc"] else ""
        what = "is missing" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
        yield f"{name}: {what}" if name else what
