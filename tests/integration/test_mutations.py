"""Money that a service reports is booked once: to the ticket with its exact amount, or to suspense."""

import asyncio
import hmac
import json
import logging
from hashlib import sha256
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from bot.deposits.accounts import DepositAccount
from bot.deposits.mutations import MAX_AGE_S, MutationPost, Service
from bot.features.deposits.mutations import MutationResult
from bot.features.deposits.tickets import RESERVED_MS, TICKET_MS
from bot.ledger import OPERATOR
from bot.notices.deposits import (
    DepositCredited,
    MutationRowsUnreadable,
    MutationUnreadable,
    NoDeposits,
    SuspenseCard,
    SuspenseClosed,
    SuspensePersonUnknown,
    SuspenseQuestion,
    TicketCard,
    TicketClosed,
    TicketQuestion,
    TicketState,
)
from bot.updates import Toast
from bot.web.app import MAX_UPDATE_BYTES, WebApp
from storage import mutations
from tests.integration.conftest import BUDI, DEWI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.test_payment import Till
from tests.integration.test_tickets import asks, message_of, replies, taps
from tests.integration.test_web import OPEN, Inside, not_found, seen, served

KEY = "canary-mutation-secret-of-40-characters."
BCA = DepositAccount(bank="BCA", number="1234567890", holder="Sari Dewi")
GATE = replace(OPEN, mutation_secret=KEY)


@pytest.fixture
def till(shop: Shop) -> Till:
    shop.starts(reseller_floor_idr=0, deposit_accounts=(BCA,), mutation_signing_key=KEY)
    return Till(shop)


def sign(body: bytes, key: str = KEY) -> str:
    return hmac.new(key.encode(), body, sha256).hexdigest()


def credit(amount: object, ref: object = "m-1", **fields: object) -> dict[str, object]:
    """Return a mutation as Moota reports one."""
    return {
        "mutation_id": ref,
        "amount": amount,
        "type": "CR",
        "account_number": BCA.number,
        "description": "TRSF E-BANKING CR",
    } | fields


def moota(*rows: object, key: str = KEY) -> MutationPost:
    body = json.dumps(rows).encode()
    return MutationPost(body=body, moota_signature=sign(body, key))


def mutasibank(*rows: object, at_s: float, key: str = KEY, **fields: object) -> MutationPost:
    whole = {"api_key": "canary-api-key", "account_number": BCA.number, "data_mutasi": rows} | fields
    body = json.dumps(whole).encode()
    return MutationPost(body=body, mutasibank_signature=sign(body, key), mutasibank_timestamp=str(int(at_s)))


async def reports(shop: Shop, *posts: MutationPost) -> None:
    """Post, and let the worker book everything."""
    for post in posts:
        assert await shop.mutations.receive(post) is MutationResult.STORED
    await books(shop)


async def books(shop: Shop) -> None:
    while not await shop.deposits.run_once():
        pass
    await shop.speaks()


def operator(shop: Shop, kind: str) -> int:
    """Return the sum of the legs on an account of the operator."""
    (row,) = shop.rows(
        "SELECT coalesce(sum(amount_idr), 0) AS sum FROM legs JOIN accounts USING (account_id)"
        " WHERE shop_id = ? AND kind = ?",
        OPERATOR,
        kind,
    )
    return int(row["sum"])


def states(shop: Shop) -> list[str]:
    return [row["state"] for row in shop.rows("SELECT state FROM mutations ORDER BY mutation_id")]


