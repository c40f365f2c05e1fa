-- name: report_balance
INSERT INTO biller_balance (singleton, balance_idr, reported_at_ms, source, trxid, checkpoint_idr, checkpoint_at_ms,
    topup_idr, spent_idr, unknown_count, moved_idr, is_alarmed,
    alarmed_at_ms, is_topped_up)
VALUES (1, :balance_idr, :reported_at_ms, :source, :trxid, :checkpoint_idr, :checkpoint_at_ms, :topup_idr, :spent_idr,
    :unknown_count, 0, :is_alarmed, :alarmed_at_ms, :is_topped_up)
ON CONFLICT (singleton) DO UPDATE SET balance_idr = :balance_idr, reported_at_ms = :reported_at_ms,
    source = :source, trxid = :trxid, checkpoint_idr = :checkpoint_idr, checkpoint_at_ms = :checkpoint_at_ms,
    topup_idr = :topup_idr, spent_idr = :spent_idr, unknown_count = :unknown_count, moved_idr = 0,
    is_alarmed = :is_alarmed, alarmed_at_ms = :alarmed_at_ms, is_topped_up = :is_topped_up;

-- name: last_balance
SELECT balance_idr, reported_at_ms, source, trxid AS reported_trxid, checkpoint_idr, checkpoint_at_ms, topup_idr, spent_idr, unknown_count,
    moved_idr, mean_idr, is_alarmed, alarmed_at_ms, is_topped_up
FROM biller_balance WHERE singleton = 1;

-- name: move_float
UPDATE biller_balance SET spent_idr = spent_idr + :spent_idr, unknown_count = unknown_count + :unknown_count,
    moved_idr = moved_idr - :spent_idr
WHERE singleton = 1;

-- name: top_up_float
UPDATE biller_balance SET topup_idr = topup_idr + :amount_idr, moved_idr = moved_idr + :amount_idr, is_topped_up = 1
WHERE singleton = 1;

-- name: judge_reserve
UPDATE biller_balance SET mean_idr = :mean_idr, is_alarmed = :is_alarmed, alarmed_at_ms = :alarmed_at_ms,
    is_topped_up = :is_topped_up
WHERE singleton = 1;

-- name: sum_submitting_orders
-- The orders whose answer is awaited: the biller may charge each at any moment.
SELECT coalesce(sum(expected_cost_idr), 0) AS cost_idr FROM orders
WHERE state = 'submitting' AND state <> 'succeeded' AND state <> 'failed' AND state <> 'expired';

-- name: sum_spent_orders
SELECT coalesce(sum(coalesce(cost_idr, expected_cost_idr)), 0) AS cost_idr FROM orders
WHERE placed_at_ms >= :since_ms AND state <> 'failed' AND state <> 'expired';

-- name: forget_checkpoint
UPDATE biller_balance SET checkpoint_idr = NULL WHERE singleton = 1;

-- name: await_deposit
INSERT INTO deposit_waits (chat_id, trxid, refused_count, refused_at_ms) VALUES (:chat_id, :trxid, 1, :at_ms)
ON CONFLICT (chat_id) DO UPDATE SET trxid = :trxid, refused_count = deposit_waits.refused_count + 1,
    refused_at_ms = :at_ms;

-- name: deposit_waits
SELECT chat_id, trxid, refused_count, refused_at_ms FROM deposit_waits ORDER BY refused_at_ms LIMIT :limit;

-- name: end_deposit_wait
DELETE FROM deposit_waits WHERE chat_id = :chat_id;

-- name: sum_open_orders
SELECT count(*) AS count, coalesce(sum(cost_idr), 0) AS cost_idr, count(*) - count(cost_idr) AS uncosted_count
FROM orders
WHERE state <> 'succeeded' AND state <> 'failed' AND state <> 'expired';

-- name: sum_succeeded_orders
SELECT count(*) AS count, coalesce(sum(cost_idr), 0) AS cost_idr, count(*) - count(cost_idr) AS uncosted_count
FROM orders
WHERE placed_at_ms >= :since_ms AND state = 'succeeded';

-- name: quarantine_reversal
INSERT INTO quarantined_reversals (at_ms, remote, why, query, trxid)
VALUES (:at_ms, :remote, :why, :query, :trxid);

-- name: quarantined_of_order
-- A query that arrived several times is returned once.
SELECT query FROM quarantined_reversals WHERE trxid = :trxid AND at_ms BETWEEN :since_ms AND :until_ms
GROUP BY query ORDER BY max(reversal_id) DESC LIMIT :limit;

-- name: unmatched_quarantined_since
SELECT reversal_id FROM quarantined_reversals
WHERE trxid IS NULL AND at_ms BETWEEN :since_ms AND :until_ms LIMIT 1;

-- name: trim_quarantine
DELETE FROM quarantined_reversals WHERE reversal_id <= (SELECT max(reversal_id) FROM quarantined_reversals) - :keep;

-- name: note_topup
INSERT INTO biller_topups (amount_idr, noted_by, at_ms) VALUES (:amount_idr, :noted_by, :at_ms);

-- name: last_topup
SELECT amount_idr, at_ms, noted_by FROM biller_topups ORDER BY topup_id DESC LIMIT 1;

-- name: sum_topups
SELECT coalesce(sum(amount_idr), 0) AS amount_idr FROM biller_topups WHERE at_ms > :since_ms;

-- name: topups_since
SELECT amount_idr, at_ms, noted_by FROM biller_topups WHERE at_ms >= :since_ms ORDER BY at_ms DESC LIMIT :limit;

-- name: sum_accepted_orders
-- An order is accepted soon after it is placed, so that only those of a day are looked at.
SELECT count(*) AS count, coalesce(sum(coalesce(cost_idr, expected_cost_idr)), 0) AS cost_idr,
    count(*) - count(coalesce(cost_idr, expected_cost_idr)) AS uncosted_count
FROM orders
WHERE placed_at_ms >= :placed_from_ms AND changed_at_ms > :since_ms AND state NOT IN ('failed', 'expired')
    AND EXISTS (SELECT 1 FROM order_events AS event
        WHERE event.trxid = orders.trxid AND event.kind = 'Accepted' AND event.at_ms > :since_ms);

-- The check of the books (storage/books.py). These read whole tables; nothing waits for them.
