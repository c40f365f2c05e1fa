-- Prices by level, what products cost at the biller, and what the operator pays in there.

-- Of the two markups one is 0; `markup_bp` is in hundredths of a percent. `level_key` is the name as the headings of
-- price lists are compared.
CREATE TABLE levels (
    level_key            TEXT    NOT NULL PRIMARY KEY,
    name                 TEXT    NOT NULL,
    markup_idr           INTEGER NOT NULL CHECK (markup_idr >= 0),
    markup_bp            INTEGER NOT NULL CHECK (markup_bp >= 0),
    changed_at_ms        INTEGER NOT NULL,
    changed_by           INTEGER NOT NULL,
    CHECK (markup_idr = 0 OR markup_bp = 0)
) STRICT;

ALTER TABLE shops ADD COLUMN level_key TEXT REFERENCES levels (level_key);
ALTER TABLE shops ADD COLUMN level_changed_at_ms INTEGER NOT NULL DEFAULT 0;

-- The cost that the price list names, if it does.
ALTER TABLE products ADD COLUMN cost_idr INTEGER;

CREATE TABLE level_prices (
    code_folded          TEXT    NOT NULL,
    level_key            TEXT    NOT NULL,
    price_idr            INTEGER NOT NULL,
    PRIMARY KEY (code_folded, level_key)
) STRICT;

-- The last known cost of a product: from the biller, or from a price list that came later.
CREATE TABLE product_costs (
    code_folded          TEXT    NOT NULL PRIMARY KEY,
    cost_idr             INTEGER NOT NULL,
    changed_at_ms        INTEGER NOT NULL
) STRICT;

-- An admin's word that a product is sold below its cost, for these two amounts only. An empty `level_key` is the price
-- of shops without a level.
CREATE TABLE sales_below_cost (
    code_folded          TEXT    NOT NULL,
    level_key            TEXT    NOT NULL,
    price_idr            INTEGER NOT NULL,
    cost_idr             INTEGER NOT NULL,
    allowed_by           INTEGER NOT NULL,
    allowed_at_ms        INTEGER NOT NULL,
    PRIMARY KEY (code_folded, level_key)
) STRICT;

-- What admins say that they paid in at the biller. Nothing is ever deleted from here.
CREATE TABLE biller_topups (
    topup_id             INTEGER NOT NULL PRIMARY KEY,
    amount_idr           INTEGER NOT NULL CHECK (amount_idr > 0),
    noted_by             INTEGER NOT NULL,
    at_ms                INTEGER NOT NULL
) STRICT;

CREATE INDEX biller_topups_by_time ON biller_topups (at_ms);
