"""Settings, read from the environment or `.env`; all errors are reported together."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from socket import gethostname
from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

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
from bot.settings.sources import ENV_FILE, inspect_sources
from bot.settings.values import (
    SQLITE,
    Network,
    check_account_list,
    check_biller_url,
    check_database_url,
    check_desk_url,
    check_http_url,
    check_listen_host,
    check_merchant_qris,
    check_public_url,
    check_replica_name,
    check_telegram_api_url,
    check_time_of_day,
    check_time_zone,
    parse_network,
    parse_person_ids,
    positive_number,
    reject_placeholder,
    split_commas,
    unset_if_empty,
    whole_number,
    whole_rupiah,
    yes_or_no,
)

MIN_REVERSAL_SECRET_CHARS = 32
"""Only the secret path protects reversals: 32 random characters cannot be guessed over a network."""

MIN_MUTATION_SECRET_CHARS = 16
"""Bank mutations are signed as well."""

MAX_RESERVE_IDR = 1_000_000_000_000
MAX_CREDIT_IDR = 1_000_000_000
"""More credit than a billion, or more spending in a day, is a typing error."""

AnySettings = TypeVar("AnySettings", bound="FileSettings")

_TOKEN = re.compile(r"[0-9]{1,18}:[A-Za-z0-9_-]+")


class InvalidSettingsError(Exception):
    """Settings are missing or invalid; `faults` has one line each, without values, which may be secret."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


PersonIds = Annotated[tuple[int, ...], NoDecode, BeforeValidator(parse_person_ids)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(split_commas)]
Secret = Annotated[SecretStr, AfterValidator(reject_placeholder)]
Url = Annotated[str, AfterValidator(check_http_url)]


class FileSettings(BaseSettings):
    """The settings of the commands that only work on files: they need no secret."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    database_url: Annotated[str, AfterValidator(check_database_url)] = Field(
        default="sqlite:///data/loket.db", repr=False
    )
    timezone: Annotated[str, AfterValidator(check_time_zone)] = "Asia/Jakarta"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    loket_replica: Annotated[
        Annotated[str, AfterValidator(check_replica_name)] | None, BeforeValidator(unset_if_empty)
    ] = None

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        level = value.strip().upper() if isinstance(value, str) else value
        if level not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
            raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return level

    @property
    def database_path(self) -> Path | None:
        """The SQLite file, None with PostgreSQL; `sqlite:////…` is absolute, `sqlite:///…` relative."""
        return Path(self.database_url.removeprefix(SQLITE)) if self.database_url.startswith(SQLITE) else None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of report days and of the biller's times."""
        return ZoneInfo(self.timezone)

    @property
    def replica_name(self) -> str:
        """The name of this process among those on one database."""
        return self.loket_replica or f"{gethostname()}-{os.getpid()}"

    @property
    def logged_replica(self) -> str | None:
        """The name in each line of the log; None for the only process on a file, unless it has one."""
        return self.loket_replica if self.database_url.startswith(SQLITE) else self.replica_name

    def secrets(self) -> tuple[str, ...]:
        """Return every secret text, for the log to redact."""
        return _passwords(self.database_url)


class ShellSettings(FileSettings):
    """The settings of the commands that look at a running Loket: they need no secret either."""

    listen_host: Annotated[str, AfterValidator(check_listen_host)] = "127.0.0.1"
    listen_port: Annotated[int, whole_number(1, 65535)] = 8080
    biller_reserve_idr: Annotated[int | None, whole_rupiah(0, MAX_RESERVE_IDR)] = None
    biller_low_balance: Literal["continue", "hold"] = "continue"

    @field_validator("biller_low_balance", mode="before")
    @classmethod
    def _known_policy(cls, value: object) -> object:
        policy = value.strip().lower() if isinstance(value, str) else value
        if policy not in ("continue", "hold"):
            raise ValueError("must be continue or hold")
        return policy