class TestMatching:
    @pytest.mark.parametrize("form", ["{}", "{}.00", "{}.0"])
    async def test_the_exact_amount_credits_its_ticket_and_all_are_told(self, till: Till, form: str) -> None:
        ticket = await asks(till.shop)
        await reports(till.shop, moota(credit(form.format(ticket.exact_idr))))
        assert till.sums == (ticket.exact_idr, 0)
        told = till.shop.last(SARI)
        assert isinstance(told, DepositCredited)
        assert told.balance.after_idr == ticket.exact_idr
        for admin in (RINA, DEWI):
            closed = till.shop.last(admin)
            assert isinstance(closed, TicketClosed)
            assert (closed.state, closed.admin_name) == (TicketState.CONFIRMED, "")
        assert operator(till.shop, "suspense") == 0

    @pytest.mark.parametrize("number", [int, float])
    async def test_amounts_may_be_numbers(self, till: Till, number: Any) -> None:
        ticket = await asks(till.shop)
        await reports(till.shop, moota(credit(number(ticket.exact_idr))))
        assert till.sums == (ticket.exact_idr, 0)

    async def test_mutasibank_is_understood_and_its_api_key_is_not_kept(self, till: Till) -> None:
        ticket = await asks(till.shop)
        row = {"id": 991, "type": "CR", "amount": ticket.exact_idr, "description": "x", "balance": 1}
        await reports(till.shop, mutasibank(row, at_s=till.shop.clock.monotonic()))
        assert till.sums == (ticket.exact_idr, 0)
        (stored,) = till.shop.rows("SELECT body FROM mutation_posts")
        assert "canary-api-key" not in stored["body"]

    async def test_a_repeated_a_doubled_and_a_parallel_post_credit_once(self, till: Till) -> None:
        ticket = await asks(till.shop)
        post = moota(credit(ticket.exact_idr), credit(ticket.exact_idr))
        await asyncio.gather(*(till.shop.mutations.receive(post) for _ in range(5)))
        await books(till.shop)
        await reports(till.shop, post)
        assert till.sums == (ticket.exact_idr, 0)
        assert states(till.shop) == ["credited"]

    async def test_a_second_payment_of_the_same_amount_goes_to_suspense(self, till: Till) -> None:
        ticket = await asks(till.shop)
        await reports(till.shop, moota(credit(ticket.exact_idr)), moota(credit(ticket.exact_idr, "m-2")))
        assert till.sums == (ticket.exact_idr, 0)
        assert operator(till.shop, "suspense") == ticket.exact_idr
        assert states(till.shop) == ["credited", "suspense"]

    async def test_the_same_id_of_two_services_is_two_mutations(self, till: Till) -> None:
        ticket = await asks(till.shop)
        row = {"id": "m-1", "type": "CR", "amount": ticket.exact_idr}
        at_s = till.shop.clock.monotonic()
        await reports(till.shop, moota(credit(ticket.exact_idr)), mutasibank(row, at_s=at_s))
        assert states(till.shop) == ["credited", "suspense"]

    async def test_what_an_admin_credited_before_is_recognised_and_not_credited_again(
        self, till: Till
    ) -> None:
        ticket = await asks(till.shop)
        await taps(till.shop, "ticket_paid")
        told = till.shop.kinds(RINA)
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert till.sums == (ticket.exact_idr, 0)
        assert states(till.shop) == ["linked"]
        assert operator(till.shop, "suspense") == 0
        assert till.shop.kinds(RINA) == told

    async def test_a_report_after_a_weekend_does_not_find_the_ticket_of_another_shop(
        self, till: Till
    ) -> None:
        till.shop.random_suffix.next_are(346, 346)
        ticket = await asks(till.shop)
        await taps(till.shop, "ticket_paid")
        till.shop.clock.passes(2.5 * 86_400)
        await books(till.shop)
        other = await asks(till.shop, by=BUDI)
        assert other.exact_idr != ticket.exact_idr
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert states(till.shop) == ["linked"]

    async def test_a_tap_after_the_report_credits_nothing(self, till: Till) -> None:
        ticket = await asks(till.shop)
        nonce = till.shop.buttons(RINA)["ticket_paid"]
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert await till.shop.presses(nonce, by=RINA) is Toast.USED
        assert till.sums == (ticket.exact_idr, 0)

    async def test_money_that_comes_after_the_time_still_finds_its_ticket(self, till: Till) -> None:
        ticket = await asks(till.shop)
        till.shop.clock.passes(TICKET_MS / 1000 + 86_400)
        await books(till.shop)
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert till.sums == (ticket.exact_idr, 0)

    async def test_money_that_comes_after_the_reservation_goes_to_suspense(self, till: Till) -> None:
        ticket = await asks(till.shop)
        till.shop.clock.passes((TICKET_MS + RESERVED_MS) / 1000)
        await books(till.shop)
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert till.sums == (0, 0)
        assert states(till.shop) == ["suspense"]

    @pytest.mark.parametrize("action", ["ticket_absent", "ticket_cancel"])
    async def test_what_a_person_ended_is_not_credited_by_a_machine(self, till: Till, action: str) -> None:
        ticket = await asks(till.shop)
        await taps(till.shop, action, by=SARI if action == "ticket_cancel" else RINA)
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert till.sums == (0, 0)
        card = till.shop.last(RINA)
        assert isinstance(card, SuspenseCard)
        assert [similar.ticket_id for similar in card.similar] == [ticket.ticket_id]

    async def test_debits_are_nothing(self, till: Till) -> None:
        ticket = await asks(till.shop)
        for kind in ("DB", "D", "debit"):
            await reports(till.shop, moota(credit(ticket.exact_idr, type=kind)))
        assert till.sums == (0, 0)
        assert states(till.shop) == []

    async def test_a_part_of_a_rupiah_is_never_rounded(self, till: Till) -> None:
        ticket = await asks(till.shop)
        await reports(till.shop, moota(credit(f"{ticket.exact_idr}.50")))
        assert till.sums == (0, 0)
        told = till.shop.last(RINA)
        assert isinstance(told, MutationUnreadable)
        assert f"{ticket.exact_idr}.50" in told.note

    async def test_what_was_stored_before_a_crash_is_booked_after_it(self, till: Till) -> None:
        ticket = await asks(till.shop)
        await till.shop.mutations.receive(moota(credit(ticket.exact_idr)))
        till.shop.starts(reseller_floor_idr=0, deposit_accounts=(BCA,), mutation_signing_key=KEY)
        await books(till.shop)
        assert till.sums == (ticket.exact_idr, 0)

    async def test_a_post_is_booked_whole_or_not_at_all(self, till: Till) -> None:
        ticket = await asks(till.shop)
        await till.shop.mutations.receive(moota(credit(ticket.exact_idr), credit(5_000, "m-2")))
        till.shop.disk.refuses_writes(1)
        with pytest.raises(Exception, match=r".*"):
            await till.shop.deposits.run_once()
        assert (till.sums, states(till.shop)) == ((0, 0), [])
        await books(till.shop)
        assert (till.sums, states(till.shop)) == ((ticket.exact_idr, 0), ["credited", "suspense"])

    async def test_a_post_that_cannot_be_booked_is_shown_and_stops_no_other(self, till: Till) -> None:
        ticket = await asks(till.shop)
        await till.shop.disk.write(
            lambda tx: mutations.store_post(tx, Service.MOOTA, "[half", at_ms=till.shop.clock())
        )
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert till.sums == (ticket.exact_idr, 0)
        shown = [row for row in till.shop.messages(RINA) if row["kind"] == "MutationUnreadable"]
        assert len(shown) == 1
        posts = till.shop.rows("SELECT state FROM mutation_posts ORDER BY post_id")
        assert [row["state"] for row in posts] == ["failed", "done"]


