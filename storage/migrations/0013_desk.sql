-- The operator's desk on the web: links that let in once, sessions, and who may enter besides the admins.

CREATE TABLE desk_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL,
    made_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    used_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE desk_sessions (
    session_hash TEXT NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL,
    door TEXT NOT NULL CHECK (door IN ('link', 'mini_app')),
    device TEXT NOT NULL,
    begun_at_ms INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL,
    ends_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX desk_sessions_of_user ON desk_sessions (user_id, begun_at_ms);
