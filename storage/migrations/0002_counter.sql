-- The counter: what is sold, and what a reseller keeps here.

-- What can be bought. Codes differ by more than letter case.
CREATE TABLE products (
    code_folded         TEXT    NOT NULL PRIMARY KEY,
    code                TEXT    NOT NULL,
    position            INTEGER NOT NULL,
    name                TEXT    NOT NULL,
    product_group       TEXT    NOT NULL,
    rule                TEXT    NOT NULL CHECK (rule IN ('phone', 'meter', 'game', 'game_server', 'account', 'free')),
    sell_idr            INTEGER,
    is_open             INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    operator            TEXT,
    nominal             INTEGER,
    rests_from_minute   INTEGER,
    rests_until_minute  INTEGER
) STRICT;

-- Each state that the catalogue has been in, and who brought it there; the last is the one that holds.
-- A version that was undone gives its number to another: the stamp tells the two apart.
CREATE TABLE catalogue_versions (
    version             INTEGER NOT NULL PRIMARY KEY,
    stamp               TEXT    NOT NULL,
    at_ms               INTEGER NOT NULL,
    changed_by          INTEGER,
    changed_by_name     TEXT    NOT NULL,
    source              TEXT    NOT NULL
) STRICT;

-- One row a product that changed: what it was, what it became. Nothing is ever deleted from here.
CREATE TABLE catalogue_history (
    history_id          INTEGER NOT NULL PRIMARY KEY,
    version             INTEGER NOT NULL REFERENCES catalogue_versions (version),
    kind                TEXT    NOT NULL,
    code                TEXT    NOT NULL,
    before              TEXT,
    after               TEXT
) STRICT;

CREATE INDEX catalogue_history_of_version ON catalogue_history (version, kind);

-- Price lists that admins sent. `sheet` holds what was read of one while its admin has not decided.
CREATE TABLE imports (
    import_id           INTEGER NOT NULL PRIMARY KEY,
    chat_id             INTEGER NOT NULL,
    message_id          INTEGER NOT NULL,
    user_id             INTEGER NOT NULL,
    user_name           TEXT    NOT NULL,
    file_id             TEXT    NOT NULL,
    file_name           TEXT    NOT NULL,
    state               TEXT    NOT NULL CHECK (state IN ('asked', 'read', 'applied', 'discarded', 'failed')),
    attempts            INTEGER NOT NULL,
    due_at_ms           INTEGER NOT NULL,
    asked_at_ms         INTEGER NOT NULL,
    sheet               TEXT,
    version             INTEGER,
    fault               TEXT
) STRICT;

CREATE INDEX imports_asked ON imports (due_at_ms) WHERE state = 'asked';
CREATE INDEX imports_read ON imports (chat_id) WHERE state = 'read';

-- Messages that hold several orders; their orders are found by chat and message.
CREATE TABLE batches (
    chat_id             INTEGER NOT NULL,
    message_id          INTEGER NOT NULL,
    placed_at_ms        INTEGER NOT NULL,
    placed_count        INTEGER NOT NULL,
    unplaced            TEXT    NOT NULL,
    version             INTEGER NOT NULL,
    -- Until then its news gathers, to leave together; past, if none does.
    rests_until_ms      INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id)
) STRICT;

CREATE INDEX batches_unplaced ON batches (placed_at_ms) WHERE placed_count = 0;

-- The questions for a number in a chat, which a bare number may answer.
CREATE INDEX outbox_questions ON outbox (chat_id, outbox_id) WHERE kind IN ('NumberQuestion', 'ChoiceDropped');

-- What one person ordered, by time.
CREATE INDEX orders_by_user ON orders (user_id, placed_at_ms);

-- What a reseller wants on receipts: the shop's name, and what customers pay there.
CREATE TABLE shops (
    user_id             INTEGER NOT NULL PRIMARY KEY,
    name                TEXT    NOT NULL
) STRICT;

CREATE TABLE shop_prices (
    user_id             INTEGER NOT NULL,
    code_folded         TEXT    NOT NULL,
    code                TEXT    NOT NULL,
    price_idr           INTEGER NOT NULL,
    PRIMARY KEY (user_id, code_folded)
) STRICT;

-- An order has one open complaint at most; after an answer there may be another. It is answered where it was
-- made, under `message_id`.
CREATE TABLE complaints (
    complaint_id        INTEGER NOT NULL PRIMARY KEY,
    trxid               TEXT    NOT NULL REFERENCES orders (trxid),
    user_id             INTEGER NOT NULL,
    chat_id             INTEGER NOT NULL,
    thread_id           INTEGER,
    message_id          INTEGER,
    note                TEXT    NOT NULL,
    stage               TEXT    NOT NULL CHECK (stage IN ('open', 'checking', 'answered')),
    opened_at_ms        INTEGER NOT NULL,
    changed_at_ms       INTEGER NOT NULL,
    changed_by          INTEGER NOT NULL,
    answer              TEXT
) STRICT;

CREATE UNIQUE INDEX complaints_unanswered ON complaints (trxid) WHERE stage IN ('open', 'checking');
CREATE INDEX complaints_by_age ON complaints (complaint_id) WHERE stage IN ('open', 'checking');
CREATE INDEX complaints_unanswered_of ON complaints (user_id) WHERE stage IN ('open', 'checking');
CREATE INDEX complaints_of_order ON complaints (trxid, complaint_id);