class TestSeeingAll:
    async def test_an_admin_is_shown_open_tickets_and_unclaimed_money(self, till: Till) -> None:
        await till.shop.says("/tiket", by=DEWI)
        assert till.shop.last(DEWI) == NoDeposits()
        ticket = await asks(till.shop)
        await reports(till.shop, moota(credit(75_000)))
        await till.shop.says("tiket", by=DEWI)
        card, money = (till.shop.notice(row) for row in till.shop.messages(DEWI)[-2:])
        assert isinstance(card, TicketCard)
        assert isinstance(money, SuspenseCard)
        assert await taps(till.shop, "suspense_reject", by=DEWI) is Toast.DONE
        await reports(till.shop, moota(credit(ticket.exact_idr, "m-2")))
        closed = [row for row in till.shop.messages(DEWI) if row["kind"] == "TicketClosed"]
        assert len(closed) == 2


class TestSuspense:
    @pytest.fixture
    async def card(self, till: Till) -> SuspenseCard:
        await reports(till.shop, moota(credit(75_000)))
        card = till.shop.last(RINA)
        assert isinstance(card, SuspenseCard)
        assert till.shop.last(DEWI) == card
        assert operator(till.shop, "suspense") == 75_000
        return card

    async def names(self, till: Till, typed: str, *, by: int = RINA) -> None:
        await replies(till.shop, typed, by=by, to="SuspenseCard")

    @pytest.mark.usefixtures("card")
    async def test_it_is_credited_by_a_name_and_a_tap(self, till: Till) -> None:
        await self.names(till, str(SARI))
        question = till.shop.last(RINA)
        assert isinstance(question, SuspenseQuestion)
        assert (question.user_id, question.amount_idr, question.ticket_id) == (SARI, 75_000, 0)
        assert till.sums == (0, 0)
        assert await taps(till.shop, "suspense_credit") is Toast.DONE
        assert till.sums == (75_000, 0)
        assert operator(till.shop, "suspense") == 0
        assert operator(till.shop, "deposits") == -75_000
        assert isinstance(till.shop.last(SARI), DepositCredited)
        closed = till.shop.last(DEWI)
        assert isinstance(closed, SuspenseClosed)
        assert (closed.name, closed.admin_name) == ("1001", f"Name {RINA}")

    @pytest.mark.usefixtures("card")
    async def test_a_username_is_found(self, till: Till) -> None:
        await till.shop.says("harga", username="TokoSari")
        await self.names(till, "@tokosari")
        question = till.shop.last(RINA)
        assert isinstance(question, SuspenseQuestion)
        assert question.user_id == SARI

    @pytest.mark.usefixtures("card")
    @pytest.mark.parametrize("typed", ["@siapa", str(STRANGER), "0", "sari dewi"])
    async def test_only_a_reseller_is_credited(self, till: Till, typed: str) -> None:
        await self.names(till, typed)
        assert isinstance(till.shop.last(RINA), SuspensePersonUnknown)

    @pytest.mark.usefixtures("card")
    async def test_two_admins_credit_two_resellers_once(self, till: Till) -> None:
        await self.names(till, str(SARI))
        await self.names(till, str(BUDI), by=DEWI)
        first, second = (till.shop.buttons(admin)["suspense_credit"] for admin in (RINA, DEWI))
        assert await till.shop.presses(first, by=RINA) is Toast.DONE
        assert await till.shop.presses(second, by=DEWI) is Toast.USED
        assert till.sums == (75_000, 0)
        assert operator(till.shop, "suspense") == 0
        await till.shop.speaks()
        await replies(till.shop, str(BUDI), by=DEWI, to="SuspenseClosed")
        assert isinstance(till.shop.last(DEWI), SuspenseClosed)

    @pytest.mark.usefixtures("card")
    async def test_it_is_rejected_by_two_taps_and_leaves_the_books(self, till: Till) -> None:
        await taps(till.shop, "suspense_reject")
        await taps(till.shop, "confirm_suspense_reject")
        assert operator(till.shop, "suspense") == operator(till.shop, "deposits") == 0
        till.ties()
        (rejected,) = till.shop.rows("SELECT corrects, reason FROM entries WHERE kind = 'adjustment'")
        assert (rejected["corrects"], rejected["reason"]) == (1, "Bukan deposit reseller")
        assert states(till.shop) == ["rejected"]

    async def test_a_rejection_can_be_dropped(self, till: Till, card: SuspenseCard) -> None:
        await taps(till.shop, "suspense_reject")
        await taps(till.shop, "cancel")
        assert till.shop.last(RINA) == card

    async def test_with_it_the_open_ticket_of_its_shop_is_closed(self, till: Till) -> None:
        ticket = await asks(till.shop)
        await reports(till.shop, moota(credit(100_000)))
        card = till.shop.last(RINA)
        assert isinstance(card, SuspenseCard)
        assert [similar.ticket_id for similar in card.similar] == [ticket.ticket_id]
        paid = till.shop.rows("SELECT nonce FROM buttons WHERE action = 'ticket_paid'")[0]["nonce"]
        await self.names(till, str(SARI))
        await taps(till.shop, "suspense_credit")
        assert till.sums == (100_000, 0)
        assert await till.shop.presses(paid, by=RINA) is Toast.USED
        await till.shop.speaks()
        await reports(till.shop, moota(credit(ticket.exact_idr, "m-2")))
        assert till.sums == (100_000, 0)

    async def test_money_reported_between_question_and_tap_is_taken_out_of_suspense(self, till: Till) -> None:
        await asks(till.shop)
        await replies(till.shop, "98000")
        asked = till.shop.buttons(RINA)["ticket_credit"]
        await reports(till.shop, moota(credit(98_000)))
        assert await till.shop.presses(asked, by=RINA) is Toast.ASKED
        again = till.shop.last(RINA)
        assert isinstance(again, TicketQuestion)
        assert again.mutation_id
        assert till.sums == (0, 0)
        await taps(till.shop, "ticket_credit")
        assert till.sums == (98_000, 0)
        assert operator(till.shop, "suspense") == 0
        assert isinstance(till.shop.last(DEWI), SuspenseClosed | TicketClosed)

    async def test_the_question_says_that_the_same_amount_was_credited_by_hand(self, till: Till) -> None:
        await asks(till.shop)
        await replies(till.shop, "98000")
        await taps(till.shop, "ticket_credit")
        till.shop.clock.passes(86_400)
        await reports(till.shop, moota(credit(98_000)))
        await replies(till.shop, str(SARI), by=DEWI, to="SuspenseCard")
        question = till.shop.last(DEWI)
        assert isinstance(question, SuspenseQuestion)
        assert question.same_at_ms == till.shop.clock() - 86_400_000

    async def test_a_ticket_that_the_question_did_not_name_is_not_closed(self, till: Till) -> None:
        await reports(till.shop, moota(credit(50_000)))
        await replies(till.shop, str(SARI), to="SuspenseCard")
        asked = till.shop.buttons(RINA)["suspense_credit"]
        ticket = await asks(till.shop)
        await till.shop.presses(asked, by=RINA)
        again = till.shop.last(RINA)
        assert isinstance(again, SuspenseQuestion)
        assert again.ticket_id == ticket.ticket_id
        assert till.sums == (0, 0)
        await reports(till.shop, moota(credit(ticket.exact_idr, "m-2")))
        assert till.sums == (ticket.exact_idr, 0)

    async def test_money_credited_to_who_joined_in_a_group_is_told_in_private(self, till: Till) -> None:
        await till.shop.says("/daftar", by=STRANGER, chat=GROUP)
        await taps(till.shop, "approve")
        await reports(till.shop, moota(credit(77_000)))
        await replies(till.shop, str(STRANGER), to="SuspenseCard")
        assert await taps(till.shop, "suspense_credit") is Toast.DONE
        assert isinstance(till.shop.last(STRANGER), DepositCredited)
        assert "DepositCredited" not in till.shop.kinds(GROUP)

    async def test_a_short_payment_is_credited_from_suspense_by_its_ticket(self, till: Till) -> None:
        await asks(till.shop)
        await reports(till.shop, moota(credit(98_000)))
        await replies(till.shop, "98000")
        question = till.shop.last(RINA)
        assert isinstance(question, TicketQuestion)
        assert question.mutation_id == 1
        await taps(till.shop, "ticket_credit")
        assert till.sums == (98_000, 0)
        assert operator(till.shop, "suspense") == 0
        assert states(till.shop) == ["credited"]
        assert message_of(till.shop, RINA, "SuspenseCard")
        closed = [row for row in till.shop.messages(RINA) if row["kind"] == "SuspenseClosed"]
        assert len(closed) == 1

    async def test_one_payment_credits_one_of_two_tickets_that_were_asked_about(self, till: Till) -> None:
        await asks(till.shop)
        await asks(till.shop, by=BUDI)
        await reports(till.shop, moota(credit(98_000)))
        cards = [row["message_id"] for row in till.shop.messages(RINA) if row["kind"] == "TicketCard"]
        nonces = []
        for card in cards:
            await till.shop.says("98000", by=RINA, reply_to=card)
            nonces.append(till.shop.buttons(RINA)["ticket_credit"])
        toasts = [await till.shop.presses(nonce, by=RINA) for nonce in nonces]
        assert toasts == [Toast.DONE, Toast.USED]
        assert operator(till.shop, "suspense") == 0
        assert operator(till.shop, "deposits") == -98_000
        assert isinstance(till.shop.last(RINA), TicketCard)

    async def test_of_two_equal_payments_each_is_credited_once(self, till: Till) -> None:
        await asks(till.shop)
        await asks(till.shop, by=BUDI)
        await reports(till.shop, moota(credit(98_000), credit(98_000, "m-2")))
        cards = [row["message_id"] for row in till.shop.messages(RINA) if row["kind"] == "TicketCard"]
        for card in cards:
            await till.shop.says("98000", by=RINA, reply_to=card)
            await taps(till.shop, "ticket_credit")
            await till.shop.speaks()
        assert states(till.shop) == ["credited", "credited"]
        assert operator(till.shop, "suspense") == 0
        assert operator(till.shop, "deposits") == -2 * 98_000


