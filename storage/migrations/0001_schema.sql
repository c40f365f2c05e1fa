-- Times are ms since the epoch, booleans are 0 or 1, amounts are whole rupiah. Every INTEGER may need 64 bits.
-- Nothing is ever deleted from order_events.

CREATE TABLE orders (
    trxid                TEXT    NOT NULL PRIMARY KEY CHECK (length(trxid) = 17),
    chat_id              INTEGER NOT NULL,
    thread_id            INTEGER,
    message_id           INTEGER NOT NULL,
    line                 INTEGER NOT NULL,
    user_id              INTEGER NOT NULL,
    product_code         TEXT    NOT NULL,
    destination          TEXT    NOT NULL,
    state                TEXT    NOT NULL CHECK (state = 'placed' OR state = 'submitting' OR state = 'pending'
        OR state = 'unknown' OR state = 'succeeded' OR state = 'failed' OR state = 'expired' OR state = 'disputed'),
    requested_at_ms      INTEGER NOT NULL,
    placed_at_ms         INTEGER NOT NULL,
    changed_at_ms        INTEGER NOT NULL,
    due_at_ms            INTEGER NOT NULL,
    ordinal              INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 99),
    price_idr            INTEGER,
    attempts             INTEGER NOT NULL,
    overdue              INTEGER NOT NULL CHECK (overdue IN (0, 1)),
    success_reported     INTEGER NOT NULL CHECK (success_reported IN (0, 1)),
    failure_reported     INTEGER NOT NULL CHECK (failure_reported IN (0, 1)),
    cost_idr             INTEGER,
    biller_ref           TEXT,
    sn                   TEXT,
    reason               TEXT,
    failure_cause        TEXT,
    unknown_reason       TEXT,
    expiry               TEXT,
    resolved_by          INTEGER,
    -- One line of one message makes at most one order, however often Telegram delivers the message.
    UNIQUE (chat_id, message_id, line)
) STRICT;

-- `orders_open` and `orders_open_to` contain only open orders, so they stay small. Their conditions avoid IN (…):
-- SQLite would build a temporary table of the list for every row that is written.
CREATE INDEX orders_open ON orders (state, changed_at_ms)
    WHERE state <> 'succeeded' AND state <> 'failed' AND state <> 'expired';
CREATE INDEX orders_placed ON orders (due_at_ms) WHERE state = 'placed';
CREATE INDEX orders_by_day ON orders (placed_at_ms);
CREATE INDEX orders_by_destination ON orders (destination, placed_at_ms);
CREATE INDEX orders_by_user ON orders (user_id, placed_at_ms);
CREATE INDEX orders_open_to ON orders (destination)
    WHERE state <> 'succeeded' AND state <> 'failed' AND state <> 'expired';

CREATE TABLE order_events (
    event_id             INTEGER NOT NULL PRIMARY KEY,
    trxid                TEXT    NOT NULL REFERENCES orders (trxid),
    at_ms                INTEGER NOT NULL,
    actor                TEXT    NOT NULL,
    kind                 TEXT    NOT NULL,
    facts                TEXT    NOT NULL,
    evidence             TEXT,
    state_after          TEXT    NOT NULL
) STRICT;

CREATE INDEX order_events_of_order ON order_events (trxid, event_id);

