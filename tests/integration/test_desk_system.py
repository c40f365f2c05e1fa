"""The page of the system says how the bot does and who is signed in; people are named where they acted."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.desk.health import LOW_DISK_BYTES, OLD_BACKUP_MS, DatabaseHealth, HealthSource
from bot.leadership import LeaseKeeper
from bot.notices.alarms import Invariant
from bot.worker import WakeUp, Worker
from storage.backup import note_backup
from tests.integration.conftest import DEWI, RINA, SARI, Shop
from tests.integration.desk import STAFF, Browser, Desk
from tests.integration.test_desk_access import enter_mini_app, init_data
from tests.integration.test_desk_orders import unclear

END_PERSON = "/desk/system/end-person"


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


def with_health(desk: Desk, health: HealthSource) -> None:
    desk.health = health
    desk.opens()


async def never() -> float:
    raise AssertionError("this worker does not run")


class TestHealth:
    async def test_each_worker_is_named_with_its_state(self, desk: Desk) -> None:
        rina, workers = await desk.signed_in(), desk.shop.runtime.workers
        with_health(desk, replace(desk.health, workers=(*workers, Worker("poller", never, WakeUp()))))
        await rina.get("/desk/system")
        assert rina.page.count(">jalan</span>") == len(workers) + 1
        workers[1].healthy = False
        await rina.get("/desk/system")
        row = rina.page.partition("Pengiriman pesan")[2].partition("</tr>")[0]
        assert "gagal, dan dicoba lagi tiap detik" in row
        assert rina.page.count(">jalan</span>") == len(workers)

    async def test_what_is_down_is_said(self, desk: Desk) -> None:
        staff = await desk.signed_in(STAFF)
        await staff.get("/desk/system")
        assert "bisa menulis" in staff.page
        assert "terhubung" in staff.page
        desk.parts |= {"storage": False, "telegram": False}
        await staff.get("/desk/system")
        assert "pesanan tidak diterima" in staff.page
        assert "tidak terhubung" in staff.page

    async def test_the_database_has_its_size_its_disk_and_its_last_backup(self, desk: Desk) -> None:
        rina, shop = await desk.signed_in(), desk.shop
        await rina.get("/desk/system")
        assert " MB</dd>" in rina.page
        assert "belum ada yang diketahui" in rina.page
        note_backup(shop.path, Path("/backups/<b>loket.db"), at_ms=shop.clock())
        page = await rina.get("/desk/system")
        assert "/backups/<b>loket.db" in rina.page
        assert "<b>loket" not in page.text
        assert "itu sudah lama" not in rina.page
        shop.clock.passes(OLD_BACKUP_MS / 1000 + 1)
        rina = await desk.signed_in()
        await rina.get("/desk/system")
        assert "itu sudah lama" in rina.page

    async def test_what_a_server_keeps_is_said_to_be_unknown(self, desk: Desk) -> None:
        rina = await desk.signed_in()
        with_health(desk, replace(desk.health, database_path=None))
        await rina.get("/desk/system")
        assert rina.page.count("disimpan server PostgreSQL") == 2

    async def test_a_file_that_cannot_be_looked_at_is_no_error(self, desk: Desk) -> None:
        rina = await desk.signed_in()
        with_health(desk, replace(desk.health, database_path=Path("/dev/null/nowhere/loket.db")))
        await rina.get("/desk/system")
        assert rina.page.count("tidak bisa dibaca") == 2

    def test_a_disk_is_low_below_a_gigabyte(self) -> None:
        free = (None, LOW_DISK_BYTES - 1, LOW_DISK_BYTES)
        assert [DatabaseHealth(is_file=True, free_bytes=each).is_disk_low for each in free] == [
            False,
            True,
            False,
        ]

    async def test_every_finding_of_the_audit_is_named_with_its_number(self, desk: Desk) -> None:
        rina = await desk.signed_in()
        await rina.get("/desk/system")
        assert "<dd>tidak ada</dd>" in rina.page
        desk.shop.auditor.stats.findings.update(dict.fromkeys(Invariant, 3))
        await rina.get("/desk/system")
        assert rina.page.count(": 3</span>") == len(Invariant)

    async def test_with_a_lease_its_holder_and_its_term_are_shown(self, desk: Desk) -> None:
        rina, shop = await desk.signed_in(), desk.shop
        await rina.get("/desk/system")
        assert "satu-satunya di database-nya" in rina.page
        keeper = LeaseKeeper(
            database=shop.disk, replica="loket-b", monotonic=shop.clock.monotonic, now_ms=shop.clock
        )
        await keeper.observe()
        with_health(desk, replace(desk.health, fence=keeper, keeper=keeper))
        await rina.get("/desk/system")
        assert "belum ada saat ini" in rina.page
        assert "istirahat: proses lain yang memimpin" in rina.page


class TestSessionsOfOthers:
    async def test_an_owner_ends_the_sessions_of_a_person(self, desk: Desk) -> None:
        rina, staff = await desk.signed_in(RINA), [await desk.signed_in(STAFF) for _ in range(2)]
        await rina.get("/desk/system")
        form = next(one for path, one in rina.forms() if path == END_PERSON and one["person"] == str(STAFF))
        await rina.post(END_PERSON, form)
        assert [(await browser.get("/desk")).status_code for browser in (*staff, rina)] == [401, 401, 200]

    async def test_staff_neither_see_nor_end_the_sessions_of_others(self, desk: Desk) -> None:
        rina, staff = await desk.signed_in(RINA), await desk.signed_in(STAFF)
        await staff.get("/desk/system")
        assert "Siapa yang masuk" not in staff.page
        form = next(one for path, one in staff.forms() if path == "/desk/sign-out")
        assert (await staff.post(END_PERSON, form | {"person": str(RINA)})).status_code == 404
        assert (await rina.get("/desk")).status_code == 200

    async def test_a_form_that_no_page_shows_ends_nothing(self, desk: Desk) -> None:
        rina = await desk.signed_in()
        await rina.get("/desk/system")
        form = next(one for path, one in rina.forms() if path == END_PERSON)
        for person in ("", "x", "-1", "9" * 40, "%"):
            assert (await rina.post(END_PERSON, form | {"person": person})).status_code == 303
        assert (await rina.get("/desk")).status_code == 200


class TestNames:
    async def test_who_settled_and_who_ordered_are_named(self, desk: Desk) -> None:
        shop, rina = desk.shop, await desk.signed_in()
        order = await unclear(shop)
        await rina.get(f"/desk/orders/{order.trxid}")
        await rina.submit("/desk/decisions/ask", outcome="failure")
        await rina.submit("/desk/decisions/settle")
        await rina.get(f"/desk/orders/{order.trxid}")
        for user_id in (RINA, SARI):
            assert f'<span class="by">Name {user_id}</span>' in rina.page
        assert "admin:" not in rina.page

    async def test_a_person_of_whom_no_name_is_known_is_an_id(self, desk: Desk) -> None:
        dewi = await entered_by_telegram(desk, DEWI)
        await dewi.get("/desk/system")
        assert f">{DEWI}</td>" in dewi.page
        await desk.shop.says("/start", by=DEWI)
        await dewi.get("/desk/system")
        assert f">Name {DEWI} · ID {DEWI}</td>" in dewi.page

    async def test_a_name_from_telegram_is_shown_as_text(self, desk: Desk) -> None:
        name = "<b>Dewi</b>"
        dewi = await entered_by_telegram(desk, DEWI, name=name)
        page = await dewi.get("/desk/system")
        assert name in dewi.page
        assert name not in page.text


async def entered_by_telegram(desk: Desk, user_id: int, *, name: str = "") -> Browser:
    browser = desk.browser()
    signed = init_data(user_id, desk.shop.clock() / 1000, name=name)
    assert await enter_mini_app(browser, signed) == 200
    return browser
