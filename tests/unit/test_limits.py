"""The times and bounds that people, Telegram and the biller rely on are changed on purpose alone."""

from types import ModuleType

import pytest

from bot import unit_of_work, worker
from bot.app import app, lifecycle
from bot.biller import answers, public_reason, reversal
from bot.biller import client as biller_client
from bot.catalogue.price_list import cells, sheet_scan, sheets, workbook
from bot.delivery import batch_summary, chat_queues, message_merging, messenger, rate_limit
from bot.features.complaints import complaints
from bot.features.people import membership
from bot.features.price_list import import_worker
from bot.features.shopping import destination_prompt
from bot.grammar import parse, period
from bot.purchasing import (
    auditor,
    circuit_breaker,
    duplicates,
    manual_resolution,
    offers,
    placing,
    restore_gate,
    reversals,
    sn_forwarding,
    submitter,
    watchdog,
)
from bot.settings import settings
from bot.settings.settings import Settings
from bot.telegram import client, poller, receiver
from bot.web import app as web
from bot.web import server
from storage import balances, checkpoint, connection, database, inbox, integrity

MINUTE_S, DAY_S = 60, 86_400

PROMISED: dict[ModuleType, dict[str, float]] = {
    # A reseller: how long something is waited for, asked again, or held for the same.
    duplicates: {"JUST_NOW_MS": 600_000, "MAX_ORDINAL": 99},
    offers: {"OFFER_HOLDS_MS": 300_000},
    destination_prompt: {"ANSWERED_WITHIN_MS": 600_000},
    placing: {"QUESTIONS_A_BATCH": 3, "SHOWN_CHARS": 40, "SUGGESTED_CHARS": 100},
    submitter: {
        "GIVE_UP_AFTER_MS": 60_000,
        "IDLE_S": 30,
        "STORE_AGAIN_S": 0.5,
        "HELD_AT_ONCE": 200,
        "READ_AHEAD": 256,
        "FRESH_FOR_MS": 250,
    },
    watchdog: {
        "CHECK_EVERY_S": 15,
        "OVERDUE_AFTER_MS": 600_000,
        "STUCK_MARGIN_MS": 60_000,
        "DELETE_SEEN_AFTER_MS": 8 * DAY_S * 1000,
        "DELETE_OUTBOX_AFTER_MS": 35 * DAY_S * 1000,
        "DELETE_AT_ONCE": 300,
        "AT_ONCE": 200,
    },
    batch_summary: {"MAX_IMMEDIATE_RESULTS": 3, "MIN_HOLD_MS": 3_000, "HOLD_PER_ORDER_MS": 1_200},
    message_merging: {"MERGE_ABOVE": 3, "MERGE_ABOVE_WHEN_SCARCE": 1},
    complaints: {"MAX_NOTE_CHARS": 300, "MAX_ANSWER_CHARS": 500, "MAX_UNANSWERED": 10},
    parse: {"MAX_LINES": 100},
    period: {"MAX_DAYS": 366},
    # Strangers and callers: what they can take, and how often they are answered.
    membership: {"ASK_AGAIN_MS": DAY_S * 1000, "STRANGER_PAUSE_MS": 60_000},
    web: {"MAX_UPDATE_BYTES": 1_000_000},
    server: {
        "REQUEST_TIMEOUT_S": 10,
        "MAX_WAIT_FOR_REQUESTS_S": 10,
        "MAX_HEAD_BYTES": 65_536,
        "MAX_CONNECTIONS": 500,
    },
    settings: {"MIN_REVERSAL_SECRET_CHARS": 32},
    inbox: {"MAX_FAILED_UPDATES": 1_000},
    balances: {"MAX_QUARANTINED_REVERSALS": 10_000},
    reversals: {"MAX_STORED_CHARS": 2_000},
    reversal: {"QUERY_MAX_BYTES": 8_000, "FIELDS_MAX": 20, "MESSAGE_MAX_CHARS": 4_000, "SN_MAX_CHARS": 500},
    sheets: {"MAX_FILE_BYTES": 5_000_000, "MAX_ROWS": 20_000, "MAX_CELL_CHARS": 200},
    sheet_scan: {"MAX_CELLS": 1_000_000},
    workbook: {"MAX_UNPACKED_BYTES": 60_000_000, "MAX_PARTS": 500},
    cells: {"MAX_PRICE_IDR": 99_999_999, "MIN_BARE_PRICE_IDR": 1_000},
    # The biller: how it is asked, and when it is left alone.
    biller_client: {"ANSWER_MAX_BYTES": 64_000, "CONNECT_TIMEOUT_S": 10},
    public_reason: {"REASON_MAX_CHARS": 200},
    answers: {"IDR_MAX": 10**15 - 1},
    circuit_breaker: {
        "LAST_ANSWERS": 10,
        "UNCLEAR_TO_OPEN": 5,
        "WITHIN_S": 600,
        "ACCOUNT_TO_OPEN": 3,
        "UNSENT_TO_OPEN": 3,
        "UNSENT_FOR_S": 30,
        "FIRST_PAUSE_S": 30,
        "LONGEST_PAUSE_S": 300,
    },
    # Telegram: its own limits, and how it is asked.
    rate_limit: {
        "GROUP_MESSAGES_A_MINUTE": 20,
        "SPREAD_FROM": 10,
        "MINUTE_S": 60,
        "STORM_CHATS": 3,
        "STORM_WINDOW_S": 10,
        "MAX_TRACKED_CHATS": 4_096,
    },
    chat_queues: {"READ_AT_ONCE": 120, "CHATS_AT_ONCE": 30, "IDLE_S": 30},
    messenger: {"MAX_REJECTIONS": 3, "MAX_PAUSE_S": 300, "STORE_AGAIN_S": 0.5, "STORED_WITHIN_S": 0.05},
    client: {
        "SEND_TIMEOUT_S": 15,
        "CONNECTIONS": 32,
        "POLL_TIMEOUT_S": 50,
        "CONNECT_TIMEOUT_S": 5,
        "KEEP_ALIVE_S": 30,
    },
    poller: {"STALE_AFTER_MS": 6 * DAY_S * 1000, "RETRY_S": 2, "CONFLICT_PAUSE_S": 5},
    receiver: {"MAX_STORED_BODY_CHARS": 20_000, "NOT_STORED_PAUSE_MS": 600_000},
    # An operator: when an admin is woken, and what a start, a stop and a full disk cost.
    unit_of_work: {"ALERT_PAUSE_MS": 300_000},
    manual_resolution: {"MAX_CARDS": 20},
    sn_forwarding: {"MAX_SN_CHARS": 500},
    restore_gate: {"CLOCK_TOLERANCE_MS": 60_000},
    auditor: {
        "AUDIT_EVERY_S": 300,
        "FIRST_AUDIT_AFTER_S": 60,
        "STUCK_MARGIN_MS": 300_000,
        "MESSAGES_KEPT_MS": 34 * DAY_S * 1000,
    },
    worker: {"RETRY_AFTER_ERROR_S": 1},
    app: {"SET_UP_RETRY_S": 3},
    lifecycle: {"STOP_MARGIN_S": 5, "LAST_MESSAGES_S": 3},
    import_worker: {"IDLE_S": 600},
    database: {"MAX_UNITS_S": 0.02, "LOCK_PATIENCE_S": 5, "PROBE_EVERY_S": 1, "LONG_READERS": 2},
    connection: {"BUSY_TIMEOUT_MS": 5_000, "LOG_MAX_PAGES": 8_000},
    checkpoint: {"EVERY_S": 0.5},
    integrity: {"AT_ONCE_BYTES": 64_000_000},
}


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [(module, name, value) for module, limits in PROMISED.items() for name, value in limits.items()],
    ids=lambda part: part.__name__ if isinstance(part, ModuleType) else str(part),
)
def test_a_limit_is_the_one_that_people_rely_on(module: ModuleType, name: str, value: float) -> None:
    assert getattr(module, name) == value