-- Messages to send and messages sent: the class and facts of a notice, never rendered text.
CREATE TABLE outbox (
    outbox_id            INTEGER NOT NULL PRIMARY KEY,
    chat_id              INTEGER NOT NULL,
    thread_id            INTEGER,
    reply_to             INTEGER,
    edits                INTEGER,
    edits_outbox_id      INTEGER,
    kind                 TEXT    NOT NULL,
    facts                TEXT    NOT NULL,
    keyboard             TEXT    NOT NULL,
    subject              TEXT    NOT NULL,
    -- Messages of a lower number leave first, in their chat and among all chats.
    priority             INTEGER NOT NULL,
    state                TEXT    NOT NULL CHECK (state = 'waiting' OR state = 'sent' OR state = 'parked'
        OR state = 'failed' OR state = 'dropped'),
    attempts             INTEGER NOT NULL,
    ambiguous            INTEGER NOT NULL,
    rejections           INTEGER NOT NULL,
    created_at_ms        INTEGER NOT NULL,
    due_at_ms            INTEGER NOT NULL,
    -- Later messages may overtake this one until then: results of a large batch are collected and sent as one.
    hold_until_ms        INTEGER NOT NULL,
    sent_at_ms           INTEGER,
    message_id           INTEGER,
    fault                TEXT
) STRICT;

CREATE INDEX outbox_waiting ON outbox (chat_id, priority, outbox_id) WHERE state = 'waiting';
CREATE INDEX outbox_held ON outbox (hold_until_ms) WHERE state = 'waiting' AND hold_until_ms > 0;
CREATE INDEX outbox_parked ON outbox (chat_id, outbox_id) WHERE state = 'parked';
CREATE INDEX outbox_failed ON outbox (outbox_id) WHERE state = 'failed';
CREATE INDEX outbox_by_subject ON outbox (subject, created_at_ms);
-- Prompts for a destination, which a bare number may answer.
CREATE INDEX outbox_prompts ON outbox (chat_id, outbox_id) WHERE kind IN ('DestinationPrompt', 'PromptCancelled');
CREATE INDEX outbox_by_message ON outbox (chat_id, message_id) WHERE message_id IS NOT NULL;

-- A button works once, for its owner, or for any admin where it has no owner.
CREATE TABLE buttons (
    nonce                TEXT    NOT NULL PRIMARY KEY,
    action               TEXT    NOT NULL,
    subject              TEXT    NOT NULL,
    payload              TEXT    NOT NULL,
    owner_id             INTEGER,
    created_at_ms        INTEGER NOT NULL,
    used_by              INTEGER,
    used_at_ms           INTEGER
) STRICT;

CREATE INDEX buttons_by_age ON buttons (created_at_ms);

-- Updates are recognised by chat and message id, because update ids restart after a quiet week.
CREATE TABLE messages_seen (
    chat_id              INTEGER NOT NULL,
    message_id           INTEGER NOT NULL,
    seen_at_ms           INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id)
) STRICT;

CREATE INDEX messages_seen_by_age ON messages_seen (seen_at_ms);

-- The bots that used this database, by Telegram's ids. Message ids begin anew with each bot: those of a bot that is
-- not in use are stored with its number above their lower 40 bits.
CREATE TABLE bots (
    bot_number           INTEGER NOT NULL PRIMARY KEY,
    bot_id               INTEGER NOT NULL UNIQUE,
    is_in_use            INTEGER NOT NULL CHECK (is_in_use IN (0, 1)),
    since_ms             INTEGER NOT NULL
) STRICT;

CREATE TABLE poll_cursor (
    singleton            INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    next_update_id       INTEGER NOT NULL,
    moved_at_ms          INTEGER NOT NULL
) STRICT;

-- Updates that raised an unexpected error, stored for debugging.
CREATE TABLE failed_updates (
    update_id            INTEGER NOT NULL PRIMARY KEY,
    at_ms                INTEGER NOT NULL,
    fault                TEXT    NOT NULL,
    body                 TEXT    NOT NULL
) STRICT;

CREATE INDEX failed_updates_by_age ON failed_updates (at_ms);

CREATE TABLE people (
    user_id              INTEGER NOT NULL PRIMARY KEY,
    name                 TEXT    NOT NULL,
    username             TEXT,
    standing             TEXT    NOT NULL CHECK (standing IN ('asked', 'approved', 'rejected', 'frozen', 'removed')),
    chat_id              INTEGER NOT NULL,
    thread_id            INTEGER,
    message_id           INTEGER,
    changed_at_ms        INTEGER NOT NULL,
    changed_by           INTEGER
) STRICT;

