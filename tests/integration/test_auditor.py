"""The audit finds every corruption that is planted, tells of it once, and finds nothing in healthy books."""

import logging
import sqlite3
from contextlib import closing
from random import Random

import pytest

from bot.metrics import Metrics
from bot.notices.alarms import AuditFinding, Invariant
from bot.orders.model import Order, State
from bot.purchasing.auditor import (
    AUDIT_EVERY_S,
    CHANGED_AT_MOST,
    FIRST_AUDIT_AFTER_S,
    ORDERS_A_PASS,
    ORDERS_A_SLICE,
)
from bot.purchasing.invariants import RESULT_NOTICES
from tests.books import a_context, fill
from tests.integration.conftest import DEWI, RINA, SARI, Shop
from tests.integration.fakes import order_text, success_of

ONE_DAY_S = 86_400.0


def by_hand(shop: Shop, *statements: str, values: tuple[object, ...] = ()) -> None:
    """Change the file as somebody with a shell would; foreign keys are off there."""
    with closing(sqlite3.connect(shop.path)) as connection:
        for statement in statements:
            connection.execute(statement, values)
        connection.commit()


async def audits(shop: Shop, *, passes: int = 1) -> list[AuditFinding]:
    """Let the auditor make `passes` passes; return what the admins have been told in all."""
    if shop.auditor.stats.passes == 0:
        assert await shop.auditor.run_once() in (FIRST_AUDIT_AFTER_S, AUDIT_EVERY_S)
        shop.clock.passes(FIRST_AUDIT_AFTER_S)
    for _ in range(passes):
        if shop.auditor.stats.passes:
            shop.clock.passes(AUDIT_EVERY_S + 1)
        await shop.auditor.run_once()
    return findings(shop, RINA)


def findings(shop: Shop, admin: int) -> list[AuditFinding]:
    kept = [row for row in shop.messages(admin) if row["kind"] == "AuditFinding"]
    loaded = [shop.notice(row) for row in kept]
    return [notice for notice in loaded if isinstance(notice, AuditFinding)]


async def succeeded(shop: Shop) -> Order:
    order = await shop.asks()
    await shop.posts()
    await shop.reversals.receive(success_of(order), remote="10.0.0.1")
    await shop.speaks()
    return await shop.order(order.trxid)


async def unknown(shop: Shop) -> Order:
    shop.biller.cuts()
    order = await shop.asks()
    await shop.posts()
    await shop.speaks()
    shop.biller.accepts()
    return await shop.order(order.trxid)


ROW = "UPDATE orders SET {} WHERE trxid = ?"
EVENT = "UPDATE order_events SET {} WHERE trxid = ? AND kind = 'Succeeded'"
MESSAGE = "outbox WHERE subject = 'told:' || ? AND kind = 'OrderSucceeded'"
CLAIM_AGAIN = (
    "INSERT INTO order_events (trxid, at_ms, actor, kind, facts, state_after) "
    "VALUES (?, 1, 'submitter', 'Claimed', '{}', 'submitting')"
)
KEY = """,
    -- One line of one message makes at most one order, however often Telegram delivers the message.
    UNIQUE (chat_id, message_id, line)"""
NO_KEY = (
    "PRAGMA writable_schema = ON",
    f"UPDATE sqlite_schema SET sql = replace(sql, '{KEY}', '') WHERE name = 'orders'",  # noqa: S608 - our own
    "DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_orders_2'",
    "PRAGMA schema_version = 1000",
    "PRAGMA writable_schema = RESET",
)


