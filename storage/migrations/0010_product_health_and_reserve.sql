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

-- What moved the balance at the biller since its last report without a report of its own; the threshold where the operator
-- set none; whether the admins know of this fall, and whether a top-up was noted since.
ALTER TABLE biller_balance ADD COLUMN moved_idr INTEGER NOT NULL DEFAULT 0;
ALTER TABLE biller_balance ADD COLUMN mean_idr INTEGER;
ALTER TABLE biller_balance ADD COLUMN is_alarmed INTEGER NOT NULL DEFAULT 0 CHECK (is_alarmed IN (0, 1));
ALTER TABLE biller_balance ADD COLUMN is_topped_up INTEGER NOT NULL DEFAULT 0 CHECK (is_topped_up IN (0, 1));
