"""The desk lets in whom it should, once for each link, and nobody else; no other site can act in its name."""

import hmac
import json
import re
from hashlib import sha256
from urllib.parse import urlencode

import pytest

from bot.desk.access import MAX_INIT_DATA_AGE_S
from bot.desk.app import PAGES
from bot.desk.context import DeskPage
from bot.desk.sign_in import MAX_FAILURES
from bot.notices.desk import DeskOff
from storage.desk import LINK_MS, MAX_IDLE_MS, MAX_SESSION_MS
from tests.integration.conftest import DEWI, RINA, SARI, STRANGER, Shop
from tests.integration.desk import BOT_TOKEN, STAFF, URL, Browser, Desk

LINK_S, IDLE_S, SESSION_S = LINK_MS / 1000, MAX_IDLE_MS / 1000, MAX_SESSION_MS / 1000


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


async def test_a_link_lets_its_admin_in(desk: Desk) -> None:
    browser = await desk.signed_in()
    page = await browser.get("/desk")
    assert page.status_code == 200
    assert "Hari ini" in browser.page


async def test_fetching_a_link_does_not_use_it_up(desk: Desk) -> None:
    link = await desk.link()
    for _ in range(3):
        await desk.browser().get(link.removeprefix(URL))  # the preview of a chat, a scanner of links
    assert (await desk.browser().enter(link)).status_code == 303


async def test_a_link_works_once(desk: Desk) -> None:
    link = await desk.link()
    await desk.browser().enter(link)
    thief = desk.browser()
    assert (await thief.enter(link)).status_code == 403
    assert "Kirim /desk lagi" in thief.page
    assert (await thief.get("/desk")).status_code == 401


@pytest.mark.parametrize(("passes_s", "status"), [(LINK_S - 1, 303), (LINK_S, 403)])
async def test_a_link_lets_in_for_five_minutes(desk: Desk, passes_s: float, status: int) -> None:
    link = await desk.link()
    desk.shop.clock.passes(passes_s)
    assert (await desk.browser().enter(link)).status_code == status


async def test_a_new_link_takes_the_place_of_the_last_one(desk: Desk) -> None:
    first, second = await desk.link(), await desk.link()
    assert (await desk.browser().enter(first)).status_code == 403
    assert (await desk.browser().enter(second)).status_code == 303


async def test_a_link_is_made_for_admins_in_private_only(desk: Desk) -> None:
    await desk.shop.says("/desk", by=SARI)
    await desk.shop.says("/desk", by=STRANGER)
    await desk.shop.says("/desk", by=RINA, chat=-100200)
    assert desk.shop.rows("SELECT * FROM desk_links") == []


async def test_staff_get_a_link_in_private_only(desk: Desk) -> None:
    await desk.shop.says("/desk", by=STAFF, chat=-100200)
    assert desk.shop.rows("SELECT * FROM desk_links") == []
    browser = await desk.signed_in(STAFF)
    assert (await browser.get("/desk")).status_code == 200


async def test_without_an_address_the_desk_says_what_to_set(shop: Shop) -> None:
    await shop.says("/desk", by=RINA)
    assert isinstance(shop.last(RINA), DeskOff)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.path}")
async def test_no_page_shows_or_does_anything_without_a_session(desk: Desk, page: DeskPage) -> None:
    stranger = desk.browser()
    path = f"/desk{page.path}".replace("{name}", "1")
    answer = await (stranger.get(path) if page.method == "GET" else stranger.post(path, {}))
    assert answer.status_code == 401
    assert "<nav" not in answer.text


async def test_tokens_are_stored_as_hashes_only(desk: Desk) -> None:
    link = await desk.link()
    browser = desk.browser()
    await browser.enter(link)
    secret = browser.http.cookies["desk"]
    token = link.partition("token=")[2]
    stored = json.dumps(desk.shop.rows("SELECT * FROM desk_links, desk_sessions"))
    assert secret not in stored
    assert token not in stored


async def test_a_person_who_is_no_longer_in_the_settings_is_out_at_once(desk: Desk) -> None:
    browser = await desk.signed_in(DEWI)
    desk.opens(owner_ids=(RINA,))
    assert (await browser.get("/desk")).status_code == 401
    assert (await (await desk.signed_in(RINA)).get("/desk")).status_code == 200


