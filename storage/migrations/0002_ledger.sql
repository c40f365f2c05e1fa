-- Money between the operator and the shops. Nothing is ever deleted from entries or legs.

-- A shop is a reseller's; 0 is the operator.
CREATE TABLE shops (
    shop_id              INTEGER NOT NULL PRIMARY KEY,
    owner_id             INTEGER NOT NULL UNIQUE,
    created_at_ms        INTEGER NOT NULL
) STRICT;

-- A floor of 0 is prepaid, a negative one credit, NULL none; a daily limit of NULL is none. A floor or limit that is not
-- the shop's own follows the settings. The balances of a shop run. Those of the operator's accounts are NULL: they are
-- the sums of their legs, so that not every order changes one row.
CREATE TABLE accounts (
    account_id           INTEGER NOT NULL PRIMARY KEY,
    kind                 TEXT    NOT NULL CHECK (kind = 'available' OR kind = 'held' OR kind = 'sales'
        OR kind = 'deposits' OR kind = 'adjustments' OR kind = 'suspense'),
    shop_id              INTEGER NOT NULL,
    balance_idr          INTEGER,
    floor_idr            INTEGER,
    has_own_floor        INTEGER NOT NULL CHECK (has_own_floor IN (0, 1)),
    daily_limit_idr      INTEGER,
    has_own_daily_limit  INTEGER NOT NULL DEFAULT 0 CHECK (has_own_daily_limit IN (0, 1)),
    UNIQUE (shop_id, kind)
) STRICT;

-- What a shop may owe, or spend in a day, as an admin changed it; NULL is no limit.
CREATE TABLE limit_changes (
    change_id            INTEGER NOT NULL PRIMARY KEY,
    account_id           INTEGER NOT NULL REFERENCES accounts (account_id),
    kind                 TEXT    NOT NULL CHECK (kind = 'credit' OR kind = 'daily'),
    before_idr           INTEGER,
    after_idr            INTEGER,
    changed_by           INTEGER NOT NULL,
    at_ms                INTEGER NOT NULL
) STRICT;

CREATE TABLE entries (
    entry_id             INTEGER NOT NULL PRIMARY KEY,
    -- Names the one event behind the entry: no event is entered twice.
    source               TEXT    NOT NULL UNIQUE,
    kind                 TEXT    NOT NULL,
    at_ms                INTEGER NOT NULL,
    actor                TEXT    NOT NULL,
    reason               TEXT    NOT NULL,
    corrects             INTEGER REFERENCES entries (entry_id)
) STRICT;

CREATE INDEX entries_by_time ON entries (at_ms);

CREATE TABLE legs (
    entry_id             INTEGER NOT NULL REFERENCES entries (entry_id),
    account_id           INTEGER NOT NULL REFERENCES accounts (account_id),
    amount_idr           INTEGER NOT NULL CHECK (amount_idr <> 0),
    -- NULL where the balance does not run.
    balance_after_idr    INTEGER,
    PRIMARY KEY (account_id, entry_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX legs_of_entry ON legs (entry_id);

INSERT INTO accounts (kind, shop_id, balance_idr, floor_idr, has_own_floor) VALUES
    ('sales', 0, NULL, NULL, 0), ('deposits', 0, NULL, NULL, 0), ('adjustments', 0, NULL, NULL, 0),
    ('suspense', 0, NULL, NULL, 0);

ALTER TABLE orders ADD COLUMN shop_id INTEGER;
CREATE INDEX orders_of_shop ON orders (shop_id, placed_at_ms);
ALTER TABLE orders ADD COLUMN expected_cost_idr INTEGER;