BROKEN = {
    "empty": b"",
    "half": b"[{",
    "no list": b"{}",
    "an empty list": b"[]",
    "a text": b'"x"',
    "no object": b"[1]",
    "no utf-8": b"\xff\xfe",
    "deep": b"[" * 100_000,
    "no number": b'[{"mutation_id": "1", "type": "CR", "amount": NaN}]',
}
UNREADABLE: dict[str, object] = {
    "no object": 1,
    "a list": [credit(1_000)],
    "no id": credit(1_000, None),
    "an empty id": credit(1_000, " "),
    "a long id": credit(1_000, "x" * 101),
    "no amount": credit(None),
    "a negative amount": credit(-100_000),
    "nothing": credit(0),
    "words": credit("seratus ribu"),
    "an exponent": credit("1e5"),
    "a truth": credit(amount=True),
    "too much": credit(10**14),
    "commas": credit("100,000.00"),
    "no kind": credit(1_000, type=None),
    "another kind": credit(1_000, type="XX"),
    "half a character": credit(-1, "\ud800"),
}


def unreadable_cards(shop: Shop, admin: int) -> list[MutationRowsUnreadable]:
    rows = [row for row in shop.messages(admin) if row["kind"] == "MutationRowsUnreadable"]
    return [notice for row in rows if isinstance(notice := shop.notice(row), MutationRowsUnreadable)]


