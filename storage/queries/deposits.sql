-- name: insert_ticket
-- Promise: an exact amount belongs to one reserved ticket, and a shop has one open ticket. No row: one of them is taken.
INSERT INTO tickets (shop_id, user_id, chat_id, thread_id, message_id, requested_idr, exact_idr, accounts, takes_qris,
    state, is_reserved, created_at_ms, expires_at_ms, release_at_ms)
VALUES (:shop_id, :user_id, :chat_id, :thread_id, :message_id, :requested_idr, :exact_idr, :accounts, :takes_qris,
    'open', 1, :at_ms, :expires_at_ms, :release_at_ms)
ON CONFLICT DO NOTHING RETURNING *;

-- name: ticket_by_id
SELECT * FROM tickets WHERE ticket_id = :ticket_id;

-- name: open_ticket_of_shop
SELECT * FROM tickets WHERE shop_id = :shop_id AND state = 'open';

-- name: ticket_by_amount
SELECT * FROM tickets WHERE exact_idr = :exact_idr AND is_reserved = 1;

-- name: reserved_amounts
SELECT exact_idr FROM tickets WHERE is_reserved = 1 AND exact_idr > :above_idr AND exact_idr <= :up_to_idr;

-- name: recent_amounts
-- The amounts that other shops were given lately. One is unsettled while money for it may come.
SELECT exact_idr, max(CASE WHEN state = 'confirmed' AND mutation_id IS NOT NULL THEN 0 ELSE 1 END) AS is_unsettled
FROM tickets
WHERE exact_idr > :above_idr AND exact_idr <= :up_to_idr AND created_at_ms >= :since_ms AND shop_id <> :shop_id
GROUP BY exact_idr;

-- name: unsettled_amount_elsewhere
SELECT 1 AS found FROM tickets
WHERE exact_idr = :exact_idr AND created_at_ms >= :since_ms AND shop_id <> :shop_id
    AND (state <> 'confirmed' OR mutation_id IS NULL)
LIMIT 1;

-- name: count_tickets_of_shop
SELECT count(*) AS count FROM tickets WHERE shop_id = :shop_id AND created_at_ms >= :since_ms;

-- name: tickets_due
SELECT * FROM tickets WHERE state = 'open' AND expires_at_ms <= :now_ms ORDER BY expires_at_ms LIMIT :limit;

-- name: open_tickets
SELECT * FROM tickets WHERE state = 'open' AND (expires_at_ms, ticket_id) > (:expires_at_ms, :ticket_id)
ORDER BY expires_at_ms, ticket_id LIMIT :limit;

-- name: ticket_work
SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM tickets WHERE state = 'open' AND expires_at_ms <= :now_ms)
    OR EXISTS (SELECT 1 FROM tickets WHERE is_reserved = 1 AND release_at_ms <= :now_ms AND state <> 'open');

-- name: decide_ticket
-- Promise: of two decisions on a ticket only one is stored. No row changed: the other was first.
UPDATE tickets SET state = :state, decided_at_ms = :at_ms, decided_by = :by, credited_idr = :credited_idr,
    mutation_id = coalesce(:mutation_id, mutation_id), release_at_ms = :release_at_ms
WHERE ticket_id = :ticket_id AND state = :state_before;

-- name: release_amounts
UPDATE tickets SET is_reserved = 0 WHERE ticket_id IN (
    SELECT ticket_id FROM tickets WHERE is_reserved = 1 AND release_at_ms <= :now_ms AND state <> 'open'
    ORDER BY release_at_ms LIMIT :limit
);

-- name: insert_evidence
INSERT INTO ticket_evidence (ticket_id, at_ms, message_id, file_id) VALUES (:ticket_id, :at_ms, :message_id, :file_id)
ON CONFLICT DO NOTHING;

-- name: count_evidence
SELECT count(*) AS count FROM ticket_evidence WHERE ticket_id = :ticket_id;

-- name: link_mutation
UPDATE tickets SET mutation_id = :mutation_id WHERE ticket_id = :ticket_id AND mutation_id IS NULL;

-- name: tickets_like_amount
SELECT * FROM tickets
WHERE (exact_idr = :amount_idr AND created_at_ms >= :exact_since_ms)
    OR (created_at_ms >= :since_ms AND (requested_idr = :amount_idr OR credited_idr = :amount_idr
    OR (exact_idr >= :amount_idr - :margin_idr AND exact_idr <= :amount_idr + :margin_idr)))
ORDER BY CASE WHEN exact_idr = :amount_idr THEN 0 ELSE 1 END, created_at_ms DESC LIMIT :limit;
