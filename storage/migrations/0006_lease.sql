-- Who leads where several processes share one database. Of a database with an exclusive lock nothing is stored here.

-- `holder` is NULL once the leader has stopped and nothing of it is under way. Each take-over begins a new term.
CREATE TABLE lease (
    singleton            INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    holder               TEXT,
    term                 INTEGER NOT NULL,
    taken_at_ms          INTEGER NOT NULL,
    valid_until_ms       INTEGER NOT NULL,
    -- Since when the leader's circuit breaker holds orders back, for the other processes to show.
    held_since_ms        INTEGER
) STRICT;

INSERT INTO lease (singleton, holder, term, taken_at_ms, valid_until_ms) VALUES (1, NULL, 0, 0, 0);
