"""An order is placed only with money for it, pays once on SUKSES, and gets its price back once on GAGAL."""

from typing import Any

import pytest
from msgspec.structs import replace

from bot.deposits.accounts import DepositAccount
from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, transfer_legs
from bot.notices.balances import BalanceLine, InsufficientBalance, PriceMissing
from bot.notices.orders import OrderDisputed, OrderFailed, OrderReceived, OrderSucceeded
from bot.orders.model import Order, State, UnplacedReason
from storage import batches, ledger
from tests.integration.conftest import RINA, SARI, Shop
from tests.integration.fakes import success_of
from tests.integration.looked import last_text
from tests.integration.test_placing import S5
from tests.integration.test_reversals import failure

BCA = DepositAccount(bank="BCA", number="1234567890", holder="Toko")
PRICED = replace(S5, price_idr=5_900)


def number(index: int) -> str:
    return f"0812{index:08d}"


class Till:
    """A shop whose resellers are prepaid, with Sari's money in it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._count = 0

    async def receives(self, amount_idr: int) -> None:
        """Let Sari pay in."""
        self._count += 1
        source = f"deposit:{self._count}"
        await self.shop.disk.write(lambda tx: ledger.post(tx, self._deposit(tx, source, amount_idr)))

    def _deposit(self, tx: object, source: str, amount_idr: int) -> Entry:
        shop_id = ledger.open_shop(tx, SARI, floor_idr=0, at_ms=1)  # type: ignore[arg-type]  # a Tx
        legs = transfer_legs(
            amount_idr, source=(AccountKind.DEPOSITS, OPERATOR), target=(AccountKind.AVAILABLE, shop_id)
        )
        return Entry(source=source, kind=EntryKind.DEPOSIT, at_ms=1, actor="admin:9001", legs=legs)

    def balance(self, kind: AccountKind = AccountKind.AVAILABLE) -> int:
        rows = self.shop.rows(
            "SELECT balance_idr FROM accounts JOIN shops USING (shop_id) WHERE owner_id = ? AND kind = ?",
            SARI,
            kind,
        )
        return sum(row["balance_idr"] for row in rows)

    @property
    def sums(self) -> tuple[int, int]:
        """What Sari may spend, and what her orders hold."""
        self.ties()
        return self.balance(), self.balance(AccountKind.HELD)

    def ties(self) -> None:
        """Check that every entry sums to zero and that every balance is the sum of its legs."""
        rows = self.shop.rows
        assert rows("SELECT entry_id FROM legs GROUP BY entry_id HAVING sum(amount_idr) <> 0") == []
        assert (
            rows(
                "SELECT account_id FROM accounts WHERE shop_id > 0 AND balance_idr <>"
                " (SELECT coalesce(sum(amount_idr), 0) FROM legs WHERE legs.account_id = accounts.account_id)"
            )
            == []
        )

    def count(self, kind: EntryKind) -> int:
        (row,) = self.shop.rows("SELECT count(*) AS count FROM entries WHERE kind = ?", kind)
        return int(row["count"])


@pytest.fixture
async def till(shop: Shop) -> Till:
    shop.starts(reseller_floor_idr=0)
    await shop.sells(PRICED)
    return Till(shop)


async def pending(till: Till, index: int = 1) -> Order:
    order = await till.shop.asks(f"s5.{number(index)}")
    await till.shop.posts()
    return await till.shop.order(order.trxid)


async def test_without_money_nothing_is_placed_and_the_answer_says_what_is_missing(till: Till) -> None:
    await till.receives(5_000)
    await till.shop.says(f"s5.{number(1)}")
    refused = till.shop.last(SARI)
    assert isinstance(refused, InsufficientBalance)
    assert (refused.price_idr, refused.available_idr, refused.missing_idr) == (5_900, 5_000, 900)
    assert till.shop.rows("SELECT * FROM orders") == []
    assert till.sums == (5_000, 0)


@pytest.mark.parametrize(("rules", "takes_tickets"), [({}, False), ({"deposit_accounts": (BCA,)}, True)])
async def test_the_refusal_names_the_ticket_where_tickets_are_taken(
    till: Till, rules: dict[str, Any], *, takes_tickets: bool
) -> None:
    till.shop.starts(reseller_floor_idr=0, **rules)
    await till.shop.says(f"s5.{number(1)}")
    refused = till.shop.last(SARI)
    assert isinstance(refused, InsufficientBalance)
    assert refused.takes_tickets is takes_tickets
    assert ("tiket 10000" in await last_text(till.shop)) is takes_tickets


async def test_the_price_is_held_at_placing_and_spent_on_success(till: Till) -> None:
    await till.receives(100_000)
    order = await till.shop.asks(f"s5.{number(1)}")
    assert till.sums == (94_100, 5_900)
    await till.shop.posts()
    await till.shop.reversals.receive(success_of(order), "1.2.3.4")
    assert till.sums == (94_100, 0)
    told = till.shop.last(SARI)
    assert isinstance(told, OrderSucceeded)
    assert told.balance == BalanceLine(amount_idr=-5_900, after_idr=94_100)


async def test_a_failure_heard_three_times_gives_the_price_back_once(till: Till) -> None:
    await till.receives(100_000)
    order = await pending(till)
    for _ in range(3):
        await till.shop.reversals.receive(failure(order), "1.2.3.4")
    assert till.sums == (100_000, 0)
    assert till.count(EntryKind.RELEASE) == 1
    told = till.shop.last(SARI)
    assert isinstance(told, OrderFailed)
    assert told.balance == BalanceLine(amount_idr=5_900, after_idr=100_000)


async def test_twenty_orders_for_the_price_of_ten_make_exactly_ten(till: Till) -> None:
    await till.receives(10 * 5_900)
    for index in range(20):
        await till.shop.says(f"s5.{number(index)}")
    assert len(till.shop.rows("SELECT * FROM orders")) == 10
    assert till.sums == (0, 59_000)


async def test_of_a_batch_what_fits_is_placed_in_order_and_the_rest_says_why(till: Till) -> None:
    await till.receives(2 * 5_900)
    message_id = await till.shop.says("\n".join(f"s5.{number(index)}" for index in range(3)))
    placed = till.shop.rows("SELECT line FROM orders ORDER BY line")
    assert [row["line"] for row in placed] == [1, 2]
    batch = await till.shop.disk.read(lambda tx: batches.find(tx, SARI, message_id))
    assert batch is not None
    assert [(line.number, line.why) for line in batch.unplaced] == [(3, UnplacedReason.NO_BALANCE)]


async def test_an_order_whose_answer_was_lost_keeps_its_money_until_it_is_settled(till: Till) -> None:
    await till.receives(100_000)
    till.shop.biller.cuts()
    order = await pending(till)
    assert order.state is State.UNKNOWN
    assert till.sums == (94_100, 5_900)
    till.shop.starts(reseller_floor_idr=0)
    await till.shop.recovers()
    assert till.sums == (94_100, 5_900)


async def test_a_success_after_a_refund_is_held_again_told_and_stops_further_orders(till: Till) -> None:
    await till.receives(5_900)
    order = await pending(till, 1)
    await till.shop.reversals.receive(failure(order), "1.2.3.4")
    await pending(till, 2)
    await till.shop.reversals.receive(success_of(order), "1.2.3.4")
    told = till.shop.last(SARI)
    assert isinstance(told, OrderDisputed)
    assert told.balance == BalanceLine(amount_idr=-5_900, after_idr=-5_900)
    assert till.sums == (-5_900, 11_800)
    await till.shop.says(f"s5.{number(3)}")
    assert isinstance(till.shop.last(SARI), InsufficientBalance)


async def test_a_ruling_spends_or_frees_what_a_dispute_holds(till: Till) -> None:
    await till.receives(5_900)
    order = await pending(till)
    await till.shop.reversals.receive(failure(order), "1.2.3.4")
    await till.shop.reversals.receive(success_of(order), "1.2.3.4")
    await till.shop.says(f"/gagal {order.trxid}", by=RINA)
    await till.shop.presses(till.shop.buttons(RINA)["confirm_failure"], by=RINA)
    assert (await till.shop.order(order.trxid)).state is State.FAILED
    assert till.sums == (5_900, 0)


async def test_a_price_that_changes_touches_later_orders_only(till: Till) -> None:
    await till.receives(100_000)
    order = await pending(till)
    await till.shop.sells(replace(PRICED, price_idr=90_000))
    await till.shop.reversals.receive(failure(order), "1.2.3.4")
    assert till.sums == (100_000, 0)


async def test_a_product_without_a_price_is_not_sold_to_who_has_a_limit_and_admins_hear_of_it(
    till: Till,
) -> None:
    await till.shop.sells(replace(PRICED, price_idr=None))
    await till.shop.says(f"s5.{number(1)}")
    assert isinstance(till.shop.last(SARI), PriceMissing)
    assert till.shop.kinds(RINA) == ["ProductWithoutPrice"]
    assert till.shop.rows("SELECT * FROM orders") == []


async def test_an_admin_orders_on_the_operators_own_money(till: Till) -> None:
    await till.shop.asks(f"s5.{number(1)}", by=RINA)
    assert till.sums == (0, 0)


async def test_without_a_limit_all_is_as_before_and_the_books_are_kept_all_the_same(shop: Shop) -> None:
    await shop.sells(PRICED)
    till = Till(shop)
    order = await pending(till)
    await shop.reversals.receive(success_of(order), "1.2.3.4")
    assert till.sums == (-5_900, 0)
    received, succeeded = (shop.notice(row) for row in shop.messages(SARI))
    assert isinstance(received, OrderReceived)
    assert isinstance(succeeded, OrderSucceeded)
    assert received.balance is succeeded.balance is None
