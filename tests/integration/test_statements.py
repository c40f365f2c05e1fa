"""Every named statement is used, fits the schema, and finds its rows without reading a whole table."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import bot
import storage
from storage.connection import supply_time
from storage.schema import migrate
from storage.statements import STATEMENTS

# These read at most about a thousand rows, run once a day or once for a restore or a new bot, or stop at the
# first row.
MAY_READ_ALL = {
    *(name for name in STATEMENTS if name.startswith("shift_message_ids_of_")),
    "drop_waiting_edits",
    "release_all_messages",
    "count_people_listed",
    "trim_failed_updates",
    "newest_event",
    "newest_orders_in_state",
    *(name for name in STATEMENTS if name.startswith("books_")),
    "people_listed_after",
    "people_listed_before",
    "person_by_username",
    "sum_of_orders",
}

TABLES_THAT_GROW = {
    "batches",
    "buttons",
    "complaints",
    "entries",
    "legs",
    "messages_seen",
    "order_events",
    "orders",
    "outbox",
    "people_events",
    "quarantined_reversals",
}
"""Tables with a row for each order, message or event; a statement must not read one of them as a whole."""

SCAN = re.compile(r"SCAN (?P<table>\w+)(?: USING (?:COVERING )?INDEX (?P<index>\w+))?")


BY_TRXID = "SEARCH orders USING INDEX sqlite_autoindex_orders_1 (trxid=?)"
BY_OUTBOX_ID = "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?)"
STEPS_PER_ORDER = {
    "orders_by_line": [
        "SEARCH orders USING INDEX sqlite_autoindex_orders_2 (chat_id=? AND message_id=? AND line=?)"
    ],
    "same_orders": [
        "SEARCH orders USING INDEX orders_by_destination (destination=? AND placed_at_ms>?)",
        "SEARCH orders USING INDEX orders_open_to (destination=?)",
    ],
    "orders_due": ["SEARCH orders USING INDEX orders_placed (due_at_ms<?)"],
    "orders_due_in_turns": ["SEARCH orders USING INDEX orders_placed (due_at_ms<?)"],
    "orders_still_placed": [BY_TRXID],
    "next_order_due": ["SCAN orders USING INDEX orders_placed"],
    "order_by_trxid": [BY_TRXID],
    "reported_order": [BY_TRXID, "SEARCH other USING INDEX orders_open (state=?)"],
    "sum_spent_since": ["SEARCH orders USING INDEX orders_of_shop (shop_id=? AND placed_at_ms>?)"],
    "advance_order": [BY_TRXID],
    "advance_answered_order": [BY_TRXID],
    "insert_claimed_order": [
        "SEARCH waiting USING INDEX orders_placed (due_at_ms<?)",
        "SEARCH other USING COVERING INDEX orders_by_destination (destination=? AND placed_at_ms>?)",
        "SEARCH other USING INDEX orders_open_to (destination=?)",
    ],
    "all_waiting_messages": ["SCAN message USING INDEX outbox_waiting", BY_OUTBOX_ID],
    "waiting_messages_of_chat": ["SEARCH message USING INDEX outbox_waiting (chat_id=?)", BY_OUTBOX_ID],
    "mark_message_sent": [BY_OUTBOX_ID],
    "mark_messages_sent": [BY_OUTBOX_ID],
    "drop_message": [BY_OUTBOX_ID],
}
"""The query plans of the statements that run for every order, from its message to its result."""


NO_VALUES = defaultdict[str, None](lambda: None)
"""A plan does not depend on the values."""


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        supply_time(connection, lambda: 0)
        yield connection


def plan(connection: sqlite3.Connection, name: str) -> list[str]:
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {STATEMENTS[name]}", NO_VALUES)]


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_fits_the_schema(connection: sqlite3.Connection, name: str) -> None:
    plan(connection, name)


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - MAY_READ_ALL))
def test_no_statement_reads_a_whole_growing_table(connection: sqlite3.Connection, name: str) -> None:
    """A year holds millions of orders: what runs at every order must not grow with them."""
    table_of = {alias: table for table, alias in re.findall(r"\b(\w+) AS (\w+)", STATEMENTS[name])}
    scans = [found for step in plan(connection, name) if (found := SCAN.match(step))]
    whole = [scan for scan in scans if table_of.get(scan["table"], scan["table"]) in TABLES_THAT_GROW]
    assert [scan[0] for scan in whole if scan["index"] not in indexes_of_open_rows(connection)] == []


def test_the_tables_that_grow_are_tables_of_the_schema(connection: sqlite3.Connection) -> None:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    assert {name for (name,) in rows} >= TABLES_THAT_GROW


@pytest.mark.parametrize("name", STEPS_PER_ORDER)
def test_what_every_order_needs_is_found_where_it_was_meant_to_be(
    connection: sqlite3.Connection, name: str
) -> None:
    """Another way to the same rows could be slower by the number of orders there ever were."""
    steps = [
        re.sub(r"(SEARCH) target (.*) LEFT-JOIN", r"\1 outbox \2", step)
        for step in plan(connection, name)
        if re.match(r"(?:SCAN|SEARCH) (?:orders|other|waiting|outbox|message|target)\b", step)
    ]
    assert steps == STEPS_PER_ORDER[name]


@pytest.mark.parametrize(
    "name", ["insert_order", "advance_order", "enqueue_message", "mark_message_sent", "same_orders"]
)
def test_what_every_order_writes_makes_no_table_of_a_list(connection: sqlite3.Connection, name: str) -> None:
    """The words after an IN become a table, anew for each row: in a CHECK, in an index, in a statement.

    What a statement returns is one table.
    """
    steps = [row[1] for row in connection.execute(f"EXPLAIN {STATEMENTS[name]}", NO_VALUES)]
    assert steps.count("OpenEphemeral") == STATEMENTS[name].count("RETURNING")


@pytest.mark.parametrize(
    ("name", "longer"),
    [("enqueue_message", "enqueue_next_message"), ("advance_order", "advance_answered_order")],
)
def test_a_statement_that_returns_more_writes_the_same(name: str, longer: str) -> None:
    assert STATEMENTS[longer].partition("RETURNING")[0].strip() == STATEMENTS[name]


@pytest.mark.parametrize("name", ["same_orders", "orders_of_shop_to"])
def test_orders_to_a_number_are_found_by_the_number(connection: sqlite3.Connection, name: str) -> None:
    """One number has few orders, one reseller may have millions."""
    steps = [step for step in plan(connection, name) if "orders" in step]
    assert steps
    assert all("USING INDEX orders_by_destination" in step or "orders_open_to" in step for step in steps)


def indexes_of_open_rows(connection: sqlite3.Connection) -> set[str]:
    """Return the partial indexes of open orders, open complaints and unsent messages: these rows are few."""
    return {
        name
        for name, sql in connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index'")
        if sql and re.search(r"WHERE (?:state|stage) (?:= '(?:placed|waiting|parked|failed)'|<>|IN)", sql)
    }


def test_every_statement_is_used_and_every_used_one_exists() -> None:
    files = [*Path(storage.__file__).parent.rglob("*.py"), *Path(bot.__file__).parent.rglob("*.py")]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    called = set(re.findall(r"""(?:tx\.(?:run|one|all)\(|_sum\(tx,)\s*"(\w+)\"""", code))
    assert called == set(STATEMENTS)


def test_no_statement_holds_a_comment_or_another_statement() -> None:
    for statement in STATEMENTS.values():
        assert "--" not in statement
        assert ";" not in statement
