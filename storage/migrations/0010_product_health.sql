-- Products that failed at the biller since their last success. `failed` are the destinations that failed, each once,
-- one a line. `closed_at_ms` is NULL while the product is sold. While it is closed, one order at a time may probe it
-- from `probe_at_ms` on: `probe` is its trxid, empty while the order is being stored.
CREATE TABLE product_health (
    code_folded          TEXT    NOT NULL PRIMARY KEY,
    failed               TEXT    NOT NULL,
    closed_at_ms         INTEGER,
    pause_ms             INTEGER NOT NULL,
    probe_at_ms          INTEGER NOT NULL,
    probe                TEXT
) STRICT;

-- How the balance at the biller was judged. `moved_idr` is what moved it since its last report, without a report of
-- its own. `mean_idr` is the threshold where the operator set none. `is_alarmed`: the admins know of this fall.
CREATE TABLE biller_reserve (
    singleton            INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    moved_idr            INTEGER NOT NULL,
    mean_idr             INTEGER,
    is_alarmed           INTEGER NOT NULL CHECK (is_alarmed IN (0, 1)),
    is_topped_up         INTEGER NOT NULL CHECK (is_topped_up IN (0, 1)),
    mean_at_ms           INTEGER NOT NULL
) STRICT;

INSERT INTO biller_reserve (singleton, moved_idr, mean_idr, is_alarmed, is_topped_up, mean_at_ms)
VALUES (1, 0, NULL, 0, 0, 0);
