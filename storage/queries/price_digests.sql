-- name: open_price_digest
INSERT INTO price_digests (state, from_version, levels, opened_at_ms, due_at_ms)
VALUES ('collecting', :from_version, :levels, :at_ms, :due_at_ms);

-- name: price_digest_collecting
SELECT * FROM price_digests WHERE state = 'collecting';

-- name: price_digest_sending
SELECT * FROM price_digests WHERE state = 'sending' ORDER BY digest_id LIMIT 1;

-- name: postpone_price_digest
UPDATE price_digests SET due_at_ms = :due_at_ms WHERE digest_id = :digest_id AND state = 'collecting';

-- name: move_price_digest
UPDATE price_digests SET state = :after WHERE digest_id = :digest_id AND state = :before;

-- name: advance_price_digest
-- Promise: everybody is looked at once. No row changed: another slice was made since.
UPDATE price_digests SET after_user_id = :user_id, people_count = people_count + :made
WHERE digest_id = :digest_id AND state = 'sending' AND after_user_id = :after_user_id;

-- name: end_price_digests
UPDATE price_digests SET state = 'done' WHERE state = 'sending' OR state = 'collecting';

-- name: products_before
-- Each changed product as it was; of several changes the first comes first.
SELECT code, before FROM catalogue_history WHERE version > :version ORDER BY version, history_id;

-- name: codes_bought_since
SELECT DISTINCT product_code FROM orders
WHERE user_id = :user_id AND placed_at_ms >= :since_ms AND state = 'succeeded';
