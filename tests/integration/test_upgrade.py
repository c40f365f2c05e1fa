"""A database from before there was money opens, and its orders end as they would have: no money moves."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.notices import Notice
from bot.orders import events
from bot.orders.events import OrderEvent
from bot.orders.model import ExpiryReason, FailureCause, Intent, Outcome, State
from bot.purchasing.settlement import OrderSource, apply_event_to, store_order
from storage import costs
from storage.books import check_books
from storage.schema import migrate, migrations, version_of
from storage.sqlite import SqliteTx
from storage.transaction import Tx
from tests.books import a_context
from tests.integration.conftest import RINA, SARI, Shop
from tests.integration.fakes import success_of
from tests.integration.test_auditor import audits
from tests.integration.test_placing import S5
from tests.integration.test_reversals import failure

PRICE_IDR = 5_900
ACCEPTED = (events.Claimed(), events.Accepted(cost_idr=5_000))
FAILED = events.Failed(reason="", failure_cause=FailureCause.OTHER)
LIVES: dict[State, tuple[OrderEvent, ...]] = {
    State.PLACED: (),
    State.SUBMITTING: (events.Claimed(),),
    State.PENDING: ACCEPTED,
    State.UNKNOWN: (events.Claimed(), events.Unclear(why="ReadTimeout")),
    State.SUCCEEDED: (*ACCEPTED, events.Succeeded(sn="1")),
    State.FAILED: (*ACCEPTED, FAILED),
    State.EXPIRED: (events.Expired(reason=ExpiryReason.TOO_OLD),),
    State.DISPUTED: (*ACCEPTED, events.Succeeded(sn="1"), FAILED),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database as the first schema made it, with an order in each state, all with a price."""
    path = tmp_path / "loket.db"
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as source:
        source.row_factory = sqlite3.Row
        migrate(source)
        _fill(SqliteTx(source))
        with closing(sqlite3.connect(path, isolation_level=None)) as old:
            old.executescript(migrations()[0][1])
            old.execute("CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY)")
            old.execute("INSERT INTO schema_version VALUES (1)")
            for table in ("orders", "order_events"):
                columns = [row[1] for row in old.execute(f"PRAGMA table_info({table})")]
                names, marks = ", ".join(columns), ", ".join("?" * len(columns))
                rows = source.execute(f"SELECT {names} FROM {table}").fetchall()  # noqa: S608 - our own names
                old.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", map(tuple, rows))  # noqa: S608 - as above
    return path


def _fill(tx: Tx) -> None:
    context, at_ms = a_context(), 1_800_000_000_000
    for number, (state, life) in enumerate(LIVES.items()):
        intent = Intent(product_code="s5", destination=f"0812{number:08d}")
        source = OrderSource(
            chat_id=SARI, thread_id=None, message_id=1000 + number, user_id=SARI, at_ms=at_ms, text="s5"
        )
        costs.forget(tx, intent.product_code)  # then no cost was stored
        order = store_order(context.begin(tx, at_ms), intent, source, price_idr=PRICE_IDR)
        assert order
        for event in life:
            assert apply_event_to(context.begin(tx, at_ms + 1_000), order.trxid, event, actor="test")
        assert tx.one("order_by_trxid", trxid=order.trxid)["state"] == state  # type: ignore[index]  # stored above


def trxid_in(shop: Shop, state: State) -> str:
    rows = shop.rows("SELECT trxid FROM orders WHERE state = ? AND shop_id IS NULL", state)
    return str(rows[0]["trxid"])


def told_of(shop: Shop, trxid: str) -> list[Notice]:
    return [shop.notice(row) for row in shop.messages(SARI) if trxid in row["facts"]]


async def ties(shop: Shop) -> bool:
    return (await shop.disk.read_long(check_books)).ties


async def test_it_opens_with_the_operators_accounts_and_no_shop(shop: Shop) -> None:
    with closing(sqlite3.connect(shop.path)) as connection:
        assert version_of(connection) == migrations()[-1][0]
    assert shop.rows("SELECT * FROM shops") == shop.rows("SELECT * FROM entries") == []
    assert await ties(shop)
    assert len(shop.rows("SELECT trxid FROM orders WHERE shop_id IS NULL")) == len(LIVES)


@pytest.mark.parametrize("floor_idr", [None, 0], ids=["no limit", "prepaid since"])
@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("state", list(State))
async def test_an_old_order_ends_in_any_state_without_moving_money(
    shop: Shop, state: State, outcome: Outcome, floor_idr: int | None
) -> None:
    shop.starts(reseller_floor_idr=floor_idr)
    trxid = trxid_in(shop, state)
    order = await shop.order(trxid)
    report = success_of(order) if outcome is Outcome.SUCCESS else failure(order)
    await shop.reversals.receive(report, "1.2.3.4")
    after = await shop.order(trxid)
    if after.state in (State.UNKNOWN, State.DISPUTED):
        is_success = outcome is Outcome.SUCCESS
        await shop.says(f"/sukses {trxid} 77" if is_success else f"/gagal {trxid}", by=RINA)
        confirm = "confirm_success" if is_success else "confirm_failure"
        await shop.presses(shop.buttons(RINA)[confirm], by=RINA)
        after = await shop.order(trxid)
    assert after.state in (State.SUCCEEDED, State.FAILED, State.EXPIRED)
    assert after.shop_id is None
    assert shop.rows("SELECT * FROM entries") == []
    assert all(getattr(notice, "balance", None) is None for notice in told_of(shop, trxid))
    assert await ties(shop)


async def test_the_audit_finds_nothing_in_it(shop: Shop) -> None:
    shop.clock.passes(40 * 86_400)
    found = await audits(shop, passes=3)
    assert [finding for finding in found if finding.invariant.startswith("W")] == []
    assert [finding for finding in found if finding.invariant == "I12"] == []


async def test_a_new_order_opens_the_shop_at_zero_without_a_limit_and_says_nothing_of_it(
    shop: Shop,
) -> None:
    await shop.sells(replace(S5, price_idr=PRICE_IDR))
    order = await shop.asks("s5.081298765432")
    await shop.posts()
    await shop.reversals.receive(success_of(order), "1.2.3.4")
    assert (await shop.order(order.trxid)).state is State.SUCCEEDED
    (account,) = shop.rows("SELECT * FROM accounts WHERE kind = 'available'")
    assert (account["balance_idr"], account["floor_idr"]) == (-PRICE_IDR, None)
    told = told_of(shop, order.trxid)
    assert len(told) >= 2
    assert all(getattr(notice, "balance", None) is None for notice in told)
    assert await ties(shop)
