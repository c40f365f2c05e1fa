-- name: count_refused_news
UPDATE broadcasts SET refused_count = refused_count + 1
WHERE (state = 'sending' OR state = 'stopping') AND EXISTS (
    SELECT 1 FROM outbox
    WHERE outbox.state = 'waiting' AND outbox.chat_id = :chat_id AND outbox.priority = 2
        AND outbox.subject = 'news:' || broadcasts.broadcast_id
);

-- name: drop_refused_news
UPDATE outbox SET state = 'dropped', fault = :fault
WHERE state = 'waiting' AND chat_id = :chat_id AND priority = 2;

-- name: park_messages
UPDATE outbox SET state = 'parked', fault = :fault WHERE state = 'waiting' AND chat_id = :chat_id;

-- name: unpark_messages
UPDATE outbox SET state = 'waiting', due_at_ms = :at_ms, hold_until_ms = 0
WHERE state = 'parked' AND chat_id = :chat_id;

-- name: move_messages
-- Parked messages are tried again, because the new chat may accept them.
-- Each half of the condition uses its own small index; state IN (…) would use neither.
UPDATE outbox SET chat_id = :new_chat_id, state = 'waiting', reply_to = NULL, edits = NULL, edits_outbox_id = NULL
WHERE (state = 'waiting' AND chat_id = :chat_id) OR (state = 'parked' AND chat_id = :chat_id);

-- name: mark_chat_unreachable
INSERT INTO chats (chat_id, unreachable_reason, changed_at_ms) VALUES (:chat_id, :why, :at_ms)
ON CONFLICT (chat_id) DO UPDATE SET unreachable_reason = :why, changed_at_ms = :at_ms;

-- name: name_chat
INSERT INTO chats (chat_id, title, changed_at_ms) VALUES (:chat_id, :title, :at_ms)
ON CONFLICT (chat_id) DO UPDATE SET title = :title;

-- name: mark_chat_reachable
UPDATE chats SET unreachable_reason = NULL, changed_at_ms = :at_ms
WHERE chat_id = :chat_id AND unreachable_reason IS NOT NULL;

-- name: mark_chat_moved
INSERT INTO chats (chat_id, moved_to, changed_at_ms) VALUES (:chat_id, :new_chat_id, :at_ms)
ON CONFLICT (chat_id) DO UPDATE SET moved_to = :new_chat_id, changed_at_ms = :at_ms;

-- name: chat_by_id
SELECT moved_to, unreachable_reason, title FROM chats WHERE chat_id = :chat_id;

-- name: tables_of_chats
SELECT chat_id, is_shown FROM tables_of_chats;

-- name: note_tables_of_chat
INSERT INTO tables_of_chats (chat_id, is_shown, at_ms) VALUES (:chat_id, :is_shown, :at_ms)
ON CONFLICT (chat_id) DO UPDATE SET is_shown = excluded.is_shown, at_ms = excluded.at_ms;

-- name: ephemeral_refusal
SELECT chat_id FROM ephemeral_refusals WHERE chat_id = :chat_id OR chat_id = 0 LIMIT 1;

-- name: note_ephemeral_refusal
INSERT INTO ephemeral_refusals (chat_id, at_ms) VALUES (:chat_id, :at_ms) ON CONFLICT (chat_id) DO NOTHING;

-- name: forget_ephemeral_refusal
DELETE FROM ephemeral_refusals WHERE chat_id = :chat_id;

-- name: forget_ephemeral_refusals
DELETE FROM ephemeral_refusals;

-- name: forget_tables_of_chats
DELETE FROM tables_of_chats;
