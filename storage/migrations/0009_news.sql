-- News to resellers: broadcasts of admins, and digests of changed prices. Results of orders are no news.

-- People who want no news.
CREATE TABLE news_optouts (
    user_id              INTEGER NOT NULL PRIMARY KEY,
    at_ms                INTEGER NOT NULL
) STRICT;

-- Messages are made in slices, in the order of the user ids; `after_user_id` is the last one that was looked at.
-- `people_count` is how many were to get it at the confirmation, `made_count` how many were looked at since, and
-- `refused_count` how many of those had blocked the bot.
CREATE TABLE broadcasts (
    broadcast_id         INTEGER NOT NULL PRIMARY KEY,
    body                 TEXT    NOT NULL,
    picture_id           TEXT,
    state                TEXT    NOT NULL CHECK (state = 'draft' OR state = 'cancelled' OR state = 'sending'
        OR state = 'stopping' OR state = 'stopped' OR state = 'done'),
    admin_name           TEXT    NOT NULL,
    created_by           INTEGER NOT NULL,
    created_at_ms        INTEGER NOT NULL,
    changed_at_ms        INTEGER NOT NULL,
    people_count         INTEGER NOT NULL,
    made_count           INTEGER NOT NULL DEFAULT 0,
    refused_count        INTEGER NOT NULL DEFAULT 0,
    after_user_id        INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX broadcasts_under_way ON broadcasts (broadcast_id) WHERE state = 'sending' OR state = 'stopping';

-- Changes of prices are collected for some minutes, then each buyer gets one digest of them. `from_version` is the
-- catalogue before the first change, `levels` are the levels before it.
CREATE TABLE price_digests (
    digest_id            INTEGER NOT NULL PRIMARY KEY,
    state                TEXT    NOT NULL CHECK (state = 'collecting' OR state = 'sending' OR state = 'done'),
    from_version         INTEGER NOT NULL,
    levels               TEXT    NOT NULL,
    opened_at_ms         INTEGER NOT NULL,
    due_at_ms            INTEGER NOT NULL,
    people_count         INTEGER NOT NULL DEFAULT 0,
    after_user_id        INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX price_digests_collecting ON price_digests (state) WHERE state = 'collecting';
CREATE INDEX price_digests_sending ON price_digests (digest_id) WHERE state = 'sending';

-- News alone has this priority: it leaves after everything else.
CREATE INDEX outbox_news ON outbox (subject, state) WHERE priority = 2;