@pytest.mark.parametrize("passes_s", [IDLE_S, SESSION_S])
async def test_a_session_ends_by_itself(desk: Desk, passes_s: float) -> None:
    browser = await desk.signed_in()
    desk.shop.clock.passes(passes_s)
    assert (await browser.get("/desk")).status_code == 401


async def test_a_session_in_use_goes_on_until_its_last_day(desk: Desk) -> None:
    browser = await desk.signed_in()
    for _ in range(int(SESSION_S // (IDLE_S / 2)) - 1):
        desk.shop.clock.passes(IDLE_S / 2)
        assert (await browser.get("/desk")).status_code == 200
    desk.shop.clock.passes(IDLE_S / 2)
    assert (await browser.get("/desk")).status_code == 401


async def test_a_visitor_ends_one_session_or_all(desk: Desk) -> None:
    first, second = await desk.signed_in(), await desk.signed_in()
    await first.get("/desk/system")
    other = next(form for path, form in list(first.forms()) if path == "/desk/system/end")
    await first.post("/desk/system/end", other)
    left = [browser for browser in (first, second) if (await browser.get("/desk")).status_code == 200]
    assert len(left) == 1
    await left[0].get("/desk/system")
    await left[0].submit("/desk/system/end-all")
    assert (await left[0].get("/desk")).status_code == 401


async def test_nobody_ends_the_session_of_another(desk: Desk) -> None:
    rina, dewi = await desk.signed_in(RINA), await desk.signed_in(DEWI)
    (theirs,) = desk.shop.rows("SELECT session_hash FROM desk_sessions WHERE user_id = ?", DEWI)
    await rina.get("/desk/system")
    await rina.submit("/desk/system/end", session=theirs["session_hash"])
    assert (await dewi.get("/desk")).status_code == 200


@pytest.mark.parametrize(
    ("origin", "left_out"), [("https://evil.example", ""), ("null", ""), (URL, "form_token")]
)
async def test_another_sites_form_does_nothing(desk: Desk, origin: str, left_out: str) -> None:
    browser = await desk.signed_in()
    await browser.get("/desk/system")
    form = next(form for path, form in browser.forms() if path == "/desk/system/end-all")
    form.pop(left_out, None)
    refused = await browser.post("/desk/system/end-all", form, origin=origin)
    assert refused.status_code == 403
    assert (await browser.get("/desk")).status_code == 200


async def test_the_form_token_of_another_session_is_refused(desk: Desk) -> None:
    rina, dewi = await desk.signed_in(RINA), await desk.signed_in(DEWI)
    await dewi.get("/desk/system")
    stolen = next(form for path, form in dewi.forms() if path == "/desk/system/end-all")
    assert (await rina.post("/desk/system/end-all", stolen)).status_code == 403


async def test_a_login_that_another_site_sends_is_refused(desk: Desk) -> None:
    token = (await desk.link()).partition("token=")[2]
    victim = desk.browser()
    refused = await victim.post("/desk/enter", {"token": token}, origin="https://evil.example")
    assert refused.status_code == 403
    assert not victim.http.cookies


async def test_a_session_begins_with_a_new_token_whatever_the_cookie_was(desk: Desk) -> None:
    browser = desk.browser()
    browser.http.cookies.set("desk", "chosen-by-a-thief", domain="localhost.local", path="/")
    await browser.enter(await desk.link())
    thief = desk.browser()
    thief.http.cookies.set("desk", "chosen-by-a-thief", domain="localhost.local", path="/")
    assert (await thief.get("/desk")).status_code == 401


async def test_after_many_wrong_links_an_address_must_wait_and_others_need_not(desk: Desk) -> None:
    guesser = desk.browser(address="10.0.0.9")
    for _ in range(MAX_FAILURES):
        await guesser.post("/desk/enter", {"token": "a-guess"})
    link = await desk.link()
    assert (await guesser.enter(link)).status_code == 403
    assert (await desk.browser().enter(link)).status_code == 303


async def test_over_https_the_cookie_cannot_be_read_sent_elsewhere_or_overwritten(shop: Shop) -> None:
    desk = Desk(shop, url="https://loket.example.com")
    entered = await desk.browser().enter(await desk.link())
    cookie = entered.headers["Set-Cookie"]
    assert cookie.startswith("__Host-desk=")
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert entered.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("address", ["/desk", "/desk/enter", "/desk/nowhere", "/desk/static/desk.css"])
async def test_every_answer_says_what_browsers_must_not_do(desk: Desk, address: str) -> None:
    browser = await desk.signed_in()
    headers = (await browser.get(address)).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    if "static" not in address:
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "nothing.js", "", "%2e%2e/access.py"])
async def test_only_the_listed_files_are_served(desk: Desk, name: str) -> None:
    answer = await desk.browser().get(f"/desk/static/{name}")
    assert answer.status_code in (401, 404)
    assert "import" not in answer.text


