-- name: insert_batch
INSERT INTO batches (chat_id, message_id, placed_at_ms, placed_count, unplaced, version, hold_until_ms)
VALUES (:chat_id, :message_id, :placed_at_ms, :placed_count, :unplaced, :version, :hold_until_ms);

-- name: batch_of_message
SELECT * FROM batches WHERE chat_id = :chat_id AND message_id = :message_id;

-- name: bump_batch_version
UPDATE batches SET version = version + 1 WHERE chat_id = :chat_id AND message_id = :message_id;

-- name: hold_batch
UPDATE batches SET hold_until_ms = :hold_until_ms WHERE chat_id = :chat_id AND message_id = :message_id;
