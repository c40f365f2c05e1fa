"""No secret is left lying anywhere: not in the file, in a message, in a repr, or in what a crash prints.

`tests/acceptance/test_secrets.py` searches all that the bot prints and answers; here is the rest.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType, FunctionType, MethodType, ModuleType
from urllib.parse import quote, quote_plus

import pytest

from bot.app.app import App
from bot.biller.client import sign
from bot.settings.settings import Settings
from bot.web.app import WebApp
from tests.acceptance.shop import BUDI, PASSWORD, RINA, SARI, STRANGER, Mode, Shop
from tests.fork_server import ROOT, environment

WEBHOOK = pytest.mark.parametrize("mode", [Mode.WEBHOOK], indirect=True)
"""The mode in which there are more secrets to leak."""

CANARIES = {
    "TELEGRAM_TOKEN": "987654321:KenariToken-abcdefghijklmnopqrstuvwxyz",
    "TELEGRAM_WEBHOOK_SECRET": "kenari_rahasia_webhook",
    "BILLER_PASSWORD": "kenari/Sandi%Biller+1?",
    "REVERSAL_SECRET": "kenari-jalan-balik-0123456789-abcdef",
}
URL_PASSWORD = "kenari%2Fdi%20alamat"
SETTINGS = CANARIES | {
    "TELEGRAM_API_URL": "http://127.0.0.1:9",
    "PUBLIC_URL": "https://loket.test",
    "ADMIN_IDS": "1",
    "BILLER_USER": "demo",
    "BILLER_URL": f"https://demo:{URL_PASSWORD}@biller.test",
}

SIMPLE = (str, bytes, bytearray, memoryview, int, float, type(None), type, ModuleType)
CONTAINERS = (dict, list, tuple, set, frozenset, FunctionType, MethodType, FrameType)


def forms(secrets: Iterable[str]) -> set[bytes]:
    """Return every way in which a secret could be written down."""
    found = set()
    for secret in secrets:
        found |= {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), secret.encode().hex()}
    return {form.encode() for form in found}


def found_in(home: Path, secrets: set[bytes]) -> list[tuple[str, bytes]]:
    """Search the bytes of every file that a bot made."""
    files = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    assert any(b"SQLite format 3" in content for content in files.values())
    return [(file.name, form) for file, content in files.items() for form in secrets if form in content]


async def everything(shop: Shop) -> None:
    """Let orders go every way, people ask, and Telegram and the biller fail."""
    telegram = shop.world.telegram
    for method, kind, chat in (("sendMessage", "500", SARI), ("sendMessage", "reset_before", RINA)):
        telegram.fault(method, kind, chat_id=chat)
    telegram.fault("sendMessage", "reset_after_accepting", chat_id=BUDI)
    for number, ending in enumerate(("1111", "2222", "3333", "4444", "1313", "1414", "1515", "1616", "8888")):
        shop.order((SARI, BUDI)[number % 2], f"s5.08123456{ending}")
    shop.order(STRANGER, "/daftar")
    for command in ("/saldo", "/tertunda", "/reseller", "/sukses 1 2", "/bekukan 1"):
        shop.order(RINA, command)
    for query in ("%zz", "status=0&refid=nonsense", "x" * 9000):
        await shop.report(query)
    await shop.until(lambda: len(shop.wire.posts) == 9)
    await shop.wait_for_message(BUDI, "BELUM PASTI", timeout_s=20)
    await shop.wait_for_message(SARI, "HASIL BERUBAH", timeout_s=20)
    # Of this one no result comes that would close its card.
    shop.tap(await shop.wait_for_message(RINA, "Perlu keputusan", "s5.081234561313"), "❌ GAGAL")
    await shop.until(lambda: shop.messages_with(RINA, "Tetapkan GAGAL?"))


async def test_no_secret_and_no_signature_is_on_the_disk_or_in_any_message(shop: Shop) -> None:
    await everything(shop)
    secrets = forms(shop.secrets())
    assert found_in(shop.home, secrets) == []  # while it runs, the log of the database included
    pages = [
        await shop.http.get(f"{shop.url}/{page}") for page in ("metrics", "readyz", "healthz", "nowhere")
    ]
    seen = b"".join(page.content + repr(page.headers).encode() for page in pages)
    assert [form for form in secrets if form in seen] == []
    chats = shop.world.telegram.chats.chats.values()
    said = [(m.text, m.markup, m.entities) for chat in chats for m in chat.messages.values() if m.from_bot]
    toasts = [toast.text for chat in chats for toast in chat.toasts]
    told = repr((said, toasts, shop.world.telegram.commands)).encode()
    assert [form for form in secrets if form in told] == []
    assert await shop.stop() == 0
    assert found_in(shop.home, secrets) == []


@WEBHOOK
async def test_a_kill_leaves_no_secret_behind_either(shop: Shop) -> None:
    shop.order(SARI, "s5.081234565555")
    await shop.until(lambda: shop.wire.posts)
    await shop.kill()
    assert found_in(shop.home, forms(shop.secrets())) == []
    assert list(shop.home.rglob("core*")) == []


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """Settings with a canary wherever a secret can stand."""
    monkeypatch.chdir(tmp_path)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    return Settings()


def reachable(*roots: object) -> Iterator[object]:
    """Return every object that hangs on these, in our own and the libraries' classes."""
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, SIMPLE):
            continue
        seen.add(id(thing))
        if not isinstance(thing, CONTAINERS):
            yield thing
        # The globals of a function are the whole program; its closure is what it was made with.
        if isinstance(thing, FunctionType):
            waiting.extend(cell.cell_contents for cell in thing.__closure__ or () if cell != type(cell)())
        else:
            waiting.extend(gc.get_referents(thing))


