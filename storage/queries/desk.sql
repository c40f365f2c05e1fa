-- name: insert_desk_link
INSERT INTO desk_links (token_hash, user_id, made_at_ms, expires_at_ms)
VALUES (:token_hash, :user_id, :at_ms, :expires_at_ms);

-- name: void_desk_links
-- A new link takes the place of an older one of the same person.
UPDATE desk_links SET used_at_ms = :at_ms WHERE user_id = :user_id AND used_at_ms IS NULL;

-- name: use_desk_link
-- Promise: a link lets in once. No row: it is unknown, used or too old.
UPDATE desk_links SET used_at_ms = :at_ms
WHERE token_hash = :token_hash AND used_at_ms IS NULL AND made_at_ms <= :at_ms AND expires_at_ms > :at_ms
RETURNING user_id;

-- name: forget_desk_links
DELETE FROM desk_links WHERE expires_at_ms < :before_ms;

-- name: begin_desk_session
INSERT INTO desk_sessions (session_hash, user_id, sign_in_method, device, begun_at_ms, seen_at_ms, ends_at_ms)
VALUES (:session_hash, :user_id, :sign_in_method, :device, :at_ms, :at_ms, :ends_at_ms);

-- name: desk_session
SELECT session_hash, user_id, sign_in_method, device, begun_at_ms, seen_at_ms, ends_at_ms FROM desk_sessions
WHERE session_hash = :session_hash AND ended_at_ms IS NULL AND ends_at_ms > :at_ms AND seen_at_ms > :seen_after_ms;

-- name: see_desk_session
UPDATE desk_sessions SET seen_at_ms = :at_ms WHERE session_hash = :session_hash AND seen_at_ms < :at_ms;

-- name: desk_sessions_of
SELECT session_hash, user_id, sign_in_method, device, begun_at_ms, seen_at_ms, ends_at_ms FROM desk_sessions
WHERE user_id = :user_id AND ended_at_ms IS NULL AND ends_at_ms > :at_ms AND seen_at_ms > :seen_after_ms
ORDER BY begun_at_ms DESC LIMIT :limit;

-- name: end_desk_session
UPDATE desk_sessions SET ended_at_ms = :at_ms
WHERE session_hash = :session_hash AND user_id = :user_id AND ended_at_ms IS NULL;

-- name: end_desk_sessions_of
UPDATE desk_sessions SET ended_at_ms = :at_ms WHERE user_id = :user_id AND ended_at_ms IS NULL;

-- name: forget_desk_sessions
DELETE FROM desk_sessions WHERE ends_at_ms < :before_ms;

-- name: end_any_desk_session
UPDATE desk_sessions SET ended_at_ms = :at_ms WHERE session_hash = :session_hash AND ended_at_ms IS NULL;

-- name: end_oldest_desk_sessions
UPDATE desk_sessions SET ended_at_ms = :at_ms
WHERE user_id = :user_id AND ended_at_ms IS NULL AND session_hash NOT IN (
    SELECT session_hash FROM desk_sessions WHERE user_id = :user_id AND ended_at_ms IS NULL
    ORDER BY begun_at_ms DESC, session_hash LIMIT :kept
);

-- name: desk_session_holders
SELECT DISTINCT user_id FROM desk_sessions WHERE ended_at_ms IS NULL;

-- name: insert_desk_ticket
INSERT INTO desk_tickets (ticket_hash, session_hash, address, made_at_ms, expires_at_ms)
VALUES (:ticket_hash, :session_hash, :address, :at_ms, :expires_at_ms);

-- name: desk_ticket
SELECT session_hash FROM desk_tickets
WHERE ticket_hash = :ticket_hash AND address = :address AND used_at_ms IS NULL
    AND made_at_ms <= :at_ms AND expires_at_ms > :at_ms;

-- name: use_desk_ticket
-- Promise: a ticket opens its address once.
UPDATE desk_tickets SET used_at_ms = :at_ms
WHERE ticket_hash = :ticket_hash AND address = :address AND used_at_ms IS NULL
    AND made_at_ms <= :at_ms AND expires_at_ms > :at_ms
RETURNING session_hash;

-- name: forget_desk_tickets
DELETE FROM desk_tickets WHERE expires_at_ms < :before_ms;

-- name: desk_menu_buttons
SELECT user_id, url FROM desk_menu_buttons;

-- name: note_desk_menu_button
INSERT INTO desk_menu_buttons (user_id, url) VALUES (:user_id, :url)
ON CONFLICT (user_id) DO UPDATE SET url = excluded.url;

-- name: forget_desk_menu_button
DELETE FROM desk_menu_buttons WHERE user_id = :user_id;

-- name: desk_signed_in
SELECT user_id, COUNT(*) AS session_count, MAX(seen_at_ms) AS seen_at_ms FROM desk_sessions
WHERE ended_at_ms IS NULL AND ends_at_ms > :at_ms AND seen_at_ms > :seen_after_ms
GROUP BY user_id ORDER BY 3 DESC, user_id;

-- name: open_desk_sessions
SELECT session_hash FROM desk_sessions
WHERE ended_at_ms IS NULL AND ends_at_ms > :at_ms AND seen_at_ms > :seen_after_ms;

-- name: desk_marks
-- What open pages look at, every second and for all of them: the ends of tables, and counts of few rows by small
-- indexes. Of two transactions at once the later number may be committed first: the last hundred events are counted too.
SELECT (SELECT max(event_id) FROM order_events) AS order_event_id,
    (SELECT count(*) FROM order_events
        WHERE event_id > (SELECT max(event_id) FROM order_events) - 100) AS late_event_count,
    (SELECT max(reversal_id) FROM quarantined_reversals) AS reversal_id,
    (SELECT max(outbox_id) FROM outbox) AS outbox_id,
    (SELECT count(*) FROM outbox WHERE state = 'waiting') AS waiting_count,
    (SELECT count(*) FROM outbox WHERE state = 'parked') AS parked_count,
    (SELECT max(outbox_id) FROM outbox WHERE state = 'failed') AS failed_id,
    (SELECT max(ticket_id) FROM tickets) AS ticket_id,
    (SELECT count(*) FROM tickets WHERE state = 'open') AS ticket_count,
    (SELECT count(*) FROM ticket_evidence JOIN tickets ON tickets.ticket_id = ticket_evidence.ticket_id
        WHERE tickets.state = 'open') AS evidence_count,
    (SELECT max(mutation_id) FROM mutations) AS mutation_id,
    (SELECT count(*) FROM mutations WHERE state = 'suspense') AS suspense_count,
    (SELECT max(event_id) FROM people_events) AS person_event_id,
    (SELECT max(topup_id) FROM biller_topups) AS topup_id,
    (SELECT count(*) FROM restores WHERE released_at_ms IS NULL) AS quarantine_count;