class TestRows:
    @pytest.mark.parametrize("row", UNREADABLE.values(), ids=UNREADABLE.keys())
    async def test_a_row_that_cannot_be_read_is_kept_and_told_once_and_the_others_are_booked(
        self, till: Till, row: object
    ) -> None:
        ticket = await asks(till.shop)
        post = moota(credit(75_000, "m-0"), row, credit(ticket.exact_idr, "m-2"))
        await reports(till.shop, post, post)
        assert till.sums == (ticket.exact_idr, 0)
        assert operator(till.shop, "suspense") == 75_000
        (kept,) = till.shop.rows("SELECT body, why FROM unreadable_mutations")
        assert json.loads(kept["body"]) == row
        assert kept["why"]
        for admin in (RINA, DEWI):
            (card,) = unreadable_cards(till.shop, admin)
            assert (card.count, len(card.rows)) == (1, 1)

    async def test_a_row_that_can_be_read_later_is_booked_then(self, till: Till) -> None:
        ticket = await asks(till.shop)
        await reports(till.shop, moota(credit("?")))
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert till.sums == (ticket.exact_idr, 0)

    async def test_many_rows_make_one_card_that_fits(self, till: Till) -> None:
        rows = [credit("?" * 300, f"m-{number}", description="x" * 300) for number in range(400)]
        await reports(till.shop, moota(*rows))
        (card,) = unreadable_cards(till.shop, RINA)
        assert card.count == 400
        assert len(till.shop.sender.to(RINA)[-1].text) <= 1000

    async def test_a_row_of_mutasibank_is_kept_without_its_api_key(self, till: Till) -> None:
        row = {"id": 2, "type": "?", "amount": 5_000, "api_key": "canary-api-key"}
        await reports(till.shop, mutasibank(row, at_s=till.shop.clock.monotonic()))
        (kept,) = till.shop.rows("SELECT body FROM unreadable_mutations")
        (card,) = unreadable_cards(till.shop, RINA)
        assert "canary" not in kept["body"] + "".join(card.rows)


