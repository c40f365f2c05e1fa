"""The books tie to zero after everything that an order can live through; what was torn by hand is named."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from bot.ledger import AccountKind, BooksCheck, BooksFigures
from bot.notices.alarms import AuditFinding, Invariant
from bot.orders.model import Order
from storage.books import FINDINGS_A_CHECK, check_books
from tests.integration.conftest import SARI, ZONE, Shop
from tests.integration.fakes import success_of
from tests.integration.test_auditor import audits, by_hand
from tests.integration.test_payment import Till, pending, till
from tests.integration.test_reversals import failure

__all__ = ["till"]

ROOT = Path(__file__).resolve().parents[2]


def loket_books(database: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing set but the database."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "books", *arguments],
        cwd=database.parent,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": f"sqlite:///{database}",
        },
        capture_output=True,
        text=True,
        check=False,
    )


async def busy_day(till: Till) -> list[Order]:
    """Let Sari have an order held, one spent, one freed, and one disputed after its refund."""
    await till.receives(100_000)
    held, spent, freed, disputed = [await pending(till, index) for index in range(4)]
    await till.shop.reversals.receive(success_of(spent), "1.2.3.4")
    for order in (freed, disputed):
        await till.shop.reversals.receive(failure(order), "1.2.3.4")
    await till.shop.reversals.receive(success_of(disputed), "1.2.3.4")
    return [held, spent, freed, disputed]


async def findings(till: Till) -> list[tuple[BooksCheck, str]]:
    report = await till.shop.disk.read_long(check_books)
    return [(finding.check, finding.words) for finding in report.findings]


async def test_books_of_a_busy_day_tie_and_say_where_the_money_is(till: Till) -> None:
    await busy_day(till)
    report = await till.shop.disk.read_long(check_books)
    assert report.findings == ()
    assert (report.entries, report.orders, report.shops) == (1 + 4 + 3 + 1, 4, 1)
    assert report.figures == BooksFigures(
        deposits_idr=100_000,
        adjustments_idr=0,
        available_idr=82_300,
        held_idr=11_800,
        sales_idr=5_900,
        suspense_idr=0,
    )


async def test_books_without_money_tie(shop: Shop) -> None:
    await shop.asks()
    assert (await shop.disk.read_long(check_books)).ties


# The sixth entry is the second of the order that succeeded.
TORN = {
    "a leg of another amount": (
        "UPDATE legs SET amount_idr = amount_idr + 7 WHERE entry_id = 6 AND amount_idr > 0 AND ? <> ''",
        {BooksCheck.ENTRY, BooksCheck.TOTAL, BooksCheck.SALES, BooksCheck.ORDER},
        "entry 6 (order:{}:2) sums to 7 instead of 0",
    ),
    "an entry without its legs": (
        "DELETE FROM legs WHERE entry_id = 6 AND ? <> ''",
        {BooksCheck.ENTRY, BooksCheck.BALANCE, BooksCheck.SALES, BooksCheck.ORDER, BooksCheck.CHAIN},
        "order {} (succeeded) moved account held of shop 1 (reseller 1001) by 5,900 instead of 0",
    ),
    "a balance": (
        "UPDATE accounts SET balance_idr = balance_idr + 1 WHERE kind = 'available' AND ? <> ''",
        {BooksCheck.BALANCE, BooksCheck.TIE},
        "account available of shop 1 (reseller 1001) shows 82,301, its entries sum to 82,300",
    ),
    "a balance after a leg": (
        "UPDATE legs SET balance_after_idr = 1 WHERE balance_after_idr = 100000 AND ? <> ''",
        {BooksCheck.CHAIN},
        "account available of shop 1 (reseller 1001) shows 1 after entry 1 (deposit:1), it should be 100,000",
    ),
    "the price of a succeeded order": (
        "UPDATE orders SET price_idr = 6000 WHERE trxid = ?",
        {BooksCheck.SALES, BooksCheck.TIE, BooksCheck.ORDER},
        "account sales sums to 5,900, the prices of succeeded orders to 6,000",
    ),
    "the state of a succeeded order": (
        "UPDATE orders SET state = 'pending' WHERE trxid = ?",
        {BooksCheck.HELD, BooksCheck.SALES, BooksCheck.ORDER},
        "account held of shop 1 (reseller 1001) shows 11,800, the prices of its open orders sum to 17,700",
    ),
    "the shop of an order": (
        "UPDATE orders SET shop_id = 2 WHERE trxid = ?",
        {BooksCheck.ORDER},
        "order {} (succeeded) moved account available of shop 2 by 0 instead of -5,900",
    ),
    "an order that is gone": (
        "DELETE FROM orders WHERE trxid = ?",
        {BooksCheck.SALES, BooksCheck.TIE, BooksCheck.STRAY_ENTRY},
        "entry 3 (order:{}:1) moved 5,900, no order with a price has made it",
    ),
}


@pytest.mark.parametrize(("statement", "checks", "words"), TORN.values(), ids=TORN.keys())
async def test_what_was_torn_by_hand_is_found_and_named(
    till: Till, statement: str, checks: set[BooksCheck], words: str
) -> None:
    _, spent, *_ = await busy_day(till)
    by_hand(till.shop, statement, values=(spent.trxid,))
    found = await findings(till)
    assert {check for check, _ in found} == checks
    assert words.format(spent.trxid) in [words for _, words in found]


async def test_of_many_findings_the_first_thousand_are_listed(till: Till) -> None:
    await till.receives(1_000)
    by_hand(
        till.shop,
        "INSERT INTO entries (source, kind, at_ms, actor, reason)"
        " WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1100)"
        " SELECT 'x:' || n, 'deposit', 1, '', '' FROM n",
    )
    assert [check for check, _ in await findings(till)] == [BooksCheck.ENTRY] * FINDINGS_A_CHECK


async def test_the_command_checks_a_running_database_with_nothing_else_set(till: Till) -> None:
    await busy_day(till)
    told = loket_books(till.shop.path)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines() == [
        "deposits                   100,000",
        "+ adjustments                    0",
        "= available                 82,300",
        "+ held                      11,800",
        "+ sales                      5,900",
        "+ suspense                       0",
        "9 entries, 4 orders, 1 shops: the books tie",
    ]


async def test_the_command_ends_with_1_and_names_what_does_not_tie(till: Till) -> None:
    _, spent, *_ = await busy_day(till)
    by_hand(till.shop, "UPDATE orders SET price_idr = 6000 WHERE trxid = ?", values=(spent.trxid,))
    told = loket_books(till.shop.path)
    assert told.returncode == 1
    assert "sales: account sales sums to 5,900, the prices of succeeded orders to 6,000" in told.stdout
    assert told.stdout.splitlines()[-1].endswith("the books do not tie")
    data = json.loads(loket_books(till.shop.path, "--json").stdout)
    assert data["ties"] is False
    assert data["figures"]["sales_idr"] == 6_000
    (finding,) = [finding for finding in data["findings"] if finding["check"] == "order"]
    assert finding == {
        "check": "order",
        "expected_idr": -6_000,
        "found_idr": -5_900,
        "account": "available",
        "shop_id": 1,
        "owner_id": SARI,
        "trxid": spent.trxid,
        "what": "succeeded",
        "words": f"order {spent.trxid} (succeeded) moved account available of shop 1 (reseller 1001)"
        " by -5,900 instead of -6,000",
    }


async def test_the_command_changes_nothing_and_refuses_what_is_not_there(till: Till) -> None:
    missing = till.shop.path.with_name("missing.db")
    told = loket_books(missing)
    assert (told.returncode, told.stderr) == (3, f"loket: there is no database at {missing}\n")
    assert not missing.exists()
    by_hand(till.shop, "DELETE FROM schema_version WHERE version > 1")
    told = loket_books(till.shop.path)
    assert told.returncode == 3
    assert "start it once" in told.stderr


async def nights(till: Till, count: int) -> list[AuditFinding]:
    """Let the auditor pass at four in the morning, `count` nights; return all that the admins were told."""
    told = await audits(till.shop)
    for _ in range(count):
        hour = datetime.fromtimestamp(till.shop.clock() / 1000, ZONE).hour
        till.shop.clock.passes(3600 * ((4 - hour) % 24 or 24))
        told = await audits(till.shop)
    return told


async def test_at_night_torn_books_are_told_once_and_the_account_is_named(till: Till) -> None:
    await busy_day(till)
    by_hand(till.shop, "UPDATE accounts SET balance_idr = balance_idr + 1 WHERE kind = 'available'")
    assert await audits(till.shop) == [], "during the day only orders are checked"
    told = await nights(till, 3)
    assert [(finding.invariant, finding.account, finding.owner_id) for finding in told] == [
        (Invariant.RUNNING, AccountKind.AVAILABLE, SARI),
        (Invariant.TIED, None, None),
    ]
    assert (
        told[0].what == "account available of shop 1 (reseller 1001) shows 82,301, its entries sum to 82,300"
    )
    assert till.shop.auditor.stats.last_books_at_ms > 0


async def test_books_that_tie_raise_nothing_at_night(till: Till) -> None:
    await busy_day(till)
    assert await nights(till, 2) == []


async def test_one_night_has_one_check(till: Till) -> None:
    await nights(till, 1)
    by_hand(till.shop, "UPDATE accounts SET balance_idr = balance_idr + 1 WHERE kind = 'available'")
    assert await audits(till.shop, passes=3) == []


@pytest.mark.parametrize(
    ("statement", "invariants"),
    [
        (
            "UPDATE legs SET amount_idr = amount_idr + 7 WHERE entry_id = 6 AND amount_idr > 0",
            [Invariant.BALANCED, Invariant.POSITION],
        ),
        (
            "UPDATE legs SET balance_after_idr = balance_after_idr + 7 WHERE entry_id = 3",
            [Invariant.RUNNING],
        ),
        ("DELETE FROM legs WHERE entry_id = 6", [Invariant.RUNNING, Invariant.POSITION]),
        ("UPDATE legs SET balance_after_idr = NULL WHERE entry_id = 3", [Invariant.RUNNING]),
    ],
)
async def test_an_order_whose_money_was_torn_is_told_by_day(
    till: Till, statement: str, invariants: list[Invariant]
) -> None:
    await busy_day(till)
    by_hand(till.shop, statement)
    assert [finding.invariant for finding in await audits(till.shop)] == invariants