CREATE TABLE people_events (
    event_id             INTEGER NOT NULL PRIMARY KEY,
    user_id              INTEGER NOT NULL,
    standing             TEXT    NOT NULL,
    at_ms                INTEGER NOT NULL,
    changed_by           INTEGER
) STRICT;

-- Reversals that arrived at the secret path but match no order, or not in every field. They change nothing else.
-- `trxid` is the order that one names, if any.
CREATE TABLE quarantined_reversals (
    reversal_id          INTEGER NOT NULL PRIMARY KEY,
    at_ms                INTEGER NOT NULL,
    remote               TEXT    NOT NULL,
    why                  TEXT    NOT NULL,
    query                TEXT    NOT NULL,
    trxid                TEXT
) STRICT;

CREATE INDEX quarantined_reversals_of_order ON quarantined_reversals (trxid, at_ms) WHERE trxid IS NOT NULL;
CREATE INDEX quarantined_reversals_of_none ON quarantined_reversals (at_ms) WHERE trxid IS NULL;

-- Every restore of a backup. Nothing is bought until `released_at_ms`.
-- What happened between `backup_at_ms` and `gap_until_ms` is not known to this database.
CREATE TABLE restores (
    restore_id           INTEGER NOT NULL PRIMARY KEY,
    restored_at_ms       INTEGER NOT NULL,
    backup_at_ms         INTEGER,
    gap_until_ms         INTEGER NOT NULL,
    released_by          INTEGER,
    released_at_ms       INTEGER
) STRICT;

-- Written after a failed commit, to check whether the disk can be written again.
CREATE TABLE write_probe (
    singleton            INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    writes               INTEGER NOT NULL
) STRICT;

CREATE TABLE biller_balance (
    singleton            INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    balance_idr          INTEGER NOT NULL,
    reported_at_ms       INTEGER NOT NULL,
    source               TEXT    NOT NULL,
    trxid                TEXT    NOT NULL
) STRICT;

-- Chats of which orders were refused because the deposit at the biller was empty: each is notified once, when
-- the biller takes orders again. `trxid` is the last of its `refused_count` orders.
CREATE TABLE deposit_waits (
    chat_id              INTEGER NOT NULL PRIMARY KEY,
    trxid                TEXT    NOT NULL REFERENCES orders (trxid),
    refused_count        INTEGER NOT NULL,
    refused_at_ms        INTEGER NOT NULL
) STRICT;

-- Groups that became supergroups, and chats that do not accept messages any more.
CREATE TABLE chats (
    chat_id              INTEGER NOT NULL PRIMARY KEY,
    moved_to             INTEGER,
    unreachable_reason   TEXT,
    title                TEXT,
    changed_at_ms        INTEGER NOT NULL
) STRICT;

-- The catalogue. Codes are unique regardless of letter case.
CREATE TABLE products (
    code_folded          TEXT    NOT NULL PRIMARY KEY,
    code                 TEXT    NOT NULL,
    position             INTEGER NOT NULL,
    name                 TEXT    NOT NULL,
    product_group        TEXT    NOT NULL,
    rule                 TEXT    NOT NULL CHECK (rule IN ('phone', 'meter', 'game', 'game_server', 'account', 'free')),
    price_idr            INTEGER,
    is_open              INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    carrier              TEXT,
    nominal              INTEGER,
    cut_off_from_minute  INTEGER,
    cut_off_until_minute INTEGER
) STRICT;

-- Every version of the catalogue; the last one is in force. A version number can be used again after a rollback
-- of its transaction or a restore: the stamp distinguishes the two.
CREATE TABLE catalogue_versions (
    version              INTEGER NOT NULL PRIMARY KEY,
    stamp                TEXT    NOT NULL,
    at_ms                INTEGER NOT NULL,
    changed_by           INTEGER,
    changed_by_name      TEXT    NOT NULL,
    source               TEXT    NOT NULL
) STRICT;

