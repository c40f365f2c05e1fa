-- name: insert_order
-- Promise: one order for each trxid, and one for each line of a message. No row: one of them is taken.
-- An order without an expected cost gets the last known cost of its product.
INSERT INTO orders (trxid, chat_id, thread_id, message_id, line, user_id, product_code, destination, state,
    requested_at_ms, placed_at_ms, changed_at_ms, due_at_ms, ordinal, shop_id, price_idr, expected_cost_idr, attempts, overdue, success_reported,
    failure_reported, cost_idr, biller_ref, sn, reason, failure_cause, unknown_reason, expiry, resolved_by)
VALUES (:trxid, :chat_id, :thread_id, :message_id, :line, :user_id, :product_code, :destination, :state,
    :requested_at_ms, :placed_at_ms, :changed_at_ms, :due_at_ms, :ordinal, :shop_id, :price_idr,
    coalesce(CAST(:expected_cost_idr AS BIGINT), (SELECT cost_idr FROM product_costs WHERE code_folded = :code_folded)),
    :attempts, :overdue, :success_reported,
    :failure_reported, :cost_idr, :biller_ref, :sn, :reason, :failure_cause, :unknown_reason, :expiry, :resolved_by)
ON CONFLICT DO NOTHING RETURNING expected_cost_idr;

-- name: insert_claimed_order
-- Promise: as above, and an order is claimed as it is placed only if no order waits before it, no restore holds orders
-- back and the lease is valid in the leader's term, if there is one. An order of today or an open one to the same
-- destination may be the same order, which is looked at apart. No row: one of these.
INSERT INTO orders (trxid, chat_id, thread_id, message_id, line, user_id, product_code, destination, state,
    requested_at_ms, placed_at_ms, changed_at_ms, due_at_ms, ordinal, shop_id, price_idr, expected_cost_idr, attempts, overdue, success_reported,
    failure_reported, cost_idr, biller_ref, sn, reason, failure_cause, unknown_reason, expiry, resolved_by)
SELECT :trxid, :chat_id, :thread_id, :message_id, :line, :user_id, :product_code, :destination, :state,
    :requested_at_ms, :placed_at_ms, :changed_at_ms, :due_at_ms, :ordinal, :shop_id, :price_idr,
    coalesce(CAST(:expected_cost_idr AS BIGINT), (SELECT cost_idr FROM product_costs WHERE code_folded = :code_folded)),
    :attempts, :overdue, :success_reported,
    :failure_reported, :cost_idr, :biller_ref, :sn, :reason, :failure_cause, :unknown_reason, :expiry, :resolved_by
WHERE NOT EXISTS (SELECT 1 FROM orders AS waiting WHERE waiting.state = 'placed' AND waiting.due_at_ms <= :placed_at_ms)
    AND NOT EXISTS (SELECT 1 FROM orders AS other WHERE other.destination = :destination AND other.placed_at_ms >= :since_ms)
    AND NOT EXISTS (SELECT 1 FROM orders AS other WHERE other.destination = :destination
        AND other.state <> 'succeeded' AND other.state <> 'failed' AND other.state <> 'expired')
    AND NOT EXISTS (SELECT 1 FROM restores WHERE released_at_ms IS NULL)
    AND (CAST(:term AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM lease WHERE singleton = 1 AND term = :term
        AND holder IS NOT NULL AND valid_until_ms > database_now_ms()))
ON CONFLICT DO NOTHING RETURNING expected_cost_idr;

-- name: advance_order
-- Promise: an order changes only from the state that the caller read. No row changed: another caller was first, or
-- its times were moved with the clock.
UPDATE orders SET state = :state, changed_at_ms = :changed_at_ms, due_at_ms = :due_at_ms, attempts = :attempts,
    overdue = :overdue, success_reported = :success_reported, failure_reported = :failure_reported, cost_idr = :cost_idr,
    biller_ref = :biller_ref, sn = :sn, reason = :reason, failure_cause = :failure_cause, unknown_reason = :unknown_reason, expiry = :expiry,
    resolved_by = :resolved_by
WHERE trxid = :trxid AND state = :state_before AND due_at_ms = :due_before_ms;

-- name: advance_answered_order
-- Promise: as above. It returns what the balance in an answer of the biller is stored with, in the same round trip.
UPDATE orders SET state = :state, changed_at_ms = :changed_at_ms, due_at_ms = :due_at_ms, attempts = :attempts,
    overdue = :overdue, success_reported = :success_reported, failure_reported = :failure_reported, cost_idr = :cost_idr,
    biller_ref = :biller_ref, sn = :sn, reason = :reason, failure_cause = :failure_cause, unknown_reason = :unknown_reason, expiry = :expiry,
    resolved_by = :resolved_by
