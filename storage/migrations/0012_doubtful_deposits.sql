-- Why money waits in suspense; NULL where it never did, or did before this column.
ALTER TABLE mutations ADD COLUMN suspense_reason TEXT;

-- An amount is not given to another shop for some weeks, as long as others are free.
CREATE INDEX tickets_by_amount ON tickets (exact_idr, created_at_ms);

-- Rows of a post that could not be read, once each by a hash of their text. They are never deleted.
CREATE TABLE unreadable_mutations (
    unreadable_id        INTEGER NOT NULL PRIMARY KEY,
    service              TEXT    NOT NULL,
    fingerprint          TEXT    NOT NULL,
    at_ms                INTEGER NOT NULL,
    why                  TEXT    NOT NULL,
    body                 TEXT    NOT NULL,
    UNIQUE (service, fingerprint)
) STRICT;
