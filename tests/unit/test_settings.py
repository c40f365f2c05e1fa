"""Settings are read whole or not at all: every fault named at once, no value ever shown."""

from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bot.deposits.accounts import DepositAccount
from bot.settings.settings import InvalidSettingsError, Settings, load_file_settings, load_settings
from tests.unit.test_qris import STATIC

REQUIRED = {
    "TELEGRAM_TOKEN": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
    "ADMIN_IDS": "7001",
    "BILLER_URL": "https://h2h.biller.test",
    "BILLER_USER": "usertesting",
    "BILLER_PASSWORD": "k4t4-s4nd1",
    "REVERSAL_SECRET": "0123456789abcdef0123456789ABCDEF",
}


@pytest.fixture(autouse=True)
def bare_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine, and no `.env` but the test's own, is in the way."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


class Surroundings:
    """Sets the environment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def load(self, **changes: str | None) -> Settings:
        for name, value in {**REQUIRED, **changes}.items():
            if value is None:
                self._monkeypatch.delenv(name, raising=False)
            else:
                self._monkeypatch.setenv(name, value)
        return load_settings()

    def faults(self, **changes: str | None) -> list[str]:
        with pytest.raises(InvalidSettingsError) as caught:
            self.load(**changes)
        assert str(caught.value) == "\n".join(caught.value.faults)
        return caught.value.faults


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Surroundings:
    return Surroundings(monkeypatch)


def test_every_missing_setting_is_named_at_once() -> None:
    with pytest.raises(InvalidSettingsError) as caught:
        load_settings()
    assert sorted(caught.value.faults) == sorted(f"{name}: is missing" for name in REQUIRED)


def test_missing_wrong_and_placeholder_values_are_named_together(surroundings: Surroundings) -> None:
    faults = surroundings.faults(
        ADMIN_IDS=None, BILLER_PASSWORD="<your password>", LISTEN_PORT="99999", TIMEZONE="Jakarta"
    )
    names = [fault.split(":")[0] for fault in faults]
    assert sorted(names) == ["ADMIN_IDS", "BILLER_PASSWORD", "LISTEN_PORT", "TIMEZONE"]


def test_the_defaults_are_those_that_operators_rely_on(surroundings: Surroundings) -> None:
    settings = surroundings.load()
    assert {
        name: getattr(settings, name) for name in Settings.model_fields if name.upper() not in REQUIRED
    } == {
        "telegram_api_url": "https://api.telegram.org",
        "telegram_webhook_secret": None,
        "public_url": None,
        "desk_url": None,
        "desk_staff_ids": (),
        "reseller_ids": (),
        "reseller_credit_idr": None,
        "reseller_daily_limit_idr": None,
        "deposit_accounts": None,
        "deposit_qris": None,
        "biller_reserve_idr": None,
        "telegram_tables": False,
        "telegram_ephemeral_hints": False,
        "price_notices": True,
        "price_notice_delay_s": 300,
        "biller_low_balance": "continue",
        "product_failures_to_close": 5,
        "product_pause_s": 900,
        "reversal_allowed_ips": (),
        "trusted_proxies": (),
        "mutation_secret": None,
        "mutation_signing_secret": None,
        "listen_host": "127.0.0.1",
        "listen_port": 8080,
        "database_url": "sqlite:///data/loket.db",
        "timezone": "Asia/Jakarta",
        "recap_at": "21:00",
        "biller_concurrency": 32,
        "biller_timeout_s": 45,
        "order_max_age_s": 600,
        "telegram_messages_per_s": 30,
        "telegram_chat_messages_per_s": 1,
        "log_level": "INFO",
        "loket_replica": None,
    }


CANARY = "canary-5f3a"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_TOKEN", CANARY),
        ("TELEGRAM_API_URL", CANARY),
        ("TELEGRAM_WEBHOOK_SECRET", f"{CANARY} with blanks"),
        ("PUBLIC_URL", CANARY),
        ("ADMIN_IDS", f"7001,{CANARY}"),
        ("RESELLER_IDS", CANARY),
        ("DEPOSIT_ACCOUNTS", CANARY),
        ("DEPOSIT_ACCOUNTS", f"BCA:{CANARY}:Sari"),
        ("DEPOSIT_QRIS", CANARY),
        ("BILLER_URL", f"ftp://{CANARY}"),
        ("BILLER_USER", f"<{CANARY}>"),
        ("BILLER_PASSWORD", f"change-me-{CANARY}"),
        ("REVERSAL_SECRET", CANARY),
        ("REVERSAL_SECRET", f"{CANARY}/{'x' * 32}"),
        ("REVERSAL_ALLOWED_IPS", CANARY),
        ("TRUSTED_PROXIES", f"10.0.0.1,{CANARY}"),
        ("MUTATION_SECRET", CANARY),
        ("MUTATION_SECRET", f"{CANARY}/{'x' * 32}"),
        ("MUTATION_SIGNING_SECRET", CANARY),
        ("LISTEN_PORT", CANARY),
        ("RECAP_AT", CANARY),
        ("RECAP_AT", "24:00"),
        ("DATABASE_URL", f"mysql://root:{CANARY}@db/loket"),
        ("LOKET_REPLICA", f"{CANARY} with blanks"),
        ("DATABASE_URL", f"postgresql://loket:a@{CANARY}@db/loket"),
        ("DATABASE_URL", f"postgresql://loket:a/{CANARY}@db/loket"),
        ("DATABASE_URL", f"postgresql://loket:a?{CANARY}@db/loket"),
        ("DATABASE_URL", f"postgresql://loket:1#{CANARY}@db/loket"),
        ("DATABASE_URL", f"postgresql://loket:a:{CANARY}@db/loket"),
        ("DATABASE_URL", f"postgresql://loket:{CANARY}@db:port/loket"),
        ("DATABASE_URL", f"postgresql://loket:{CANARY}@/loket"),
        ("DATABASE_URL", f"postgresql://loket:{CANARY}@db"),
        ("TIMEZONE", CANARY),
        ("BILLER_CONCURRENCY", CANARY),
        ("BILLER_TIMEOUT_S", CANARY),
        ("ORDER_MAX_AGE_S", CANARY),
        ("TELEGRAM_MESSAGES_PER_S", CANARY),
        ("TELEGRAM_CHAT_MESSAGES_PER_S", CANARY),
        ("LOG_LEVEL", CANARY),
    ],
)
def test_a_fault_names_its_setting_and_never_shows_its_value(
    surroundings: Surroundings, name: str, value: str
) -> None:
    (fault,) = surroundings.faults(**{name: value})
    assert fault.startswith(f"{name}: ")
    assert CANARY not in fault


LIBRARY_WORDS = ("Input should", "valid integer", "unable to", "Field required", "Value error", "[type=")


@pytest.mark.parametrize("value", ["", " ", "x y", "-1", "1e999", "1.5", "1,x", "\U0001f600", "9" * 5000])
@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_every_fault_is_in_our_own_words(surroundings: Surroundings, name: str, value: str) -> None:
    """A type of the library says nothing about what to type."""
    try:
        surroundings.load(**{name: value})
    except InvalidSettingsError as error:
        for fault in error.faults:
            assert not [word for word in LIBRARY_WORDS if word in fault]
            assert "cannot be used" not in fault


def test_a_setting_with_several_faults_is_named_once(surroundings: Surroundings) -> None:
    faults = surroundings.faults(ADMIN_IDS="x,y,z", REVERSAL_ALLOWED_IPS="x,y")
    assert sorted(fault.partition(":")[0] for fault in faults) == ["ADMIN_IDS", "REVERSAL_ALLOWED_IPS"]


@pytest.mark.parametrize("name", ["ADMIN_IDS", "RESELLER_IDS"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0", "user ids"),
        ("-100200300", "group"),
        ("7001,-5", "group"),
        ("@rina", "no @names"),
        ("081234567890", "user ids"),
        ("7001;7002", "user ids"),
        ("7_001", "user ids"),
        ("+7001", "user ids"),
        ("\u0667\u0660\u0660\u0661", "user ids"),  # digits, but not ours
        ("4503599627370496", "no person"),
        ("777000", "no person"),  # Telegram's own notices
        ("1087968824", "no person"),  # every anonymous admin of every group
    ],
)
def test_an_id_that_no_person_has_stops_the_start(
    surroundings: Surroundings, name: str, value: str, words: str
) -> None:
    (fault,) = surroundings.faults(**{name: value})
    assert fault.startswith(f"{name}: ")
    assert words in fault


def test_the_bot_is_no_admin_of_its_own(surroundings: Surroundings) -> None:
    (fault,) = surroundings.faults(ADMIN_IDS="7001,110201543")
    assert "bot's own id" in fault


def test_an_id_that_is_named_twice_counts_once(surroundings: Surroundings) -> None:
    assert surroundings.load(ADMIN_IDS="7001,7002,7001").admin_ids == (7001, 7002)


APPENDED = [
    *(
        ("BILLER_URL", f"https://h2h.biller.test{path}")
        for path in (
            "/service/in/json",
            "/service/in/json/",
            "/Service/In/JSON",
            "/api/service/in/json",
            "/service/in",
            "/service",
            "/service/in/json/service/in/json",
            "//service//in//json",
        )
    ),
    ("PUBLIC_URL", "https://loket.test/telegram"),
    ("PUBLIC_URL", "https://loket.test/reversal/abc"),
    ("PUBLIC_URL", "https://loket.test/mutations"),
    ("TELEGRAM_API_URL", "https://api.telegram.org/bot"),
    ("TELEGRAM_API_URL", "https://api.telegram.org/bot110201543:AAHdq"),
]


@pytest.mark.parametrize(("name", "url"), APPENDED)
def test_a_url_with_a_path_that_is_appended_to_it_stops_the_start(
    surroundings: Surroundings, name: str, url: str
) -> None:
    (fault,) = surroundings.faults(**{name: url}, TELEGRAM_WEBHOOK_SECRET="s")
    assert fault.startswith(f"{name}: must end before the path")


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("https://h2h.biller.test/service/in/json", "https://h2h.biller.test"),
        ("https://h2h.biller.test:8443/Service/In/JSON/", "https://h2h.biller.test:8443"),
        ("https://biller.test/H2H/service/in/json/service/in/json", "https://biller.test/H2H"),
        ("https://biller.test/H2H/service/in", "https://biller.test/H2H"),
    ],
)
def test_a_biller_url_with_its_path_is_answered_with_the_right_one(
    surroundings: Surroundings, url: str, right: str
) -> None:
    (fault,) = surroundings.faults(BILLER_URL=url)
    assert fault.endswith(f": write {right}")
    assert surroundings.load(BILLER_URL=right).biller_url == right


def test_a_password_in_a_wrong_biller_url_is_not_shown(surroundings: Surroundings) -> None:
    (fault,) = surroundings.faults(BILLER_URL="https://toko:kenari@biller.test/service/in/json")
    assert "kenari" not in fault


@pytest.mark.parametrize("name", ["BILLER_URL", "PUBLIC_URL", "TELEGRAM_API_URL"])
@pytest.mark.parametrize("url", ["https://host.test/?a=1", "https://host.test#x", "https://host.test/a b"])
def test_a_url_to_which_no_path_can_be_appended_stops_the_start(
    surroundings: Surroundings, name: str, url: str
) -> None:
    (fault,) = surroundings.faults(**{name: url}, TELEGRAM_WEBHOOK_SECRET="s")
    assert fault.startswith(f"{name}: must not contain blanks, ? or #")


@pytest.mark.parametrize("path", ["", "/", "/h2h", "/services", "/in/json", "/json"])
def test_a_biller_may_stand_behind_a_path_of_its_own(surroundings: Surroundings, path: str) -> None:
    assert surroundings.load(BILLER_URL=f"https://biller.test{path}").biller_url == (
        f"https://biller.test{path}".rstrip("/")
    )


@pytest.mark.parametrize("host", ["", " ", "127.0.0.1:8080", "http://127.0.0.1", "0.0.0.0/0", "-", "a host"])
def test_an_address_to_listen_on_is_an_address(surroundings: Surroundings, host: str) -> None:
    """An empty one would listen on every address of the machine."""
    (fault,) = surroundings.faults(LISTEN_HOST=host)
    assert fault.startswith("LISTEN_HOST: must be an address")


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::", "localhost", "loket.internal"])
def test_any_address_and_name_of_the_machine_may_be_listened_on(
    surroundings: Surroundings, host: str
) -> None:
    assert surroundings.load(LISTEN_HOST=host).listen_host == host


class TestFileCommands:
    """Commands that only work on files run where no secret is."""

    def test_they_need_no_setting_at_all(self) -> None:
        settings = load_file_settings()
        assert (str(settings.database_path), settings.secrets()) == ("data/loket.db", ())

    def test_they_read_their_own_settings_and_mind_no_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "sqlite:////var/lib/loket/loket.db")
        monkeypatch.setenv("BILLER_URL", "no url")
        monkeypatch.setenv("ADMIN_IDS", "nobody")
        assert load_file_settings().database_path == Path("/var/lib/loket/loket.db")

    def test_what_they_read_must_be_right(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "loket.db")
        with pytest.raises(InvalidSettingsError, match="DATABASE_URL: must be sqlite:///PATH"):
            load_file_settings()

    def test_a_misspelt_database_is_not_replaced_by_the_usual_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URI", "sqlite:////var/lib/loket/loket.db")
        with pytest.raises(InvalidSettingsError, match="did you mean DATABASE_URL"):
            load_file_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ADMIN_IDS", ""),
        ("ADMIN_IDS", " , "),
        ("LOG_LEVEL", ""),
        ("TELEGRAM_TOKEN", ""),
        ("TELEGRAM_TOKEN", "<token from BotFather>"),
        ("BILLER_USER", " "),
        ("BILLER_PASSWORD", ""),
        ("BILLER_PASSWORD", "changeme"),
        ("BILLER_PASSWORD", "xxxx"),
        ("BILLER_URL", "https://<biller>"),
        ("BILLER_URL", "h2h.biller.test"),
        ("REVERSAL_SECRET", "x" * 40),
        ("REVERSAL_SECRET", "a" * 31),
        ("BILLER_URL", "https://h2h.biller.test:0"),
        ("BILLER_URL", "https://:443"),
        ("BILLER_URL", "https://h2h.biller.test:99999"),
        ("PUBLIC_URL", "https://<your-domain>"),
        ("LISTEN_PORT", "0"),
        ("LISTEN_PORT", "65536"),
        ("BILLER_TIMEOUT_S", "600.1"),
        ("BILLER_CONCURRENCY", "1001"),
        ("TELEGRAM_CHAT_MESSAGES_PER_S", "0"),
        ("BILLER_TIMEOUT_S", "0"),
        ("BILLER_TIMEOUT_S", "inf"),
        ("BILLER_TIMEOUT_S", "nan"),
        ("BILLER_CONCURRENCY", "0"),
        ("TELEGRAM_MESSAGES_PER_S", "0"),
        ("TELEGRAM_MESSAGES_PER_S", "inf"),
        ("TELEGRAM_CHAT_MESSAGES_PER_S", "nan"),
        ("TELEGRAM_CHAT_MESSAGES_PER_S", "inf"),
        ("ORDER_MAX_AGE_S", "0"),
        ("TIMEZONE", ""),
        ("TIMEZONE", "../etc/passwd"),
        ("TIMEZONE", "Asia"),  # a folder of zones
        ("DATABASE_URL", "sqlite:///"),
        ("DEPOSIT_ACCOUNTS", "BCA:1234567890"),
        ("DEPOSIT_ACCOUNTS", "BCA::Sari"),
        ("DEPOSIT_ACCOUNTS", ";".join(["BCA:1234567890:Sari"] * 7)),
        ("DEPOSIT_ACCOUNTS", f"BCA:1234567890:{'x' * 51}"),
        ("DEPOSIT_QRIS", STATIC[:-1]),
        ("DEPOSIT_QRIS", STATIC.replace("SARI", "SARA")),
        ("TELEGRAM_WEBHOOK_SECRET", "s" * 257),
        ("TELEGRAM_TOKEN", "110201543:AAH dqT"),
        ("TELEGRAM_TOKEN", "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
    ],
)
def test_a_value_that_cannot_work_stops_the_start(surroundings: Surroundings, name: str, value: str) -> None:
    (fault,) = surroundings.faults(**{name: value})
    assert fault.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LISTEN_PORT", "1"),
        ("LISTEN_PORT", "65535"),
        ("BILLER_CONCURRENCY", "1"),
        ("BILLER_CONCURRENCY", "1000"),
        ("BILLER_TIMEOUT_S", "0.1"),
        ("BILLER_TIMEOUT_S", "600"),
        ("ORDER_MAX_AGE_S", "1"),
        ("TELEGRAM_CHAT_MESSAGES_PER_S", "0.05"),
        ("REVERSAL_SECRET", "a" * 32),
        ("REVERSAL_SECRET", "A.b_c~d-" * 8),
        ("TELEGRAM_WEBHOOK_SECRET", "s" * 256),
        ("BILLER_URL", "http://h2h.biller.test:8080/h2h"),
        ("BILLER_USER", "x1"),
        ("BILLER_PASSWORD", "xxxx1"),
        ("BILLER_PASSWORD", "<"),
        ("BILLER_PASSWORD", "yourself"),
        ("BILLER_PASSWORD", "mengganti"),
    ],
)
def test_a_value_at_the_edge_of_what_can_work_is_taken(
    surroundings: Surroundings, name: str, value: str
) -> None:
    taken = getattr(surroundings.load(**{name: value}), name.lower())
    assert str(taken.get_secret_value() if isinstance(taken, SecretStr) else taken) in {value, f"{value}.0"}


@pytest.mark.parametrize("name", ["BILLER_USER", "BILLER_PASSWORD"])
@pytest.mark.parametrize(
    "value",
    [
        *("<password>", "a <password> here", "change me", "CHANGEME", "change-me-now", "x", "XXXX"),
        *("ganti-ini", "ganti_ini", "Ganti ini", "isi di sini", "isi-di-sini", "placeholder", "your-name"),
        "your_password",
    ],
)
def test_what_was_left_to_be_filled_in_is_no_value(surroundings: Surroundings, name: str, value: str) -> None:
    assert surroundings.faults(**{name: value}) == [
        f"{name}: still contains a placeholder: replace it with your own value"
    ]


def test_the_password_in_a_url_is_known_to_the_log_as_it_is_written_and_as_it_is_meant(
    surroundings: Surroundings,
) -> None:
    url = "https://demo:k4t%2Fs4nd1@h2h.biller.test"
    secrets = surroundings.load(BILLER_URL=url).secrets()
    assert {"k4t%2Fs4nd1", "k4t/s4nd1"} <= set(secrets)


@pytest.mark.parametrize("secret", [None, "", " "])
def test_a_webhook_without_its_secret_stops_the_start(surroundings: Surroundings, secret: str | None) -> None:
    faults = surroundings.faults(PUBLIC_URL="https://loket.test", TELEGRAM_WEBHOOK_SECRET=secret)
    assert faults == ["TELEGRAM_WEBHOOK_SECRET: is required when PUBLIC_URL is set"]


@pytest.mark.parametrize("public_url", [None, "", " "])
def test_without_a_public_url_loket_polls_and_needs_no_webhook_secret(
    surroundings: Surroundings, public_url: str | None
) -> None:
    settings = surroundings.load(PUBLIC_URL=public_url)
    assert (settings.public_url, settings.telegram_webhook_secret) == (None, None)


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("https://loket.test", True),
        ("http://127.0.0.1:8080", True),
        ("http://loket.test", False),
        ("http://192.168.1.5:8080", False),
    ],
)
def test_the_desk_is_reached_over_https_or_on_this_machine_only(
    surroundings: Surroundings, url: str, *, is_taken: bool
) -> None:
    if is_taken:
        assert surroundings.load(DESK_URL=url).desk_address == url
    else:
        (fault,) = surroundings.faults(DESK_URL=url)
        assert fault.startswith("DESK_URL: must begin with https://")


def test_lists_are_written_with_commas_and_any_blanks(surroundings: Surroundings) -> None:
    settings = surroundings.load(ADMIN_IDS=" 7001, 7002 ,,7003,", RESELLER_IDS="8001")
    assert settings.admin_ids == (7001, 7002, 7003)
    assert settings.reseller_ids == (8001,)


def test_accounts_are_written_with_colons_and_semicolons(surroundings: Surroundings) -> None:
    settings = surroundings.load(
        DEPOSIT_ACCOUNTS="BCA: 123-456 7890 :Toko Sari; DANA:081234567890:Sari;", DEPOSIT_QRIS=f" {STATIC} "
    )
    assert settings.deposit_account_list == (
        DepositAccount(bank="BCA", number="1234567890", holder="Toko Sari"),
        DepositAccount(bank="DANA", number="081234567890", holder="Sari"),
    )
    assert settings.deposit_qris == STATIC
    assert surroundings.load(DEPOSIT_ACCOUNTS="", DEPOSIT_QRIS="").deposit_account_list == ()


def test_ids_may_have_more_than_32_bits(surroundings: Surroundings) -> None:
    assert surroundings.load(ADMIN_IDS="4503599627370495").admin_ids == (4503599627370495,)


def test_networks_are_addresses_or_cidrs_of_either_version(surroundings: Surroundings) -> None:
    settings = surroundings.load(
        REVERSAL_ALLOWED_IPS="203.0.113.7, 198.51.100.0/24,2001:db8::/32", TRUSTED_PROXIES="10.1.2.3/8"
    )
    assert settings.reversal_allowed_ips == tuple(
        ip_network(text) for text in ("203.0.113.7/32", "198.51.100.0/24", "2001:db8::/32")
    )
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("::ffff:103.0.0.0/104", "103.0.0.0/8"),
        ("::ffff:103.1.2.3", "103.1.2.3/32"),
        ("::FFFF:6701:203/120", "103.1.2.0/24"),
        ("0:0:0:0:0:ffff:103.1.2.3/128", "103.1.2.3/32"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
    ],
)
@pytest.mark.parametrize("name", ["REVERSAL_ALLOWED_IPS", "TRUSTED_PROXIES"])
def test_an_ipv4_network_in_ipv6_clothes_is_the_same_network(
    surroundings: Surroundings, name: str, written: str, meant: str
) -> None:
    settings = surroundings.load(**{name: f"{written}, 2001:db8::/32"})
    assert getattr(settings, name.lower()) == (ip_network(meant), ip_network("2001:db8::/32"))


@pytest.mark.parametrize("written", ["::ffff:103.0.0.0/8", "::ffff:103.0.0.0/95"])
def test_such_a_network_with_the_prefix_of_ipv4_matches_nobody_and_stops_the_start(
    surroundings: Surroundings, written: str
) -> None:
    (fault,) = surroundings.faults(REVERSAL_ALLOWED_IPS=written)
    assert fault.endswith("IPv4 as IPv4")


def test_urls_lose_their_last_slash_so_that_paths_can_be_joined(surroundings: Surroundings) -> None:
    settings = surroundings.load(
        BILLER_URL="https://h2h.biller.test/",
        TELEGRAM_API_URL="http://127.0.0.1:8081//",
        PUBLIC_URL="https://loket.test/bot/",
        TELEGRAM_WEBHOOK_SECRET="s",
    )
    urls = (settings.biller_url, settings.telegram_api_url, settings.public_url)
    assert urls == ("https://h2h.biller.test", "http://127.0.0.1:8081", "https://loket.test/bot")


@pytest.mark.parametrize(
    ("url", "path"),
    [("sqlite:///data/loket.db", "data/loket.db"), ("sqlite:////var/lib/loket.db", "/var/lib/loket.db")],
)
def test_a_sqlite_url_is_relative_with_three_slashes_and_absolute_with_four(
    surroundings: Surroundings, url: str, path: str
) -> None:
    assert surroundings.load(DATABASE_URL=url).database_path == Path(path)


def test_the_zone_is_ready_for_use(surroundings: Surroundings) -> None:
    assert surroundings.load(TIMEZONE="Asia/Makassar").zone == ZoneInfo("Asia/Makassar")


@pytest.mark.parametrize("level", ["debug", "Info", "WARNING"])
def test_a_log_level_may_be_written_in_any_case(surroundings: Surroundings, level: str) -> None:
    assert surroundings.load(LOG_LEVEL=level).log_level == level.upper()


def test_settings_are_read_from_a_file_and_the_environment_overrules_it(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("LISTEN_PORT=9000\nBILLER_TIMEOUT_S=5\nSOMETHING_ELSE=1\n", "utf-8")
    settings = surroundings.load(BILLER_TIMEOUT_S="7")
    assert (settings.listen_port, settings.biller_timeout_s) == (9000, 7)


def test_every_secret_is_known_to_the_log_and_none_is_shown(surroundings: Surroundings) -> None:
    settings = surroundings.load(PUBLIC_URL="https://loket.test", TELEGRAM_WEBHOOK_SECRET="w3bh00k")
    names = ("TELEGRAM_TOKEN", "BILLER_PASSWORD", "REVERSAL_SECRET")
    assert set(settings.secrets()) == {*(REQUIRED[name] for name in names), "w3bh00k"}
    for shown in (repr(settings), str(settings), str(settings.model_dump())):
        assert not any(secret in shown for secret in settings.secrets())


def test_a_password_in_any_url_is_a_secret(surroundings: Surroundings) -> None:
    settings = surroundings.load(
        BILLER_URL="https://toko:s%40ndi@h2h.biller.test",
        TELEGRAM_API_URL="https://x:k4wat@api.loket.test",
        PUBLIC_URL="https://y:p1ntu@loket.test",
        TELEGRAM_WEBHOOK_SECRET="w3bh00k",
    )
    assert {"s%40ndi", "s@ndi", "k4wat", "p1ntu"} <= set(settings.secrets())


def test_a_running_bots_settings_cannot_be_changed(surroundings: Surroundings) -> None:
    settings = surroundings.load()
    with pytest.raises(ValueError, match="frozen"):
        settings.listen_port = 1  # type: ignore[misc]  # the point


@pytest.mark.parametrize(
    ("typed", "minute"), [("21:00", 1260), ("9.05", 545), (" 00:30 ", 30), ("", None), (" ", None)]
)
def test_the_recap_is_sent_at_a_time_of_day_or_never(
    surroundings: Surroundings, typed: str, minute: int | None
) -> None:
    assert surroundings.load(RECAP_AT=typed).recap_minute == minute


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://loket:p%40ss@db/loket",
        "postgres://loket:p%40ss@db.example:5433/loket?sslmode=verify-full",
        "postgresql://loket:p%40ss@[::1]:5432/loket",
        "postgresql://loket:p%40ss@one:5432,two:5432/loket?target_session_attrs=read-write",
        "postgresql://loket@db/loket?password=p%40ss",
    ],
)
def test_a_postgresql_url_is_passed_on_and_its_password_is_a_secret(
    surroundings: Surroundings, url: str
) -> None:
    settings = surroundings.load(DATABASE_URL=url)
    assert (settings.database_url, settings.database_path) == (url, None)
    assert "p@ss" in settings.secrets()
    assert "p%40ss" not in repr(settings)