WHERE trxid = :trxid AND state = :state_before AND due_at_ms = :due_before_ms
RETURNING (SELECT balance_idr FROM biller_balance WHERE singleton = 1) AS balance_idr,
    (SELECT reported_at_ms FROM biller_balance WHERE singleton = 1) AS reported_at_ms,
    (SELECT source FROM biller_balance WHERE singleton = 1) AS source,
    (SELECT trxid FROM biller_balance WHERE singleton = 1) AS reported_trxid,
    (SELECT checkpoint_idr FROM biller_balance WHERE singleton = 1) AS checkpoint_idr,
    (SELECT checkpoint_at_ms FROM biller_balance WHERE singleton = 1) AS checkpoint_at_ms,
    (SELECT topup_idr FROM biller_balance WHERE singleton = 1) AS topup_idr,
    (SELECT spent_idr FROM biller_balance WHERE singleton = 1) AS spent_idr,
    (SELECT unknown_count FROM biller_balance WHERE singleton = 1) AS unknown_count,
    (SELECT moved_idr FROM biller_balance WHERE singleton = 1) AS moved_idr,
    (SELECT mean_idr FROM biller_balance WHERE singleton = 1) AS mean_idr,
    (SELECT is_alarmed FROM biller_balance WHERE singleton = 1) AS is_alarmed,
    (SELECT alarmed_at_ms FROM biller_balance WHERE singleton = 1) AS alarmed_at_ms,
    (SELECT is_topped_up FROM biller_balance WHERE singleton = 1) AS is_topped_up,
    (SELECT cost_idr FROM product_costs WHERE code_folded = :code_folded) AS known_cost_idr,
    0 AS is_alone, CASE WHEN EXISTS (SELECT 1 FROM deposit_waits) THEN 1 ELSE 0 END AS is_awaited;

-- name: move_order_times
UPDATE orders SET requested_at_ms = :requested_at_ms, placed_at_ms = :placed_at_ms WHERE trxid = :trxid;

-- name: append_order_event
INSERT INTO order_events (trxid, at_ms, actor, kind, facts, evidence, state_after)
VALUES (:trxid, :at_ms, :actor, :kind, :facts, :evidence, :state_after);

-- name: append_first_events
-- An order that is claimed as it is placed.
INSERT INTO order_events (trxid, at_ms, actor, kind, facts, evidence, state_after) VALUES
    (:trxid, :at_ms, :actor, :kind, :facts, :evidence, :state_after),
    (:trxid, :at_ms, :next_actor, :next_kind, :next_facts, NULL, :next_state_after);

-- name: order_by_trxid
SELECT * FROM orders WHERE trxid = :trxid;

-- name: reported_order
-- An order with all that a report of the biller about it is compared with, in one round trip.
-- `is_alone`: no other order may have money in flight at the biller, or has moved since this one was claimed. With EXISTS,
-- PostgreSQL would look for that event from the oldest on, through all of them.
SELECT orders.*,
    CASE WHEN EXISTS (SELECT 1 FROM batches
        WHERE batches.chat_id = orders.chat_id AND batches.message_id = orders.message_id) THEN 1 ELSE 0
    END AS is_in_batch,
    CASE WHEN EXISTS (SELECT 1 FROM quarantined_reversals AS earlier
        WHERE earlier.trxid = orders.trxid) THEN 1 ELSE 0
    END AS is_quarantined,
    CASE WHEN EXISTS (SELECT 1 FROM accounts
        WHERE accounts.shop_id = orders.shop_id AND accounts.kind = 'available' AND accounts.floor_idr IS NOT NULL)
        THEN 1 ELSE 0
    END AS is_limited,
    CASE WHEN EXISTS (SELECT 1 FROM product_health
        WHERE product_health.code_folded = lower(orders.product_code)) THEN 1 ELSE 0
    END AS has_product_failed,
    last.balance_idr, last.reported_at_ms, last.source, last.trxid AS reported_trxid, last.checkpoint_idr,
    last.checkpoint_at_ms, last.topup_idr, last.spent_idr, last.unknown_count, last.moved_idr, last.mean_idr,
    last.is_alarmed, last.alarmed_at_ms, last.is_topped_up, cost.cost_idr AS known_cost_idr,
    CASE WHEN EXISTS (SELECT 1 FROM deposit_waits) THEN 1 ELSE 0 END AS is_awaited,
    CASE WHEN CAST(:is_compared AS BIGINT) = 0 THEN 0
        WHEN EXISTS (SELECT 1 FROM orders AS other
            WHERE other.state IN ('submitting', 'pending', 'unknown', 'disputed')
                AND other.state <> 'succeeded' AND other.state <> 'failed' AND other.state <> 'expired'
                AND other.trxid <> :trxid) THEN 0
        WHEN (SELECT event.event_id FROM order_events AS event
            WHERE event.event_id > coalesce((SELECT max(claim.event_id) FROM order_events AS claim
                    WHERE claim.trxid = :trxid AND claim.kind = 'Claimed'), 0)
                AND event.trxid <> :trxid AND event.kind <> 'Placed'
            ORDER BY event.event_id LIMIT 1) IS NOT NULL THEN 0
        ELSE 1
    END AS is_alone
