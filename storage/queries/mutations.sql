-- name: store_mutation_post
INSERT INTO mutation_posts (at_ms, service, body, state) VALUES (:at_ms, :service, :body, 'waiting');

-- name: next_mutation_post
SELECT post_id, at_ms, service, body FROM mutation_posts WHERE state = 'waiting' ORDER BY post_id LIMIT 1;

-- name: finish_mutation_post
UPDATE mutation_posts SET state = :state WHERE post_id = :post_id;

-- name: trim_mutation_posts
DELETE FROM mutation_posts WHERE post_id < :below AND state <> 'waiting';

-- name: insert_mutation
-- Promise: a service's mutation counts once. No row: it was reported before.
INSERT INTO mutations (service, service_ref, at_ms, amount_idr, account_number, description, state)
VALUES (:service, :service_ref, :at_ms, :amount_idr, :account_number, :description, 'new')
ON CONFLICT DO NOTHING RETURNING *;

-- name: store_unreadable_mutation
-- Promise: a row that could not be read is told once. No row: it was posted before.
INSERT INTO unreadable_mutations (service, fingerprint, at_ms, why, body)
VALUES (:service, :fingerprint, :at_ms, :why, :body) ON CONFLICT DO NOTHING;

-- name: mutation_by_id
SELECT * FROM mutations WHERE mutation_id = :mutation_id;

-- name: mutation_in_suspense_of
SELECT * FROM mutations WHERE amount_idr = :amount_idr AND state = 'suspense' ORDER BY mutation_id LIMIT 1;

-- name: mutations_in_suspense
SELECT * FROM mutations WHERE state = 'suspense' AND mutation_id > :after_id ORDER BY mutation_id LIMIT :limit;

-- name: settle_mutation
-- Promise: of two decisions on a mutation only one is stored. No row changed: the other was first.
UPDATE mutations SET state = :state, shop_id = :shop_id, decided_at_ms = :at_ms, decided_by = :by,
    suspense_reason = coalesce(:suspense_reason, suspense_reason)
WHERE mutation_id = :mutation_id AND state = :state_before;

-- The ledger. Only storage/ledger.py runs the statements that change it.
