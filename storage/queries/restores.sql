-- name: start_restore_quarantine
INSERT INTO restores (restored_at_ms, backup_at_ms, gap_until_ms)
VALUES (:restored_at_ms, :backup_at_ms, :gap_until_ms);

-- name: last_restore
SELECT * FROM restores ORDER BY restore_id DESC LIMIT 1;

-- name: release_restores
-- Promise: the quarantine is ended once. No row changed: another admin was first.
UPDATE restores SET released_by = :released_by, released_at_ms = :at_ms WHERE released_at_ms IS NULL;

-- name: last_activity
-- The time of the latest activity in this database.
SELECT max(latest.at_ms) AS at_ms FROM (
    SELECT at_ms FROM order_events WHERE event_id = (SELECT max(event_id) FROM order_events)
    UNION ALL SELECT created_at_ms FROM outbox WHERE outbox_id = (SELECT max(outbox_id) FROM outbox)
    UNION ALL SELECT max(seen_at_ms) FROM messages_seen
    UNION ALL SELECT moved_at_ms FROM poll_cursor
) AS latest;