async def test_no_repr_of_anything_in_the_running_program_shows_a_secret(settings: Settings) -> None:
    """Whatever is formatted into a log or a traceback some day, it shows none."""
    app = App(settings)
    trxid = "22110111373985338"
    signature = sign(user="demo", password=PASSWORD, trxid=trxid)
    secrets = forms([*CANARIES.values(), URL_PASSWORD, "kenari/di alamat", signature])
    held, kinds = [], set()
    for thing in reachable(app, settings, app.access_rules(), WebApp(app.handlers(), app.access_rules())):
        kinds.add(type(thing).__name__)
        shown = repr(thing).encode() + str(thing).encode()
        held += [(type(thing), form) for form in secrets if form in shown]
    assert held == []
    ours = {
        "App",
        "Settings",
        "AccessRules",
        "BillerClient",
        "OneCall",
        "ApiClient",
        "AiohttpRequest",
        "Sender",
    }
    assert ours | {"WebApp"} <= kinds


def crash(code: str, **changes: str) -> str:
    """Run Python as the program would run it, and return all that it prints."""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(SETTINGS | changes) | {"PYTHONDEVMODE": "1", "PYTHONWARNINGS": "ignore"},
        cwd=os.environ.get("TMPDIR", "/"),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode == 1
    return (ran.stdout + ran.stderr).decode()


ENDINGS = {
    "in the open": "raise RuntimeError(secret)",
    "with a cause": "raise RuntimeError('x') from OSError(secret)",
    "with a note": "error = KeyError('x'); error.add_note(secret); raise error",
    "in a task": "async def fail(): raise RuntimeError(secret)\nasyncio.run(fail())",
    "in a thread": "import threading\nthread = threading.Thread(target=lambda: int(secret))\n"
    "thread.start(); thread.join(); raise SystemExit(1)",
    "in a task that nobody awaits": "async def fail(): raise RuntimeError(secret)\n"
    "async def main():\n    task = asyncio.create_task(fail())\n    await asyncio.sleep(0.01)\n"
    "    del task\nasyncio.run(main()); raise SystemExit(1)",
    "where nobody can raise": "class Odd:\n    def __del__(self): raise RuntimeError(secret)\n"
    "Odd(); raise SystemExit(1)",
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_a_crash_prints_its_traceback_without_secrets(ending: str) -> None:
    code = (
        "import asyncio\nfrom bot.logs import log_unhandled_errors, set_up_logs\n"
        "from bot.settings.settings import load_settings\nsettings = load_settings()\n"
        "set_up_logs(level='DEBUG', secrets=settings.secrets())\nlog_unhandled_errors()\n"
        "secret = ' '.join(settings.secrets())\n"
    )
    printed = crash(code + ending)
    assert "[hidden]" in printed
    assert [form for form in forms(CANARIES.values()) if form in printed.encode()] == []


@pytest.mark.parametrize(
    "url",
    ["http://demo:kenari@127.0.0.1:port", "http://demo:kenari@[::1", "http://kenari[sandi@x", "http://:80"],
)
def test_an_address_that_cannot_be_called_is_a_fault_of_the_settings(url: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        env=environment(SETTINGS | {"BILLER_URL": url}),
        cwd=ROOT / "tests",
        capture_output=True,
        timeout=30,
        check=False,
    )
    printed = (ran.stdout + ran.stderr).decode()
    assert (ran.returncode, "Traceback" in printed, "kenari" in printed) == (2, False, False)
    assert "BILLER_URL: must begin with" in printed