FROM orders LEFT JOIN biller_balance AS last ON last.singleton = 1
    LEFT JOIN product_costs AS cost ON cost.code_folded = lower(orders.product_code)
WHERE orders.trxid = :trxid;

-- name: orders_near_trxid
-- Spreadsheets keep fifteen digits of a number, and round the others.
SELECT * FROM orders WHERE trxid BETWEEN :first AND :last ORDER BY trxid LIMIT :limit;

-- name: orders_by_line
SELECT trxid FROM orders WHERE chat_id = :chat_id AND message_id = :message_id AND line = :line;

-- name: order_of_chat
SELECT trxid FROM orders WHERE chat_id = :chat_id LIMIT 1;

-- name: orders_due
-- Promise: in the quarantine after a restore no order is due.
SELECT orders.*, person.standing, person.owner_id, owner.standing AS owner_standing, shops.owner_id AS shop_owner_id
FROM orders LEFT JOIN people AS person ON person.user_id = orders.user_id
    LEFT JOIN people AS owner ON owner.user_id = person.owner_id
    LEFT JOIN shops ON shops.shop_id = orders.shop_id
WHERE orders.state = 'placed' AND orders.due_at_ms <= :now_ms AND coalesce(orders.expected_cost_idr, 0) <= :max_cost_idr
    AND NOT EXISTS (SELECT 1 FROM restores WHERE released_at_ms IS NULL)
ORDER BY orders.due_at_ms, orders.trxid LIMIT :limit;

-- name: orders_still_placed
-- Orders whose turns were read ahead, as they are now, sixteen at a time.
SELECT orders.*, person.standing, person.owner_id, owner.standing AS owner_standing, shops.owner_id AS shop_owner_id
FROM orders LEFT JOIN people AS person ON person.user_id = orders.user_id
    LEFT JOIN people AS owner ON owner.user_id = person.owner_id
    LEFT JOIN shops ON shops.shop_id = orders.shop_id
WHERE orders.trxid IN (:trxid_1, :trxid_2, :trxid_3, :trxid_4, :trxid_5, :trxid_6, :trxid_7, :trxid_8, :trxid_9,
    :trxid_10, :trxid_11, :trxid_12, :trxid_13, :trxid_14, :trxid_15, :trxid_16) AND orders.state = 'placed';

-- name: orders_due_in_turns
-- Promise: as above, and resellers take turns: a hundred orders of one do not delay the single order of another.
SELECT trxid FROM (
    SELECT trxid, due_at_ms, row_number() OVER (PARTITION BY user_id ORDER BY due_at_ms, trxid) AS turn
    FROM orders WHERE state = 'placed' AND due_at_ms <= :now_ms AND coalesce(expected_cost_idr, 0) <= :max_cost_idr
) AS queue
WHERE NOT EXISTS (SELECT 1 FROM restores WHERE released_at_ms IS NULL)
ORDER BY turn, due_at_ms, trxid LIMIT :limit;

-- name: next_order_due
SELECT due_at_ms FROM orders WHERE state = 'placed' AND coalesce(expected_cost_idr, 0) <= :max_cost_idr
    AND NOT EXISTS (SELECT 1 FROM restores WHERE released_at_ms IS NULL)
ORDER BY due_at_ms LIMIT 1;

-- name: placed_orders_of_person
-- Those that the person typed, and those of the shop that they own.
SELECT * FROM orders
WHERE state = 'placed' AND (orders.user_id = :user_id
    OR EXISTS (SELECT 1 FROM shops WHERE shops.shop_id = orders.shop_id AND shops.owner_id = :user_id))
ORDER BY due_at_ms, trxid LIMIT :limit;

-- name: orders_due_while_held
-- While the circuit breaker is open, or the balance at the biller is low: placed orders that cost more than what may be
-- spent, and whose reseller must be notified that they wait or have expired.
SELECT * FROM orders WHERE state = 'placed' AND due_at_ms <= :now_ms AND coalesce(expected_cost_idr, 0) > :over_cost_idr
    AND (CASE attempts WHEN 0 THEN requested_at_ms < :requested_before_ms ELSE placed_at_ms < :placed_before_ms END
        OR NOT EXISTS (SELECT 1 FROM outbox
            WHERE outbox.subject = :subject_prefix || orders.trxid AND outbox.kind = :kind))
ORDER BY due_at_ms, trxid LIMIT :limit;