@pytest.mark.parametrize(
    ("statement", "invariant"),
    [
        (ROW.format("state = 'failed'"), Invariant.REPLAYED),
        (ROW.format("state = 'placed'"), Invariant.REPLAYED),
        (ROW.format("cost_idr = cost_idr + 1"), Invariant.REPLAYED),
        (ROW.format("sn = 'another'"), Invariant.REPLAYED),
        (ROW.format("destination = '081200000000'"), Invariant.REPLAYED),
        (ROW.format("user_id = 5"), Invariant.REPLAYED),
        (ROW.format("chat_id = 1002"), Invariant.REPLAYED),
        (ROW.format("attempts = 7"), Invariant.REPLAYED),
        (ROW.format("failure_cause = 'none of ours'"), Invariant.REPLAYED),
        (EVENT.format('facts = \'{"sn": "2"}\''), Invariant.REPLAYED),
        (EVENT.format("facts = '{'"), Invariant.REPLAYED),
        (EVENT.format("kind = 'NoSuchNews'"), Invariant.REPLAYED),
        (EVENT.format("kind = 'Placed'"), Invariant.REPLAYED),
        (EVENT.format("state_after = 'failed'"), Invariant.REPLAYED),
        (EVENT.format("state_after = 'none of ours'"), Invariant.REPLAYED),
        ("DELETE FROM order_events WHERE trxid = ? AND kind = 'Succeeded'", Invariant.REPLAYED),
        ("DELETE FROM order_events WHERE trxid = ? AND kind = 'Placed'", Invariant.REPLAYED),
        ("DELETE FROM order_events WHERE trxid = ?", Invariant.REPLAYED),
        ("UPDATE order_events SET facts = '[]' WHERE trxid = ? AND kind = 'Placed'", Invariant.REPLAYED),
        (MESSAGE.replace("outbox WHERE", "DELETE FROM outbox WHERE"), Invariant.TOLD),
        (MESSAGE.replace("outbox WHERE", "UPDATE outbox SET state = 'dropped' WHERE"), Invariant.TOLD),
        (MESSAGE.replace("outbox WHERE", "UPDATE outbox SET subject = '' WHERE"), Invariant.TOLD),
        (MESSAGE.replace("outbox WHERE", "UPDATE outbox SET kind = 'OrderFailed' WHERE"), Invariant.TOLD),
        (CLAIM_AGAIN, Invariant.ONE_PURCHASE),
    ],
)
async def test_a_corruption_made_by_hand_is_found_and_told_once(
    shop: Shop, statement: str, invariant: Invariant
) -> None:
    healthy = await succeeded(shop)
    order = await succeeded(shop)
    by_hand(shop, statement, values=(order.trxid,))
    told = await audits(shop, passes=3)
    assert [finding.invariant for finding in told].count(invariant) == 1
    assert {finding.trxid for finding in told} == {order.trxid} != {healthy.trxid}
    assert findings(shop, DEWI) == told
    assert shop.auditor.stats.findings[invariant] == 1


async def test_a_second_claim_after_anything_but_surely_not_sent_is_told_as_a_second_purchase(
    shop: Shop,
) -> None:
    order = await unknown(shop)
    by_hand(shop, CLAIM_AGAIN, values=(order.trxid,))
    told = {finding.invariant: finding for finding in await audits(shop)}
    assert told[Invariant.ONE_PURCHASE].what == "claimed again while unknown"


async def test_a_claim_after_surely_not_sent_is_no_second_purchase(shop: Shop) -> None:
    shop.biller.never_connects()
    await shop.asks()
    for _ in range(4):
        await shop.posts()
        shop.clock.passes(8)
    shop.biller.accepts()
    await shop.posts()
    assert len(shop.biller.posts) > 2
    assert await audits(shop, passes=2) == []


async def test_two_orders_of_one_line_are_found_although_the_key_that_forbids_them_is_gone(
    shop: Shop,
) -> None:
    first, second = await succeeded(shop), await succeeded(shop)
    by_hand(shop, *NO_KEY)
    by_hand(
        shop,
        ROW.format(f"message_id = {first.message_id}"),
        values=(second.trxid,),
    )
    shop.starts()
    told = await audits(shop)
    assert {finding.invariant for finding in told} == {Invariant.ONE_PURCHASE, Invariant.REPLAYED}
    (twice,) = [finding for finding in told if finding.invariant is Invariant.ONE_PURCHASE]
    assert twice.more == 1
    assert twice.what.startswith("the same line of the same message also made ")


@pytest.mark.parametrize("state", ["placed", "submitting"])
async def test_an_order_that_stands_where_none_may_stand_for_long_is_told_at_the_second_sight(
    shop: Shop, state: str
) -> None:
    order = await shop.asks()
    if state == "submitting":
        shop.biller.hangs()
        await shop.submitter.run_once()
        await shop.submitter.drain(0)
    await audits(shop)
    shop.clock.passes(901)
    assert await audits(shop) == [], "a clock that jumps makes everything look old for a moment"
    (told,) = await audits(shop)
    assert (told.invariant, told.trxid, told.what) == (
        Invariant.NOT_STUCK,
        order.trxid,
        f"{state} for too long",
    )
    assert await audits(shop, passes=2) == [told]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM outbox WHERE subject = 'order:' || ?",
        "UPDATE outbox SET state = 'dropped' WHERE subject = 'order:' || ?",
    ],
)
async def test_a_doubt_that_lies_before_no_admin_is_found(shop: Shop, statement: str) -> None:
    order = await unknown(shop)
    assert await audits(shop) == []
    by_hand(shop, statement, values=(order.trxid,))
    (told,) = await audits(shop)
    assert (told.invariant, told.trxid) == (Invariant.NOT_STUCK, order.trxid)


