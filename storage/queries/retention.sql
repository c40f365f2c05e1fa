-- name: delete_old_seen_messages
DELETE FROM messages_seen WHERE (chat_id, message_id) IN (
    SELECT chat_id, message_id FROM messages_seen WHERE seen_at_ms < :before_ms ORDER BY seen_at_ms LIMIT :limit
);

-- name: delete_old_buttons
DELETE FROM buttons WHERE nonce IN (
    SELECT nonce FROM buttons WHERE created_at_ms < :before_ms ORDER BY created_at_ms LIMIT :limit
);

-- name: messages_after
SELECT outbox_id, created_at_ms FROM outbox WHERE outbox_id > :outbox_id ORDER BY outbox_id LIMIT :limit;

-- name: delete_old_messages
DELETE FROM outbox
WHERE outbox_id BETWEEN :first AND :last AND state IN ('sent', 'dropped') AND created_at_ms < :before_ms;

-- name: delete_old_batches
-- Only batches without an order, whose table has been sent: the others stay as long as their orders.
DELETE FROM batches WHERE (chat_id, message_id) IN (
    SELECT chat_id, message_id FROM batches AS old
    WHERE placed_count = 0 AND placed_at_ms < :before_ms AND NOT EXISTS (
        SELECT 1 FROM outbox
        WHERE subject = 'table:' || old.chat_id || ':' || old.message_id AND state IN ('waiting', 'parked')
    ) ORDER BY placed_at_ms LIMIT :limit
);