async def test_only_owners_move_money(desk: Desk) -> None:
    browser = await desk.signed_in(STAFF)
    for page in (page for page in PAGES if page.owners_only and page.method == "GET"):
        assert (await browser.get(f"/desk{page.path}")).status_code == 404


def init_data(user_id: int, at_s: float, *, token: str = BOT_TOKEN, name: str = "", **changed: str) -> str:
    """Return what Telegram signs for a Mini App, by its published rule."""
    user = {"id": user_id, "first_name": name} if name else {"id": user_id}
    values = {"auth_date": str(int(at_s)), "query_id": "AAE", "user": json.dumps(user)}
    checked = "\n".join(f"{name}={value}" for name, value in sorted(values.items()))
    key = hmac.new(b"WebAppData", token.encode(), sha256).digest()
    signature = hmac.new(key, checked.encode(), sha256).hexdigest()
    return urlencode(values | {"hash": signature} | changed)


async def enter_mini_app(browser: Browser, signed: str) -> int:
    answer = await browser.post("/desk/app", {"init_data": signed})
    if answer.status_code == 200:
        browser.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return answer.status_code


async def test_telegram_lets_an_admin_in_without_a_cookie(desk: Desk) -> None:
    browser = desk.browser()
    assert await enter_mini_app(browser, init_data(RINA, desk.shop.clock() / 1000)) == 200
    page = await browser.get("/desk")
    assert page.status_code == 200
    assert "frame-ancestors https://web.telegram.org" in page.headers["Content-Security-Policy"]
    assert not browser.http.cookies


@pytest.mark.parametrize(
    ("user_id", "age_s", "changed"),
    [
        (SARI, 0, {}),
        (RINA, MAX_INIT_DATA_AGE_S + 1, {}),
        (RINA, -3600, {}),
        (RINA, 0, {"user": json.dumps({"id": DEWI})}),
        (RINA, 0, {"hash": "0" * 64}),
        (RINA, 0, {"hash": "é"}),
        (RINA, 0, {"start_param": "added"}),
        (RINA, 0, {"auth_date": "9" * 5000}),
    ],
)
async def test_what_telegram_did_not_sign_for_an_admin_just_now_lets_nobody_in(
    desk: Desk, user_id: int, age_s: float, changed: dict[str, str]
) -> None:
    browser = desk.browser()
    signed = init_data(user_id, desk.shop.clock() / 1000 - age_s, **changed)
    assert await enter_mini_app(browser, signed) == 403
    assert (await browser.get("/desk")).status_code == 401


async def test_another_bots_word_lets_nobody_in(desk: Desk) -> None:
    other = init_data(RINA, desk.shop.clock() / 1000, token="654321:another")
    assert await enter_mini_app(desk.browser(), other) == 403


async def test_a_page_has_no_word_left_in_another_language(desk: Desk) -> None:
    browser = await desk.signed_in()
    await browser.get("/desk/language?to=en")
    await browser.get("/desk")
    assert "Today" in browser.page
    assert "Hari ini" not in browser.page


MARKED = {
    "/desk": "page:Hari ini",
    "/desk/orders": "page:Pesanan",
    "/desk/orders?q=0812": "page:Pesanan",
    "/desk/orders/1": "true:Pesanan",
    "/desk/resellers/invites": "true:Reseller",
    "/desk/biller/list": "true:Biller",
    "/desk/money/shops": "true:Uang",
}


async def test_the_menu_marks_the_section_of_every_page(desk: Desk) -> None:
    browser = await desk.signed_in()
    for address, marked in MARKED.items():
        await browser.get(address)
        found = re.findall(r'aria-current="(\w+)">([^<]*)</a>', browser.page)
        assert [":".join(each) for each in found] == [marked], address