def shipped(name: str) -> float:
    value: float = Settings.model_fields[name].default
    return value


def test_a_message_is_remembered_for_as_long_as_telegram_may_bring_it_again() -> None:
    """A stale offset is let go, and Telegram keeps for a day what it was not told to forget."""
    assert watchdog.DELETE_SEEN_AFTER_MS >= poller.STALE_AFTER_MS + DAY_S * 1000


def test_an_offset_is_let_go_before_telegram_may_have_started_again() -> None:
    assert poller.STALE_AFTER_MS < 7 * DAY_S * 1000


def test_the_audit_asks_for_no_message_that_may_have_been_deleted() -> None:
    assert auditor.MESSAGES_KEPT_MS < watchdog.DELETE_OUTBOX_AFTER_MS


def test_the_audit_calls_nothing_stuck_that_the_watchdog_may_still_settle() -> None:
    assert auditor.STUCK_MARGIN_MS > watchdog.STUCK_MARGIN_MS + watchdog.CHECK_EVERY_S * 1000


def test_an_offer_is_shown_again_before_its_order_would_be_too_old_to_be_bought() -> None:
    assert shipped("order_max_age_s") * 1000 > offers.OFFER_HOLDS_MS


def test_a_repeat_over_midnight_is_one_for_as_long_as_its_order_may_wait_for_its_turn() -> None:
    assert shipped("order_max_age_s") * 1000 <= duplicates.JUST_NOW_MS


def test_posts_that_each_run_into_their_deadline_open_the_breaker() -> None:
    within_s = circuit_breaker.UNCLEAR_TO_OPEN * shipped("biller_timeout_s")
    assert within_s < circuit_breaker.WITHIN_S


def test_an_order_that_cannot_be_sent_is_given_up_later_than_the_breaker_may_open() -> None:
    assert circuit_breaker.UNSENT_FOR_S < submitter.GIVE_UP_AFTER_MS / 1000


def test_nothing_is_sent_over_a_connection_that_a_server_may_be_closing() -> None:
    """Servers close a silent connection after a minute or more."""
    assert client.KEEP_ALIVE_S < MINUTE_S
