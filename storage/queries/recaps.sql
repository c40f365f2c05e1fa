-- name: failures_by_reason
SELECT failure_cause, expiry, count(*) AS count FROM orders
WHERE placed_at_ms >= :from_ms AND placed_at_ms < :until_ms AND (state = 'failed' OR state = 'expired')
GROUP BY failure_cause, expiry;

-- name: recap_cursor
SELECT day, user_id FROM recap_cursor;

-- name: move_recap_cursor
-- Promise: one recap a day for each person, across restarts. No row changed: another worker was first.
UPDATE recap_cursor SET day = :day, user_id = :user_id WHERE day = :day_before AND user_id = :user_id_before;

-- name: refuse_recap
INSERT INTO recap_refusals (user_id, at_ms) VALUES (:user_id, :at_ms) ON CONFLICT DO NOTHING;

-- name: want_recap
DELETE FROM recap_refusals WHERE user_id = :user_id;

-- name: recap_refusal
SELECT at_ms FROM recap_refusals WHERE user_id = :user_id;
