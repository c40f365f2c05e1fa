-- Deposits: tickets to pay, and the money that bank-mutation services report. Nothing here is ever deleted,
-- except the bodies of posts that were processed.

-- A ticket is paid with its exact amount, which no other reserved ticket has: by it the payment is recognised.
-- It stays reserved for some days after its end, because payments come late.
CREATE TABLE tickets (
    ticket_id            INTEGER NOT NULL PRIMARY KEY,
    shop_id              INTEGER NOT NULL REFERENCES shops (shop_id),
    user_id              INTEGER NOT NULL,
    chat_id              INTEGER NOT NULL,
    thread_id            INTEGER,
    message_id           INTEGER,
    requested_idr        INTEGER NOT NULL,
    exact_idr            INTEGER NOT NULL,
    accounts             TEXT    NOT NULL,
    takes_qris           INTEGER NOT NULL CHECK (takes_qris IN (0, 1)),
    state                TEXT    NOT NULL CHECK (state = 'open' OR state = 'confirmed' OR state = 'rejected'
        OR state = 'cancelled' OR state = 'expired'),
    is_reserved          INTEGER NOT NULL CHECK (is_reserved IN (0, 1)),
    created_at_ms        INTEGER NOT NULL,
    expires_at_ms        INTEGER NOT NULL,
    release_at_ms        INTEGER NOT NULL,
    decided_at_ms        INTEGER,
    -- NULL for what time or a mutation decided.
    decided_by           INTEGER,
    credited_idr         INTEGER,
    mutation_id          INTEGER UNIQUE
) STRICT;

CREATE UNIQUE INDEX tickets_reserved ON tickets (exact_idr) WHERE is_reserved = 1;
CREATE INDEX tickets_to_release ON tickets (release_at_ms) WHERE is_reserved = 1;
CREATE UNIQUE INDEX tickets_open_of_shop ON tickets (shop_id) WHERE state = 'open';
CREATE INDEX tickets_open ON tickets (expires_at_ms) WHERE state = 'open';
CREATE INDEX tickets_of_shop ON tickets (shop_id, created_at_ms);
CREATE INDEX tickets_by_age ON tickets (created_at_ms);

-- Pictures of transfers that a reseller sent. They credit nothing.
CREATE TABLE ticket_evidence (
    ticket_id            INTEGER NOT NULL REFERENCES tickets (ticket_id),
    at_ms                INTEGER NOT NULL,
    message_id           INTEGER NOT NULL,
    file_id              TEXT    NOT NULL,
    PRIMARY KEY (ticket_id, message_id)
) STRICT;

-- What bank-mutation services posted, kept until it was processed, and the latest ones longer.
CREATE TABLE mutation_posts (
    post_id              INTEGER NOT NULL PRIMARY KEY,
    at_ms                INTEGER NOT NULL,
    service              TEXT    NOT NULL,
    body                 TEXT    NOT NULL,
    state                TEXT    NOT NULL CHECK (state = 'waiting' OR state = 'done' OR state = 'failed')
) STRICT;

CREATE INDEX mutation_posts_waiting ON mutation_posts (post_id) WHERE state = 'waiting';

-- Money that a service reported, once each by the service's own id. `amount_idr` is NULL where it had a part of a rupiah.
CREATE TABLE mutations (
    mutation_id          INTEGER NOT NULL PRIMARY KEY,
    service              TEXT    NOT NULL,
    service_ref          TEXT    NOT NULL,
    at_ms                INTEGER NOT NULL,
    amount_idr           INTEGER,
    account_number       TEXT    NOT NULL,
    description          TEXT    NOT NULL,
    -- linked: its ticket had been credited by an admin before.
    state                TEXT    NOT NULL CHECK (state = 'new' OR state = 'suspense' OR state = 'credited'
        OR state = 'linked' OR state = 'rejected' OR state = 'unreadable'),
    shop_id              INTEGER,
    decided_at_ms        INTEGER,
    decided_by           INTEGER,
    UNIQUE (service, service_ref)
) STRICT;

CREATE INDEX mutations_in_suspense ON mutations (amount_idr) WHERE state = 'suspense';