class TestBodies:
    @pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
    async def test_a_signed_body_that_cannot_be_read_changes_nothing(self, till: Till, body: bytes) -> None:
        post = MutationPost(body=body, moota_signature=sign(body))
        assert await till.shop.mutations.receive(post) is MutationResult.MALFORMED
        assert till.shop.rows("SELECT * FROM mutation_posts") == []

    async def test_the_admins_are_alerted_once_that_nobody_books_what_it_reports(self, till: Till) -> None:
        broken = mutasibank("?", at_s=till.shop.clock() / 1000)
        for _ in range(2):
            assert await till.shop.mutations.receive(broken) is MutationResult.MALFORMED
        for admin in (RINA, DEWI):
            assert till.shop.kinds(admin) == ["MutationUnreadable"]
        assert "canary-api-key" not in till.shop.messages(RINA)[-1]["facts"]

    @pytest.mark.parametrize("late_s", [MAX_AGE_S + 1, -MAX_AGE_S - 2, 10**9])
    async def test_an_old_post_of_mutasibank_is_a_replay(self, till: Till, late_s: int) -> None:
        row = {"id": 1, "type": "CR", "amount": 75_000}
        post = mutasibank(row, at_s=till.shop.clock.monotonic() - late_s)
        assert await till.shop.mutations.receive(post) is MutationResult.STRANGE

    @pytest.mark.parametrize("timestamp", [None, "", "x", "-1", "1_000", "1e9", "١٢٣"])
    async def test_a_post_of_mutasibank_needs_its_time(self, till: Till, timestamp: str | None) -> None:
        row = {"id": 1, "type": "CR", "amount": 75_000}
        post = replace(mutasibank(row, at_s=0), mutasibank_timestamp=timestamp)
        assert await till.shop.mutations.receive(post) is MutationResult.STRANGE

    async def test_a_forged_signature_is_nothing(self, till: Till) -> None:
        ticket = await asks(till.shop)
        right = moota(credit(ticket.exact_idr))
        forged = [
            replace(right, moota_signature=None),
            replace(right, moota_signature=""),
            replace(right, moota_signature="\udcff"),
            replace(right, moota_signature=sign(right.body)[:-1]),
            replace(right, body=right.body + b" "),
            moota(credit(ticket.exact_idr), key="another"),
            # The key of one header does not count for the other.
            replace(right, mutasibank_signature="x"),
            replace(right, mutasibank_signature=right.moota_signature, moota_signature=None),
        ]
        for post in forged:
            assert await till.shop.mutations.receive(post) is MutationResult.STRANGE
        assert till.shop.rows("SELECT * FROM mutation_posts") == []

    async def test_without_a_key_nobody_reports_anything(self, shop: Shop) -> None:
        assert await shop.mutations.receive(moota(credit(75_000), key="")) is MutationResult.STRANGE


