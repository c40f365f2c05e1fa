"""Money whose amount is that of a ticket, and which may be somebody else's, waits for an admin's word."""

import pytest

from bot.deposits.accounts import DepositAccount
from bot.features.deposits.cards import REUSE_MS
from bot.features.deposits.tickets import LARGEST_SUFFIX, RESERVED_MS, TICKET_MS
from bot.notices.deposits import (
    DepositCredited,
    SuspenseCard,
    SuspenseReason,
    TicketQuestion,
    TicketState,
)
from bot.updates import Toast
from storage import deposits, ledger, restores
from storage.deposits import TicketDecision, TicketOrigin
from storage.transaction import Tx
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, Shop
from tests.integration.test_mutations import KEY, books, credit, moota, mutasibank, operator, reports, states
from tests.integration.test_payment import Till
from tests.integration.test_tickets import asks, replies, taps
from tests.unit.test_qris import STATIC

BCA = DepositAccount(bank="BCA", number="1234567890", holder="Sari Dewi")
DANA = DepositAccount(bank="DANA", number="081234567890", holder="Sari Dewi")
A_DAY_S = 86_400


@pytest.fixture
def till(shop: Shop) -> Till:
    shop.starts(
        reseller_floor_idr=0,
        deposit_accounts=(BCA, DANA),
        deposit_qris=STATIC,
        mutation_signing_key=KEY,
    )
    return Till(shop)


def card(shop: Shop) -> SuspenseCard:
    """Return the card that both admins have read last."""
    notice = shop.last(RINA)
    assert isinstance(notice, SuspenseCard), notice
    assert shop.last(DEWI) == notice
    return notice


def balance(shop: Shop, owner_id: int) -> int:
    """Return what a reseller has."""
    (row,) = shop.rows(
        "SELECT balance_idr FROM accounts JOIN shops USING (shop_id)"
        " WHERE kind = 'available' AND owner_id = ?",
        owner_id,
    )
    return int(row["balance_idr"])


async def waits(shop: Shop, days: float) -> None:
    """Let days pass, and the worker do what is due."""
    shop.clock.passes(days * A_DAY_S)
    await books(shop)


class TestAccount:
    @pytest.mark.parametrize(
        "number",
        [
            *("1234567890", "123-456.7890", "xxxxxx7890", "123xxxx890", 1234567890),
            *("6281234567890", "81234567890", "", None, "**********", "Rekening Utama"),
        ],
    )
    async def test_money_on_an_offered_account_credits_its_ticket(self, till: Till, number: object) -> None:
        ticket = await asks(till.shop)
        await reports(till.shop, moota(credit(ticket.exact_idr, account_number=number)))
        assert till.sums == (ticket.exact_idr, 0)

    @pytest.mark.parametrize("number", ["1234567891", "234567890", "xxxxxx7891", "9988776655", 9988776655])
    async def test_money_on_an_account_that_is_not_the_operators_waits_and_the_card_says_so(
        self, till: Till, number: object
    ) -> None:
        ticket = await asks(till.shop)
        await reports(till.shop, moota(credit(ticket.exact_idr, account_number=number)))
        assert till.sums == (0, 0)
        assert operator(till.shop, "suspense") == ticket.exact_idr
        shown = card(till.shop)
        assert (shown.reason, shown.account_number) == (SuspenseReason.OTHER_ACCOUNT, str(number))
        assert shown.similar[0].ticket_id == ticket.ticket_id
        assert "DEPOSIT_ACCOUNTS" in till.shop.sender.to(RINA)[-1].text
        # It is the operator's money all the same: an admin may credit it.
        await replies(till.shop, str(SARI), to="SuspenseCard")
        assert await taps(till.shop, "suspense_credit") is Toast.DONE
        assert till.sums == (ticket.exact_idr, 0)
        till.ties()

    async def test_the_account_of_mutasibank_stands_beside_its_rows(self, till: Till) -> None:
        ticket = await asks(till.shop)
        row = {"id": 1, "type": "CR", "amount": ticket.exact_idr}
        at_s = till.shop.clock.monotonic()
        await reports(till.shop, mutasibank(row, at_s=at_s, account_number="5550001112"))
        assert card(till.shop).reason is SuspenseReason.OTHER_ACCOUNT
        assert till.sums == (0, 0)

    async def test_money_on_another_of_the_operators_accounts_credits_a_ticket_for_one_bank(
        self, till: Till
    ) -> None:
        ticket = await asks(till.shop, "tiket 100000 bca")
        await reports(till.shop, moota(credit(ticket.exact_idr, account_number=DANA.number)))
        assert till.sums == (ticket.exact_idr, 0)

    async def test_an_account_that_only_the_ticket_still_names_is_an_offered_one(self, till: Till) -> None:
        ticket = await asks(till.shop)
        till.shop.starts(reseller_floor_idr=0, deposit_accounts=(DANA,), mutation_signing_key=KEY)
        await reports(till.shop, moota(credit(ticket.exact_idr, account_number=BCA.number)))
        assert till.sums == (ticket.exact_idr, 0)

    async def test_a_ticket_for_qris_alone_names_no_account(self, till: Till) -> None:
        ticket = await asks(till.shop, "dep.qris.100000")
        await reports(till.shop, moota(credit(ticket.exact_idr, account_number="QRIS 99887766")))
        assert till.sums == (ticket.exact_idr, 0)

    async def test_money_on_another_account_is_not_taken_for_what_an_admin_credited(self, till: Till) -> None:
        ticket = await asks(till.shop)
        await taps(till.shop, "ticket_paid")
        await reports(till.shop, moota(credit(ticket.exact_idr, account_number="999")))
        assert states(till.shop) == ["suspense"]
        await reports(till.shop, moota(credit(ticket.exact_idr, "m-2")))
        assert states(till.shop) == ["suspense", "linked"]
        assert till.sums == (ticket.exact_idr, 0)


