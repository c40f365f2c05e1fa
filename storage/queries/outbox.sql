-- name: enqueue_message
-- Promise: a message to an unreachable chat is parked with the others, so that it cannot overtake them later. One to a
-- chat that moved goes to the new one, whose message ids are others.
INSERT INTO outbox (chat_id, thread_id, reply_to, edits, edits_outbox_id, kind, facts, keyboard, subject, priority, state,
    attempts, ambiguous, rejections, created_at_ms, due_at_ms, hold_until_ms, reader_id)
SELECT coalesce(chat.moved_to, CAST(:chat_id AS BIGINT)), CAST(:thread_id AS BIGINT),
    CASE WHEN chat.moved_to IS NULL THEN CAST(:reply_to AS BIGINT) END,
    CASE WHEN chat.moved_to IS NULL THEN CAST(:edits AS BIGINT) END,
    CASE WHEN chat.moved_to IS NULL THEN CAST(:edits_outbox_id AS BIGINT) END,
    :kind, :facts, :keyboard, :subject, :priority,
    CASE WHEN target.unreachable_reason IS NULL THEN 'waiting' ELSE 'parked' END,
    0, 0, 0, :at_ms, :at_ms, :hold_until_ms, CAST(:reader_id AS BIGINT)
FROM (SELECT 1 AS one) AS message LEFT JOIN chats AS chat ON chat.chat_id = :chat_id
    LEFT JOIN chats AS target ON target.chat_id = coalesce(chat.moved_to, :chat_id);

-- name: enqueue_next_message
-- Promise: as above. It tells whether others of the chat wait, which SQLite takes half as long again to find out.
INSERT INTO outbox (chat_id, thread_id, reply_to, edits, edits_outbox_id, kind, facts, keyboard, subject, priority, state,
    attempts, ambiguous, rejections, created_at_ms, due_at_ms, hold_until_ms, reader_id)
SELECT coalesce(chat.moved_to, CAST(:chat_id AS BIGINT)), CAST(:thread_id AS BIGINT),
    CASE WHEN chat.moved_to IS NULL THEN CAST(:reply_to AS BIGINT) END,
    CASE WHEN chat.moved_to IS NULL THEN CAST(:edits AS BIGINT) END,
    CASE WHEN chat.moved_to IS NULL THEN CAST(:edits_outbox_id AS BIGINT) END,
    :kind, :facts, :keyboard, :subject, :priority,
    CASE WHEN target.unreachable_reason IS NULL THEN 'waiting' ELSE 'parked' END,
    0, 0, 0, :at_ms, :at_ms, :hold_until_ms, CAST(:reader_id AS BIGINT)
FROM (SELECT 1 AS one) AS message LEFT JOIN chats AS chat ON chat.chat_id = :chat_id
    LEFT JOIN chats AS target ON target.chat_id = coalesce(chat.moved_to, :chat_id)
RETURNING outbox_id, chat_id, state,
    CASE WHEN EXISTS (SELECT 1 FROM outbox AS other
        WHERE other.state = 'waiting' AND other.chat_id = outbox.chat_id AND other.outbox_id <> outbox.outbox_id) THEN 1
        ELSE 0 END AS is_behind;

-- name: all_waiting_messages
SELECT message.*, target.message_id AS target_message_id, target.state AS target_state
FROM outbox AS message LEFT JOIN outbox AS target ON target.outbox_id = message.edits_outbox_id
WHERE message.state = 'waiting' ORDER BY message.chat_id, message.priority, message.outbox_id LIMIT :limit;

-- name: waiting_chat_queues
-- The first message of a chat queue decides when the queue is due: messages of one priority stay in order.
SELECT head.chat_id, head.due_at_ms, head.priority
FROM (SELECT chat_id, min((priority << 56) + outbox_id) AS place
      FROM outbox WHERE state = 'waiting' AND hold_until_ms <= :now_ms GROUP BY chat_id) AS queue
JOIN outbox AS head ON head.outbox_id = queue.place & ((1 << 56) - 1)
ORDER BY queue.place;

-- name: waiting_messages_of_chat
-- For an edit of a message from this outbox, `target_message_id` is the id of that message once it is sent.
SELECT message.*, target.message_id AS target_message_id, target.state AS target_state
FROM outbox AS message LEFT JOIN outbox AS target ON target.outbox_id = message.edits_outbox_id
WHERE message.state = 'waiting' AND message.chat_id = :chat_id AND message.hold_until_ms <= :now_ms
ORDER BY message.priority, message.outbox_id LIMIT :limit;

