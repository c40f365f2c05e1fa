"""Every named statement is spoken, fits the schema, and finds what it seeks without reading everything."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import bot
import storage
from storage.migrate import migrate
from storage.statements import STATEMENTS

# These read what never grows beyond about a thousand rows, run once a day, a restore or a new bot, or
# stop at the first row.
MAY_READ_ALL = {
    *(name for name in STATEMENTS if name.startswith("shift_message_ids_of_")),
    "drop_waiting_edits",
    "release_all_messages",
    "count_people_listed",
    "trim_failed_updates",
    "newest_event",
    *(name for name in STATEMENTS if name.startswith("books_")),
    "people_listed",
    "person_by_username",
    "sum_of_orders",
}

GROWING = re.compile(
    r"SCAN (?:orders|order_events|outbox|messages_seen|buttons|batches|complaints|people_events|quarantine"
    r"|entries|legs)\b"
    r"(?: USING (?:COVERING )?INDEX (?P<index>\w+))?"
)


BY_TRXID = "SEARCH orders USING INDEX sqlite_autoindex_orders_1 (trxid=?)"
BY_OUTBOX_ID = "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?)"
ON_THE_WAY = {
    "orders_by_line": [
        "SEARCH orders USING INDEX sqlite_autoindex_orders_2 (chat_id=? AND message_id=? AND line=?)"
    ],
    "same_orders": [
        "SEARCH orders USING INDEX orders_by_destination (destination=? AND placed_at_ms>?)",
        "SEARCH orders USING INDEX orders_open_to (destination=?)",
    ],
    "orders_due": ["SEARCH orders USING INDEX orders_placed (due_at_ms<?)"],
    "orders_due_in_turns": ["SEARCH orders USING INDEX orders_placed (due_at_ms<?)", BY_TRXID],
    "next_order_due": ["SCAN orders USING INDEX orders_placed"],
    "order_by_trxid": [BY_TRXID],
    "sum_spent_since": ["SEARCH orders USING INDEX orders_of_shop (shop_id=? AND placed_at_ms>?)"],
    "advance_order": [BY_TRXID],
    "all_waiting_messages": ["SCAN message USING INDEX outbox_waiting", BY_OUTBOX_ID],
    "waiting_messages_of_chat": ["SEARCH message USING INDEX outbox_waiting (chat_id=?)", BY_OUTBOX_ID],
    "mark_message_sent": [BY_OUTBOX_ID],
    "drop_message": [BY_OUTBOX_ID],
}
"""How the rows are found that every order needs, from its message to its result."""


NO_VALUES = defaultdict[str, None](lambda: None)
"""A plan does not depend on the values."""


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        yield connection


def plan(connection: sqlite3.Connection, name: str) -> list[str]:
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {STATEMENTS[name]}", NO_VALUES)]


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_fits_the_schema(connection: sqlite3.Connection, name: str) -> None:
    plan(connection, name)


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - MAY_READ_ALL))
def test_no_statement_reads_a_whole_growing_table(connection: sqlite3.Connection, name: str) -> None:
    """A year holds millions of orders: what runs at every order must not grow with them."""
    scans = [found for step in plan(connection, name) if (found := GROWING.match(step))]
    assert [scan[0] for scan in scans if scan["index"] not in of_the_open(connection)] == []


@pytest.mark.parametrize("name", ON_THE_WAY)
def test_what_every_order_needs_is_found_where_it_was_meant_to_be(
    connection: sqlite3.Connection, name: str
) -> None:
    """Another way to the same rows could be slower by the number of orders there ever were."""
    growing = [
        re.sub(r"(SEARCH) target (.*) LEFT-JOIN", r"\1 outbox \2", step)
        for step in plan(connection, name)
        if re.match(r"(?:SCAN|SEARCH) (?:orders|outbox|message|target)\b", step)
    ]
    assert growing == ON_THE_WAY[name]


@pytest.mark.parametrize(
    "name", ["insert_order", "advance_order", "enqueue_message", "mark_message_sent", "same_orders"]
)
def test_what_every_order_writes_makes_no_table_of_a_list(connection: sqlite3.Connection, name: str) -> None:
    """The words after an IN become a table, anew for each row: in a CHECK, in an index, in a statement."""
    steps = [row[1] for row in connection.execute(f"EXPLAIN {STATEMENTS[name]}", NO_VALUES)]
    assert "OpenEphemeral" not in steps


@pytest.mark.parametrize("name", ["same_orders", "orders_of_user_to"])
def test_orders_to_a_number_are_found_by_the_number(connection: sqlite3.Connection, name: str) -> None:
    """One number has few orders, one reseller may have millions."""
    steps = [step for step in plan(connection, name) if "orders" in step]
    assert steps
    assert all("USING INDEX orders_by_destination" in step or "orders_open_to" in step for step in steps)


def of_the_open(connection: sqlite3.Connection) -> set[str]:
    """Return the indexes of open orders, complaints or unsaid messages alone: these few may be read whole."""
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
