-- name: person_by_id
SELECT * FROM people WHERE user_id = :user_id;

-- name: person_by_username
SELECT * FROM people WHERE lower(username) = :username;

-- name: people_matching
SELECT * FROM people WHERE lower(name) LIKE :pattern ESCAPE '\' OR lower(username) LIKE :pattern ESCAPE '\'
ORDER BY changed_at_ms DESC, user_id LIMIT :limit;

-- name: save_person
INSERT INTO people (user_id, name, username, standing, chat_id, thread_id, message_id, changed_at_ms, changed_by)
VALUES (:user_id, :name, :username, :standing, :chat_id, :thread_id, :message_id, :at_ms, :changed_by)
ON CONFLICT (user_id) DO UPDATE SET name = :name, username = :username, standing = :standing,
    chat_id = :chat_id, thread_id = :thread_id, message_id = :message_id, changed_at_ms = :at_ms,
    changed_by = :changed_by;

-- name: append_person_event
INSERT INTO people_events (user_id, standing, at_ms, changed_by)
VALUES (:user_id, :standing, :at_ms, :changed_by);

-- name: rename_person
UPDATE people SET name = :name, username = :username WHERE user_id = :user_id;

-- name: release_username
-- Promise: a username names one person. Telegram gives one that was let go to somebody else.
UPDATE people SET username = NULL WHERE lower(username) = lower(:username);

-- name: people_listed
SELECT * FROM people WHERE standing IN ('asked', 'approved', 'frozen')
ORDER BY changed_at_ms DESC, user_id LIMIT :limit;

-- name: people_asking
SELECT * FROM people WHERE standing = 'asked' ORDER BY changed_at_ms, user_id LIMIT :limit;

-- name: count_people_asking
SELECT count(*) AS count FROM people WHERE standing = 'asked';

-- name: count_people_listed
SELECT count(*) AS count FROM people WHERE standing IN ('asked', 'approved', 'frozen');
