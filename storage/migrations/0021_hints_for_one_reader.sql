-- The member of a group who typed what a hint answers: it is shown to them alone where the group takes that.
ALTER TABLE outbox ADD COLUMN reader_id INTEGER;

-- The groups that refused a message for one member. Chat 0 is the whole server, which does not know such messages.
CREATE TABLE ephemeral_refusals (
    chat_id              INTEGER NOT NULL PRIMARY KEY,
    at_ms                INTEGER NOT NULL
) STRICT;
