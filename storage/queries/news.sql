-- name: stop_news
INSERT INTO news_optouts (user_id, at_ms) VALUES (:user_id, :at_ms) ON CONFLICT DO NOTHING;

-- name: resume_news
DELETE FROM news_optouts WHERE user_id = :user_id;

-- name: news_readers_after
SELECT user_id FROM people
WHERE standing = 'approved' AND user_id > :user_id
    AND NOT EXISTS (SELECT 1 FROM news_optouts WHERE news_optouts.user_id = people.user_id)
ORDER BY user_id LIMIT :limit;

-- name: count_news_readers
SELECT count(*) AS count FROM people
WHERE standing = 'approved'
    AND NOT EXISTS (SELECT 1 FROM news_optouts WHERE news_optouts.user_id = people.user_id);

-- name: draft_broadcast
INSERT INTO broadcasts (body, picture_id, state, admin_name, created_by, created_at_ms, changed_at_ms, people_count)
VALUES (:body, :picture_id, 'draft', :admin_name, :created_by, :at_ms, :at_ms, :people_count)
RETURNING broadcast_id;

-- name: broadcast_by_id
SELECT * FROM broadcasts WHERE broadcast_id = :broadcast_id;

-- name: next_broadcast
SELECT * FROM broadcasts WHERE state = 'sending' OR state = 'stopping' ORDER BY broadcast_id LIMIT 1;

-- name: move_broadcast
-- Promise: a broadcast is confirmed once, and stopped once. No row changed: another tap was first.
UPDATE broadcasts SET state = :after, changed_at_ms = :at_ms
WHERE broadcast_id = :broadcast_id AND state = :before;

-- name: count_people_of_broadcast
UPDATE broadcasts SET people_count = :count WHERE broadcast_id = :broadcast_id;

-- name: advance_broadcast
-- Promise: everybody is looked at once. No row changed: another slice was made since.
UPDATE broadcasts SET after_user_id = :user_id, made_count = made_count + :made,
    refused_count = refused_count + :refused
WHERE broadcast_id = :broadcast_id AND state = 'sending' AND after_user_id = :after_user_id;

-- name: stop_broadcasts
UPDATE broadcasts SET state = 'stopping', changed_at_ms = :at_ms WHERE state = 'sending';

-- name: news_by_state
SELECT state, count(*) AS count FROM outbox WHERE priority = 2 AND subject = :subject GROUP BY state;

-- name: waiting_news
SELECT count(*) AS count FROM outbox WHERE priority = 2 AND subject = :subject AND state = 'waiting';

-- name: drop_waiting_news
UPDATE outbox SET state = 'dropped' WHERE priority = 2 AND subject = :subject AND state = 'waiting';

-- name: drop_news_of_person
UPDATE outbox SET state = 'dropped' WHERE state = 'waiting' AND chat_id = :chat_id AND priority = 2;

-- name: drop_all_waiting_news
UPDATE outbox SET state = 'dropped' WHERE priority = 2 AND state = 'waiting';