class TestRealSocket:
    async def test_nothing_logs_the_address(self, till: Till, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        handlers = replace(Inside().handlers(), receive_mutations=till.shop.mutations.receive)
        good = moota(credit(75_000))
        async with (
            served(WebApp(handlers, GATE)) as url,
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
        ):
            for path in (f"/mutations/{KEY}", f"/mutations/{KEY}/", f"/{KEY}", f"/mutations/x{KEY}?{KEY}"):
                for signed in (sign(good.body), "0" * 64):
                    await client.post(path, content=good.body, headers={"Signature": signed})
                await client.post(path, content=b"{}", headers={"Signature": sign(b"{}")})
                await client.get(path)
            till.shop.disk.refuses_writes(1)
            await client.post(f"/mutations/{KEY}", content=good.body, headers={"Signature": sign(good.body)})
        # The client of this test logs it, and asyncio the sockets.
        own = [record for record in caplog.records if record.name.startswith(("bot", "storage", "uvicorn"))]
        assert {record.getMessage() for record in own} >= {"mutations received"}
        assert KEY not in "".join(f"{record.getMessage()} {record.__dict__}" for record in own)

    async def test_from_the_socket_to_the_ledger_and_back(self, till: Till) -> None:
        ticket = await asks(till.shop)
        post = moota(credit(ticket.exact_idr))
        inside = Inside()
        handlers = replace(inside.handlers(), receive_mutations=till.shop.mutations.receive)
        path, headers = f"/mutations/{KEY}", {"Signature": post.moota_signature or ""}
        async with (
            served(WebApp(handlers, GATE)) as url,
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
        ):
            till.shop.disk.refuses_writes(1)
            assert (await client.post(path, content=post.body, headers=headers)).status_code == 503
            answers = await asyncio.gather(
                *(client.post(path, content=post.body, headers=headers) for _ in range(3))
            )
            assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"OK")] * 3
            signed = {"Signature": sign(b"{}")}
            assert (await client.post(path, content=b"{}", headers=signed)).status_code == 400
            assert inside.counted == [("mutations", "body")]
            nowhere = await not_found(client)
            for wrong in (
                await client.get(path, headers=headers),
                await client.put(path, content=post.body, headers=headers),
                await client.post("/mutations/", content=post.body, headers=headers),
                await client.post(f"/mutations/{KEY[:-1]}", content=post.body, headers=headers),
                await client.post(f"/mutations/{KEY}/", content=post.body, headers=headers),
                await client.post(path, content=post.body),
                await client.post(path, content=post.body, headers={"Signature": "0" * 64}),
                await client.post(path, content=b"x" * (MAX_UPDATE_BYTES + 1), headers=headers),
            ):
                assert [part for part in seen(wrong)[1] if part[0] != b"date"] == [
                    part for part in nowhere[1] if part[0] != b"date"
                ]
                assert (wrong.status_code, wrong.content) == (404, b"Not Found")
        await books(till.shop)
        assert till.sums == (ticket.exact_idr, 0)

    async def test_without_a_secret_the_path_does_not_exist(self) -> None:
        inside = Inside()
        async with (
            served(WebApp(inside.handlers(), OPEN)) as url,
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
        ):
            for path in ("/mutations/", "/mutations/None", f"/mutations/{KEY}"):
                assert (await client.post(path, content=b"[]")).status_code == 404
        assert inside.posts == []