-- name: orders_in_state
SELECT * FROM orders
WHERE state = :state AND state <> 'succeeded' AND state <> 'failed' AND state <> 'expired'
    AND changed_at_ms < :changed_before_ms
ORDER BY changed_at_ms LIMIT :limit;

-- name: orders_overdue
SELECT * FROM orders WHERE state = 'pending' AND overdue = 0 AND changed_at_ms < :changed_before_ms
    AND state <> 'succeeded' AND state <> 'failed' AND state <> 'expired'
ORDER BY changed_at_ms LIMIT :limit;

-- name: orders_for_admins
SELECT * FROM orders
WHERE state <> 'succeeded' AND state <> 'failed' AND state <> 'expired'
    AND (state IN ('unknown', 'disputed') OR (state = 'pending' AND (overdue = 1
        OR EXISTS (SELECT 1 FROM quarantined_reversals AS report WHERE report.trxid = orders.trxid))))
ORDER BY changed_at_ms LIMIT :limit;

-- name: order_history
SELECT trxid, at_ms, actor, kind, facts, evidence, state_after FROM order_events
WHERE trxid = :trxid ORDER BY event_id;

-- name: newest_event
SELECT event_id FROM order_events ORDER BY event_id DESC LIMIT 1;

-- name: first_event_placed_since
-- The first event of the first order that was placed at or after a time.
SELECT min(event_id) AS event_id FROM order_events
WHERE trxid = (SELECT trxid FROM orders WHERE placed_at_ms >= :since_ms ORDER BY placed_at_ms, trxid LIMIT 1);

-- name: events_from
SELECT event_id, trxid, at_ms, actor, kind, facts, evidence, state_after FROM order_events
WHERE event_id >= :event_id ORDER BY event_id LIMIT :limit;

-- name: events_before_event
SELECT trxid, at_ms, actor, kind, facts, evidence, state_after FROM order_events
WHERE trxid = :trxid AND event_id < :event_id ORDER BY event_id;

-- name: events_since
SELECT event_id, trxid FROM order_events WHERE event_id > :event_id ORDER BY event_id LIMIT :limit;

-- name: orders_below
SELECT trxid FROM orders WHERE trxid < :trxid ORDER BY trxid DESC LIMIT :limit;

-- name: count_open_orders
SELECT state, count(*) AS count FROM orders
WHERE state <> 'succeeded' AND state <> 'failed' AND state <> 'expired' GROUP BY state;

-- name: orders_of_message
SELECT * FROM orders WHERE chat_id = :chat_id AND message_id = :message_id ORDER BY line;

-- name: orders_caused_by_message
-- A tap orders in the name of the message that has the button: an answer to this one, or to such an answer.
WITH RECURSIVE answers (message_id) AS (
    VALUES (CAST(:message_id AS BIGINT))
    UNION SELECT offer.message_id FROM answers JOIN outbox AS offer
        ON offer.chat_id = :chat_id AND offer.reply_to = answers.message_id
        AND (offer.kind = 'OrderQuestion' OR offer.kind = 'OrderProposal' OR offer.kind = 'OrderRepeated'
            OR offer.kind = 'ProductClosed')
        AND offer.message_id IS NOT NULL
)
SELECT orders.* FROM answers JOIN orders
    ON orders.chat_id = :chat_id AND orders.message_id = answers.message_id
ORDER BY orders.placed_at_ms, orders.line;

-- name: order_in_progress_of_message
SELECT trxid FROM orders WHERE chat_id = :chat_id AND message_id = :message_id
    AND state IN ('placed', 'submitting', 'pending') LIMIT 1;

-- name: same_orders
-- Promise: an order that failed or expired is bought again freely, any other only on purpose; an open order is a
-- duplicate however old it is.
-- What counts is the shop: an assistant repeats what the owner ordered. With an ORDER BY the second half would use a
-- sorted index instead of the small one of open orders.
SELECT * FROM orders
WHERE destination = :destination AND placed_at_ms >= :since_ms
    AND coalesce((SELECT owner_id FROM shops WHERE shops.shop_id = orders.shop_id), orders.user_id)
        = coalesce((SELECT owner_id FROM people WHERE people.user_id = :user_id), :user_id)
    AND lower(product_code) = lower(:product_code) AND state NOT IN ('failed', 'expired')
UNION ALL
SELECT * FROM orders
WHERE destination = :destination AND +placed_at_ms < :since_ms
    AND coalesce((SELECT owner_id FROM shops WHERE shops.shop_id = orders.shop_id), orders.user_id)
        = coalesce((SELECT owner_id FROM people WHERE people.user_id = :user_id), :user_id)
    AND lower(product_code) = lower(:product_code)
    AND state <> 'succeeded' AND state <> 'failed' AND state <> 'expired';