async def test_several_findings_of_a_kind_are_one_alarm_that_counts_them(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        await succeeded(shop)
    by_hand(shop, "UPDATE orders SET sn = 'x'", "DELETE FROM outbox WHERE kind = 'OrderSucceeded'")
    with caplog.at_level(logging.ERROR, logger="bot.purchasing.auditor"):
        told = await audits(shop, passes=2)
    assert [(finding.invariant, finding.more) for finding in told] == [
        (Invariant.TOLD, 4),
        (Invariant.REPLAYED, 4),
    ]
    assert len(caplog.records) == 10, "every one has its line in the log"


async def test_what_could_not_be_told_at_once_is_told_at_a_later_pass(shop: Shop) -> None:
    first, second = await succeeded(shop), await succeeded(shop)
    by_hand(shop, ROW.format("sn = 'x'"), values=(first.trxid,))
    assert len(await audits(shop)) == 1
    by_hand(shop, ROW.format("sn = 'x'"), values=(second.trxid,))
    await shop.auditor.run_once()  # within five minutes of the last alarm of this kind
    assert len(findings(shop, RINA)) == 1
    assert [finding.trxid for finding in await audits(shop)] == [first.trxid, second.trxid]


async def test_an_alarm_that_a_full_disk_swallowed_is_told_when_it_can_be_written(shop: Shop) -> None:
    order = await succeeded(shop)
    await audits(shop)
    by_hand(shop, ROW.format("sn = 'x'"), values=(order.trxid,))
    shop.clock.passes(AUDIT_EVERY_S + 1)
    shop.disk.refuses_writes(1)
    with pytest.raises(Exception, match="full"):
        await shop.auditor.run_once()
    assert len(await audits(shop)) == 1


async def test_a_message_that_was_given_up_for_a_reason_is_accounted_for(shop: Shop) -> None:
    shop.sender.rejects(SARI)
    await shop.asks()
    await shop.posts()
    for _ in range(10):
        await shop.speaks()
        shop.clock.passes(300)
    assert await audits(shop, passes=2) == []


async def test_orders_whose_messages_may_have_been_forgotten_are_not_asked_for_them(shop: Shop) -> None:
    await succeeded(shop)
    shop.clock.passes(36 * ONE_DAY_S)
    await shop.watchdog.run_once()
    assert "OrderSucceeded" not in shop.kinds(SARI)
    assert await audits(shop, passes=2) == []


async def test_healthy_books_of_thousands_of_orders_raise_nothing(shop: Shop) -> None:
    random, context = Random(1), a_context()  # noqa: S311 - no secret
    from_ms = shop.clock() - 2 * 86_400_000
    await shop.disk.write(lambda tx: fill(tx, context, 3_000, random=random, from_ms=from_ms))
    states = {row["state"] for row in shop.rows("SELECT DISTINCT state FROM orders")}
    assert states == set(State) - {State.PLACED, State.SUBMITTING}
    assert await audits(shop, passes=3_000 // ORDERS_A_PASS) == []
    assert shop.auditor.stats.orders_checked >= 3_000, "all of them were looked at"


async def test_a_pass_is_bounded_and_the_next_goes_on_where_it_ended(shop: Shop) -> None:
    await audits(shop)
    for number in range(CHANGED_AT_MOST + 300):
        await shop.says(order_text(number))
    await audits(shop)
    assert shop.auditor.stats.orders_checked <= ORDERS_A_PASS
    await audits(shop)
    assert shop.auditor.stats.orders_checked <= 2 * ORDERS_A_PASS
    assert ORDERS_A_SLICE < ORDERS_A_PASS


async def test_what_changed_is_looked_at_before_what_stands(shop: Shop) -> None:
    for number in range(2 * ORDERS_A_PASS):
        await shop.says(order_text(number))
    oldest = await shop.order(shop.rows("SELECT trxid FROM orders ORDER BY trxid LIMIT 1")[0]["trxid"])
    await audits(shop)
    await shop.reversals.receive(success_of(oldest), remote="10.0.0.1")
    by_hand(shop, ROW.format("sn = 'x'"), values=(oldest.trxid,))
    (told,) = await audits(shop)
    assert told.trxid == oldest.trxid


async def test_metrics_tell_what_the_audit_did_and_found(shop: Shop) -> None:
    metrics = Metrics()
    metrics.watch_audit(shop.auditor.stats)
    order = await succeeded(shop)
    by_hand(shop, ROW.format("sn = 'x'"), values=(order.trxid,))
    await audits(shop)
    page = (await metrics.page(shop.disk, {})).decode()
    for line in (
        'loket_audit_findings_total{invariant="I1"} 0.0',
        'loket_audit_findings_total{invariant="I12"} 1.0',
        "loket_audit_orders_checked_total 1.0",
        "loket_audit_last_pass_seconds 0.0",
        f"loket_audit_last_pass_timestamp_seconds {shop.clock() / 1000:.8e}",
    ):
        assert line in page, page


async def test_an_order_whose_row_is_gone_is_found_by_its_events(shop: Shop) -> None:
    await audits(shop)
    order = await succeeded(shop)
    by_hand(shop, "DELETE FROM orders WHERE trxid = ?", values=(order.trxid,))
    (told,) = await audits(shop, passes=3)
    assert (told.invariant, told.what) == (Invariant.REPLAYED, "events without an order")


def test_every_state_in_which_a_chat_is_told_something_is_checked_for_it() -> None:
    silent = {State.PLACED, State.SUBMITTING, State.PENDING}
    assert set(State) - set(RESULT_NOTICES) == silent
