-- Totals of days and months, which reports read instead of orders, and the daily recap.

-- The sums over the orders of a day (20261122) or a month (202611), as far as the events of orders were added up: of each
-- reseller by product and by hour (`00` to `23`), and of the whole shop, `user_id` 0, also by reseller (their id). All days
-- are the shop's.
CREATE TABLE totals (
    facet                   TEXT    NOT NULL CHECK (facet = 'product' OR facet = 'hour' OR facet = 'reseller'),
    user_id                 INTEGER NOT NULL,
    period                  INTEGER NOT NULL,
    name                    TEXT    NOT NULL,
    open_count              INTEGER NOT NULL,
    succeeded_count         INTEGER NOT NULL,
    failed_count            INTEGER NOT NULL,
    expired_count           INTEGER NOT NULL,
    unknown_count           INTEGER NOT NULL,
    disputed_count          INTEGER NOT NULL,
    priced_count            INTEGER NOT NULL,
    sales_idr               INTEGER NOT NULL,
    costed_count            INTEGER NOT NULL,
    cost_idr                INTEGER NOT NULL,
    profit_idr              INTEGER NOT NULL,
    estimated_count         INTEGER NOT NULL,
    unpriced_cost_idr       INTEGER NOT NULL,
    unpriced_uncosted_count INTEGER NOT NULL,
    PRIMARY KEY (facet, user_id, period, name)
) STRICT, WITHOUT ROWID;

-- The totals contain every event up to `event_id`, on the days of `zone`; with another zone they are made anew.
CREATE TABLE totals_cursor (
    singleton               INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    event_id                INTEGER NOT NULL,
    zone                    TEXT    NOT NULL
) STRICT;

INSERT INTO totals_cursor (singleton, event_id, zone) VALUES (1, 0, '');

-- The last day of which a recap was sent: resellers got theirs by their ids, up to `user_id`.
CREATE TABLE recap_cursor (
    singleton               INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    day                     INTEGER NOT NULL,
    user_id                 INTEGER NOT NULL
) STRICT;

INSERT INTO recap_cursor (singleton, day, user_id) VALUES (1, 0, 0);

-- Who wants no recap.
CREATE TABLE recap_refusals (
    user_id                 INTEGER NOT NULL PRIMARY KEY,
    at_ms                   INTEGER NOT NULL
) STRICT;
