-- The road of an order: asked, stored, posted, heard of, told.
-- Times are ms since the epoch. Integers are 64 bits wide. Nothing is ever deleted from order_events.

CREATE TABLE orders (
    trxid           TEXT    NOT NULL PRIMARY KEY CHECK (length(trxid) = 17),
    chat_id         INTEGER NOT NULL,
    thread_id       INTEGER,
    message_id      INTEGER NOT NULL,
    line            INTEGER NOT NULL,
    user_id         INTEGER NOT NULL,
    product_code    TEXT    NOT NULL,
    destination     TEXT    NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN
        ('placed', 'submitting', 'pending', 'unknown', 'succeeded', 'failed', 'expired', 'disputed')),
    asked_at_ms     INTEGER NOT NULL,
    placed_at_ms    INTEGER NOT NULL,
    changed_at_ms   INTEGER NOT NULL,
    due_at_ms       INTEGER NOT NULL,
    ordinal         INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 99),
    sell_idr        INTEGER,
    attempts        INTEGER NOT NULL,
    overdue         INTEGER NOT NULL CHECK (overdue IN (0, 1)),
    success_heard   INTEGER NOT NULL CHECK (success_heard IN (0, 1)),
    failure_heard   INTEGER NOT NULL CHECK (failure_heard IN (0, 1)),
    price_idr       INTEGER,
    biller_ref      TEXT,
    sn              TEXT,
    reason          TEXT,
    trouble         TEXT,
    doubt           TEXT,
    expiry          TEXT,
    ruled_by        INTEGER,
    -- One line of one message is at most one purchase, however often Telegram delivers it.
    UNIQUE (chat_id, message_id, line)
) STRICT;

-- Small however many orders are stored: only the open ones are in it.
CREATE INDEX orders_open ON orders (state, changed_at_ms)
    WHERE state IN ('placed', 'submitting', 'pending', 'unknown', 'disputed');
CREATE INDEX orders_placed ON orders (due_at_ms) WHERE state = 'placed';
CREATE INDEX orders_open_to ON orders (destination)
    WHERE state IN ('placed', 'submitting', 'pending', 'unknown', 'disputed');
CREATE INDEX orders_by_day ON orders (placed_at_ms);
CREATE INDEX orders_by_destination ON orders (destination, placed_at_ms);

CREATE TABLE order_events (
    event_id        INTEGER NOT NULL PRIMARY KEY,
    trxid           TEXT    NOT NULL REFERENCES orders (trxid),
    at_ms           INTEGER NOT NULL,
    actor           TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    facts           TEXT    NOT NULL,
    evidence        TEXT,
    state_after     TEXT    NOT NULL
) STRICT;

CREATE INDEX order_events_of_order ON order_events (trxid, event_id);

-- What waits to be said, and what was said: a notice's name and facts, never rendered text.
CREATE TABLE outbox (
    outbox_id       INTEGER NOT NULL PRIMARY KEY,
    chat_id         INTEGER NOT NULL,
    thread_id       INTEGER,
    reply_to        INTEGER,
    edits           INTEGER,
    edits_letter    INTEGER,
    kind            TEXT    NOT NULL,
    facts           TEXT    NOT NULL,
    keyboard        TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'parked', 'buried', 'dropped')),
    attempts        INTEGER NOT NULL,
    ambiguous       INTEGER NOT NULL,
    rejections      INTEGER NOT NULL,
    created_at_ms   INTEGER NOT NULL,
    due_at_ms       INTEGER NOT NULL,
    -- Until then others may overtake it: results of a large batch gather, and leave in one message.
    rests_until_ms  INTEGER NOT NULL,
    told_at_ms      INTEGER,
    message_id      INTEGER,
    fault           TEXT
) STRICT;

