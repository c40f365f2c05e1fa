-- name: current_bot
SELECT bot_number, bot_id FROM bots WHERE is_in_use = 1;

-- name: leave_bots
UPDATE bots SET is_in_use = 0;

-- name: use_bot
INSERT INTO bots (bot_number, bot_id, is_in_use, since_ms)
VALUES ((SELECT coalesce(max(bot_number), 0) + 1 FROM bots), :bot_id, 1, :at_ms)
ON CONFLICT (bot_id) DO UPDATE SET is_in_use = 1, since_ms = :at_ms RETURNING bot_number;

-- name: forget_poll_cursor
DELETE FROM poll_cursor;

-- name: drop_waiting_edits
-- Only the bot that sent a message can edit it, and the table of a batch is found by a message id.
UPDATE outbox SET state = 'dropped'
WHERE state IN ('waiting', 'parked') AND (edits IS NOT NULL OR kind = 'BatchSummary');

-- name: release_all_messages
UPDATE outbox SET state = 'waiting', reply_to = NULL, hold_until_ms = 0, due_at_ms = :at_ms
WHERE state IN ('waiting', 'parked');

-- name: mark_all_chats_reachable
UPDATE chats SET unreachable_reason = NULL, changed_at_ms = :at_ms WHERE unreachable_reason IS NOT NULL;

-- name: shift_message_ids_of_orders
UPDATE orders SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_batches
UPDATE batches SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_messages_seen
UPDATE messages_seen SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_outbox
UPDATE outbox SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_complaints
UPDATE complaints SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_people
UPDATE people SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_imports
UPDATE imports SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;
