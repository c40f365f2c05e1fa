"""The desk moves money as the chat does: in two steps, once, by owners, with everybody told."""

import asyncio
from typing import Any

import pytest

from bot.desk.money import ROWS_SHOWN_AT_ONCE
from bot.features.deposits.crediting import LATE_MS
from bot.notices.deposits import DepositCredited, TicketClosed, TicketEnded, TicketIssued, TicketState
from storage import people
from tests.integration.conftest import DEWI, RINA, SARI, Row, Shop
from tests.integration.desk import STAFF, Browser, Desk
from tests.integration.test_mutations import BCA, KEY, credit, moota, operator, reports, states
from tests.integration.test_payment import Till

ASK, CONFIRM = "/desk/money/ask", "/desk/money/confirm"
HOSTILE = "<img src=x onerror=alert(1)>"


class Money:
    """A till, its desk, and an owner who is signed in."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.till, self.desk = shop, Till(shop), Desk(shop)
        shop.starts(
            desk_url=self.desk.url,
            desk_staff_ids=(STAFF,),
            reseller_floor_idr=0,
            deposit_accounts=(BCA,),
            mutation_signing_key=KEY,
        )
        self.desk.opens()

    async def ticket(self, *, by: int = SARI) -> TicketIssued:
        await self.shop.says("tiket 100000", by=by)
        notice = self.shop.last(by)
        assert isinstance(notice, TicketIssued)
        await self.shop.speaks()
        return notice

    def entries(self) -> list[Row]:
        return self.shop.rows("SELECT * FROM entries ORDER BY entry_id")

    @property
    def balance(self) -> int:
        self.till.ties()
        return self.till.balance()


@pytest.fixture
def money(shop: Shop) -> Money:
    return Money(shop)


@pytest.fixture
async def rina(money: Money) -> Browser:
    return await money.desk.signed_in()


async def asks(browser: Browser, page: str, **typed: str) -> None:
    """Load a page and send its form that asks for a move of the same ticket, payment or shop."""
    await browser.get(page)
    about = [typed.get("ticket"), typed.get("mutation")]
    forms = [form for path, form in browser.forms() if path == ASK]
    form = next(form for form in forms if about == [form.get("ticket"), form.get("mutation")])
    await browser.post(ASK, form | typed)


def confirmation(browser: Browser) -> dict[str, str]:
    """Return the form of the second step on the page that is shown."""
    return next(form for path, form in browser.forms() if path == CONFIRM)


def shop_of(user_id: int) -> str:
    return f"/desk/money/shops/{user_id}"


class TestTickets:
    async def test_money_moves_at_the_second_step_and_all_are_told(self, money: Money, rina: Browser) -> None:
        ticket = await money.ticket()
        await asks(rina, "/desk/money", move="credit", ticket=str(ticket.ticket_id))
        assert f"Kreditkan Rp{ticket.exact_idr:,}".replace(",", ".") in rina.page
        assert money.balance == 0
        await rina.submit(CONFIRM)
        assert "Selesai" in rina.page
        assert money.balance == ticket.exact_idr
        (entry,) = money.entries()
        assert (entry["actor"], entry["source"]) == (f"admin:{RINA}", f"ticket:{ticket.ticket_id}")
        assert isinstance(money.shop.last(SARI), DepositCredited)
        for admin in (RINA, DEWI):
            closed = money.shop.last(admin)
            assert isinstance(closed, TicketClosed)
            assert closed.admin_name == f"Name {RINA}"

    async def test_a_form_that_is_sent_several_times_moves_money_once(
        self, money: Money, rina: Browser
    ) -> None:
        ticket = await money.ticket()
        await asks(rina, "/desk/money", move="credit", ticket=str(ticket.ticket_id))
        form = confirmation(rina)
        answers = await asyncio.gather(*(rina.post(CONFIRM, form) for _ in range(5)))
        locations = sorted(answer.headers["Location"] for answer in answers)
        assert locations == [*["/desk/money?moved=no"] * 4, "/desk/money?moved=yes"]
        assert money.balance == ticket.exact_idr

    async def test_of_two_admins_the_second_reads_that_it_was_decided(
        self, money: Money, rina: Browser
    ) -> None:
        dewi, ticket = await money.desk.signed_in(DEWI), await money.ticket()
        for browser in (rina, dewi):
            await asks(browser, "/desk/money", move="credit", ticket=str(ticket.ticket_id))
        await rina.submit(CONFIRM)
        await dewi.submit(CONFIRM)
        assert "sudah diputuskan" in dewi.page
        assert money.balance == ticket.exact_idr
        assert len(money.entries()) == 1

    async def test_what_one_admin_was_asked_no_other_confirms(self, money: Money, rina: Browser) -> None:
        dewi, ticket = await money.desk.signed_in(DEWI), await money.ticket()
        await asks(rina, "/desk/money", move="credit", ticket=str(ticket.ticket_id))
        await asks(dewi, "/desk/money", move="absent", ticket=str(ticket.ticket_id))
        key = confirmation(rina)["key"]
        await dewi.submit(CONFIRM, key=key)
        assert money.entries() == []
        await rina.submit(CONFIRM)
        assert money.balance == ticket.exact_idr

    async def test_a_tap_in_the_chat_and_a_click_at_the_desk_credit_once(
        self, money: Money, rina: Browser
    ) -> None:
        ticket = await money.ticket()
        await asks(rina, "/desk/money", move="credit", ticket=str(ticket.ticket_id))
        await money.shop.presses(money.shop.buttons(DEWI)["ticket_paid"], by=DEWI)
        await rina.submit(CONFIRM)
        assert "sudah diputuskan" in rina.page
        assert money.balance == ticket.exact_idr

    async def test_another_amount_than_the_exact_one_is_credited_as_received(
        self, money: Money, rina: Browser
    ) -> None:
        ticket = await money.ticket()
        await asks(rina, "/desk/money", move="credit", ticket=str(ticket.ticket_id), amount="98rb")
        assert "kurang Rp" in rina.page
        await rina.submit(CONFIRM)
        assert money.balance == 98_000

    async def test_money_that_is_not_there_ends_the_ticket_after_a_second_step(
        self, money: Money, rina: Browser
    ) -> None:
        ticket = await money.ticket()
        await asks(rina, "/desk/money", move="absent", ticket=str(ticket.ticket_id))
        (row,) = money.shop.rows("SELECT state FROM tickets")
        assert row["state"] == TicketState.OPEN
        await rina.submit(CONFIRM)
        told = money.shop.last(SARI)
        assert isinstance(told, TicketEnded)
        assert told.state is TicketState.REJECTED
        assert money.entries() == []

    async def test_money_that_is_reported_meanwhile_is_asked_about_again(
        self, money: Money, rina: Browser
    ) -> None:
        ticket = await money.ticket()
        await asks(rina, "/desk/money", move="credit", ticket=str(ticket.ticket_id), amount="98000")
        await reports(money.shop, moota(credit(98_000)))
        await rina.submit(CONFIRM)
        assert "Belum ada yang dipindahkan" in rina.page
        assert money.balance == 0
        await rina.submit(CONFIRM)
        assert money.balance == 98_000
        assert states(money.shop) == ["credited"]
        assert operator(money.shop, "suspense") == 0

    async def test_evidence_is_noted(self, money: Money, rina: Browser) -> None:
        await money.ticket()
        await money.shop.says("", picture_id="a-picture")
        await rina.get("/desk/money")
        assert "1 foto di chat" in rina.page

    async def test_an_old_ticket_is_not_credited_by_a_form_that_was_kept(
        self, money: Money, rina: Browser
    ) -> None:
        await money.ticket()
        await rina.get("/desk/money")
        form = next(form for path, form in rina.forms() if path == ASK)
        money.shop.clock.passes(LATE_MS / 1000 + 1)
        rina = await money.desk.signed_in()
        await rina.get("/desk/system")
        token = next(form for _, form in rina.forms())["form_token"]
        await rina.post(ASK, form | {"form_token": token, "move": "credit"})
        assert "lebih dari tujuh hari" in rina.page
        assert money.entries() == []

    async def test_all_open_tickets_are_reached_page_by_page(self, money: Money, rina: Browser) -> None:
        others = tuple(range(3001, 3001 + ROWS_SHOWN_AT_ONCE))
        await money.shop.hires(*others)
        for user_id in (SARI, *others):
            await money.shop.says("tiket 100000", by=user_id)
        issued = [row["ticket_id"] for row in money.shop.rows("SELECT ticket_id FROM tickets")]
        seen: list[int] = []
        address = "/desk/money"
        while address:
            await rina.get(address)
            seen += [int(form["ticket"]) for path, form in rina.forms() if path == ASK]
            before, is_linked, _ = rina.page.partition('">Tiket berikutnya')
            address = before.rpartition('href="')[2] if is_linked else ""
        assert sorted(seen) == sorted(issued)
        assert len(seen) == ROWS_SHOWN_AT_ONCE + 1


class TestSuspense:
    async def test_money_without_a_ticket_is_credited_to_whom_an_admin_names(
        self, money: Money, rina: Browser
    ) -> None:
        await reports(money.shop, moota(credit(50_000)))
        await asks(rina, "/desk/money", move="claim", mutation="1", reseller=str(SARI))
        assert money.balance == 0
        form = confirmation(rina)
        for _ in range(2):
            await rina.post(CONFIRM, form)
        assert money.balance == 50_000
        assert operator(money.shop, "suspense") == 0
        assert isinstance(money.shop.last(SARI), DepositCredited)

    async def test_an_unknown_reseller_is_asked_for_again(self, money: Money, rina: Browser) -> None:
        await reports(money.shop, moota(credit(50_000)))
        for typed in ("@nobody", "", "9" * 30, HOSTILE, "\x00"):
            await asks(rina, "/desk/money", move="claim", mutation="1", reseller=typed)
            assert "Tidak ada reseller" in rina.page
        assert states(money.shop) == ["suspense"]

    async def test_an_open_ticket_of_the_shop_is_shown_and_closed_with_it(
        self, money: Money, rina: Browser
    ) -> None:
        await reports(money.shop, moota(credit(50_000)))
        await asks(rina, "/desk/money", move="claim", mutation="1", reseller=str(SARI))
        await money.ticket()
        await rina.submit(CONFIRM)
        assert "Belum ada yang dipindahkan" in rina.page
        assert "ikut ditutup" in rina.page
        assert money.balance == 0
        await rina.submit(CONFIRM)
        assert money.balance == 50_000
        await rina.get("/desk/money")
        assert "Tidak ada tiket yang menunggu uang" in rina.page

    async def test_it_is_said_why_money_credits_nobody_by_itself(self, money: Money, rina: Browser) -> None:
        ticket = await money.ticket()
        stranger = credit(ticket.exact_idr, account_number="999000111")
        await reports(money.shop, moota(credit(50_000, ref="m-2"), stranger))
        await rina.get("/desk/money")
        for words in ("Tidak ada tiket dengan jumlah ini", "Rekening ini tidak ada di DEPOSIT_ACCOUNTS"):
            assert words in rina.page

    async def test_money_that_is_no_deposit_leaves_the_books_in_two_steps(
        self, money: Money, rina: Browser
    ) -> None:
        await reports(money.shop, moota(credit(50_000)))
        await asks(rina, "/desk/money", move="reject", mutation="1")
        assert states(money.shop) == ["suspense"]
        await rina.submit(CONFIRM)
        assert states(money.shop) == ["rejected"]
        assert operator(money.shop, "suspense") == 0
        await rina.get("/desk/money")
        assert "Semua uang yang dilaporkan sudah ada tiketnya" in rina.page


class TestRoles:
    async def test_staff_look_and_move_nothing(self, money: Money, rina: Browser) -> None:
        staff, ticket = await money.desk.signed_in(STAFF), await money.ticket()
        await reports(money.shop, moota(credit(50_000)))
        await asks(rina, "/desk/money", move="credit", ticket=str(ticket.ticket_id))
        key = confirmation(rina)["key"]
        for page in ("/desk/money", shop_of(SARI), "/desk/books"):
            assert (await staff.get(page)).status_code == 200
            assert ASK not in staff.page
        token = next(form for path, form in staff.forms() if path == "/desk/books")["form_token"]
        moves: list[dict[str, Any]] = [
            {"move": "credit", "ticket": ticket.ticket_id, "amount": ticket.exact_idr},
            {"move": "add", "user": SARI, "amount": 5000, "reason": "setor"},
        ]
        before = money.entries()
        for form in moves:
            assert (await staff.post(ASK, form | {"form_token": token})).status_code == 404
        assert (await staff.post(CONFIRM, {"key": key, "form_token": token})).status_code == 404
        assert money.entries() == before

    async def test_what_others_wrote_is_shown_as_text(self, money: Money, rina: Browser) -> None:
        await money.shop.disk.write(lambda tx: people.rename(tx, SARI, name=HOSTILE, username=None))
        await money.shop.says("tiket 100000", by=SARI)
        await money.shop.disk.write(lambda tx: people.rename(tx, SARI, name=HOSTILE, username=None))
        await reports(money.shop, moota(credit(50_000, description=HOSTILE)))
        await money.shop.says(f"/tambah {SARI} 5000 {HOSTILE}", by=RINA)
        await money.shop.presses(money.shop.buttons(RINA)["confirm_add"])
        await asks(rina, shop_of(SARI), move="add", amount="5000", reason=HOSTILE)
        pages = [(await rina.http.get(page)).text for page in ("/desk/money", shop_of(SARI))]
        pages += [(await rina.http.get("/desk/money/shops", params={"q": HOSTILE + "x"})).text]
        for html in (*pages, rina.page):
            assert "onerror" in html
        for html in pages:
            assert "<img" not in html
            assert "&lt;img src=x" in html
