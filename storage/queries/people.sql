-- name: person_by_id
SELECT * FROM people WHERE user_id = :user_id;

-- name: person_by_username
SELECT * FROM people WHERE lower(username) = :username;

-- name: people_matching
SELECT * FROM people WHERE lower(name) LIKE :pattern ESCAPE '\' OR lower(username) LIKE :pattern ESCAPE '\'
ORDER BY changed_at_ms DESC, user_id LIMIT :limit;

-- name: save_person
INSERT INTO people (user_id, name, username, standing, owner_id, chat_id, thread_id, message_id, changed_at_ms,
    changed_by)
VALUES (:user_id, :name, :username, :standing, :owner_id, :chat_id, :thread_id, :message_id, :at_ms, :changed_by)
ON CONFLICT (user_id) DO UPDATE SET name = :name, username = :username, standing = :standing, owner_id = :owner_id,
    chat_id = :chat_id, thread_id = :thread_id, message_id = :message_id, changed_at_ms = :at_ms,
    changed_by = :changed_by;

-- name: append_person_event
INSERT INTO people_events (user_id, standing, owner_id, invite_id, at_ms, changed_by)
VALUES (:user_id, :standing, :owner_id, :invite_id, :at_ms, :changed_by);

-- name: rename_person
UPDATE people SET name = :name, username = :username WHERE user_id = :user_id;

-- name: release_username
-- Promise: a username names one person. Telegram gives one that was let go to somebody else.
UPDATE people SET username = NULL WHERE lower(username) = lower(:username);

-- name: people_listed_before
-- Assistants are shown on the cards of their owners.
SELECT * FROM people WHERE standing IN ('asked', 'approved', 'frozen') AND owner_id IS NULL
    AND (changed_at_ms, user_id) < (:at_ms, :user_id)
ORDER BY changed_at_ms DESC, user_id DESC LIMIT :limit;

-- name: people_listed_after
SELECT * FROM people WHERE standing IN ('asked', 'approved', 'frozen') AND owner_id IS NULL
    AND (changed_at_ms, user_id) > (:at_ms, :user_id)
ORDER BY changed_at_ms, user_id LIMIT :limit;

-- name: people_of_owner
SELECT * FROM people WHERE owner_id = :owner_id AND standing IN ('assistant', 'frozen') ORDER BY lower(name), user_id;

-- name: count_people_of_owner
SELECT count(*) AS count FROM people WHERE owner_id = :owner_id AND standing IN ('assistant', 'frozen');

-- name: save_note
UPDATE people SET note = :note, noted_by = :noted_by, noted_at_ms = :at_ms WHERE user_id = :user_id;

-- name: last_coming
SELECT people_events.at_ms, people_events.changed_by, invites.invite_id, invites.created_by_name
FROM people_events LEFT JOIN invites ON invites.invite_id = people_events.invite_id
WHERE people_events.user_id = :user_id AND people_events.standing IN ('approved', 'assistant')
ORDER BY people_events.event_id DESC LIMIT 1;

-- name: people_asking
SELECT * FROM people WHERE standing = 'asked' ORDER BY changed_at_ms, user_id LIMIT :limit;

-- name: count_people_asking
SELECT count(*) AS count FROM people WHERE standing = 'asked';

-- name: count_people_listed
SELECT count(*) AS count FROM people WHERE standing IN ('asked', 'approved', 'frozen') AND owner_id IS NULL;

-- name: admin_name
SELECT name FROM admin_names WHERE user_id = :user_id;

-- name: note_admin_name
INSERT INTO admin_names (user_id, name) VALUES (:user_id, :name)
ON CONFLICT (user_id) DO UPDATE SET name = excluded.name WHERE admin_names.name <> excluded.name;