CREATE INDEX outbox_waiting ON outbox (chat_id, outbox_id) WHERE state = 'waiting';
CREATE INDEX outbox_resting ON outbox (rests_until_ms) WHERE state = 'waiting' AND rests_until_ms > 0;
CREATE INDEX outbox_parked ON outbox (chat_id, outbox_id) WHERE state = 'parked';
CREATE INDEX outbox_unsaid ON outbox (state) WHERE state IN ('waiting', 'parked', 'buried');
CREATE INDEX outbox_by_subject ON outbox (subject, created_at_ms);
CREATE INDEX outbox_by_message ON outbox (chat_id, message_id) WHERE message_id IS NOT NULL;

-- A button's nonce works once, for its owner; for any admin where it has none.
CREATE TABLE buttons (
    nonce           TEXT    NOT NULL PRIMARY KEY,
    action          TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    payload         TEXT    NOT NULL,
    owner_id        INTEGER,
    created_at_ms   INTEGER NOT NULL,
    used_by         INTEGER,
    used_at_ms      INTEGER
) STRICT;

-- An update is known by its chat and message, or by its press: update ids begin anew after a quiet week.
CREATE TABLE messages_seen (
    chat_id         INTEGER NOT NULL,
    message_id      INTEGER NOT NULL,
    seen_at_ms      INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id)
) STRICT;

CREATE INDEX messages_seen_by_age ON messages_seen (seen_at_ms);

CREATE TABLE telegram_cursor (
    one             INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    next_update_id  INTEGER NOT NULL,
    moved_at_ms     INTEGER NOT NULL
) STRICT;

-- Updates that our own code could not handle: kept, so that a mend can be followed by a look at them.
CREATE TABLE updates_unread (
    update_id       INTEGER NOT NULL PRIMARY KEY,
    at_ms           INTEGER NOT NULL,
    fault           TEXT    NOT NULL,
    body            TEXT    NOT NULL
) STRICT;

CREATE INDEX updates_unread_by_age ON updates_unread (at_ms);

CREATE TABLE people (
    user_id         INTEGER NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL,
    username        TEXT,
    standing        TEXT    NOT NULL CHECK (standing IN ('asked', 'approved', 'rejected', 'frozen', 'removed')),
    chat_id         INTEGER NOT NULL,
    thread_id       INTEGER,
    message_id      INTEGER,
    changed_at_ms   INTEGER NOT NULL,
    changed_by      INTEGER
) STRICT;

CREATE TABLE people_events (
    event_id        INTEGER NOT NULL PRIMARY KEY,
    user_id         INTEGER NOT NULL,
    standing        TEXT    NOT NULL,
    at_ms           INTEGER NOT NULL,
    changed_by      INTEGER
) STRICT;

-- Reversals that came by the right path and fitted no order: kept for the admins, they change nothing else.
CREATE TABLE quarantine (
    quarantine_id   INTEGER NOT NULL PRIMARY KEY,
    at_ms           INTEGER NOT NULL,
    remote          TEXT    NOT NULL,
    why             TEXT    NOT NULL,
    query           TEXT    NOT NULL
) STRICT;

-- Each time a backup was put in the place of the database. Until `released_at_ms` nothing is bought.
-- What happened from `backup_at_ms` to `gap_until_ms` is not known here.
CREATE TABLE restores (
    restore_id      INTEGER NOT NULL PRIMARY KEY,
    restored_at_ms  INTEGER NOT NULL,
    backup_at_ms    INTEGER,
    gap_until_ms    INTEGER NOT NULL,
    released_by     INTEGER,
    released_at_ms  INTEGER
) STRICT;

-- Beaten when a commit has failed, to find out whether the disk can be written again.
CREATE TABLE pulse (
    one             INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    beats           INTEGER NOT NULL
) STRICT;

CREATE TABLE biller_balance (
    one             INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    balance_idr     INTEGER NOT NULL,
    reported_at_ms  INTEGER NOT NULL,
    source          TEXT    NOT NULL,
    trxid           TEXT    NOT NULL
) STRICT;

-- Where a chat went: groups that became supergroups, and chats that let us in no longer.
CREATE TABLE chats (
    chat_id         INTEGER NOT NULL PRIMARY KEY,
    moved_to        INTEGER,
    closed_why      TEXT,
    changed_at_ms   INTEGER NOT NULL
) STRICT;
