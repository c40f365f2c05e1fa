"""A file can be had where no cookie is sent: by an address that works once, for a minute, for one file."""

from http import HTTPStatus

import pytest

from storage.desk import TICKET_MS
from tests.integration.conftest import DEWI, RINA, SARI, Shop
from tests.integration.desk import STAFF, Browser, Desk
from tests.integration.test_desk_access import enter_mini_app, init_data

REPORT = "/desk/report-file?what=orders&form=csv"
FILES = (
    REPORT,
    "/desk/report-file?what=profit&form=xlsx",
    "/desk/product-file?form=xlsx",
    f"/desk/money/file?reseller={SARI}&form=csv",
)


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


@pytest.fixture
async def rina(desk: Desk) -> Browser:
    return await in_mini_app(desk, RINA)


async def in_mini_app(desk: Desk, user_id: int) -> Browser:
    browser = desk.browser()
    assert await enter_mini_app(browser, init_data(user_id, desk.shop.clock() / 1000)) == HTTPStatus.OK
    return browser


async def asks(browser: Browser, address: str) -> str | None:
    """Ask for a ticket as the script of the Mini App does; return the address, None if there is none."""
    await browser.get("/desk")
    token = next(form["form_token"] for _, form in browser.forms())
    answer = await browser.post("/desk/ticket", {"form_token": token, "address": address})
    return answer.json()["address"] if answer.status_code == HTTPStatus.OK else None


async def ticket(browser: Browser, address: str = REPORT) -> str:
    made = await asks(browser, address)
    assert made is not None
    return made


async def test_every_file_is_had_once_without_cookie_or_header(desk: Desk, rina: Browser) -> None:
    for address in FILES:
        made, anywhere = await ticket(rina, address), desk.browser()
        file = await anywhere.get(made)
        assert file.status_code == HTTPStatus.OK, address
        assert file.headers["Content-Disposition"].startswith("attachment; ")
        assert file.headers["Access-Control-Allow-Origin"] == "https://web.telegram.org"
        assert (await anywhere.get(made)).status_code == HTTPStatus.UNAUTHORIZED


async def test_asking_for_the_size_uses_no_ticket_up(desk: Desk, rina: Browser) -> None:
    made, anywhere = await ticket(rina), desk.browser()
    for _ in range(2):
        assert (await anywhere.http.head(made)).headers["Content-Disposition"].startswith("attachment; ")
    assert (await anywhere.get(made)).status_code == HTTPStatus.OK
    assert (await anywhere.http.head(made)).status_code == HTTPStatus.UNAUTHORIZED


async def test_a_ticket_is_good_for_a_minute(desk: Desk, rina: Browser) -> None:
    first = await ticket(rina)
    desk.shop.clock.passes(TICKET_MS / 1000 - 1)
    assert (await desk.browser().get(first)).status_code == HTTPStatus.OK
    second = await ticket(rina)
    desk.shop.clock.passes(TICKET_MS / 1000)
    assert (await desk.browser().get(second)).status_code == HTTPStatus.UNAUTHORIZED


async def test_a_ticket_opens_its_own_address_only(desk: Desk, rina: Browser) -> None:
    made = await ticket(rina)
    token = made.partition("&ticket=")[2]
    for other in (
        f"/desk/report-file?what=profit&form=csv&ticket={token}",
        f"/desk/product-file?form=csv&ticket={token}",
        f"/desk/report-file?what=orders&form=csv&from=2026-01-01&ticket={token}",
        f"/desk/report-file?ticket={token}",
        f"/desk/report-file?ticket={token}&what=orders&form=csv",
        f"/desk/money?ticket={token}",
        f"{made}x",
        f"{made}&ticket={token}",
    ):
        assert (await desk.browser().get(other)).status_code == HTTPStatus.UNAUTHORIZED, other
    assert (await desk.browser().post(made, {})).status_code == HTTPStatus.UNAUTHORIZED
    assert (await desk.browser().get(made)).status_code == HTTPStatus.OK


async def test_no_ticket_is_made_for_what_is_no_file_of_ours(rina: Browser) -> None:
    for address in (
        "/desk/money?form=csv",
        "/desk/system/end-all?form=csv",
        "https://evil.example/desk/report-file?form=csv",
        "//evil.example/desk/report-file?what=orders&form=csv",
        "/desk/report-file?what=orders&form=csv#x",
        "/desk/report-file",
        "/desk/report-file?form=exe",
        f"{REPORT}&x={'x' * 500}",
        "",
    ):
        assert await asks(rina, address) is None, address


async def test_a_stranger_and_another_site_get_no_ticket(desk: Desk, rina: Browser) -> None:
    stranger = desk.browser()
    assert (await stranger.post("/desk/ticket", {"address": REPORT})).status_code == HTTPStatus.UNAUTHORIZED
    refused = await rina.post("/desk/ticket", {"address": REPORT})
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert desk.shop.rows("SELECT * FROM desk_tickets") == []


async def test_a_ticket_ends_with_its_session_and_with_its_persons_role(desk: Desk, rina: Browser) -> None:
    made = await ticket(rina)
    await rina.get("/desk")
    form = next(form for path, form in rina.forms() if path == "/desk/sign-out")
    await rina.post("/desk/sign-out", form)
    assert (await desk.browser().get(made)).status_code == HTTPStatus.UNAUTHORIZED
    theirs = await ticket(await in_mini_app(desk, DEWI))
    desk.opens(owner_ids=(RINA,))
    assert (await desk.browser().get(theirs)).status_code == HTTPStatus.UNAUTHORIZED


async def test_staff_download_what_they_may_see_and_tickets_are_stored_as_hashes(desk: Desk) -> None:
    made = await ticket(await in_mini_app(desk, STAFF))
    assert made.partition("&ticket=")[2] not in str(desk.shop.rows("SELECT * FROM desk_tickets"))
    assert (await desk.browser().get(made)).status_code == HTTPStatus.OK
