"""The desk shows who may order, and changes it in two steps, once, under the visitor's name."""

import pytest

from bot.actors import Standing
from bot.desk.resellers import ROWS_SHOWN_OF_PEOPLE
from bot.notices.people import JoinAnswer, JoinDecided, StandingChanged
from bot.notices.selling_prices import LevelGiven
from storage import levels, people
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, STRANGER, Shop
from tests.integration.desk import STAFF, Browser, Desk
from tests.integration.test_assistants import ANI, hires

ASK, CONFIRM, NOTE = "/desk/resellers/ask", "/desk/resellers/confirm", "/desk/resellers/note"


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


@pytest.fixture
async def rina(desk: Desk) -> Browser:
    return await desk.signed_in()


async def standing(shop: Shop, user_id: int) -> Standing:
    (row,) = shop.rows("SELECT standing FROM people WHERE user_id = ?", user_id)
    return Standing(row["standing"])


async def asks_to(browser: Browser, user_id: int, change: str, **typed: str) -> None:
    await browser.get(f"/desk/resellers/{user_id}")
    await browser.submit(ASK, change=change, **typed)


def confirmation(browser: Browser) -> dict[str, str]:
    return next(form for path, form in browser.forms() if path == CONFIRM)


async def test_who_asks_to_be_let_in_is_on_top_and_is_let_in_once(shop: Shop, rina: Browser) -> None:
    await shop.says("/daftar", by=STRANGER)
    await rina.get("/desk/resellers")
    assert "1 orang minta akses" in rina.page
    await asks_to(rina, STRANGER, "approve")
    assert await standing(shop, STRANGER) is Standing.ASKED
    form = confirmation(rina)
    for _ in range(3):
        await rina.post(CONFIRM, form)
    assert await standing(shop, STRANGER) is Standing.APPROVED
    assert shop.last(STRANGER) == JoinAnswer(standing=Standing.APPROVED, fresh=True)
    decided = [shop.notice(row) for row in shop.messages(DEWI)]
    assert sum(isinstance(notice, JoinDecided) for notice in decided) == 1
    (event,) = shop.rows(
        "SELECT changed_by FROM people_events WHERE user_id = ? AND standing = 'approved'", STRANGER
    )
    assert event["changed_by"] == RINA


async def test_a_request_is_rejected(shop: Shop, rina: Browser) -> None:
    await shop.says("/daftar", by=STRANGER)
    await asks_to(rina, STRANGER, "reject")
    await rina.submit(CONFIRM)
    assert await standing(shop, STRANGER) is Standing.REJECTED
    assert "Sudah diubah" in rina.page


@pytest.mark.parametrize(("change", "after"), [("freeze", Standing.FROZEN), ("remove", Standing.REMOVED)])
async def test_a_reseller_is_stopped_and_comes_back(
    shop: Shop, rina: Browser, change: str, after: Standing
) -> None:
    await asks_to(rina, SARI, change)
    assert await standing(shop, SARI) is Standing.APPROVED
    await rina.submit(CONFIRM)
    assert await standing(shop, SARI) is after
    assert isinstance(shop.last(RINA), StandingChanged)
    assert shop.last(SARI) == JoinAnswer(standing=after, fresh=True)
    await asks_to(rina, SARI, "activate")
    await rina.submit(CONFIRM)
    assert await standing(shop, SARI) is Standing.APPROVED


async def test_an_assistant_is_on_the_card_of_the_shop_and_comes_back_as_one(
    shop: Shop, rina: Browser
) -> None:
    await hires(shop, ANI)
    await rina.get(f"/desk/resellers/{SARI}")
    assert f'href="/desk/resellers/{ANI}"' in rina.page
    await asks_to(rina, ANI, "freeze")
    await rina.submit(CONFIRM)
    await asks_to(rina, ANI, "activate")
    await rina.submit(CONFIRM)
    assert await standing(shop, ANI) is Standing.ASSISTANT
    assert "Asisten dari" in rina.page


async def test_a_form_that_was_overtaken_changes_nothing(desk: Desk, rina: Browser) -> None:
    """Dewi freezes and activates meanwhile: who looks again decides again."""
    shop = desk.shop
    await asks_to(rina, SARI, "freeze")
    for command in ("/bekukan", "/aktifkan"):
        shop.clock.passes(1)
        await shop.says(f"{command} {SARI}", by=DEWI)
    await rina.submit(CONFIRM)
    assert await standing(shop, SARI) is Standing.APPROVED
    assert "Tidak ada yang berubah" in rina.page


async def test_a_level_is_given_and_taken_away(shop: Shop, rina: Browser) -> None:
    await shop.says("/level emas 2%", by=RINA)
    for key, name in (("emas", "emas"), ("", "")):
        await asks_to(rina, SARI, "level", level=key)
        form = confirmation(rina)
        for _ in range(2):
            await rina.post(CONFIRM, form)
        notice = shop.last(DEWI)
        assert isinstance(notice, LevelGiven)
        assert (notice.user_id, notice.level) == (SARI, name)
    assert len([row for row in shop.messages(DEWI) if isinstance(shop.notice(row), LevelGiven)]) == 2