-- One row for each product that changed. Nothing is ever deleted from here.
CREATE TABLE catalogue_history (
    history_id           INTEGER NOT NULL PRIMARY KEY,
    version              INTEGER NOT NULL REFERENCES catalogue_versions (version),
    kind                 TEXT    NOT NULL,
    code                 TEXT    NOT NULL,
    before               TEXT,
    after                TEXT
) STRICT;

CREATE INDEX catalogue_history_of_version ON catalogue_history (version, kind);

-- Price lists that admins sent. `sheet` holds the parsed list until an admin applies or discards it.
CREATE TABLE imports (
    import_id            INTEGER NOT NULL PRIMARY KEY,
    chat_id              INTEGER NOT NULL,
    message_id           INTEGER NOT NULL,
    user_id              INTEGER NOT NULL,
    user_name            TEXT    NOT NULL,
    file_id              TEXT    NOT NULL,
    file_name            TEXT    NOT NULL,
    state                TEXT    NOT NULL CHECK (state IN ('asked', 'read', 'applied', 'discarded', 'failed')),
    attempts             INTEGER NOT NULL,
    due_at_ms            INTEGER NOT NULL,
    requested_at_ms      INTEGER NOT NULL,
    sheet                TEXT,
    version              INTEGER,
    fault                TEXT
) STRICT;

CREATE INDEX imports_asked ON imports (due_at_ms) WHERE state = 'asked';
CREATE INDEX imports_read ON imports (chat_id) WHERE state = 'read';

-- Messages with several orders; the orders are found by chat and message.
CREATE TABLE batches (
    chat_id              INTEGER NOT NULL,
    message_id           INTEGER NOT NULL,
    placed_at_ms         INTEGER NOT NULL,
    placed_count         INTEGER NOT NULL,
    unplaced             TEXT    NOT NULL,
    version              INTEGER NOT NULL,
    -- Results are collected until then, and sent as one message.
    hold_until_ms        INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id)
) STRICT;

CREATE INDEX batches_unplaced ON batches (placed_at_ms) WHERE placed_count = 0;

-- What a reseller prints on receipts: the name of the shop, and the prices its customers pay.
CREATE TABLE receipt_settings (
    user_id              INTEGER NOT NULL PRIMARY KEY,
    name                 TEXT    NOT NULL
) STRICT;

CREATE TABLE customer_prices (
    user_id              INTEGER NOT NULL,
    code_folded          TEXT    NOT NULL,
    code                 TEXT    NOT NULL,
    customer_price_idr   INTEGER NOT NULL,
    PRIMARY KEY (user_id, code_folded)
) STRICT;

-- An order has at most one unanswered complaint. It is answered in the chat where it was made, under `message_id`.
CREATE TABLE complaints (
    complaint_id         INTEGER NOT NULL PRIMARY KEY,
    trxid                TEXT    NOT NULL REFERENCES orders (trxid),
    user_id              INTEGER NOT NULL,
    chat_id              INTEGER NOT NULL,
    thread_id            INTEGER,
    message_id           INTEGER,
    note                 TEXT    NOT NULL,
    stage                TEXT    NOT NULL CHECK (stage IN ('open', 'checking', 'answered')),
    opened_at_ms         INTEGER NOT NULL,
    changed_at_ms        INTEGER NOT NULL,
    changed_by           INTEGER NOT NULL,
    answer               TEXT
) STRICT;

CREATE UNIQUE INDEX complaints_unanswered ON complaints (trxid) WHERE stage IN ('open', 'checking');
CREATE INDEX complaints_by_age ON complaints (complaint_id) WHERE stage IN ('open', 'checking');
CREATE INDEX complaints_unanswered_of ON complaints (user_id) WHERE stage IN ('open', 'checking');
CREATE INDEX complaints_of_order ON complaints (trxid, complaint_id);