async def loses_a_day(shop: Shop) -> None:
    """Have a backup restored; tickets that it lacks may have been given out until now."""
    now_ms = shop.clock()

    def restore(tx: Tx) -> None:
        restores.start_quarantine(
            tx, restored_at_ms=now_ms, backup_at_ms=now_ms - A_DAY_S * 1000, gap_until_ms=now_ms
        )
        restores.release(tx, released_by=RINA, at_ms=now_ms)

    await shop.disk.write(restore)


class TestRestore:
    async def test_money_for_a_ticket_that_was_lost_does_not_credit_a_newer_one_of_its_amount(
        self, till: Till
    ) -> None:
        await loses_a_day(till.shop)
        newer = await asks(till.shop, by=BUDI)
        await reports(till.shop, moota(credit(newer.exact_idr)))
        assert balance(till.shop, BUDI) == 0
        shown = card(till.shop)
        assert shown.reason is SuspenseReason.RESTORED
        assert "cadangan" in till.shop.sender.to(RINA)[-1].text
        await replies(till.shop, str(SARI), to="SuspenseCard")
        await taps(till.shop, "suspense_credit")
        assert till.sums == (newer.exact_idr, 0)
        till.ties()

    async def test_so_it_is_until_no_lost_ticket_can_be_paid_any_more(self, till: Till) -> None:
        await loses_a_day(till.shop)
        await waits(till.shop, (TICKET_MS + RESERVED_MS) / 1000 / A_DAY_S)
        last = await asks(till.shop)
        await reports(till.shop, moota(credit(last.exact_idr)))
        assert card(till.shop).reason is SuspenseReason.RESTORED
        till.shop.clock.passes(0.001)
        await reports(till.shop, moota(credit(last.exact_idr, "m-2")))
        assert till.sums == (last.exact_idr, 0)

    async def test_a_tap_on_the_ticket_asks_before_it_takes_the_money_that_waits(self, till: Till) -> None:
        await loses_a_day(till.shop)
        ticket = await asks(till.shop)
        paid = till.shop.buttons(RINA)["ticket_paid"]
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert await till.shop.presses(paid, by=RINA) is Toast.ASKED
        question = till.shop.last(RINA)
        assert isinstance(question, TicketQuestion)
        assert question.mutation_id == 1
        assert till.sums == (0, 0)
        assert await taps(till.shop, "ticket_credit") is Toast.DONE
        assert till.sums == (ticket.exact_idr, 0)
        assert operator(till.shop, "suspense") == 0
        assert isinstance(till.shop.last(SARI), DepositCredited)
        till.ties()

    async def test_what_an_admin_credited_is_recognised_as_before(self, till: Till) -> None:
        await loses_a_day(till.shop)
        ticket = await asks(till.shop)
        await taps(till.shop, "ticket_paid")
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert states(till.shop) == ["linked"]
        assert till.sums == (ticket.exact_idr, 0)


