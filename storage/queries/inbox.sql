-- name: register_button
INSERT INTO buttons (nonce, action, subject, payload, owner_id, created_at_ms)
VALUES (:nonce, :action, :subject, :payload, :owner_id, :at_ms);

-- name: button_owner
SELECT owner_id FROM buttons WHERE nonce = :nonce;

-- name: use_button
-- Promise: a button works once. No row: it was pressed before, or is unknown.
UPDATE buttons SET used_by = :user_id, used_at_ms = :at_ms WHERE nonce = :nonce AND used_at_ms IS NULL
RETURNING action, subject, payload, owner_id, created_at_ms;

-- name: retire_buttons
-- Promise: after one tap on a card no other button of it works. They were all made at one time.
UPDATE buttons SET used_by = :user_id, used_at_ms = :at_ms
WHERE created_at_ms = :created_at_ms AND subject = :subject AND used_at_ms IS NULL;

-- name: mark_message_seen
-- Promise: a message is handled once. No row changed: it was handled before.
INSERT INTO messages_seen (chat_id, message_id, seen_at_ms) VALUES (:chat_id, :message_id, :at_ms)
ON CONFLICT DO NOTHING;

-- name: poll_cursor
SELECT next_update_id, moved_at_ms FROM poll_cursor WHERE singleton = 1;

-- name: move_poll_cursor
INSERT INTO poll_cursor (singleton, next_update_id, moved_at_ms) VALUES (1, :next_update_id, :at_ms)
ON CONFLICT (singleton) DO UPDATE SET next_update_id = :next_update_id, moved_at_ms = :at_ms;

-- name: store_failed_update
INSERT INTO failed_updates (update_id, at_ms, fault, body) VALUES (:update_id, :at_ms, :fault, :body)
ON CONFLICT DO NOTHING;

-- name: trim_failed_updates
DELETE FROM failed_updates
WHERE at_ms < (SELECT at_ms FROM failed_updates ORDER BY at_ms DESC LIMIT 1 OFFSET :keep);