class Settings(ShellSettings):
    """The operator's settings, each read from the environment variable of the same name in capitals."""

    telegram_token: Secret
    telegram_api_url: Annotated[Url, AfterValidator(check_telegram_api_url)] = Field(
        default="https://api.telegram.org", repr=False
    )
    public_url: Annotated[
        Annotated[Url, AfterValidator(check_public_url)] | None, BeforeValidator(unset_if_empty)
    ] = None
    telegram_webhook_secret: Annotated[Secret | None, BeforeValidator(unset_if_empty)] = Field(
        default=None, validate_default=True
    )
    desk_url: Annotated[
        Annotated[Url, AfterValidator(check_desk_url)] | None, BeforeValidator(unset_if_empty)
    ] = None
    admin_ids: PersonIds
    desk_staff_ids: PersonIds = ()
    reseller_ids: PersonIds = ()
    reseller_credit_idr: Annotated[int | None, whole_rupiah(0, MAX_CREDIT_IDR)] = None
    reseller_daily_limit_idr: Annotated[int | None, whole_rupiah(1, MAX_CREDIT_IDR)] = None
    deposit_accounts: Annotated[
        Annotated[str, AfterValidator(check_account_list)] | None, BeforeValidator(unset_if_empty)
    ] = None
    deposit_qris: Annotated[
        Annotated[str, AfterValidator(check_merchant_qris)] | None, BeforeValidator(unset_if_empty)
    ] = None
    biller_url: Annotated[Url, AfterValidator(check_biller_url)] = Field(
        repr=False
    )  # it may contain a password
    biller_user: str
    biller_password: Secret
    telegram_tables: Annotated[bool, BeforeValidator(yes_or_no)] = False
    telegram_ephemeral_hints: Annotated[bool, BeforeValidator(yes_or_no)] = False
    price_notices: Annotated[bool, BeforeValidator(yes_or_no)] = True
    price_notice_delay_s: Annotated[int, whole_number(0, 1800, unit=" of seconds")] = 300
    product_failures_to_close: Annotated[int, whole_number(0, 100)] = 5
    product_pause_s: Annotated[int, whole_number(1, 86_400, unit=" of seconds")] = 900
    reversal_secret: Secret
    reversal_allowed_ips: Networks = ()
    trusted_proxies: Networks = ()
    mutation_secret: Annotated[Secret | None, BeforeValidator(unset_if_empty)] = None
    mutation_signing_secret: Annotated[Secret | None, BeforeValidator(unset_if_empty)] = None
    recap_at: Annotated[
        Annotated[str, AfterValidator(check_time_of_day)] | None, BeforeValidator(unset_if_empty)
    ] = "21:00"
    biller_concurrency: Annotated[int, whole_number(1, 1000)] = 32
    biller_timeout_s: Annotated[float, positive_number(600, unit=" of seconds")] = 45
    order_max_age_s: Annotated[int, whole_number(1, unit=" of seconds")] = 600
    telegram_messages_per_s: Annotated[float, positive_number()] = 30
    telegram_chat_messages_per_s: Annotated[float, positive_number()] = 1

    @field_validator("reversal_allowed_ips", "trusted_proxies", mode="before")
    @classmethod
    def _accept_host_bits(cls, value: object) -> object:
        parts = split_commas(value)
        try:
            return [parse_network(part) for part in parts] if isinstance(parts, list) else parts
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
        reject_placeholder(SecretStr(value))
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
    def recap_minute(self) -> int | None:
        """The minute of the shop's day at which the recap is sent; None if it never is."""
        if self.recap_at is None:
            return None
        hour, minute = self.recap_at.split(":")
        return 60 * int(hour) + int(minute)

    @property
    def desk_address(self) -> str | None:
        """The address of the desk without its path: DESK_URL, or PUBLIC_URL if browsers can use it safely."""
        if self.desk_url or not self.public_url:
            return self.desk_url
        try:
            return check_desk_url(self.public_url)
        except ValueError:
            return None

    @property
    def mini_app_url(self) -> str | None:
        """The address at which Telegram opens the desk; None without https, which Telegram requires."""
        url = self.desk_address
        return f"{url}/desk/app" if url and url.startswith("https://") else None

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
        return (
            *(field.get_secret_value() for field in fields if field),
            *_passwords(*urls, self.database_url),
        )


def _passwords(*urls: str) -> tuple[str, ...]:
    """Return the passwords in URLs, as they are written and as they are meant."""
    found = {text for url in urls if (text := urlsplit(url).password)}
    found |= {text for url in urls for name, text in parse_qsl(urlsplit(url).query) if "password" in name}
    return tuple(sorted(found | {unquote(text) for text in found}))


def load_settings() -> Settings:
    """Return the settings; raise InvalidSettingsError with all errors at once."""
    return _load(Settings)


def load_file_settings() -> FileSettings:
    """Return the settings of the commands that only work on files; raise InvalidSettingsError."""
    return _load(FileSettings)


def load_shell_settings() -> ShellSettings:
    """Return the settings of the commands that look at a running Loket; raise InvalidSettingsError."""
    return _load(ShellSettings)


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