-- name: mark_message_sent
UPDATE outbox SET state = 'sent', sent_at_ms = :at_ms, message_id = :message_id, fault = NULL,
    attempts = attempts + 1
WHERE outbox_id = :outbox_id;

-- name: mark_messages_sent
-- The messages that went out as one, sixteen at a time.
UPDATE outbox SET state = 'sent', sent_at_ms = :at_ms, message_id = :message_id, fault = NULL,
    attempts = attempts + 1
WHERE outbox_id IN (:id_1, :id_2, :id_3, :id_4, :id_5, :id_6, :id_7, :id_8, :id_9, :id_10, :id_11, :id_12, :id_13,
    :id_14, :id_15, :id_16);

-- name: postpone_message
UPDATE outbox SET due_at_ms = :due_at_ms, attempts = attempts + 1, ambiguous = ambiguous + :ambiguous,
    rejections = rejections + :rejected, fault = :fault
WHERE outbox_id = :outbox_id AND state = 'waiting';

-- name: mark_message_failed
UPDATE outbox SET state = 'failed', fault = :fault, attempts = attempts + 1
WHERE outbox_id = :outbox_id AND state = 'waiting';

-- name: detach_edit
UPDATE outbox SET edits = NULL, edits_outbox_id = NULL WHERE outbox_id = :outbox_id;

-- name: leave_topic
UPDATE outbox SET thread_id = NULL
WHERE state = 'waiting' AND chat_id = :chat_id AND thread_id = :thread_id;

-- name: parked_results
SELECT kind, facts FROM outbox
WHERE state = 'parked' AND chat_id = :chat_id
    AND kind IN ('OrderSucceeded', 'OrderFailed', 'OrderUnknown', 'OrderExpired', 'OrderDisputed')
ORDER BY outbox_id;

-- name: drop_message
UPDATE outbox SET state = 'dropped' WHERE outbox_id = :outbox_id AND state = 'waiting';

-- name: drop_superseded_acknowledgements
-- For a chat with a backlog: an acknowledgement is obsolete if the result waits as well.
UPDATE outbox SET state = 'dropped'
WHERE state = 'waiting' AND chat_id = :chat_id AND kind IN ('OrderReceived', 'OrderWaiting') AND EXISTS (
    SELECT 1 FROM outbox AS result
    WHERE result.subject = outbox.subject AND result.outbox_id > outbox.outbox_id AND result.state = 'waiting'
        AND result.hold_until_ms <= :now_ms
        AND result.kind NOT IN ('OrderReceived', 'OrderWaiting', 'OrderOverdue')
);

-- name: drop_messages_about
UPDATE outbox SET state = 'dropped' WHERE state IN ('waiting', 'parked') AND subject = :subject;

-- name: cards_about
SELECT outbox_id, chat_id, coalesce(message_id, edits) AS message_id FROM outbox
WHERE subject = :subject AND state IN ('waiting', 'parked', 'sent') ORDER BY outbox_id;

-- name: chats_notified_about
SELECT DISTINCT chat_id FROM outbox WHERE subject = :subject ORDER BY chat_id;

-- name: sent_message
SELECT kind, subject FROM outbox WHERE chat_id = :chat_id AND message_id = :message_id
ORDER BY outbox_id DESC LIMIT 1;

-- name: last_destination_prompt
SELECT kind, subject, created_at_ms FROM outbox
WHERE chat_id = :chat_id AND kind IN ('DestinationPrompt', 'PromptCancelled') ORDER BY outbox_id DESC LIMIT 1;

-- name: last_open_sn_question
-- A question is open until another message about its order follows it in that chat.
SELECT question.kind, question.subject, question.created_at_ms FROM outbox AS question
WHERE question.chat_id = :chat_id AND question.kind IN ('SnQuestion', 'SnPrompt')
    AND question.created_at_ms BETWEEN :since_ms AND :until_ms AND NOT EXISTS (
        SELECT 1 FROM outbox AS later
        WHERE later.subject = question.subject AND later.chat_id = question.chat_id
            AND later.outbox_id > question.outbox_id
    )
ORDER BY question.outbox_id DESC LIMIT 1;

-- name: delivery_records
SELECT kind, state, created_at_ms, fault FROM outbox WHERE subject = :subject ORDER BY outbox_id;

