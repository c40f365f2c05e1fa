-- Assistants of shops, invite links, and notes about people.

-- `owner_id` is the reseller for whose shop a person orders as an assistant. An assistant whom an admin freezes or
-- removes keeps it, so that they do not come back as a reseller.
CREATE TABLE people_of_shops (
    user_id              INTEGER NOT NULL PRIMARY KEY,
    name                 TEXT    NOT NULL,
    username             TEXT,
    standing             TEXT    NOT NULL CHECK (standing IN ('asked', 'approved', 'rejected', 'frozen', 'removed',
        'assistant', 'dismissed')),
    owner_id             INTEGER,
    chat_id              INTEGER NOT NULL,
    thread_id            INTEGER,
    message_id           INTEGER,
    changed_at_ms        INTEGER NOT NULL,
    changed_by           INTEGER,
    -- For admins only; the latest note, with its author.
    note                 TEXT    NOT NULL DEFAULT '',
    noted_by             INTEGER,
    noted_at_ms          INTEGER,
    CHECK (standing <> 'assistant' OR owner_id IS NOT NULL)
) STRICT;

INSERT INTO people_of_shops (user_id, name, username, standing, chat_id, thread_id, message_id, changed_at_ms, changed_by)
SELECT user_id, name, username, standing, chat_id, thread_id, message_id, changed_at_ms, changed_by FROM people;

DROP TABLE people;
ALTER TABLE people_of_shops RENAME TO people;

CREATE INDEX people_by_change ON people (changed_at_ms, user_id);
CREATE INDEX people_of_owner ON people (owner_id, user_id) WHERE owner_id IS NOT NULL;

-- Links that let people in without asking: as a reseller, or as an assistant of `owner_id`. None is ever deleted.
CREATE TABLE invites (
    invite_id            INTEGER NOT NULL PRIMARY KEY,
    token                TEXT    NOT NULL UNIQUE,
    owner_id             INTEGER,
    level_key            TEXT,
    max_uses             INTEGER NOT NULL CHECK (max_uses > 0),
    used_count           INTEGER NOT NULL CHECK (used_count >= 0 AND used_count <= max_uses),
    created_by           INTEGER NOT NULL,
    created_by_name      TEXT    NOT NULL,
    created_at_ms        INTEGER NOT NULL,
    expires_at_ms        INTEGER NOT NULL,
    revoked_by           INTEGER,
    revoked_at_ms        INTEGER
) STRICT;

CREATE INDEX invites_by_end ON invites (expires_at_ms) WHERE revoked_at_ms IS NULL;

-- The shop, and the link by which a person came, if either had to do with a change.
ALTER TABLE people_events ADD COLUMN owner_id INTEGER;
ALTER TABLE people_events ADD COLUMN invite_id INTEGER REFERENCES invites (invite_id);
CREATE INDEX people_events_of_person ON people_events (user_id, event_id);

-- Lists of orders are by shop now. Those from before there were shops have none.
DROP INDEX orders_by_user;
CREATE INDEX orders_without_shop ON orders (user_id, placed_at_ms) WHERE shop_id IS NULL;