async def others_had_all(shop: Shop, but: int, *, reported: range = range(0)) -> None:
    """Have other shops given every amount of 100,000 but one; that of the numbers `reported` was reported."""

    def fill(tx: Tx) -> None:
        for number in range(1, LARGEST_SUFFIX + 1):
            shop_id = ledger.open_shop(tx, 10_000 + number, floor_idr=0, at_ms=shop.clock())
            if number == but:
                continue
            ticket = deposits.insert(
                tx,
                TicketOrigin(chat_id=1, thread_id=None, message_id=None),
                shop_id=shop_id,
                user_id=10_000 + number,
                requested_idr=100_000,
                exact_idr=100_000 + number,
                accounts=(BCA,),
                takes_qris=False,
                at_ms=shop.clock(),
                expires_at_ms=shop.clock(),
                release_at_ms=shop.clock(),
            )
            assert ticket
            is_reported = number in reported
            decision = TicketDecision(
                state=TicketState.CONFIRMED if is_reported else TicketState.CANCELLED,
                at_ms=shop.clock(),
                release_at_ms=shop.clock(),
                mutation_id=1_000_000 + number if is_reported else None,
            )
            assert deposits.decide(tx, ticket, decision)

    await shop.disk.write(fill)
    await books(shop)


class TestReuse:
    async def test_an_amount_is_not_given_to_another_shop_for_weeks(self, till: Till) -> None:
        first = await asks(till.shop)
        for days in (4, 10, 15):
            await waits(till.shop, days)
            till.shop.random_suffix.next_are(first.exact_idr - 100_001)
            other = await asks(till.shop, by=BUDI)
            assert other.exact_idr != first.exact_idr
            await till.shop.says("batal tiket", by=BUDI)

    async def test_ones_own_amount_may_be_drawn_again(self, till: Till) -> None:
        first = await asks(till.shop)
        await waits(till.shop, 4)
        till.shop.random_suffix.next_are(first.exact_idr - 100_001)
        again = await asks(till.shop)
        assert again.exact_idr == first.exact_idr
        await reports(till.shop, moota(credit(again.exact_idr)))
        assert till.sums == (again.exact_idr, 0)

    async def test_an_amount_that_nobody_had_is_drawn_before_all_others(self, till: Till) -> None:
        await others_had_all(till.shop, 500, reported=range(1, 400))
        assert (await asks(till.shop)).exact_idr == 100_500
        await reports(till.shop, moota(credit(100_500)))
        assert till.sums == (100_500, 0)

    async def test_without_one_an_amount_is_drawn_whose_money_was_reported(self, till: Till) -> None:
        await others_had_all(till.shop, 0, reported=range(700, 702))
        ticket = await asks(till.shop)
        assert ticket.exact_idr in (100_700, 100_701)
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert till.sums == (ticket.exact_idr, 0)

    async def test_late_money_of_another_shop_waits_when_the_amount_had_to_be_shared(
        self, till: Till
    ) -> None:
        await others_had_all(till.shop, 0)
        ticket = await asks(till.shop)
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert till.sums == (0, 0)
        shown = card(till.shop)
        assert shown.reason is SuspenseReason.SHARED_AMOUNT
        assert [similar.exact_idr for similar in shown.similar[:2]] == [ticket.exact_idr] * 2
        assert "Reseller lain" in till.shop.sender.to(RINA)[-1].text
        late = ticket.exact_idr - 100_000 + 10_000
        await till.shop.hires(late)
        await replies(till.shop, str(late), to="SuspenseCard")
        await taps(till.shop, "suspense_credit")
        assert balance(till.shop, late) == ticket.exact_idr
        assert till.sums == (0, 0)

    async def test_a_month_later_the_amount_is_free_and_credits_by_itself(self, till: Till) -> None:
        await others_had_all(till.shop, 0)
        await waits(till.shop, (REUSE_MS + 1) / 1000 / A_DAY_S)
        ticket = await asks(till.shop)
        await reports(till.shop, moota(credit(ticket.exact_idr)))
        assert till.sums == (ticket.exact_idr, 0)
