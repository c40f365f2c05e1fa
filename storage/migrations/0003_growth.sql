-- What keeps a database of ten million orders as quick as an empty one.

-- The letters that wait or are set aside have an index of their own already.
DROP INDEX outbox_unsaid;
CREATE INDEX outbox_buried ON outbox (outbox_id) WHERE state = 'buried';

-- Old buttons are forgotten a few at a time.
CREATE INDEX buttons_by_age ON buttons (created_at_ms);
