"""The desk holds what docs/desk-security.md says: the requirements of OWASP ASVS 5.0 that concern it."""

import logging
import re
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import pytest

import bot.desk
from bot.desk.app import MENU, PAGES
from bot.desk.upload import MAX_FORM_BYTES
from storage import desk as storage_desk
from storage import people
from storage.desk import MAX_SESSIONS
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, Shop
from tests.integration.desk import STAFF, URL, Browser, Desk
from tests.integration.test_desk_access import enter_mini_app, init_data

STATIC = Path(bot.desk.__file__).parent / "static"
VENDORED = {
    "htmx-2.0.11.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "uplot-1.6.32.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "uplot-1.6.32.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
}
"""As in the packages htmx.org and uplot of these versions."""

OPEN_TO_STAFF = {
    "/books",
    "/biller/list/compare",
    "/decisions/ask",
    "/decisions/settle",
    "/sign-out",
    "/system/end",
    "/ticket",
    "/system/end-all",
}
"""What staff may send: to settle, compare, check and download, and to end their own sessions."""

FILES = (
    "/report-file?what=orders&form=xlsx",
    "/report-file?what=profit&form=csv",
    "/product-file?form=xlsx",
    f"/money/file?reseller={SARI}&form=csv",
)
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{ 7*7 }}'


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


@pytest.fixture
async def rina(desk: Desk) -> Browser:
    return await desk.signed_in()


def form_to(browser: Browser, action: str) -> dict[str, str]:
    return next(form for path, form in browser.forms() if path == action)


class TestSessions:
    async def test_a_new_sign_in_ends_the_session_that_the_browser_had(
        self, desk: Desk, rina: Browser
    ) -> None:
        thief = desk.browser()
        thief.http.cookies.set("desk", rina.http.cookies["desk"], domain="localhost.local", path="/")
        assert (await thief.get("/desk")).status_code == HTTPStatus.OK
        await rina.enter(await desk.link())
        assert (await rina.get("/desk")).status_code == HTTPStatus.OK
        assert (await thief.get("/desk")).status_code == HTTPStatus.UNAUTHORIZED

    async def test_a_wrong_link_ends_no_session(self, rina: Browser) -> None:
        await rina.post("/desk/enter", {"token": "a-guess"})
        assert (await rina.get("/desk")).status_code == HTTPStatus.OK

    async def test_of_too_many_sessions_of_a_person_the_oldest_ends(self, desk: Desk, rina: Browser) -> None:
        dewi = await desk.signed_in(DEWI)
        desk.shop.clock.passes(1)
        for _ in range(MAX_SESSIONS):
            await enter_mini_app(desk.browser(), init_data(RINA, desk.shop.clock() / 1000))
        assert (await rina.get("/desk")).status_code == HTTPStatus.UNAUTHORIZED
        assert (await dewi.get("/desk")).status_code == HTTPStatus.OK
        now_ms = desk.shop.clock()
        shown = await desk.shop.disk.read(lambda tx: storage_desk.sessions_of(tx, RINA, at_ms=now_ms))
        assert len(shown) == MAX_SESSIONS

    async def test_who_was_taken_out_of_the_settings_is_out_after_coming_back_too(
        self, desk: Desk, rina: Browser
    ) -> None:
        dewi = await desk.signed_in(DEWI)
        at_ms = desk.shop.clock()
        await desk.shop.disk.write(
            lambda tx: storage_desk.end_sessions_of_others(tx, (RINA, STAFF), at_ms=at_ms)
        )
        assert (await dewi.get("/desk")).status_code == HTTPStatus.UNAUTHORIZED
        assert (await rina.get("/desk")).status_code == HTTPStatus.OK

    async def test_every_page_offers_to_sign_out(self, rina: Browser) -> None:
        for path, _ in MENU:
            await rina.get(f"/desk{path}")
            assert form_to(rina, "/desk/sign-out"), path

    async def test_who_signs_out_leaves_nothing_that_opens_the_desk(self, desk: Desk, rina: Browser) -> None:
        token = rina.http.cookies["desk"]
        await rina.get("/desk")
        left = await rina.post("/desk/sign-out", form_to(rina, "/desk/sign-out"))
        assert left.headers["Clear-Site-Data"] == '"storage"'
        assert not rina.http.cookies
        kept = desk.browser()
        kept.http.cookies.set("desk", token, domain="localhost.local", path="/")
        assert (await kept.get("/desk")).status_code == HTTPStatus.UNAUTHORIZED

    async def test_no_page_is_kept_in_the_browser(self, rina: Browser) -> None:
        page = await rina.get("/desk/money")
        assert '"historyCacheSize":0' in rina.page
        assert page.headers["Cache-Control"] == "no-store"