async def test_a_level_that_is_gone_is_not_given(shop: Shop, rina: Browser) -> None:
    await shop.says("/level emas 2%", by=RINA)
    await asks_to(rina, SARI, "level", level="emas")
    await shop.disk.write(lambda tx: levels.delete(tx, "emas"))
    await rina.submit(CONFIRM)
    assert "Tidak ada yang berubah" in rina.page


async def test_a_note_is_stored_unless_another_admin_wrote_one_since(shop: Shop, rina: Browser) -> None:
    await rina.get(f"/desk/resellers/{SARI}")
    await rina.submit(NOTE, note="  bayar \u200btiap <b>Jumat</b> ")
    assert "Catatan sudah disimpan" in rina.page
    (row,) = shop.rows("SELECT note FROM people WHERE user_id = ?", SARI)
    assert row["note"] == "bayar tiap <b>Jumat</b>"
    await shop.says(f"/catatan {SARI} dari Dewi", by=DEWI)
    for note in ("lain", "x" * 301):
        await rina.submit(NOTE, note=note)
    assert "Tidak ada yang berubah" in rina.page
    (row,) = shop.rows("SELECT note FROM people WHERE user_id = ?", SARI)
    assert row["note"] == "dari Dewi"


@pytest.mark.parametrize("change", ["", "approve", "reject", "delete", "FREEZE", "level"])
async def test_what_the_page_does_not_offer_changes_nothing(shop: Shop, rina: Browser, change: str) -> None:
    before = shop.rows("SELECT * FROM people_events")
    await asks_to(rina, SARI, change)
    assert CONFIRM not in rina.page
    await rina.get(f"/desk/resellers/{SARI}")
    form = next(form for path, form in rina.forms() if path == ASK)
    await rina.post(CONFIRM, form | {"change": change, "seen": "approved.0."})
    assert shop.rows("SELECT * FROM people_events") == before


@pytest.mark.parametrize("action", [ASK, CONFIRM, NOTE])
async def test_staff_look_and_change_nothing(desk: Desk, action: str) -> None:
    staff = await desk.signed_in(STAFF)
    await staff.get(f"/desk/resellers/{SARI}")
    assert "Aktif" in staff.page
    assert ASK not in staff.page
    token = (await _form_token(staff)) | {"user": str(SARI), "change": "freeze", "note": "x"}
    assert (await staff.post(action, token)).status_code == 404
    assert await standing(desk.shop, SARI) is Standing.APPROVED


async def _form_token(browser: Browser) -> dict[str, str]:
    await browser.get("/desk/system")
    return next(form for path, form in browser.forms() if path == "/desk/system/end-all")


async def test_staff_see_no_invite_link_that_would_let_people_in(desk: Desk) -> None:
    await desk.shop.says("/undang 5 orang", by=RINA)
    owner, staff = await desk.signed_in(), await desk.signed_in(STAFF)
    (row,) = desk.shop.rows("SELECT token FROM invites")
    for browser, is_shown in ((owner, True), (staff, False)):
        await browser.get("/desk/resellers/invites")
        assert "0 dari 5" in browser.page
        assert (row["token"] in browser.page) is is_shown


async def test_a_reseller_is_found_by_name_and_by_id(shop: Shop, rina: Browser) -> None:
    await shop.asks(by=SARI)
    for typed in (f"Name {SARI}", str(SARI)):
        await rina.get(f"/desk/resellers?q={typed}")
        assert f'href="/desk/resellers/{SARI}"' in rina.page
        assert f'href="/desk/resellers/{BUDI}"' not in rina.page
    await rina.get("/desk/resellers?q=tidak-ada")
    assert "Tidak ada reseller" in rina.page


async def test_all_people_are_reached_page_by_page(shop: Shop, rina: Browser) -> None:
    await shop.hires(*range(20_000, 20_000 + 2 * ROWS_SHOWN_OF_PEOPLE + 10))
    everybody = {
        row["user_id"] for row in shop.rows("SELECT user_id FROM people WHERE standing = 'approved'")
    }
    seen: list[int] = []
    address = "/desk/resellers"
    while address:
        await rina.get(address)
        seen += [user_id for user_id in everybody if f'href="/desk/resellers/{user_id}"' in rina.page]
        before, is_linked, _ = rina.page.partition('">Lebih lama')
        address = before.rpartition('href="')[2] if is_linked else ""
    assert sorted(seen) == sorted(everybody)


@pytest.mark.parametrize("whose", ["1", "x", "9" * 400, "%00", "-1"])
async def test_a_person_who_is_not_known_is_a_page_that_says_so(rina: Browser, whose: str) -> None:
    assert (await rina.get(f"/desk/resellers/{whose}")).status_code == 404


async def test_names_and_notes_are_shown_as_text(shop: Shop, rina: Browser) -> None:
    name = '"><img src=x onerror=alert(1)>'
    await shop.disk.write(lambda tx: people.rename(tx, SARI, name=name, username=None))
    await shop.disk.write(lambda tx: people.save_note(tx, SARI, name, noted_by=RINA, at_ms=1))
    for address in ("/desk/resellers", f"/desk/resellers/{SARI}"):
        page = await rina.get(address)
        assert "<img" not in page.text
        assert "&lt;img src=x" in page.text
    await rina.submit(ASK, change="freeze")
    assert "<img src=x" in rina.page  # unescaped by the browser of the tests