-- name: message_about_since
SELECT outbox_id FROM outbox WHERE subject = :subject AND created_at_ms BETWEEN :since_ms AND :until_ms LIMIT 1;

-- name: advance_due_messages
-- The clock was set back: what is due in the future moves with it.
UPDATE outbox SET due_at_ms = due_at_ms - :by_ms WHERE state = 'waiting' AND due_at_ms > :now_ms;

-- name: advance_held_messages
UPDATE outbox SET hold_until_ms = hold_until_ms - :by_ms
WHERE state = 'waiting' AND hold_until_ms > 0 AND hold_until_ms > :now_ms;

-- name: make_messages_due
UPDATE outbox SET due_at_ms = :now_ms WHERE state = 'waiting' AND due_at_ms > :after_ms;

-- name: end_message_holds
UPDATE outbox SET hold_until_ms = 0 WHERE state = 'waiting' AND hold_until_ms > 0 AND hold_until_ms > :after_ms;

-- name: waiting_message_of_kind
SELECT outbox_id FROM outbox
WHERE ((state = 'waiting' AND chat_id = :chat_id) OR (state = 'parked' AND chat_id = :chat_id)) AND kind = :kind
LIMIT 1;

-- name: count_waiting_of_kind
SELECT count(*) AS count FROM outbox
WHERE ((state = 'waiting' AND chat_id = :chat_id) OR (state = 'parked' AND chat_id = :chat_id)) AND kind = :kind;

-- name: drop_waiting_of_kind
UPDATE outbox SET state = 'dropped'
WHERE ((state = 'waiting' AND chat_id = :chat_id) OR (state = 'parked' AND chat_id = :chat_id)) AND kind = :kind;

-- name: drop_superseded_edits
-- Promise: at most one edit of a message waits, the last.
UPDATE outbox SET state = 'dropped'
WHERE ((state = 'waiting' AND chat_id = :chat_id) OR (state = 'parked' AND chat_id = :chat_id))
    AND edits = :message_id AND outbox_id < (
        SELECT max(last.outbox_id) FROM outbox AS last
        WHERE ((last.state = 'waiting' AND last.chat_id = :chat_id)
            OR (last.state = 'parked' AND last.chat_id = :chat_id)) AND last.edits = :message_id
    );

-- name: count_messages
-- Each part uses its own small index; state IN (…) would use none of them.
SELECT 'waiting' AS state, count(*) AS count FROM outbox WHERE state = 'waiting'
UNION ALL SELECT 'parked', count(*) FROM outbox WHERE state = 'parked'
UNION ALL SELECT 'failed', count(*) FROM outbox WHERE state = 'failed';

-- name: waiting_by_chat
SELECT chat_id, min(outbox_id) AS first_id, count(*) AS count, min(created_at_ms) AS oldest_at_ms, max(fault) AS fault
FROM outbox WHERE state = 'waiting'
GROUP BY chat_id HAVING min(outbox_id) > :after_id ORDER BY min(outbox_id) LIMIT :limit;

-- name: parked_by_chat
SELECT chat_id, min(outbox_id) AS first_id, count(*) AS count, min(created_at_ms) AS oldest_at_ms, max(fault) AS fault
FROM outbox WHERE state = 'parked'
GROUP BY chat_id HAVING min(outbox_id) > :after_id ORDER BY min(outbox_id) LIMIT :limit;

-- name: failed_messages
SELECT outbox_id, chat_id, kind, subject, created_at_ms, fault FROM outbox
WHERE state = 'failed' AND outbox_id < :before_id ORDER BY outbox_id DESC LIMIT :limit;

-- name: release_held_messages
-- Once no order of a batch is in progress, its held messages are due at once.
UPDATE outbox SET hold_until_ms = 0
WHERE state = 'waiting' AND chat_id = :chat_id AND reply_to = :message_id AND hold_until_ms > 0;

-- name: next_held_message
SELECT min(hold_until_ms) AS at_ms FROM outbox
WHERE state = 'waiting' AND hold_until_ms > 0 AND hold_until_ms > :now_ms;

-- name: hold_of_subject
SELECT max(hold_until_ms) AS until_ms FROM outbox WHERE subject = :subject AND state IN ('waiting', 'parked');

-- name: waiting_message_about
SELECT outbox_id FROM outbox WHERE subject = :subject AND state IN ('waiting', 'parked') LIMIT 1;

-- Orders for display: those of a user, those to a destination, and the totals of a period.
