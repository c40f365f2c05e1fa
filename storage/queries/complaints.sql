-- name: insert_complaint
-- Promise: an order has at most one unanswered complaint. No row: it has one already.
INSERT INTO complaints (trxid, user_id, chat_id, thread_id, message_id, note, stage, opened_at_ms, changed_at_ms,
    changed_by)
VALUES (:trxid, :user_id, :chat_id, :thread_id, :message_id, :note, 'open', :at_ms, :at_ms, :user_id)
ON CONFLICT DO NOTHING RETURNING *;

-- name: complaint_by_id
SELECT * FROM complaints WHERE complaint_id = :complaint_id;

-- name: latest_complaint
SELECT * FROM complaints WHERE trxid = :trxid ORDER BY complaint_id DESC LIMIT 1;

-- name: complaints_unanswered
SELECT * FROM complaints WHERE stage IN ('open', 'checking') ORDER BY complaint_id LIMIT :limit;

-- name: count_unanswered_complaints
SELECT count(*) AS count FROM complaints WHERE stage IN ('open', 'checking') AND user_id = :user_id;

-- name: change_complaint_stage
-- Promise: of two admins who answer at the same time, only one does. No row changed: the other was first.
UPDATE complaints SET stage = :stage, answer = :answer, changed_by = :changed_by, changed_at_ms = :at_ms
WHERE complaint_id = :complaint_id AND stage = :stage_before;

-- Deposits.