class TestForms:
    async def test_staff_cannot_use_what_is_for_owners(self, desk: Desk) -> None:
        staff = await desk.signed_in(STAFF)
        await staff.get("/desk")
        form = form_to(staff, "/desk/sign-out")
        for page in PAGES:
            if page.owners_only:
                path = f"/desk{page.path}"
                answer = await (staff.get(path) if page.method == "GET" else staff.post(path, form))
                assert answer.status_code == HTTPStatus.NOT_FOUND, path

    def test_what_staff_may_send_is_a_short_list(self) -> None:
        assert {
            page.path for page in PAGES if page.method == "POST" and not page.owners_only
        } == OPEN_TO_STAFF

    async def test_a_form_in_which_a_field_stands_twice_does_nothing(self, rina: Browser) -> None:
        await rina.get("/desk")
        fields = [("form_token", form_to(rina, "/desk/sign-out")["form_token"])] * 2
        answer = await rina.http.post(
            "/desk/sign-out",
            content=urlencode(fields),
            headers={"Origin": URL, "Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert (await rina.get("/desk")).status_code == HTTPStatus.OK

    async def test_a_form_that_is_too_long_does_nothing(self, rina: Browser) -> None:
        await rina.get("/desk")
        form = form_to(rina, "/desk/sign-out") | {"more": "x" * MAX_FORM_BYTES}
        assert (await rina.post("/desk/sign-out", form)).status_code == HTTPStatus.FORBIDDEN

    async def test_a_mini_app_signs_in_from_our_own_page_only(self, desk: Desk) -> None:
        signed = {"init_data": init_data(RINA, desk.shop.clock() / 1000)}
        refused = await desk.browser().post("/desk/app", signed, origin="https://evil.example")
        assert refused.status_code == HTTPStatus.FORBIDDEN

    async def test_other_methods_do_nothing(self, rina: Browser) -> None:
        for method in ("TRACE", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"):
            for path in ("/desk", "/desk/system/end-all", "/desk/sign-out"):
                assert (await rina.http.request(method, path)).status_code == HTTPStatus.NOT_FOUND
        assert (await rina.get("/desk")).status_code == HTTPStatus.OK


class TestAnswers:
    async def test_over_https_every_cookie_is_bound_to_this_host(self, shop: Shop) -> None:
        browser = Desk(shop, url="https://loket.example.com").browser()
        cookie = (await browser.get("/desk/language?to=en")).headers["Set-Cookie"]
        assert cookie.startswith("__Host-desk_language=en;")
        for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
            assert part in cookie
        await browser.get("/desk/enter")
        assert "Sign in" in browser.page

    async def test_every_answer_has_its_type_and_is_for_this_site_alone(self, rina: Browser) -> None:
        for address in ("/", *FILES, "/nowhere", "/enter", "/app", "/static/desk.js"):
            headers = (await rina.get(f"/desk{address}")).headers
            assert re.match(r"text/\w+; charset=utf-8$|application/vnd\.openxml", headers["Content-Type"])
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "base-uri 'none'" in headers["Content-Security-Policy"]
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "Access-Control-Allow-Origin" not in headers

    async def test_a_file_is_saved_under_a_name_of_ours_and_not_shown(self, rina: Browser) -> None:
        assert {address.partition("?")[0] for address in FILES} == {
            one.path for one in PAGES if one.sends_file
        }
        for address in FILES:
            answer = await rina.get(f"/desk{address}")
            assert answer.status_code == HTTPStatus.OK
            named = r'attachment; filename="[\w.%-]+\.(csv|xlsx)"'
            assert re.fullmatch(named, answer.headers["Content-Disposition"])

    async def test_only_the_mini_app_may_stand_in_telegrams_frame(self, rina: Browser) -> None:
        for address, frames in (("/desk/app", "https://web.telegram.org"), ("/desk", "'none'")):
            policy = (await rina.get(address)).headers["Content-Security-Policy"]
            assert policy.endswith(f"frame-ancestors {frames}")

    async def test_a_fault_shows_nothing_of_its_inside(
        self, desk: Desk, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fails() -> str:
            raise RuntimeError("the inside")

        desk.opens(new_token=fails)
        answer = await desk.browser().enter(await desk.link())
        assert (answer.status_code, answer.text) == (HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "the inside" in caplog.text

    async def test_no_address_leads_to_another_site(self, rina: Browser) -> None:
        for target in ("//evil.example", "https://evil.example/%0d%0aX: y", "/\\evil.example"):
            quoted = urlencode(dict.fromkeys(("q", "to", "reseller", "settled", "after"), target))
            for path in ("", "/orders", "/language", "/resellers", "/money/shops"):
                answer = await rina.get(f"/desk{path}?{quoted}")
                assert answer.headers.get("Location", "/desk") == "/desk"


class TestTexts:
    async def test_no_page_runs_or_shows_as_markup_what_others_wrote(self, shop: Shop, rina: Browser) -> None:
        """Names and the biller's words, on every page that lists them, and on the cards behind them."""
        shop.biller.refuses(HOSTILE)
        order = await shop.asks(by=SARI)
        await shop.posts()
        for user_id in (SARI, BUDI, RINA, DEWI):
            await shop.disk.write(partial(people.rename, user_id=user_id, name=HOSTILE, username=None))
        paths = [page.path for page in PAGES if page.method == "GET" and "{name}" not in page.path]
        paths.remove("/events")  # a stream of topics, without an end
        cards = (f"/orders/{order.trxid}", f"/resellers/{SARI}", f"/money/shops/{SARI}", "/products/s5")
        for path in (*paths, *cards):
            page = await rina.get(f"/desk{path}")
            assert "<img" not in page.text, path
            assert "<script>alert" not in page.text, path

    async def test_what_an_address_says_is_shown_as_text(self, rina: Browser) -> None:
        quoted = urlencode({"": HOSTILE})
        for path in (
            "/enter?token",
            "/orders?q",
            "/resellers?q",
            "/products?q",
            "/reports?from",
            "/orders/x?y",
        ):
            page = await rina.get(f"/desk{path}{quoted}")
            assert "<img" not in page.text, path
            assert "<script>alert" not in page.text, path
            assert "{{ 7*7 }}" in page.text or path not in ("/enter?token", "/orders?q"), path

    def test_our_script_makes_no_markup_and_no_code_of_texts(self) -> None:
        for script in STATIC.glob("*.js"):
            if script.name not in VENDORED:
                source = script.read_text("utf-8")
                assert not re.search(
                    r"innerHTML\s*=|outerHTML|insertAdjacentHTML|document\.write|eval\(", source
                )

    def test_vendored_scripts_are_those_that_their_makers_released(self) -> None:
        found = {file.name: sha256(file.read_bytes()).hexdigest() for file in STATIC.iterdir()}
        assert {name: digest for name, digest in found.items() if re.search(r"\d", name)} == VENDORED


class TestLog:
    async def test_every_sign_in_and_sign_out_is_logged_without_its_token(
        self, desk: Desk, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "bot")
        link = await desk.link()
        rina = desk.browser()
        await rina.enter(link)
        await rina.enter(link)
        await rina.get("/desk")
        await rina.post("/desk/sign-out", form_to(rina, "/desk/sign-out"))
        await enter_mini_app(desk.browser(), init_data(SARI, desk.shop.clock() / 1000))
        logged = [(record.message, getattr(record, "user", None)) for record in caplog.records]
        assert logged == [
            ("desk session begun", RINA),
            ("desk sign-in refused", None),
            ("desk session ended", RINA),
            ("desk sign-in refused", None),
        ]
        assert {record.__dict__["remote"] for record in caplog.records if "sign-in" in record.message} == {
            "127.0.0.1"
        }
        assert link.partition("token=")[2] not in str([record.__dict__ for record in caplog.records])

    async def test_what_is_refused_to_a_visitor_is_logged(
        self, desk: Desk, caplog: pytest.LogCaptureFixture
    ) -> None:
        staff = await desk.signed_in(STAFF)
        await staff.post("/desk/money/ask", {})
        await staff.post("/desk/sign-out", {}, origin="https://evil.example")
        logged = [record.__dict__ for record in caplog.records if record.levelno == logging.WARNING]
        assert [(one["message"], one["user"], one["page"]) for one in logged] == [
            ("desk request refused", STAFF, "/money/ask"),
            ("desk request refused", STAFF, "/sign-out"),
        ]
